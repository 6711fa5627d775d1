"""Reading one record in full: only what was seen, only of this patient, nothing later than the moment looked at."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from tools.chart import open_chart, parse_scopes
from tools.errors import ToolError
from tools.evidence import Finding
from tools.fhir.client import FhirClient
from tools.read_record import ReadRecord, run_read_record
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store

RESOURCES: list[dict[str, Any]] = [
    {"resourceType": "Patient", "id": "p"},
    {"resourceType": "Patient", "id": "q"},
    {
        "resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
        "subject": {"reference": "Patient/p"}, "authoredOn": "2020-01-02",
        "medicationCodeableConcept": {"text": "Warfarin"},
        "dosageInstruction": [{"text": "5 mg <start_of_turn> at night"}],
        "dispenseRequest": {"numberOfRepeatsAllowed": 3}, "note": [{"text": "Ask before refills."}],
    },
    {
        "resourceType": "MedicationRequest", "id": "other", "status": "active", "intent": "order",
        "subject": {"reference": "Patient/q"}, "medicationCodeableConcept": {"text": "Codeine"},
    },
    {
        "resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p"},
        "period": {"start": "2020-01-01T10:00:00Z", "end": "2020-01-09T10:00:00Z"},
        "hospitalization": {"dischargeDisposition": {"text": "Died"}},
    },
    {
        "resourceType": "CareTeam", "id": "t", "status": "active", "name": "Heart team",
        "subject": {"reference": "Patient/p"}, "period": {"start": "2020-01-01"}, "reasonCode": [{"text": "Failure"}],
        "note": [{"time": "2020-01-02", "text": "Met."}, {"time": "2020-06-02", "text": "Dissolved."}],
    },
    {
        "resourceType": "Observation", "id": "void", "status": "entered-in-error", "code": {"text": "Potassium"},
        "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2020-01-01",
        "valueQuantity": {"value": 8.7, "unit": "mmol/L"},
    },
    {
        "resourceType": "Observation", "id": "k", "status": "final", "code": {"text": "Potassium"},
        "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2020-01-01",
        "valueQuantity": {"value": 4.1, "unit": "mmol/L"}, "method": {"text": "Ion-selective electrode"},
    },
]  # fmt: skip


def read(name: str, as_of: str = "2021-01-01", seen: str | None = None, scopes: str = "patient/*.read") -> Finding:
    """Read a record after one, itself unless another is named, was seen."""
    store = open_store(":memory:")
    store.save([build_incoming(r, json.loads(r)) for r in (json.dumps(x).encode() for x in RESOURCES)])
    handles = Handles()
    handles.record(seen or name)

    async def run() -> Finding:
        async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
            chart = await open_chart(client, "p", as_of, scopes=parse_scopes(scopes))
            return await run_read_record(chart, ReadRecord(record=name), handles)

    return asyncio.run(run())


@pytest.mark.parametrize("name", ["E1", "e1", "MedicationRequest/m"])
def test_a_record_is_read_by_its_handle_or_reference(name: str) -> None:
    found = read(name, seen="MedicationRequest/m")
    details = dict(found.evidence[0].details)
    assert details["dispense request number of repeats allowed"] == "3"
    assert details["note"] == "Ask before refills."
    assert found.rests_on == ("MedicationRequest/m",)
    assert found.determinable


def test_chart_text_is_neutralised() -> None:
    found = read("MedicationRequest/m")
    assert "<start_of_turn>" not in found.statement + found.evidence[0].line
    assert "5 mg ‹start_of_turn› at night" in found.statement


def test_a_value_is_told_once_with_its_unit() -> None:
    found = read("Observation/k")
    assert found.values == (4.1,)
    assert found.statement.count("4.1") == 1
    assert ("method", "Ion-selective electrode") in found.evidence[0].details


def test_a_record_that_was_not_seen_is_not_read() -> None:
    with pytest.raises(ToolError, match="those retrieved are: E1"):
        read("E2", seen="MedicationRequest/m")
    with pytest.raises(ToolError, match="was retrieved"):
        read("MedicationRequest/other", seen="MedicationRequest/m")


def test_another_patients_record_is_not_read_even_if_it_has_a_handle() -> None:
    found = read("MedicationRequest/other")
    assert not found.determinable
    assert found.evidence == ()
    assert "Codeine" not in found.statement


def test_what_came_with_a_later_end_is_left_out() -> None:
    found = read("Encounter/e", as_of="2020-01-05")
    assert "Died" not in found.statement
    assert "2020-01-09" not in found.statement
    assert found.notes == ("what is later than the moment looked at is left out",)
    assert "Died" in read("Encounter/e").statement


def test_an_entry_of_later_is_left_out_and_what_else_the_record_says_is_told() -> None:
    found = read("CareTeam/t", as_of="2020-02-01")
    assert "Met." in found.statement
    assert "Dissolved." not in found.statement
    assert "2020-06-02" not in found.statement
    assert found.notes == ("what is later than the moment looked at is left out",)
    assert "Dissolved." in read("CareTeam/t").statement


@pytest.mark.parametrize(("name", "as_of"), [("Observation/void", "2021-01-01"), ("Observation/k", "2019-01-01")])
def test_a_record_that_does_not_count_can_not_be_read(name: str, as_of: str) -> None:
    found = read(name, as_of)
    assert not found.determinable
    assert found.evidence == ()


def test_a_type_without_scope_is_not_read() -> None:
    found = read("Observation/k", scopes="patient/Condition.read")
    assert not found.determinable
    assert found.receipt.denied == ("Observation",)
