"""match_concepts: which of a chart's concepts a clinical name means, what else it might have meant, what is unsettled.

Codes and names that are the same come first, then kinds of it; what shares words and isn't settled is never taken
silently: it is told as undecided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.reading import WHOLE, Reading, read_term
from tools.concepts.relation import Relation
from tools.concepts.spelling import correct_term, nearest_entries
from tools.concepts.weighing import By, weigh_entry
from tools.concepts.words import fold, holds_words

__all__ = ["ConceptMatch", "How", "fold", "holds_words", "match_concepts"]

How = Literal["exact", "code", "synonym", "words", "class", "hierarchy", "spelling", "none"]
_RESIDUAL = re.compile(r"\b(?:unspecified|other|nos|nec|not elsewhere classified)\b", re.IGNORECASE)
"""Words of a classification's remainders: "Other cirrhosis of liver", asked word for word, is not every cirrhosis."""
_ALTERNATIVES = 5
_NAMED = 3
_BY: tuple[By, ...] = ("exact", "code", "synonym", "words", "class", "hierarchy")


@dataclass(frozen=True)
class ConceptMatch:
    """The entries a name means, how they were found, and what else it might have meant."""

    matched: tuple[ConceptEntry, ...]
    how: How
    alternatives: tuple[ConceptEntry, ...] = ()
    """What the name might have meant instead, or comes near to it."""
    note: str | None = None
    """How the name was read, where that is not plain; for the answer."""
    undecided: tuple[ConceptEntry, ...] = ()
    """What may be meant, or be a kind of it, and nothing at hand settles: a count without these is no count."""

    @property
    def determinable(self) -> bool:
        """Whether it is settled if the chart holds what is asked: something does, or nothing might."""
        return bool(self.matched) or not self.undecided


@dataclass(frozen=True)
class _Weighed:
    """The entries by how they relate to one reading, each in the chart's order."""

    reading: Reading
    taken: tuple[tuple[ConceptEntry, Relation, By], ...]
    """The equal and the narrower."""
    open: tuple[ConceptEntry, ...]
    different: tuple[ConceptEntry, ...]

    def found(self, kind: Kind) -> tuple[ConceptEntry, ...]:
        """What is meant: of a test, where it stands in the chart by its own name, that alone."""
        only = kind in WHOLE and any(relation == "equal" for _, relation, _ in self.taken)
        return tuple(e for e, relation, _ in self.taken if relation == "equal" or not only)


def match_concepts(term: str, kind: Kind, entries: Sequence[ConceptEntry]) -> ConceptMatch:
    """The entries of one kind that a name means; none where nothing fits, with the nearest as alternatives."""
    if not fold(term):
        return ConceptMatch((), "none")
    named = _find_verbatim(term, entries)
    if not named and (coded := _find_code(term, entries)):
        return ConceptMatch(coded, "code")
    if named and _RESIDUAL.search(term):
        return ConceptMatch(named, "exact")
    weighed = [_weigh(reading, kind, entries) for reading in read_term(term.strip(), kind)]
    meant = [w for w in weighed if w.taken]
    if len(meant) > 1 and any(w.found(kind) != meant[0].found(kind) for w in meant):
        return _ask_which(term, kind, meant)
    if meant:
        return _settle(term, kind, meant[0])
    return _match_nothing(term, kind, entries, weighed)


def _find_verbatim(term: str, entries: Sequence[ConceptEntry]) -> tuple[ConceptEntry, ...]:
    """Entries that bear the very name, where it is of a kind that can be a code or a remainder of a classification."""
    if not (_RESIDUAL.search(term) or any(ch.isdigit() for ch in term)):
        return ()
    folded = fold(term)
    return tuple(e for e in entries if any(fold(name) == folded for name in e.names))


def _find_code(term: str, entries: Sequence[ConceptEntry]) -> tuple[ConceptEntry, ...]:
    """Entries that bear the code, where the term can be one: it holds a digit or is their whole name."""
    said = term.strip().casefold()
    if not any(ch.isdigit() for ch in said):
        return ()
    bare = said.replace(".", "")
    return tuple(e for e in entries if any(c.code.casefold() in (said, bare) for c in e.codings if c.code))


def _weigh(reading: Reading, kind: Kind, entries: Sequence[ConceptEntry]) -> _Weighed:
    found = [(e, *weight) for e in entries if (weight := weigh_entry(reading, kind, e))[0] != "none"]
    return _Weighed(
        reading,
        tuple(f for f in found if f[1] in ("equal", "narrower")),
        tuple(e for e, relation, _ in found if relation == "open"),
        tuple(e for e, relation, _ in found if relation == "different"),
    )


def _settle(term: str, kind: Kind, weighed: _Weighed) -> ConceptMatch:
    matched = weighed.found(kind)
    ways = {by for _, relation, by in weighed.taken if relation == "equal"} or {by for _, _, by in weighed.taken}
    how = next(by for by in _BY if by in ways)
    narrower = () if len(matched) == len(weighed.taken) else tuple(e for e, r, _ in weighed.taken if r == "narrower")
    undecided = () if kind in WHOLE and any(r == "equal" for _, r, _ in weighed.taken) else weighed.open
    alternatives = (*narrower, *weighed.open, *weighed.different)[:_ALTERNATIVES]
    return ConceptMatch(matched, how, alternatives, _say_read(term, matched), undecided)


def _say_read(term: str, entries: Sequence[ConceptEntry]) -> str | None:
    if all(fold(term) == fold(e.text) for e in entries):
        return None
    named = ", ".join(e.text for e in entries[:_NAMED])
    more = f" and {len(entries) - _NAMED} more" if len(entries) > _NAMED else ""
    return f'"{term}" was read as {named}{more}'


def _ask_which(term: str, kind: Kind, meant: Sequence[_Weighed]) -> ConceptMatch:
    found = _unique(e for w in meant for e in w.found(kind))
    readings = " or ".join(w.reading.label for w in meant)
    return ConceptMatch((), "none", found[:_ALTERNATIVES], f'"{term}" may mean {readings}', found)


def _match_nothing(term: str, kind: Kind, entries: Sequence[ConceptEntry], weighed: Sequence[_Weighed]) -> ConceptMatch:
    if found := _match_members(term, kind, entries, weighed):
        return found
    still = _unique(e for w in weighed for e in w.open)
    if not still and (corrected := correct_term(term, entries)):
        found = match_concepts(corrected, kind, entries)
        if found.matched:
            return replace(found, how="spelling", note=_say_read(term, found.matched))
    different = _unique(e for w in weighed for e in w.different)
    alternatives = (still + different or nearest_entries(term, entries, _ALTERNATIVES))[:_ALTERNATIVES]
    return ConceptMatch((), "none", alternatives, None, still)


def _match_members(
    term: str, kind: Kind, entries: Sequence[ConceptEntry], weighed: Sequence[_Weighed]
) -> ConceptMatch | None:
    """The tests of a panel, where the chart holds those and not the panel."""
    for one in weighed:
        parts = [match_concepts(member, kind, entries) for member in one.reading.members]
        if matched := _unique(e for part in parts for e in part.matched):
            return ConceptMatch(matched, "class", (), _say_read(term, matched))
    return None


def _unique(entries: Iterable[ConceptEntry]) -> tuple[ConceptEntry, ...]:
    return tuple(dict.fromkeys(entries))
