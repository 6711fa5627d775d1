"""Names of people, roles and organisations, as records refer to them."""

from __future__ import annotations

from typing import Any

from tools.records.links import Linked
from tools.records.reading_json import items, reference_of


def person_name(reference: object, linked: Linked) -> str | None:
    """The name of who a Reference points to: its display, else the name on the resource, else of the role's person."""
    if not isinstance(reference, dict):
        return None
    if isinstance(reference.get("display"), str):
        return str(reference["display"])
    target = linked.get(reference_of(reference) or "")
    if target is None:
        return None
    if target["resourceType"] == "PractitionerRole":
        return person_name(target.get("practitioner"), linked) or person_name(target.get("organization"), linked)
    name = target.get("name")
    if isinstance(name, str):
        return name
    return human_name(items(name))


def human_name(names: list[Any]) -> str | None:
    """A HumanName as people write it."""
    chosen = next((n for n in names if isinstance(n, dict) and n.get("use") == "official"), next(iter(names), None))
    if not isinstance(chosen, dict):
        return None
    if isinstance(chosen.get("text"), str):
        return str(chosen["text"])
    parts = [*items(chosen.get("prefix")), *items(chosen.get("given")), *items(chosen.get("family"))]
    return " ".join(map(str, parts)) or None
