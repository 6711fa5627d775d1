"""Lengths: stays as numbers, each by how long it was, so that they can be added up and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tools.chart_query import ChartQuery, Compute, Kind
from tools.execute.spans import in_unit
from tools.records.record import Reading, Record

STAYS = frozenset({Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.ENCOUNTER, Kind.WARD_STAY})


def to_lengths(query: ChartQuery, records: Sequence[Record]) -> list[Record]:
    """The records that have a start and an end, with their length for a value."""
    unit = query.unit or "days"
    return [
        replace(r, reading=Reading(in_unit(r.start.instant_low, r.end.instant_low, unit), unit), components=())
        for r in records
        if r.start is not None and r.end is not None
    ]


def tell_lengths(query: ChartQuery, records: Sequence[Record], used: Sequence[Record]) -> tuple[str, ...]:
    """Which stay is the longest or shortest, and how many have no length."""
    notes = []
    if query.compute in (Compute.MAX, Compute.MIN):
        notes += [f"from {r.start.raw} to {r.end.raw}" for r in used if r.start and r.end]
    without = sum(r.start is None or r.end is None for r in records)
    return (*notes, *([f"{without} without an end left out"] if without else []))
