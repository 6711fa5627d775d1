"""to_record: a FHIR resource in clinical terms. Knows nothing of servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar

import orjson

from tools.chart_query import Kind
from tools.errors import ToolError
from tools.records.appointments import convert_appointment
from tools.records.conditions import convert_allergy, convert_condition
from tools.records.draft import Draft
from tools.records.encounters import convert_encounter, convert_ward_stays
from tools.records.events import (
    convert_imaging,
    convert_note,
    convert_order,
    convert_procedure,
    convert_report,
    convert_specimen,
)
from tools.records.links import Linked
from tools.records.medications import convert_immunization, convert_medication_event
from tools.records.observations import convert_observation
from tools.records.patient import convert_patient
from tools.records.plans import (
    convert_answers,
    convert_care_plan,
    convert_care_team,
    convert_coverage,
    convert_device,
    convert_family_history,
    convert_goal,
)
from tools.records.reading_json import is_mistaken, period_of
from tools.records.record import LaterFields, LaterLinks, Record
from tools.records.shape import MISSHAPEN, check_shape, unreadable

Json = dict[str, Any]
T = TypeVar("T")

CONVERTERS: Mapping[str, Callable[[Json, Linked], Draft]] = {
    "Patient": convert_patient,
    "Condition": convert_condition,
    "AllergyIntolerance": convert_allergy,
    "Observation": convert_observation,
    "QuestionnaireResponse": convert_answers,
    "Encounter": convert_encounter,
    "Procedure": convert_procedure,
    "DiagnosticReport": convert_report,
    "DocumentReference": convert_note,
    "ImagingStudy": convert_imaging,
    "ServiceRequest": convert_order,
    "MedicationRequest": convert_medication_event,
    "MedicationDispense": convert_medication_event,
    "MedicationAdministration": convert_medication_event,
    "MedicationStatement": convert_medication_event,
    "Immunization": convert_immunization,
    "Appointment": convert_appointment,
    "CarePlan": convert_care_plan,
    "CareTeam": convert_care_team,
    "Goal": convert_goal,
    "Device": convert_device,
    "FamilyMemberHistory": convert_family_history,
    "Coverage": convert_coverage,
    "Specimen": convert_specimen,
}
_SHOWN_LINKS = (
    "Medication/", "MedicationRequest/", "Specimen/", "Location/", "Observation/", "Practitioner", "Condition/",
    "Goal/",
)  # fmt: skip


def to_record(resource: Json, linked: Mapping[str, Json]) -> Record:
    """One resource as a Record. Raises ToolError for a type that is no clinical record, UnreadableRecord."""
    kind = str(resource.get("resourceType"))
    convert = CONVERTERS.get(kind)
    if convert is None:
        raise ToolError(f"{kind} is no clinical record; those that are: {', '.join(sorted(CONVERTERS))}")
    around = linked if isinstance(linked, Linked) else Linked(linked)
    check_shape(resource)
    try:
        return _convert(convert, resource, around)
    except MISSHAPEN as error:
        raise unreadable(resource) from error


def _convert(convert: Callable[[Json, Linked], Draft], resource: Json, around: Linked) -> Record:
    draft = convert(resource, around)
    if draft.start is None and draft.recorded is None and Kind.PATIENT not in draft.kinds:
        began, _ = period_of(around.get(draft.encounter or "") or {}, "period")
        draft.not_before = max((t for t in (draft.not_before, began) if t), key=lambda t: t.low, default=None)
    links = LaterLinks(partial(_read_later, resource, partial(_followed, resource, around)))
    return _finish(draft, resource, around, links)


def to_ward_stays(resource: Json, linked: Linked) -> tuple[Record, ...]:
    """The places of an Encounter, each a stay of its own."""
    check_shape(resource)
    try:
        return tuple(_finish(draft, resource, linked, links) for draft, links in convert_ward_stays(resource, linked))
    except MISSHAPEN as error:
        raise unreadable(resource) from error


def _read_later(resource: Json, read: Callable[[], T]) -> T:
    try:
        return read()
    except MISSHAPEN as error:
        raise unreadable(resource) from error


def _followed(resource: Json, linked: Linked) -> tuple[str, ...]:
    """What was followed to describe the record: drugs and ingredients, specimen, organisms, reasons."""
    found: dict[str, None] = {}
    waiting = list(linked.told_by(resource))
    while waiting:
        reference = waiting.pop(0)
        if reference in found or reference not in linked or not reference.startswith(_SHOWN_LINKS):
            continue
        if reference.startswith("Condition/") and is_mistaken(linked[reference]):
            continue
        found[reference] = None
        if reference.startswith(("Medication", "Observation/")):
            waiting += linked.told_by(linked[reference])
    return tuple(found)


def _finish(draft: Draft, resource: Json, around: Linked, links: Sequence[str]) -> Record:
    reference = f"{resource['resourceType']}/{resource['id']}"
    return Record(
        reference=reference,
        version=version_of(resource),
        kinds=frozenset(draft.kinds),
        concept=draft.concept,
        start=draft.start,
        end=draft.end,
        recorded=draft.recorded,
        status=draft.status,
        standing="void" if _is_void(resource, reference, around) else draft.standing,
        reading=draft.reading,
        components=draft.components,
        fields=draft.fields if draft.tell is None else LaterFields(partial(_read_later, resource, draft.read_fields)),
        planned_end=draft.planned_end,
        status_from=draft.status_from,
        encounter=draft.encounter,
        not_before=draft.not_before,
        links=links,
        ingredients=draft.ingredients,
        resource=resource,
        around=around,
    )


def _is_void(resource: Json, reference: str, around: Linked) -> bool:
    return around.is_void(reference) or (not around.knows(reference) and is_mistaken(resource))


def version_of(resource: Json) -> str:
    """`meta.versionId`, or the hash of the canonical JSON where the server keeps none."""
    version = (resource.get("meta") or {}).get("versionId")
    if isinstance(version, str) and version:
        return version
    return "sha256:" + sha256(orjson.dumps(resource, option=orjson.OPT_SORT_KEYS)).hexdigest()
