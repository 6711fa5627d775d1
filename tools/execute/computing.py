"""Computing: values out of the records selected: counts, extremes, durations, changes. Knows nothing of servers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from tools.chart import AsOf
from tools.chart_query import ChartQuery, Compute, Kind, Slot
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import match_concepts
from tools.evidence import Value
from tools.execute.ages import compute_age
from tools.execute.around import compute_span
from tools.execute.attributes import DRUGS, Computed, is_recorded_only, natural_slot, reaction_times, slot_values
from tools.execute.charted_twice import tell_doses_twice
from tools.execute.counting import count_distinct
from tools.execute.growth import TESTED, drugs_with, organisms_of, verdict_on
from tools.execute.lengths import STAYS
from tools.execute.movement import compute_movement
from tools.execute.numbers import NUMERIC, compute_number, compute_per, count_per
from tools.execute.selection import is_normal, readings_of, texts_of
from tools.execute.spans import elapsed, in_unit
from tools.records.dosing import daily_times
from tools.records.record import Record

_MOVEMENTS = frozenset({
    Compute.INCREASED, Compute.DECREASED, Compute.CHANGED, Compute.IMPROVED, Compute.WORSENED, Compute.STABLE,
    Compute.RISE, Compute.FALL,
})  # fmt: skip
_DENIED = re.compile(r"\b(?:never|no|not|none|non|negative|denies)\b")
_NEGATIVE = re.compile(r"\b(?:not detected|negative|non-?reactive|absent|no growth|none seen|not seen|undetected)\b")
_TESTING = re.compile(r"cultur|screen|\btests?\b|swab|stain|smear|panel|\bpcr\b", re.IGNORECASE)
"""What names a test and not what it looks for: a negative one was done all the same."""
_FORMER = re.compile(r"\b(?:former|ex|quit|past|stopped)\b")
_AFFIRMED = re.compile(r"\b(?:current|every day|some days?|daily|yes|positive|smoker|smokes|drinks)\b|^true$")
_UNTOLD = re.compile(r"\b(?:unknown|not asked|declined|refused|not recorded|unable to (?:assess|determine))\b")


def compute_values(
    query: ChartQuery, records: Sequence[Record], as_of: AsOf, patient: Record | None = None
) -> Computed:
    """What a query asks of its records; an age needs the patient's. Raises ToolError for a unit that does not fit."""
    if query.compute is Compute.AGE:
        return compute_age(query, records, patient, as_of)
    if query.per is not None and query.compute in NUMERIC:
        return compute_per(query, records)
    if query.compute in NUMERIC:
        return compute_number(query, records)
    if query.compute in _MOVEMENTS:
        return compute_movement(query, records)
    return _COMPUTERS[query.compute](query, records, as_of)


def _list(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    slot = natural_slot(query)
    values: dict[Value, None] = {}
    resting = []
    for record in records:
        found = slot_values(record, slot)
        if slot is Slot.VALUE and not found and Kind.MICROBIOLOGY in record.kinds:
            found = texts_of(record, Slot.ORGANISM)
        if slot is Slot.NAME and query.kind in DRUGS and record.concept.text == " / ".join(record.ingredients):
            found = _named_ingredients(query, record)
        if slot is Slot.FREQUENCY and query.per is not None and query.per.unit == "day":
            found = found if (times := daily_times(record.resource)) is None else (times,)
        if slot is Slot.SUSCEPTIBILITY and (verdict := _verdict_asked(query)):
            found = drugs_with(record, verdict)
        if slot is Slot.SUSCEPTIBILITY and (drug := _drug_asked(query)):
            found = tuple(said for said in (verdict_on(record, drug),) if said)
        if slot is Slot.NAME and query.kind is Kind.FAMILY_HISTORY and query.about:
            found = record.concept.names[1:2]
        values.update(dict.fromkeys(found))
        if found:
            resting.append(record)
    measured = resting if slot in (Slot.VALUE, Slot.DOSE) else []
    units = {r.unit for record in measured for r in readings_of(record, slot)}
    unit = units.pop() if len(units) == 1 else None
    problem = None
    if records and not values:
        problem = f"the records found do not give {slot.value.replace('_', ' ')}"
    return Computed(tuple(values), tuple(resting or records), unit, problem)


def _named_ingredients(query: ChartQuery, record: Record) -> tuple[str, ...]:
    """Of a mix, the ingredients that are asked about: the antibiotic, and not what it is dissolved in."""
    entries = [ConceptEntry(Kind.MEDICATION, name, (name,), (), 1) for name in record.ingredients]
    named = {e.text for term in query.about for e in match_concepts(term, Kind.MEDICATION, entries).matched}
    return tuple(name for name in record.ingredients if name in named) or record.ingredients


def _verdict_asked(query: ChartQuery) -> str | None:
    """The verdict whose drugs are asked for."""
    return next((c.value for c in query.where if c.field is Slot.SUSCEPTIBILITY and ": " not in c.value), None)


def _drug_asked(query: ChartQuery) -> str | None:
    """The drug on which the verdict is asked for, whichever it is."""
    asked = (c.value.rpartition(": ") for c in query.where if c.field is Slot.SUSCEPTIBILITY)
    return next((drug for drug, _, verdict in asked if verdict == TESTED), None)


def _exists(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    if query.kind is Kind.PATIENT and any(c.field is Slot.DEATH and c.value == "none" for c in query.where):
        return Computed((not any(texts_of(r, Slot.DEATH) for r in records),), tuple(records))
    if query.kind is Kind.FAMILY_HISTORY and query.field is Slot.DEATH and records:
        return _relative_died(records)
    if query.field is not None:
        grown = query.field is Slot.ORGANISM
        bearing = tuple(r for r in records if (organisms_of(r) if grown else texts_of(r, query.field)))
        if grown and not bearing and records and all(r.reading is None for r in records):
            return Computed((), tuple(records), None, "no test on the matter gives a result")
        return Computed((bool(bearing),), bearing or tuple(records))
    of_test = any(_TESTING.search(name) for name in query.about)
    if (
        query.kind in (Kind.LAB, Kind.MICROBIOLOGY, Kind.OBSERVATION)
        and query.about
        and not query.where
        and not of_test
    ):
        denied = [r for r in records if _is_denied(r)]
        if records and len(denied) == len(records):
            return Computed((False,), tuple(records), None, None, ("every result is negative",))
    if query.kind in (Kind.SOCIAL_HISTORY, Kind.OBSERVATION) and query.about and records and not query.where:
        return _said(query, records)
    return Computed((bool(records),), tuple(records))


def _relative_died(records: Sequence[Record]) -> Computed:
    """Whether relatives died; a family history that does not say leaves it open."""
    died = [bool(texts_of(r, Slot.DEATH)) for r in records]
    if not any(died) and any(r.resource.get("deceasedBoolean") is None for r in records):
        return Computed((), tuple(records), None, "the family history does not say so, nor that they live")
    return Computed((any(died),), tuple(records))


def _said(query: ChartQuery, records: Sequence[Record]) -> Computed:
    """A habit asked for by yes or no: what the latest record says of it; asked of all times, what any of them says."""
    dated = [r for r in records if r.start is not None] or list(records)
    latest = max(dated, key=lambda r: r.start.instant_low) if dated[0].start else dated[-1]  # type: ignore[union-attr]
    text = _said_by(latest)
    once = [r for r in records if (_FORMER.search(_said_by(r)) or _AFFIRMED.search(_said_by(r))) and not _denies(r)]
    if query.pick.which != "last" and once and (_denies(latest) or _UNTOLD.search(text)):
        return Computed((True,), (once[-1], latest))
    if _UNTOLD.search(text):
        return Computed((), (latest,), None, f"the record says {text}")
    if _FORMER.search(text):
        return Computed((query.pick.which != "last",), (latest,))
    if _denies(latest):
        return Computed((False,), (latest,))
    if _AFFIRMED.search(text):
        return Computed((True,), (latest,))
    if query.kind is Kind.OBSERVATION:
        return Computed((True,), tuple(records))
    return Computed((), (latest,), None, f"the record says {text or 'nothing'}, neither yes nor no")


def _said_by(record: Record) -> str:
    return str(record.reading.value).casefold() if record.reading is not None else ""


def _denies(record: Record) -> bool:
    return _DENIED.search(_said_by(record)) is not None


def _is_denied(record: Record) -> bool:
    """A test whose result, in words, is that it is not there."""
    text = record.reading.value if record.reading is not None else None
    return isinstance(text, str) and _NEGATIVE.search(text.casefold()) is not None


def _normal(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    """Whether every record picked is normal: by its own interpretation, else by its own reference range."""
    verdicts = [(r, is_normal(r)) for r in records]
    unknown = next((r for r, verdict in verdicts if verdict is None), None)
    if unknown is not None:
        reason = f"{unknown.concept.text} has neither an interpretation nor a reference range"
        return Computed((), tuple(records), None, reason)
    return Computed((all(v for _, v in verdicts),), tuple(records)) if verdicts else Computed((), ())


def _count(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    twice = tell_doses_twice(records) if query.about else None
    if query.per is not None and records and twice is None:
        return count_per(query, records)
    return Computed((len(records),) if twice is None else (), tuple(records), None, twice)


def _count_distinct(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    return count_distinct(query, records)


def _time(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    slot = Slot.END if query.field is Slot.END else Slot.TIME
    if query.field is Slot.REACTION and (reacted := tuple(t for r in records for t in reaction_times(r))):
        return Computed(tuple(dict.fromkeys(reacted)), tuple(records))
    if slot is Slot.END and records and all(r.standing == "current" and not texts_of(r, slot) for r in records):
        return Computed((), tuple(records), None, None, ("it had not ended by then",))
    if slot is Slot.TIME and query.kind is Kind.CONDITION and records and all(map(is_recorded_only, records)):
        return _recorded_on(records)
    values = dict.fromkeys(v for r in records for v in texts_of(r, slot))
    problem = None
    if records and not values:
        problem = "the records found give no end" if slot is Slot.END else "the records found carry no date"
    borrowed = dict.fromkeys(t for r in records if r.start and slot is Slot.TIME for t in r.fields.get(Slot.TIME, ()))
    notes = tuple(f"the date is {text}" for text in borrowed)
    return Computed(tuple(values), tuple(records), None, problem, notes)


def _recorded_on(records: Sequence[Record]) -> Computed:
    """The day on which a problem was written down is not the day it began or was diagnosed."""
    days = ", ".join(dict.fromkeys(r.start.raw for r in records if r.start is not None))
    return Computed((), tuple(records), None, f"no onset is recorded; it was recorded on {days}")


def _duration(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    spans, resting = [], []
    for record in records:
        if record.start is not None and record.end is not None:
            by_day = query.kind is Kind.CONDITION and query.unit in (None, "days")
            days = (record.end.low.date() - record.start.low.date()).days
            unit = query.unit or "days"
            spans.append(days if by_day else in_unit(record.start.instant_low, record.end.instant_low, unit))
            resting.append(record)
    if records and not spans:
        return Computed((), tuple(records), None, "no start and end are recorded, so no length can be computed")
    return Computed(tuple(spans), tuple(resting), query.unit or "days")


def _time_since(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    unit = query.unit or _unit_since(query, records, as_of)
    spans = [elapsed(r.start, as_of, unit) for r in records if r.start is not None]
    if unit == "days":
        spans = [(as_of.wall.date() - r.start.low.date()).days for r in records if r.start is not None]
    if records and not spans:
        return Computed((), tuple(records), None, "the records found carry no date")
    return Computed(tuple(dict.fromkeys(spans)), tuple(records), unit)


def _unit_since(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> str:
    """Days; years, of a problem that has gone on for two of them."""
    starts = [r.start for r in records if r.start is not None]
    lasting = query.kind is Kind.CONDITION and query.pick.which == "first"
    return "years" if lasting and starts and elapsed(starts[0], as_of, "years") >= 2 else "days"


def _interval(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    """The time from the first to the last of two records or more; from the end of the first where that is asked."""
    if len(records) < 2:
        return Computed(
            (), tuple(records), None, "there is one record only, and nothing to count to" if records else None
        )
    first, last = records[0], records[-1]
    if query.field is Slot.END:
        return _interval_from_end(query, records)
    if first.start and last.start and first.start.instant_low == last.start.instant_low:
        return Computed((), tuple(records), None, "both are recorded at the same time")
    counted = replace(compute_span((first,), (last,), query.unit), rests_on=tuple(records))
    if query.kind in STAYS and first.end and last.start and first.end.high <= last.start.low:
        days = (last.start.low.date() - first.end.low.date()).days
        return replace(counted, notes=("from start to start", f"{days} days from the end of the first to the next"))
    return counted


def _interval_from_end(query: ChartQuery, records: Sequence[Record]) -> Computed:
    """The time that lay between two records, from the end of the first to the beginning of the last."""
    first, last = records[0], records[-1]
    if first.end is None or last.start is None:
        return Computed((), tuple(records), None, "the end of the first is not on record")
    if first.end.instant_low > last.start.instant_low:
        return Computed((), tuple(records), None, "the first had not ended when the next began")
    counted = compute_span((replace(first, start=first.end),), (last,), query.unit)
    return replace(counted, rests_on=tuple(records), notes=("from the end of the first to the beginning of the next",))


_COMPUTERS: dict[Compute, Callable[[ChartQuery, Sequence[Record], AsOf], Computed]] = {
    Compute.LIST: _list,
    Compute.VALUE: _list,
    Compute.EXISTS: _exists,
    Compute.COUNT: _count,
    Compute.COUNT_DISTINCT: _count_distinct,
    Compute.TIME: _time,
    Compute.DURATION: _duration,
    Compute.INTERVAL: _interval,
    Compute.TIME_SINCE: _time_since,
    Compute.NORMAL: _normal,
}
