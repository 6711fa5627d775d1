"""Links: the references needed to describe a record, and the resources they lead to. Knows nothing of servers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tools.records.reading_json import is_mistaken, items, references_of
from tools.records.record import Concept

Json = dict[str, Any]


class Linked(dict[str, Json]):
    """Resources by reference, among them the patient's; and which Observations derive from which.

    What was entered in error is kept apart: it describes nothing.
    """

    def __init__(self, resources: Mapping[str, Json] | None = None) -> None:
        super().__init__()
        self.mistaken: dict[str, Json] = {}
        self.latest: dict[str, str] = {}
        """For tools.records.hindsight: the latest time within each resource."""
        self.moments: dict[Any, Any] = {}
        """For tools.records.hindsight: the resources as they stood."""
        self._void: frozenset[str] | None = None
        self.derived: dict[str, list[str]] = defaultdict(list)
        """By the reference of a test or organism: what says it derives from it."""
        self.drugs: dict[str, tuple[Concept, tuple[str, ...]]] = {}
        """By the reference of a Medication: how it was described, so that it is once."""
        self._links: dict[int, tuple[Json, tuple[str, ...]]] = {}
        for reference, resource in (resources or {}).items():
            self.add(reference, resource)

    def add(self, reference: str, resource: Json) -> None:
        """Keep one more resource."""
        if is_mistaken(resource):
            self.mistaken[reference] = resource
            return
        self[reference] = resource
        self._note_origin(reference, resource)

    def knows(self, reference: str) -> bool:
        """Whether a resource was kept, mistaken or not."""
        return reference in self or reference in self.mistaken

    def is_void(self, reference: str) -> bool:
        """Whether a resource was entered in error, or is part of one, a member of one or derived from one, that was."""
        if not self.mistaken:
            return False
        if self._void is None:
            self._void = self._find_void()
        return reference in self._void

    def _find_void(self) -> frozenset[str]:
        parents = {r: {*references_of(x.get("partOf")), *references_of(x.get("derivedFrom"))} for r, x in self.items()}
        void = set(self.mistaken)
        fresh = void
        while fresh:
            members = {
                m for r in fresh for m in references_of((self.mistaken.get(r) or self.get(r) or {}).get("hasMember"))
            }
            fresh = (members | {r for r, above in parents.items() if above & fresh}) - void
            void |= fresh
        return frozenset(void)

    def _note_origin(self, reference: str, resource: Json) -> None:
        if "derivedFrom" in resource and resource.get("resourceType") == "Observation":
            for origin in references_of(resource["derivedFrom"]):
                self.derived[origin].append(reference)

    def links_of(self, resource: Json) -> tuple[str, ...]:
        """`links_of` of a resource kept here, read once."""
        found = self._links.get(id(resource))
        if found is None or found[0] is not resource:
            found = self._links[id(resource)] = (resource, links_of(resource))
        return found[1]

    def members_of(self, resource: Json) -> tuple[str, ...]:
        """What an Observation holds: its `hasMember`, and what derives from it where only the parts say so."""
        own = f"{resource.get('resourceType')}/{resource.get('id')}"
        return tuple(dict.fromkeys((*references_of(resource.get("hasMember")), *self.derived.get(own, ()))))

    def told_by(self, resource: Json) -> tuple[str, ...]:
        """The references that describe a resource, its members among them."""
        members = self.members_of(resource) if resource.get("resourceType") == "Observation" else ()
        return (*self.links_of(resource), *members)


def _actors(value: object) -> Iterator[str]:
    for performer in items(value):
        if isinstance(performer, dict):
            yield from references_of(performer.get("actor") if "actor" in performer else performer)


def _participants(value: object) -> Iterator[str]:
    for participant in items(value):
        if isinstance(participant, dict):
            yield from references_of(participant.get("individual") or participant.get("member"))
            actors = references_of(participant.get("actor"))
            yield from (actor for actor in actors if not actor.startswith("Patient/"))


def _inner(name: str) -> Callable[[object], Iterator[str]]:
    def read(value: object) -> Iterator[str]:
        for entry in items(value):
            if isinstance(entry, dict):
                yield from references_of(entry.get(name))

    return read


_READERS: dict[str, Callable[[object], Iterable[str]]] = {
    **dict.fromkeys(
        (
            "medicationReference", "requester", "recorder", "asserter", "specimen", "reasonReference", "addresses",
            "practitioner", "generalPractitioner", "author", "payor", "hasMember", "goal",
        ),
        references_of,
    ),
    "location": _inner("location"),
    "ingredient": _inner("itemReference"),
    "performer": _actors,
    "participant": _participants,
}  # fmt: skip
_DATES = frozenset(
    "effectiveDateTime effectivePeriod effectiveInstant effectiveTiming issued performedDateTime performedPeriod "  # noqa: SIM905
    "authoredOn occurrenceDateTime occurrencePeriod whenHandedOver whenPrepared dateAsserted onsetDateTime onsetPeriod "
    "onsetAge onsetRange recordedDate recorded date started created period startDate collection receivedTime".split()
)


def links_of(resource: Json) -> tuple[str, ...]:
    """The references needed to describe a resource; those of a drug's ingredients come with the Medication's own.

    >>> links_of({"resourceType": "MedicationRequest", "medicationReference": {"reference": "Medication/1"}})
    ('Medication/1',)
    """
    found: list[str] = []
    for name, value in resource.items():
        if name in _READERS:
            found += _READERS[name](value)
    if "request" in resource and resource.get("resourceType") == "MedicationAdministration" and _bare(resource):
        found += references_of(resource["request"])
    if _DATES.isdisjoint(resource):
        for name in ("encounter", "context", "authorizingPrescription"):
            found += references_of(resource.get(name))
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)


def _bare(resource: Json) -> bool:
    """A formulary code without a name: the request it carries out names the drug."""
    concept = resource.get("medicationCodeableConcept")
    codings = items(concept.get("coding")) if isinstance(concept, dict) else ()
    return not any(isinstance(c, dict) and c.get("display") for c in codings)
