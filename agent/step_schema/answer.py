"""The schema of an answer: it cites handles that were seen and tells values that those records hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.planners.planner import Step
from agent.step_schema.shapes import Json, list_of, one_of, text, to_object
from tools.evidence import Evidence, Finding, Value

_MOST_CITED = 20
_MOST_VALUES = 10
_LONGEST_ANSWER = 400
_LONGEST_VALUE = 100


def build_answers(steps: Sequence[Step]) -> list[Json]:
    """To abstain is always possible; to answer, once something was retrieved that can be cited."""
    abstained = to_object({"action": {"const": "answer"}, "status": {"const": "abstained"}})
    findings = [step.finding for step in steps if step.finding is not None]
    return [*([_build_answered(findings)] if findings else []), abstained]


def _build_answered(findings: Sequence[Finding]) -> Json:
    handles = dict.fromkeys(h for f in findings for h in (f.handle, *(e.handle for e in f.evidence)))
    told = {
        "action": {"const": "answer"},
        "status": {"const": "answered"},
        "citations": list_of(one_of(list(handles)), _MOST_CITED),
        "text": text(_LONGEST_ANSWER),
        "values": list_of(one_of(list_values(findings)), _MOST_VALUES),
    }
    return to_object(told, frozenset({"text", "values"}))


def list_values(findings: Sequence[Finding]) -> list[Value]:
    """What verification can trace of these findings as a value, each once."""
    told = [True, False, *(v for f in findings for v in (*f.values, *_values_of(f.evidence)))]
    kept = {(type(v), v): v for v in told if not isinstance(v, str) or 0 < len(v) <= _LONGEST_VALUE}
    return list(kept.values())


def _values_of(rows: Sequence[Evidence]) -> Iterator[Value]:
    for row in rows:
        parts = (row.label, row.value, row.date, row.end, row.status, *(text for _, text in row.details))
        yield from (part for part in parts if part and part.isprintable())
        if row.value is not None and row.unit:
            yield f"{row.value} {row.unit}"
        if (number := read_number(row.value)) is not None:
            yield number


def read_number(value: str | None) -> int | float | None:
    """The number a value is.

    >>> read_number("6.8"), read_number("120"), read_number("positive"), read_number("nan")
    (6.8, 120, None, None)
    """
    try:
        number = float(value or "")
    except ValueError:
        return None
    if number != number or abs(number) > 1e12:
        return None
    return int(number) if number.is_integer() else number
