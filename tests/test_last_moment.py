"""Which records say how far a chart reaches: what was, not what was entered in error or is only planned."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.conftest import Query
from tools.chart import open_chart
from tools.fhir.client import FhirClient
from tools.last_moment import goes_on_beyond
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store

Json = dict[str, Any]

pytestmark = pytest.mark.anyio

PATIENT = {"resourceType": "Patient", "id": "p"}


def stay(name: str, start: str, status: str = "finished") -> Json:
    return {
        "resourceType": "Encounter", "id": name, "status": status, "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p"}, "period": {"start": start},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stays", "as_of", "last", "goes_on"),
    [
        ([stay("a", "2150-01-01")], None, "2150-01-01", False),
        ([stay("a", "2150-01-01"), stay("b", "2155-01-01", "entered-in-error")], None, "2150-01-01", False),
        ([stay("a", "2150-01-01"), stay("b", "2155-01-01", "planned")], None, "2150-01-01", False),
        ([stay("a", "2150-01-01")], "2149-01-01", None, True),
        ([stay("a", "2150-01-01"), stay("b", "2155-01-01", "entered-in-error")], "2149-01-01", None, True),
        ([stay("b", "2155-01-01", "entered-in-error")], "2149-01-01", None, False),
        ([stay("b", "2155-01-01", "cancelled")], "2149-01-01", None, False),
        ([stay("a", "2150-01-01")], "2150-01-01", None, False),
    ],
)
async def test_a_chart_reaches_as_far_as_what_was(
    stays: list[Json], as_of: str | None, last: str | None, goes_on: bool
) -> None:
    store = open_store(":memory:")
    store.save([build_incoming(json.dumps(r).encode(), r) for r in (PATIENT, *stays)])
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
        chart = await open_chart(client, "p", as_of)
        assert (chart.as_of.text if chart.as_of.source == "chart" else None) == last
        assert await goes_on_beyond(chart) is goes_on


async def test_a_chart_reaches_as_far_as_the_death() -> None:
    store = open_store(":memory:")
    died = {**PATIENT, "deceasedDateTime": "2150-02-01"}
    store.save([build_incoming(json.dumps(r).encode(), r) for r in (died, stay("a", "2150-01-01"))])
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
        assert (await open_chart(client, "p", None)).as_of.text == "2150-02-01"


async def test_an_allergy_recorded_later_proves_no_absence_before(query_over: Query) -> None:
    allergy = {
        "resourceType": "AllergyIntolerance", "id": "a", "patient": {"reference": "Patient/p"},
        "code": {"text": "Latex"}, "recordedDate": "2023-01-01",
    }  # fmt: skip
    before = await query_over([allergy], "2020-01-01", kind="allergy", compute="exists")
    assert not before.determinable
    assert (await query_over([allergy], "2024-01-01", kind="allergy", compute="exists")).values == (True,)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
