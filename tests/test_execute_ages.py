"""Ages at events, at death and of relatives; a day on which something was written down is not the day it began."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Query

Json = dict[str, Any]
pytestmark = pytest.mark.anyio
SUBJECT = {"subject": {"reference": "Patient/p"}}
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1970-03-10"}


def condition(**elements: Any) -> Json:
    return {"resourceType": "Condition", "id": "c", "code": {"text": "Asthma"}, **SUBJECT, **elements}


def relative(**elements: Any) -> Json:
    return {
        "resourceType": "FamilyMemberHistory", "id": "f", "status": "completed", "patient": {"reference": "Patient/p"},
        "relationship": {"text": "mother"}, **elements,
    }  # fmt: skip


YEARS = {"unit": "years", "system": "http://unitsofmeasure.org", "code": "a"}
STROKE = {"code": {"text": "Stroke"}, "onsetAge": {"value": 61, **YEARS}}
DEAD = {"deceasedDateTime": "2020-03-09"}


@pytest.mark.parametrize(
    ("elements", "patient", "values"),
    [
        ({"onsetDateTime": "2000-03-09"}, {}, (29,)),
        ({"onsetDateTime": "2000-03-10T08:00:00Z"}, {}, (30,)),
        ({"onsetDateTime": "2000"}, {}, ()),
        ({"onsetDateTime": "2000-05"}, {}, (30,)),
        ({"onsetAge": {"value": 12, **YEARS}}, {}, (12,)),
        ({"onsetRange": {"low": {"value": 12, **YEARS}, "high": {"value": 14, **YEARS}}}, {}, ()),
        ({"onsetString": "in childhood"}, {}, ()),
        ({"recordedDate": "2000-05-01"}, {}, ()),
        ({"onsetDateTime": "2000-05-01"}, {"birthDate": "1970"}, ()),
        ({"onsetDateTime": "2000-05-01"}, {"birthDate": None}, ()),
    ],
)
async def test_the_age_at_an_onset_is_told_where_the_dates_settle_it(
    query_over: Query, elements: Json, patient: Json, values: tuple[int, ...]
) -> None:
    person = {k: v for k, v in (PATIENT | patient).items() if v is not None}
    found = await query_over([person, condition(**elements)], kind="condition", about=["asthma"], compute="age")
    assert (found.values, found.determinable) == (values, bool(values))
    assert not values or set(found.rests_on) == {"Condition/c", "Patient/p"}


@pytest.mark.parametrize(
    ("patient", "as_of", "slots", "values"),
    [
        ({}, "2024-03-09", {}, (53,)),
        (DEAD, "2024-03-09", {}, (49,)),
        (DEAD, "2024-03-09", {"field": "death"}, (49,)),
        (DEAD, "2019-01-01", {"field": "death"}, ()),
        ({"deceasedBoolean": True}, "2024-03-09", {"field": "death"}, ()),
        ({}, "2024-03-09", {"field": "death"}, ()),
    ],
)
async def test_the_age_is_that_at_death_once_it_is_known(
    query_over: Query, patient: Json, as_of: str, slots: Json, values: tuple[int, ...]
) -> None:
    found = await query_over([PATIENT | patient], as_of, kind="patient", compute="age", **slots)
    assert found.values == values


@pytest.mark.parametrize(
    ("elements", "slots", "values"),
    [
        ({"condition": [STROKE]}, {"about": ["stroke"], "compute": "age"}, (61,)),
        ({"condition": [STROKE]}, {"about": ["asthma"], "compute": "age"}, ()),
        ({"ageAge": {"value": 80, **YEARS}}, {"compute": "age"}, (80,)),
        ({"deceasedAge": {"value": 75, **YEARS}}, {"compute": "age", "field": "death"}, (75,)),
        ({"bornDate": "1940-05-01", "deceasedDate": "2010-04-30"}, {"compute": "age", "field": "death"}, (69,)),
        ({"bornDate": "1940", "deceasedDate": "2010"}, {"compute": "age", "field": "death"}, ()),
        ({"deceasedAge": {"value": 75, **YEARS}}, {"compute": "exists", "field": "death"}, (True,)),
        ({"deceasedBoolean": False}, {"compute": "exists", "field": "death"}, (False,)),
        ({}, {"compute": "exists", "field": "death"}, ()),
    ],
)
async def test_of_a_relative_is_told_what_the_family_history_says(
    query_over: Query, elements: Json, slots: Json, values: tuple[Any, ...]
) -> None:
    assert (await query_over([relative(**elements)], kind="family_history", **slots)).values == values


INFARCTION = {"code": {"text": "Heart attack", "coding": [{"system": "http://snomed.info/sct", "code": "22298006"}]}}


@pytest.mark.parametrize(("asked", "has"), [("heart disease", True), ("heart attack", True), ("cancer", False)])
async def test_a_relative_has_what_is_a_kind_of_what_is_asked(query_over: Query, asked: str, has: bool) -> None:
    mother = relative(condition=[INFARCTION])
    found = await query_over([mother], kind="family_history", about=[asked], compute="exists")
    assert found.values == (has,)


async def test_the_general_practitioner_is_the_patients_own(query_over: Query) -> None:
    doctor = {"resourceType": "Practitioner", "id": "d", "name": [{"given": ["Ina"], "family": "Roth"}]}
    person = PATIENT | {"generalPractitioner": [{"reference": "Practitioner/d"}]}
    found = await query_over([person, doctor], kind="patient", field="general_practitioner")
    assert (found.values, found.rests_on) == (("Ina Roth",), ("Patient/p",))


async def test_a_problem_with_nothing_but_a_day_of_entry_was_recorded_then_and_not_diagnosed(query_over: Query) -> None:
    found = await query_over([condition(recordedDate="2000-05-01")], kind="condition", compute="time")
    assert (found.values, found.determinable) == ((), False)
    assert "no onset is recorded; it was recorded on 2000-05-01" in found.statement


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
