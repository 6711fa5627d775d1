"""build_resource: a draft as FHIR R4 JSON, checked by the models of fhir.resources. Sends nothing.

https://hl7.org/fhir/R4/workflow.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tools.drafts.draft import Code, Draft, MedicationDraft, ObservationDraft, Quantity, ServiceDraft
from tools.errors import ToolError
from tools.fhir.dates import FhirDateError, parse_fhir_time
from tools.store.errors import InvalidResource
from tools.store.validation import check_structure

Json = dict[str, Any]

_CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
_DISPLAYS = {"vital-signs": "Vital Signs", "laboratory": "Laboratory"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Standing:
    """How far a draft has come: the caller says it, never who drafts."""

    status: str = "draft"
    intent: str = "proposal"
    observed: str = "preliminary"
    """The status of a measured value, which can't be a draft."""


def build_resource(draft: Draft, patient: str, at: str, standing: Standing | None = None) -> Json:
    """The resource a draft stands for, of the patient with that logical id, written at a moment. Raises ToolError."""
    standing = standing or Standing()
    subject = {"reference": f"Patient/{patient}"}
    build = {"service": _service, "medication": _medication, "observation": _observation}[draft.sort]
    resource = {**build(draft, to_moment(at), standing), "subject": subject}  # type: ignore[operator]
    if draft.note:
        resource["note"] = [{"text": draft.note}]
    try:
        check_structure(resource)
    except InvalidResource as error:
        raise ToolError(f"the draft is {error}") from error
    return resource


def to_moment(text: str) -> str:
    """A time as FHIR writes it: one without offset or seconds is told by its day alone. Raises ToolError.

    >>> to_moment("2024-01-02T08:00:00+00:00"), to_moment("2024-01-02T08:00")
    ('2024-01-02T08:00:00+00:00', '2024-01-02')
    """
    try:
        parse_fhir_time(text)
    except FhirDateError as error:
        raise ToolError(f"a draft's time: {error}") from error
    return text if _MOMENT.fullmatch(text) else text[:10]


def _service(draft: ServiceDraft, at: str, standing: Standing) -> Json:
    resource = {"resourceType": "ServiceRequest", "status": standing.status, "intent": standing.intent,
                "code": _concept(draft.what), "authoredOn": at}  # fmt: skip
    resource |= {"priority": draft.priority} if draft.priority else {}
    return resource | ({"occurrenceDateTime": to_moment(draft.when)} if draft.when else {})


def _medication(draft: MedicationDraft, at: str, standing: Standing) -> Json:
    given: Json = {"doseAndRate": [_dose(draft)]}
    given |= {"route": {"text": draft.route}} if draft.route else {}
    given |= {"timing": {"event": [to_moment(draft.when)]}} if draft.when else {}
    resource = {"resourceType": "MedicationRequest", "status": standing.status, "intent": standing.intent,
                "medicationCodeableConcept": _concept(draft.what), "authoredOn": at,
                "dosageInstruction": [given]}  # fmt: skip
    return resource | ({"priority": draft.priority} if draft.priority else {})


def _dose(draft: MedicationDraft) -> Json:
    """A dose, and over which time it runs: so much per that time."""
    dose = {"doseQuantity": _quantity(draft.dose)}
    if draft.over is None:
        return dose
    return {**dose, "rateRatio": {"numerator": _quantity(draft.dose), "denominator": _quantity(draft.over)}}


def _observation(draft: ObservationDraft, at: str, standing: Standing) -> Json:
    category = {"system": _CATEGORIES, "code": draft.category, "display": _DISPLAYS[draft.category]}
    return {"resourceType": "Observation", "status": standing.observed, "category": [{"coding": [category]}],
            "code": _concept(draft.what), "effectiveDateTime": at, "valueString": draft.value}  # fmt: skip


def _concept(what: Code) -> Json:
    """A code of no system is an identifier of the house: it is the text, as the house knows it."""
    if what.code is None or what.system is None:
        return {"text": what.code or what.name}
    return {"coding": [{"system": what.system, "code": what.code, "display": what.name}], "text": what.name}


def _quantity(quantity: Quantity) -> Json:
    """Whole numbers as such: 2 g is not 2.0 g."""
    value = quantity.value
    return {"value": int(value) if value == int(value) else value, "unit": quantity.unit}
