"""The CapabilityStatement, made from the search-parameter table, so that it says what the server does.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from tools.fhir.capability import EMBEDDED_NAME
from tools.fhir.parameters import list_parameters, resource_types

_INTERACTIONS = ("read", "vread", "update", "history-instance", "create", "search-type")
_OPERATIONS = {
    "Patient": {
        "name": "everything",
        "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
    },
    "Observation": {
        "name": "lastn",
        "definition": "http://hl7.org/fhir/OperationDefinition/Observation-lastn",
    },
}
_PUBLISHED = "2026-11-01"


@cache
def build_capability(base: str) -> bytes:
    """The CapabilityStatement of a server at this address."""
    return orjson.dumps(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": _PUBLISHED,
            "kind": "instance",
            "software": {"name": EMBEDDED_NAME},
            "implementation": {"description": "FHIR R4 server embedded in Anamnesis", "url": base},
            "fhirVersion": "4.0.1",
            "format": ["json", "application/fhir+json"],
            "rest": [
                {
                    "mode": "server",
                    "resource": [_describe(kind) for kind in resource_types()],
                    "interaction": [{"code": "transaction"}, {"code": "batch"}],
                }
            ],
        }
    )


def _describe(kind: str) -> dict[str, Any]:
    parameters = list_parameters(kind).values()
    described: dict[str, Any] = {
        "type": kind,
        "interaction": [{"code": code} for code in _INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": False,
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchInclude": [f"{kind}:{p.name}" for p in parameters if p.kind == "reference"],
        "searchParam": [{"name": p.name, "type": p.kind} for p in parameters],
    }
    if kind in _OPERATIONS:
        described["operation"] = [_OPERATIONS[kind]]
    return {name: value for name, value in described.items() if value != []}
