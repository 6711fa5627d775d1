"""What an answer cites: every record that it rests on, those that a record refers to among them, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Query

Json = dict[str, Any]
pytestmark = pytest.mark.anyio
SUBJECT = {"subject": {"reference": "Patient/p"}}


def made(kind: str, name: str, **elements: Any) -> Json:
    return {"resourceType": kind, "id": name, **SUBJECT, **elements}


def member(name: str, code: str, **elements: Any) -> Json:
    return made("Observation", name, status="final", code={"text": code}, effectiveDateTime="2023-01-01", **elements)


def refer(*references: str) -> list[Json]:
    return [{"reference": r} for r in references]


SINUSITIS = made("Condition", "sinusitis", code={"text": "Sinusitis"}, recordedDate="2023-01-01")
MISTAKEN = made("Condition", "mistaken", code={"text": "Asthma"}, verificationStatus={
    "coding": [{"code": "entered-in-error"}]})  # fmt: skip
HEART_FAILURE = made("Condition", "hf", code={"text": "Heart failure"}, recordedDate="2023-01-01", verificationStatus={
    "coding": [{"code": "provisional"}]})  # fmt: skip
BAG = {"resourceType": "Medication", "id": "bag", "code": {"text": "Doxycycline 100 mg"}}
ORDER = made("MedicationRequest", "order", status="active", intent="order", authoredOn="2023-01-02",
             medicationReference={"reference": "Medication/bag"},
             reasonReference=refer("Condition/sinusitis", "Condition/mistaken"))  # fmt: skip
SYSTEM = "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-microbiology-"
CULTURE = member("culture", "Blood culture", hasMember=refer("Observation/coli"), category=[
    {"coding": [{"code": "laboratory"}]}], specimen={"display": "Blood"})  # fmt: skip
COLI = member("coli", "Escherichia coli", hasMember=refer("Observation/cipro", "Observation/cef")) | {
    "code": {"text": "Escherichia coli", "coding": [{"system": SYSTEM + "organism", "code": "1"}]}}  # fmt: skip
CIPRO = member("cipro", "Ciprofloxacin", interpretation=[{"text": "R"}])
CEF = member("cef", "Cef", interpretation=[{"text": "S"}])
CHART = [SINUSITIS, MISTAKEN, HEART_FAILURE, BAG, ORDER, CULTURE, COLI, CIPRO, CEF]


def asks(slot: str, value: str) -> Json:
    return {"field": slot, "value": value}


@pytest.mark.parametrize(
    ("slots", "cited"),
    [
        ({"kind": "medication", "field": "reason"}, {"MedicationRequest/order", "Condition/sinusitis"}),
        (
            {"kind": "medication", "where": [asks("reason", "sinusitis")], "field": "prescriber"},
            {"MedicationRequest/order", "Condition/sinusitis"},
        ),
        ({"kind": "medication", "about": ["doxycycline"]}, {"MedicationRequest/order", "Medication/bag"}),
        ({"kind": "medication", "about": ["doxycycline"], "compute": "time"}, {"MedicationRequest/order"}),
        ({"kind": "microbiology", "field": "organism"}, {"Observation/culture", "Observation/coli"}),
        (
            {"kind": "microbiology", "compute": "exists", "where": [asks("susceptibility", "cef: susceptible")]},
            {"Observation/culture", "Observation/cef"},
        ),
        (
            {"kind": "microbiology", "compute": "exists", "where": [asks("susceptibility", "cipro: susceptible")]},
            {"Observation/culture", "Observation/cipro"},
        ),
        (
            {"kind": "condition", "about": ["heart failure"], "where": [asks("status", "confirmed")]},
            {"Condition/hf"},
        ),
    ],
)  # fmt: skip
async def test_every_record_that_an_answer_rests_on_is_cited(query_over: Query, slots: Json, cited: set[str]) -> None:
    found = await query_over(CHART, **slots)
    assert set(found.rests_on) == cited
    assert cited <= set(found.retrieved)


async def test_what_a_drug_was_given_for_is_retrieved_only_where_that_is_asked(query_over: Query) -> None:
    assert "Condition/sinusitis" not in (await query_over(CHART, kind="medication")).retrieved


async def test_a_state_that_is_denied_is_told_with_the_state_it_is_in(query_over: Query) -> None:
    confirmed = {"kind": "condition", "about": ["heart failure"], "where": [asks("status", "confirmed")]}
    found = await query_over(CHART, compute="exists", **confirmed)
    assert (found.values, "[provisional]" in found.statement) == ((False,), True)


async def test_whether_a_problem_without_a_status_is_over_is_not_determinable(query_over: Query) -> None:
    over = {"kind": "condition", "about": ["sinusitis"], "where": [asks("status", "resolved")], "compute": "exists"}
    assert not (await query_over(CHART, **over)).determinable


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
