"""wholes_of: the parts of the body that others are a part of, so that a broken forearm is a broken arm."""

from __future__ import annotations

from functools import cache, lru_cache

from tools.concepts.rows import read_rows, split_names
from tools.concepts.words import read_words


@lru_cache(maxsize=50_000)
def wholes_of(words: frozenset[str]) -> frozenset[str]:
    """The words of the wholes of which some words name a part.

    >>> sorted(wholes_of(frozenset({"fracture", "forearm"}))), wholes_of(frozenset({"hand"}))
    (['arm'], frozenset())
    """
    return frozenset(whole for part, whole in _parts() if part <= words)


@cache
def _parts() -> tuple[tuple[frozenset[str], str], ...]:
    return tuple(
        (frozenset(read_words(part)), row["whole"])
        for row in read_rows("body_parts")
        for part in split_names(row["parts"])
    )
