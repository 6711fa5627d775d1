"""Picking: which of the records selected, in order of time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tools.chart_query import Pick
from tools.execute.selection import time_key
from tools.records.record import Record


def pick_records(records: Sequence[Record], pick: Pick, by_end: bool = False) -> tuple[list[Record], bool]:
    """The records picked in order of time, and whether some tie at the instant picked: those are all given."""
    if pick.which == "all":
        return list(records), False
    if by_end:
        return _pick_by_end([r for r in records if r.end is not None], pick)
    if len(records) == 1 and records[0].start is None:
        only = pick.skip == 0 and (pick.which != "nth" or pick.n == 1)
        return list(records) if only else [], False
    dated = [r for r in records if r.start is not None]
    moments = sorted({r.start.instant_low for r in dated if r.start})
    if pick.which == "nth":
        ordered = sorted(dated, key=time_key)
        return ordered[pick.n - 1 : pick.n], False
    if pick.n > 1:
        ordered = sorted(dated, key=time_key, reverse=pick.which == "last")
        return sorted(ordered[pick.skip : pick.skip + pick.n], key=time_key), False
    position = pick.skip if pick.which == "first" else len(moments) - 1 - pick.skip
    if not 0 <= position < len(moments):
        return [], False
    picked = [r for r in dated if r.start and r.start.instant_low == moments[position]]
    return sorted(picked, key=time_key), len(picked) > 1


def _pick_by_end(ended: Sequence[Record], pick: Pick) -> tuple[list[Record], bool]:
    """The same in the order of ends."""
    own = {r.reference: r for r in ended}
    picked, tied = pick_records([replace(r, start=r.end) for r in ended], pick)
    return [own[r.reference] for r in picked], tied
