"""Observations: labs, vital signs, social history, microbiology, intake and output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.chart_query import Kind, Slot
from tools.records.draft import Draft
from tools.records.medications import person_name
from tools.records.reading_json import (
    items,
    name_of,
    names_of,
    period_of,
    quantity_text,
    reference_of,
    references_of,
    to_concept,
    to_reading,
    to_time,
)
from tools.records.record import Component, Reading, Standing

Json = dict[str, Any]
Linked = Mapping[str, Json]

_CATEGORIES = {
    "laboratory": Kind.LAB, "vital-signs": Kind.VITAL, "social-history": Kind.SOCIAL_HISTORY, "output": Kind.OUTPUT,
    "survey": Kind.OBSERVATION, "intake": Kind.INTAKE,
}  # fmt: skip
_STANDINGS: dict[str, Standing] = {
    "final": "current", "amended": "current", "corrected": "current", "preliminary": "current",
    "registered": "planned", "cancelled": "void", "entered-in-error": "void",
}  # fmt: skip


def convert_observation(resource: Json, linked: Linked) -> Draft:
    """An Observation; of a culture the organisms and susceptibilities found are attributes."""
    draft = Draft({Kind.OBSERVATION}, to_concept(resource.get("code")), status=resource.get("status"))
    draft.kinds |= _kinds(resource, linked)
    draft.standing = _STANDINGS.get(str(draft.status), "unknown")
    draft.start, draft.end = period_of(resource, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")
    draft.recorded = to_time(resource.get("issued"))
    draft.reading = to_reading(resource)
    draft.components = tuple(
        Component(to_concept(c.get("code")), to_reading(c)) for c in items(resource.get("component"))
    )
    if draft.reading is None and (absent := name_of(resource.get("dataAbsentReason"))):
        draft.reading = Reading(f"no value: {absent}")
    draft.encounter = reference_of(resource.get("encounter"))
    _attributes(draft, resource, linked)
    return draft


def _kinds(resource: Json, linked: Linked) -> set[Kind]:
    codes = [c for category in items(resource.get("category")) for c in items(category.get("coding"))]
    kinds = {_CATEGORIES[code] for c in codes if (code := str(c.get("code", "")).casefold()) in _CATEGORIES}
    if _is_culture(resource, linked):
        kinds.add(Kind.MICROBIOLOGY)
        kinds.discard(Kind.LAB)
    elif _is_culture_part(resource):
        kinds.discard(Kind.LAB)
    return kinds


def _is_culture(resource: Json, linked: Linked) -> bool:
    """A microbiology test: a lab code system of microbiology, or organisms derived from it."""
    systems = [str(c.get("system", "")) for c in items((resource.get("code") or {}).get("coding"))]
    if any(s.endswith("microbiology-test") for s in systems):
        return True
    words = to_concept(resource.get("code")).text.casefold()
    return bool(resource.get("specimen")) and any(w in words for w in ("culture", "gram stain", "microbiolog"))


def _is_culture_part(resource: Json) -> bool:
    systems = [str(c.get("system", "")) for c in items((resource.get("code") or {}).get("coding"))]
    return any(s.endswith(("microbiology-organism", "microbiology-antibiotic")) for s in systems)


def _attributes(draft: Draft, resource: Json, linked: Linked) -> None:
    specimen = linked.get(reference_of(resource.get("specimen")) or "")
    draft.put(Slot.SPECIMEN, name_of((specimen or {}).get("type")), (resource.get("specimen") or {}).get("display"))
    draft.put(Slot.INTERPRETATION, *names_of(items(resource.get("interpretation"))))
    draft.put(Slot.BODY_SITE, name_of(resource.get("bodySite")))
    draft.put(Slot.PERFORMER, *(person_name(p, linked) for p in items(resource.get("performer"))))
    draft.put(Slot.REFERENCE_RANGE, *(_range_text(r) for r in items(resource.get("referenceRange"))))
    draft.put(Slot.CATEGORY, *names_of(items(resource.get("category"))))
    if Kind.MICROBIOLOGY in draft.kinds:
        _cultured(draft, resource, linked)


def _range_text(given: Json) -> str | None:
    if given.get("text"):
        return str(given["text"])
    low, high = quantity_text(given.get("low")), quantity_text(given.get("high"))
    if low and high:
        return f"{low} to {high}"
    return f">= {low}" if low else f"<= {high}" if high else None


def _cultured(draft: Draft, resource: Json, linked: Linked) -> None:
    """What grew: members that are organisms, and the members of those."""
    organisms, susceptibilities = [], []
    for reference in references_of(resource.get("hasMember")):
        member = linked.get(reference)
        if member is None:
            continue
        reading = to_reading(member)
        named = to_concept(member.get("code")).text
        deeper = [linked[r] for r in references_of(member.get("hasMember")) if r in linked]
        is_drug = reading is not None and str(reading.value).casefold() in _SUSCEPTIBLE
        if is_drug:
            susceptibilities.append(f"{named}: {reading.value if reading else ''}")
        else:
            generic = reading is not None and isinstance(reading.value, str) and "organism" in named.casefold()
            organisms.append(str(reading.value) if generic and reading else named)
        susceptibilities += [f"{to_concept(d.get('code')).text}: {r.value}" for d in deeper if (r := to_reading(d))]
    draft.put(Slot.ORGANISM, *organisms)
    draft.put(Slot.SUSCEPTIBILITY, *susceptibilities)


_SUSCEPTIBLE = {"susceptible", "resistant", "intermediate", "s", "r", "i"}
