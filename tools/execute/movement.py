"""Movement: whether and how far a value rose, fell, changed, stayed or got better. Knows nothing of servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tools.chart_query import ChartQuery, Compute
from tools.execute.attributes import Computed
from tools.execute.course import better_when
from tools.execute.numbers import compute_number
from tools.execute.selection import level_of
from tools.records.record import Record

_BY = {"higher": 1, "lower": -1}


def compute_movement(query: ChartQuery, records: Sequence[Record]) -> Computed:
    """What the first and the last value tell of a movement; the course between them is said with it."""
    change = compute_number(query.model_copy(update={"compute": Compute.CHANGE}), records)
    if change.problem or not change.values:
        return replace(change, values=(), problem=change.problem or "there are not two dated values to compare")
    moved = float(change.values[0])
    compute = query.compute
    if compute in (Compute.RISE, Compute.FALL):
        return replace(change, values=(round(moved if compute is Compute.RISE else -moved, 9),))
    if compute in (Compute.IMPROVED, Compute.WORSENED):
        return _judge(compute, change, moved)
    if compute in (Compute.CHANGED, Compute.STABLE):
        return _compare_all(query, records, change)
    return replace(change, values=(moved > 0 if compute is Compute.INCREASED else moved < 0,), unit=None)


def compute_against(query: ChartQuery, earlier: Sequence[Record], later: Sequence[Record]) -> Computed:
    """What the values of one time tell when set against those of another; told only where all of them agree."""
    both = (*earlier, *later)
    if not earlier or not later:
        then, now = (query.against, query.when) if query.against else ("of that day", "after that day")
        missing = now if earlier else then
        return Computed((), both, None, f"there is no value {missing}" if both else None)
    plain = query.model_copy(update={"against": None})
    found = [compute_moved(plain, (one, other)) for one in earlier for other in later]
    values = {c.values for c in found}
    problem = next((c.problem for c in found if c.problem), None)
    if problem or len(values) > 1:
        return Computed((), both, None, problem or "there are several values in one of the two times, and they differ")
    return replace(found[-1], rests_on=both)


def compute_moved(query: ChartQuery, records: Sequence[Record]) -> Computed:
    """A movement, or a change in numbers."""
    numeric = query.compute in (Compute.CHANGE, Compute.PERCENT_CHANGE, Compute.TREND)
    return compute_number(query, records) if numeric else compute_movement(query, records)


def _compare_all(query: ChartQuery, records: Sequence[Record], change: Computed) -> Computed:
    """Whether any value differs from another; only what did not move at all is stable for certain."""
    low, high = (
        compute_number(query.model_copy(update={"compute": c}), records).values for c in (Compute.MIN, Compute.MAX)
    )
    course = replace(change, rests_on=tuple(records), unit=None)
    if query.compute is Compute.CHANGED:
        return replace(course, values=(low != high,))
    if low == high:
        return replace(course, values=(True,))
    return _unsettled(course, "no record says how much of a change counts")


def _unsettled(course: Computed, why: str) -> Computed:
    return replace(course, values=(), notes=(), problem=f"{why}; it went: {'; '.join(course.notes)}")


def _judge(compute: Compute, change: Computed, moved: float) -> Computed:
    """Better by what the records themselves call normal, else by which way is better of this analyte."""
    first, last = change.rests_on[0], change.rests_on[-1]
    by_level, way = _compare_levels(first, last), better_when(last)
    if by_level is None and way is None and moved:
        return _unsettled(change, f"which way is better for {last.concept.text} is not settled")
    gained = by_level if by_level is not None else moved * _BY[way or "higher"]
    notes = change.notes if by_level is not None or way is None else (*change.notes, f"{way} is taken as better")
    return replace(change, values=(gained > 0 if compute is Compute.IMPROVED else gained < 0,), unit=None, notes=notes)


def _compare_levels(first: Record, last: Record) -> int | None:
    """1 from not normal to normal, -1 the other way; None where the records don't tell one from the other."""
    levels = [level_of(r) for r in (first, last)]
    if None in levels or (levels[0] == "normal") == (levels[1] == "normal"):
        return None
    return 1 if levels[1] == "normal" else -1
