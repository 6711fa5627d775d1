"""Closer: of several names of one question, which are said more closely by another one of them."""

from __future__ import annotations

from collections.abc import Sequence

from agent.planners.rules.concepts import Span
from tools.concepts.match import fold


def drop_wider(named: Sequence[Span], kept: Sequence[Span]) -> tuple[Span, ...]:
    """The names without those that another one says more closely: of "systolic … blood pressure" the systolic."""
    return tuple(s for s in named if s in kept or not any(_says_closer(other, s) for other in named if other is not s))


def _says_closer(one: Span, other: Span) -> bool:
    said = [set(fold(text).split()) for text in (other.text, *(n for e in other.entries for n in e.names))]
    same = bool(one.entries and other.entries) and {e.kind for e in one.entries} == {e.kind for e in other.entries}
    return (
        same
        and set(one.entries) != set(other.entries)
        and any(all(words < {w for n in e.names for w in fold(n).split()} for e in one.entries) for words in said)
    )
