"""Observations: labs, vital signs, social history, microbiology, intake and output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.chart_query import Kind, Slot
from tools.records.draft import Draft
from tools.records.links import Linked
from tools.records.moments import first_event
from tools.records.people import person_name
from tools.records.reading_json import (
    items,
    name_of,
    names_of,
    period_of,
    quantity_text,
    reference_of,
    to_concept,
    to_reading,
    to_time,
)
from tools.records.record import Component, Reading, Standing

Json = dict[str, Any]

_CATEGORIES = {
    "laboratory": Kind.LAB, "vital-signs": Kind.VITAL, "social-history": Kind.SOCIAL_HISTORY, "output": Kind.OUTPUT,
    "survey": Kind.OBSERVATION, "intake": Kind.INTAKE,
}  # fmt: skip
_STANDINGS: dict[str, Standing] = {
    "final": "current", "amended": "current", "corrected": "current", "preliminary": "current",
    "registered": "planned", "cancelled": "not_done", "entered-in-error": "void",
}  # fmt: skip


def convert_observation(resource: Json, linked: Linked) -> Draft:
    """An Observation; of a culture the organisms and susceptibilities found are attributes."""
    draft = Draft({Kind.OBSERVATION}, to_concept(resource.get("code")), status=resource.get("status"))
    draft.kinds |= _kinds(resource, linked)
    draft.standing = _STANDINGS.get(str(draft.status), "unknown")
    draft.start, draft.end = period_of(resource, "effectiveDateTime", "effectivePeriod", "effectiveInstant")
    draft.recorded = to_time(resource.get("issued"))
    draft.start = draft.start or draft.end or first_event(resource.get("effectiveTiming")) or draft.recorded
    draft.encounter = reference_of(resource.get("encounter"))
    if draft.standing != "not_done":
        _put_values(draft, resource)
    _put_attributes(draft, resource, linked)
    return draft


def _put_values(draft: Draft, resource: Json) -> None:
    """What was measured; of a cancelled test nothing was."""
    draft.reading = to_reading(resource)
    draft.components = tuple(
        Component(to_concept(c.get("code")), to_reading(c)) for c in items(resource.get("component"))
    )
    if draft.reading is None and (absent := name_of(resource.get("dataAbsentReason"))):
        draft.reading = Reading(f"no value: {absent}")


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
    if any(s.endswith("microbiology-test") for s in _systems(resource)):
        return True
    words = to_concept(resource.get("code")).text.casefold()
    if resource.get("specimen") and any(w in words for w in ("culture", "gram stain", "microbiolog")):
        return True
    own = f"Observation/{resource.get('id')}"
    return any(_is_organism(linked[r]) for r in linked.derived.get(own, ()) if r in linked)


def _is_culture_part(resource: Json) -> bool:
    return any(s.endswith(("microbiology-organism", "microbiology-antibiotic")) for s in _systems(resource))


def _is_organism(resource: Json) -> bool:
    return any(s.endswith("microbiology-organism") for s in _systems(resource))


def _systems(resource: Json) -> Iterator[str]:
    return (str(c.get("system", "")) for c in items((resource.get("code") or {}).get("coding")))


def _put_attributes(draft: Draft, resource: Json, linked: Linked) -> None:
    specimen = linked.get(reference_of(resource.get("specimen")) or "")
    draft.put(Slot.SPECIMEN, name_of((specimen or {}).get("type")), (resource.get("specimen") or {}).get("display"))
    draft.put(Slot.INTERPRETATION, *names_of(items(resource.get("interpretation"))))
    draft.put(Slot.BODY_SITE, name_of(resource.get("bodySite")))
    draft.put(Slot.PERFORMER, *(person_name(p, linked) for p in items(resource.get("performer"))))
    draft.put(Slot.REFERENCE_RANGE, *(_range_text(r) for r in items(resource.get("referenceRange"))))
    draft.put(Slot.CATEGORY, *names_of(items(resource.get("category"))))
    if Kind.MICROBIOLOGY in draft.kinds:
        _put_growth(draft, resource, linked)


def _range_text(given: Json) -> str | None:
    if given.get("text"):
        return str(given["text"])
    low, high = quantity_text(given.get("low")), quantity_text(given.get("high"))
    if low and high:
        return f"{low} to {high}"
    return f">= {low}" if low else f"<= {high}" if high else None


def _put_growth(draft: Draft, resource: Json, linked: Linked) -> None:
    """What grew: members that are organisms, and the members of those."""
    organisms, susceptibilities = [], []
    for member in _members(resource, linked):
        if (tested := _susceptibility(member)) is not None:
            susceptibilities.append(tested)
        else:
            organisms.append(_organism(member))
        susceptibilities += [text for d in _members(member, linked) if (text := _susceptibility(d, True)) is not None]
    draft.put(Slot.ORGANISM, *organisms)
    draft.put(Slot.SUSCEPTIBILITY, *susceptibilities)


def _organism(member: Json) -> str:
    reading, named = to_reading(member), to_concept(member.get("code")).text
    generic = reading is not None and isinstance(reading.value, str) and "organism" in named.casefold()
    return str(reading.value) if generic and reading else named


def _susceptibility(member: Json, is_drug: bool = False) -> str | None:
    """`Ciprofloxacin: Resistant (4 ug/mL)`, of an Observation that tests a drug; None of one that names an organism."""
    drug, reading = to_concept(member.get("code")).text, to_reading(member)
    judged = names_of(items(member.get("interpretation")))
    if reading is not None and str(reading.value).casefold() in _SUSCEPTIBLE:
        return f"{drug}: {reading.value}"
    if not is_drug and not any(s.endswith("microbiology-antibiotic") for s in _systems(member)):
        return None
    if judged:
        return f"{drug}: {', '.join(judged)}" + (f" ({reading.text})" if reading is not None else "")
    return f"{drug}: {reading.text}" if reading is not None else None


def _members(resource: Json, linked: Linked) -> Iterator[Json]:
    """The parts that stand: what was cancelled or mistaken is none."""
    found = (linked[r] for r in linked.members_of(resource) if r in linked)
    return (m for m in found if m.get("status") not in ("cancelled", "entered-in-error"))


_SUSCEPTIBLE = {"susceptible", "resistant", "intermediate", "s", "r", "i"}
