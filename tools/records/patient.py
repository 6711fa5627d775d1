"""The Patient as a record: who it is, not what was found."""

from __future__ import annotations

from typing import Any

from tools.as_of import AsOf
from tools.chart_query import Kind, Slot
from tools.records.draft import Draft
from tools.records.links import Linked
from tools.records.people import human_name, person_name
from tools.records.reading_json import items, name_of, to_time
from tools.records.record import Concept

Json = dict[str, Any]
_ADDRESSED = {Slot.CITY: "city", Slot.STATE: "state", Slot.POSTAL_CODE: "postalCode"}
_REACHED = {Slot.PHONE: "phone", Slot.EMAIL: "email"}


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
    draft.put(Slot.GENERAL_PRACTITIONER, *(person_name(p, linked) for p in items(resource.get("generalPractitioner"))))
    draft.put(Slot.ADDRESS, *(_address(a) for a in items(resource.get("address"))))
    for slot, part in _ADDRESSED.items():
        draft.put(slot, *(a.get(part) for a in items(resource.get("address"))))
    for slot, system in _REACHED.items():
        draft.put(slot, *(t.get("value") for t in items(resource.get("telecom")) if t.get("system") == system))
    draft.put(Slot.IDENTIFIER, *(str(i.get("value")) for i in items(resource.get("identifier")) if i.get("value")))
    return draft


def without_former(resource: Json, as_of: AsOf) -> Json:
    """The Patient with the names, addresses and numbers that held at a moment; the last name stays where none did."""
    kept = {n: [e for e in items(resource.get(n)) if not _is_over(e, as_of)] for n in ("name", "address", "telecom")}
    changed = {n: left for n, left in kept.items() if len(left) < len(items(resource.get(n)))}
    if not changed.get("name", True):
        del changed["name"]
    return {**resource, **changed} if changed else resource


def _is_over(entry: object, as_of: AsOf) -> bool:
    if not isinstance(entry, dict):
        return False
    period = entry.get("period")
    if not isinstance(period, dict):
        return entry.get("use") == "old"
    end = to_time(period.get("end"))
    return end is not None and as_of.follows(end)


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
