"""Questions on coming back, on the time between stays, on all of one day, and on what a stay was for."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planners.rules.days import KINDS
from agent.planners.rules.parts import read_parts
from tests.conftest import Ask, Query
from tests.test_execute_led_to import CHART, encounter
from tests.test_rules_planner import OVERVIEW
from tests.test_stay_questions import read_plan

pytestmark = pytest.mark.anyio
AGAIN = {"relation": "after", "kind": "hospital_stay", "pick": "any"}
ICU = {**AGAIN, "kind": "icu_stay"}


@pytest.mark.parametrize(
    ("question", "around", "compute"),
    [
        ("Was she rehospitalized?", AGAIN, "exists"),
        ("Was he readmitted in the 2 weeks after going home?", {**AGAIN, "hours": 336}, "exists"),
        ("Any 90-day readmission?", {**AGAIN, "hours": 2160}, "exists"),
        ("Did she end up back in the ICU?", ICU, "exists"),
        ("Was he admitted again within a week?", {**AGAIN, "hours": 168}, "exists"),
        ("How often was she readmitted to intensive care?", ICU, "count"),
        ("When was he readmitted?", AGAIN, "time"),
    ],
)
def test_coming_back_is_a_stay_after_an_earlier_one_ended(question: str, around: dict[str, Any], compute: str) -> None:
    assert read_plan(question) == {"kind": around["kind"], "around": around, "compute": compute}


@pytest.mark.parametrize(("hours", "values"), [(None, (True,)), (24 * 56, (True,)), (24 * 55, (False,))])
async def test_the_time_to_a_readmission_counts_from_the_end_of_the_stay_before(
    query_over: Query, hours: float | None, values: tuple[bool, ...]
) -> None:
    around = AGAIN | ({"hours": hours} if hours else {})
    found = await query_over(CHART, kind="hospital_stay", around=around, compute="exists")
    assert (found.values, found.determinable) == (values, True)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Time between her last two admissions?", {"kind": "hospital_stay", "pick": {"which": "last", "n": 2}}),
        ("How many days between the first two ED visits?",
         {"kind": "ed_visit", "pick": {"which": "first", "n": 2}, "unit": "days"}),
        ("How many weeks passed from the first to the second hospital stay?",
         {"kind": "hospital_stay", "pick": {"which": "first", "n": 2}, "unit": "weeks"}),
    ],
)  # fmt: skip
def test_the_time_between_two_stays_is_an_interval(question: str, wanted: dict[str, Any]) -> None:
    assert read_plan(question) == {**wanted, "compute": "interval"}


async def test_the_time_between_two_stays_tells_from_where_to_where(query_over: Query) -> None:
    found = await query_over(CHART, kind="hospital_stay", pick={"which": "last", "n": 2}, compute="interval")
    assert found.values == (60,)
    assert "56 days from the end of the first to the next" in found.statement


@pytest.mark.parametrize(
    "question", ["What happened on 2020-05-04?", "What took place in May 2020?", "List everything recorded in 2020"]
)
def test_all_of_a_time_is_asked_kind_by_kind(question: str) -> None:
    assert tuple(q.kind for q in read_parts(question, OVERVIEW, ()).queries) == KINDS


@pytest.mark.parametrize(
    ("question", "pick"),
    [
        ("Was he discharged home?", {}),
        ("Did she go home after her second admission?", {"pick": {"which": "nth", "n": 2}}),
        ("Where did he go after the 3rd admission?", {"pick": {"which": "nth", "n": 3}}),
    ],
)
def test_where_someone_went_is_the_discharge_disposition(question: str, pick: dict[str, Any]) -> None:
    assert read_plan(question) == {"kind": "hospital_stay", **pick, "field": "discharge_disposition"}


@pytest.mark.parametrize(
    ("question", "told", "values"),
    [
        ("What was she admitted for?", "these are the diagnoses", ("Sepsis",)),
        ("Why was she in hospital the first time?", "these are the diagnoses", ("Anemia", "Iron deficiency anemia")),
        ("Was she hospitalized for sepsis and how long?", "told by the diagnoses", (True, 2.0)),
    ],
)
async def test_what_a_stay_was_for_is_told_by_its_diagnoses_and_said_to_be_that(
    ask_over: Ask, question: str, told: str, values: tuple[Any, ...]
) -> None:
    sepsis = {
        "resourceType": "Condition", "id": "s", "code": {"text": "Sepsis"}, "subject": {"reference": "Patient/p"},
        "encounter": {"reference": "Encounter/two"},
    }  # fmt: skip
    (transcript,) = await ask_over([*CHART, sepsis], question)
    assert transcript.answer.values == values
    assert told in transcript.answer.text


async def test_what_a_stay_was_for_is_told_by_its_reason_where_one_is_recorded(ask_over: Ask) -> None:
    stay = encounter("two", "IMP", "03-05T08", "03-07T08", reasonCode=[{"text": "Fall"}])
    (transcript,) = await ask_over([stay], "What was she admitted for?")
    assert (transcript.answer.values, "diagnoses" in transcript.answer.text) == (("Fall",), False)
