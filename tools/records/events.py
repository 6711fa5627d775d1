"""What happened or was asked for: procedures, reports, notes, imaging, orders, specimens."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tools.chart_query import Kind, Slot
from tools.records.draft import Draft
from tools.records.links import Linked
from tools.records.moments import moment_of
from tools.records.people import person_name
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

_STANDINGS: dict[str, Standing] = {
    "completed": "past", "in-progress": "current", "active": "current", "final": "current", "amended": "current",
    "corrected": "current", "appended": "current", "available": "current", "current": "current", "superseded": "past",
    "preparation": "planned", "draft": "planned", "on-hold": "past", "stopped": "past", "revoked": "past",
    "suspended": "past", "not-done": "not_done", "cancelled": "not_done", "entered-in-error": "void",
    "inactive": "past", "proposed": "planned", "planned": "planned", "accepted": "current", "rejected": "refuted",
    "partial": "current", "preliminary": "current", "registered": "planned",
}  # fmt: skip
_ORDERING = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order", "directive"})


def event_standing(status: object) -> Standing:
    """What the status code of an event says."""
    return _STANDINGS.get(str(status), "unknown")


def put_intent(draft: Draft, resource: Json) -> None:
    """A request that is no order, or that forbids, says so in its status: an active plan is no active order."""
    intent = resource.get("intent")
    if isinstance(intent, str) and intent not in _ORDERING and draft.standing != "void":
        draft.standing = "planned"
        draft.status = ", ".join(t for t in (draft.status, f"intent {intent}") if t)
    if resource.get("doNotPerform") is True and draft.standing != "void":
        draft.standing = "not_done"
        draft.status = ", ".join(t for t in (draft.status, "do not perform") if t)


def event_converter(kind: Kind, code: str, *times: str) -> Callable[[Json, Linked], Draft]:
    """The converter of a type that has a code, a time, a status, people and reasons."""

    def convert(resource: Json, linked: Linked) -> Draft:
        draft = Draft({kind}, to_concept(resource.get(code)))
        if draft.concept.text == "unnamed" and code == "code":
            draft.concept = to_concept(resource.get("category"))
        draft.status = resource.get("status") or resource.get("lifecycleStatus")
        draft.standing = event_standing(draft.status)
        draft.start, draft.end = period_of(resource, *times)
        draft.recorded = to_time(resource.get("issued") or resource.get("authoredOn"))
        draft.encounter = reference_of(resource.get("encounter")) or _context_encounter(resource)
        if isinstance(resource.get("conclusion"), str):
            draft.reading = Reading(resource["conclusion"])
        draft.tell = partial(_tell, draft, resource, linked)
        return draft

    return convert


def _context_encounter(resource: Json) -> str | None:
    context = resource.get("context")
    encounters = items(context.get("encounter")) if isinstance(context, dict) else []
    return reference_of(encounters[0]) if encounters else None


def _tell(draft: Draft, resource: Json, linked: Linked) -> None:
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


_procedure = event_converter(Kind.PROCEDURE, "code")
_note = event_converter(Kind.NOTE, "type", "date")
_order = event_converter(Kind.ORDER, "code", "authoredOn", "occurrenceDateTime", "occurrencePeriod")
_imaging = event_converter(Kind.IMAGING, "procedureCode", "started")
_specimen = event_converter(Kind.SPECIMEN, "type", "receivedTime")
convert_report = event_converter(Kind.REPORT, "code", "effectiveDateTime", "effectivePeriod", "issued")


def convert_procedure(resource: Json, linked: Linked) -> Draft:
    """A Procedure."""
    draft = _procedure(resource, linked)
    performed = moment_of(resource, "performed", linked)
    draft.start, draft.end, draft.not_before = performed.start, performed.end, performed.not_before
    draft.put(Slot.TIME, performed.text)
    return draft


def convert_order(resource: Json, linked: Linked) -> Draft:
    """A ServiceRequest; one to be carried out later is not known to be carried out before."""
    draft = _order(resource, linked)
    due, due_end = period_of(resource, "occurrenceDateTime", "occurrencePeriod")
    draft.planned_end = due_end or due
    put_intent(draft, resource)
    return draft


def convert_note(resource: Json, linked: Linked) -> Draft:
    """A DocumentReference."""
    draft = _note(resource, linked)
    _add_name(draft, resource.get("description"))
    return draft


def convert_imaging(resource: Json, linked: Linked) -> Draft:
    """An ImagingStudy, named by its procedure or description; its modalities and body sites from its series."""
    draft = _imaging(resource, linked)
    series = [s for s in items(resource.get("series")) if isinstance(s, dict)]
    _add_name(draft, resource.get("description"))
    modalities = names_of([*items(resource.get("modality")), *(s.get("modality") for s in series)])
    for modality in modalities:
        _add_name(draft, modality)
    draft.put(Slot.CATEGORY, *modalities)
    draft.put(Slot.BODY_SITE, *names_of(s.get("bodySite") for s in series))
    return draft


def _add_name(draft: Draft, name: object) -> None:
    """One more name of what it is; the name shown where it has none yet."""
    if not isinstance(name, str) or not name.strip():
        return
    named, concept = name.strip(), draft.concept
    if concept.text == "unnamed":
        draft.concept = Concept(named, (named,), concept.codings)
    else:
        draft.concept = Concept(concept.text, tuple(dict.fromkeys((*concept.names, named))), concept.codings)


def convert_specimen(resource: Json, linked: Linked) -> Draft:
    """A Specimen, dated by its collection."""
    draft = _specimen(resource, linked)
    collected, _ = period_of(resource.get("collection") or {}, "collectedDateTime", "collectedPeriod")
    draft.start = collected or draft.start
    return draft
