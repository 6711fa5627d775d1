"""Which of two things came first or last, and how long it was from one record of a thing to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.planners.rules.parts import read_parts
from tests.conftest import Query
from tests.test_execute_around import lab, order
from tests.test_rules_planner import OVERVIEW, entry
from tools.chart_query import Kind

CHART = replace(
    OVERVIEW,
    index=(
        *OVERVIEW.index,
        entry(Kind.IMMUNIZATION, "Influenza, seasonal, injectable"),
        entry(Kind.PROCEDURE, "Colonoscopy"),
        entry(Kind.LAB, "Total Cholesterol"),
        entry(Kind.VITAL, "Body Weight"),
        entry(Kind.MEDICATION_ORDERED, "Lisinopril 10 MG Oral Tablet"),
        entry(Kind.MEDICATION_ORDERED, "Simvastatin 10 MG Oral Tablet"),
    ),
)
FIRST, LAST = {"which": "first"}, {"which": "last"}


def queries_of(question: str) -> list[dict[str, Any]]:
    return [q.model_dump(mode="json", exclude_defaults=True) for q in read_parts(question, CHART, ()).queries]


@pytest.mark.parametrize(
    ("question", "kind", "pick"),
    [
        ("Which was ordered first, lisinopril or simvastatin?", "medication_ordered", FIRST),
        ("Did lisinopril or simvastatin get ordered first for her?", "medication_ordered", FIRST),
        ("Was lisinopril started before or after simvastatin?", "medication_ordered", FIRST),
        ("I've had both lisinopril and simvastatin prescribed. Which came earlier?", "medication_ordered", FIRST),
        ("Total cholesterol vs body weight: which was measured last?", "observation", LAST),
        ("Was total cholesterol or body weight the more recently measured one?", "observation", LAST),
        ("Latest of the two: total cholesterol or body weight?", "observation", LAST),
    ],
)
def test_a_choice_of_two_is_one_query_for_both(question: str, kind: str, pick: dict[str, str]) -> None:
    (query,) = queries_of(question)
    assert (query["kind"], query["pick"], query["field"]) == (kind, pick, "name")
    assert len(query["about"]) == 2


@pytest.mark.parametrize(
    "question",
    [
        "Was lisinopril or simvastatin ordered during her last stay?",
        "Is she on lisinopril or simvastatin?",
        "What was the last total cholesterol or body weight?",
        "Which was ordered first in 2019, lisinopril or simvastatin?",
        "Which was ordered first, lisinopril or metoprolol?",
    ],
)
def test_what_is_bounded_or_half_known_is_no_such_choice(question: str) -> None:
    assert not any(q.get("field") == "name" and len(q.get("about", ())) == 2 for q in queries_of(question))


@pytest.mark.parametrize(
    ("question", "which", "unit"),
    [
        ("How many days were there between my first and my second flu shot?", "first", "days"),
        ("Interval in days between doses 1 and 2 of flu shot?", "first", "days"),
        ("After my first colonoscopy, how many months did it take until I got the second one?", "first", "months"),
        ("How many weeks went by between the latest flu shot and the one before?", "last", "weeks"),
        ("How many days after the prior colonoscopy was the most recent one done?", "last", "days"),
        ("Spacing of her last two colonoscopies?", "last", None),
    ],
)
def test_the_time_from_one_to_the_next_is_asked_of_two_records(question: str, which: str, unit: str | None) -> None:
    (query,) = queries_of(question)
    assert (query["compute"], query["pick"], query.get("unit")) == ("interval", {"which": which, "n": 2}, unit)


@pytest.mark.anyio
async def test_the_choice_tells_when_the_other_was(query_over: Query) -> None:
    records = [order("w1", "2020-02-10T09:00:00Z"), order("w2", "2021-01-01T09:00:00Z")]
    records[1]["medicationCodeableConcept"] = {"text": "Digoxin"}
    asked = {"kind": "medication_ordered", "about": ["digoxin", "warfarin"], "pick": FIRST, "field": "name"}
    found = await query_over(records, **asked)
    assert found.values == ("Warfarin 5 mg",)
    assert set(found.retrieved) == {"MedicationRequest/w1", "MedicationRequest/w2"}
    assert "the first digoxin: 2021-01-01" in found.statement


@pytest.mark.anyio
async def test_that_the_other_has_no_record_is_told(query_over: Query) -> None:
    asked = {"kind": "medication_ordered", "about": ["digoxin", "warfarin"], "pick": FIRST, "field": "name"}
    found = await query_over([order("w1", "2020-02-10T09:00:00Z")], **asked)
    assert "the first digoxin: no dated record" in found.statement


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("days", "values"),
    [
        (("2020-01-01", "2020-01-31", "2020-06-01"), (30,)),
        (("2020-01-01",), ()),
        (("2020-01", "2020-03-01"), ()),
    ],
)
async def test_an_interval_needs_two_days(query_over: Query, days: tuple[str, ...], values: tuple[int, ...]) -> None:
    labs = [lab(f"k{number}", day) for number, day in enumerate(days)]
    pick = {"which": "first", "n": 2}
    found = await query_over(labs, kind="lab", about=["potassium"], pick=pick, compute="interval", unit="days")
    assert found.values == values
