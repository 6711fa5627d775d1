"""The lowest and the highest asked together, the unit of a measurement, and whole days since one."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planners.rules.everyday import write_out
from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def lab(name: str, at: str, value: float, what: str = "Creatinine", unit: str = "mg/dL") -> Json:
    return {
        "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "category": [{"coding": [{"code": "laboratory"}]}], "effectiveDateTime": at,
        "code": {"text": what}, "valueQuantity": {"value": value, "unit": unit},
    }  # fmt: skip


CHART = [
    lab("a", "2019-03-01T08:00:00Z", 1.1), lab("b", "2019-06-01T08:00:00Z", 0.8), lab("c", "2019-09-01T08:00:00Z", 1.4),
    lab("d", "2024-05-20T18:00:00Z", 1.0), lab("e", "2024-05-01", 4.2, "Potassium", "mmol/L"),
]  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "In 2019, how low and how high did my creatinine get?", "Min/max creatinine in 2019?",
        "Between which two numbers did my creatinine move in 2019?", "Creatinine range over 2019 (min and max)?",
        "What was the highest and what was the lowest creatinine in 2019?",
        "What was the range of her creatinine in 2019?",
        "Give me his creatinine nadir and peak for 2019.",
    ],
)  # fmt: skip
async def test_the_lowest_and_the_highest_are_both_told(ask_over: Ask, question: str) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.values == (0.8, 1.4), told.answer.text


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("In what unit is my creatinine given?", "mg/dL"), ("Unit for his potassium?", "mmol/L"),
        ("What are the units on my creatinine result?", "mg/dL"), ("Creatinine: reported in what units?", "mg/dL"),
        ("What unit of measure does the chart use for potassium?", "mmol/L"),
        ("My potassium is just a number on the page. What unit does it come in?", "mmol/L"),
    ],
)  # fmt: skip
async def test_the_unit_of_a_measurement_is_told(ask_over: Ask, question: str, unit: str) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.values == (unit,), told.answer.text


@pytest.mark.parametrize(
    "question", ["Last ICU stay: which unit?", "Which unit was she in?", "Unit for his last ICU stay?"]
)
async def test_a_unit_that_one_lies_in_is_no_unit_of_measure(question: str) -> None:
    assert "unit_of_measure" not in write_out(question.lower())


async def test_days_since_are_whole_calendar_days(ask_over: Ask) -> None:
    told = (await ask_over(CHART, "How many days ago was my creatinine last checked?"))[0]
    assert told.as_of.startswith("2024-06-01")
    assert told.answer.values == (12,), told.answer.text
