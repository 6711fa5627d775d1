"""Draft: what the converters of single resource types fill in; `convert.to_record` makes a Record of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from tools.chart_query import Kind, Slot
from tools.fhir.dates import FhirTime
from tools.records.record import Component, Concept, Reading, Standing

Json = dict[str, Any]


@dataclass
class Draft:
    """A Record on its way."""

    kinds: Set[Kind]
    concept: Concept
    start: FhirTime | None = None
    end: FhirTime | None = None
    recorded: FhirTime | None = None
    not_before: FhirTime | None = None
    status: str | None = None
    standing: Standing = "unknown"
    reading: Reading | None = None
    components: tuple[Component, ...] = ()
    encounter: str | None = None
    ingredients: tuple[str, ...] = ()
    planned_end: FhirTime | None = None
    status_from: FhirTime | None = None
    fields: dict[Slot, tuple[str, ...]] = field(default_factory=dict)
    tell: Callable[[], None] | None = None
    """Puts the attributes that only matter once someone asks for them."""

    def put(self, slot: Slot, *texts: str | None) -> None:
        """Set an attribute; what is not there is left out. Raises TypeError for what is no text."""
        kept = [t for t in texts if t]
        if kept:
            "".join(kept)
            self.fields[slot] = (kept[0],) if len(kept) == 1 else tuple(dict.fromkeys(kept))

    def read_fields(self) -> Mapping[Slot, tuple[str, ...]]:
        """Every attribute."""
        if self.tell is not None:
            early, self.fields = self.fields, {}
            self.tell()
            self.fields.update(early)
            self.tell = None
        return self.fields
