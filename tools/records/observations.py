"""Observations: labs, vital signs, social history, microbiology, intake and output."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

import orjson

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
    draft = Draft(_kinds(resource, linked), to_concept(resource.get("code")), status=resource.get("status"))
    draft.standing = _STANDINGS.get(str(draft.status), "unknown")
    draft.start, draft.end = period_of(resource, "effectiveDateTime", "effectivePeriod", "effectiveInstant")
    draft.recorded = to_time(resource.get("issued"))
    draft.start = draft.start or draft.end or first_event(resource.get("effectiveTiming")) or draft.recorded
    draft.encounter = reference_of(resource.get("encounter"))
    if draft.standing != "not_done":
        _put_values(draft, resource)
    draft.tell = partial(_tell, draft, resource, linked)
    return draft


def _put_values(draft: Draft, resource: Json) -> None:
    """What was measured; of a cancelled test nothing was."""
    draft.reading = to_reading(resource)
    if "component" in resource:
        parts = items(resource["component"])
        draft.components = tuple(Component(to_concept(c.get("code")), to_reading(c)) for c in parts)
    if draft.reading is None and (absent := name_of(resource.get("dataAbsentReason"))):
        draft.reading = Reading(f"no value: {absent}")


def _kinds(resource: Json, linked: Linked) -> frozenset[Kind]:
    """A microbiology test is none of the labs: by its code system or name, or by the organisms derived from it."""
    content = (resource.get("category"), resource.get("code"), bool(resource.get("specimen")))
    kinds = _kinds_by_content(orjson.dumps(content))
    own = linked.derived.get(f"Observation/{resource.get('id')}", ()) if linked.derived else ()
    if Kind.MICROBIOLOGY not in kinds and any(_is_organism(linked[r]) for r in own if r in linked):
        return (kinds | {Kind.MICROBIOLOGY}) - {Kind.LAB}
    return kinds


@lru_cache(maxsize=16_384)
def _kinds_by_content(content: bytes) -> frozenset[Kind]:
    """The kinds that category, code and whether there is a specimen tell."""
    categories, code, has_specimen = orjson.loads(content)
    codes = [c for category in items(categories) for c in items(category.get("coding"))]
    kinds = {_CATEGORIES[word] for c in codes if (word := str(c.get("code", "")).casefold()) in _CATEGORIES}
    concept = to_concept(code)
    if any(c.system.endswith("microbiology-test") for c in concept.codings) or (
        has_specimen and any(w in concept.text.casefold() for w in ("culture", "gram stain", "microbiolog"))
    ):
        return frozenset(kinds | {Kind.OBSERVATION, Kind.MICROBIOLOGY}) - {Kind.LAB}
    if any(c.system.endswith(("microbiology-organism", "microbiology-antibiotic")) for c in concept.codings):
        kinds.discard(Kind.LAB)
    return frozenset(kinds | {Kind.OBSERVATION})


def _is_organism(resource: Json) -> bool:
    return any(s.endswith("microbiology-organism") for s in _systems(resource))


def _systems(resource: Json) -> Iterator[str]:
    return (str(c.get("system", "")) for c in items((resource.get("code") or {}).get("coding")))


def _tell(draft: Draft, resource: Json, linked: Linked) -> None:
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
    """What grew: members that are organisms, and the members of those; where several grew, a verdict says of which."""
    organisms: list[str] = []
    tested: list[tuple[str, str]] = []
    for member in _members(resource, linked):
        if (text := _susceptibility(member)) is not None:
            tested.append((text, ""))
            continue
        organisms.append(name := _organism(member))
        tested += [(text, name) for d in _members(member, linked) if (text := _susceptibility(d, True)) is not None]
    several = len(set(organisms)) > 1
    draft.put(Slot.ORGANISM, *organisms)
    draft.put(Slot.SUSCEPTIBILITY, *(f"{text} [{of}]" if several and of else text for text, of in tested))


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
    found = (linked[r] for r in linked.members_of(resource) if r in linked and not linked.is_void(r))
    return (m for m in found if m.get("status") != "cancelled")


_SUSCEPTIBLE = {"susceptible", "resistant", "intermediate", "s", "r", "i"}
