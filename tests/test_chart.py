"""A chart over servers that refuse, fail or hide: what could not be read is said, and tried again next time."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tools.chart import ChartCache, ChartContext, open_chart, parse_scopes
from tools.chart_query import ChartQuery, Compute, Kind
from tools.evidence import Finding
from tools.execute.run import run_query
from tools.fhir.client import FhirClient, Limits
from tools.fhir.dates import parse_fhir_time
from tools.overview import build_overview
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store

Json = dict[str, Any]

PATIENT: Json = {"resourceType": "Patient", "id": "p"}


def make(kind: str, fhir_id: str, **elements: Any) -> Json:
    owner = "patient" if kind in ("AllergyIntolerance", "Immunization") else "subject"
    return {"resourceType": kind, "id": fhir_id, owner: {"reference": "Patient/p"}, **elements}


def order(fhir_id: str, medication: str) -> Json:
    return make(
        "MedicationRequest", fhir_id, status="active", intent="order", authoredOn="2020-01-01",
        medicationReference={"reference": medication},
    )  # fmt: skip


LAB = make("Observation", "k", status="final", code={"text": "Potassium"}, effectiveDateTime="2020-01-01")
ASTHMA = make("Condition", "c", code={"text": "Asthma"}, onsetDateTime="2019-01-01")
WARFARIN: Json = {"resourceType": "Medication", "id": "w", "code": {"text": "Warfarin"}}
REFUSED = httpx.Response(500, json={"issue": [{"diagnostics": "index lost"}]})


@dataclass
class Hospital(httpx.AsyncBaseTransport):
    """The embedded server with refusals in front of it."""

    resources: Sequence[Json]
    refusals: dict[str, httpx.Response | Exception] = field(default_factory=dict)
    """By pattern of the path and query."""
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        store = open_store(":memory:")
        store.save([build_incoming(r, json.loads(r)) for r in (json.dumps(x).encode() for x in self.resources)])
        self.inner = httpx.ASGITransport(app=build_app(store))

    def client(self) -> FhirClient:
        return FhirClient("http://fhir.local/", transport=self, limits=Limits(attempts=1))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode()
        self.asked += [] if target == "/metadata" else [target]
        if self.refusals and request.method == "POST":
            return httpx.Response(405)
        for pattern, refusal in self.refusals.items():
            if re.search(pattern, target):
                if isinstance(refusal, Exception):
                    raise refusal
                return refusal
        return await self.inner.handle_async_request(request)

    async def open(self, as_of: str | None = "2021-01-01", **more: Any) -> ChartContext:
        return await open_chart(self.client(), "p", as_of, **more)


async def ask(chart: ChartContext, kind: Kind, about: str = "", compute: Compute = Compute.EXISTS) -> Finding:
    return await run_query(chart, ChartQuery(kind=kind, about=[about] if about else [], compute=compute), Handles())


@pytest.mark.anyio
@pytest.mark.parametrize("refusal", [REFUSED, httpx.Response(403), httpx.ReadTimeout("slow"), httpx.Response(200)])
async def test_a_drug_that_could_not_be_read_is_never_called_absent(refusal: httpx.Response | Exception) -> None:
    server = Hospital([PATIENT, WARFARIN, ASTHMA, order("m", "Medication/w")], {"^/Medication[?/]": refusal})
    chart = await server.open()
    found = await ask(chart, Kind.MEDICATION_ORDERED, "warfarin")
    assert not found.receipt.complete
    assert not found.determinable
    assert any(r.startswith("Medication: what records refer to could not be read") for r in found.receipt.reasons)
    assert (await ask(chart, Kind.CONDITION, "asthma")).receipt.complete


@pytest.mark.anyio
@pytest.mark.parametrize("refusal", [REFUSED, httpx.Response(403), httpx.ReadTimeout("slow")])
async def test_linked_records_are_not_tried_one_by_one_where_that_would_meet_with_the_same(
    refusal: httpx.Response | Exception,
) -> None:
    server = Hospital([PATIENT], {"^/Medication[?/]": refusal})
    chart = await server.open()
    await chart.read_linked([f"Medication/{n}" for n in range(50)])
    assert len(chart.cache.unread) == 50
    assert len([target for target in server.asked if "Medication" in target]) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("status", [404, 410])
async def test_a_drug_that_is_not_there_leaves_the_receipt_complete(status: int) -> None:
    server = Hospital([PATIENT, order("m", "Medication/w")], {"^/Medication[?/]": httpx.Response(status)})
    assert (await ask(await server.open(), Kind.MEDICATION_ORDERED, "warfarin")).receipt.complete


@pytest.mark.anyio
async def test_the_next_question_asks_again_for_what_could_not_be_read() -> None:
    server = Hospital([PATIENT, WARFARIN, order("m", "Medication/w"), LAB])
    cache = ChartCache()
    server.refusals = {"^/Medication[?/]": REFUSED, "^/Observation": REFUSED}
    chart = await server.open(cache=cache)
    assert not (await ask(chart, Kind.MEDICATION_ORDERED, "warfarin")).determinable
    assert not (await ask(chart, Kind.LAB, "potassium")).determinable
    asked = len(server.asked)
    assert not (await ask(chart, Kind.LAB, "potassium")).determinable
    assert len(server.asked) == asked
    server.refusals = {}
    chart = await server.open(cache=cache)
    assert (await ask(chart, Kind.MEDICATION_ORDERED, "warfarin")).values == (True,)
    assert (await ask(chart, Kind.OBSERVATION, "potassium")).values == (True,)


@pytest.mark.anyio
async def test_a_later_page_that_failed_is_read_again_at_the_next_question() -> None:
    labs = [make("Observation", f"o{n}", status="final", code={"text": f"Lab {n}"}) for n in range(4)]
    server = Hospital([PATIENT, *labs], {"_page=": REFUSED})
    cache = ChartCache()

    async def count() -> Finding:
        client = FhirClient("http://fhir.local/", transport=server, limits=Limits(attempts=1, page_size=2))
        chart = await open_chart(client, "p", "2021-01-01", cache=cache)
        return await ask(chart, Kind.OBSERVATION, compute=Compute.COUNT)

    cut = await count()
    assert not cut.determinable
    assert cut.total == 2
    assert "stopped after page 1" in cut.statement
    server.refusals = {}
    assert (await count()).values == (4,)


@pytest.mark.anyio
async def test_a_type_that_the_server_refuses_is_neither_absent_nor_in_the_way() -> None:
    server = Hospital([PATIENT, ASTHMA], {"^/Goal": httpx.Response(403), "^/Observation": REFUSED})
    chart = await server.open()
    overview = await build_overview(chart)
    assert {Kind.GOAL, Kind.LAB}.isdisjoint(overview.absent)
    assert Kind.ALLERGY in overview.absent
    assert "Observation: the server refused with status 500: index lost" in overview.receipt.reasons
    assert (await ask(chart, Kind.CONDITION, "asthma")).values == (True,)
    lab = await ask(chart, Kind.LAB, "potassium")
    assert "index lost" in lab.statement
    assert not lab.determinable


@pytest.mark.anyio
async def test_drugs_that_the_scopes_deny_are_denied_not_absent() -> None:
    server = Hospital([PATIENT, WARFARIN, order("m", "Medication/w")])
    chart = await server.open(scopes=parse_scopes("patient/MedicationRequest.rs"))
    found = await ask(chart, Kind.MEDICATION_ORDERED, "warfarin")
    assert not found.determinable
    assert found.receipt.denied == ("Medication",)


@pytest.mark.anyio
async def test_people_that_the_scopes_deny_leave_what_was_so_provable() -> None:
    signed = {**ASTHMA, "recorder": {"reference": "Practitioner/d"}}
    chart = await Hospital([PATIENT, signed]).open(scopes=parse_scopes("patient/Condition.rs"))
    assert (await ask(chart, Kind.CONDITION, "asthma")).receipt.complete


@pytest.mark.anyio
async def test_a_scope_for_some_records_of_a_type_proves_no_absence() -> None:
    server = Hospital([PATIENT, LAB])
    chart = await server.open(scopes=parse_scopes("patient/Observation.rs?category=laboratory patient/Condition.rs"))
    found = await ask(chart, Kind.OBSERVATION, "weight")
    assert found.receipt.reasons == ("Observation: the granted scopes allow only some of these records",)
    assert (await ask(chart, Kind.CONDITION, "asthma")).values == (False,)
    assert not parse_scopes("patient/*.rs patient/Observation.rs?category=laboratory").narrow("Observation")
    assert not parse_scopes("patient/Observation.rs patient/*.rs?x=y").narrow("Observation")
    assert parse_scopes("patient/Observation.rs patient/*.rs?x=y").narrow("Goal")


LATE = {
    "moments": [
        make("Observation", f"o{n}", effectiveDateTime=at)
        for n, at in enumerate(("2019-01-01", "2150-03-01T10:00:00-05:00", "2150-03-01T14:00:00Z"))
    ],
    "an end after every start": [
        make("Encounter", "e", period={"start": "2150-01-01", "end": "2150-06-01T08:00:00Z"}),
        make("Encounter", "f", period={"start": "2150-05-01", "end": "2150-05-02"}),
        make("Observation", "o", effectiveDateTime="2150-05-31T23:00:00Z"),
    ],
    "a year, which ends after every day in it": [
        make("Observation", "o", effectiveDateTime="2150"),
        make("Observation", "p", effectiveDateTime="2150-07-01"),
    ],
    "no offset, at the edge of a day": [
        make("Procedure", "a", performedDateTime="2150-03-02T01:00:00"),
        make("Procedure", "b", performedDateTime="2150-03-01T20:00:00-06:00"),
        make("Procedure", "c", performedPeriod={"start": "2150-03-01T12:00:00Z"}),
    ],
    "an open stay": [make("Encounter", "e", period={"start": "2020-01-01"}), order("m", "Medication/w")],
    "nothing dated": [make("Observation", "o")],
}


def latest(resources: Sequence[Json]) -> str | None:
    """By looking at everything."""
    texts = re.findall(r'"(\d{4}(?:-[^"]*)?)"', json.dumps(resources))
    times = [t for t in map(parse_fhir_time, texts) if t.low.year > 2100]
    return max(times, key=lambda t: t.instant_high).raw if times else None


@pytest.mark.anyio
@pytest.mark.parametrize("story", LATE)
@pytest.mark.parametrize(
    "refusals",
    [
        {},
        {"_sort": httpx.Response(400)},
        {"gt2": httpx.Response(400)},
        {"_sort": httpx.Response(200, json={"resourceType": "Bundle", "type": "searchset"})},
    ],
    ids=["as it is", "no sorting", "no dates", "no account of the search"],
)
async def test_the_last_moment_is_the_same_as_by_reading_everything(
    story: str, refusals: dict[str, httpx.Response | Exception]
) -> None:
    chart = await Hospital([PATIENT, *LATE[story]], refusals).open(None)
    expected = latest(LATE[story])
    assert (chart.as_of.text if chart.as_of.source == "chart" else None) == expected
    assert chart.doubts == ()


@pytest.mark.anyio
async def test_the_last_moment_reads_no_type_whole() -> None:
    old = [make("Observation", f"o{n}", effectiveDateTime=f"2149-01-{n + 1:02}") for n in range(20)]
    newest = make("Observation", "n", effectiveDateTime="2150-01-01")
    server = Hospital([PATIENT, *old, newest])
    client = server.client()
    chart = await open_chart(client, "p", None)
    assert chart.as_of.text == "2150-01-01"
    assert all("=gt2" in target for target in server.asked if "/Patient" not in target)
    assert len(server.asked) == 6
    await chart.search("Observation")
    server.asked.clear()
    await open_chart(client, "p", None, cache=chart.cache)
    assert not [target for target in server.asked if "Observation" in target]


@pytest.mark.anyio
async def test_a_last_moment_that_could_not_be_read_leaves_every_receipt_incomplete() -> None:
    server = Hospital([PATIENT, ASTHMA], {"^/Observation": REFUSED, "^/Procedure": httpx.Response(403)})
    chart = await server.open(None)
    found = await ask(chart, Kind.CONDITION, "asthma", Compute.COUNT)
    assert not found.determinable
    assert found.receipt.reasons == (
        "the chart's last moment is not known: Observation: the server refused with status 500: index lost",
    )
    assert (await ask(await server.open(), Kind.CONDITION, "asthma", Compute.COUNT)).values == (1,)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


ELSEWHERE = "http://other-hospital.example/fhir/Medication/77"


@pytest.mark.anyio
@pytest.mark.parametrize(("written", "named"), [(ELSEWHERE, False), ("Medication/77", True)])
async def test_a_reference_to_another_host_is_not_answered_from_the_record_of_that_id_here(
    written: str, named: bool
) -> None:
    store = open_store(":memory:")
    resources = [
        {"resourceType": "Patient", "id": "p"},
        {"resourceType": "Medication", "id": "77", "code": {"text": "Digoxin"}},
        {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "authoredOn": "2020",
         "subject": {"reference": "Patient/p"}, "medicationReference": {"reference": written}},
    ]  # fmt: skip
    store.save([build_incoming(json.dumps(r).encode(), r) for r in resources])
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
        chart = await open_chart(client, "p", "2021-01-01")
        finding = await run_query(chart, ChartQuery(kind=Kind.MEDICATION, about=("digoxin",)), Handles())
    assert (finding.values == ("Digoxin",)) is named
    assert finding.receipt.complete is named


@pytest.mark.anyio
async def test_another_patient_that_a_record_refers_to_is_not_read() -> None:
    other = {"resourceType": "Patient", "id": "q", "name": [{"text": "Someone Else"}]}
    team = {"resourceType": "CareTeam", "id": "t", "status": "active", "subject": {"reference": "Patient/p"},
            "name": "Care team", "participant": [{"member": {"reference": "Patient/q"}}]}  # fmt: skip
    chart = await Hospital([PATIENT, other, team]).open()
    assert "Someone Else" not in repr(await ask(chart, Kind.CARE_TEAM, compute=Compute.LIST))
    assert await chart.read_linked(["Patient/q"]) == {}
