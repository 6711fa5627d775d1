"""A draft as the benchmark's functions take it: an active order, its fields where they look for them."""

from __future__ import annotations

from typing import Any

from tools.drafts.draft import Draft, MedicationDraft, ServiceDraft
from tools.drafts.resource import Standing, build_resource

Json = dict[str, Any]

_STANDING = Standing(status="active", intent="order", observed="final")
_CATEGORIES = "http://hl7.org/fhir/observation-category"


def to_payload(draft: Draft, patient: str, at: str) -> Json:
    """What is posted for a draft. Raises ToolError for what is no valid FHIR."""
    if isinstance(draft, ServiceDraft) and draft.priority is None:
        draft = draft.model_copy(update={"priority": "stat"})
    resource = build_resource(draft, patient, at, _STANDING)
    if "note" in resource:
        resource["note"] = resource["note"][0]
    if isinstance(draft, MedicationDraft):
        resource["dosageInstruction"] = [_to_dosage(draft)]
    for category in resource.get("category", ()):
        category["coding"][0]["system"] = _CATEGORIES
    return resource


def _to_dosage(draft: MedicationDraft) -> Json:
    """The route as a word, and the time an infusion takes as its rate."""
    dose: Json = {"doseQuantity": _quantity(draft.dose.value, draft.dose.unit)}
    if draft.over is not None:
        dose["rateQuantity"] = _quantity(draft.over.value, draft.over.unit)
    return {**({"route": draft.route} if draft.route else {}), "doseAndRate": [dose]}


def _quantity(value: float, unit: str) -> Json:
    return {"value": int(value) if value == int(value) else value, "unit": unit}
