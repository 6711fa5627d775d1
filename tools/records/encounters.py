"""Encounters: hospital, ICU and ward stays, emergency visits; told apart by class, identifier and part-of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.chart_query import Kind, Slot
from tools.records.draft import Draft
from tools.records.medications import person_name
from tools.records.reading_json import items, name_of, names_of, period_of, reference_of, to_concept
from tools.records.record import Concept, Standing

Json = dict[str, Any]
Linked = Mapping[str, Json]

_INPATIENT = {"IMP", "ACUTE", "NONAC", "OBSENC", "SS", "inpatient"}
_STANDINGS: dict[str, Standing] = {
    "planned": "planned", "arrived": "current", "triaged": "current", "in-progress": "current", "onleave": "current",
    "finished": "past", "cancelled": "not_done", "entered-in-error": "void",
}  # fmt: skip
_NAMES = {Kind.HOSPITAL_STAY: "Hospital stay", Kind.ICU_STAY: "ICU stay", Kind.ED_VISIT: "Emergency department visit"}


def convert_encounter(resource: Json, linked: Linked) -> Draft:
    """An Encounter."""
    kinds = _kinds(resource, linked)
    concept = to_concept(resource.get("type"), resource.get("serviceType"))
    shown = next((_NAMES[k] for k in _NAMES if k in kinds), concept.text)
    if shown == "unnamed":
        shown = name_of(resource.get("class")) or "Encounter"
    names = (shown, *(n for n in concept.names if n not in ("unnamed", shown)))
    draft = Draft(kinds, Concept(shown, names, concept.codings), status=resource.get("status"))
    draft.standing = _STANDINGS.get(str(draft.status), "unknown")
    draft.start, draft.end = period_of(resource, "period")
    _attributes(draft, resource, linked)
    return draft


def _kinds(resource: Json, linked: Linked) -> set[Kind]:
    kinds = {Kind.ENCOUNTER}
    code = str((resource.get("class") or {}).get("code", ""))
    systems = " ".join(str(i.get("system", "")) for i in items(resource.get("identifier"))).casefold()
    places = " ".join(_places(resource, linked)).casefold()
    part = resource.get("partOf") is not None
    if "encounter-icu" in systems or (part and any(w in places for w in ("icu", "intensive care"))):
        kinds.add(Kind.ICU_STAY)
    elif "encounter-ed" in systems or (code == "EMER" and "encounter-hosp" not in systems):
        kinds.add(Kind.ED_VISIT)
    elif "encounter-hosp" in systems or (code in _INPATIENT and not part):
        kinds.add(Kind.HOSPITAL_STAY)
    return kinds


def _places(resource: Json, linked: Linked) -> Iterator[str]:
    for entry in items(resource.get("location")):
        if name := place_name(entry, linked):
            yield name


def place_name(entry: Json, linked: Linked) -> str | None:
    """The name of one `Encounter.location`."""
    reference = entry.get("location") or {}
    if isinstance(reference.get("display"), str):
        return str(reference["display"])
    place = linked.get(reference_of(reference) or "")
    return str(place["name"]) if place and place.get("name") else None


def _attributes(draft: Draft, resource: Json, linked: Linked) -> None:
    hospitalization = resource.get("hospitalization") or {}
    draft.put(Slot.LOCATION, *_places(resource, linked))
    draft.put(Slot.ADMISSION_TYPE, *names_of([resource.get("priority"), *items(resource.get("type"))]))
    draft.put(Slot.ADMIT_SOURCE, name_of(hospitalization.get("admitSource")))
    draft.put(Slot.DISCHARGE_DISPOSITION, name_of(hospitalization.get("dischargeDisposition")))
    draft.put(Slot.CATEGORY, name_of(resource.get("class")))
    people = [p.get("individual") for p in items(resource.get("participant")) if isinstance(p, dict)]
    draft.put(Slot.PERFORMER, *(person_name(p, linked) for p in people))
    draft.put(Slot.REASON, *names_of(items(resource.get("reasonCode"))))


def convert_ward_stays(resource: Json, linked: Linked) -> Iterator[tuple[Draft, tuple[str, ...]]]:
    """Each place of an Encounter as a stay of its own, with the Location that names it."""
    for entry in items(resource.get("location")):
        name = place_name(entry, linked)
        if name is None:
            continue
        draft = Draft({Kind.WARD_STAY}, Concept(name, (name,)), status=resource.get("status"))
        draft.standing = _STANDINGS.get(str(draft.status), "unknown")
        draft.start, draft.end = period_of(entry, "period")
        draft.encounter = f"Encounter/{resource['id']}"
        draft.put(Slot.LOCATION, name)
        location = reference_of(entry.get("location"))
        yield draft, (location,) if location else ()
