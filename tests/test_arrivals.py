"""What a stay tells beside its times: that it began in the emergency department; what is kept once for all stays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask, Query

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def stay(name: str, month: str, source: str) -> Json:
    return {
        "resourceType": "Encounter", "id": name, "status": "finished", "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p"}, "hospitalization": {"admitSource": {"coding": [{"code": source}]}},
        "period": {"start": f"2024-{month}-01T08:00:00Z", "end": f"2024-{month}-05T08:00:00Z"},
    }  # fmt: skip


STAYS = [stay("one", "01", "EMERGENCY ROOM"), stay("two", "02", "PHYSICIAN REFERRAL")]
CULTURE = {
    "resourceType": "Observation", "id": "culture", "status": "final", "subject": {"reference": "Patient/p"},
    "effectiveDateTime": "2024-02-02T08:00:00Z", "specimen": {"reference": "Specimen/swab"},
    "category": [{"coding": [{"code": "laboratory"}]}],
    "code": {"coding": [{"system": "urn:microbiology-test", "display": "Staph aureus Screen"}]},
}  # fmt: skip
SPECIMENS = [
    {"resourceType": "Specimen", "id": name, "subject": {"reference": "Patient/p"}, "type": {"text": kind},
     "collection": {"collectedDateTime": f"2024-02-{day}T08:00:00Z"}}
    for name, kind, day in (("swab", "Nasal swab", "02"), ("blood", "Blood", "04"))
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Did she come to the ER during her first hospital stay?", (True,)),
        ("Did she come to the emergency room during her last hospital stay?", (False,)),
        ("Was she in the emergency department in March 2024?", (False,)),
        ("When was she last admitted to the hospital from the ER?", ("2024-01-01T08:00:00Z",)),
        ("How many of her admissions were through the emergency department?", (1,)),
        ("How many times was she seen in the ER?", (0,)),
        ("How many times was she seen in the hospital?", (2,)),
        ("How often was she admitted to the ICU?", (0,)),
    ],
)
async def test_a_stay_admitted_from_the_emergency_room_tells_that_she_came_there(
    ask_over: Ask, question: str, values: Json
) -> None:
    told = (await ask_over(STAYS, question))[0]
    assert told.answer.values == values, told.answer.text


async def test_what_is_kept_once_is_told_as_such_with_the_stay_that_is_asked_about(query_over: Query) -> None:
    person = {"resourceType": "Patient", "id": "p", "maritalStatus": {"text": "Widowed"}}
    found = await query_over([*STAYS, person], kind="patient", field="marital_status", during={"which": "last"})
    assert found.values == ("Widowed",)
    assert "recorded once, not for each stay" in found.statement
    assert "Encounter/two" in found.retrieved
    assert "Encounter/one" not in found.retrieved


@pytest.mark.parametrize(
    ("question", "values"),
    [("Which specimen test did she have last?", ("Nasal swab",)), ("Which specimen was taken last?", ("Blood",))],
)
async def test_a_specimen_test_is_a_culture_and_a_specimen_any(ask_over: Ask, question: str, values: Json) -> None:
    told = (await ask_over([*STAYS, CULTURE, *SPECIMENS], question))[0]
    assert told.answer.values == values, told.answer.text


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Which specimens were taken during her last hospital stay until January 31, 2024?", ("Urine",)),
        ("Which specimens were taken during her first hospital stay since February 2024?", ("Nasal swab", "Blood")),
        ("Which specimens were taken during her last hospital stay in 2024?", ("Nasal swab", "Blood")),
    ],
)
async def test_the_last_stay_of_a_time_is_the_last_within_it(ask_over: Ask, question: str, values: Json) -> None:
    urine = {**SPECIMENS[0], "id": "urine", "type": {"text": "Urine"},
             "collection": {"collectedDateTime": "2024-01-03T08:00:00Z"}}  # fmt: skip
    told = (await ask_over([*STAYS, *SPECIMENS, urine], question))[0]
    assert told.answer.values == values, told.answer.text


async def test_what_is_not_understood_is_told_in_the_words_of_the_question(ask_over: Ask) -> None:
    asthma = {"resourceType": "Condition", "id": "a", "subject": {"reference": "Patient/p"}, "code": {"text": "Asthma"}}
    told = (await ask_over([asthma], "How was her asthma documented?"))[0]
    assert told.answer.text == "I did not understand part of the question: how was her asthma documented."


async def test_that_a_culture_was_done_is_told_with_what_it_found(ask_over: Ask) -> None:
    culture = {**CULTURE, "valueString": "NO GROWTH."}
    told = (await ask_over([*STAYS, culture, *SPECIMENS], "Was a Staph aureus screen done?"))[0]
    assert told.answer.values == (True,)
    assert told.answer.text.startswith("Yes: Staph aureus Screen: NO GROWTH.")
