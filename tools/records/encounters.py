"""Encounters: hospital, ICU and ward stays, emergency visits; told apart by class, identifier and part-of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tools.chart_query import Kind, Slot
from tools.records.draft import Draft
from tools.records.links import Linked
from tools.records.people import person_name
from tools.records.reading_json import items, name_of, names_of, period_of, reference_of, to_concept
from tools.records.record import Concept, Record, Standing

Json = dict[str, Any]

_INPATIENT = {"IMP", "ACUTE", "NONAC", "OBSENC", "SS", "inpatient"}
_STANDINGS: dict[str, Standing] = {
    "planned": "planned", "arrived": "current", "triaged": "current", "in-progress": "current", "onleave": "current",
    "finished": "past", "cancelled": "not_done", "entered-in-error": "void",
}  # fmt: skip
_INTENSIVE = re.compile(r"\b(?:[a-z]{0,3}icu|intensive (?:care|therapy)|critical care)\b")
"""ICU, and those of a kind: MICU, SICU, TSICU, CVICU, NICU."""
_INTENSIVE_CODES = frozenset({"ICU", "PEDICU", "PEDNICU", "309904001", "305351004"})
"""Of places HL7 v3 RoleCode and SNOMED CT, of visits SNOMED CT "admission to intensive care unit"."""
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
    draft.tell = partial(_tell, draft, resource, linked)
    return draft


def _kinds(resource: Json, linked: Linked) -> set[Kind]:
    kinds = {Kind.ENCOUNTER}
    code = str((resource.get("class") or {}).get("code", ""))
    systems = " ".join(str(i.get("system", "")) for i in items(resource.get("identifier"))).casefold()
    part = resource.get("partOf") is not None
    intensive = any(_is_intensive(entry, linked) for entry in items(resource.get("location")))
    if "encounter-icu" in systems or (part and intensive) or (_says_intensive(resource) and code != "AMB"):
        kinds.add(Kind.ICU_STAY)
        kinds |= {Kind.HOSPITAL_STAY} if code in _INPATIENT and not part and "encounter-icu" not in systems else set()
    elif "encounter-ed" in systems or (code == "EMER" and "encounter-hosp" not in systems):
        kinds.add(Kind.ED_VISIT)
    elif "encounter-hosp" in systems or (code in _INPATIENT and not part):
        kinds.add(Kind.HOSPITAL_STAY)
    return kinds


def _says_intensive(resource: Json) -> bool:
    """Whether an Encounter is called intensive care by its type, service or class."""
    said = [*items(resource.get("type")), resource.get("serviceType"), resource.get("class")]
    concept = to_concept(*said)
    return any(_INTENSIVE.search(n.casefold()) for n in concept.names) or any(
        c.code in _INTENSIVE_CODES for c in concept.codings
    )


def _is_intensive(entry: Json, linked: Linked) -> bool:
    """Whether one `Encounter.location` is an intensive care unit, by a word of its name or by its code."""
    if _INTENSIVE.search((place_name(entry, linked) or "").casefold()):
        return True
    place = linked.get(reference_of(entry.get("location")) or "") or {}
    return any(c.code in _INTENSIVE_CODES for c in to_concept(place.get("type"), place.get("physicalType")).codings)


def _places(resource: Json, linked: Linked) -> Iterator[str]:
    """The places of a visit by name; where it names none, who provided it."""
    for entry in items(resource.get("location")):
        if name := place_name(entry, linked):
            yield name
    provider = (resource.get("serviceProvider") or {}).get("display")
    if not items(resource.get("location")) and isinstance(provider, str):
        yield provider


def _provider(resource: Json) -> str | None:
    """Whose visit it was, which says where it was if nothing else does."""
    return (resource.get("serviceProvider") or {}).get("display")


def place_name(entry: Json, linked: Linked) -> str | None:
    """The name of one `Encounter.location`."""
    reference = entry.get("location") or {}
    if isinstance(reference.get("display"), str):
        return str(reference["display"])
    place = linked.get(reference_of(reference) or "")
    return str(place["name"]) if place and place.get("name") else None


def _tell(draft: Draft, resource: Json, linked: Linked) -> None:
    hospitalization = resource.get("hospitalization") or {}
    draft.put(Slot.LOCATION, *(tuple(_places(resource, linked)) or (_provider(resource),)))
    draft.put(Slot.ADMISSION_TYPE, *names_of([resource.get("priority"), *items(resource.get("type"))]))
    draft.put(Slot.ADMIT_SOURCE, name_of(hospitalization.get("admitSource")))
    draft.put(Slot.DISCHARGE_DISPOSITION, name_of(hospitalization.get("dischargeDisposition")))
    draft.put(Slot.CATEGORY, name_of(resource.get("class")))
    people = [p.get("individual") for p in items(resource.get("participant")) if isinstance(p, dict)]
    draft.put(Slot.PERFORMER, *(person_name(p, linked) for p in people))
    draft.put(Slot.REASON, *names_of(items(resource.get("reasonCode"))))


def convert_ward_stays(resource: Json, linked: Linked) -> Iterator[tuple[Draft, tuple[str, ...]]]:
    """Each place of a stay as a stay of its own, with the Location that names it; a visit's place is no ward.

    Intensive care units that follow each other without a gap are, beside that, one stay in intensive care.
    """
    kinds = _kinds(resource, linked)
    if len(kinds) == 1 and str((resource.get("class") or {}).get("code", "")) not in _INPATIENT:
        return
    intensive: list[tuple[Draft, tuple[str, ...]]] = []
    for entry in items(resource.get("location")):
        if (name := place_name(entry, linked)) is None:
            continue
        location = reference_of(entry.get("location"))
        ward = _stay_at(name, entry, resource), (location,) if location else ()
        yield ward
        if Kind.ICU_STAY not in kinds and _is_intensive(entry, linked):
            intensive.append(ward)
    yield from _join_intensive(intensive)


def _stay_at(name: str, entry: Json, resource: Json) -> Draft:
    draft = Draft({Kind.WARD_STAY}, Concept(name, (name,)), status=resource.get("status"))
    draft.standing = _STANDINGS.get(str(draft.status), "unknown")
    several = len(items(resource.get("location"))) > 1
    draft.start, draft.end = period_of(entry if "period" in entry or several else resource, "period")
    draft.encounter = f"Encounter/{resource['id']}"
    draft.not_before, _ = period_of(resource, "period")
    draft.put(Slot.LOCATION, name)
    return draft


def _join_intensive(wards: list[tuple[Draft, tuple[str, ...]]]) -> Iterator[tuple[Draft, tuple[str, ...]]]:
    """Stays in intensive care out of the places of one Encounter, in their order of time."""
    joined: list[tuple[Draft, tuple[str, ...]]] = []
    for ward, location in sorted(wards, key=lambda w: (w[0].start is None, w[0].start.low if w[0].start else None)):
        before = joined[-1][0] if joined else None
        if before is not None and before.end and ward.start and before.end.instant_low == ward.start.instant_low:
            before.end, before.fields = ward.end, _with_place(before, ward)
            joined[-1] = before, (*joined[-1][1], *location)
        else:
            name = _NAMES[Kind.ICU_STAY]
            concept = Concept(name, (name, *ward.concept.names))
            joined.append((replace(ward, kinds={Kind.ENCOUNTER, Kind.ICU_STAY}, concept=concept), location))
    yield from joined


def _with_place(stay: Draft, ward: Draft) -> dict[Slot, tuple[str, ...]]:
    places = (*stay.fields.get(Slot.LOCATION, ()), *ward.fields.get(Slot.LOCATION, ()))
    return stay.fields | {Slot.LOCATION: tuple(dict.fromkeys(places))}


def leave_out_doubles(stays: Sequence[Record]) -> list[Record]:
    """Stays in intensive care, those read off a place left out where an Encounter of its own tells of the same."""
    own = [s for s in stays if s.encounter is None]
    return [s for s in stays if s.encounter is None or not any(_overlap(s, o) for o in own)]


def _overlap(one: Record, other: Record) -> bool:
    if one.start is None or other.start is None:
        return one.encounter == reference_of(other.resource.get("partOf"))
    before = one.end is not None and one.end.instant_high <= other.start.instant_low
    after = other.end is not None and other.end.instant_high <= one.start.instant_low
    return not before and not after
