"""The embedded store over HTTP: every interaction, and every refusal as an OperationOutcome."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from starlette.applications import Starlette
from starlette.routing import Mount

from tools.fhir.parameters import list_parameters
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import Store, open_store

Json = dict[str, Any]

_CODE = {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]}
_ANN: Json = {
    "resourceType": "Patient",
    "id": "ann",
    "name": [{"family": "Muñoz"}],
    "gender": "female",
    "generalPractitioner": [{"reference": "Practitioner/dr"}],
}
_DOCTOR: Json = {"resourceType": "Practitioner", "id": "dr", "name": [{"family": "House"}]}


def _lab(number: int, patient: str = "ann") -> Json:
    return {
        "resourceType": "Observation",
        "id": f"{patient}-{number}",
        "status": "final",
        "code": _CODE,
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"2020-01-{number:02}",
    }


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    resources = [_ANN, {"resourceType": "Patient", "id": "bo"}, _DOCTOR, _lab(1, "bo"), *map(_lab, range(1, 8))]
    opened.save([build_incoming(raw, json.loads(raw)) for raw in (json.dumps(r).encode() for r in resources)])
    yield opened
    opened.close()


def _send(store: Store, method: str, url: str, **options: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=build_app(store))
        async with httpx.AsyncClient(transport=transport, base_url="http://store.local/") as client:
            return await client.request(method, url, **options)

    return asyncio.run(send())


def _entries(response: httpx.Response) -> list[Json]:
    assert response.status_code == 200, response.text
    found: list[Json] = response.json().get("entry", [])
    return found


def _ids(response: httpx.Response) -> list[str]:
    return [entry["resource"]["id"] for entry in _entries(response)]


def _next(response: httpx.Response) -> str | None:
    links = {link["relation"]: link["url"] for link in response.json()["link"]}
    return links.get("next")


def _follow(store: Store, url: str) -> list[list[str]]:
    """The ids of each page, following the links."""
    pages = []
    while url:
        response = _send(store, "GET", url)
        pages.append(_ids(response))
        url = _next(response) or ""
    return pages


def test_capability_statement_names_what_the_table_of_parameters_holds(store: Store) -> None:
    statement = _send(store, "GET", "metadata").json()
    CapabilityStatement.model_validate(statement)
    rest = statement["rest"][0]
    described = {resource["type"]: resource for resource in rest["resource"]}
    names = {parameter["name"] for parameter in described["Observation"]["searchParam"]}
    assert names == set(list_parameters("Observation"))
    assert {"code": "transaction"} in rest["interaction"]
    assert described["Patient"]["operation"][0]["name"] == "everything"


def test_read_gives_the_resource_and_its_version(store: Store) -> None:
    response = _send(store, "GET", "Patient/ann")
    assert response.headers["etag"] == 'W/"1"'
    assert response.headers["last-modified"].endswith("GMT")
    assert response.headers["content-type"] == "application/fhir+json"
    body = response.json()
    assert body.pop("meta")["versionId"] == "1"
    assert body == _ANN


def test_search_by_get_and_by_post_answer_the_same(store: Store) -> None:
    got = _send(store, "GET", "Observation", params={"patient": "ann", "date": "ge2020-01-05"})
    posted = _send(store, "POST", "Observation/_search", data={"patient": "ann", "date": "ge2020-01-05"})
    assert _ids(got) == _ids(posted) == ["ann-5", "ann-6", "ann-7"]
    assert got.json() == posted.json()
    assert got.json()["total"] == 3


def test_searchset_is_a_valid_bundle(store: Store) -> None:
    bundle = _send(store, "GET", "Observation?patient=ann&_include=Observation:subject&_count=2").json()
    Bundle.model_validate(bundle)
    assert bundle["entry"][0]["fullUrl"] == "http://store.local/Observation/ann-1"


def test_self_link_says_which_search_was_run(store: Store) -> None:
    links = _send(store, "GET", "Patient?name=mu%C3%B1,x&gender=female").json()["link"]
    assert links == [{"relation": "self", "url": "http://store.local/Patient?name=mu%C3%B1,x&gender=female"}]


def test_pages_hold_every_match_once_and_in_order(store: Store) -> None:
    pages = _follow(store, "Observation?patient=ann&_sort=-date&_count=3")
    assert pages == [["ann-7", "ann-6", "ann-5"], ["ann-4", "ann-3", "ann-2"], ["ann-1"]]


def test_later_pages_leave_out_what_was_added_meanwhile(store: Store) -> None:
    first = _send(store, "GET", "Observation?patient=ann&_count=4")
    raw = json.dumps(_lab(0) | {"effectiveDateTime": "2020-01-01", "id": "ann-0"}).encode()
    store.save([build_incoming(raw, json.loads(raw))])
    second = _send(store, "GET", _next(first) or "")
    assert _ids(first) + _ids(second) == [f"ann-{n}" for n in range(1, 8)]


def test_count_of_zero_and_summary_count_give_the_total_alone(store: Store) -> None:
    for query in ("_count=0", "_summary=count"):
        bundle = _send(store, "GET", f"Observation?patient=ann&{query}").json()
        assert (bundle["total"], "entry" in bundle) == (7, False)


def test_total_is_left_out_when_none_is_asked_for(store: Store) -> None:
    assert "total" not in _send(store, "GET", "Observation?_total=none").json()
    assert _send(store, "GET", "Observation?_total=accurate").json()["total"] == 8


def test_elements_leaves_out_what_was_not_asked_for(store: Store) -> None:
    resource = _entries(_send(store, "GET", "Patient?_id=ann&_elements=gender"))[0]["resource"]
    assert set(resource) == {"resourceType", "id", "meta", "gender"}


@pytest.mark.parametrize(
    ("query", "included"),
    [
        ("Observation?_id=ann-1&_include=Observation:subject", ["ann"]),
        ("Observation?_id=ann-1&_include=Observation:subject:Group", []),
        ("Patient?_id=ann&_include=Patient:general-practitioner", ["dr"]),
        (
            "Observation?_id=ann-1&_include=Observation:subject&_include:iterate=Patient:general-practitioner",
            ["ann", "dr"],
        ),
        ("Patient?_id=bo&_revinclude=Observation:patient", ["bo-1"]),
        ("Patient?_id=nobody&_revinclude=Observation:patient", []),
    ],
)
def test_included_resources_come_with_their_matches(store: Store, query: str, included: list[str]) -> None:
    entries = _entries(_send(store, "GET", query))
    found = [entry["resource"]["id"] for entry in entries if entry["search"]["mode"] == "include"]
    assert sorted(found) == included


_REFUSED = [
    ("GET", "Patient/nobody", 404, "there is no Patient/nobody"),
    ("GET", "Patient/ann/_history/7", 404, "there are: 1"),
    ("GET", "Patient/ann/_history/x", 404, "no version"),
    ("GET", "Patient/nobody/_history", 404, "there is no Patient/nobody"),
    ("GET", "Patient/nobody/_history/1", 404, "there is no Patient/nobody"),
    ("GET", "Patient/nobody/$everything", 404, "there is no Patient/nobody"),
    ("GET", "Pet", 404, "unknown resource type 'Pet'; valid are: Account"),
    ("GET", "Pet/1", 404, "unknown resource type 'Pet'"),
    ("GET", "Patient/$merge", 404, "known are: GET metadata"),
    ("GET", "Patient/ann/Observation", 404, "known are: GET metadata"),
    ("GET", "some/where/quite/else", 404, "unknown resource type 'some'"),
    ("GET", "Patient?nme=x", 400, "unknown search parameter 'nme' for Patient; valid are: _id"),
    ("GET", "Patient?birthdate=2019-02-30", 400, "not a date that exists"),
    ("GET", "Patient?_page=rubbish", 400, "not made by this server"),
    ("GET", "Patient?_page=W10", 400, "not made by this server"),
    ("GET", "Patient?_page=W10&_count=5", 400, "'_count' can't be given with a page link"),
    ("GET", "Patient/ann?_format=xml", 406, "only JSON"),
    ("GET", "Patient?_format=xml", 400, "valid are: json"),
    ("GET", "Patient/ann/$everything?start=2020", 400, "valid are: _type, _since, _count"),
    ("GET", "Patient/ann/$everything?_type=Pet", 400, "unknown resource type"),
    ("GET", "Patient/ann/$everything?_page=rubbish", 400, "not made by this server"),
    ("GET", "Observation/$lastn", 400, "needs patient or subject"),
    ("DELETE", "Patient/ann", 405, "DELETE is not served"),
    ("PATCH", "Patient/ann", 405, "PATCH is not served"),
    ("PUT", "Patient?name=x", 405, "PUT is not served"),
    ("POST", "Patient/ann", 405, "POST is not served"),
    ("POST", "Pet/_search", 404, "unknown resource type"),
]


@pytest.mark.parametrize(("method", "url", "status", "reason"), _REFUSED)
def test_refusal_is_an_operation_outcome_with_its_reason(
    store: Store, method: str, url: str, status: int, reason: str
) -> None:
    response = _send(store, method, url)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/fhir+json"
    assert response.json()["resourceType"] == "OperationOutcome"
    assert reason in response.json()["issue"][0]["diagnostics"]


def test_media_types_other_than_json_are_refused(store: Store) -> None:
    xml = {"content-type": "application/fhir+xml"}
    assert _send(store, "GET", "Patient/ann", headers={"accept": "application/fhir+xml"}).status_code == 406
    assert _send(store, "POST", "Patient", content=b"<Patient/>", headers=xml).status_code == 415
    assert _send(store, "POST", "Patient/_search", json={"name": "x"}).status_code == 415


def test_page_link_takes_the_format_that_some_clients_add_to_every_address(store: Store) -> None:
    link = _next(_send(store, "GET", "Observation?_count=1")) or ""
    assert _send(store, "GET", f"{link}&_format=json").json() == _send(store, "GET", link).json()
    assert _send(store, "GET", f"{link}&_format=xml").status_code == 406


def test_page_link_of_one_type_is_refused_at_another(store: Store) -> None:
    link = _next(_send(store, "GET", "Observation?_count=1")) or ""
    assert _send(store, "GET", link.replace("/Observation?", "/Patient?")).status_code == 400


def test_create_gives_an_id_and_says_where_the_resource_is(store: Store) -> None:
    response = _send(store, "POST", "Patient", json={"resourceType": "Patient", "id": "mine", "gender": "male"})
    assert response.status_code == 201
    fhir_id = response.json()["id"]
    assert fhir_id != "mine"
    assert response.headers["location"] == f"http://store.local/Patient/{fhir_id}/_history/1"
    assert _ids(_send(store, "GET", "Patient?gender=male")) == [fhir_id]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "no object"),
        (b'{"resourceType":"Observation","status":"final","code":{"text":"x"}}', "the address is of a Patient"),
        (b'{"resourceType":"Patient","birthDate":"2019-02-30"}', "not valid FHIR: birthDate"),
        (b'{"resourceType":"Patient","colour":"red"}', "not valid FHIR: colour"),
        (
            b'{"resourceType":"Patient","managingOrganization":{"reference":"Organization?name=x"}}',
            "a conditional reference fits no resource",
        ),
    ],
)
def test_create_refuses_what_is_not_valid(store: Store, body: bytes, reason: str) -> None:
    response = _send(store, "POST", "Patient", content=body, headers={"content-type": "application/fhir+json"})
    assert response.status_code == 400
    assert reason in response.json()["issue"][0]["diagnostics"]
    assert store.count_types()["Patient"] == 2


def test_conditional_create_is_refused_rather_than_ignored(store: Store) -> None:
    response = _send(store, "POST", "Patient", json=_ANN, headers={"if-none-exist": "identifier=1"})
    assert response.status_code == 412


def test_update_makes_a_new_version_and_keeps_the_old_one(store: Store) -> None:
    response = _send(store, "PUT", "Patient/ann", json={**_ANN, "gender": "other"})
    assert (response.status_code, response.headers["etag"]) == (200, 'W/"2"')
    assert _send(store, "GET", "Patient/ann/_history/1").json()["gender"] == "female"
    assert _send(store, "GET", "Patient/ann/_history/2").json()["gender"] == "other"
    history = _send(store, "GET", "Patient/ann/_history")
    Bundle.model_validate(history.json())
    assert [entry["resource"]["meta"]["versionId"] for entry in _entries(history)] == ["2", "1"]


def test_update_with_the_same_content_makes_no_version(store: Store) -> None:
    body = _send(store, "GET", "Patient/ann").json()
    response = _send(store, "PUT", "Patient/ann", json=body)
    assert (response.status_code, response.headers["etag"]) == (200, 'W/"1"')


def test_update_creates_what_was_not_there(store: Store) -> None:
    assert _send(store, "PUT", "Patient/new", json={**_ANN, "id": "new"}).status_code == 201
    assert _send(store, "GET", "Patient/new").status_code == 200


def test_update_under_another_id_is_refused(store: Store) -> None:
    assert _send(store, "PUT", "Patient/bo", json=_ANN).status_code == 400


@pytest.mark.parametrize(("version", "status"), [('W/"1"', 200), ('"1"', 200), ('W/"2"', 412), ("1", 400)])
def test_update_rests_on_the_version_named(store: Store, version: str, status: int) -> None:
    response = _send(store, "PUT", "Patient/ann", json={**_ANN, "gender": "other"}, headers={"if-match": version})
    assert response.status_code == status
    assert _send(store, "GET", "Patient/ann").json()["gender"] == ("other" if status == 200 else "female")


def _write(method: str, url: str, resource: Json, **more: Any) -> Json:
    return {"resource": resource, "request": {"method": method, "url": url}, **more}


def _post_bundle(store: Store, kind: str, *entries: Json) -> httpx.Response:
    return _send(store, "POST", "", json={"resourceType": "Bundle", "type": kind, "entry": list(entries)})


def test_transaction_writes_all_and_links_the_new_resources(store: Store) -> None:
    url = "urn:uuid:0a0a0a0a-0000-4000-8000-000000000000"
    lab = _lab(9) | {"subject": {"reference": url}}
    response = _post_bundle(
        store,
        "transaction",
        _write("POST", "Patient", {"resourceType": "Patient"}, fullUrl=url),
        _write("PUT", "Observation/ann-9", lab),
    )
    patient, observation = _entries(response)
    Bundle.model_validate(response.json())
    assert [patient["response"]["status"], observation["response"]["status"]] == ["201", "201"]
    assert observation["resource"]["subject"]["reference"] == f"Patient/{patient['resource']['id']}"
    assert _ids(_send(store, "GET", f"Observation?patient={patient['resource']['id']}")) == ["ann-9"]


_GOOD = _write("POST", "Patient", {"resourceType": "Patient"})


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (_write("PUT", "Patient/x", {"resourceType": "Patient", "colour": "red", "id": "x"}), "entry 2: not valid"),
        (_write("PUT", "Patient?name=x", _ANN), "must be Type/id"),
        (_write("POST", "Pet", _ANN), "unknown resource type"),
        ({"request": {"method": "DELETE", "url": "Patient/ann"}}, "DELETE is not supported"),
        ({"request": {"method": "POST", "url": "Patient"}}, "no resource"),
        ({"resource": _ANN}, "no request"),
        (
            {"resource": _ANN, "request": {"method": "PUT", "url": "Patient/ann", "ifMatch": 'W/"4"'}},
            "rests on version 4",
        ),
        (
            {"resource": _ANN, "request": {"method": "POST", "url": "Patient", "ifNoneExist": "name=x"}},
            "ifNoneExist is not supported",
        ),
    ],
)
def test_transaction_that_can_not_be_done_as_a_whole_writes_nothing(store: Store, bad: Json, reason: str) -> None:
    response = _post_bundle(store, "transaction", _GOOD, bad)
    assert response.status_code >= 400
    assert reason in response.json()["issue"][0]["diagnostics"]
    assert store.count_types()["Patient"] == 2


def test_transaction_may_not_write_one_resource_twice(store: Store) -> None:
    response = _post_bundle(
        store, "transaction", _write("PUT", "Patient/ann", _ANN), _write("PUT", "Patient/ann", _ANN)
    )
    assert response.status_code == 400


def test_batch_does_each_entry_for_itself(store: Store) -> None:
    response = _post_bundle(
        store,
        "batch",
        _GOOD,
        {"request": {"method": "GET", "url": "Patient/nobody"}},
        {"request": {"method": "GET", "url": "Observation?patient=bo"}},
        _write("PUT", "Patient/ann", {**_ANN, "colour": "red"}),
    )
    Bundle.model_validate(response.json())
    entries = _entries(response)
    assert [entry["response"]["status"] for entry in entries] == ["201", "404", "200", "400"]
    assert entries[2]["resource"]["total"] == 1
    assert "colour" in entries[3]["response"]["outcome"]["issue"][0]["diagnostics"]


@pytest.mark.parametrize("body", [b"", b"{}", json.dumps(_ANN).encode(), b'{"resourceType":"Bundle","type":"message"}'])
def test_only_batches_and_transactions_are_taken_at_the_root(store: Store, body: bytes) -> None:
    assert _send(store, "POST", "", content=body).status_code == 400


def test_everything_holds_the_patient_s_records_and_what_they_refer_to(store: Store) -> None:
    response = _send(store, "GET", "Patient/ann/$everything")
    modes = {entry["resource"]["id"]: entry["search"]["mode"] for entry in _entries(response)}
    assert modes == {"ann": "match", "dr": "include"} | {f"ann-{n}": "match" for n in range(1, 8)}
    assert response.json()["total"] == 8


def test_everything_comes_in_pages_and_by_type(store: Store) -> None:
    pages = _follow(store, "Patient/ann/$everything?_count=4")
    assert [len(page) for page in pages] == [4, 4, 1]
    assert pages[0][0] == "ann"
    assert len({name for page in pages for name in page}) == 9
    assert _ids(_send(store, "GET", "Patient/ann/$everything?_type=Practitioner,Patient")) == ["ann", "dr"]
    assert _ids(_send(store, "GET", "Patient/ann/$everything?_since=2200")) == []


def test_lastn_gives_the_newest_of_each_code(store: Store) -> None:
    assert _ids(_send(store, "GET", "Observation/$lastn?patient=ann")) == ["ann-7"]
    assert _ids(_send(store, "GET", "Observation/$lastn?patient=ann&max=2")) == ["ann-7", "ann-6"]


def test_links_follow_the_address_the_server_is_mounted_at(store: Store) -> None:
    async def read() -> list[httpx.Response]:
        app = Starlette(routes=[Mount("/fhir/r4", build_app(store))])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://host/fhir/r4/") as client:
            first = await client.get("Observation?patient=ann&_count=5")
            return [first, await client.get(_next(first) or ""), await client.get("Patient/ann")]

    first, second, patient = asyncio.run(read())
    assert _entries(first)[0]["fullUrl"] == "http://host/fhir/r4/Observation/ann-1"
    assert _ids(second) == ["ann-6", "ann-7"]
    assert patient.status_code == 200


def test_read_only_store_refuses_writes_with_403(store: Store) -> None:
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=1")
    response = _send(store, "POST", "Patient", json={"resourceType": "Patient"})
    assert response.status_code == 403
    assert "read-only" in response.json()["issue"][0]["diagnostics"]


def test_locked_store_refuses_writes_with_503(tmp_path: Path) -> None:
    one, other = open_store(tmp_path / "s.db"), open_store(tmp_path / "s.db")
    with other.engine.connect() as waiting:
        waiting.exec_driver_sql("PRAGMA busy_timeout=0")
    with one.writing():
        assert _send(other, "POST", "Patient", json={"resourceType": "Patient"}).status_code == 503
    one.close()
    other.close()
