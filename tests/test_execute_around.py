"""Queries that another record bounds: it is retrieved, cited and told; where there is none, nothing is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Query

Json = dict[str, Any]
pytestmark = pytest.mark.anyio
SUBJECT = {"subject": {"reference": "Patient/p"}}


def lab(name: str, day: str, value: float = 4.2) -> Json:
    return {
        "resourceType": "Observation", "id": name, "status": "final", "code": {"text": "Potassium"}, **SUBJECT,
        "category": [{"coding": [{"code": "laboratory"}]}], "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": "mmol/L"},
    }  # fmt: skip


def order(name: str, at: str) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "active", "intent": "order", "authoredOn": at,
        "medicationCodeableConcept": {"text": "Warfarin 5 mg"}, **SUBJECT,
    }  # fmt: skip


def problem(day: str) -> Json:
    active = {"coding": [{"code": "active"}]}
    return {"resourceType": "Condition", "id": "asthma", "code": {"text": "Asthma"}, "onsetDateTime": day,
            "clinicalStatus": active, **SUBJECT}  # fmt: skip


def around(relation: str, kind: str = "condition", about: str = "asthma", **more: Any) -> Json:
    return {"relation": relation, "kind": kind, "about": [about], "pick": "first", **more}


LABS = [lab("early", "2020-01-01T08:00:00Z", 3.9), lab("late", "2020-03-01T08:00:00Z", 4.4)]
ORDERS = [order("w1", "2020-02-10T09:00:00Z"), order("w2", "2020-02-10T09:00:00Z"), order("w3", "2021-01-01T09:00:00Z")]
POTASSIUM = {"kind": "lab", "about": ["potassium"]}
WARFARIN = {"kind": "medication_ordered", "about": ["warfarin"]}


async def test_the_record_that_bounds_is_retrieved_cited_and_told(query_over: Query) -> None:
    found = await query_over([*LABS, problem("2020-02-01")], **POTASSIUM, around=around("after"))
    assert found.values == (4.4,)
    assert set(found.rests_on) == set(found.retrieved) == {"Observation/late", "Condition/asthma"}
    assert "counted by Asthma of 2020-02-01" in found.statement


async def test_records_that_tie_as_the_bound_are_all_cited(query_over: Query) -> None:
    bound = around("before", "medication_ordered", "warfarin")
    found = await query_over([*LABS, *ORDERS], **POTASSIUM, around=bound)
    assert found.rests_on == ("Observation/early", "MedicationRequest/w1", "MedicationRequest/w2")


@pytest.mark.parametrize("compute", ["exists", "count", "list"])
async def test_nothing_is_told_around_what_is_not_recorded(query_over: Query, compute: str) -> None:
    found = await query_over(LABS, **POTASSIUM, around=around("after"), compute=compute)
    assert (found.values, found.determinable) == ((), False)
    assert "no dated record of asthma" in found.statement


async def test_an_absence_within_days_says_how_many_and_cites_the_bound(query_over: Query) -> None:
    near = around("after", hours=24.0 * 14)
    found = await query_over([*LABS, problem("2020-02-01")], **POTASSIUM, around=near, compute="exists")
    assert (found.values, found.rests_on) == ((False,), ("Condition/asthma",))
    assert "within 14 days after the first asthma" in found.statement


@pytest.mark.parametrize(
    ("day", "relation", "values"),
    [("2020-02-01", "before", (False,)), ("2020-02-01", "after", (True,)), ("2020-03-01", "before", (True,)),
     ("2020-03-01", "after", (False,)), ("2020-02-10", "before", ()), ("2020-02-10T08:00:00Z", "after", (True,))],
)  # fmt: skip
async def test_which_of_two_came_first(query_over: Query, day: str, relation: str, values: tuple[bool, ...]) -> None:
    first = {"which": "first"}
    found = await query_over(
        [*ORDERS, problem(day)], **WARFARIN, around=around(relation), compute="exists", pick=first
    )  # fmt: skip
    assert found.values == values
    assert not values or {"MedicationRequest/w1", "Condition/asthma"} <= set(found.rests_on)


@pytest.mark.parametrize(
    ("day", "unit", "values"),
    [
        ("2020-02-01", None, (9,)),
        ("2020-01-27T23:00:00Z", "weeks", (2.0,)),
        ("2019-02-11", "months", (11,)),
        ("2020-02-10T07:30:00Z", "hours", (1.5,)),
        ("2020-02-10", "hours", ()),
        ("2020-02", "days", ()),
        ("2020-02-12", "days", ()),
    ],
)
async def test_a_span_is_counted_from_one_record_to_another(
    query_over: Query, day: str, unit: str | None, values: tuple[float, ...]
) -> None:
    asked = {**WARFARIN, "around": around("from"), "compute": "duration", "unit": unit, "pick": {"which": "first"}}
    found = await query_over([problem(day), *ORDERS], **asked)
    assert found.values == values
    assert found.determinable is bool(values)


async def test_who_was_seen_is_read_off_the_visit_of_what_was_done(query_over: Query) -> None:
    visit = {
        "resourceType": "Encounter", "id": "v", "status": "finished", "class": {"code": "AMB"}, **SUBJECT,
        "period": {"start": "2020-05-01T08:00:00Z", "end": "2020-05-01T09:00:00Z"},
        "participant": [{"individual": {"display": "Dr. Hale"}}],
    }  # fmt: skip
    other = {**visit, "id": "o", "participant": [{"individual": {"display": "Dr. Lund"}}]}
    done = {"resourceType": "Procedure", "id": "colon", "status": "completed", "code": {"text": "Colonoscopy"},
            "performedDateTime": "2020-05-01T08:30:00Z", "encounter": {"reference": "Encounter/v"},
            **SUBJECT}  # fmt: skip
    bound = around("same_stay", "procedure", "colonoscopy")
    found = await query_over([visit, other, done], kind="encounter", field="performer", around=bound)
    assert found.values == ("Dr. Hale",)
    assert set(found.rests_on) == {"Encounter/v", "Procedure/colon"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
