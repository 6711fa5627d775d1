"""chartqa's golds on measurements over time, thresholds and courses: what holds, and what must not be asked."""

from __future__ import annotations

import random
from typing import Any

import pytest

from evals.suites.chartqa import TEMPLATES
from evals.suites.chartqa.raw import Chart, build_chart
from evals.suites.chartqa.template import Draft

BY_NAME = {t.name: t for t in TEMPLATES}
Json = dict[str, Any]
SODIUM, GLUCOSE = ("2951-2", "Sodium", "mmol/L"), ("2345-7", "Glucose", "mg/dL")


def chart(*records: Json) -> Chart:
    made = build_chart([{"resourceType": "Patient", "id": "p", "gender": "female"}, *records])
    assert made
    return made


def measured(*values: tuple[str, float], test: tuple[str, str, str] = GLUCOSE, **more: Any) -> list[Json]:
    """One result for each day and value; the id is the test's name and the day."""
    code, name, unit = test
    return [
        {
            "resourceType": "Observation", "id": f"{name}-{day}", "status": "final",
            "effectiveDateTime": f"{day}T09:00:00Z",
            "code": {"coding": [{"code": code, "display": name}], "text": name},
            "category": [{"coding": [{"code": "laboratory"}]}], "valueQuantity": {"value": value, "unit": unit}, **more,
        }
        for day, value in values
    ]  # fmt: skip


def pressure(day: str, high: float, low: float) -> Json:
    parts = [
        {"code": {"coding": [{"code": code}]}, "valueQuantity": {"value": value, "unit": "mmHg"}}
        for code, value in (("8480-6", high), ("8462-4", low))
    ]
    return {
        "resourceType": "Observation", "id": f"bp-{day}", "status": "final", "effectiveDateTime": f"{day}T09:00:00Z",
        "code": {"coding": [{"code": "85354-9", "display": "Blood pressure"}]}, "component": parts,
    }  # fmt: skip


def anemia(day: str) -> Json:
    return {
        "resourceType": "Condition", "id": "c", "code": {"text": "Anemia"}, "onsetDateTime": day,
        "clinicalStatus": {"coding": [{"code": "active"}]}, "verificationStatus": {"coding": [{"code": "confirmed"}]},
    }  # fmt: skip


def drafts(template: str, of: Chart) -> list[Draft]:
    return list(BY_NAME[template].build(of, random.Random(1)))


def ids(draft: Draft) -> set[str]:
    return {r.rpartition("/")[2] for r in draft.gold.references}


def test_the_last_three_values_are_those_latest_in_time() -> None:
    days = ("2020-01-01", 1.5), ("2021-01-01", 2.5), ("2019-01-01", 9), ("2022-01-01", 3.5)
    (draft,) = drafts("last_three_values", chart(*measured(*days)))
    assert set(draft.gold.values) == {1.5, 2.5, 3.5}
    assert ids(draft) == {"Glucose-2020-01-01", "Glucose-2021-01-01", "Glucose-2022-01-01"}


def test_the_values_and_the_range_of_a_year_leave_out_other_years() -> None:
    asked = chart(*measured(("2020-02-01", 7), ("2020-03-01", 5), ("2020-04-01", 6), ("2021-01-01", 9)))
    (every,), (ends,) = drafts("values_in_year", asked), drafts("range_in_year", asked)
    assert every.slots["year"] == "2020"
    assert set(every.gold.values) == {5, 6, 7}
    assert set(ends.gold.values) == {5, 7}
    assert ids(ends) == {"Glucose-2020-02-01", "Glucose-2020-03-01"}


def test_a_year_between_two_measurements_may_have_none() -> None:
    found = {
        d.slots["year"]: d.gold.values
        for seed in range(30)
        for d in BY_NAME["times_measured_in_year"].build(
            chart(*measured(("2018-01-01", 7), ("2020-01-01", 5))), random.Random(seed)
        )
    }
    assert found == {"2018": (1,), "2019": (0,), "2020": (1,)}


def test_the_day_of_the_highest_value_is_asked_where_it_is_one_day() -> None:
    (draft,) = drafts("highest_value_date", chart(*measured(("2018-01-01", 7), ("2019-01-01", 9), ("2020-01-01", 5))))
    assert draft.gold.values == ("2019-01-01",)


def test_days_are_counted_by_calendar_or_clock() -> None:
    asked = chart(
        *measured(("2020-01-01", 7)),
        *measured(("2020-01-10", 5), test=SODIUM, effectiveDateTime="2020-01-10T20:00:00Z"),
    )
    found = {str(d.slots["test"]): d.gold.values for d in drafts("days_since_measured", asked)}
    assert len(found) == 1
    assert next(iter(found.values())) == (10,)


def test_a_unit_is_told_as_text_or_code() -> None:
    odd = {"value": 2, "unit": "mIU/L", "code": "m[IU]/L"}
    (draft,) = drafts("unit_of_test", chart(*measured(("2020-01-01", 2), valueQuantity=odd)))
    assert draft.gold.values == ("mIU/L", "m[IU]/L")


def test_two_values_of_one_day_are_both_needed() -> None:
    asked = chart(*measured(("2020-01-01", 90)), *measured(("2020-01-01", 140), test=SODIUM))
    found = drafts("two_values_on_day", asked)
    assert {frozenset(d.gold.values) for d in found} == {frozenset({90, 140})}
    assert ids(found[0]) == {"Glucose-2020-01-01", "Sodium-2020-01-01"}


def test_the_test_measured_later_is_named() -> None:
    asked = chart(*measured(("2020-01-01", 90), ("2021-01-01", 91)), *measured(("2020-06-01", 140), test=SODIUM))
    found = drafts("measured_more_recently", asked)
    assert found
    assert all("Glucose" in d.gold.values and "Sodium" not in d.gold.values for d in found)
    assert ids(found[0]) == {"Glucose-2021-01-01", "Sodium-2020-06-01"}


def test_a_limit_is_passed_at_the_first_value_above_and_last_undercut_at_the_latest_below() -> None:
    line = ("2018-01-01", 4.2), ("2019-01-01", 6.1), ("2020-01-01", 4.4), ("2021-01-01", 6.3)
    (above,) = drafts("first_above_date", chart(*measured(*line)))
    (below,) = drafts("last_below_date", chart(*measured(*line)))
    assert above.gold.values == ("2019-01-01",)
    assert below.gold.values == ("2020-01-01",)
    assert ids(below) == {"Glucose-2020-01-01"}


def test_values_between_limits_are_counted() -> None:
    line = [(f"201{n}-01-01", value) for n, value in enumerate((4.2, 4.7, 5.2, 5.7, 6.2))]
    (draft,) = drafts("count_between_limits", chart(*measured(*line)))
    low, high = float(draft.slots["low"]), float(draft.slots["high"])
    assert draft.gold.values == (sum(low < v < high for _, v in line),)


def test_upper_pressures_are_counted_from_the_limit_on() -> None:
    asked = chart(pressure("2020-01-01", 150, 90), pressure("2021-01-01", 118, 70))
    (draft,) = drafts("pressure_count_at_least", asked)
    assert draft.gold.values == (1,)
    assert ids(draft) == {"bp-2020-01-01"}


def test_the_extreme_of_one_part_of_the_pressure() -> None:
    asked = chart(pressure("2020-01-01", 150, 70), pressure("2021-01-01", 118, 90))
    found = {(d.slots["most"], d.slots["part"]): d.gold.values for d in drafts("pressure_part_extreme", asked)}
    assert found[("highest", "diastolic")] == (90.0,)
    assert found[("lowest", "systolic")] == (118.0,)


def test_the_reference_range_is_that_of_the_latest_result() -> None:
    ends = [{"low": {"value": 70}, "high": {"value": 99}}]
    (told,) = drafts("reference_range_of_test", chart(*measured(("2020-01-01", 90), referenceRange=ends)))
    (untold,) = drafts("reference_range_of_test", chart(*measured(("2020-01-01", 90))))
    assert told.gold.values == (70, 99)
    assert untold.gold.values == ()


def test_the_flag_is_that_of_the_latest_result() -> None:
    high = [{"coding": [{"code": "H", "display": "High"}]}]
    (draft,) = drafts("flag_of_latest", chart(*measured(("2020-01-01", 190), interpretation=high)))
    assert draft.gold.values == ("H", "High")


def test_a_change_has_its_sign_or_none_where_it_falls() -> None:
    falls = chart(*measured(("2020-01-01", 9.5), ("2020-05-01", 7.2)))
    (days,), (year,) = drafts("change_between_days", falls), drafts("change_within_year", falls)
    assert days.gold.values == year.gold.values == (-2.3, 2.3)
    (rises,) = drafts("change_between_days", chart(*measured(("2020-01-01", 7.2), ("2020-05-01", 9.5))))
    assert rises.gold.values == (2.3,)


def test_the_mean_of_a_year() -> None:
    (draft,) = drafts("mean_in_year", chart(*measured(("2020-01-01", 5), ("2020-05-01", 6), ("2021-05-01", 60))))
    assert draft.gold.values == (5.5,)


def test_a_trend_goes_one_way_all_along() -> None:
    (draft,) = drafts("trend_between_years", chart(*measured(("2018-01-01", 5), ("2019-01-01", 6), ("2020-01-01", 7))))
    assert "rising" in draft.gold.values
    assert (draft.slots["first"], draft.slots["last"]) == ("2018", "2020")


def test_now_is_set_against_the_day_of_the_diagnosis() -> None:
    (draft,) = drafts(
        "higher_than_at_diagnosis", chart(anemia("2020-01-01"), *measured(("2020-01-01", 8), ("2021-01-01", 9)))
    )
    assert draft.gold.values == (True,)
    assert ids(draft) == {"c", "Glucose-2020-01-01", "Glucose-2021-01-01"}


TWO_EQUAL = measured(("2018-01-01", 9), ("2019-01-01", 9), ("2020-01-01", 5))
NOT_ASKED = (
    ("last_three_values", measured(("2020-01-01", 7), ("2021-01-01", 8)), "only two"),
    ("values_in_year", measured(*((f"2020-0{n}-01", n) for n in range(1, 9))), "too many to read out"),
    ("range_in_year", measured(("2020-01-01", 7), ("2020-02-01", 7)), "no range"),
    ("highest_value_date", TWO_EQUAL, "two days share it"),
    ("days_since_measured", measured(("2020-01-01", 7)), "of yesterday"),
    ("unit_of_test", measured(("2020-01-01", 7), test=("1", "Pain", "{score}")), "a unit nobody says"),
    ("two_values_on_day", [*measured(("2020-01-01", 7)), *measured(("2020-01-02", 8), test=SODIUM)], "on two days"),
    ("measured_more_recently", [*measured(("2020-01-01", 7)), *measured(("2020-01-01", 8), test=SODIUM)], "one day"),
    ("first_above_date", measured(("2018-01-01", 6.1), ("2019-01-01", 5.2), ("2020-01-01", 4.3)), "above at first"),
    ("last_below_date", measured(("2018-01-01", 6.1), ("2019-01-01", 5.2), ("2020-01-01", 4.3)), "below at last"),
    ("count_between_limits", measured(("2018-01-01", 5.1), ("2019-01-01", 5.2)), "no limits between"),
    ("pressure_part_extreme", [pressure("2020-01-01", 120, 80)], "only one"),
    ("flag_of_latest", measured(("2020-01-01", 7)), "not flagged"),
    ("change_between_days", [*TWO_EQUAL[:1], {**TWO_EQUAL[0], "id": "b"}], "twice on its one day"),
    ("mean_in_year", measured(("2020-01-01", 5.0), ("2020-02-01", 5.1)), "its first decimal turns"),
    ("trend_between_years", measured(("2018-01-01", 5), ("2019-01-01", 9), ("2020-01-01", 7)), "it turns"),
    ("trend_between_years", measured(("2018-01-01", 100), ("2019-01-01", 101), ("2020-01-01", 102)), "hardly moves"),
    (
        "higher_than_at_diagnosis",
        [anemia("2020-01-02"), *measured(("2020-01-01", 8), ("2021-01-01", 9))],
        "another day",
    ),
)


@pytest.mark.parametrize(("template", "records", "why"), NOT_ASKED, ids=lambda v: v if isinstance(v, str) else "")
def test_what_could_be_disputed_is_not_asked(template: str, records: list[Json], why: str) -> None:
    assert not drafts(template, chart(*records)), why


def test_blood_pressure_under_two_concepts_is_not_counted() -> None:
    other = {**pressure("2021-01-01", 150, 90), "code": {"coding": [{"code": "55284-4", "display": "BP device"}]}}
    asked = chart(pressure("2020-01-01", 150, 90), other)
    assert not drafts("pressure_count_at_least", asked)
