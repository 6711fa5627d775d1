"""Stays told by what is beside them: a diagnosis made in them, the emergency visit they came from, their day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Query

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def encounter(name: str, code: str, start: str, end: str, **more: Any) -> Json:
    return {
        "resourceType": "Encounter", "id": name, "status": "finished", "class": {"code": code},
        "subject": {"reference": "Patient/p"},
        "period": {"start": f"2024-{start}:00:00Z", "end": f"2024-{end}:00:00Z"}, **more,
    }  # fmt: skip


def condition(name: str, text: str, stay: str) -> Json:
    return {
        "resourceType": "Condition", "id": name, "code": {"text": text}, "subject": {"reference": "Patient/p"},
        "encounter": {"reference": f"Encounter/{stay}"},
    }  # fmt: skip


def sent(to: str) -> Json:
    return {"hospitalization": {"dischargeDisposition": {"text": to}}}


ONE, TWO = encounter("one", "IMP", "01-05T22", "01-09T08"), encounter("two", "IMP", "03-05T08", "03-07T08")
CHART = [ONE, TWO, condition("a", "Anemia", "one"), condition("b", "Iron deficiency anemia", "one")]
EVENING = ("EMER", "01-05T18", "01-05T22")
THAT_DAY = {"type": "ed", "which": "any", "when": "on 2024-01-05"}


@pytest.mark.parametrize(
    ("about", "compute", "values"),
    [
        ("anemia", "count", (1,)),
        ("anemia", "time", ("2024-01-05T22:00:00Z",)),
        ("anemia", "exists", (True,)),
        ("sepsis", "count", (0,)),
        ("sepsis", "exists", (False,)),
    ],
)
async def test_stays_with_a_diagnosis_are_counted_each_once(
    query_over: Query, about: str, compute: str, values: tuple[Any, ...]
) -> None:
    around = {"relation": "same_stay", "kind": "condition", "about": [about], "pick": "any"}
    found = await query_over(CHART, kind="hospital_stay", around=around, compute=compute)
    assert (found.values, found.determinable) == (values, True)
    assert about == "sepsis" or set(found.rests_on) == {"Encounter/one", "Condition/a", "Condition/b"}


@pytest.mark.parametrize(
    ("visit", "values"),
    [
        (encounter("ed", *EVENING), (True,)),
        (encounter("ed", *EVENING, **sent("Admitted")), (True,)),
        (encounter("ed", *EVENING, **sent("Home")), (False,)),
        (encounter("ed", *EVENING, **sent("Home"), partOf={"reference": "Encounter/one"}), (True,)),
        (encounter("ed", "EMER", "01-06T18", "01-06T22"), ()),
        (encounter("ed", "EMER", "01-05T01", "01-05T02", **sent("Other")), (True,)),
    ],
    ids=["untold", "admitted", "home", "part of it", "another day", "untellingly"],
)  # fmt: skip
async def test_an_emergency_visit_led_to_the_stay_that_it_is_part_of_or_that_follows(
    query_over: Query, visit: Json, values: tuple[bool, ...]
) -> None:
    found = await query_over([*CHART, visit], kind="hospital_stay", during=THAT_DAY, compute="exists")
    assert (found.values, found.determinable) == (values, bool(values))
    assert not values or "Encounter/ed" in found.rests_on


async def test_a_stay_of_that_day_that_came_from_the_emergency_room_needs_no_visit_of_its_own(
    query_over: Query,
) -> None:
    came = ONE | {"hospitalization": {"admitSource": {"text": "EMERGENCY ROOM"}}}
    found = await query_over([came, TWO], kind="hospital_stay", during=THAT_DAY, compute="exists")
    assert (found.values, found.rests_on) == ((True,), ("Encounter/one",))
