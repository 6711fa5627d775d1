"""Ends: records by when they ended, where that is asked; and the end of what is known, the moment looked at."""

from __future__ import annotations

from collections.abc import Sequence

from tools.chart_query import Kind
from tools.errors import ToolError
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
    return ended if window is None else [r for r in ended if ended_in(r, window)]


def ended_in(record: Record, window: Window) -> bool:
    """Whether a record's end lies in a window."""
    if record.end is None:
        return False
    coarse = record.end.precision in ("year", "month")
    return window.holds(record.end.low) and (not coarse or window.holds(record.end.high))


def refuse_future(search: Search, window: Window) -> None:
    """Raises ToolError for a time after the moment looked at: nothing is known of it, not even that nothing was."""
    if search.query.kind is Kind.APPOINTMENT or window.start is None or window.start <= search.chart.as_of.wall:
        return
    raise ToolError(f"{search.query.when!r} is after {search.chart.as_of.text}, as of which the chart is looked at")
