"""The search-parameter table of FHIR R4: resource type → parameter → kind and element paths.

Read from `search_parameters.tsv`. Knows nothing of servers. https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from tools.fhir.errors import SearchSyntaxError

Kind = Literal["token", "date", "string", "reference", "quantity", "number", "uri"]

_TABLE = Path(__file__).with_name("search_parameters.tsv")
_COMMON = (
    "_id\ttoken\tid:id",
    "_lastUpdated\tdate\tmeta.lastUpdated:instant",
    "_profile\turi\tmeta.profile:canonical",
    "_security\ttoken\tmeta.security:Coding",
    "_source\turi\tmeta.source:uri",
    "_tag\ttoken\tmeta.tag:Coding",
)
_STEP = re.compile(r"(\w+)(?:\[(\w+)=([\w-]+)\])?")


@dataclass(frozen=True, slots=True)
class ElementPath:
    """Where a parameter's value lies in the resource's JSON, and of which data type it is."""

    steps: tuple[str, ...]
    """JSON property names from the resource down; lists on the way are walked through."""
    type: str
    """FHIR data type: CodeableConcept, Reference, dateTime …; `exists` stands for "true if present"."""
    targets: tuple[str, ...] = ()
    """Of a Reference: the resource types it may point to; empty means any."""
    system: str = ""
    """Of a code: the code system it is bound to."""
    where: tuple[str, str] | None = None
    """Only elements whose property has this value: ("system", "phone")."""


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """One search parameter of one resource type."""

    resource_type: str
    name: str
    kind: Kind
    paths: tuple[ElementPath, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """Resource types that a reference parameter may point to; every type where the specification names none."""
        if any(p.type == "Reference" and not p.targets for p in self.paths):
            return resource_types()
        return tuple(sorted({t for p in self.paths for t in p.targets}))


def resource_types() -> tuple[str, ...]:
    """All resource types of R4, sorted.

    >>> len(resource_types()), "Observation" in resource_types()
    (146, True)
    """
    return tuple(_read_rows())


def list_parameters(resource_type: str) -> Mapping[str, SearchParameter]:
    """The search parameters of a resource type by name. Raises SearchSyntaxError for an unknown type.

    >>> list_parameters("Observation")["date"].kind
    'date'
    """
    if resource_type not in _read_rows():
        raise SearchSyntaxError(f"unknown resource type {resource_type!r}; valid are: {', '.join(resource_types())}")
    return _parse_rows(resource_type)


def find_parameter(resource_type: str, name: str) -> SearchParameter:
    """One search parameter. Raises SearchSyntaxError that lists the valid ones.

    >>> [path.steps for path in find_parameter("Condition", "onset-date").paths]
    [('onsetDateTime',), ('onsetPeriod',)]
    >>> find_parameter("Encounter", "colour")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    tools.fhir.errors.SearchSyntaxError: unknown search parameter 'colour' for Encounter; valid are: ...
    """
    known = list_parameters(resource_type)
    if name not in known:
        valid = ", ".join(known)
        raise SearchSyntaxError(f"unknown search parameter {name!r} for {resource_type}; valid are: {valid}")
    return known[name]


@cache
def _read_rows() -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        resource_type, _, row = line.partition("\t")
        known = rows.setdefault(resource_type, list(_COMMON))
        if row:
            known.append(row)
    return rows


@cache
def _parse_rows(resource_type: str) -> Mapping[str, SearchParameter]:
    parameters = (_parse_row(resource_type, row) for row in _read_rows()[resource_type])
    return MappingProxyType({p.name: p for p in parameters})


def _parse_row(resource_type: str, row: str) -> SearchParameter:
    name, kind, paths = row.split("\t")
    return SearchParameter(resource_type, name, cast(Kind, kind), tuple(_parse_path(p) for p in paths.split("|")))


def _parse_path(text: str) -> ElementPath:
    """Read one path of the table.

    >>> _parse_path("telecom[system=phone]:ContactPoint").where
    ('system', 'phone')
    """
    steps_text, _, kind = text.partition(":")
    steps, where = [], None
    for match in _STEP.finditer(steps_text):
        steps.append(match[1])
        if match[2]:
            where = (match[2], match[3])
    if kind.startswith("Reference("):
        targets = kind[len("Reference(") : -1]
        return ElementPath(tuple(steps), "Reference", () if targets == "*" else tuple(targets.split(",")), "", where)
    kind, _, system = kind.partition("=")
    return ElementPath(tuple(steps), kind, (), system, where)
