"""What orders and charts say of a drug, in their words: how often, by which route, when last; years as a range."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.planners.rules.asides import set_aside
from agent.planners.rules.parts import read_parts
from tests.test_rules_planner import OVERVIEW, entry, status
from tools.chart_query import Kind

CHART = replace(
    OVERVIEW,
    index=(
        *OVERVIEW.index,
        entry(Kind.IMMUNIZATION, "Influenza, seasonal, injectable"),
        entry(Kind.PROCEDURE, "Colonoscopy"),
        entry(Kind.MEDICATION_ORDERED, "Metformin 500 MG Oral Tablet"),
        entry(Kind.MEDICATION_ADMINISTERED, "Metformin 500 MG Oral Tablet"),
        entry(Kind.MEDICATION_ORDERED, "Sertraline 50 MG Oral Tablet"),
        entry(Kind.CONDITION, "Asthma"),
        entry(Kind.OBSERVATION, "Smoking status"),
    ),
)
LAST = {"pick": {"which": "last"}}
ORDER = {"kind": "medication_ordered", "about": ["metformin"], **LAST}
A_DAY = {**ORDER, "field": "frequency", "per": {"unit": "day"}}
GIVEN = {"kind": "medication_administered", "about": ["metformin"], **LAST, "compute": "time"}
SHOTS = {"kind": "immunization", "compute": "count"}
ASTHMA = {"kind": "condition", "about": ["asthma"]}
ON_THAT_DAY = {"when": "on 3/4/2015", "ongoing": True}


def query_of(question: str) -> dict[str, Any]:
    heard = set_aside(question, CHART.index)
    parsed = read_parts(heard.question, CHART, ())
    assert parsed.reason is None, parsed.reason
    (query,) = parsed.queries
    about = tuple(name.lower() for name in query.about)
    return query.model_copy(update={"about": about}).model_dump(mode="json", exclude_defaults=True)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How many times a day was he to take metformin, as last ordered?", A_DAY),
        ("Latest metformin prescription: how many doses per day?", A_DAY),
        ("Times per day on the most recent metformin order?", A_DAY),
        ("How often was metformin supposed to be taken by the last order?", {**ORDER, "field": "frequency"}),
        ("Metformin, newest order: oral, IV or something else?", {**ORDER, "field": "route"}),
        ("Was the last metformin order by mouth or IV?", {**ORDER, "field": "route"}),
        ("Route of the last metformin order?", {**ORDER, "field": "route"}),
        ("At what dose was metformin last ordered?", {**ORDER, "field": "dose"}),
        ("The last time he was put down for metformin, what was the dose?", {**ORDER, "field": "dose"}),
    ],
)
def test_what_an_order_says_is_asked_of_the_order(question: str, wanted: dict[str, Any]) -> None:
    assert query_of(question) == wanted


@pytest.mark.parametrize(
    "question",
    [
        "What was the day of her final metformin dose?",
        "Date of the last recorded dose of metformin?",
        "When did the nurses last give him metformin?",
        "On what day was metformin last administered, per the MAR?",
    ],
)
def test_the_day_of_a_dose_is_when_it_was_given(question: str) -> None:
    assert query_of(question) == GIVEN


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Number of vaccines given 2013 through 2018?", {**SHOTS, "when": "from 2013 to 2018"}),
        ("How many shots in the years 2013 to 2018?", {**SHOTS, "when": "from 2013 to 2018"}),
        ("Counting every single shot from the start of 2013 to the end of 2018, how many did he get?",
         {**SHOTS, "when": "from 2013 to 2018"}),
        ("What did I get vaccinated with in 2016? What was it?", {"kind": "immunization", "when": "in 2016"}),
    ],
)  # fmt: skip
def test_years_from_one_to_another_are_one_span(question: str, wanted: dict[str, Any]) -> None:
    assert query_of(question) == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Asthma active on 3/4/2015?", {**ASTHMA, **ON_THAT_DAY, "compute": "exists"}),
        ("Did asthma bother him on 3/4/2015?", {**ASTHMA, **ON_THAT_DAY, "compute": "exists"}),
        ("Did he have asthma on 3/4/2015, judging by onset and end dates?",
         {**ASTHMA, **ON_THAT_DAY, "compute": "exists"}),
        ("Asthma: present or absent on 3/4/2015?", {**ASTHMA, **ON_THAT_DAY, "compute": "exists"}),
        ("Was asthma an active problem as of 3/4/2015?",
         {**ASTHMA, "when": "in 3/4/2015", "ongoing": True, "compute": "exists"}),
        ("What conditions did she have on 3/4/2015?", {"kind": "condition", **ON_THAT_DAY}),
        ("Which active prescriptions were written in 2015?",
         {"kind": "medication_ordered", "when": "in 2015", "where": [status("active")]}),
        ("Asthma: onset to resolution, how many days?", {**ASTHMA, "compute": "duration", "unit": "days", **LAST}),
        ("How long did it take for her asthma to clear up?", {**ASTHMA, "compute": "duration", **LAST}),
        ("I had asthma once and got over it. How many weeks did that take?",
         {**ASTHMA, "compute": "duration", "unit": "weeks", **LAST}),
        ("How long has he had asthma?",
         {**ASTHMA, "where": [status("active or not recorded")], "pick": {"which": "first"}, "compute": "time_since"}),
        ("Something was added to my problem list most recently. What was it?", {"kind": "condition", **LAST}),
        ("Latest new dx?", {"kind": "condition", **LAST}),
    ],
)  # fmt: skip
def test_a_problem_was_there_on_a_day_and_for_so_long(question: str, wanted: dict[str, Any]) -> None:
    assert query_of(question) == wanted


@pytest.mark.parametrize(
    "question",
    [
        "Asthma dx date: what was prescribed same day?",
        "Same-day prescriptions with the onset of asthma?",
        "The same day they told me I had asthma, they wrote a prescription. Which drugs were on it?",
    ],
)
def test_what_was_prescribed_on_the_day_of_a_diagnosis(question: str) -> None:
    query = query_of(question)
    assert query["kind"] == "medication_ordered"
    assert query["around"]["relation"] == "same_day"
    assert [name.lower() for name in query["around"]["about"]] == ["asthma"]


def test_smoking_is_asked_of_the_record_of_the_habit() -> None:
    assert query_of("Has he ever smoked?") == {"kind": "observation", "about": ["smoking"], "compute": "exists"}


def test_a_class_named_by_letters_in_the_plural_is_the_class() -> None:
    assert query_of("Which SSRIs was he prescribed?") == {"kind": "medication_ordered", "about": ["ssris"]}


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Is she on any frobinators?", "did not understand"),
        ("How many times a day did she get metformin?", "how often that was each day"),
        ("Was his knee replaced?", "did not understand"),
    ],
)
def test_what_no_reader_has_is_not_taken_for_the_nearest_thing(question: str, reason: str) -> None:
    assert reason in (read_parts(question, CHART, ()).reason or "")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Was her iron replaced?", {"kind": "medication_administered", "about": ["iron"], "compute": "exists"}),
        ("Was she bolused with metformin?",
         {"kind": "medication_administered", "about": ["metformin"], "compute": "exists"}),
        ("Latest allergy added?", {"kind": "allergy", **LAST}),
        ("Somebody set up an asthma care plan for me. What does it consist of?",
         {"kind": "care_plan", "about": ["asthma"], "field": "value"}),
        ("Which care plans are still running?", {"kind": "care_plan", "where": [status("active")]}),
        ("Since what date do you have me down as allergic to codeine?",
         {"kind": "allergy", "about": ["codeine"], "compute": "time"}),
        ("How is the codeine allergy graded, low or high risk?",
         {"kind": "allergy", "about": ["codeine"], "field": "criticality"}),
        ("Pre-op check: any allergies?", {"kind": "allergy", "compute": "exists"}),
    ],
)  # fmt: skip
def test_plans_allergies_and_what_is_given_are_read_in_their_words(question: str, wanted: dict[str, Any]) -> None:
    assert query_of(question) == wanted


def test_several_attributes_of_an_order_are_each_asked_for() -> None:
    parsed = read_parts("What were the dose, route and frequency of the last metformin order?", CHART, ())
    assert [q.field and q.field.value for q in parsed.queries] == ["dose", "route", "frequency"]
    assert {(q.kind.value, q.pick.which) for q in parsed.queries} == {("medication_ordered", "last")}
