"""Searches of the embedded store: query → ids, and everything that must raise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tools.fhir.errors import SearchSyntaxError
from tools.fhir.parameters import list_parameters, resource_types
from tools.fhir.search_query import parse_search
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.loading import load_paths
from tools.store.operations import run_lastn
from tools.store.store import Store, open_store

_LOINC = "http://loinc.org"
_UCUM = "http://unitsofmeasure.org"
_FIXTURES = Path(__file__).parent.parent / "fhir_fixtures"

Json = dict[str, Any]


def _lab(fhir_id: str, patient: str, when: str, value: float, **more: Any) -> Json:
    quantity = {"value": value, "unit": "mg/dL", "system": _UCUM, "code": "mg/dL"} | more.pop("quantity", {})
    return {
        "resourceType": "Observation",
        "id": fhir_id,
        "status": "final",
        "code": {"coding": [{"system": _LOINC, "code": "2345-7", "display": "Glucose in serum"}], "text": "Glucose"},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": when,
        "valueQuantity": quantity,
        **more,
    }


_RESOURCES: list[Json] = [
    {
        "resourceType": "Patient",
        "id": "ann",
        "identifier": [{"system": "http://hospital", "value": "MRN,1"}],
        "name": [{"family": "Muñoz", "given": ["Ann", "Maria"]}],
        "gender": "female",
        "birthDate": "1950-06-01",
        "active": True,
        "generalPractitioner": [{"reference": "Practitioner/dr"}],
    },
    {
        "resourceType": "Patient",
        "id": "bo",
        "name": [{"family": "Munro", "given": ["Bo"]}],
        "gender": "male",
        "birthDate": "1980",
        "telecom": [{"system": "phone", "value": "555"}, {"system": "email", "value": "bo@x"}],
        "deceasedDateTime": "2021-05-05",
    },
    {"resourceType": "Practitioner", "id": "dr", "name": [{"family": "House"}]},
    _lab("g1", "ann", "2020-01-10", 100.0),
    _lab("g2", "ann", "2020-02", 150.5, status="amended", derivedFrom=[{"reference": "Observation/g1"}]),
    _lab("g3", "ann", "2020-03-01T23:30:00-05:00", 5, quantity={"comparator": "<"}),
    _lab("h1", "bo", "2020-01-10", 100.0, subject={"reference": "Patient/bo", "identifier": {"value": "B"}}),
    {
        "resourceType": "Observation",
        "id": "t1",
        "status": "entered-in-error",
        "code": {"text": "100% oxygen_test"},
        "subject": {"reference": "Patient/ann"},
    },
    {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"system": "http://v3", "code": "IMP"},
        "subject": {"reference": "Patient/ann"},
        "period": {"start": "2020-01-05", "end": "2020-01-20"},
    },
    {
        "resourceType": "Encounter",
        "id": "e2",
        "status": "in-progress",
        "class": {"system": "http://v3", "code": "IMP"},
        "subject": {"reference": "Patient/ann"},
        "period": {"start": "2020-03-01"},
    },
]

_LONG = "a very long text " * 500
_RESOURCES += [
    {"resourceType": "Location", "id": "long", "name": _LONG, "identifier": [{"value": _LONG}]},
    {"resourceType": "Location", "id": "longer", "name": _LONG + "b"},
]

_CASES = [
    ("Location", "name=a very", "long longer"),
    ("Location", f"name={_LONG}", "long longer"),
    ("Location", f"name={_LONG}b", "longer"),
    ("Location", f"name:exact={_LONG}b", "longer"),
    ("Location", f"identifier={_LONG}", "long"),
    ("Location", "name:contains=text b", "longer"),
    ("Patient", "", "ann bo"),
    ("Patient", "_id=ann", "ann"),
    ("Patient", "_id=ann,bo,nobody", "ann bo"),
    ("Patient", "family=mun", "ann bo"),
    ("Patient", "family=MUNOZ", "ann"),
    ("Patient", "family:exact=Muñoz", "ann"),
    ("Patient", "family:exact=Munoz", ""),
    ("Patient", "family:contains=UNR", "bo"),
    ("Patient", "name=maria", "ann"),
    ("Patient", "name=ar", ""),
    ("Patient", "given=Ann&family=munro", ""),
    ("Patient", "identifier=http://hospital|MRN\\,1", "ann"),
    ("Patient", "identifier=MRN\\,1", "ann"),
    ("Patient", "identifier=|MRN\\,1", ""),
    ("Patient", "identifier=http://hospital|", "ann"),
    ("Patient", "identifier:missing=true", "bo"),
    ("Patient", "gender=female", "ann"),
    ("Patient", "gender=http://hl7.org/fhir/administrative-gender|female", "ann"),
    ("Patient", "gender=http://elsewhere|female", ""),
    ("Patient", "gender:not=female", "bo"),
    ("Patient", "active=true", "ann"),
    ("Patient", "active:missing=true", "bo"),
    ("Patient", "deceased=true", "bo"),
    ("Patient", "deceased=false", "ann"),
    ("Patient", "death-date=ge2021", "bo"),
    ("Patient", "birthdate=1950", "ann"),
    ("Patient", "birthdate=1980-03-03", ""),
    ("Patient", "birthdate=lt1960", "ann"),
    ("Patient", "phone=555", "bo"),
    ("Patient", "email=555", ""),
    ("Patient", "general-practitioner=Practitioner/dr", "ann"),
    ("Patient", "general-practitioner=dr", "ann"),
    ("Patient", "general-practitioner:Practitioner.name=hou", "ann"),
    ("Patient", "general-practitioner.name=nobody", ""),
    ("Patient", "_has:Observation:patient:code=http://loinc.org|2345-7", "ann bo"),
    ("Patient", "_has:Observation:patient:status=amended", "ann"),
    ("Patient", "_has:Encounter:subject:status=planned", ""),
    ("Patient", "_lastUpdated=ge2020", "ann bo"),
    ("Patient", "_lastUpdated=lt2020", ""),
    ("Observation", "patient=ann", "g1 g2 g3 t1"),
    ("Observation", "patient=Patient/ann", "g1 g2 g3 t1"),
    ("Observation", "subject=Patient/bo", "h1"),
    ("Observation", "subject:Patient=bo", "h1"),
    ("Observation", "subject=Group/bo", ""),
    ("Observation", "patient=nobody", ""),
    ("Observation", "patient=ann,bo", "g1 g2 g3 h1 t1"),
    ("Observation", "patient=ann&patient=bo", ""),
    ("Observation", "subject:identifier=B", "h1"),
    ("Observation", "subject:Patient.name=Ann&date=2020-01", "g1"),
    ("Observation", "patient.gender=male", "h1"),
    ("Observation", "code=2345-7", "g1 g2 g3 h1"),
    ("Observation", "code=http://loinc.org|2345-7&patient=ann", "g1 g2 g3"),
    ("Observation", "code=http://snomed.info/sct|2345-7", ""),
    ("Observation", "code:text=glucose in", "g1 g2 g3 h1"),
    ("Observation", "code:text=GLUCOSE", "g1 g2 g3 h1"),
    ("Observation", "code:text=serum", ""),
    ("Observation", "code:not=http://loinc.org|2345-7", "t1"),
    ("Observation", "code:text=100%25 oxygen_", "t1"),
    ("Observation", "status=final,amended&patient=ann", "g1 g2 g3"),
    ("Observation", "status:not=final", "g2 t1"),
    ("Observation", "status:not=final,amended", "t1"),
    ("Observation", "derived-from=Observation/g1", "g2"),
    ("Observation", "patient=ann&date=2020-01-10", "g1"),
    ("Observation", "patient=ann&date=2020", "g1 g2 g3"),
    ("Observation", "patient=ann&date=2020-02-15", ""),
    ("Observation", "patient=ann&date=gt2020-02-15", "g2 g3"),
    ("Observation", "patient=ann&date=sa2020-02-15", "g3"),
    ("Observation", "patient=ann&date=le2020-02-15", "g1 g2"),
    ("Observation", "patient=ann&date=eb2020-02-15", "g1"),
    ("Observation", "patient=ann&date=ge2020-01-10&date=lt2020-02", "g1"),
    ("Observation", "patient=ann&date=ne2020-01-10", "g2 g3"),
    # A day without offset is the record's own day; with offset, instants are compared.
    ("Observation", "patient=ann&date=2020-03-01", "g3"),
    ("Observation", "patient=ann&date=2020-03-02", ""),
    ("Observation", "patient=ann&date=2020-03-02T04:30:00Z", "g3"),
    ("Observation", "date:missing=true", "t1"),
    ("Observation", "value-quantity=100.0", "g1 h1"),
    ("Observation", "value-quantity=gt100.0||mg/dL", "g2"),
    ("Observation", "value-quantity=150.5|http://unitsofmeasure.org|mg/dL", "g2"),
    ("Observation", "value-quantity=150.5|http://unitsofmeasure.org|mmol/L", ""),
    ("Observation", "value-quantity=150", ""),
    ("Observation", "value-quantity=lt10", "g3"),
    ("Observation", "value-quantity=ap145", "g2"),
    ("Encounter", "date=2020-01-10", ""),
    ("Encounter", "date=ge2020-01-10&date=le2020-01-12", "e1"),
    ("Encounter", "date=gt2030", "e2"),
    ("Encounter", "date=sa2020-02", "e2"),
    ("Encounter", "class=IMP&status=in-progress", "e2"),
]

_NAMES = [f"{kind}?{query[:80]}" for kind, query, _ in _CASES]

_ORDERS = [
    ("Observation", "patient=ann&_sort=date", "g1 g2 g3 t1"),
    ("Observation", "patient=ann&_sort=-date", "g3 g2 g1 t1"),
    ("Observation", "_sort=value-quantity,_id", "g3 g1 h1 g2 t1"),
    ("Patient", "_sort=-family", "bo ann"),
    ("Patient", "_sort=birthdate", "ann bo"),
    ("Patient", "_sort=-_id", "bo ann"),
]

_REFUSED = [
    ("Patients", "", "unknown resource type 'Patients'; valid are: Account"),
    ("Patient", "nme=x", "unknown search parameter 'nme' for Patient; valid are: _id"),
    ("Patient", "name:fuzzy=x", "unknown modifier ':fuzzy' on name; valid are: contains, exact, missing"),
    ("Patient", "birthdate:exact=1950", "valid are: missing"),
    ("Patient", "birthdate=1950-02-30", "not a date that exists"),
    ("Patient", "birthdate=yesterday", "not a FHIR date"),
    ("Patient", "birthdate=>1950", "not a FHIR date"),
    ("Patient", "active:missing=maybe", "valid are: true, false"),
    ("Patient", "name=", "empty value"),
    ("Patient", "name", "not a query string"),
    ("Patient", "general-practitioner=a b", "not a reference"),
    ("Patient", "general-practitioner.colour=x", "unknown search parameter"),
    ("Patient", "name.family=x", "can't be chained"),
    ("Patient", "_has:Observation:colour:code=x", "unknown search parameter 'colour'"),
    ("Patient", "_has:Observation=x", "not of the form"),
    ("Patient", "_has:Coverage:payor:type=x&_has:Location:name:name=y", "does not point to Patient"),
    ("Patient", "_count=many", "not a whole number"),
    ("Patient", "_count=1&_count=2", "give it once"),
    ("Patient", "_sort=colour", "unknown search parameter"),
    ("Patient", "_sort=general-practitioner", "can't sort by"),
    ("Patient", "_summary=text", "valid are: count, false"),
    ("Patient", "_include=Patient:name", "is no reference"),
    ("Patient", "_include=Patient:colour", "unknown search parameter"),
    ("Patient", "_filter=name eq x", "unknown search parameter '_filter'"),
    ("Observation", "value-quantity=high", "not a number"),
    ("Observation", "value-quantity=1e99999999", "not a number"),
    ("Observation", "_lastUpdated:missing=true", "unknown modifier ':missing' on _lastUpdated"),
    ("Observation", "_id:not=x", "unknown modifier ':not' on _id"),
    ("Observation", "value-quantity=5|mg", "not a quantity"),
    ("Observation", "code=a|b|c", "not a token"),
    ("Observation", "subject:Practitioner.name=x", "points to Device, Group, Location, Patient, not to"),
    ("Observation", "subject.general-practitioner.name=x", "one level"),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """The same resources in each kind of database."""
    opened = open_store(":memory:" if request.param == "sqlite" else request.getfixturevalue("postgres"))
    opened.save([build_incoming(raw, json.loads(raw)) for raw in (json.dumps(r).encode() for r in _RESOURCES)])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def fixtures() -> Iterator[Store]:
    opened = open_store(":memory:")
    report = load_paths(opened, [_FIXTURES / "patients", _FIXTURES / "shared.json"])
    assert report.refused == ()
    yield opened
    opened.close()


def _find(store: Store, resource_type: str, query: str) -> list[str]:
    return [s.fhir_id for s in store.read_keys(store.search(parse_search(resource_type, query)).keys)]


@pytest.mark.parametrize(("resource_type", "query", "ids"), _CASES, ids=_NAMES)
def test_search_finds_exactly_these(store: Store, resource_type: str, query: str, ids: str) -> None:
    assert sorted(_find(store, resource_type, query)) == ids.split()


@pytest.mark.parametrize(("resource_type", "query", "ids"), _CASES, ids=_NAMES)
def test_count_agrees_with_the_search(store: Store, resource_type: str, query: str, ids: str) -> None:
    assert store.count(parse_search(resource_type, query)) == len(ids.split())


@pytest.mark.parametrize(("resource_type", "query", "ids"), _ORDERS)
def test_sorted_search_keeps_the_order_asked_for(store: Store, resource_type: str, query: str, ids: str) -> None:
    assert _find(store, resource_type, query) == ids.split()


@pytest.mark.parametrize(("resource_type", "query", "reason"), _REFUSED)
def test_search_that_is_not_valid_is_refused(store: Store, resource_type: str, query: str, reason: str) -> None:
    with pytest.raises(SearchSyntaxError) as refusal:
        store.search(parse_search(resource_type, query))
    assert reason in str(refusal.value)


def test_search_on_empty_store_finds_nothing() -> None:
    opened = open_store(":memory:")
    assert _find(opened, "Patient", "name=x") == []
    assert opened.count(parse_search("Patient", "")) == 0
    opened.close()


def test_lastn_keeps_the_newest_of_each_code(store: Store) -> None:
    def lastn(query: str) -> list[str]:
        bundle = json.loads(run_lastn(store, "", query).body)
        return [entry["resource"]["id"] for entry in bundle.get("entry", [])]

    assert lastn("patient=ann") == ["g3", "t1"]
    assert lastn("patient=ann&max=2&code=2345-7") == ["g3", "g2"]
    assert lastn("patient=nobody") == []


@pytest.mark.parametrize(
    "query", ["", "code=2345-7", "patient=ann&max=0", "patient=ann&max=x", "patient=ann&_sort=date"]
)
def test_lastn_refuses_what_it_can_not_answer(store: Store, query: str) -> None:
    with pytest.raises(SearchSyntaxError):
        run_lastn(store, "", query)


def test_searching_patient_by_patient_finds_every_record_once(fixtures: Store) -> None:
    patients = _find(fixtures, "Patient", "")
    assert len(patients) >= 18
    for kind in ("Observation", "Condition", "MedicationRequest", "Encounter"):
        by_patient = [i for patient in patients for i in _find(fixtures, kind, f"patient={patient}")]
        assert sorted(by_patient) == sorted(_find(fixtures, kind, ""))


def test_new_version_is_found_and_the_old_one_kept_in_each_database(store: Store, tmp_path: Path) -> None:
    resource: Json = {"resourceType": "Location", "id": "ward", "name": "Old ward"}
    for name in ("Old ward", "Old ward", "New ward"):
        (tmp_path / "l.json").write_text(json.dumps(resource | {"name": name}))
        report = load_paths(store, [tmp_path / "l.json"])
    assert report.updated == {"Location": 1}
    assert [stored.version for stored in store.read_history("Location", "ward")] == [2, 1]
    assert _find(store, "Location", "name=new") == ["ward"]
    assert _find(store, "Location", "name=old") == []


def test_server_answers_from_each_database(store: Store) -> None:
    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=build_app(store))
        async with httpx.AsyncClient(transport=transport, base_url="http://store.local/") as client:
            transaction = {"resourceType": "Bundle", "type": "transaction", "entry": []}
            return [
                await client.get("Patient/ann/$everything"),
                await client.get("Observation?patient=ann&_sort=date&_count=1&_include=Observation:subject"),
                await client.get("Patient/nobody"),
                await client.post("", json=transaction),
            ]

    everything, search, missing, transaction = asyncio.run(ask())
    assert [r.status_code for r in (everything, search, missing, transaction)] == [200, 200, 404, 200]
    assert everything.json()["total"] == 7
    assert [entry["resource"]["id"] for entry in search.json()["entry"]] == ["g1", "ann"]


_SAMPLES = {
    "token": "http://s|c",
    "date": "ge2020-01",
    "string": "x",
    "reference": "x1",
    "quantity": "gt5||mg",
    "number": "5",
    "uri": "http://x",
}


@pytest.mark.parametrize("modifier", ["", ":missing"])
def test_every_parameter_of_every_type_can_be_searched_by(modifier: str) -> None:
    opened = open_store(":memory:")
    for resource_type in resource_types():
        for parameter in list_parameters(resource_type).values():
            if modifier and parameter.name in ("_id", "_lastUpdated"):
                continue
            value = "true" if modifier else _SAMPLES[parameter.kind]
            assert _find(opened, resource_type, f"{parameter.name}{modifier}={value}") == []
    opened.close()
