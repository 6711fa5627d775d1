"""Values, limits and courses: how many of them, between which numbers, of which year, and which way they went."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.planners.planner import Turn
from agent.planners.rules.asides import set_aside
from agent.planners.rules.parts import read_parts
from tests.test_rules_planner import turn
from tests.test_terse_forms import CHART, query_of
from tools.chart_query import Kind

LAST_THREE = {"pick": {"which": "last", "n": 3}}


def limits(*pairs: tuple[str, str], unit: str | None = None) -> dict[str, Any]:
    more = {"unit": unit} if unit else {}
    return {"where": [{"field": "value", "op": op, "value": value, **more} for op, value in pairs]}


def parts_of(question: str, wanted: dict[str, Any]) -> dict[str, Any]:
    found = query_of(set_aside(question, CHART.index).question)
    return {k: found.get(k) for k in wanted}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Pull the three latest potassium results for me.", LAST_THREE),
        ("What were her three most recent heart rate measurements?", LAST_THREE),
        ("What were the last three numbers for my potassium?", LAST_THREE),
        ("Trend check: potassium, last three readings.", LAST_THREE | {"compute": None}),
        ("Trend of the last three potassium values?", LAST_THREE | {"compute": "trend"}),
        ("Could you list my 5 newest heart rates?", {"pick": {"which": "last", "n": 5}}),
        ("Last couple of potassiums?", {"pick": {"which": "last", "n": 2}}),
        ("First seven heart rates?", {"pick": {"which": "first", "n": 7}}),
    ],
)
def test_so_many_of_the_values_are_read_in_digits_and_words(question: str, wanted: dict[str, Any]) -> None:
    assert parts_of(question, wanted) == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Count of his potassium results from 3 to 4.5?", limits((">=", "3"), ("<=", "4.5"))),
        ("Heart rate within 60-65: how many times?", limits((">=", "60"), ("<=", "65"))),
        ("Number of heart rate readings in the 60 to 65 band?", limits((">=", "60"), ("<=", "65"))),
        ("How many potassium values fall between 3 and 4?", limits((">=", "3"), ("<=", "4"))),
        ("Was potassium between 3 and 4 mmol/L?", limits((">=", "3"), ("<=", "4"), unit="mmol/l")),
        ("Heart rate of 100 or more on how many occasions?", limits((">=", "100"))),
        ("How often was the heart rate 100 bpm or higher?", limits((">=", "100"), unit="bpm")),
        ("How many times was the top number 140 or higher?", limits((">=", "140"))),
        ("How many BPs ≥ 140?", limits((">=", "140"))),
        ("How many systolic pressures at or below 100?", limits(("<=", "100"))),
        ("Any potassium no lower than 5?", limits((">=", "5"))),
        ("Did the potassium ever hit 5 mmol/L or more?", limits((">=", "5"), unit="mmol/l")),
        ("Any potassium between 3 and 4 percent?", limits((">=", "3"), ("<=", "4"), unit="%")),
        ("Was the potassium ever greater than or equal to 5?", limits((">=", "5"))),
        ("When was the last time his BP was over 140/90?", limits((">", "140/90"))),
        ("My target for potassium is 4 to 5. How many of my readings were inside that?",
         limits((">=", "4"), ("<=", "5")) | {"compute": "count", "about": ["potassium"]}),
        ("I was told 135 and up is too high for the upper blood pressure number. How often have I been there?",
         limits((">=", "135")) | {"compute": "count", "about": ["systolic blood pressure"]}),
        ("They want my heart rate under 90. When was it last above that?",
         limits((">", "90")) | {"compute": "time"}),
        ("Goal for potassium is 4-5. Was it ever in that range in 2019?",
         limits((">=", "4"), ("<=", "5")) | {"compute": "exists", "when": "in 2019"}),
    ],
)  # fmt: skip
def test_limits_are_read_in_many_forms(question: str, wanted: dict[str, Any]) -> None:
    assert parts_of(question, wanted) == wanted


@pytest.mark.parametrize(
    "question",
    [
        "Has the potassium ever been outside 3 to 5?",
        "Did she have at least 2 visits in 2019?",
        "Has he had 3 or more admissions?",
        "What share of her potassium readings were over 4?",
        "Was potassium or creatinine or heart rate the more recently measured one?",
        "Were there more than 5 readings of potassium?",
        "Has he been on a drug for at least 2 weeks?",
        "My heart rate was over 90 on Monday. How often was it checked?",
    ],
)
def test_numbers_that_are_no_limit_of_a_value_are_not_taken_for_one(question: str) -> None:
    parsed = read_parts(set_aside(question, CHART.index).question, CHART, ())
    assert parsed.reason is not None, parsed.queries


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Date of the peak potassium?", {"compute": "max", "field": "time"}),
        ("My heart rate must have peaked at some point. What day was that?", {"compute": "max", "field": "time"}),
        ("When did his potassium bottom out?", {"compute": "min", "field": "time"}),
        ("What did the potassium peak at?", {"compute": "max", "field": None}),
        ("Going back to 2012: which potassium values did I have that year?", {"when": "in 2012", "compute": "value"}),
        ("Potassium in 2020: how many times was it done?", {"when": "in 2020", "compute": "count"}),
        ("I remember a lot of checks in 2015. How many of them were for potassium?",
         {"when": "in 2015", "compute": "count"}),
        ("First vs last potassium in 2014, difference?", {"when": "in 2014", "compute": "change"}),
        ("Over the course of 2021, by how much did my potassium change?", {"when": "in 2021", "compute": "change"}),
        ("Potassium: net change during 2024?", {"when": "during 2024", "compute": "change"}),
        ("How far did my potassium move from the first check in 2016 to the last one that year?",
         {"when": "in 2016", "compute": "change"}),
        ("2011 potassium, averaged over all readings?", {"when": "2011", "compute": "mean"}),
        ("Potassium trend 2014-2020: rising or falling?", {"when": "from 2014 to 2020", "compute": "trend"}),
        ("Direction of potassium from 2018 to 2020?", {"when": "from 2018 to 2020", "compute": "trend"}),
        ("Did her potassium trend up or down over 2013 to 2020?", {"when": "from 2013 to 2020", "compute": "trend"}),
        ("Which way did my potassium go between 2012 and 2018, up or down?",
         {"when": "between 2012 and 2018", "compute": "trend"}),
        ("From what number to what number is potassium supposed to be?", {"field": "reference_range"}),
        ("What range is normal for potassium?", {"field": "reference_range"}),
    ],
)  # fmt: skip
def test_extremes_years_and_courses_are_read(question: str, wanted: dict[str, Any]) -> None:
    assert parts_of(question, wanted) == wanted


def test_two_values_of_one_day_are_asked_for_each() -> None:
    chart = replace(CHART, index=tuple(e for e in CHART.index if e.kind in (Kind.LAB, Kind.VITAL)))
    parsed = read_parts("Please give me two numbers from 2019-05-06: potassium and heart rate.", chart, ())
    assert parsed.reason is None
    assert {name for q in parsed.queries for name in q.about} == {"potassium", "heart rate"}
    assert {q.when for q in parsed.queries} == {"on 2019-05-06"}


@pytest.mark.parametrize("history", [(), (turn("…", {"kind": "lab", "about": ["potassium"]}),)])
def test_a_question_of_another_patient_says_so(history: tuple[Turn, ...]) -> None:
    parsed = read_parts("What is the last hemoglobin of patient RMC-101133?", CHART, history)
    assert parsed.reason is not None
    assert "RMC-101133" in parsed.reason
