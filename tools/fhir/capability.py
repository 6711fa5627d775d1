"""What a server says it can do: its CapabilityStatement, as far as searching goes. A server may say nothing.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.fhir.replies import clip
from tools.fhir.search_query import RESULT_PARAMETERS, SearchQuery

Json = dict[str, Any]

EMBEDDED_NAME = "Anamnesis embedded store"
"""What the embedded server calls itself."""
_SAME = {"patient": ("subject", "beneficiary"), "subject": ("patient",), "beneficiary": ("patient",)}
"""Names of one parameter, where a `Patient/id` is searched for."""


@dataclass(frozen=True, slots=True)
class TypeCapability:
    """What a server does with one resource type."""

    searchable: bool = True
    parameters: frozenset[str] = frozenset()
    """Empty: not said."""


@dataclass(frozen=True, slots=True)
class Capability:
    """What a server does with each resource type; None: it does not say."""

    types: Mapping[str, TypeCapability] | None = None
    exact: bool = False
    """It is the embedded server, which does what it is asked: nothing has to be proved twice."""
    version: str | None = None
    """The version of FHIR it says it speaks, where that is none that can be read here."""

    def can_search(self, resource_type: str) -> bool:
        """Whether it may be worth searching a type.

        >>> Capability().can_search("Goal"), Capability({"Patient": TypeCapability()}).can_search("Goal")
        (True, False)
        """
        return self.types is None or self.types.get(resource_type, TypeCapability(False)).searchable

    def offers(self, resource_type: str) -> bool:
        """Whether the server says that a type can be searched; where it says nothing it offers nothing.

        >>> Capability().offers("Appointment"), Capability({"Goal": TypeCapability()}).offers("Goal")
        (False, True)
        """
        return self.exact or (self.types is not None and self.can_search(resource_type))

    def lists(self, query: SearchQuery) -> bool:
        """Whether the server says that it searches the type by all that a search selects by.

        >>> from tools.fhir.search_query import parse_search
        >>> said = Capability({"Goal": TypeCapability(parameters=frozenset({"patient"}))})
        >>> [said.lists(parse_search("Goal", t)) for t in ("patient=Patient/1", "patient=Patient/1&_id=2")]
        [True, False]
        """
        listed = self._listed(query.resource_type)
        own = {p.name for p in query.params if p.name.startswith("_") and p.name not in RESULT_PARAMETERS}
        return bool(listed) and own <= listed and not self.unlisted(query)

    def unlisted(self, query: SearchQuery) -> tuple[str, ...]:
        """The selecting parameters of a search that the server does not list for its type, where it lists any."""
        listed = self._listed(query.resource_type) | {name for name, _ in self.renamed(query.resource_type)}
        names = dict.fromkeys(p.name for p in query.params if not p.name.startswith("_"))
        return tuple(n for n in names if listed and n not in listed)

    def renamed(self, resource_type: str) -> tuple[tuple[str, str], ...]:
        """Names for the patient that a server lists under another, with that other."""
        listed = self._listed(resource_type)
        others = ((name, next((s for s in same if s in listed), "")) for name, same in _SAME.items())
        return tuple((name, other) for name, other in others if other and name not in listed)

    def _listed(self, resource_type: str) -> frozenset[str]:
        return (self.types or {}).get(resource_type, TypeCapability()).parameters


EMBEDDED = Capability(exact=True)
"""The embedded server: it searches every type by every parameter of the table."""


def parse_capability(resource: Json) -> Capability:
    """Read a CapabilityStatement; anything else says nothing.

    >>> kinds = [{"type": "Goal", "searchParam": [{"name": "patient"}], "interaction": [{"code": "search-type"}]}]
    >>> said = parse_capability({"resourceType": "CapabilityStatement", "rest": [{"resource": kinds}]})
    >>> sorted(said.types["Goal"].parameters), said.can_search("Flag"), parse_capability({}).can_search("Flag")
    (['patient'], False, True)
    """
    if resource.get("resourceType") != "CapabilityStatement":
        return Capability()
    software = resource.get("software")
    exact = isinstance(software, dict) and software.get("name") == EMBEDDED_NAME
    version = resource.get("fhirVersion")
    other = clip(version, 20) if isinstance(version, str) and not version.startswith("4.") else None
    return Capability(dict(_types(resource)) or None, exact, other)


def _types(resource: Json) -> Iterator[tuple[str, TypeCapability]]:
    for rest in _objects(resource.get("rest")):
        if rest.get("mode", "server") != "server":
            continue
        for kind in _objects(rest.get("resource")):
            codes = {i.get("code") for i in _objects(kind.get("interaction"))}
            names = {p["name"] for p in _objects(kind.get("searchParam")) if isinstance(p.get("name"), str)}
            if isinstance(kind.get("type"), str):
                selecting = frozenset(n for n in names if n not in RESULT_PARAMETERS)
                yield kind["type"], TypeCapability(not codes or "search-type" in codes, selecting)


def _objects(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
