"""What ended then, and not what began; each of several visits; an extreme and when it was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def problem(name: str, what: str, start: str, end: str | None, status: str) -> Json:
    over = {"abatementDateTime": end} if end else {}
    return {
        "resourceType": "Condition", "id": name, "subject": {"reference": "Patient/p"}, "onsetDateTime": start, **over,
        "code": {"text": what}, "clinicalStatus": {"coding": [{"code": status}]},
    }  # fmt: skip


def visit(name: str, start: str, end: str, kind: str) -> Json:
    return {
        "resourceType": "Encounter", "id": name, "status": "finished", "class": {"code": kind},
        "subject": {"reference": "Patient/p"}, "period": {"start": start, "end": end},
    }  # fmt: skip


def order(name: str, at: str, drug: str, seen: str) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "completed", "intent": "order", "authoredOn": at,
        "subject": {"reference": "Patient/p"}, "medicationCodeableConcept": {"text": drug},
        "encounter": {"reference": f"Encounter/{seen}"},
    }  # fmt: skip


def weight(name: str, day: str, value: float) -> Json:
    return {
        "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "category": [{"coding": [{"code": "vital-signs"}]}], "effectiveDateTime": day,
        "code": {"text": "Body weight"}, "valueQuantity": {"value": value, "unit": "kg"},
    }  # fmt: skip


CHART = [
    problem("c1", "Sinusitis", "2015-11-01", "2016-03-01", "resolved"),
    problem("c2", "Bronchitis", "2016-05-01", "2019-02-01", "resolved"),
    problem("c3", "Otitis media", "2018-05-01", "2018-06-01", "resolved"),
    problem("c4", "Anemia", "2012-05-01", None, "resolved"),
    problem("c5", "Asthma", "2014-05-01", None, "active"),
    visit("e1", "2019-01-01T08:00:00Z", "2019-01-01T10:00:00Z", "EMER"),
    visit("e2", "2019-02-01T08:00:00Z", "2019-02-01T10:00:00Z", "AMB"),
    visit("e3", "2019-03-01T08:00:00Z", "2019-03-01T10:00:00Z", "EMER"),
    order("o1", "2019-01-01T09:00:00Z", "Prednisone", "e1"), order("o2", "2019-02-01T09:00:00Z", "Loratadine", "e2"),
    order("o3", "2019-03-01T09:00:00Z", "Albuterol", "e3"),
    weight("w1", "2018-01-01", 70), weight("w2", "2019-01-01", 64), weight("w3", "2020-01-01", 66),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("How many conditions were resolved in 2016?", (1,)),
        ("Which conditions resolved in 2016?", ("Sinusitis",)),
        ("Did her bronchitis resolve in 2016?", (False,)),
        ("Did her bronchitis clear up in 2019?", (True,)),
        ("What was the last condition to resolve?", ("Bronchitis",)),
        ("Which condition resolved first?", ("Sinusitis",)),
        ("Which conditions began in 2016?", ("Bronchitis",)),
        ("How many drugs were ordered in ER visits?", (2,)),
        ("Which drugs were prescribed at ER visits?", ("Prednisone", "Albuterol")),
        ("How many ER visits has she had?", (2,)),
        ("What was the lowest weight and when was it?", (64, "2019-01-01")),
    ],
)
async def test_ends_visits_and_extremes(ask_over: Ask, question: str, values: Json) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.values == values, told.answer.text


async def test_what_ended_at_a_time_not_on_record_is_told_as_left_out(ask_over: Ask) -> None:
    told = (await ask_over(CHART, "How many conditions were resolved in 2016?"))[0]
    assert "1 that ended at a time not on record left out" in told.answer.text
