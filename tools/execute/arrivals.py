"""Arrivals: that a patient came through the emergency department, told by where a stay was admitted from."""

from __future__ import annotations

import re

from tools.chart_query import Compute, Kind, Slot
from tools.execute.finding import Search
from tools.execute.selection import texts_of
from tools.records.record import Record

_EMERGENCY = re.compile(r"\b(?:emergency|casualty|a&e)\b", re.IGNORECASE)


def find_arrivals(search: Search) -> list[Record]:
    """Of a stay without an emergency visit on record: the stay, where its own admit source is the emergency room."""
    query, scope = search.query, search.scope
    if query.kind is not Kind.ED_VISIT or query.compute is not Compute.EXISTS or scope is None or query.where:
        return []
    came = [s for s in scope.stays if any(map(_EMERGENCY.search, texts_of(s, Slot.ADMIT_SOURCE)))]
    if came:
        search.notes.append("no emergency visit of its own is on record; the stay was admitted from there")
    return came
