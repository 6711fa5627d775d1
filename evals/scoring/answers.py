"""Grading of an answer and a retrieval against a gold. Knows nothing of how an answer is made."""

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
    >>> same_atom("M", "male", rule), same_atom(0, False, rule), same_atom(7.3, 7.26, Gold((), decimals=1))
    (True, True, True)
    >>> same_atom("2020-01-01 10:00:59", "2020-01-01T10:00", rule)
    True
    """
    if isinstance(gold, str) and _TIME.fullmatch(gold):
        return isinstance(value, str) and _same_time(gold, value, rule.by_day)
    left, right = _number(gold), _number(value)
    if left is not None and right is not None:
        return _same_number(left, right, rule)
    if isinstance(gold, str) and isinstance(value, str):
        return _text(gold, rule.marital) == _text(value, rule.marital)
    return False


def grade_answer(gold: Gold, result: Mapping[str, Any]) -> Grade:
    """Whether a result answers rightly. An abstention is right only where no answer is expected."""
    if result.get("status") == "error":
        return "fail"
    abstained = result.get("status") == "abstained"
    if gold.abstain:
        return "pass" if abstained else "fail"
    values = read_json_atoms(result.get("values") or ())
    if not gold.values:
        complete = bool((result.get("receipt") or {}).get("complete"))
        return "pass" if abstained or (complete and not values) else "fail"
    if abstained or not values:
        return "fail"
    return "pass" if _same_values(gold, values) or _lists_the_tied(gold, values) else "fail"


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
    named = [_met_by(g, values, gold) for g in gold.values]
    return (any(named) if gold.one_of else all(named)) and _all_among(values, gold.values, gold)


def _lists_the_tied(gold: Gold, values: Sequence[Atom]) -> bool:
    """Each tied record told, nothing else: by one of its names where they are alternatives, else in full."""
    every = any if gold.one_of else all
    told = [every(_met_by(atom, values, gold) for atom in record) for record in gold.tied]
    return bool(told) and all(told) and _all_among(values, [atom for record in gold.tied for atom in record], gold)


def _met_by(atom: Atom, values: Sequence[Atom], rule: Gold) -> bool:
    return any(same_atom(atom, value, rule) for value in values)


def _all_among(values: Sequence[Atom], atoms: Sequence[Atom], rule: Gold) -> bool:
    return all(any(same_atom(atom, value, rule) for atom in atoms) for value in values)


def _same_number(gold: float, value: float, rule: Gold) -> bool:
    if rule.whole_numbers and round(gold) == round(value):
        return True
    if rule.decimals is not None and round(value, rule.decimals) == gold:
        return True
    return abs(gold - value) <= 1e-6 * max(1.0, abs(gold))


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
