"""Slips of the pen: a long word that is none we know, read as a word of this chart; never one known word as another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from tools.concepts.entry import ConceptEntry
from tools.concepts.icd import title_vocabulary
from tools.concepts.products import known_drugs
from tools.concepts.reading import TABLES
from tools.concepts.rows import read_rows, split_names
from tools.concepts.stems import looks_like_drug
from tools.concepts.words import fold

_ALIKE = 92
_NEAR = 60
_LONG_ENOUGH = 7
_OPPOSED = ("hypo", "hyper"), ("inter", "intra"), ("pre", "post"), ("macro", "micro"), ("ante", "anti"), ("endo", "exo")


def correct_term(term: str, entries: Sequence[ConceptEntry]) -> str | None:
    """The term with its misspelt words as this chart spells them; None where that is not certain.

    >>> from tools.chart_query import Kind
    >>> chart = [ConceptEntry(Kind.CONDITION, "Essential hypertension", ("Essential hypertension",), (), 1)]
    >>> correct_term("hypertnsion", chart), correct_term("hypotension", chart)
    ('hypertension', None)
    """
    words = fold(term).split()
    if all(is_known_word(w) for w in words) or any(looks_like_drug(w) for w in words):
        return None
    held: set[str] = set().union(*(_words_of(e.names) for e in entries))
    corrected = [w if w in held or is_known_word(w) else _correct(w, held) for w in words]
    return " ".join(w for w in corrected if w) if all(corrected) and corrected != words else None


@lru_cache(maxsize=50_000)
def _words_of(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(w for name in names for w in fold(name).split())


def _correct(word: str, held: set[str]) -> str | None:
    """The one word of the chart that is spelt nearly so."""
    if len(word) < _LONG_ENOUGH or not word.isalpha():
        return None
    near = [w for w in held if len(w) >= _LONG_ENOUGH and w.isalpha() and fuzz.ratio(word, w) >= _ALIKE]
    near = [w for w in near if not _are_opposed(word, w) and not looks_like_drug(w)]
    return near[0] if len(near) == 1 else None


def _are_opposed(one: str, other: str) -> bool:
    return any(
        (one.startswith(a) and other.startswith(b)) or (one.startswith(b) and other.startswith(a)) for a, b in _OPPOSED
    )


def nearest_entries(term: str, entries: Sequence[ConceptEntry], limit: int) -> tuple[ConceptEntry, ...]:
    """The entries whose names look most alike, to be told, never taken."""
    flat = [(fold(name), entry) for entry in entries for name in entry.names]
    found = process.extract(fold(term), [n for n, _ in flat], scorer=fuzz.ratio, score_cutoff=_NEAR, limit=limit * 2)
    return tuple(dict.fromkeys(flat[at][1] for _, _, at in found))[:limit]


def is_known_word(word: str) -> bool:
    """Whether a folded word is a number, a drug or stands in a table or title."""
    return word.isdigit() or word in known_drugs() or word in title_vocabulary() or word in _vocabulary()


@cache
def _vocabulary() -> frozenset[str]:
    rows = [row for table in TABLES for row in read_rows(table)]
    names = [n for row in rows for column in ("names", "asked_as", "kinds") for n in split_names(row[column])]
    names += [row["brand"] for row in read_rows("brands")]
    return frozenset(w for name in names for w in fold(name).split())
