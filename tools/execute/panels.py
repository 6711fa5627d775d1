"""Panels: the results that a laboratory's report names as its own, told in its place where its values are asked."""

from __future__ import annotations

from tools.chart_query import Compute, Kind, Slot
from tools.execute.finding import Search
from tools.records.reading_json import references_of
from tools.records.record import Record


async def follow_results(search: Search, picked: list[Record]) -> list[Record]:
    """The results of the reports picked, in the order in which each report names them; the reports bound them."""
    query = search.query
    asks_values = query.compute in (Compute.VALUE, Compute.NORMAL) and query.field in (None, Slot.VALUE)
    if query.kind is not Kind.REPORT or not asks_values or not any(map(_results_of, picked)):
        return picked
    known = {r.reference: r for r in await search.load(Kind.OBSERVATION)}
    told: list[Record] = []
    for report in picked:
        results = [known[reference] for reference in _results_of(report) if reference in known]
        told += results or [report]
        search.anchors += [report] if results else []
    return list({r.reference: r for r in told}.values())


def _results_of(report: Record) -> list[str]:
    return list(references_of(report.resource.get("result"))) if report.reading is None else []
