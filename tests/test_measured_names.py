"""Names of several kinds: a drug's level, an antibiotic's test, what is measured at a discharge."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def stay(name: str, start: str, end: str) -> Json:
    return {
        "resourceType": "Encounter", "id": name, "status": "finished", "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p"}, "period": {"start": start, "end": end},
    }  # fmt: skip


def order(name: str, day: str, drug: str) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "completed", "intent": "order",
        "subject": {"reference": "Patient/p"}, "authoredOn": day, "medicationCodeableConcept": {"text": drug},
    }  # fmt: skip


def resisted(name: str, day: str, drug: str) -> Json:
    return {
        "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "category": [{"coding": [{"code": "laboratory"}]}], "effectiveDateTime": day,
        "code": {"coding": [{"system": "urn:microbiology-antibiotic", "code": "9", "display": drug}]},
        "valueCodeableConcept": {"text": "Resistant"},
    }  # fmt: skip


def pulse(name: str, at: str, value: int) -> Json:
    return {
        "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "category": [{"coding": [{"code": "vital-signs"}]}], "effectiveDateTime": at,
        "code": {"text": "Heart rate"}, "valueQuantity": {"value": value, "unit": "/min"},
    }  # fmt: skip


CHART = [
    stay("s1", "2020-01-01T08:00:00Z", "2020-01-05T12:00:00Z"),
    stay("s2", "2021-03-01T08:00:00Z", "2021-03-09T12:00:00Z"),
    order("o1", "2020-01-02T08:00:00Z", "Potassium Chloride 20 mEq"), order("o2", "2021-03-02T08:00:00Z", "Vancomycin"),
    resisted("t1", "2021-03-04T08:00:00Z", "VANCOMYCIN"),
    pulse("h1", "2020-01-05T09:00:00Z", 71), pulse("h2", "2021-03-01T09:00:00Z", 90),
    pulse("h3", "2021-03-09T09:00:00Z", 82), pulse("h4", "2021-05-01T09:00:00Z", 64),
]  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "What was the first potassium?", "How many potassium levels were there in the last admission?",
        "Was her potassium low?", "What was the highest lactate during the last hospital stay?",
        "What was the creatinine at discharge?", "last vancomycin level",
    ],
)  # fmt: skip
async def test_what_is_measured_is_no_drug_and_no_stay_where_the_chart_lacks_it(ask_over: Ask, question: str) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.text.startswith("No record of"), told.answer.text
    assert "lab results" in told.answer.text


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("When was vancomycin started?", ("2021-03-02T08:00:00Z",)),
        ("Was vancomycin susceptibility tested?", (True,)),
        ("Did she get potassium?", (True,)),
        ("What was her heart rate at discharge?", (82,)),
        ("What was her heart rate on discharge from the first admission?", (71,)),
        ("What was her last heart rate before discharge?", (82,)),
        ("What was her heart rate prior to discharge?", (82,)),
    ],
)
async def test_a_drug_is_the_drug_and_a_discharge_the_end_of_its_stay(
    ask_over: Ask, question: str, values: Json
) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.values == values, told.answer.text
