"""A list and a note that contradict each other: both are told, and neither is taken for the truth."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from tests.conftest import Query

Json = dict[str, Any]
pytestmark = pytest.mark.anyio
NKA = {
    "resourceType": "AllergyIntolerance", "id": "nka", "patient": {"reference": "Patient/p"},
    "code": {"text": "No known allergies"}, "recordedDate": "2020-01-01",
    "clinicalStatus": {"coding": [{"code": "active"}]}, "verificationStatus": {"coding": [{"code": "confirmed"}]},
}  # fmt: skip
WARFARIN = {
    "resourceType": "MedicationRequest", "id": "warfarin", "subject": {"reference": "Patient/p"}, "status": "active",
    "intent": "order", "medicationCodeableConcept": {"text": "Warfarin 5 mg"}, "authoredOn": "2022-01-01",
}  # fmt: skip


def note(text: str, day: str = "2023-05-01") -> Json:
    attachment = {"contentType": "text/plain", "data": b64encode(text.encode()).decode()}
    return {
        "resourceType": "DocumentReference", "id": "note", "status": "current", "date": f"{day}T10:00:00Z",
        "subject": {"reference": "Patient/p"}, "type": {"text": "Clinic note"}, "content": [{"attachment": attachment}],
    }  # fmt: skip


ALLERGIC: Json = {"kind": "allergy", "about": ["penicillin"], "compute": "exists"}
TAKEN: Json = {"kind": "medication", "about": ["warfarin"], "compute": "exists",
               "where": [{"field": "status", "value": "active"}]}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "query", "conflict"),
    [
        (note("Had a rash after penicillin as a child."), ALLERGIC, True),
        (note("Allergic to penicillin."), ALLERGIC, True),
        (note("Allergic to penicillin."), {"kind": "allergy"}, True),
        (note("No rash after penicillin."), ALLERGIC, False),
        (note("Denies penicillin allergy."), ALLERGIC, False),
        (note("Mother is allergic to penicillin."), ALLERGIC, False),
        (note("Given penicillin today."), ALLERGIC, False),
        (note("Rash after codeine."), ALLERGIC, False),
        (note("Warfarin stopped today."), TAKEN, True),
        (note("Warfarin was not stopped."), TAKEN, False),
        (note("If he bleeds, warfarin is stopped."), TAKEN, False),
        (note("Warfarin stopped today.", "2021-05-01"), TAKEN, False),
        (note("Aspirin stopped today."), TAKEN, False),
        (note("Warfarin stopped today."), {**TAKEN, "kind": "medication_ordered"}, False),
    ],
)
async def test_a_note_that_says_the_contrary_leaves_it_open(
    query_over: Query, written: Json, query: Json, conflict: bool
) -> None:
    found = await query_over([NKA, WARFARIN, written], **query)
    assert ("contradicts itself" in found.statement) is conflict
    assert ("DocumentReference/note" in found.rests_on) is conflict
    assert found.determinable is not conflict


async def test_both_sides_of_a_conflict_are_quoted_and_cited(query_over: Query) -> None:
    found = await query_over([NKA, note("Had a rash after penicillin.")], **ALLERGIC)
    assert found.rests_on == ("AllergyIntolerance/nka", "DocumentReference/note")
    assert "No known allergies" in found.statement
    assert 'Clinic note of 2023-05-01: "Had a rash after penicillin."' in found.statement
    assert [row.kind for row in found.evidence] == ["allergy", "note"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
