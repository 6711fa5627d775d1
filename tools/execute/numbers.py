"""Numbers out of records: extremes, means, sums, changes, in one unit. Knows nothing of servers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from tools.chart_query import ChartQuery, Compute, Slot
from tools.errors import ToolError
from tools.evidence import Value
from tools.execute.attributes import DRUGS, Computed, slot_values
from tools.execute.course import describe_course, direction_of
from tools.execute.lengths import STAYS, tell_lengths, to_lengths
from tools.execute.pressure import BY_SYSTOLIC, to_numbers
from tools.execute.selection import readings_of
from tools.records.record import Reading, Record


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
    slot = _slot(query)
    return [_Sample(r, reading) for r in records for reading in readings_of(r, slot)[:1]]


def _slot(query: ChartQuery) -> Slot:
    """The attribute whose numbers are computed."""
    if query.field not in (None, Slot.TIME):
        return query.field
    return Slot.DOSE if query.kind in DRUGS else Slot.VALUE


def compute_number(query: ChartQuery, records: Sequence[Record]) -> Computed:
    """A number out of records. A blood pressure counts by its systolic, and its extremes are told whole."""
    if query.kind in STAYS and query.field in (None, Slot.TIME):
        computed = _compute(query, to_lengths(query, records))
        return replace(computed, notes=(*computed.notes, *tell_lengths(query, records, computed.rests_on)))
    whole = {r.reference: r for r in records}
    numbers, are_pressures = to_numbers(records) if _slot(query) is Slot.VALUE else (list(records), False)
    computed = _compute(query, numbers)
    if not are_pressures:
        return computed
    resting = tuple(whole[r.reference] for r in computed.rests_on)
    values = computed.values
    if query.compute in (Compute.MAX, Compute.MIN) and query.field is not Slot.TIME and not computed.problem:
        values = tuple(dict.fromkeys(v for r in resting for v in slot_values(r, Slot.VALUE)))
    return replace(computed, values=values, rests_on=resting, notes=(*computed.notes, BY_SYSTOLIC))


def _compute(query: ChartQuery, records: Sequence[Record]) -> Computed:
    samples = _samples(query, records)
    parted = (r for r in records if r.components and r.reading is None)
    if several := next((r for r in parted if len(readings_of(r, Slot.VALUE)) > 1), None):
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
    values, used = NUMERIC[query.compute](same)
    if not values:
        return Computed((), tuple(records), None, "there are not two dated values to compare")
    if query.compute is Compute.PERCENT_CHANGE:
        unit = "%"
    if query.field is Slot.TIME:
        moments = dict.fromkeys(s.record.start.raw for s in used if s.record.start is not None)
        return Computed(tuple(moments), tuple(s.record for s in used))
    if query.compute in (Compute.CHANGE, Compute.TREND, Compute.PERCENT_CHANGE):
        notes = (*notes, _describe(same, same[-1].reading.unit))
    return Computed(values, tuple(s.record for s in used), unit, None, notes)


def _describe(samples: list[_Sample], unit: str | None) -> str:
    dated = [(s.record.start, s.value) for s in samples if s.record.start is not None]
    return describe_course([m for m, _ in dated], [v for _, v in dated], unit)


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
        number = sample.value if source == target else convert(sample.value, source, target, sample.record.concept)
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


def _percent(samples: list[_Sample]) -> tuple[tuple[Value, ...], list[_Sample]]:
    """How far the last is from the first, in percent of the first; nothing of a first that is zero or less."""
    (change,), used = _change(samples) if len([s for s in samples if s.record.start]) > 1 else ((None,), [])
    if not isinstance(change, float | int) or used[0].value <= 0:
        return (), used
    return (round(change / used[0].value * 100, 2),), used


def _trend(samples: list[_Sample]) -> tuple[tuple[Value, ...], list[_Sample]]:
    dated = [s for s in samples if s.record.start is not None]
    if len(dated) < 2:
        return (), dated
    moments = [s.record.start for s in dated if s.record.start is not None]
    return (direction_of(moments, [s.value for s in dated]),), dated


def compute_per(query: ChartQuery, records: Sequence[Record]) -> Computed:
    """A number of each day, month or year in which there are records."""
    results = {unit: compute_number(query, members) for unit, members in _by_unit(query, records).items()}
    problem = next((c.problem for c in results.values() if c.problem), None)
    notes = tuple(f"{day}: {_shown(c)}" for day, c in results.items() if c.values)
    resting = {r.reference for c in results.values() for r in c.rests_on}
    kept = tuple(r for r in records if r.reference in resting)
    values = tuple(v for c in results.values() for v in c.values)
    unit = next((c.unit for c in results.values() if c.unit), None)
    return Computed(values, kept, unit, problem, notes)


def count_per(query: ChartQuery, records: Sequence[Record]) -> Computed:
    """How many records there are of each day, month or year that has any."""
    counts = {unit: len(members) for unit, members in _by_unit(query, records).items()}
    dated = tuple(r for r in records if r.start is not None)
    notes = ["; ".join(f"{unit}: {count}" for unit, count in counts.items())]
    notes += [f"{len(records) - len(dated)} without a date left out"] if len(dated) < len(records) else []
    return Computed(tuple(counts.values()), dated, None, None, tuple(notes))


def _by_unit(query: ChartQuery, records: Sequence[Record]) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = defaultdict(list)
    size = {"day": 10, "month": 7, "year": 4}[query.per.unit if query.per else "day"]
    for record in records:
        if record.start is not None:
            groups[record.start.low.isoformat()[:size]].append(record)
    return dict(sorted(groups.items()))


def _shown(computed: Computed) -> str:
    return " ".join(str(part) for part in (*computed.values, computed.unit or "")).strip()


NUMERIC: dict[Compute, Callable[[list[_Sample]], tuple[tuple[Value, ...], list[_Sample]]]] = {
    Compute.MIN: _extreme(min),
    Compute.MAX: _extreme(max),
    Compute.MEAN: _mean,
    Compute.SUM: _sum,
    Compute.CHANGE: _change,
    Compute.TREND: _trend,
    Compute.PERCENT_CHANGE: _percent,
}
