"""Selecting, picking and computing over records, without a server."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tools.chart import AsOf
from tools.chart_query import Anchor, ChartQuery, Compute, Condition, Kind, Pick, Slot, Stay
from tools.errors import ToolError
from tools.execute.around import keep_around
from tools.execute.computing import compute_values
from tools.execute.picking import pick_records
from tools.execute.selection import (
    compare,
    counts_at_all,
    keep_in_window,
    keep_ongoing,
    meets,
)
from tools.execute.stays import build_scope, choose_stays
from tools.fhir.dates import parse_fhir_time
from tools.records.record import Concept, Reading, Record
from tools.time_window import Window

AS_OF = AsOf(datetime(2020, 6, 1, 12), None, "caller", "2020-06-01T12:00:00")


def record(reference: str, start: str | None, value: float | None = None, **more: object) -> Record:
    defaults: dict[str, object] = {
        "version": "1", "kinds": frozenset({Kind.LAB}), "concept": Concept("Potassium", ("Potassium",)),
        "start": parse_fhir_time(start) if start else None, "end": None, "recorded": None, "status": "final",
        "standing": "current", "reading": Reading(value, "mmol/L") if value is not None else None,
    }  # fmt: skip
    return Record(reference=reference, **{**defaults, **more})  # type: ignore[arg-type]


LABS = [
    record("Observation/a", "2020-01-01T08:00:00-05:00", 4.0),
    record("Observation/b", "2020-02-01T08:00:00-05:00", 5.0),
    record("Observation/c", "2020-02-01T08:00:00-05:00", 3.0),
]


def test_last_gives_every_record_that_ties_at_that_instant() -> None:
    picked, tied = pick_records(LABS, Pick(which="last"))
    assert [r.reference for r in picked] == ["Observation/b", "Observation/c"]
    assert tied


def test_the_one_before_the_last_steps_over_the_tie() -> None:
    picked, tied = pick_records(LABS, Pick(which="last", skip=1))
    assert [r.reference for r in picked] == ["Observation/a"]
    assert not tied


def test_a_single_record_without_a_date_is_its_own_first_and_last() -> None:
    only = record("Observation/u", None, 4.2)
    assert pick_records([only], Pick(which="last")) == ([only], False)
    assert pick_records([only], Pick(which="last", skip=1)) == ([], False)


def test_what_was_under_way_counts_by_its_end_and_is_unsure_without_one() -> None:
    window = Window(datetime(2020, 3, 1), datetime(2020, 3, 31))
    over = record("Condition/a", "2019-01-01", end=parse_fhir_time("2020-03-05"))
    now = record("Condition/b", "2019-01-01")
    past = record("Condition/c", "2019-01-01", standing="past")
    later = record("Condition/d", "2020-05-01")
    assert keep_ongoing([over, now, past, later], window) == ([over, now], [past])


def test_first_of_nothing_is_nothing() -> None:
    assert pick_records([], Pick(which="first")) == ([], False)


def test_a_window_judges_the_wall_clock_of_the_record() -> None:
    late = record("Observation/late", "2020-01-31T23:30:00-05:00")
    january = Window(datetime(2020, 1, 1), datetime(2020, 1, 31, 23, 59, 59))
    assert keep_in_window([late], january) == [late]


def test_a_record_dated_by_year_is_not_put_into_a_month() -> None:
    assert keep_in_window([record("Observation/y", "2020")], Window(datetime(2020, 1, 1), datetime(2020, 1, 31))) == []


@pytest.mark.parametrize(
    ("comparator", "op", "bound", "holds"),
    [(None, "<", 5, True), (None, ">=", 4, True), ("<", "<", 4, True), ("<", ">", 3, False), (">", ">", 4, True)],
)
def test_a_bound_counts_only_where_it_settles_the_comparison(
    comparator: str | None, op: str, bound: float, holds: bool
) -> None:
    assert compare(Reading(4, "mg", comparator), op, bound) is holds


def test_comparing_with_a_word_tells_the_planner_to_give_a_number() -> None:
    with pytest.raises(ToolError, match="give a number"):
        meets(LABS[0], Condition(field=Slot.VALUE, op="<", value="high"))


def test_route_is_met_by_its_abbreviation() -> None:
    order = record("MedicationRequest/a", None, fields={Slot.ROUTE: ("IV",)})
    assert meets(order, Condition(field=Slot.ROUTE, value="intravenous"))
    assert not meets(order, Condition(field=Slot.ROUTE, value="oral"))


def test_refuted_and_mistaken_records_do_not_count() -> None:
    assert not counts_at_all(record("Condition/a", None, standing="refuted"), Kind.CONDITION)
    assert not counts_at_all(record("Condition/b", None, standing="void"), Kind.CONDITION)


def test_within_hours_of_another_record_is_on_either_side() -> None:
    anchor = Anchor(relation="within", kind=Kind.LAB, hours=24)
    near = record("Observation/n", "2020-02-02T07:00:00-05:00")
    assert keep_around([*LABS, near], anchor, LABS[1]) == [LABS[2], near]
    assert keep_around([*LABS, near], anchor.model_copy(update={"relation": "after"}), LABS[1]) == [near]
    assert keep_around([*LABS, near], anchor.model_copy(update={"relation": "before"}), LABS[1]) == []
    unbounded = Anchor(relation="before", kind=Kind.LAB)
    assert keep_around([*LABS, near], unbounded, LABS[1]) == [LABS[0]]


def stay(name: str, start: str, end: str | None, part_of: str | None = None, kind: Kind = Kind.HOSPITAL_STAY) -> Record:
    return record(
        f"Encounter/{name}", start, kinds=frozenset({kind, Kind.ENCOUNTER}), end=parse_fhir_time(end) if end else None,
        standing="past" if end else "current", resource={"partOf": {"reference": part_of}} if part_of else {},
    )  # fmt: skip


STAYS = [
    stay("one", "2019-01-01T08:00:00Z", "2019-01-05T08:00:00Z"),
    stay("two", "2020-01-01T08:00:00Z", "2020-01-09T08:00:00Z"),
]


def test_no_stay_in_progress_is_none_and_not_the_latest() -> None:
    assert choose_stays(Stay(which="current"), STAYS) == ()
    assert [s.reference for s in choose_stays(Stay(which="last"), STAYS)] == ["Encounter/two"]


def test_a_stay_holds_records_of_the_encounters_within_it_and_undated_links_by_time() -> None:
    icu = stay("icu", "2020-01-02T08:00:00Z", "2020-01-03T08:00:00Z", "Encounter/two", Kind.ICU_STAY)
    scope = build_scope((STAYS[1],), [*STAYS, icu])
    assert scope.holds(record("Observation/icu", "2020-01-02T09:00:00Z", encounter="Encounter/icu"))
    assert scope.holds(record("Observation/none", "2020-01-04T09:00:00Z"))
    assert not scope.holds(record("Observation/out", "2020-02-04T09:00:00Z"))
    assert not scope.holds(record("Observation/other", "2020-01-04T09:00:00Z", encounter="Encounter/one"))


def test_an_order_that_names_the_hospital_stay_belongs_to_the_icu_stay_by_its_time() -> None:
    icu = stay("icu", "2020-01-02T08:00:00Z", "2020-01-03T08:00:00Z", "Encounter/two", Kind.ICU_STAY)
    scope = build_scope((icu,), [*STAYS, icu])
    assert scope.holds(record("MedicationRequest/in", "2020-01-02T09:00:00Z", encounter="Encounter/two"))
    assert not scope.holds(record("MedicationRequest/out", "2020-01-05T09:00:00Z", encounter="Encounter/two"))


@pytest.mark.parametrize(
    ("compute", "values"),
    [
        (Compute.COUNT, (3,)), (Compute.EXISTS, (True,)), (Compute.MIN, (3.0,)), (Compute.MAX, (5.0,)),
        (Compute.MEAN, (4.0,)), (Compute.SUM, (12.0,)), (Compute.COUNT_DISTINCT, (1,)),
        (Compute.TIME, ("2020-01-01T08:00:00-05:00", "2020-02-01T08:00:00-05:00")),
    ],
)  # fmt: skip
def test_each_computation_gives_its_value(compute: Compute, values: tuple[object, ...]) -> None:
    query = ChartQuery(kind=Kind.LAB, about=("potassium",), compute=compute)
    assert compute_values(query, LABS, AS_OF).values == values


def test_an_average_over_a_bound_is_not_computed() -> None:
    labs = [*LABS, record("Observation/d", "2020-03-01", reading=Reading(0.3, "mmol/L", "<"))]
    computed = compute_values(ChartQuery(kind=Kind.LAB, compute=Compute.MEAN), labs, AS_OF)
    assert computed.values == ()
    assert computed.problem is not None
    assert "bounds" in computed.problem


def test_a_minimum_rests_on_the_record_that_has_it() -> None:
    computed = compute_values(ChartQuery(kind=Kind.LAB, compute=Compute.MIN), LABS, AS_OF)
    assert [r.reference for r in computed.rests_on] == ["Observation/c"]


def test_duration_is_by_instants_and_in_the_unit_asked_for() -> None:
    query = ChartQuery(kind=Kind.HOSPITAL_STAY, compute=Compute.DURATION, unit="hours")
    assert compute_values(query, STAYS[:1], AS_OF).values == (96,)


def test_a_stay_without_end_has_no_length() -> None:
    query = ChartQuery(kind=Kind.HOSPITAL_STAY, compute=Compute.DURATION)
    assert compute_values(query, [stay("now", "2020-05-01", None)], AS_OF).problem


def test_time_since_is_by_wall_clock_where_as_of_has_no_offset() -> None:
    query = ChartQuery(kind=Kind.LAB, compute=Compute.TIME_SINCE, unit="hours")
    wanted = (AS_OF.wall - datetime(2020, 1, 1, 8)) / timedelta(hours=1)
    assert compute_values(query, LABS[:1], AS_OF).values == (wanted,)


def test_age_is_in_whole_years_and_stops_at_death() -> None:
    patient = record("Patient/p", None, fields={Slot.BIRTH_DATE: ("1950-06-02",), Slot.DEATH: ("2015-01-01",)})
    query = ChartQuery(kind=Kind.PATIENT, compute=Compute.AGE)
    assert compute_values(query, [patient], AS_OF).values == (64,)
    alive = record("Patient/p", None, fields={Slot.BIRTH_DATE: ("1950-06-02",)})
    assert compute_values(query, [alive], AS_OF).values == (69,)


def test_per_month_computes_within_each_month() -> None:
    query = ChartQuery(kind=Kind.LAB, compute=Compute.MAX, per={"unit": "month"})  # type: ignore[arg-type]
    assert compute_values(query, LABS, AS_OF).values == (4.0, 5.0)
