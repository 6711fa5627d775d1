"""to_record: a FHIR resource in clinical terms; links_of: the references needed to describe it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import orjson

from tools.records.clinical import CONVERTERS
from tools.records.draft import Draft
from tools.records.encounters import convert_encounter, convert_ward_stays
from tools.records.medications import convert_immunization, convert_medication_event
from tools.records.observations import convert_observation
from tools.records.reading_json import items, references_of
from tools.records.record import Record

Json = dict[str, Any]
Linked = Mapping[str, Json]

_CONVERTERS = {
    **CONVERTERS,
    "Observation": convert_observation,
    "Encounter": convert_encounter,
    "Immunization": convert_immunization,
    **dict.fromkeys(
        ("MedicationRequest", "MedicationDispense", "MedicationAdministration", "MedicationStatement"),
        convert_medication_event,
    ),
}
_LINKS = (
    "medicationReference", "request", "requester", "recorder", "asserter", "specimen", "reasonReference", "addresses",
    "practitioner", "author",
)  # fmt: skip
_SHOWN_LINKS = ("Medication/", "MedicationRequest/", "Specimen/", "Location/", "Observation/", "Practitioner")


def links_of(resource: Json) -> tuple[str, ...]:
    """The references needed to describe a resource; those of a drug's ingredients come with the Medication's own.

    >>> links_of({"resourceType": "MedicationRequest", "medicationReference": {"reference": "Medication/1"}})
    ('Medication/1',)
    """
    return tuple(dict.fromkeys(_links(resource)))


def _links(resource: Json) -> Iterator[str]:
    for name in _LINKS:
        yield from references_of(resource.get(name))
    kind = resource.get("resourceType")
    if kind == "Condition" and not any(k.startswith(("onset", "recorded")) for k in resource):
        yield from references_of(resource.get("encounter"))
    if kind == "Observation":
        yield from references_of(resource.get("hasMember"))
    for entry in items(resource.get("location")):
        if isinstance(entry, dict):
            yield from references_of(entry.get("location"))
    for ingredient in items(resource.get("ingredient")):
        yield from references_of(ingredient.get("itemReference"))
    for performer in items(resource.get("performer")):
        yield from references_of(performer.get("actor") if "actor" in performer else performer)
    for participant in items(resource.get("participant")):
        yield from references_of(participant.get("individual") or participant.get("member"))


def to_record(resource: Json, linked: Linked) -> Record:
    """One resource as a Record. Raises KeyError for a resource type that is no clinical record."""
    draft = _CONVERTERS[resource["resourceType"]](resource, linked)
    return _finish(draft, resource, _followed(resource, linked))


def to_ward_stays(resource: Json, linked: Linked) -> tuple[Record, ...]:
    """The places of an Encounter, each a stay of its own."""
    return tuple(_finish(draft, resource, links) for draft, links in convert_ward_stays(resource, linked))


def _followed(resource: Json, linked: Linked) -> tuple[str, ...]:
    """What was followed to name the record: drugs and ingredients, specimen, organisms; not the people."""
    found: dict[str, None] = {}
    waiting = list(links_of(resource))
    while waiting:
        reference = waiting.pop(0)
        if reference in found or reference not in linked or not reference.startswith(_SHOWN_LINKS):
            continue
        found[reference] = None
        if reference.startswith(("Medication", "Observation/")):
            waiting += links_of(linked[reference])
    return tuple(found)


def _finish(draft: Draft, resource: Json, links: tuple[str, ...]) -> Record:
    return Record(
        reference=f"{resource['resourceType']}/{resource['id']}",
        version=version_of(resource),
        kinds=frozenset(draft.kinds),
        concept=draft.concept,
        start=draft.start,
        end=draft.end,
        recorded=draft.recorded,
        status=draft.status,
        standing=draft.standing,
        reading=draft.reading,
        components=draft.components,
        fields=draft.fields,
        encounter=draft.encounter,
        links=links,
        ingredients=draft.ingredients,
        resource=resource,
    )


def version_of(resource: Json) -> str:
    """`meta.versionId`, or the hash of the canonical JSON where the server keeps none."""
    version = (resource.get("meta") or {}).get("versionId")
    if isinstance(version, str) and version:
        return version
    return "sha256:" + sha256(orjson.dumps(resource, option=orjson.OPT_SORT_KEYS)).hexdigest()


