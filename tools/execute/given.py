"""Given: whether doses are on record at all where drugs were ordered; where none is, no dose on record is no denial.

A chart that keeps no doses at any time leaves nothing open: what was ordered is all it tells.
"""

from __future__ import annotations

from tools.chart_query import Kind
from tools.execute.finding import Search
from tools.execute.naming import keep_named
from tools.execute.selection import counts_at_all, keep_in_window
from tools.records.record import Record
from tools.time_window import parse_window


async def find_only_ordered(search: Search) -> list[Record]:
    """The orders in the time or stay asked about of what is asked about, where no dose at all is on record then."""
    if search.query.kind is not Kind.MEDICATION_ADMINISTERED or search.query.among is not None:
        return []
    doses = await search.load(Kind.MEDICATION_ADMINISTERED)
    if not doses or _within(search, doses):
        return []
    orders = [r for r in await search.load(Kind.MEDICATION_ORDERED) if counts_at_all(r, Kind.MEDICATION_ORDERED)]
    return _within(search, keep_named(orders, Kind.MEDICATION_ORDERED, search.query.about).records)


def _within(search: Search, records: list[Record]) -> list[Record]:
    query = search.query
    if query.during is not None:
        scope = search.scope
        records = [r for r in records if scope is not None and scope.holds(r)]
    if query.when:
        window = parse_window(query.when, search.chart.as_of.wall, search.chart.date_order)
        records = keep_in_window(records, window)
    return records
