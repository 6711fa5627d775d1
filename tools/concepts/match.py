"""match_concepts: which of a chart's concepts a clinical name means: by code, name, synonym, class, then spelling.

A name that stands exactly in the chart wins over longer names that hold it; those are told as alternatives.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz

from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.tables import class_members, drug_stem, synonyms_of

How = Literal["exact", "code", "synonym", "words", "class", "spelling", "none"]

_WORD = re.compile(r"[a-z0-9]+(?:[.,]\d+)*%?")
_SPELLING = 92
_LONG_ENOUGH = 7
_ALTERNATIVES = 5
_EMPTY = frozenset("the of an and or in with for to level levels test tests value".split())  # noqa: SIM905


@dataclass(frozen=True)
class ConceptMatch:
    """The entries a name means, how they were found, and what else it might have meant."""

    matched: tuple[ConceptEntry, ...]
    how: How
    alternatives: tuple[ConceptEntry, ...] = ()
    note: str | None = None


def match_concepts(term: str, kind: Kind, entries: Sequence[ConceptEntry]) -> ConceptMatch:
    """The entries of one kind that a name means; none where nothing fits, with the nearest as alternatives."""
    folded = fold(term)
    if not folded:
        return ConceptMatch((), "none")
    exact = [e for e in entries if folded in _folded_names(e.names)]
    coded = [e for e in entries if any(term.strip().casefold() == c.code.casefold() for c in e.codings if c.code)]
    within = [e for e in entries if e not in exact and holds_words(e.names, folded)]
    if exact or coded:
        found = list(dict.fromkeys([*exact, *coded]))
        return ConceptMatch(tuple(found), "exact" if exact else "code", tuple(within[:_ALTERNATIVES]))
    return _match_further(term, folded, entries, within)


def _match_further(term: str, folded: str, entries: Sequence[ConceptEntry], within: list[ConceptEntry]) -> ConceptMatch:
    names = [fold(s) for s in synonyms_of(folded)]
    same = [e for e in entries if any(n in _folded_names(e.names) for n in names)]
    same = same or [e for e in entries if any(holds_words(e.names, n) for n in names)]
    if same:
        both = tuple(dict.fromkeys([*same, *within]))
        return ConceptMatch(both, "synonym", (), f'"{term}" was read as {", ".join(e.text for e in same[:3])}')
    if within:
        return ConceptMatch(tuple(within), "words")
    if members := [e for e in entries if _in_class(folded, e.names)]:
        return ConceptMatch(tuple(members), "class")
    near = sorted(((_likeness(folded, e.names), e.text, e) for e in entries), key=lambda x: (-x[0], x[1]))
    if near and near[0][0] >= _SPELLING and len(folded) >= _LONG_ENOUGH and not drug_stem(folded):
        best = [e for score, _, e in near if score == near[0][0] and _differs_by_typos(folded, e.names)]
    else:
        best = []
    if best:
        return ConceptMatch(tuple(best), "spelling", (), f'"{term}" was read as {best[0].text}')
    return ConceptMatch((), "none", tuple(e for score, _, e in near[:_ALTERNATIVES] if score >= 60))


def _in_class(folded: str, names: Iterable[str]) -> bool:
    members = class_members(folded)
    return members is not None and any(members(word) for name in names for word in _WORD.findall(fold(name)))


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Text without case, accents, punctuation and plural s, as words.

    >>> fold("Café-au-lait  SPOTS (left)")
    'cafe au lait spot left'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    return " ".join(_singular(w) for w in _WORD.findall(plain))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=20_000)
def _folded_names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fold(n) for n in names)


@lru_cache(maxsize=200_000)
def holds_words(names: tuple[str, ...], folded: str) -> bool:
    """Whether one name holds every word asked for."""
    asked = set(folded.removeprefix("a ").split()) - _EMPTY
    return bool(asked) and any(asked <= set(name.split()) for name in _folded_names(names))


def _likeness(folded: str, names: tuple[str, ...]) -> float:
    return max((fuzz.ratio(folded, name) for name in _folded_names(names)), default=0.0)


def _differs_by_typos(folded: str, names: tuple[str, ...]) -> bool:
    """Whether a name differs only inside long words; another number, letter or short word is another thing."""
    return any(_typos_only(folded.split(), name.split()) for name in _folded_names(names))


def _typos_only(asked: list[str], named: list[str]) -> bool:
    return len(asked) == len(named) and all(
        a == b
        or (min(len(a), len(b)) >= _LONG_ENOUGH and a.isalpha() and b.isalpha() and fuzz.ratio(a, b) >= _SPELLING)
        for a, b in zip(asked, named, strict=True)
    )
