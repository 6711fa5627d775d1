"""Given: whether doses are on record where drugs were ordered; where none is, no dose on record is no denial.

A chart that keeps no doses at any time leaves nothing open: what was ordered is all it tells. One that keeps those of
some stays, or of intensive care alone, leaves open how many there were in all.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.chart_query import Compute, Kind
from tools.execute.finding import Search
from tools.execute.naming import keep_named
from tools.execute.selection import counts_at_all, keep_in_window
from tools.execute.stays import holds
from tools.execute.wording import kind_name
from tools.records.record import Record
from tools.time_window import parse_window


async def find_only_ordered(search: Search) -> list[Record]:
    """The orders in the time or stay asked about of what is asked about, where no dose at all is on record then."""
    if search.query.kind is not Kind.MEDICATION_ADMINISTERED or search.query.among is not None:
        return []
    doses = await search.load(Kind.MEDICATION_ADMINISTERED)
    if not doses or _within(search, doses):
        return []
    return await _load_orders(search)


async def tell_uncharted(search: Search, doses: Sequence[Record]) -> str | None:
    """Why doses can't be counted: drugs were ordered on the wards of hospital stays that keep no doses of the wards."""
    query = search.query
    counted = query.compute in (Compute.COUNT, Compute.COUNT_DISTINCT) and query.among is None
    if query.kind is not Kind.MEDICATION_ADMINISTERED or not counted or not doses:
        return None
    intensive = await search.load(Kind.ICU_STAY)
    units = {r.reference for r in intensive}
    on_wards = [r for r in await search.load(Kind.MEDICATION_ADMINISTERED) if r.encounter not in units]
    bare = [s for s in await search.load(Kind.HOSPITAL_STAY) if not any(holds(s, dose) for dose in on_wards)]
    orders = [r for r in await _load_orders(search) if not any(holds(unit, r) for unit in intensive)]
    ordered = [r for r in orders if any(r.encounter == stay.reference for stay in bare)]
    if not ordered:
        return None
    number = len(ordered)
    told = f"{number} {kind_name(Kind.MEDICATION_ORDERED, number)} then {'is' if number == 1 else 'are'}"
    return f"{told} from hospital stays of which no dose is on record, or those of intensive care alone"


async def _load_orders(search: Search) -> list[Record]:
    """The orders in the time or stay asked about of what is asked about."""
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
