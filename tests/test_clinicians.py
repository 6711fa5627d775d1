"""Clinicians: who was seen, how many there were, and when one of them was; diseases that vaccines are named after."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def visit(name: str, day: str, doctor: str, minutes: int = 15) -> Json:
    return {
        "resourceType": "Encounter", "id": name, "status": "finished", "class": {"code": "AMB"},
        "type": [{"text": "Office visit"}], "subject": {"reference": "Patient/p"},
        "participant": [{"individual": {"display": doctor}}],
        "period": {"start": f"{day}T09:00:00Z", "end": f"{day}T09:{minutes}:00Z"},
    }  # fmt: skip


def order(name: str, day: str, drug: str, doctor: str) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "completed", "intent": "order",
        "subject": {"reference": "Patient/p"}, "authoredOn": day, "requester": {"display": doctor},
        "medicationCodeableConcept": {"text": drug},
    }  # fmt: skip


def vaccine(name: str, day: str, what: str) -> Json:
    return {
        "resourceType": "Immunization", "id": name, "status": "completed", "patient": {"reference": "Patient/p"},
        "occurrenceDateTime": day, "vaccineCode": {"text": what},
        "performer": [{"actor": {"display": "Nurse Bell"}}],
    }  # fmt: skip


CHART = [
    visit("v1", "2018-03-01", "Dr. Ada Stone"), visit("v2", "2019-05-01", "Dr. Lee Park"),
    visit("v3", "2019-09-01", "Dr. Ada Stone"), visit("v4", "2021-02-01", "Dr. Lee Park", 30),
    order("o1", "2018-03-01", "Ibuprofen 200 MG Oral Tablet", "Dr. Ada Stone"),
    order("o2", "2019-05-01", "Naproxen 220 MG Oral Tablet", "Dr. Ada Stone"),
    vaccine("i1", "2018-03-01", "varicella"), vaccine("i2", "2019-09-01", "Influenza, seasonal, injectable"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Which doctor did she see last?", ("Dr. Lee Park",)),
        ("Who did I first see?", ("Dr. Ada Stone",)),
        ("Who saw her on 2019-09-01?", ("Dr. Ada Stone",)),
        ("Who gave her last flu shot?", ("Nurse Bell",)),
        ("When did she last see Dr. Stone?", ("2019-09-01T09:00:00Z",)),
        ("How many times did she see Dr. Park?", (2,)),
        ("Has she seen Dr. Park since 2020?", (True,)),
        ("Did he see Dr. Stone in 2020?", (False,)),
        ("How many different doctors has she seen?", (2,)),
        ("How many physicians has she seen in 2018?", (1,)),
        ("How many different providers prescribed her medications?", (1,)),
        ("How many visits did she have per year?", (1, 2, 1)),
    ],
)
async def test_who_was_seen_is_told_of_the_visits(ask_over: Ask, question: str, values: Json) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.values == values, told.answer.text


async def test_counts_per_year_name_the_years_and_a_short_visit_is_told_in_minutes(ask_over: Ask) -> None:
    told = await ask_over(CHART, "How many visits did she have each year?", "How long was her last visit?")
    assert "2018: 1; 2019: 2; 2021: 1" in told[0].answer.text
    assert "(30 minutes)" in told[1].answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Has she had chickenpox?",
        "When did she have the flu?",
        "How many times has he had the flu?",
        "Any history of measles?",
    ],
)
async def test_a_vaccine_is_not_the_disease_it_is_named_after(ask_over: Ask, question: str) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.text.startswith("No record of"), told.answer.text
    assert not told.answer.citations


@pytest.mark.parametrize(
    ("question", "values"),
    [("When was her last chickenpox shot?", ("2018-03-01",)), ("Has she had her flu shot?", (True,))],
)
async def test_a_vaccine_asked_for_is_the_vaccine(ask_over: Ask, question: str, values: Json) -> None:
    assert (await ask_over(CHART, question))[0].answer.values == values


async def test_which_drug_was_taken_longest_is_not_told(ask_over: Ask) -> None:
    told = (await ask_over(CHART, "Which medication has she been on the longest?"))[0]
    assert told.answer.status == "abstained"
