"""Conditions and allergies: what was found, from when to when, and whether it stands."""

from __future__ import annotations

from functools import partial
from typing import Any

from tools.chart_query import Kind, Slot
from tools.fhir.dates import FhirTime
from tools.records.draft import Draft
from tools.records.links import Linked
from tools.records.moments import moment_of
from tools.records.people import person_name
from tools.records.reading_json import items, name_of, names_of, period_of, reference_of, to_concept, to_time

Json = dict[str, Any]

_DOUBTED = frozenset({"unconfirmed", "provisional", "differential"})


def convert_condition(resource: Json, linked: Linked) -> Draft:
    """A Condition; without a date of its own its encounter's start dates it."""
    draft = _with_statuses(resource, Kind.CONDITION)
    draft.encounter = reference_of(resource.get("encounter"))
    _put_times(draft, resource, linked)
    encounter = linked.get(draft.encounter or "")
    if draft.start is None and draft.recorded is None and Slot.TIME not in draft.fields and encounter is not None:
        draft.start, _ = period_of(encounter, "period")
        draft.put(Slot.TIME, "start of its encounter")
    draft.tell = partial(_tell_condition, draft, resource, linked)
    return draft


def _tell_condition(draft: Draft, resource: Json, linked: Linked) -> None:
    draft.put(Slot.SEVERITY, name_of(resource.get("severity")))
    draft.put(Slot.BODY_SITE, *names_of(items(resource.get("bodySite"))))
    _put_rest(draft, resource, linked)


def _put_times(draft: Draft, resource: Json, linked: Linked) -> None:
    """Onset and end. Words and ages stay words beside a date; they are never taken for the day it was recorded."""
    draft.recorded = to_time(resource.get("recordedDate")) or _asserted(resource)
    onset, abatement = moment_of(resource, "onset", linked), moment_of(resource, "abatement", linked)
    draft.not_before, draft.status_from = onset.not_before, abatement.not_before
    draft.start = onset.start or onset.end or (None if onset.said else draft.recorded)
    recorded_only = draft.start is not None and draft.start is draft.recorded and not onset.said
    draft.put(Slot.TIME, f"onset {onset.text}" if onset.text else "when it was recorded" if recorded_only else None)
    draft.end = abatement.end or abatement.start
    draft.put(Slot.END, abatement.text)
    if abatement.said and draft.standing in ("current", "unknown"):
        draft.standing = "past"


def _asserted(resource: Json) -> FhirTime | None:
    """When a condition was asserted, which R4 keeps in an extension."""
    extensions = items(resource.get("extension"))
    said = (e.get("valueDateTime") for e in extensions if str(e.get("url", "")).endswith("-assertedDate"))
    return next((t for text in said if (t := to_time(text)) is not None), None)


def convert_allergy(resource: Json, linked: Linked) -> Draft:
    """An AllergyIntolerance."""
    draft = _with_statuses(resource, Kind.ALLERGY)
    draft.encounter = reference_of(resource.get("encounter"))
    _put_times(draft, resource, linked)
    reactions = items(resource.get("reaction"))
    draft.put(Slot.REACTION, *(n for r in reactions for n in names_of(items(r.get("manifestation")))))
    draft.put(Slot.SEVERITY, *(r.get("severity") for r in reactions))
    draft.put(Slot.CRITICALITY, resource.get("criticality"))
    _put_rest(draft, resource, linked)
    return draft


def _put_rest(draft: Draft, resource: Json, linked: Linked) -> None:
    categories = items(resource.get("category"))
    draft.put(Slot.CATEGORY, *(c if isinstance(c, str) else name_of(c) for c in categories))
    draft.put(Slot.PERFORMER, person_name(resource.get("recorder") or resource.get("asserter"), linked))


def _with_statuses(resource: Json, kind: Kind) -> Draft:
    concept = to_concept(resource.get("code"))
    codes = [_code(resource.get(e)) for e in ("clinicalStatus", "verificationStatus")]
    draft = Draft({kind}, concept, status=", ".join(c for c in codes if c) or None)
    clinical, verification = codes
    if verification == "refuted":
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
