"""Citing: the records that a record's part of an answer rests on: itself, and those that it takes the answer from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tools.chart_query import ChartQuery, Compute, Kind, Slot
from tools.execute.attributes import DRUGS
from tools.execute.growth import same_drug, same_organism, verdicts_of
from tools.records.record import Record

_NAMING = frozenset({Compute.LIST, Compute.EXISTS, Compute.COUNT_DISTINCT})
"""Computations whose answer is in the name of a drug, which may stand in another record."""
_GROWTH = frozenset({Slot.ORGANISM, Slot.SUSCEPTIBILITY})


def asks_growth(query: ChartQuery) -> bool:
    """Whether what a culture grew, or was tested against, is asked: parts of it say so."""
    return query.kind is Kind.MICROBIOLOGY and bool(_GROWTH & _slots(query))


def cite_record(query: ChartQuery, record: Record, tests: Mapping[str, Record]) -> tuple[str, ...]:
    """References of a record and of what it rests on; `tests` are the Observations that cultures consist of."""
    found = [record.reference]
    slots = _slots(query)
    if Kind.WARD_STAY in record.kinds or Slot.LOCATION in slots:
        found += (link for link in record.links if link.startswith("Location/"))
    if record.kinds & DRUGS and query.field is None and query.compute in _NAMING:
        found += (link for link in record.links if link.startswith("Medication/"))
    if Slot.REASON in slots:
        found += (link for link in record.links if link.startswith("Condition/"))
    if Slot.GOALS in slots:
        found += (link for link in record.links if link.startswith("Goal/"))
    if query.field in (Slot.REASON, Slot.PRESCRIBER):
        found += (link for link in record.links if link.startswith(("ServiceRequest/", "MedicationRequest/")))
    if asks_growth(query):
        wanted = {text.casefold() for text in _grown(query, record)}
        found += (link for link in record.links if link in tests and wanted & set(_names(tests[link])))
    return tuple(dict.fromkeys(found))


def _slots(query: ChartQuery) -> set[Slot | None]:
    return {query.field, *(c.field for c in query.where)}


def _names(test: Record) -> Iterator[str]:
    yield test.concept.text.casefold()
    if test.reading is not None:
        yield str(test.reading.value).casefold()


def _grown(query: ChartQuery, record: Record) -> Iterator[str]:
    """The organisms and drugs of a culture that are asked about, by name."""
    asked = {c.field: c.value for c in query.where if c.op == "="}
    slots = _slots(query)
    if Slot.ORGANISM in slots:
        organism = asked.get(Slot.ORGANISM)
        grown = record.fields.get(Slot.ORGANISM, ())
        yield from (name for name in grown if organism is None or same_organism(organism, name))
    if Slot.SUSCEPTIBILITY in slots:
        drug, _, verdict = asked.get(Slot.SUSCEPTIBILITY, "").rpartition(": ")
        for name, said in verdicts_of(record):
            if same_drug(drug, name) if drug else verdict in ("", said):
                yield name
