"""What was entered in error reaches no answer: in any spelling, as a part, as a name or a date of something else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from tools.chart import open_chart
from tools.chart_query import Anchor, ChartQuery, Kind, Slot, Stay
from tools.evidence import Finding
from tools.execute.run import run_query
from tools.fhir.client import FhirClient
from tools.records.convert import to_record
from tools.records.links import Linked
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store

Json = dict[str, Any]

NONE = Linked()


def made(kind: str, **elements: Any) -> Json:
    return {"resourceType": kind, "id": "x", **elements}


@pytest.mark.parametrize(
    "elements",
    [
        {"status": "Entered-In-Error"},
        {"status": "entered in error"},
        {"docStatus": "entered-in-error"},
        {"verificationStatus": {"coding": [{"system": "urn:other", "code": "EnteredInError"}]}},
        {"verificationStatus": {"coding": [{"code": "1", "display": "Entered in Error"}]}},
        {"verificationStatus": {"text": "Error"}},
        {"status": "final", "extension": [{"url": "urn:s", "valueCode": "entered-in-error"}]},
        {
            "status": "final",
            "modifierExtension": [{"url": "urn:s", "valueCodeableConcept": {"text": "entered in error"}}],
        },
        {"status": "final", "_status": {"extension": [{"url": "urn:s", "valueString": "entered in error"}]}},
    ],
)
def test_what_was_entered_in_error_is_void_however_that_is_spelled(elements: Json) -> None:
    assert to_record(made("Observation", **elements), NONE).standing == "void"
    assert (
        to_record(made("Observation", status="final", dataAbsentReason={"text": "error"}), NONE).standing == "current"
    )


def mistaken(kind: str, **elements: Any) -> Json:
    return {"resourceType": kind, "id": "bad", "status": "entered-in-error", **elements}


def beside(*around: Json) -> Linked:
    return Linked({f"{r['resourceType']}/{r['id']}": r for r in around})


BAD = {"reference": "Observation/bad"}


@pytest.mark.parametrize(
    ("resource", "around"),
    [
        (made("Observation", derivedFrom=[BAD]), mistaken("Observation")),
        (made("Observation"), mistaken("Observation", hasMember=[{"reference": "Observation/x"}])),
        (made("Procedure", partOf=[{"reference": "Procedure/bad"}]), mistaken("Procedure")),
        (made("Encounter", partOf={"reference": "Encounter/bad"}), mistaken("Encounter")),
    ],
)
def test_what_is_part_of_a_mistaken_record_is_void(resource: Json, around: Json) -> None:
    assert to_record(resource, beside(resource, around)).standing == "void"
    assert to_record(resource, beside(resource, {**around, "status": "final"})).standing != "void"


def test_a_mistake_reaches_what_derives_from_what_derives_from_it() -> None:
    middle = {**made("Observation", derivedFrom=[BAD]), "id": "m"}
    last = made("Observation", derivedFrom=[{"reference": "Observation/m"}])
    assert to_record(last, beside(middle, last, mistaken("Observation"))).standing == "void"


def test_a_result_of_a_mistaken_order_stands() -> None:
    result = made("Observation", status="final", basedOn=[{"reference": "ServiceRequest/bad"}])
    assert to_record(result, beside(result, mistaken("ServiceRequest"))).standing == "current"


def test_a_mistaken_record_names_and_dates_nothing() -> None:
    drug = mistaken("Medication", code={"text": "Codeine"})
    order = made("MedicationRequest", medicationReference={"reference": "Medication/bad"})
    assert "Codeine" not in to_record(order, beside(drug)).concept.names
    doctor = {**mistaken("Practitioner", name=[{"text": "Dr. Hu"}]), "extension": [{"valueCode": "entered-in-error"}]}
    seen_by = made("Condition", recorder={"reference": "Practitioner/bad"})
    assert Slot.PERFORMER not in to_record(seen_by, beside(doctor)).fields
    visit = mistaken("Encounter", period={"start": "2020-01-01"})
    assert to_record(made("Condition", encounter={"reference": "Encounter/bad"}), beside(visit)).start is None


def ask(query: ChartQuery, *resources: Json, as_of: str = "2021-01-01") -> Finding:
    """What a query finds in a chart of these resources."""
    store = open_store(":memory:")
    owned = [{**r, "subject": {"reference": "Patient/p"}, "id": f"r{n}"} for n, r in enumerate(resources)]
    raw = [json.dumps(r).encode() for r in ({"resourceType": "Patient", "id": "p"}, *owned)]
    store.save([build_incoming(r, json.loads(r)) for r in raw])

    async def run() -> Finding:
        async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
            return await run_query(await open_chart(client, "p", as_of), query, Handles())

    return asyncio.run(run())


def lab(name: str, status: str = "final", day: str = "2020-03-01", **elements: Any) -> Json:
    return made(
        "Observation", status=status, code={"text": name}, effectiveDateTime=day, category=[
            {"coding": [{"code": "laboratory"}]}
        ], valueQuantity={"value": 4, "unit": "mmol/L"}, **elements,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (ChartQuery(kind=Kind.LAB, about=["potassium"]), "1 record entered in error was left out"),
        (ChartQuery(kind=Kind.LAB), "2 records entered in error were left out"),
        (ChartQuery(kind=Kind.LAB, about=["chloride"]), None),
        (ChartQuery(kind=Kind.LAB, about=["potassium"], when="in 2019"), None),
    ],
)
def test_how_many_on_the_matter_were_entered_in_error_is_told(query: ChartQuery, said: str | None) -> None:
    chart = [lab("potassium"), lab("chloride"), lab("potassium", "entered-in-error"), lab("sodium", "entered-in-error")]
    notes = [n for n in ask(query, *chart).notes if "entered in error" in n]
    assert notes == ([said] if said else [])


def test_an_undated_record_on_the_matter_forbids_an_absence_where_the_chart_goes_on() -> None:
    allergy = made("AllergyIntolerance", code={"text": "latex"}, patient={"reference": "Patient/p"})
    query = ChartQuery(kind=Kind.ALLERGY, about=["latex"])
    then = ask(query, allergy, lab("sodium", day="2020-06-01"), as_of="2020-01-01")
    assert not then.determinable
    assert "carry no date" in then.statement
    assert "1 record without a date was left out" in then.statement
    assert ask(query, allergy, lab("sodium", day="2020-06-01"), as_of="2020-12-01").total == 1


STAY = made(
    "Encounter", status="finished", period={"start": "2020-02-28", "end": "2020-03-03"}, **{"class": {"code": "IMP"}}
)


def test_a_mistaken_stay_is_none_and_it_is_said() -> None:
    query = ChartQuery(kind=Kind.LAB, during=Stay(type="hospital", which="last"))
    found = ask(query, lab("sodium"), {**STAY, "status": "entered-in-error"})
    assert found.total == 0
    assert "1 hospital stay entered in error was left out" in found.notes


def test_a_record_that_names_a_mistaken_stay_belongs_where_its_time_lies() -> None:
    query = ChartQuery(kind=Kind.LAB, during=Stay(type="hospital", which="last"))
    named = lab("sodium", encounter={"reference": "Encounter/r2"})
    assert ask(query, named, STAY, {**STAY, "status": "entered-in-error"}).total == 1


def test_a_mistaken_record_is_no_anchor() -> None:
    around = Anchor(kind=Kind.LAB, about=["potassium"], relation="after")
    found = ask(ChartQuery(kind=Kind.LAB, about=["sodium"], around=around), lab("sodium", day="2020-03-02"),
                lab("potassium", "entered in error"))  # fmt: skip
    assert found.total == 0
    assert "1 record entered in error was left out" in found.notes
