"""From a resource to its index rows, by the search-parameter table. Knows nothing of the database.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tools.fhir.dates import FhirDateError
from tools.fhir.parameters import ElementPath, find_parameter, list_parameters
from tools.store.errors import InvalidResource
from tools.store.extraction import EXTRACTORS, Extractor, IndexRows, local_reference
from tools.store.terms import path_key, text_key

_MANY_PATIENTS = frozenset({"Account", "Contract", "Provenance"})

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    rest: tuple[str, ...]
    where: tuple[str, str] | None
    extract: Extractor
    path: int
    part: int


def build_rows(resource: Json) -> IndexRows:
    """The index rows of a resource. Raises InvalidResource for a date that does not exist."""
    rows = IndexRows()
    resource_type = resource["resourceType"]
    plans = _plans(resource_type)
    for name, value in resource.items():
        for plan in plans.get(name, ()):
            for found in _walk(value, plan.rest):
                if plan.where is None or (isinstance(found, dict) and found.get(plan.where[0]) == plan.where[1]):
                    _extract(plan, found, rows)
    if resource_type == "Patient" and not resource.keys() & {"deceasedBoolean", "deceasedDateTime"}:
        # The parameter is "deceased.exists() and deceased != false": whoever has neither element is not deceased.
        rows.add_token(path_key("Patient", find_parameter("Patient", "deceased").paths[0]), "", "false")
    return rows


@cache
def patient_element(resource_type: str) -> str | None:
    """The element that names the one patient a resource of this type is about.

    >>> patient_element("Observation"), patient_element("Coverage"), patient_element("Location")
    ('subject', 'beneficiary', None)
    """
    parameter = list_parameters(resource_type).get("patient")
    if parameter is None or resource_type in _MANY_PATIENTS or len(parameter.paths) != 1:
        return None
    steps = parameter.paths[0].steps
    return steps[0] if len(steps) == 1 else None


def patient_key(resource: Json) -> int:
    """The key of the patient a resource is about, 0 where there is none; a Patient is about itself."""
    if resource["resourceType"] == "Patient":
        return text_key(f"Patient/{resource['id']}")
    element = patient_element(resource["resourceType"])
    value = resource.get(element) if element else None
    reference = value.get("reference") if isinstance(value, dict) else None
    local = local_reference(reference) if isinstance(reference, str) else None
    return text_key(local) if local and local.startswith("Patient/") else 0


@cache
def _plans(resource_type: str) -> dict[str, list[_Plan]]:
    plans: dict[str, dict[int, _Plan]] = {}
    for parameter in list_parameters(resource_type).values():
        if parameter.name in ("_id", "_lastUpdated"):
            continue
        for path in parameter.paths:
            key = path_key(resource_type, path)
            plan = _Plan(path.steps[1:], path.where, EXTRACTORS[path.type], key, _part_key(resource_type, path))
            plans.setdefault(path.steps[0], {})[key] = plan
    return {name: list(found.values()) for name, found in plans.items()}


def _part_key(resource_type: str, path: ElementPath) -> int:
    return path_key(resource_type, path, "identifier" if path.type == "Reference" else "text")


def _walk(value: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, steps)
    elif not steps:
        if value is not None:
            yield value
    elif isinstance(value, dict) and steps[0] in value:
        yield from _walk(value[steps[0]], steps[1:])


def _extract(plan: _Plan, value: Any, rows: IndexRows) -> None:
    try:
        plan.extract(value, plan.path, plan.part, rows)
    except FhirDateError as error:
        raise InvalidResource(str(error)) from error
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise InvalidResource(f"an element has the wrong shape: {type(error).__name__}") from error
