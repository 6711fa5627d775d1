"""ICD-10-CM and ICD-9-CM: whether a code lies in a range, and the ranges that a name is the title of.

A code's place is written in its letters: I50.22 lies in I50, in I30-I5A and in I00-I99. The titles are those of the
chapters, blocks and categories of ICD-10-CM.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from tools.concepts.rows import Row, read_rows
from tools.concepts.words import fold
from tools.records.record import Coding

_STOP = frozenset("of the and".split())  # noqa: SIM905
_ICD10 = re.compile(r"icd-?10|\.6\.90$|\.6\.3$", re.IGNORECASE)
_ICD9 = re.compile(r"icd-?9|\.6\.103$", re.IGNORECASE)
_PROCEDURES = re.compile(r"proc|pcs|\.6\.4$|\.6\.104$", re.IGNORECASE)


@lru_cache(maxsize=50_000)
def place_code(system: str, code: str) -> tuple[str, str]:
    """Which ICD a code is of, "10", "9" or "", and the code without its dot.

    >>> place_code("http://hl7.org/fhir/sid/icd-10-cm", "I50.22")
    ('10', 'I5022')
    """
    version = "10" if _ICD10.search(system) else "9" if _ICD9.search(system) else ""
    version = "" if _PROCEDURES.search(system) else version
    return version, _bare(code)


def lies_in(coding: Coding, icd10: tuple[str, ...], icd9: tuple[str, ...]) -> bool:
    """Whether a coding is a code in one of the ranges of its ICD; `x` in a range of ICD-9 stands for any digit.

    >>> lies_in(Coding("http://hl7.org/fhir/sid/icd-10-cm", "I50.22"), ("I11.0", "I30-I5A"), ("428",))
    True
    >>> lies_in(Coding("http://hl7.org/fhir/sid/icd-9-cm", "250.01"), ("E10",), ("250.x1",))
    True
    """
    version, code = place_code(coding.system, coding.code)
    return bool(version) and _lies_in_any(code, icd10 if version == "10" else icd9)


def is_within(place: str, ranges: tuple[str, ...]) -> bool:
    """Whether a code or a range lies in one of the ranges.

    >>> is_within("I50", ("I30-I5A",)), is_within("J00-J99", ("J12-J18",))
    (True, False)
    """
    low, _, high = _bounds(place)
    return any(_lies(low, r) and _lies(high, r) for r in ranges)


def is_apart(place: str, ranges: tuple[str, ...]) -> bool:
    """Whether no code of a range lies in any of the ranges.

    >>> is_apart("C00-D49", ("N00-N29",)), is_apart("C00-D49", ("C00-C96",))
    (True, False)
    """
    low, _, high = _bounds(place)
    others = [_bounds(r) for r in ranges]
    return all(high < other_low[: len(high)] or low > other_high[: len(low)] for other_low, _, other_high in others)


def own_ranges(row: Row) -> tuple[str, ...]:
    """The ranges of a row of `conditions` that are its own; those marked "+" hold it beside another condition."""
    return tuple(r for r in row["icd10cm"].split() if not r.startswith(("+", "?")))


def ranges_beside(written: str) -> tuple[str, ...]:
    """The ranges marked "?": what implies it once, and may not be it: a miscarriage, of pregnancy."""
    return tuple(r.removeprefix("?") for r in written.split() if r.startswith("?"))


def ranges_of(written: str) -> tuple[str, ...]:
    """The ranges that hold it, its own and beside another condition."""
    return tuple(r.removeprefix("+") for r in written.split() if not r.startswith("?"))


def is_icd(coding: Coding) -> bool:
    """Whether a coding is of either."""
    return bool(place_code(coding.system, coding.code)[0])


def _bare(code: str) -> str:
    return code.replace(".", "").strip().upper()


@lru_cache(maxsize=200_000)
def _lies_in_any(code: str, ranges: tuple[str, ...]) -> bool:
    return any(_lies(code, r) for r in ranges)


def _lies(code: str, written: str) -> bool:
    low, _, high = _bounds(written)
    if "X" in low:
        return re.match(low.replace("X", r"\d"), code) is not None
    return low <= code[: len(low)] and code[: len(high)] <= high


@cache
def _bounds(written: str) -> tuple[str, str, str]:
    low, dash, high = _bare(written).partition("-")
    return low, dash, high or low


def ranges_titled(name: str) -> tuple[str, ...]:
    """The ICD-10-CM ranges that have a name for their title.

    >>> ranges_titled("heart failure"), ranges_titled("diseases of the respiratory system"), ranges_titled("no such")
    (('I50',), ('J00-J99',), ())
    """
    return _titles().get(_title_words(name), ())


@cache
def _titles() -> dict[frozenset[str], tuple[str, ...]]:
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for row in read_rows("icd10cm"):
        words = _title_words(row["title"])
        found[words] = (*found.get(words, ()), row["code"])
    return found


def _title_words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split()) - _STOP


@cache
def title_vocabulary() -> frozenset[str]:
    """Every word of the titles: a word that stands here is no misspelling of another."""
    return frozenset(word for words in _titles() for word in words)
