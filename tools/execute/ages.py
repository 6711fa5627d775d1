"""Ages: the patient's now, at death or when something happened; a relative's, at onset or at death. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from tools.as_of import AsOf
from tools.chart_query import ChartQuery, Kind, Slot
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import match_concepts
from tools.execute.attributes import Computed, is_recorded_only
from tools.execute.selection import texts_of
from tools.fhir.dates import FhirTime
from tools.records.moments import age_text
from tools.records.reading_json import items, to_concept, to_time
from tools.records.record import Record
from tools.time_window import Window

Json = dict[str, Any]
_NO_BIRTH = "the chart gives no full birth date"


def compute_age(query: ChartQuery, records: Sequence[Record], patient: Record | None, as_of: AsOf) -> Computed:
    """Whole years; two where only a span is known are no answer."""
    if query.kind is Kind.FAMILY_HISTORY:
        return _of_relatives(query, records)
    if query.kind is Kind.PATIENT:
        return _of_patient(query, records, as_of)
    return _at_events(records, patient)


def _of_patient(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    record = next(iter(records), None)
    born = _birth(record)
    if record is None or born is None:
        return Computed((), tuple(records), None, _NO_BIRTH)
    died = [t for d in texts_of(record, Slot.DEATH) if (t := to_time(d)) is not None]
    if query.field is Slot.DEATH and not died:
        said = texts_of(record, Slot.DEATH)
        problem = "the day of death is not recorded" if said else "no death is recorded"
        return Computed((), (record,), None, problem)
    if died:
        return _spanned((record,), born, died[0].low, died[0].high)
    return _spanned((record,), born, as_of.wall, as_of.wall)


def compute_age_in(records: Sequence[Record], window: Window, as_of: AsOf) -> Computed:
    """The patient's age in a time, which is of one age throughout; "as of" a day asks for that day."""
    record = next(iter(records), None)
    born = _birth(record)
    if record is None or born is None:
        return Computed((), tuple(records), None, _NO_BIRTH)
    low, high = window.start or window.end, window.end
    if low is None or high is None:
        return Computed((), (record,), None, "no one moment is named")
    died = next((t for d in texts_of(record, Slot.DEATH) if (t := to_time(d)) is not None), None)
    if low.date() > as_of.wall.date():
        return Computed((), (record,), None, f"that is after {as_of.text}")
    if low.date() < born.low.date():
        return Computed((), (record,), None, f"the patient was born later, on {born.raw}")
    if died is not None and died.high < low:
        return Computed((), (record,), None, f"the patient died before, on {died.raw}")
    return _spanned((record,), born, low, high)


def _at_events(records: Sequence[Record], patient: Record | None) -> Computed:
    """The patient's age when each record began, told once; of what was merely written down there is none."""
    born = _birth(patient)
    if patient is None or born is None:
        return Computed((), tuple(records), None, _NO_BIRTH)
    dated = [r for r in records if r.start is not None and not is_recorded_only(r)]
    if records and not dated:
        return Computed((), tuple(records), None, "the records found don't say when it began")
    found = [_spanned((r, patient), born, r.start.low, r.start.high) for r in dated if r.start is not None]
    problem = next((c.problem for c in found if c.problem), None)
    values = () if problem else tuple(dict.fromkeys(v for c in found for v in c.values))
    resting = tuple(dict.fromkeys((*dated, patient)))
    return Computed(values, resting, "years", problem)


def _birth(patient: Record | None) -> FhirTime | None:
    texts = texts_of(patient, Slot.BIRTH_DATE) if patient is not None else ()
    return next((t for text in texts if (t := to_time(text)) is not None), None)


def _spanned(resting: tuple[Record, ...], born: FhirTime, low: datetime, high: datetime) -> Computed:
    """The age somewhere in a span; the birth date may be a year as well."""
    youngest = relativedelta(low.date(), born.high.date()).years
    oldest = relativedelta(high.date(), born.low.date()).years
    if youngest == oldest:
        return Computed((oldest,), resting, "years")
    return Computed((), resting, None, f"the dates given leave it open: {youngest} to {oldest} years")


def _of_relatives(query: ChartQuery, records: Sequence[Record]) -> Computed:
    told = [(r, v) for r in records for v in _relative_ages(query, r)]
    if records and not told:
        of = "at death" if query.field is Slot.DEATH else "at onset" if query.about else ""
        return Computed((), tuple(records), None, f"the family history gives no age {of}".strip())
    unit = "years" if all(isinstance(v, int) for _, v in told) else None
    return Computed(tuple(dict.fromkeys(v for _, v in told)), tuple(dict.fromkeys(r for r, _ in told)), unit)


def _relative_ages(query: ChartQuery, record: Record) -> Iterator[int | str]:
    resource = record.resource
    if query.about:
        yield from (a for c in items(resource.get("condition")) if _named(query, c) if (a := _age(c, "onset")))
    elif query.field is Slot.DEATH:
        age = _age(resource, "deceased")
        if age is None:
            age = _between(resource.get("bornDate"), resource.get("deceasedDate"))
        yield from () if age is None else (age,)
    elif (age := _age(resource, "age")) is not None:
        yield age


def _age(holder: Json, stem: str) -> int | str | None:
    """An age as whole years where it is so written, else in its words."""
    name = "ageAge" if stem == "age" else f"{stem}Age"
    shown = age_text(holder.get(name))
    if shown is not None:
        number, _, unit = shown.partition(" ")
        return int(number) if number.isdigit() and unit.startswith("year") else shown
    said = holder.get("ageString" if stem == "age" else f"{stem}String")
    return said if isinstance(said, str) else None


def _named(query: ChartQuery, condition: Json) -> bool:
    concept = to_concept(condition.get("code"))
    entry = ConceptEntry(Kind.CONDITION, concept.text, concept.names, concept.codings, 1)
    return any(match_concepts(a, Kind.CONDITION, (entry,)).matched for a in query.about)


def _between(born: object, died: object) -> int | None:
    first, last = to_time(born), to_time(died)
    if first is None or last is None or first.precision != "day" or last.precision != "day":
        return None
    return relativedelta(last.low, first.low).years
