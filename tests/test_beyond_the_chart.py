"""What no chart settles is not read as a question of this chart; what only sounds like it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.transcript import Transcript

Ask = Callable[..., Awaitable[list[Transcript]]]
_SUBJECT = {"subject": {"reference": "Patient/p"}}
CHART: list[dict[str, Any]] = [
    {"resourceType": "Condition", "id": "c", "code": {"text": "Type 2 diabetes mellitus"},
     "onsetDateTime": "2015-06-09", "clinicalStatus": {"coding": [{"code": "active"}]}, **_SUBJECT},
    {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "authoredOn": "2015-06-09",
     "medicationCodeableConcept": {"text": "Metformin 500 mg tablet"}, **_SUBJECT},
    {"resourceType": "Observation", "id": "w1", "status": "final", "code": {"text": "Body weight"},
     "effectiveDateTime": "2023-01-05", "valueQuantity": {"value": 80, "unit": "kg"}, **_SUBJECT},
    {"resourceType": "Observation", "id": "w2", "status": "final", "code": {"text": "Body weight"},
     "effectiveDateTime": "2024-01-05", "valueQuantity": {"value": 84, "unit": "kg"}, **_SUBJECT},
]  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize(
    "question",
    [
        "How many patients have diabetes?",
        "Which of your patients take metformin?",
        "Who else takes metformin?",
        "Does anyone else have diabetes?",
        "Does the other patient have diabetes?",
        "Change my weight to 70 kg.",
        "Please delete the diabetes diagnosis.",
        "Order 500 mg of metformin for her.",
        "Stop her metformin.",
        "What are the side effects of metformin?",
    ],
)
async def test_what_goes_beyond_the_chart_is_abstained_from(question: str, ask_over: Ask) -> None:
    (told,) = await ask_over(CHART, question)
    assert told.answer.status == "abstained"
    assert "did not understand" in told.answer.text


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Does the patient have diabetes?", True),
        ("Change in weight since 2023?", 4),
        ("When was this patient's metformin ordered?", "2015-06-09"),
        ("Order date of metformin?", "2015-06-09"),
    ],
)
async def test_what_only_sounds_like_it_is_answered(question: str, value: Any, ask_over: Ask) -> None:
    (told,) = await ask_over(CHART, question)
    assert told.answer.values == (value,)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
