"""The status of an order, whatever it is; what care plans are made for and aim at; birthdays that bound a count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from agent.planners.rules.ages import write_ages
from agent.planners.rules.asides import set_aside
from agent.planners.rules.parts import read_parts
from tests.test_orders_asked import CHART as DRUGS
from tests.test_rules_planner import entry
from tools.chart_query import Kind, Slot
from tools.records.convert import to_record

CHART = replace(
    DRUGS,
    index=(*DRUGS.index, entry(Kind.CARE_PLAN, "Diabetes self management plan"), entry(Kind.CONDITION, "Prediabetes")),
)
LAST = {"kind": "medication_ordered", "about": ["metformin"], "pick": {"which": "last"}, "field": "status"}
PLAN = {"kind": "care_plan", "about": ["diabetes self management plan"]}
BECAUSE = {"kind": "care_plan", "where": [{"field": "reason", "value": "prediabetes"}]}


def query_of(question: str) -> dict[str, Any]:
    heard = set_aside(question, CHART.index)
    parsed = read_parts(heard.question, CHART, ())
    assert parsed.reason is None, parsed.reason
    (query,) = parsed.queries
    made = query.model_copy(update={"about": tuple(name.lower() for name in query.about)})
    return made.model_dump(mode="json", exclude_defaults=True)


@pytest.mark.parametrize(
    "question",
    [
        "Is my last metformin prescription active or was it stopped?",
        "Was the last metformin order completed, stopped or cancelled?",
        "The newest metformin script, is it still active or discontinued?",
        "Latest order for metformin: completed or on hold?",
        "What state is the latest metformin order in?",
        "In what state is the last prescription for metformin?",
        "What's the state of his most recent metformin order?",
        "What happened to my last metformin prescription?",
        "What has become of the last metformin order? I just want to know its status.",
        "Where does my most recent metformin prescription stand?",
    ],
)
def test_states_to_choose_from_ask_for_the_status_of_the_order(question: str) -> None:
    assert query_of(question) == LAST


def test_the_status_of_an_order_of_a_test_is_no_value() -> None:
    asked = query_of("What is the status of the last potassium order?")
    assert (asked["field"], asked.get("compute")) == ("status", None)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Which plan treats my prediabetes?", BECAUSE),
        ("Which care plan did they put together because of my prediabetes?", BECAUSE),
        ("Care plans related to prediabetes?", BECAUSE),
        ("prediabetes - associated care plan?", BECAUSE),
        ("How many care plans address prediabetes?", {**BECAUSE, "compute": "count"}),
        ("What does the diabetes self management plan deal with?", {**PLAN, "field": "reason"}),
        ("Objectives of her diabetes self management plan?", {**PLAN, "field": "goals"}),
        ("Does my diabetes self management plan have goals?", {**PLAN, "field": "goals"}),
        ("Which aims belong to the diabetes self management plan?", {**PLAN, "field": "goals"}),
        (
            "How many goals does the diabetes self management plan have?",
            {**PLAN, "field": "goals", "compute": "count_distinct"},
        ),
        (
            "When did I start following the diabetes self management plan?",
            {**PLAN, "pick": {"which": "first"}, "compute": "time"},
        ),
    ],
)
def test_a_plan_is_found_by_what_it_is_for_and_tells_what_it_aims_at(question: str, wanted: dict[str, Any]) -> None:
    assert query_of(question) == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("flu shots by her 40th birthday, not counting later doses", "flu shots before 2014-06-18"),
        ("flu shots before my birthday number 40", "flu shots before 2014-06-18"),
        ("flu shots after the patient's 40th birthday", "flu shots since 2014-06-18"),
    ],
)
def test_a_birthday_that_bounds_is_a_date(question: str, wanted: str) -> None:
    assert write_ages(question, date(1974, 6, 18)) == wanted


GOAL = {"resourceType": "Goal", "id": "g", "lifecycleStatus": "active", "description": {"text": "Walk daily"}}
CARE = {
    "resourceType": "CarePlan", "id": "p", "status": "active", "title": "Fitness", "period": {"start": "2020-01-01"},
    "goal": [{"reference": "Goal/g"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("linked", "goals"),
    [
        ({"Goal/g": GOAL}, ("Walk daily",)),
        ({}, None),
        ({"Goal/g": {**GOAL, "lifecycleStatus": "entered-in-error"}}, None),
    ],
)
def test_the_goals_of_a_plan_are_told_all_or_not_at_all(linked: dict[str, Any], goals: object) -> None:
    assert to_record(CARE, linked).fields.get(Slot.GOALS) == goals
