"""ConceptEntry: one thing a chart holds records of, with how many and from when to when."""

from __future__ import annotations

from dataclasses import dataclass

from tools.chart_query import Kind
from tools.records.record import Coding


@dataclass(frozen=True)
class ConceptEntry:
    """One concept of one kind in one chart."""

    kind: Kind
    text: str
    names: tuple[str, ...]
    codings: tuple[Coding, ...]
    count: int
    first: str | None = None
    last: str | None = None
