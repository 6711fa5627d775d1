"""Attributes: what of a record answers a question, as typed values. Knows nothing of servers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.chart_query import ChartQuery, Compute, Kind, Slot
from tools.evidence import Value
from tools.execute.pressure import is_diastolic
from tools.execute.selection import is_number, readings_of, texts_of
from tools.records.reading_json import items, to_time
from tools.records.record import Record

_NAMED_BY_VALUE = frozenset(
    {Kind.LAB, Kind.VITAL, Kind.OBSERVATION, Kind.OUTPUT, Kind.INTAKE, Kind.SOCIAL_HISTORY, Kind.QUESTIONNAIRE}
)
_NAMELESS = frozenset({Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT})
"""Stays are told apart by when they were; they have no name."""
_FORMS = frozenset({"", "tablet", "tab", "capsule", "cap", "pill", "caplet", "dose"})
_STRENGTH = re.compile(r"(?<![\w/.])(\d+(?:[.,]\d+)*) ?(mg|mcg|g|ug|units?)(?![\w/])", re.IGNORECASE)
DRUGS = frozenset(k for k in Kind if k.value.startswith("medication"))


@dataclass(frozen=True)
class Computed:
    """Values with the records they rest on; `problem` says why there are none."""

    values: tuple[Value, ...]
    rests_on: tuple[Record, ...]
    unit: str | None = None
    problem: str | None = None
    notes: tuple[str, ...] = ()
    aside: str = ""
    """How a count was made, and what another way of counting gives."""


def natural_slot(query: ChartQuery) -> Slot:
    """The attribute meant where none is named: the value of a measurement, the name of everything else."""
    if query.field is not None:
        return query.field
    if query.compute is Compute.VALUE and query.kind in (Kind.REPORT, Kind.IMAGING, Kind.MICROBIOLOGY):
        return Slot.VALUE
    if query.kind in _NAMELESS:
        return Slot.TIME
    measured = query.kind in _NAMED_BY_VALUE and query.about
    return Slot.VALUE if measured or (query.compute is Compute.VALUE and query.kind in _NAMED_BY_VALUE) else Slot.NAME


def is_recorded_only(record: Record) -> bool:
    """Whether a record's date is only the day on which it was written down."""
    return record.fields.get(Slot.TIME) == ("when it was recorded",)


def reaction_times(record: Record) -> tuple[str, ...]:
    """When an allergy's reactions set in, where the record says so of the reaction itself."""
    reactions = [r for r in items(record.resource.get("reaction")) if isinstance(r, dict)]
    return tuple(r["onset"] for r in reactions if to_time(r.get("onset")) is not None)


def slot_values(record: Record, slot: Slot) -> tuple[Value, ...]:
    """An attribute of a record as typed values; a pressure in parts reads "120/80"."""
    if slot is Slot.VALUE:
        return _reading_values(record)
    if slot is Slot.NAME:
        return (record.concept.text,)
    if slot is Slot.DOSE:
        return _dose_values(record)
    return texts_of(record, slot)


def _dose_values(record: Record) -> tuple[Value, ...]:
    """Doses; one counted in tablets as strength times number, where the drug's name gives one strength."""
    amounts = readings_of(record, Slot.DOSE)
    strengths = _STRENGTH.findall(record.concept.text)
    if len(strengths) == 1 and amounts and all((a.unit or "").strip("{}()s").casefold() in _FORMS for a in amounts):
        number, unit = strengths[0]
        return tuple(f"{float(number.replace(',', '')) * float(a.value):g} {unit}" for a in amounts)
    return tuple(a.value for a in amounts) or texts_of(record, Slot.DOSE)


def _reading_values(record: Record) -> tuple[Value, ...]:
    if Kind.CARE_PLAN in record.kinds:
        return tuple(c.concept.text for c in record.components)
    if record.reading is not None:
        reading = record.reading
        return (f"{reading.comparator}{reading.value}",) if reading.comparator else (reading.value,)
    ordered = sorted(record.components, key=lambda part: is_diastolic(part.concept))
    parts = [c.reading for c in ordered if c.reading is not None]
    pair = len(parts) == 2 and any(is_diastolic(c.concept) for c in ordered)
    if pair and all(is_number(p.value) for p in parts):
        return ("/".join(str(p.value) for p in parts),)
    return tuple(p.value for p in parts)
