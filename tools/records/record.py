"""Record: one FHIR resource in clinical terms, the same shape for every kind. Knows nothing of servers or queries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

from tools.chart_query import Kind, Slot
from tools.evidence import Value
from tools.fhir.dates import FhirTime

Json = dict[str, Any]

Standing = Literal["current", "past", "planned", "refuted", "unconfirmed", "not_done", "unknown", "void"]
"""What a record's statuses say: `void` (entered-in-error) never counts; `unknown` where no status is kept.

`planned` is what was not ordered or done yet: drafts, proposals, plans. `not_done` is what was called off or forbidden.
"""


@dataclass(frozen=True, slots=True)
class Coding:
    """One `system|code`, with the display the record gives it."""

    system: str
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """What a record is about: its name, every other name it bears, and its codes."""

    text: str
    """The name to show: `code.text`, else the best display, else a code."""
    names: tuple[str, ...] = ()
    """Every text, display and, of drugs, ingredient name, `text` first, without repeats."""
    codings: tuple[Coding, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured or stated value as the record writes it."""

    value: Value
    """A number (int where it is written as one), a boolean, an ISO date, or text."""
    unit: str | None = None
    comparator: str | None = None
    """`<`, `<=`, `>`, `>=`: the true value lies beyond."""
    unit_code: str | None = None
    """UCUM code, where the record gives one."""

    @property
    def text(self) -> str:
        """`<0.3 mg/dL`, without the unit where there is none."""
        shown = f"{self.comparator or ''}{self.value}"
        return f"{shown} {self.unit}" if self.unit else shown


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a record that has several: systolic of a blood pressure, an answer of a questionnaire."""

    concept: Concept
    reading: Reading | None


Attributes = Mapping[Slot, tuple[str, ...]]


class LaterFields(Attributes):
    """Attributes that are read from the resource when first asked for: most records are only counted."""

    __slots__ = ("_found", "_read")

    def __init__(self, read: Callable[[], Attributes]) -> None:
        self._read = read
        self._found: Attributes | None = None

    def _all(self) -> Attributes:
        if self._found is None:
            self._found = self._read()
        return self._found

    def __getitem__(self, slot: Slot) -> tuple[str, ...]:
        return self._all()[slot]

    def __iter__(self) -> Iterator[Slot]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class LaterLinks(Sequence[str]):
    """References that are followed when first asked for."""

    __slots__ = ("_found", "_read")

    def __init__(self, read: Callable[[], tuple[str, ...]]) -> None:
        self._read = read
        self._found: tuple[str, ...] | None = None

    def _all(self) -> tuple[str, ...]:
        if self._found is None:
            self._found = self._read()
        return self._found

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())


@dataclass(frozen=True, eq=False)
class Record:
    """One resource. Times are its own: naive wall clock plus offset. Two are equal only where they are one object."""

    reference: str
    """`Observation/123`."""
    version: str
    """`meta.versionId`, or `sha256:` and the hash of the canonical JSON."""
    kinds: frozenset[Kind]
    """Every kind it answers to: an ICU stay is an encounter as well."""
    concept: Concept
    start: FhirTime | None
    """When it happened or began: effective, performed, onset, authoredOn, period.start …"""
    end: FhirTime | None
    recorded: FhirTime | None
    """When it was written down: issued, recordedDate, authoredOn; None where the record does not say.

    It was not known before that.
    """
    status: str | None
    """The status code as written; of conditions and allergies clinical and verification status joined by a comma.

    Of a request that is no order, or forbids, that follows after a comma: `active, intent plan`.
    """
    standing: Standing
    reading: Reading | None = None
    components: tuple[Component, ...] = ()
    fields: Attributes = field(default_factory=dict)
    """Attributes by slot, in the record's own words: route, dose, prescriber, reason, specimen …"""
    encounter: str | None = None
    """`Encounter/…` it belongs to."""
    not_before: FhirTime | None = None
    """Of a record without a time: the start of what it belongs to, before which it can't have been there."""
    planned_end: FhirTime | None = None
    """Of an order: until when it was to hold, or by when to be carried out."""
    status_from: FhirTime | None = None
    """Since when the status is as written, where the record says so."""
    links: Sequence[str] = ()
    """References that were followed to describe it: Medication and ingredients, specimen, organism, requester …"""
    ingredients: tuple[str, ...] = ()
    """Of a drug: the names of its ingredients, mixes unfolded; its own name where it has none."""
    resource: Json = field(default_factory=dict, repr=False)
    around: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """The resources that describe it, by reference."""


def distinct_concepts(records: Iterable[Record]) -> Collection[Concept]:
    """The concepts of some records; records that say the same share one, so that it need be looked at once."""
    return {id(r.concept): r.concept for r in records}.values()
