"""Around: records before, after or beside another that bounds them, and the span from one to the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from tools.chart_query import Anchor, ChartQuery, Compute, Kind, Slot
from tools.execute.attributes import Computed
from tools.execute.selection import readings_of, time_key
from tools.execute.spans import in_unit
from tools.fhir.dates import FhirTime
from tools.records.record import Record

_COARSE = ("year", "month", "day")


def choose_bounds(anchor: Anchor, candidates: Iterable[Record]) -> list[Record]:
    """The first or last of the records that bound a search, with those that tie with it; or any of them."""
    if anchor.pick == "any":
        return sorted(candidates, key=time_key)
    dated = sorted((r for r in candidates if r.start is not None), key=time_key)
    if not dated:
        return []
    at = dated[0 if anchor.pick == "first" else -1].start
    return [r for r in dated if r.start and at and r.start.instant_low == at.instant_low]


def asks_order(query: ChartQuery) -> bool:
    """Whether it is asked which of two came first: "was asthma diagnosed before she started warfarin?"."""
    between = query.around is not None and query.around.relation in ("before", "after") and query.around.hours is None
    return between and query.compute is Compute.EXISTS and query.pick.which == "first" and not query.where


def is_unordered(records: Sequence[Record], found: Record) -> bool:
    """Whether nothing tells which of two came first: they are of one day, and one is dated to the day only."""
    spans = [r.start for r in records if r.start is not None]
    bound = found.start
    if bound is None:
        return False
    coarse = [s for s in spans if s.precision in _COARSE or bound.precision in _COARSE]
    return any(s.low <= bound.high and bound.low <= s.high for s in coarse)


def keep_around(records: Iterable[Record], anchor: Anchor, found: Record) -> list[Record]:
    """Records in the relation to the anchor record that is asked for."""
    if found.start is None and anchor.pick != "any":
        return []
    kept = [r for r in records if r.start is not None and r.reference != found.reference]
    if anchor.relation == "same_day":
        return [r for r in kept if r.start and found.start and r.start.low.date() == found.start.low.date()]
    if anchor.relation == "same_stay":
        return [r for r in kept if _visits_of(r) & _visits_of(found)]
    if anchor.relation == "from":
        return kept
    if anchor.relation == "after" and anchor.pick == "any":
        return [r for r in kept if _follows(r, found, anchor.hours)]
    if found.start is None:
        return []
    at = found.start.instant_low
    if anchor.hours is not None or anchor.relation == "within":
        span = timedelta(hours=anchor.hours or 24)
        kept = [r for r in kept if r.start and abs(r.start.instant_low - at) <= span]
    if anchor.relation == "before":
        return [r for r in kept if r.start and r.start.instant_low < at]
    if anchor.relation == "after":
        return [r for r in kept if r.start and r.start.instant_low > at]
    return kept


def _follows(record: Record, before: Record, hours: float | None) -> bool:
    """Whether a record began once another was over, and no more than so many hours later."""
    if record.start is None or before.end is None:
        return False
    apart = record.start.instant_low - before.end.instant_low
    begun = record.start.instant_low >= before.end.instant_low
    return begun and (hours is None or apart <= timedelta(hours=hours))


def last_before(records: Iterable[Record], found: Record) -> list[Record]:
    """The last record with a number before another record."""
    earlier = [r for r in records if r.start and found.start and r.start.instant_low < found.start.instant_low]
    return sorted((r for r in earlier if readings_of(r, Slot.VALUE)), key=time_key)[-1:]


def _visits_of(record: Record) -> set[str]:
    own = {record.reference} if Kind.ENCOUNTER in record.kinds else set()
    return own | ({record.encounter} if record.encounter else set())


def compute_span(bounds: Sequence[Record], records: Sequence[Record], unit: str | None) -> Computed:
    """How long it was from the record that bounds to the one picked; days and longer by the calendar."""
    pair = next(((a.start, b) for a in bounds for b in records if a.start is not None and b.start is not None), None)
    if pair is None:
        return Computed((), tuple(records), None, "the records found carry no date" if records else None)
    begin, picked = pair
    end = picked.start or begin
    if problem := _uncountable(begin, end, unit or "days"):
        return Computed((), tuple(records), None, problem)
    days = (end.low.date() - begin.low.date()).days
    if days < 0 or end.instant_high < begin.instant_low:
        problem = f"{picked.concept.text} ({end.raw}) came first, {-days} days earlier"
        return Computed((), tuple(records), None, problem)
    return Computed((_count_span(begin, end, unit or "days"),), tuple(records), unit or "days")


def _uncountable(begin: FhirTime, end: FhirTime, unit: str) -> str | None:
    """Why a span can't be told in a unit."""
    precisions = {begin.precision, end.precision}
    if precisions & {"year", "month"}:
        return "one of the two is not dated to the day"
    if "day" in precisions and unit in ("hours", "minutes"):
        return f"one of the two is dated to the day only, {(end.low.date() - begin.low.date()).days} days apart"
    return None


def _count_span(begin: FhirTime, end: FhirTime, unit: str) -> int | float:
    if unit in ("hours", "minutes"):
        return in_unit(begin.instant_low, end.instant_low, unit)
    first, last = (datetime.combine(moment.low.date(), time()) for moment in (begin, end))
    return in_unit(first, last, unit)
