"""Conditions, allergies, procedures, documents, orders, plans, devices, family history, coverage, the patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tools.chart_query import Kind, Slot
from tools.records.draft import Draft
from tools.records.medications import human_name, person_name
from tools.records.reading_json import (
    items,
    name_of,
    names_of,
    period_of,
    reference_of,
    references_of,
    to_concept,
    to_time,
)
from tools.records.record import Concept, Reading, Standing

Json = dict[str, Any]
Linked = Mapping[str, Json]

_EVENTS: dict[str, Standing] = {
    "completed": "past", "in-progress": "current", "active": "current", "final": "current", "amended": "current",
    "corrected": "current", "available": "current", "current": "current", "preparation": "planned", "draft": "planned",
    "on-hold": "past", "stopped": "past", "revoked": "past", "not-done": "not_done", "cancelled": "not_done",
    "entered-in-error": "void", "superseded": "void", "inactive": "past", "proposed": "planned", "planned": "planned",
    "accepted": "current", "rejected": "refuted", "partial": "current", "preliminary": "current",
    "registered": "planned",
}  # fmt: skip
_DOUBTED = {"unconfirmed": "unconfirmed", "provisional": "unconfirmed", "differential": "unconfirmed"}


def convert_condition(resource: Json, linked: Linked) -> Draft:
    """A Condition; without a date of its own its encounter's start dates it."""
    draft = _with_statuses(resource, Kind.CONDITION)
    draft.start, _ = period_of(resource, "onsetDateTime", "onsetPeriod", "recordedDate")
    draft.end, _ = period_of(resource, "abatementDateTime", "abatementPeriod")
    draft.recorded = to_time(resource.get("recordedDate"))
    if draft.end is not None and draft.standing in ("current", "unknown"):
        draft.standing = "past"
    draft.encounter = reference_of(resource.get("encounter"))
    encounter = linked.get(draft.encounter or "")
    if draft.start is None and encounter is not None:
        draft.start, _ = period_of(encounter, "period")
    draft.put(Slot.SEVERITY, name_of(resource.get("severity")))
    draft.put(Slot.BODY_SITE, *names_of(items(resource.get("bodySite"))))
    draft.put(Slot.CATEGORY, *names_of(items(resource.get("category"))))
    draft.put(Slot.PERFORMER, person_name(resource.get("recorder") or resource.get("asserter"), linked))
    return draft


def convert_allergy(resource: Json, linked: Linked) -> Draft:
    """An AllergyIntolerance."""
    draft = _with_statuses(resource, Kind.ALLERGY)
    draft.start, _ = period_of(resource, "onsetDateTime", "onsetPeriod", "recordedDate")
    draft.recorded = to_time(resource.get("recordedDate"))
    draft.encounter = reference_of(resource.get("encounter"))
    reactions = items(resource.get("reaction"))
    draft.put(Slot.REACTION, *(n for r in reactions for n in names_of(items(r.get("manifestation")))))
    draft.put(Slot.SEVERITY, *(r.get("severity") for r in reactions))
    draft.put(Slot.CRITICALITY, resource.get("criticality"))
    draft.put(Slot.CATEGORY, *items(resource.get("category")))
    draft.put(Slot.PERFORMER, person_name(resource.get("recorder") or resource.get("asserter"), linked))
    return draft


def _with_statuses(resource: Json, kind: Kind) -> Draft:
    concept = to_concept(resource.get("code"))
    codes = [_code(resource.get(e)) for e in ("clinicalStatus", "verificationStatus")]
    draft = Draft({kind}, concept, status=", ".join(c for c in codes if c) or None)
    clinical, verification = codes
    if verification == "entered-in-error":
        draft.standing = "void"
    elif verification == "refuted":
        draft.standing = "refuted"
    elif clinical in ("inactive", "remission", "resolved"):
        draft.standing = "past"
    elif verification in _DOUBTED:
        draft.standing = "unconfirmed"
    elif clinical in ("active", "recurrence", "relapse"):
        draft.standing = "current"
    return draft


def _code(concept: object) -> str | None:
    codings = items(concept.get("coding")) if isinstance(concept, dict) else []
    return str(codings[0].get("code")) if codings else None


def _event(kind: Kind, code: str, *times: str) -> Callable[[Json, Linked], Draft]:
    """The converter of a type that has a code, a time, a status, people and reasons."""

    def convert(resource: Json, linked: Linked) -> Draft:
        draft = Draft({kind}, to_concept(resource.get(code), resource.get("category") if code == "code" else None))
        if code in resource:
            draft.concept = to_concept(resource[code])
        draft.status = resource.get("status") or resource.get("lifecycleStatus")
        draft.standing = _EVENTS.get(str(draft.status), "unknown")
        draft.start, draft.end = period_of(resource, *times)
        draft.recorded = to_time(resource.get("issued") or resource.get("authoredOn"))
        draft.encounter = reference_of(resource.get("encounter")) or reference_of(
            next(iter(items((resource.get("context") or {}).get("encounter"))), None)
        )
        _attributes(draft, resource, linked)
        return draft

    return convert


def _attributes(draft: Draft, resource: Json, linked: Linked) -> None:
    people = [p.get("actor") or p.get("member") or p for p in items(resource.get("performer")) if isinstance(p, dict)]
    people += [p.get("member") for p in items(resource.get("participant")) if isinstance(p, dict)]
    people += items(resource.get("author"))
    draft.put(Slot.PERFORMER, *(person_name(p, linked) for p in people))
    draft.put(Slot.PRESCRIBER, person_name(resource.get("requester"), linked))
    reasons = list(names_of(items(resource.get("reasonCode"))))
    referred = [*references_of(resource.get("reasonReference")), *references_of(resource.get("addresses"))]
    reasons += [to_concept(linked[r].get("code")).text for r in referred if r in linked]
    draft.put(Slot.REASON, *reasons)
    draft.put(Slot.BODY_SITE, *names_of(items(resource.get("bodySite"))))
    draft.put(Slot.CATEGORY, *names_of(items(resource.get("category"))))
    draft.put(Slot.LOCATION, name_of(resource.get("location")))
    if isinstance(resource.get("conclusion"), str):
        draft.reading = Reading(resource["conclusion"])


def convert_note(resource: Json, linked: Linked) -> Draft:
    """A DocumentReference."""
    draft = _event(Kind.NOTE, "type", "date")(resource, linked)
    if resource.get("docStatus") == "entered-in-error":
        draft.standing = "void"
    description = resource.get("description")
    if isinstance(description, str):
        draft.concept = Concept(draft.concept.text, (*draft.concept.names, description), draft.concept.codings)
    return draft


def convert_goal(resource: Json, linked: Linked) -> Draft:
    """A Goal."""
    draft = _event(Kind.GOAL, "description", "startDate")(resource, linked)
    due = [t.get("dueDate") for t in items(resource.get("target"))]
    draft.put(Slot.END, *due)
    return draft


def convert_device(resource: Json, linked: Linked) -> Draft:
    """A Device."""
    draft = _event(Kind.DEVICE, "type", "manufactureDate")(resource, linked)
    names = [str(n["name"]) for n in items(resource.get("deviceName")) if n.get("name")]
    names = [*names, *draft.concept.names] if draft.concept.text != "unnamed" else names
    if names:
        draft.concept = Concept(names[0], tuple(dict.fromkeys(names)), draft.concept.codings)
    return draft


def convert_family_history(resource: Json, linked: Linked) -> Draft:
    """A FamilyMemberHistory: the relative's conditions are its names."""
    relation = name_of(resource.get("relationship")) or "relative"
    concept = to_concept(*(c.get("code") for c in items(resource.get("condition"))))
    shown = f"{relation}: {', '.join(concept.names)}" if concept.text != "unnamed" else relation
    draft = Draft({Kind.FAMILY_HISTORY}, Concept(shown, (shown, relation, *concept.names), concept.codings))
    draft.status = resource.get("status")
    draft.standing = _EVENTS.get(str(draft.status), "unknown")
    draft.start, _ = period_of(resource, "date")
    return draft


def convert_patient(resource: Json, linked: Linked) -> Draft:
    """The Patient."""
    name = human_name(items(resource.get("name"))) or "unnamed patient"
    draft = Draft({Kind.PATIENT}, Concept(name, (name,)), status=None, standing="current")
    draft.put(Slot.NAME, name)
    draft.put(Slot.GENDER, resource.get("gender"))
    draft.put(Slot.BIRTH_DATE, resource.get("birthDate"))
    draft.put(Slot.DEATH, resource.get("deceasedDateTime"), "yes" if resource.get("deceasedBoolean") else None)
    draft.put(Slot.MARITAL_STATUS, name_of(resource.get("maritalStatus")))
    draft.put(Slot.RACE, _us_core(resource, "us-core-race"))
    draft.put(Slot.ETHNICITY, _us_core(resource, "us-core-ethnicity"))
    languages = [name_of(c.get("language")) for c in items(resource.get("communication"))]
    draft.put(Slot.LANGUAGE, *languages)
    draft.put(Slot.ADDRESS, *(_address(a) for a in items(resource.get("address"))))
    draft.put(Slot.PHONE, *(t.get("value") for t in items(resource.get("telecom")) if t.get("system") == "phone"))
    draft.put(Slot.IDENTIFIER, *(str(i.get("value")) for i in items(resource.get("identifier")) if i.get("value")))
    return draft


def _us_core(resource: Json, name: str) -> str | None:
    for extension in items(resource.get("extension")):
        if str(extension.get("url", "")).endswith(name):
            parts = {p.get("url"): p for p in items(extension.get("extension"))}
            text = (parts.get("text") or {}).get("valueString")
            return text or ((parts.get("ombCategory") or {}).get("valueCoding") or {}).get("display")
    return None


def _address(address: Json) -> str | None:
    if isinstance(address.get("text"), str):
        return str(address["text"])
    parts = [*items(address.get("line")), *(address.get(k) for k in ("city", "state", "postalCode", "country"))]
    return ", ".join(str(p) for p in parts if p) or None


def convert_specimen(resource: Json, linked: Linked) -> Draft:
    """A Specimen, dated by its collection."""
    draft = _event(Kind.SPECIMEN, "type", "receivedTime")(resource, linked)
    collected, _ = period_of(resource.get("collection") or {}, "collectedDateTime", "collectedPeriod")
    draft.start = collected or draft.start
    return draft


CONVERTERS: dict[str, Callable[[Json, Linked], Draft]] = {
    "Patient": convert_patient,
    "Condition": convert_condition,
    "AllergyIntolerance": convert_allergy,
    "Procedure": _event(Kind.PROCEDURE, "code", "performedDateTime", "performedPeriod"),
    "DiagnosticReport": _event(Kind.REPORT, "code", "effectiveDateTime", "effectivePeriod", "issued"),
    "DocumentReference": convert_note,
    "ImagingStudy": _event(Kind.IMAGING, "procedureCode", "started"),
    "ServiceRequest": _event(Kind.ORDER, "code", "authoredOn", "occurrenceDateTime"),
    "CarePlan": _event(Kind.CARE_PLAN, "category", "period", "created"),
    "CareTeam": _event(Kind.CARE_TEAM, "category", "period"),
    "Goal": convert_goal,
    "Device": convert_device,
    "FamilyMemberHistory": convert_family_history,
    "Coverage": _event(Kind.COVERAGE, "type", "period"),
    "Specimen": convert_specimen,
}
