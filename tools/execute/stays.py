"""Stays: which hospital, ICU or ED stay a query is confined to, and which records belong to it.

"Current" means begun and not ended at `as_of`; none is "not in hospital at that time", never the latest stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.chart_query import Kind, Stay
from tools.records.record import Record

STAY_KINDS = {
    "hospital": Kind.HOSPITAL_STAY,
    "icu": Kind.ICU_STAY,
    "ed": Kind.ED_VISIT,
    "visit": Kind.ENCOUNTER,
}
STAY_NAMES = {"hospital": "hospital stay", "icu": "ICU stay", "ed": "emergency department visit", "visit": "visit"}


@dataclass(frozen=True)
class StayScope:
    """The stays chosen, with the encounters within each; empty when there is no such stay."""

    stays: tuple[Record, ...]
    family: frozenset[str]
    """References of the stays and of the encounters that are part of them."""
    wider: frozenset[str]
    """References of the stays that hold them: an order written in an ICU may name the hospital stay only."""
    by_time: bool
    """The stay is part of a larger one: records of the larger one count when their time lies within."""
    void: frozenset[str] = frozenset()
    """References of encounters entered in error: a record that names one belongs where its time lies."""

    def holds(self, record: Record) -> bool:
        """Whether a record belongs: by its encounter, or by time where its encounter does not tell."""
        if record.reference in self.family or record.encounter in self.family:
            return True
        unclear = (
            record.encounter is None
            or record.encounter in self.void
            or (self.by_time and record.encounter in self.wider)
        )
        return unclear and any(holds(stay, record) for stay in self.stays)


def choose_stays(stay: Stay, records: Sequence[Record]) -> tuple[Record, ...]:
    """The stays of one type that are meant, of all visible ones."""
    ordered = sorted(
        (r for r in records if r.start is not None and r.standing not in ("planned", "not_done", "void")),
        key=lambda r: r.start.instant_low if r.start else None,  # type: ignore[arg-type, return-value]
    )
    if stay.which == "any":
        return tuple(ordered)
    if stay.which == "current":
        return tuple(r for r in ordered if r.end is None and r.standing != "past")
    if stay.which == "nth":
        number = (stay.n or 1) - 1
        return tuple(ordered[number : number + 1])
    return tuple(ordered[:1] if stay.which == "first" else ordered[-1:])


def build_scope(
    stays: tuple[Record, ...], encounters: Sequence[Record], void: frozenset[str] = frozenset()
) -> StayScope:
    """The scope of stays among all encounters of the chart; one read off a place of an Encounter holds by time."""
    places = {s.reference for s in stays if s.encounter is not None}
    family = {s.reference for s in stays if s.encounter is None}
    parents = {e.reference: part_of(e) for e in encounters}
    grown = True
    while grown:
        more = {child for child, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    wider = places | {parent for s in stays if (parent := part_of(s))}
    wider |= {child for child, parent in parents.items() if parent in places}
    by_time = all(not s.kinds & {Kind.HOSPITAL_STAY} for s in stays)
    return StayScope(stays, frozenset(family), frozenset(wider), by_time, void)


def part_of(record: Record) -> str | None:
    """The reference of the encounter that one is part of."""
    reference = record.resource.get("partOf")
    return reference.get("reference") if isinstance(reference, dict) else None


def holds(stay: Record, record: Record) -> bool:
    """Whether a record's time lies within a stay."""
    if record.start is None or stay.start is None:
        return False
    if stay.start.precision in ("year", "month", "day") or record.start.precision in ("year", "month", "day"):
        after = record.start.high >= stay.start.low
        return after and (stay.end is None or record.start.low <= stay.end.high)
    after = record.start.instant_low >= stay.start.instant_low
    if stay.end is not None and Kind.WARD_STAY in record.kinds and record.start.instant_low >= stay.end.instant_low:
        return False
    return after and (stay.end is None or record.start.instant_low <= stay.end.instant_high)
