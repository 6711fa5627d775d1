"""Computing: values out of the records selected: counts, extremes, durations, changes. Knows nothing of servers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from dateutil.relativedelta import relativedelta

from tools.chart import AsOf
from tools.chart_query import ChartQuery, Compute, Kind, Slot
from tools.errors import ToolError
from tools.evidence import Value
from tools.execute.selection import is_number, readings_of, texts_of
from tools.execute.spans import elapsed, in_unit
from tools.records.record import Reading, Record

_NAMED_BY_VALUE = frozenset({Kind.LAB, Kind.VITAL, Kind.OBSERVATION, Kind.OUTPUT, Kind.INTAKE, Kind.SOCIAL_HISTORY})
_DRUGS = frozenset(k for k in Kind if k.value.startswith("medication"))
_DENIED = re.compile(r"\b(?:never|no|not|none|non|negative|former|ex|quit|denies)\b")
_AFFIRMED = re.compile(r"\b(?:current|every day|some days?|daily|yes|positive|smoker|smokes|drinks)\b|^true$")


@dataclass(frozen=True)
class Computed:
    """Values with the records they rest on; `problem` says why there are none."""

    values: tuple[Value, ...]
    rests_on: tuple[Record, ...]
    unit: str | None = None
    problem: str | None = None
    notes: tuple[str, ...] = ()


def compute_values(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    """What a query asks of its records. Raises ToolError for a unit that does not fit."""
    if query.per is not None and query.compute in _NUMERIC:
        return _compute_per(query, records)
    if query.compute in _NUMERIC:
        return _compute_number(query, records)
    return _COMPUTERS[query.compute](query, records, as_of)


def natural_slot(query: ChartQuery) -> Slot:
    """The attribute meant where none is named: the value of a measurement, the name of everything else."""
    if query.field is not None:
        return query.field
    measured = query.kind in _NAMED_BY_VALUE and query.about
    return Slot.VALUE if measured or (query.compute is Compute.VALUE and query.kind in _NAMED_BY_VALUE) else Slot.NAME


def slot_values(record: Record, slot: Slot) -> tuple[Value, ...]:
    """An attribute of a record as typed values; a pressure in parts reads "120/80"."""
    if slot is Slot.VALUE:
        return _reading_values(record)
    if slot is Slot.NAME:
        return (record.concept.text,)
    if slot is Slot.DOSE:
        amounts = readings_of(record, slot)
        return tuple(a.value for a in amounts) or texts_of(record, slot)
    return texts_of(record, slot)


def _reading_values(record: Record) -> tuple[Value, ...]:
    if record.reading is not None:
        reading = record.reading
        return (f"{reading.comparator}{reading.value}",) if reading.comparator else (reading.value,)
    parts = [c.reading for c in record.components if c.reading is not None]
    if len(parts) == 2 and all(is_number(p.value) for p in parts):
        return ("/".join(str(p.value) for p in parts),)
    return tuple(p.value for p in parts)


def _list(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    slot = natural_slot(query)
    values: dict[Value, None] = {}
    resting = []
    for record in records:
        found = slot_values(record, slot)
        if slot is Slot.NAME and query.kind in _DRUGS and len(record.ingredients) > 1:
            found = record.ingredients
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


def _exists(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    if query.kind is Kind.SOCIAL_HISTORY and query.about and records:
        return _said(records)
    return Computed((bool(records),), tuple(records))


def _said(records: Sequence[Record]) -> Computed:
    """A habit asked for by yes or no: what the latest record says of it."""
    dated = [r for r in records if r.start is not None] or list(records)
    latest = max(dated, key=lambda r: r.start.instant_low) if dated[0].start else dated[-1]  # type: ignore[union-attr]
    text = str(latest.reading.value).casefold() if latest.reading is not None else ""
    if _DENIED.search(text):
        return Computed((False,), (latest,))
    if _AFFIRMED.search(text):
        return Computed((True,), (latest,))
    return Computed((), (latest,), None, f"the record says {text or 'nothing'}, neither yes nor no")


def _count(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    return Computed((len(records),), tuple(records))


def _count_distinct(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    names: set[str] = set()
    for record in records:
        many = record.ingredients if query.kind in _DRUGS and record.ingredients else (record.concept.text,)
        names |= {n.casefold().strip() for n in many}
    return Computed((len(names),), tuple(records))


def _time(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    slot = Slot.END if query.field is Slot.END else Slot.TIME
    values = dict.fromkeys(v for r in records for v in texts_of(r, slot))
    problem = None
    if records and not values:
        problem = "the records found give no end" if slot is Slot.END else "the records found carry no date"
    return Computed(tuple(values), tuple(records), None, problem)


def _duration(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    spans, resting = [], []
    for record in records:
        if record.start is not None and record.end is not None:
            spans.append(in_unit(record.start.instant_low, record.end.instant_low, query.unit or "days"))
            resting.append(record)
    if records and not spans:
        return Computed((), tuple(records), None, "no start and end are recorded, so no length can be computed")
    return Computed(tuple(spans), tuple(resting), query.unit or "days")


def _time_since(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    unit = query.unit or "days"
    spans = [elapsed(r.start, as_of, unit) for r in records if r.start is not None]
    if records and not spans:
        return Computed((), tuple(records), None, "the records found carry no date")
    return Computed(tuple(dict.fromkeys(spans)), tuple(records), unit)


def _age(query: ChartQuery, records: Sequence[Record], as_of: AsOf) -> Computed:
    births = [(r, b) for r in records for b in texts_of(r, Slot.BIRTH_DATE)]
    if not births or len(births[0][1]) < 10:
        return Computed((), tuple(records), None, "the chart gives no full birth date")
    record, born = births[0]
    until = as_of.wall
    died = next((d for d in texts_of(record, Slot.DEATH) if len(d) >= 10), None)
    if died:
        until = min(until, datetime.fromisoformat(died[:10]))
    return Computed((relativedelta(until, datetime.fromisoformat(born)).years,), (record,), "years")


@dataclass(frozen=True)
class _Sample:
    record: Record
    reading: Reading

    @property
    def value(self) -> float | int:
        value = self.reading.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError("not a number")
        return value


def _samples(query: ChartQuery, records: Sequence[Record]) -> list[_Sample]:
    slot = query.field or (Slot.DOSE if query.kind in _DRUGS else Slot.VALUE)
    return [_Sample(r, reading) for r in records for reading in readings_of(r, slot)[:1]]


def _compute_number(query: ChartQuery, records: Sequence[Record]) -> Computed:
    samples = _samples(query, records)
    if several := next((r for r in records if len(readings_of(r, Slot.VALUE)) > 1 and r.reading is None), None):
        names = " or ".join(c.concept.text for c in several.components)
        return Computed((), tuple(records), None, f"{several.concept.text} holds several values: ask for {names}")
    if not samples:
        return Computed((), tuple(records), None, "no numeric value is recorded" if records else None)
    if bounded := [s for s in samples if s.reading.comparator]:
        shown = ", ".join(s.reading.text for s in bounded[:3])
        return Computed((), tuple(records), None, f"some values are only bounds ({shown}), so it can't be computed")
    try:
        same, unit, notes = _to_one_unit(samples, query.unit)
    except ToolError as error:
        return Computed((), tuple(records), None, str(error))
    values, used = _NUMERIC[query.compute](same)
    return Computed(values, tuple(s.record for s in used), unit, None, notes)


def _to_one_unit(samples: list[_Sample], wanted: str | None) -> tuple[list[_Sample], str | None, tuple[str, ...]]:
    """The samples in one unit. Raises ToolError where units can't be compared."""
    units = {s.reading.unit_code or s.reading.unit for s in samples}
    if len(units) == 1 and wanted is None:
        return samples, samples[-1].reading.unit, ()
    target = wanted or samples[-1].reading.unit_code or samples[-1].reading.unit
    if None in units or target is None:
        raise ToolError("some values have a unit and some have none, so they can't be compared")
    from tools.units import convert

    converted = []
    for sample in samples:
        source = sample.reading.unit_code or sample.reading.unit or ""
        number = sample.value if source == target else convert(sample.value, source, target)
        converted.append(_Sample(sample.record, Reading(number, target)))
    note = f"values in {', '.join(sorted(u for u in units if u))} were converted to {target}"
    return converted, target, (note,) if len(units) > 1 else ()


def _extreme(pick: Callable[..., float | int]) -> Callable[[list[_Sample]], tuple[tuple[Value, ...], list[_Sample]]]:
    def run(samples: list[_Sample]) -> tuple[tuple[Value, ...], list[_Sample]]:
        best = pick(s.value for s in samples)
        return (best,), [s for s in samples if s.value == best]

    return run


def _mean(samples: list[_Sample]) -> tuple[tuple[Value, ...], list[_Sample]]:
    return (fmean(s.value for s in samples),), samples


def _sum(samples: list[_Sample]) -> tuple[tuple[Value, ...], list[_Sample]]:
    total = sum(s.value for s in samples)
    return (round(total, 9),), samples


def _change(samples: list[_Sample]) -> tuple[tuple[Value, ...], list[_Sample]]:
    dated = [s for s in samples if s.record.start is not None]
    if len(dated) < 2:
        return (), dated
    first, last = dated[0], dated[-1]
    return (round(last.value - first.value, 9),), [first, last]


def _trend(samples: list[_Sample]) -> tuple[tuple[Value, ...], list[_Sample]]:
    dated = [s for s in samples if s.record.start is not None]
    if len(dated) < 2:
        return (), dated
    change = dated[-1].value - dated[0].value
    return ("rising" if change > 0 else "falling" if change < 0 else "unchanged",), dated


def _compute_per(query: ChartQuery, records: Sequence[Record]) -> Computed:
    groups: dict[str, list[Record]] = defaultdict(list)
    size = {"day": 10, "month": 7, "year": 4}[query.per.unit if query.per else "day"]
    for record in records:
        if record.start is not None:
            groups[record.start.low.isoformat()[:size]].append(record)
    results = {day: _compute_number(query, members) for day, members in sorted(groups.items())}
    problem = next((c.problem for c in results.values() if c.problem), None)
    notes = tuple(f"{day}: {_shown(c)}" for day, c in results.items() if c.values)
    resting = tuple(dict.fromkeys(r.reference for c in results.values() for r in c.rests_on))
    kept = tuple(r for r in records if r.reference in resting)
    values = tuple(v for c in results.values() for v in c.values)
    unit = next((c.unit for c in results.values() if c.unit), None)
    return Computed(values, kept, unit, problem, notes)


def _shown(computed: Computed) -> str:
    return " ".join(str(part) for part in (*computed.values, computed.unit or "")).strip()


_NUMERIC: dict[Compute, Callable[[list[_Sample]], tuple[tuple[Value, ...], list[_Sample]]]] = {
    Compute.MIN: _extreme(min),
    Compute.MAX: _extreme(max),
    Compute.MEAN: _mean,
    Compute.SUM: _sum,
    Compute.CHANGE: _change,
    Compute.TREND: _trend,
}
_COMPUTERS: dict[Compute, Callable[[ChartQuery, Sequence[Record], AsOf], Computed]] = {
    Compute.LIST: _list,
    Compute.VALUE: _list,
    Compute.EXISTS: _exists,
    Compute.COUNT: _count,
    Compute.COUNT_DISTINCT: _count_distinct,
    Compute.TIME: _time,
    Compute.DURATION: _duration,
    Compute.TIME_SINCE: _time_since,
    Compute.AGE: _age,
}
