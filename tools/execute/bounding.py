"""Bounding: the records of a search that lie where another record of the chart has them."""

from __future__ import annotations

from collections.abc import Sequence

from tools.chart_query import Anchor
from tools.evidence import clean_text
from tools.execute.around import asks_order, choose_bounds, is_unordered, keep_around, last_before
from tools.execute.contrary import others
from tools.execute.course import MOVED
from tools.execute.ends import ended_in
from tools.execute.finding import Search
from tools.execute.picking import pick_records
from tools.execute.selection import counts_at_all, keep_in_window, time_key
from tools.execute.wording import describe_record, kind_name, tell_bound
from tools.records.record import Record
from tools.time_window import parse_window


def keep_bounded(search: Search, records: list[Record], anchor: Anchor, candidates: Sequence[Record]) -> list[Record]:
    """The records where the anchor has them; of the candidates for it the one meant is noted with the search."""
    query = search.query
    counted = [r for r in candidates if counts_at_all(r, anchor.kind)]
    timed = _keep_timed(search, anchor, counted)
    bounds = choose_bounds(anchor, timed)
    search.anchors += bounds
    if anchor.when and not timed:
        did = "ended" if anchor.ended else "began"
        search.unbound = f"no {kind_name(anchor.kind, 1)} on record {did} {clean_text(anchor.when, 80)}"
        return []
    if anchor.pick == "any":
        return _keep_around_any(search, records, anchor, bounds)
    if not bounds:
        name = " or ".join(anchor.about) or kind_name(anchor.kind, 1)
        search.unbound = f"there is no dated record of {clean_text(name, 80)} to search around"
        return []
    found = bounds[0 if anchor.pick == "first" else -1]
    search.notes.append(tell_bound(found))
    if anchor is query.until and (first := search.anchors[0]) is not found and time_key(found) < time_key(first):
        search.unbound = f"{tell_bound(found)}, which came before {tell_bound(first)}"
    if asks_order(query):
        return _in_order(search, records, anchor, found)
    kept = keep_around(records, anchor, found)
    if anchor.relation == "same_day" and query.compute in MOVED and query.pick.which == "last" and query.pick.n == 1:
        later = [r for r in records if r not in kept and time_key(r) > time_key(found)]
        latest, _ = pick_records(sorted(later, key=time_key), query.pick)
        search.compared = (kept, latest)
        return [*kept, *latest]
    return [*last_before(records, found), *kept] if anchor.relation == "after" and query.compute in MOVED else kept


def _keep_timed(search: Search, anchor: Anchor, candidates: Sequence[Record]) -> list[Record]:
    """Of the records that may bound a search those of the time that is told of them."""
    if not anchor.when:
        return list(candidates)
    chart = search.chart
    window = parse_window(anchor.when, chart.as_of.wall, chart.date_order)
    return [r for r in candidates if ended_in(r, window)] if anchor.ended else keep_in_window(candidates, window)


def _keep_around_any(search: Search, records: list[Record], anchor: Anchor, bounds: Sequence[Record]) -> list[Record]:
    """The records where any of several has them, each once; those that have none don't bound."""
    beside = {found.reference: keep_around(records, anchor, found) for found in bounds}
    kept = {r.reference for near in beside.values() for r in near}
    search.anchors = [found for found in search.anchors if anchor.when or beside.get(found.reference)]
    if search.anchors:
        search.notes.append(f"told by {len(search.anchors)} {kind_name(anchor.kind, len(search.anchors))}")
    return [r for r in records if r.reference in kept]


def _in_order(search: Search, records: list[Record], anchor: Anchor, found: Record) -> list[Record]:
    """The first of the records, where it lies on the side asked about of the one that bounds."""
    first, _ = pick_records(sorted(records, key=time_key), search.query.pick)
    if is_unordered(first, found):
        search.unbound = f"both are of one day ({describe_record(search.query, first[0])}), in no order of time"
        return []
    kept = keep_around(first, anchor, found)
    search.contrary += tuple(others(first, kept))
    return kept
