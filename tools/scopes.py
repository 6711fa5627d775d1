"""Scopes: the resource types that SMART scopes let be read. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SCOPE = re.compile(r"(?:patient|user|system)/(\*|[A-Z]\w+)\.(read|write|\*|c?r?u?d?s?)(\?.*)?")


@dataclass(frozen=True, slots=True)
class Scopes:
    """The resource types that may be read; None: all."""

    types: frozenset[str] | None = None
    narrowed: frozenset[str] = frozenset()
    """Of these, the types of which only some records are granted: `patient/Observation.rs?category=laboratory`."""

    def allow(self, resource_type: str) -> bool:
        """Whether a type may be read."""
        return self.types is None or "*" in self.types or resource_type in self.types

    def narrow(self, resource_type: str) -> bool:
        """Whether only some records of a type may be read."""
        return resource_type in self.narrowed or ("*" in self.narrowed and resource_type not in (self.types or ()))

    def narrow_to(self, other: Scopes) -> Scopes:
        """What both let be read."""
        if self.types is None or other.types is None:
            return other if self.types is None else self
        types = {t for t in self.types | other.types if self.allow(t) and other.allow(t)}
        return Scopes(frozenset(types), frozenset(t for t in types if self.narrow(t) or other.narrow(t)))


def bound_scopes(texts: Iterable[str]) -> Scopes:
    """What several scope texts, asked for and granted, all let be read.

    >>> bound = bound_scopes(["system/*.rs", "system/Observation.rs system/Goal.c"])
    >>> bound.allow("Observation"), bound.allow("Goal"), bound_scopes([]).allow("Goal")
    (True, False, True)
    """
    bound = Scopes()
    for text in texts:
        bound = bound.narrow_to(parse_scopes(text))
    return bound


def parse_scopes(text: str) -> Scopes:
    """SMART scopes, v1 or v2: the types that may be both read and searched.

    >>> sorted(parse_scopes("launch patient/Observation.rs patient/Condition.read patient/Goal.c").types)
    ['Condition', 'Observation']
    >>> parse_scopes("patient/Observation.rs?category=laboratory").narrowed
    frozenset({'Observation'})
    """
    whole: set[str] = set()
    part: set[str] = set()
    for word in text.split():
        match = _SCOPE.fullmatch(word)
        if match and (match[2] in ("read", "*") or ("r" in match[2] and "s" in match[2] and match[2] != "write")):
            (part if match[3] else whole).add(match[1])
    narrowed = frozenset() if "*" in whole else frozenset(part - whole)
    return Scopes(frozenset(whole | part), narrowed)
