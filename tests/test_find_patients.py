"""Looking for patients where none is bound."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from tools.chart import parse_scopes
from tools.errors import ToolError
from tools.evidence import Finding
from tools.fhir.client import FhirClient
from tools.find_patients import FindPatients, run_find_patients
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store


def person(name: str, given: str, family: str, born: str = "1950-01-02", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient", "id": name, "birthDate": born, "gender": "female",
        "name": [{"given": [given], "family": family}], "address": [{"city": "Hidden Town"}],
        "identifier": [{"system": "urn:mrn", "value": f"MRN-{name}"}],
    } | more  # fmt: skip


PEOPLE = [
    person("a", "Anna", "Keller"), person("b", "Ann", "Keller", "1960-03-04"), person("c", "Zoë", "Muñoz"),
    person("d", "Eve", "O, Hara", active=False),
]  # fmt: skip


def find(scopes: str = "user/*.read", **arguments: Any) -> Finding:
    store = open_store(":memory:")
    store.save([build_incoming(r, json.loads(r)) for r in (json.dumps(x).encode() for x in PEOPLE)])

    async def run() -> Finding:
        async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
            return await run_find_patients(client, FindPatients(**arguments), Handles(), parse_scopes(scopes))

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ({"name": "Ann Keller"}, ["b", "a"]),
        ({"name": "Keller, Anna"}, ["a"]),
        ({"name": "Mrs. munoz"}, ["c"]),
        ({"name": "Keller", "birth_date": "1960-03-04"}, ["b"]),
        ({"birth_date": "1950-01-02", "name": "Zoe"}, ["c"]),
        ({"identifier": "MRN-c"}, ["c"]),
        ({"identifier": "urn:mrn|MRN-c"}, ["c"]),
        ({"identifier": "urn:other|MRN-c"}, []),
        ({"identifier": "MRN-c,MRN-a"}, []),
        ({"name": "Nobody"}, []),
    ],
)
def test_patients_are_found_by_all_that_is_given(arguments: dict[str, Any], ids: list[str]) -> None:
    assert find(**arguments).data["patients"] == ids


def test_a_patient_is_told_by_name_birth_date_and_identifier_and_no_more() -> None:
    found = find(name="Muñoz")
    assert found.values == ("Zoë Muñoz",)
    assert "1950-01-02" in found.statement
    assert "MRN-c" in found.statement
    assert "Hidden Town" not in found.statement + found.evidence[0].line


def test_no_such_patient_is_told_as_an_absence() -> None:
    found = find(name="Nobody")
    assert found.statement == 'No patient named "Nobody".'
    assert found.determinable


def test_the_number_of_patients_goes_with_the_few_that_are_shown() -> None:
    found = find(name="Keller", limit=1)
    assert (found.total, len(found.evidence)) == (2, 1)
    assert "(2 in all, 1 shown)" in found.statement


def test_an_inactive_record_says_so() -> None:
    assert find(name="Eve").evidence[0].status == "inactive"


@pytest.mark.parametrize(
    "arguments",
    [{}, {"name": " "}, {"name": "Mr."}, {"identifier": "|"}, {"name": "x", "birth_date": "03/04/1960"},
     {"name": "x", "birth_date": "1960"}, {"name": "x", "birth_date": "1960-02-30"}],
)  # fmt: skip
def test_too_little_or_an_unreadable_date_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FindPatients(**arguments)


def test_looking_for_patients_needs_the_scope() -> None:
    with pytest.raises(ToolError, match="do not allow"):
        find(scopes="patient/Observation.read", name="Keller")
