"""Appointments: the next one, those missed or called off, what was known of them when, and servers without any."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask, Query

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def appointment(name: str, start: str, status: str = "booked", created: str | None = "2024-01-10", **more: Any) -> Json:
    who: list[Json] = [
        {"actor": {"reference": "Patient/p"}},
        {"actor": {"reference": "Practitioner/d", "display": "Dr. Hu"}},
    ]
    told = {"resourceType": "Appointment", "id": name, "status": status, "start": start, "participant": who, **more}
    return told | ({"created": created} if created else {})


SKIN = appointment("skin", "2024-07-02T09:00:00Z", serviceType=[{"text": "Dermatology"}])
HEART = appointment("heart", "2024-08-20T11:00:00Z", serviceType=[{"text": "Cardiology follow-up"}])
KEPT = appointment("kept", "2024-02-01T10:00:00Z", "fulfilled")
MISSED = appointment("missed", "2024-03-05T10:00:00Z", "noshow", serviceType=[{"text": "Physiotherapy"}])
OFF = appointment("off", "2024-04-05T10:00:00Z", "cancelled", serviceType=[{"text": "Eye clinic"}])
CHART = [HEART, SKIN, KEPT, MISSED, OFF]


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("When is her next appointment?", ("2024-07-02T09:00:00Z",)),
        ("What is her next appointment?", ("Dermatology",)),
        ("Who is her next appointment with?", ("Dr. Hu",)),
        ("When is her next cardiology appointment?", ("2024-08-20T11:00:00Z",)),
        ("Does she have any upcoming appointments?", (True,)),
        ("How many appointments are scheduled?", (2,)),
        ("When is her next visit?", ("2024-07-02T09:00:00Z",)),
        ("Did she miss any appointments?", (True,)),
        ("Which appointments did she miss?", ("Physiotherapy",)),
        ("Was any appointment cancelled?", (True,)),
        ("What appointments does she have?", ("Cardiology follow-up", "Dermatology")),
    ],
)
async def test_appointments_are_told_by_their_state(ask_over: Ask, question: str, values: tuple[Any, ...]) -> None:
    told = (await ask_over(CHART, question))[0]
    assert (told.answer.status, set(told.answer.values)) == ("answered", set(values)), told.answer.text


async def test_nothing_missed_and_nothing_booked_is_said(ask_over: Ask) -> None:
    told = await ask_over([KEPT], "Did she miss any appointments?", "When is her next appointment?")
    assert (told[0].answer.values, told[1].answer.values, told[1].answer.status) == ((False,), (), "answered")


@pytest.mark.parametrize(
    ("resource", "as_of", "values"),
    [
        (SKIN, "2024-01-09", ()),
        (SKIN, "2024-01-11", ("Dermatology",)),
        (SKIN, "2024-07-03", ()),
        (appointment("x", "2024-07-02T09:00:00Z", "fulfilled"), "2024-06-01", ("Appointment",)),
    ],
    ids=["not booked yet", "booked", "due before", "kept later"],
)
async def test_what_is_booked_is_known_from_that_day(
    query_over: Query, resource: Json, as_of: str, values: tuple[Any, ...]
) -> None:
    planned = [{"field": "status", "value": "planned"}]
    assert (await query_over([resource], as_of, kind="appointment", where=planned)).values == values


@pytest.mark.parametrize("status", ["cancelled", "booked"])
async def test_when_it_was_called_off_or_booked_may_be_open(query_over: Query, status: str) -> None:
    created = "2024-01-10" if status == "cancelled" else None
    resource = appointment("x", "2024-07-02T09:00:00Z", status, created)
    planned = [{"field": "status", "value": "planned"}]
    assert not (await query_over([resource], kind="appointment", where=planned)).determinable


async def test_another_patients_appointment_is_never_told(query_over: Query) -> None:
    other = SKIN | {"id": "other", "participant": [{"actor": {"reference": "Patient/q"}}]}
    joint = SKIN | {"participant": [*SKIN["participant"], {"actor": {"reference": "Patient/q", "display": "Nina Ohm"}}]}
    found = await query_over([other, joint], kind="appointment")
    assert ([e.reference for e in found.evidence], "Ohm" in str(found)) == (["Appointment/skin"], False)


async def test_without_a_scope_for_appointments_only_these_are_not_told(ask_over: Ask) -> None:
    gout = {"resourceType": "Condition", "id": "gout", "code": {"text": "Gout"}, "recordedDate": "2020-01-01",
            "subject": {"reference": "Patient/p"}, "clinicalStatus": {"coding": [{"code": "active"}]}}  # fmt: skip
    scopes = "patient/Patient.rs patient/Condition.rs patient/Encounter.rs"
    told = await ask_over([gout, SKIN], "Does she have gout?", "When is her next appointment?", scopes=scopes)
    assert (told[0].answer.status, told[0].answer.values) == ("answered", (True,)), told[0].answer.text
    assert (told[1].answer.status, "Appointment" in told[1].answer.text) == ("abstained", True)
