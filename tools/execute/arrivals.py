"""Arrivals: that a patient came through the emergency department, told by where a stay was admitted from."""

from __future__ import annotations

from tools.chart_query import Compute, Kind
from tools.execute.finding import Search
from tools.execute.led_to import came_through
from tools.records.record import Record


def find_arrivals(search: Search) -> list[Record]:
    """Of a stay without an emergency visit on record: the stay, where its own admit source is the emergency room."""
    query, scope = search.query, search.scope
    if query.kind is not Kind.ED_VISIT or query.compute is not Compute.EXISTS or scope is None or query.where:
        return []
    came = [s for s in scope.stays if came_through(s)]
    if came:
        search.notes.append("no emergency visit of its own is on record; the stay was admitted from there")
    return came
