"""Appointments: what was booked, for when, with whom; known from the day it was booked, long before it is due.

https://hl7.org/fhir/R4/appointment.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tools.as_of import AsOf
from tools.chart_query import Kind, Slot
from tools.records.draft import Draft
from tools.records.links import Linked
from tools.records.people import person_name
from tools.records.reading_json import items, name_of, names_of, reference_of, references_of, to_concept, to_time
from tools.records.record import Concept, Record, Standing

Json = dict[str, Any]

_STANDINGS: dict[str, Standing] = {
    "proposed": "planned", "pending": "planned", "booked": "planned", "waitlist": "planned", "arrived": "current",
    "checked-in": "current", "fulfilled": "past", "cancelled": "not_done", "noshow": "not_done",
}  # fmt: skip
_AFTERWARDS = frozenset({"arrived", "checked-in", "fulfilled", "noshow"})
"""Statuses that come when it is due."""


def convert_appointment(resource: Json, linked: Linked) -> Draft:
    """An Appointment, named by its service, sort or specialty, else by its description."""
    status = resource.get("status")
    draft = Draft({Kind.APPOINTMENT}, _concept(resource), status=status)
    draft.standing = _STANDINGS.get(str(status), "unknown")
    draft.start, draft.end = to_time(resource.get("start")), to_time(resource.get("end"))
    draft.recorded = to_time(resource.get("created"))
    actors = [p.get("actor") for p in items(resource.get("participant")) if isinstance(p, dict)]
    draft.put(Slot.PERFORMER, *(person_name(a, linked) for a in actors if _is_of(a, "Practitioner", "HealthcareS")))
    draft.put(Slot.LOCATION, *(person_name(a, linked) for a in actors if _is_of(a, "Location")))
    reasons = [to_concept(linked[r].get("code")).text for r in _reasons(resource) if r in linked]
    draft.put(Slot.REASON, *names_of(items(resource.get("reasonCode"))), *reasons)
    draft.put(Slot.CATEGORY, *names_of(items(resource.get("serviceCategory"))))
    draft.put(Slot.STATUS_REASON, name_of(resource.get("cancelationReason")))
    return draft


def _concept(resource: Json) -> Concept:
    parts = [*items(resource.get("serviceType")), resource.get("appointmentType"), *items(resource.get("specialty"))]
    concept = to_concept(*parts)
    names = [n for n in concept.names if n != "unnamed"]
    described = resource.get("description")
    names += [described.strip()] if isinstance(described, str) and described.strip() else []
    names = list(dict.fromkeys(names)) or ["Appointment"]
    return Concept(names[0], tuple(names), concept.codings)


def _reasons(resource: Json) -> list[str]:
    return list(references_of(resource.get("reasonReference")))


def _is_of(actor: object, *types: str) -> bool:
    return (reference_of(actor) or "").startswith(types)


def was_booked(record: Record, as_of: AsOf) -> bool:
    """Whether an appointment was known then: booked by then or, where that is not told, already due."""
    if record.recorded is not None:
        return not as_of.precedes(record.recorded)
    return _was_stored(record, as_of) or (record.start is not None and not as_of.precedes(record.start))


def is_booking_undated(record: Record, as_of: AsOf) -> bool:
    """Whether nothing tells if an appointment that was due later had been booked by then."""
    return Kind.APPOINTMENT in record.kinds and record.recorded is None and not was_booked(record, as_of)


def as_booked(record: Record, as_of: AsOf) -> Record:
    """An appointment as it stood: before it is due it is booked, and whether it was called off by then may be open."""
    if record.start is None or not as_of.precedes(record.start):
        return replace(record, standing="past") if record.standing == "planned" and record.start else record
    if record.status in _AFTERWARDS:
        return replace(record, status="booked", standing="planned")
    if record.standing == "not_done" and not _was_stored(record, as_of):
        return replace(record, status=None, standing="unknown")
    return record


def _was_stored(record: Record, as_of: AsOf) -> bool:
    stored = to_time((record.resource.get("meta") or {}).get("lastUpdated"))
    return stored is not None and not as_of.precedes(stored)
