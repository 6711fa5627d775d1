"""The overview is exact: what it counts, dates, names and calls absent; and it asks for each type once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import httpx

from tools.chart import open_chart, parse_scopes
from tools.chart_query import Kind
from tools.fhir.client import FhirClient
from tools.overview import Overview, build_overview
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store

Json = dict[str, Any]

_SUBJECT = {"subject": {"reference": "Patient/p"}}
_LABORATORY = [{"coding": [{"code": "laboratory"}]}]


def lab(number: int, name: str, date: str, **more: Any) -> Json:
    return {
        "resourceType": "Observation", "id": f"lab-{number}", "status": "final", "category": _LABORATORY,
        "code": {"text": name}, "effectiveDateTime": date, "valueInteger": number, **_SUBJECT, **more,
    }  # fmt: skip


def dispense(number: int) -> Json:
    return {
        "resourceType": "MedicationDispense", "id": f"d-{number}", "status": "completed", **_SUBJECT,
        "medicationCodeableConcept": {"text": "Heparin"},
        "authorizingPrescription": [{"reference": f"MedicationRequest/o-{number}"}],
    }  # fmt: skip


def order(number: int) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": f"o-{number}", "status": "active", "intent": "order", **_SUBJECT,
        "medicationReference": {"reference": f"Medication/{number % 3}"}, "authoredOn": f"2020-01-{number % 28 + 1:02}",
    }  # fmt: skip


RESOURCES: list[Json] = [
    {"resourceType": "Patient", "id": "p", "name": [{"family": "Doe"}], "gender": "male", "birthDate": "1950-06-02"},
    *({"resourceType": "Medication", "id": str(n), "code": {"text": f"Drug {n}"}} for n in range(3)),
    lab(1, "Sodium", "2020-01-01"), lab(2, "Sodium", "2020-03-01"), lab(3, "Potassium", "2020-02-01"),
    lab(4, "Sodium", "2021-06-01"), lab(5, "Sodium", "2020-04-01", status="entered-in-error"),
    lab(6, "Blood gas", "2020-02-02", component=[{"code": {"text": "pH"}, "valueDecimal": 7.4}]),
    *(order(n) for n in range(60)), *(dispense(n) for n in range(60)),
]  # fmt: skip


class Counting(httpx.AsyncBaseTransport):
    """The store's server, counting what it is asked by resource type, in a batch or alone."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.asked: Counter[str] = Counter()
        self.requests = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if request.method == "POST":
            self.asked.update(e["request"]["url"].partition("?")[0] for e in json.loads(request.content)["entry"])
        else:
            self.asked[request.url.path.strip("/").partition("/")[0]] += 1
        return await self.inner.handle_async_request(request)


def look(as_of: str = "2021-01-01", scopes: str = "patient/*.rs") -> tuple[Overview, Counter[str]]:
    """The overview, and how often each resource type was asked for."""
    store = open_store(":memory:")
    store.save([build_incoming(r, json.loads(r)) for r in (json.dumps(x).encode() for x in RESOURCES)])
    transport = Counting(httpx.ASGITransport(app=build_app(store)))

    async def run() -> Overview:
        async with FhirClient("http://store.local/", transport=transport) as client:
            chart = await open_chart(client, "p", as_of, scopes=parse_scopes(scopes))
            return await build_overview(chart)

    overview = asyncio.run(run())
    assert transport.requests < 6, "what the server can do, the patient, a batch, what records refer to"
    return overview, transport.asked


def test_each_kind_is_counted_dated_and_named() -> None:
    labs = next(k for k in look()[0].kinds if k.kind is Kind.LAB)
    assert (labs.count, labs.first, labs.last) == (4, "2020-01-01", "2020-03-01")
    assert labs.concepts == (("Sodium", 2), ("Blood gas", 1), ("Potassium", 1))


def test_what_is_later_than_as_of_is_not_counted() -> None:
    assert next(k for k in look("2022-01-01")[0].kinds if k.kind is Kind.LAB).count == 5
    assert next(k for k in look("2020-01-15")[0].kinds if k.kind is Kind.LAB).count == 1


def test_parts_of_a_record_are_in_the_index() -> None:
    assert "pH" in {e.text for e in look()[0].index if e.kind is Kind.LAB}


def test_absent_is_only_what_was_looked_for() -> None:
    whole, _ = look()
    assert Kind.ALLERGY in whole.absent
    assert whole.receipt.complete
    narrow, _ = look(scopes="patient/Patient.rs patient/Observation.rs")
    assert Kind.ALLERGY not in narrow.absent
    assert Kind.VITAL in narrow.absent
    assert not narrow.receipt.complete


def test_each_type_is_asked_for_once_and_what_records_refer_to_is_not_asked_for_one_by_one() -> None:
    asked = look()[1]
    asked.pop("metadata", None)
    assert asked.pop("Patient") == 2, "once to open the chart, once as a record"
    assert {kind: n for kind, n in asked.items() if n > 1} == {}
    assert asked["Medication"] == 1


def test_undated_dispenses_have_the_dates_of_their_orders() -> None:
    dispensed = next(e for e in look()[0].index if e.kind is Kind.MEDICATION_DISPENSED)
    assert (dispensed.count, dispensed.first, dispensed.last) == (60, "2020-01-01", "2020-01-28")


def test_the_text_for_a_model_stays_short_however_many_records_there_are() -> None:
    text = look()[0].text
    assert "medication_ordered: 60 2020-01-01 to 2020-01-28: Drug 0 (20); Drug 1 (20); Drug 2 (20)" in text
    assert len(text) < 1_500
