"""stands_in: where a condition told by name alone stands in ICD-10-CM, by tables and by titles it is a kind of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal

from tools.concepts.icd import is_apart, is_within, own_ranges
from tools.concepts.names import GENERAL, ReadName, read_name
from tools.concepts.relation import relate
from tools.concepts.rows import read_rows, split_names
from tools.concepts.words import read_words

Standing = Literal["inside", "outside", "unknown"]
_Titled = tuple[ReadName, tuple[str, ...]]


@lru_cache(maxsize=50_000)
def stands_in(name: str, ranges: tuple[str, ...]) -> Standing:
    """Whether a condition of that name lies in the ranges; unknown where no table or title places it.

    >>> stands_in("Cardiac arrest (disorder)", ("I30-I5A",)), stands_in("Chronic pain", ("C00-C96",))
    ('inside', 'outside')
    """
    placed = place_name(name)
    if not placed:
        return "outside" if _heads_of_categories() & {h for p in read_name(name).parts for h in p.heads} else "unknown"
    if all(is_within(place, ranges) for place in placed):
        return "inside"
    return "outside" if all(is_apart(place, ranges) for place in placed) else "unknown"


@lru_cache(maxsize=20_000)
def place_name(name: str) -> tuple[str, ...]:
    """The ICD-10-CM ranges of what a name is, or is most closely a kind of; else of the kinds of it."""
    held = read_name(name)
    if held.context:
        return ()
    heads = {head for part in held.parts for head in part.heads} - GENERAL
    titled = [title for head in heads for title in _titles().get(head, ())]
    found = [(title, places) for title, places in titled if _is_kind(title, held)]
    closest = max((len(title.words) for title, _ in found), default=0)
    found = [(title, places) for title, places in found if len(title.words) == closest]
    found = found or [(title, places) for title, places in titled if _is_kind(held, title)]
    return tuple(dict.fromkeys(place for _, places in found for place in places))


def _is_kind(title: ReadName, held: ReadName) -> bool:
    return relate(title, held) in ("equal", "narrower")


@cache
def _titles() -> dict[str, list[_Titled]]:
    """The names of concepts and categories by each word that says what they are."""
    found: dict[str, list[_Titled]] = {}
    for name, places in _all_titles():
        for head in {head for part in name.parts[:1] for head in part.heads} - GENERAL:
            found.setdefault(head, []).append((name, places))
    return found


def _all_titles() -> Iterator[_Titled]:
    for row in read_rows("conditions"):
        if row["category"] != "yes":
            names = (*split_names(row["names"]), *split_names(row["kinds"]))
            yield from ((read_name(name), own_ranges(row)) for name in names)
    yield from ((read_name(row["title"]), (row["code"],)) for row in read_rows("icd10cm") if "-" not in row["code"])


@cache
def _heads_of_categories() -> frozenset[str]:
    """Words that name a kind of some category: what they name is placed, though not by a range."""
    return frozenset(w for row in read_rows("conditions") for h in split_names(row["heads"]) for w in read_words(h))
