"""Contrary: records that say otherwise than asked, or settle a comparison the other way. Pure."""

from __future__ import annotations

from tools.chart_query import ChartQuery, Condition, Slot
from tools.execute.growth import OTHER_SIGN, verdict_on, verdicts_of
from tools.execute.selection import keep_where, meets
from tools.records.record import Record

_OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}


def refutes(record: Record, conditions: list[Condition]) -> bool:
    """Whether a record is for certain on the other side of a comparison; words and mere bounds may not be."""
    if signs := [c for c in conditions if c.field is Slot.INTERPRETATION and c.value in OTHER_SIGN]:
        return any(meets(record, c.model_copy(update={"value": OTHER_SIGN[c.value]})) for c in signs)
    compared = [c for c in conditions if c.op in _OPPOSITE]
    return not compared or any(meets(record, c.model_copy(update={"op": _OPPOSITE[c.op]})) for c in compared)


def contradict(query: ChartQuery, records: list[Record], kept: list[Record]) -> list[Record]:
    """Records on the matter that say otherwise: in another state than asked, or with another verdict on the drug."""
    if query.about and any(c.field is Slot.STATUS and c.op == "=" for c in query.where):
        return others(records, kept)
    drugs = [d for c in query.where if c.field is Slot.SUSCEPTIBILITY and (d := c.value.rpartition(": ")[0])]
    if kept or not drugs:
        return []
    cultures = keep_where(records, [c for c in query.where if c.field is not Slot.SUSCEPTIBILITY])
    return [r for r in cultures if any(verdict_on(r, d) for d in drugs)]


def others(records: list[Record], kept: list[Record]) -> list[Record]:
    """Those that were not kept."""
    left = set(kept)
    return [r for r in records if r not in left]


def find_untested(query: ChartQuery, records: list[Record]) -> str | None:
    """The drug whose verdict is asked, where of what grew none gives one; of none where nothing of it grew."""
    asked = [c.value.rpartition(": ")[0] for c in query.where if c.field is Slot.SUSCEPTIBILITY]
    grown = keep_where(records, [c for c in query.where if c.field is not Slot.SUSCEPTIBILITY]) if asked else []
    if not grown:
        return None
    untested = (d for d in asked if not any(verdict_on(r, d) if d else verdicts_of(r) for r in grown))
    return next((drug or "any drug" for drug in untested), None)
