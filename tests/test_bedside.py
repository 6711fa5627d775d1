"""What was given and done at the bedside, where someone died, how long stays were together: over a small chart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio
SUBJECT = {"subject": {"reference": "Patient/p"}}


def made(kind: str, name: str, **elements: Any) -> Json:
    return {"resourceType": kind, "id": name, **SUBJECT, **elements}


def stay(name: str, start: str, end: str, **elements: Any) -> Json:
    return made("Encounter", name, status="finished", **{"class": {"code": "IMP"}},
                period={"start": start, "end": end}, **elements)  # fmt: skip


def given(name: str, drug: str, at: str) -> Json:
    return made("MedicationAdministration", name, status="completed", medicationCodeableConcept={"text": drug},
                effectiveDateTime=at)  # fmt: skip


def procedure(name: str, text: str, day: str) -> Json:
    return made("Procedure", name, status="completed", code={"text": text}, performedDateTime=day)


def measured(name: str, text: str, at: str, value: float, unit: str) -> Json:
    category = [{"coding": [{"code": "vital-signs"}]}]
    return made("Observation", name, status="final", category=category, code={"text": text}, effectiveDateTime=at,
                valueQuantity={"value": value, "unit": unit})  # fmt: skip


DIED = "2024-03-11T05:00:00Z"
CHART = [
    stay("s1", "2024-01-01T10:00:00Z", "2024-01-03T10:00:00Z"),
    stay("s2", "2024-03-01T10:00:00Z", "2024-03-11T05:00:00Z"),
    given("d1", "Packed Red Blood Cells", "2024-03-02T08:00:00Z"), given("d2", "Platelets", "2024-03-03T08:00:00Z"),
    given("d3", "Aspirin", "2024-03-03T09:00:00Z"),
    made("Specimen", "b1", type={"text": "Blood"}, collection={"collectedDateTime": "2024-03-02T07:00:00Z"}),
    procedure("p1", "Oxygen administration by mask", "2024-03-02T07:00:00Z"),
    procedure("p2", "Placing subject in prone position", "2024-03-04T07:00:00Z"),
    procedure("p3", "Abdominal X-Ray", "2024-03-05T07:00:00Z"),
    measured("o1", "Oxygen saturation", "2024-03-02T07:30:00Z", 88, "%"),
    measured("o2", "Heart rate", "2024-03-11T04:00:00Z", 130, "/min"),
    measured("o3", "Body weight", "2024-01-01T11:00:00Z", 70, "kg"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("How many times was he put on oxygen?", (1,)),
        ("Was he proned?", (True,)),
        ("Did he get any blood?", (True,)),
        ("Did he receive any blood culture until last month?", (False,)),
        ("When was he given platelets?", ("2024-03-03T08:00:00Z",)),
        ("Did he have an x-ray of his belly?", (True,)),
        ("What was his heart rate on the day he died?", (130,)),
        ("Did this patient die in hospital?", (True,)),
        ("Was he in the hospital when he died?", (True,)),
        ("When was his last visit before he died?", ("2024-03-01T10:00:00Z",)),
        ("How long was he in the hospital in total?", (11.791666667,)),
        ("What was his longest hospital stay?", (9.791666666666666,)),
        ("When was his most recent admission and how long did he stay?", ("2024-03-01T10:00:00Z", 9.791666666666666)),
        ("Was he in the hospital on March 5, 2024?", (True,)),
    ],
)
async def test_what_is_done_on_a_ward_is_found_by_its_name(
    ask_over: Ask, question: str, values: tuple[object, ...]
) -> None:
    (told,) = await ask_over(CHART, question, deceasedDateTime=DIED)
    assert told.answer.status == "answered"
    assert tuple(told.answer.values) == values


@pytest.mark.parametrize(
    "question",
    [
        "Is he a smoker?", "How many units of blood did he get?", "Is he on oxygen?",
        "What was the longest he was on aspirin?", "Did he die in the ICU?",
        "What was his weight in 2020 in 2023?",
    ],
)  # fmt: skip
async def test_what_no_record_tells_is_no_answer(ask_over: Ask, question: str) -> None:
    assert (await ask_over(CHART, question, deceasedDateTime=DIED))[0].answer.status == "abstained"


async def test_the_time_between_two_stays_is_told_from_start_to_start_and_from_end_to_start(ask_over: Ask) -> None:
    told = (await ask_over(CHART, "What is the time between his last two admissions?", deceasedDateTime=DIED))[0]
    assert told.answer.values == (60,)
    assert "58 days from the end of the first to the next" in told.answer.text


@pytest.mark.parametrize(
    ("end", "disposition", "status"),
    [
        ("2024-03-10T10:00:00Z", "Home", "abstained"), ("2024-03-11T20:00:00Z", "Home", "abstained"),
        ("2024-03-11T05:00:00Z", "Died", "answered"), ("2024-03-12T08:00:00Z", "", "answered"),
    ],
)  # fmt: skip
async def test_a_death_of_a_day_lies_in_a_stay_that_spans_it_or_ended_with_it(
    ask_over: Ask, end: str, disposition: str, status: str
) -> None:
    ended = {"hospitalization": {"dischargeDisposition": {"text": disposition}}} if disposition else {}
    (told,) = await ask_over(
        [stay("s", "2024-03-01T10:00:00Z", end, **ended)], "Did he die in the hospital?", deceasedDateTime="2024-03-11"
    )
    assert told.answer.status == status
