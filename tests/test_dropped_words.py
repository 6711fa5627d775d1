"""Words that change what is asked are read or said not to be; they are never passed over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def stay(name: str, start: str, end: str, **more: Any) -> Json:
    return {
        "resourceType": "Encounter", "id": name, "status": "finished", "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p"}, "period": {"start": start, "end": end}, **more,
    }  # fmt: skip


def icu(name: str, start: str, end: str, within: str) -> Json:
    unit = {"class": {"code": "ACUTE"}, "partOf": {"reference": f"Encounter/{within}"}}
    return stay(name, start, end, **unit) | {"type": [{"text": "Intensive care unit stay"}]}


def order(name: str, day: str, drug: str, stay_id: str) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "completed", "intent": "order", "authoredOn": day,
        "subject": {"reference": "Patient/p"}, "medicationCodeableConcept": {"text": drug},
        "encounter": {"reference": f"Encounter/{stay_id}"},
    }  # fmt: skip


def problem(name: str, day: str, what: str) -> Json:
    return {
        "resourceType": "Condition", "id": name, "subject": {"reference": "Patient/p"}, "onsetDateTime": day,
        "code": {"text": what},
    }  # fmt: skip


CHART = [
    stay("s1", "2020-01-01T08:00:00Z", "2020-01-05T12:00:00Z"),
    stay("s2", "2021-03-01T08:00:00Z", "2021-03-09T12:00:00Z"),
    icu("u1", "2021-03-02T08:00:00Z", "2021-03-04T12:00:00Z", "s2"),
    order("o1", "2020-01-02T08:00:00Z", "Warfarin 5 MG Oral Tablet", "s1"),
    order("o2", "2021-03-02T08:00:00Z", "Heparin", "s2"),
    problem("c1", "2020-01-01T08:00:00Z", "Heart failure"),
]  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "Did she have heart failure in every admission?", "Was heparin given both times?",
        "Was warfarin only given once?",
        "How many days was she in hospital before going to the ICU?", "Which drug was given most often?",
        "What was the most common diagnosis?", "Is warfarin always ordered?",
        "Which drugs was she on when transferred?", "Has she had more than 3 heparin doses?",
    ],
)  # fmt: skip
async def test_a_question_whose_quantity_or_time_is_not_read_is_abstained_from(ask_over: Ask, question: str) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.status == "abstained", told.answer.text


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Was she in the ICU during her second admission?", (True,)),
        ("Was she in the ICU during her first admission?", (False,)),
        ("Did she have any heart failure at all?", (True,)),
        ("List every drug ordered.", ("Warfarin 5 MG Oral Tablet", "Heparin")),
    ],
)
async def test_the_same_words_are_read_where_they_say_how(ask_over: Ask, question: str, values: Json) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.values == values, told.answer.text
