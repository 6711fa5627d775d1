"""Where in a chart a text is hidden: each place a function that changes resources, given the text."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Hide = Callable[[list[Json], str], None]

_EXTENSION = "https://fhir.example.org/StructureDefinition/remark"


def _of(resources: list[Json], *types: str) -> list[Json]:
    return [r for r in resources if r["resourceType"] in types]


def _append(concept: Json, text: str) -> None:
    concept["text"] = f"{concept.get('text', '')} {text}".strip()


def in_the_patients_name(resources: list[Json], text: str) -> None:
    """Behind the family name."""
    for patient in _of(resources, "Patient"):
        patient["name"][0]["family"] += f" {text}"


def in_condition_text(resources: list[Json], text: str) -> None:
    """Behind the text of every condition; its codes stay."""
    for condition in _of(resources, "Condition"):
        _append(condition["code"], text)


def in_drug_names(resources: list[Json], text: str) -> None:
    """Behind the text of every medication; its codes stay."""
    for order in _of(resources, "MedicationRequest", "MedicationStatement"):
        if "medicationCodeableConcept" in order:
            _append(order["medicationCodeableConcept"], text)
    for medication in _of(resources, "Medication"):
        _append(medication.setdefault("code", {}), text)


def in_code_displays(resources: list[Json], text: str) -> None:
    """Behind the display of every code of an observation, which then has no other name; the code stays."""
    for observation in _of(resources, "Observation"):
        for coding in observation["code"].get("coding", []):
            coding["display"] = f"{coding.get('display', '')} {text}".strip()
        if observation["code"].get("coding"):
            observation["code"].pop("text", None)


def in_units(resources: list[Json], text: str) -> None:
    """Behind the unit of every quantity; its code stays."""
    for observation in _of(resources, "Observation"):
        if "valueQuantity" in observation:
            observation["valueQuantity"]["unit"] = f"{observation['valueQuantity'].get('unit', '')} {text}".strip()


def in_identifiers(resources: list[Json], text: str) -> None:
    """In an identifier of the patient and of every order and result."""
    for resource in _of(resources, "Patient", "MedicationRequest", "Observation", "Condition"):
        resource.setdefault("identifier", []).append({"system": "https://fhir.example.org/ids", "value": text})


def in_extensions(resources: list[Json], text: str) -> None:
    """In an extension of every resource."""
    for resource in resources:
        resource.setdefault("extension", []).append({"url": _EXTENSION, "valueString": text})


def in_annotations(resources: list[Json], text: str) -> None:
    """In the `note` of every order and result."""
    for resource in _of(resources, "MedicationRequest", "Observation", "Condition", "AllergyIntolerance"):
        resource.setdefault("note", []).append({"text": text})


def in_peoples_names(resources: list[Json], text: str) -> None:
    """In the name of whoever ordered, performed or recorded."""
    for resource in _of(resources, "MedicationRequest", "Observation", "Condition"):
        if resource["resourceType"] == "Observation":
            resource["performer"] = [{"display": f"Dr. Lee {text}"}]
        else:
            resource["requester" if "Request" in resource["resourceType"] else "asserter"] = {
                "display": f"Dr. Lee {text}"
            }


def in_a_notes_text(resources: list[Json], text: str) -> None:
    """In a plain note."""
    _add_note(resources, "text/plain", f"Seen today, doing well. {text} Return in six months.", "Progress note")


def in_a_notes_title(resources: list[Json], text: str) -> None:
    """In the title, the description and the type's text of a note."""
    _add_note(resources, "text/plain", "Seen today, doing well.", f"Progress note {text}")


def in_a_table_cell(resources: list[Json], text: str) -> None:
    """In a table of a note in HTML, once shown and once hidden by its style."""
    cell = html.escape(text)
    rows = f"<tr><td>Visit</td><td>{cell}</td></tr><tr style='display:none'><td>{cell}</td></tr>"
    _add_note(resources, "text/html", f"<html><body><table>{rows}</table></body></html>", "Progress note")


def _add_note(resources: list[Json], kind: str, text: str, title: str) -> None:
    patient = _of(resources, "Patient")[0]["id"]
    code = {"system": "http://loinc.org", "code": "11506-3", "display": "Progress note"}
    attachment = {"contentType": kind, "data": base64.b64encode(text.encode()).decode(), "title": title}
    resources.append({
        "resourceType": "DocumentReference", "id": f"{patient}-hidden-note", "status": "current", "description": title,
        "type": {"coding": [code], "text": title},
        "subject": {"reference": f"Patient/{patient}"}, "date": "2022-05-04T10:00:00-04:00",
        "content": [{"attachment": attachment}],
    })  # fmt: skip


PLACEMENTS: dict[str, Hide] = {
    "patient's name": in_the_patients_name,
    "condition text": in_condition_text,
    "drug name": in_drug_names,
    "code display": in_code_displays,
    "unit": in_units,
    "identifier": in_identifiers,
    "extension": in_extensions,
    "annotation": in_annotations,
    "person's name": in_peoples_names,
    "note": in_a_notes_text,
    "note title": in_a_notes_title,
    "table cell": in_a_table_cell,
}
