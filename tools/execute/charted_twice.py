"""Charted twice: doses that two systems write down, each in its own words, so that a count of them can't be told. Pure.

A dose of the medication record may stand in a flowsheet as well, some minutes off; a count would take it for two.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from tools.chart_query import Kind
from tools.records.reading_json import items
from tools.records.record import Record

_APART = timedelta(hours=1)
"""How far the two times of one dose may lie apart: what passes for given on time."""


def tell_doses_twice(records: Sequence[Record]) -> str | None:
    """Why the doses of a drug can't be counted: two systems chart some at nearly the same time; None where not so."""
    sources = _by_source(records)
    dated = sorted((r.start.instant_low, source) for source, doses in sources.items() for r in doses if r.start)
    near = sum(1 for (one, of), (other, by) in pairwise(dated) if of != by and other - one <= _APART)
    if not near:
        return None
    numbers = " and ".join(str(len(doses)) for doses in sources.values())
    return f"two systems chart these doses, {numbers} of them, at times so near each other that {near} may be the same"


def tell_names_twice(records: Sequence[Record]) -> str | None:
    """Why the drugs given can't be counted by name: two systems chart the doses, in names of their own."""
    names = [{r.concept.text.casefold() for r in doses} for doses in _by_source(records).values()]
    if len(names) < 2 or any(own <= other for own, other in ((names[0], names[1]), (names[1], names[0]))):
        return None
    numbers = " and ".join(str(len(own)) for own in names)
    both = len(names[0] & names[1])
    return f"two systems chart the doses, each in its own names for drugs: {numbers} names, {both} of them the same"


def _by_source(records: Sequence[Record]) -> dict[str, list[Record]]:
    """The doses among records by the system that they come from."""
    found: dict[str, list[Record]] = {}
    for record in records:
        if Kind.MEDICATION_ADMINISTERED in record.kinds:
            found.setdefault(_source(record), []).append(record)
    return found


def _source(record: Record) -> str:
    """The system that a record comes from; where it does not say, the profile it was made by."""
    meta = record.resource.get("meta") or {}
    return str(meta.get("source") or " ".join(sorted(map(str, items(meta.get("profile"))))))
