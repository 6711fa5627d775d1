"""Stays in intensive care, however a chart writes them: as an Encounter, or as a place of one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Query

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def place(name: str, start: str | None = None, end: str | None = None) -> Json:
    period = {k: f"2024-01-{v}:00:00Z" for k, v in (("start", start), ("end", end)) if v}
    return {"location": {"display": name}, **({"period": period} if period else {})}


def encounter(name: str, *places: Json, end: str | None = "20T08", **more: Json | list[Json]) -> Json:
    period = {"start": "2024-01-10T08:00:00Z", **({"end": f"2024-01-{end}:00:00Z"} if end else {})}
    return {
        "resourceType": "Encounter", "id": name, "status": "finished" if end else "in-progress",
        "class": {"code": "IMP"}, "subject": {"reference": "Patient/p"}, "period": period, "location": list(places),
        **more,
    }  # fmt: skip


WARD, ICU = place("5 West", "10T08", "12T08"), place("Medical ICU", "12T08", "14T20")
SURGICAL, BACK = place("Surgical ICU", "14T20", "15T08"), place("Medical ICU", "17T08", "18T08")
LACTATE = {
    "resourceType": "Observation", "status": "final", "code": {"text": "Lactate"},
    "subject": {"reference": "Patient/p"}, "category": [{"coding": [{"code": "laboratory"}]}],
    "encounter": {"reference": "Encounter/stay"},
}  # fmt: skip
PART = {"partOf": {"reference": "Encounter/stay"}}


@pytest.mark.parametrize(
    ("chart", "hours"),
    [
        ([encounter("stay", WARD, ICU)], (60,)),
        ([encounter("stay", WARD, ICU, SURGICAL)], (72,)),
        ([encounter("stay", WARD, ICU, SURGICAL, BACK)], (72, 24)),
        ([encounter("stay", WARD)], ()),
        ([encounter("stay", place("Coronary ICU"))], (240,)),
        ([encounter("stay", WARD, ICU), encounter("icu", place("Medical ICU"), end="13T08", **PART)], (72,)),
        ([encounter("stay", type=[{"text": "Admission to intensive care unit"}])], (240,)),
        ([encounter("stay", serviceType={"text": "Critical care"})], (240,)),
        ([encounter("stay", type=[{"text": "ICU follow-up"}], **{"class": {"code": "AMB"}})], ()),
    ],
    ids=["place", "units in a row", "twice", "ward only", "whole stay", "own encounter", "type", "service", "clinic"],
)
async def test_a_stay_in_intensive_care_is_told_by_its_place_or_by_what_the_encounter_says(
    query_over: Query, chart: list[Json], hours: tuple[float, ...]
) -> None:
    lasted = await query_over(chart, kind="icu_stay", compute="duration", unit="hours")
    there = await query_over(chart, kind="icu_stay", compute="exists")
    assert (lasted.values, there.values) == (hours, (bool(hours),))


async def test_a_stay_that_goes_on_is_current_and_one_left_for_a_ward_is_not(query_over: Query) -> None:
    now = {"field": "status", "value": "active"}
    stays = ([WARD, place("ICU", "14T08")], [ICU, place("5 West", "14T20")])
    found = [await query_over([encounter("stay", *s, end=None)], kind="icu_stay", where=[now]) for s in stays]
    assert [f.total for f in found] == [1, 0]


async def test_what_was_done_in_intensive_care_is_told_apart_by_its_time(query_over: Query) -> None:
    times = ("2024-01-11T08:00:00Z", "2024-01-13T08:00:00Z")
    labs = [{**LACTATE, "id": f"l{n}", "effectiveDateTime": t, "valueInteger": n} for n, t in enumerate(times)]
    found = await query_over([encounter("stay", WARD, ICU), *labs], kind="lab", during={"type": "icu", "which": "last"})
    assert found.rests_on == ("Observation/l1", "Encounter/stay")


async def test_the_ward_that_follows_a_stay_in_intensive_care_is_not_within_it(query_over: Query) -> None:
    chart = [encounter("stay", WARD, ICU, place("6 East", "14T20", "20T08"))]
    found = await query_over(chart, kind="ward_stay", during={"type": "icu", "which": "last"})
    assert found.values == ("Medical ICU",)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
