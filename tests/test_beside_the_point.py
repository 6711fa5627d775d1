"""Near what is asked, and not it: reports that are no imaging, drugs that are no referral, times yet to come."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def of(kind: str, name: str, **fields: Any) -> Json:
    return {"resourceType": kind, "id": name, "subject": {"reference": "Patient/p"}, **fields}


CHART = [
    of(
        "DiagnosticReport", "r1", status="final", code={"text": "History and physical note"},
        effectiveDateTime="2020-01-01",
    ),
    of(
        "MedicationRequest", "o1", status="active", intent="order", authoredOn="2020-01-01",
        medicationCodeableConcept={"text": "Lisinopril 10 MG Oral Tablet"},
    ),
    of(
        "CarePlan", "p1", status="active", intent="plan", period={"start": "2020-01-01"},
        category=[{"text": "Exercise therapy"}], activity=[{"detail": {"code": {"text": "Exercise"}}}],
    ),
    of("Condition", "c1", code={"text": "Asthma"}, onsetDateTime="2012-01-01",
       clinicalStatus={"coding": [{"code": "active"}]}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What imaging has she had?", "No record of imaging studies."),
        ("What referrals are open?", 'No record of "referral" orders'),
    ],
)
async def test_nothing_else_is_told_in_its_place(ask_over: Ask, question: str, told: str) -> None:
    answer = (await ask_over(CHART, question))[0].answer
    assert answer.text.startswith(told), answer.text


@pytest.mark.parametrize(
    "question",
    ["What medications was she on in 2031?", "Did she have asthma in 2031?", "Does she exercise?",
     "What medication changes were made in 2020?"],
)  # fmt: skip
async def test_what_is_not_known_is_abstained_from(ask_over: Ask, question: str) -> None:
    answer = (await ask_over(CHART, question))[0].answer
    assert answer.status == "abstained", answer.text


async def test_what_was_added_is_what_was_started(ask_over: Ask) -> None:
    told = (await ask_over(CHART, "What medications were added since 2019?"))[0]
    assert told.answer.values == ("Lisinopril 10 MG Oral Tablet",), told.answer.text
