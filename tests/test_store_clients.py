"""Two independent FHIR clients read, search and page against the embedded store, served on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fhirclient import client as smart
from fhirclient.models.bundle import Bundle
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRNotFoundException
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store

_LABS = 25


def _resources() -> list[dict[str, Any]]:
    ann = {"resourceType": "Patient", "id": "ann", "name": [{"family": "Muñoz"}], "gender": "female"}
    labs = [
        {
            "resourceType": "Observation",
            "id": f"lab-{number:02}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]},
            "subject": {"reference": "Patient/ann"},
            "effectiveDateTime": f"2020-01-{number:02}",
        }
        for number in range(1, _LABS + 1)
    ]
    return [ann, *labs]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the server is reached: a free port of loopback."""
    folder: Path = tmp_path_factory.mktemp("store")
    store = open_store(folder / "store.db")
    store.save([build_incoming(raw, json.loads(raw)) for raw in (json.dumps(r).encode() for r in _resources())])
    server = uvicorn.Server(uvicorn.Config(build_app(store), host="127.0.0.1", port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)
    store.close()


@pytest.fixture
def fhirpy_client(address: str) -> SyncFHIRClient:
    return SyncFHIRClient(address)


@pytest.fixture
def smart_client(address: str) -> smart.FHIRClient:
    return smart.FHIRClient(settings={"app_id": "test", "api_base": address})


def test_fhirpy_reads(fhirpy_client: SyncFHIRClient) -> None:
    patient = fhirpy_client.reference("Patient", "ann").to_resource()
    assert patient["name"][0]["family"] == "Muñoz"


def test_fhirpy_searches(fhirpy_client: SyncFHIRClient) -> None:
    found = fhirpy_client.resources("Observation").search(patient="ann", date__ge="2020-01-20").sort("-date").fetch()
    assert [lab["id"] for lab in found] == [f"lab-{number}" for number in range(25, 19, -1)]
    # fhirpy's own count() sends `_totalMethod`, which is a parameter of one vendor's and is refused.
    assert fhirpy_client.resources("Observation").search(code="2345-7", _summary="count").fetch_raw().total == _LABS


def test_fhirpy_pages_through_every_match(fhirpy_client: SyncFHIRClient) -> None:
    found = fhirpy_client.resources("Observation").search(patient="ann").limit(10).fetch_all()
    assert [lab["id"] for lab in found] == [f"lab-{number:02}" for number in range(1, _LABS + 1)]


def test_fhirpy_creates_and_updates(fhirpy_client: SyncFHIRClient) -> None:
    draft = fhirpy_client.resource("Patient", gender="male")
    draft.save()
    draft["gender"] = "other"
    draft.save()
    again = fhirpy_client.reference("Patient", draft["id"]).to_resource()
    assert (again["gender"], again["meta"]["versionId"]) == ("other", "2")


def test_fhirpy_is_told_what_was_wrong(fhirpy_client: SyncFHIRClient) -> None:
    with pytest.raises(ResourceNotFound):
        fhirpy_client.reference("Patient", "nobody").to_resource()
    with pytest.raises(OperationOutcome, match="unknown search parameter"):
        fhirpy_client.resources("Patient").search(colour="red").fetch()


def test_fhirclient_reads_the_capability_statement_and_a_patient(smart_client: smart.FHIRClient) -> None:
    assert smart_client.server.capabilityStatement.fhirVersion == "4.0.1"
    patient = Patient.read("ann", smart_client.server)
    assert (patient.name[0].family, patient.gender) == ("Muñoz", "female")


def test_fhirclient_searches(smart_client: smart.FHIRClient) -> None:
    search = Observation.where({"patient": "ann", "date": "lt2020-01-04"})
    found = search.perform_resources_iter(smart_client.server)
    assert sorted(lab.id for lab in found) == ["lab-01", "lab-02", "lab-03"]


def test_fhirclient_pages_through_every_match(smart_client: smart.FHIRClient) -> None:
    pages = Observation.where({"patient": "ann", "_count": "10"}).perform_iter(smart_client.server)
    sizes = [len(page.entry) for page in pages if isinstance(page, Bundle)]
    assert sizes == [10, 10, 5]


def test_fhirclient_is_told_that_there_is_no_such_patient(smart_client: smart.FHIRClient) -> None:
    with pytest.raises(FHIRNotFoundException):
        Patient.read("nobody", smart_client.server)
