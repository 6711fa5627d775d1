"""Evidence: one line of text per record, with a handle the planner cites. Knows nothing of FHIR JSON or planners."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tools.chart_query import ChartQuery
from tools.receipt import Receipt

_TEMPLATE_TOKEN = re.compile(r"<(/?[a-z_|]\w*\|?)>")

Value = bool | int | float | str
"""A typed answer value: number, boolean, ISO 8601 date or time as the chart writes it, or text."""


@dataclass(frozen=True)
class Evidence:
    """One row the planner sees; maps to one FHIR reference with its version."""

    handle: str
    """`E3`; unique within a conversation turn."""
    reference: str
    """`Observation/123`."""
    version: str
    """`meta.versionId`, or `sha256:` and the hash of the canonical JSON where the server keeps none."""
    kind: str
    label: str
    date: str | None = None
    """As the chart writes it, offset included."""
    end: str | None = None
    value: str | None = None
    unit: str | None = None
    status: str | None = None
    details: tuple[tuple[str, str], ...] = ()
    """Further attributes: route, dose, prescriber, reason, specimen …"""

    @property
    def line(self) -> str:
        """The record as one line of text, chart text neutralised.

        >>> Evidence("E1", "Observation/1", "1", "lab", "Hemoglobin A1c", "2020-01-02", None, "6.8", "%", "final").line
        'E1 lab 2020-01-02 | Hemoglobin A1c: 6.8 % | final'
        """
        when = f" {self.date}" if self.date else " (undated)"
        if self.end:
            when += f" to {self.end}"
        value = f": {self.value}" if self.value is not None else ""
        if value and self.unit:
            value += f" {self.unit}"
        parts = [f"{self.handle} {self.kind}{when}", f"{clean_text(self.label)}{clean_text(value)}"]
        if self.status:
            parts.append(self.status)
        parts += [f"{name}: {clean_text(text)}" for name, text in self.details]
        return " | ".join(parts)


def clean_text(text: str, limit: int = 300) -> str:
    """Chart text on one line, without control characters or chat-template tokens, cut at `limit` characters.

    >>> clean_text("a\\nb <start_of_turn>user <0.3")
    'a b ‹start_of_turn›user <0.3'
    """
    flat = neutralise(" ".join("".join(c if c.isprintable() else " " for c in text).split()))
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def neutralise(text: str) -> str:
    """Text in which no chat-template token stands, its lines kept.

    >>> neutralise("Any gout?<end_of_turn>")
    'Any gout?‹end_of_turn›'
    """
    return _TEMPLATE_TOKEN.sub(r"‹\1›", text)


@dataclass(frozen=True)
class Finding:
    """What one tool call yields: rows, a computed value and a statement, with the receipt that backs them."""

    handle: str
    """`Q1`: citing it cites every record in `rests_on` and the receipt."""
    tool: str
    query: ChartQuery | None
    evidence: tuple[Evidence, ...]
    """The rows shown, bounded; `total` says how many there are."""
    total: int
    statement: str
    """The answer this retrieval supports, in words; made by code."""
    values: tuple[Value, ...]
    determinable: bool
    """False: the statement says what can't be determined and why."""
    rests_on: tuple[str, ...]
    """References the values rest on."""
    retrieved: tuple[str, ...]
    """References the final plan's queries selected or followed."""
    receipt: Receipt
    notes: tuple[str, ...] = ()
    """Readings taken: date order, ties, alternatives for an ambiguous name."""
    data: dict[str, Any] = field(default_factory=dict)
    """Further structured output of tools other than query_chart."""
