"""Ends: records by when they ended, where that is asked, and not by when they began."""

from __future__ import annotations

from collections.abc import Sequence

from tools.execute.finding import Search
from tools.records.record import Record
from tools.time_window import Window


def keep_ended(search: Search, records: Sequence[Record], window: Window | None) -> list[Record]:
    """The records that ended, in the window where one is given; those over at a time not on record are told."""
    ended = [r for r in records if r.end is not None]
    unknown = [r for r in records if r.end is None and r.standing == "past"]
    search.undated += unknown
    if ended and unknown:
        search.notes.append(f"{len(unknown)} that ended at a time not on record left out")
    return ended if window is None else [r for r in ended if _ended_in(r, window)]


def _ended_in(record: Record, window: Window) -> bool:
    if record.end is None:
        return False
    coarse = record.end.precision in ("year", "month")
    return window.holds(record.end.low) and (not coarse or window.holds(record.end.high))
