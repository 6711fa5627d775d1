"""Grading of one answer against one public gold: pure functions, no files. Knows nothing of how an answer is made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from evals.item import Atom, Gold

Grade = Literal["pass", "fail", "n/a"]

_NUMPY_ATOM = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|(-?\d+(?:\.\d*)?(?:e[+-]?\d+)?)|\b(True|False)\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?:\s*[A-Za-z%µ][^\s]*)?")
_WORDS = {"m": "male", "f": "female"}
_MARITAL = {"s": "single", "m": "married", "w": "widowed", "d": "divorced", "never married": "single"}


def read_sql_result(text: str) -> tuple[Atom, ...]:
    """The cells of a printed SQL result; NULL is no cell.

    >>> read_sql_result("[['A B']\\n ['C']]"), read_sql_result("[[None]]"), read_sql_result("[[5.5]]")
    (('A B', 'C'), (), (5.5,))
    """
    atoms: list[Atom] = []
    for single, double, number, truth in _NUMPY_ATOM.findall(text):
        if truth:
            atoms.append(truth == "True")
        elif number:
            atoms.append(float(number) if re.search(r"[.e]", number) else int(number))
        else:
            atoms.append(single or double)
    return tuple(atoms)


def read_json_atoms(values: Iterable[Any]) -> tuple[Atom, ...]:
    """JSON values as atoms: a period is its start, null is nothing.

    >>> read_json_atoms([{"start": "2020-01-01", "end": "2020-01-02"}, None, 3])
    ('2020-01-01', 3)
    """
    starts = (v.get("start") if isinstance(v, Mapping) else v for v in values)
    return tuple(v for v in starts if isinstance(v, bool | int | float | str))


def same_atom(gold: Atom, value: Atom, rule: Gold) -> bool:
    """Whether one value is the gold, by the published rule.

    >>> rule = Gold(())
    >>> same_atom("M", "male", rule), same_atom(0, False, rule)
    (True, True)
    >>> same_atom("2020-01-01 10:00:59", "2020-01-01T10:00", rule)
    True
    """
    if isinstance(gold, str) and _TIME.fullmatch(gold):
        return isinstance(value, str) and _same_time(gold, value, rule.by_day)
    left, right = _number(gold), _number(value)
    if left is not None and right is not None:
        if rule.whole_numbers and round(left) == round(right):
            return True
        return abs(left - right) <= 1e-6 * max(1.0, abs(left))
    if isinstance(gold, str) and isinstance(value, str):
        return _text(gold, rule.marital) == _text(value, rule.marital)
    return False


def grade_answer(gold: Gold, result: Mapping[str, Any]) -> Grade:
    """Whether a line of batch output answers rightly; an abstention is right only where no answer is expected."""
    if result.get("status") == "error":
        return "fail"
    values = read_json_atoms(result.get("values") or ())
    abstained = result.get("status") == "abstained"
    if not gold.values:
        complete = bool((result.get("receipt") or {}).get("complete"))
        return "pass" if abstained or (complete and not values) else "fail"
    if abstained or not values:
        return "fail"
    return "pass" if _same_values(gold, values) else "fail"


def grade_retrieval(gold: Gold, retrieved: Iterable[str]) -> Grade:
    """Whether every needed record was retrieved; does not apply where none is known to be needed.

    >>> need = Gold((), references=frozenset({"A/1", "B/2"}))
    >>> grade_retrieval(need, ["A/1", "B/2", "C/3"]), grade_retrieval(need, ["A/1"]), grade_retrieval(Gold(()), [])
    ('pass', 'fail', 'n/a')
    """
    if not gold.references:
        return "n/a"
    return "pass" if gold.references <= set(retrieved) else "fail"


def measure_precision(gold: Gold, retrieved: Iterable[str]) -> float | None:
    """The share of the retrieved records of the needed types that are needed; 0 where none was retrieved.

    >>> measure_precision(Gold((), references=frozenset({"A/1"})), ["A/1", "A/2", "B/9"])
    0.5
    """
    if not gold.references:
        return None
    types = {reference.partition("/")[0] for reference in gold.references}
    seen = {reference for reference in retrieved if reference.partition("/")[0] in types}
    return len(seen & gold.references) / len(seen) if seen else 0.0


def _same_values(gold: Gold, values: Sequence[Atom]) -> bool:
    def is_gold(value: Atom) -> bool:
        return any(same_atom(g, value, gold) for g in gold.values)

    covered = all(any(same_atom(g, v, gold) for v in values) for g in gold.values)
    if gold.one_of and all(is_gold(v) for v in values):
        return True
    if gold.tied:
        return any(is_gold(v) for v in values) if gold.one_of else covered
    return covered and all(is_gold(v) for v in values)


def _number(atom: Atom) -> float | None:
    if not isinstance(atom, str):
        return float(atom)
    match = _NUMBER.fullmatch(atom.strip())
    return float(match[1]) if match else None


def _text(text: str, marital: bool) -> str:
    plain = " ".join(text.casefold().split())
    return (_MARITAL if marital else _WORDS).get(plain, plain)


def _same_time(gold: str, value: str, by_day: bool) -> bool:
    if not _TIME.fullmatch(value):
        return False
    if by_day or len(gold) == len("2020-01-01"):
        return gold[:10] == value[:10]
    a, b = (datetime.fromisoformat(t.replace(" ", "T")).replace(second=0, microsecond=0) for t in (gold, value))
    if a.utcoffset() is not None and b.utcoffset() is not None:
        return a == b
    return a.replace(tzinfo=None) == b.replace(tzinfo=None)
