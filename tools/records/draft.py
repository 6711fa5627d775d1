"""Draft: what the converters of single resource types fill in; `convert.to_record` makes a Record of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tools.chart_query import Kind, Slot
from tools.fhir.dates import FhirTime
from tools.records.record import Component, Concept, Reading, Standing

Json = dict[str, Any]


@dataclass
class Draft:
    """A Record on its way."""

    kinds: set[Kind]
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
    fields: dict[Slot, tuple[str, ...]] = field(default_factory=dict)

    def put(self, slot: Slot, *texts: str | None) -> None:
        """Set an attribute; what is not there is left out."""
        kept = tuple(dict.fromkeys(t for t in texts if t))
        if kept:
            self.fields[slot] = kept
