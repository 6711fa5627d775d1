"""Copies of the fixture charts under ids of their own, so that any number of them can lie in one store."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

from fhir_fixtures import fixture_paths

Json = dict[str, Any]


@cache
def _read_charts() -> dict[str, list[Json]]:
    """The resources of each fixture file, by its name."""
    bundles = {path.stem: json.loads(path.read_bytes()) for path in fixture_paths()}
    return {name: [entry["resource"] for entry in bundle["entry"]] for name, bundle in bundles.items()}


def read_chart(name: str) -> list[Json]:
    """The resources of a fixture patient, or `shared`, to be changed at will."""
    return copy.deepcopy(_read_charts()[name])


def copy_chart(name: str, own: str) -> list[Json]:
    """A fixture patient's chart, every id of it with a prefix; what it shares with others is shared still.

    >>> copy_chart("rosa-delgado", "a1-")[0]["id"], copy_chart("rosa-delgado", "a1-")[0]["identifier"][0]["value"]
    ('a1-rosa-delgado', 'a1-RMC-100234')
    """
    resources = read_chart(name)
    mine = {f"{r['resourceType']}/{r['id']}" for r in resources}
    for resource in resources:
        resource["id"] = own + resource["id"]
        _rename(resource, mine, own)
        if resource["resourceType"] == "Patient":
            for identifier in resource["identifier"]:
                identifier["value"] = own + identifier["value"]
    return resources


def _rename(value: object, mine: set[str], own: str) -> None:
    if isinstance(value, list):
        for part in value:
            _rename(part, mine, own)
    elif isinstance(value, dict):
        if value.get("reference") in mine:
            value["reference"] = prefix(value["reference"], own)
        for part in value.values():
            _rename(part, mine, own)


def prefix(reference: str, own: str) -> str:
    """A reference to a record of a copy.

    >>> prefix("Observation/rosa-ldl-2024", "a1-")
    'Observation/a1-rosa-ldl-2024'
    """
    kind, _, fhir_id = reference.partition("/")
    return f"{kind}/{own}{fhir_id}"


def to_bundle(resources: list[Json]) -> Json:
    """A transaction that puts these resources."""
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}} for r in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
