"""Naming: which of the loaded records a clinical name means. Pure; knows nothing of servers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import fold, match_concepts
from tools.concepts.surgery import is_surgery
from tools.overview import build_entries, split_parts
from tools.records.record import Record

_NO_ALLERGY = re.compile(r"\bno known\b.*\ballerg|\bno allergies\b|\bnka\b|\bnkda\b", re.IGNORECASE)


def says_none(record: Record) -> bool:
    """Whether a record says that there is no allergy."""
    return Kind.ALLERGY in record.kinds and bool(_NO_ALLERGY.search(record.concept.text))


@dataclass(frozen=True)
class Named:
    """The records a name means."""

    records: list[Record]
    notes: list[str]
    """How names were read where that is not plain."""
    undecided: tuple[str, ...] = ()
    """What the chart holds that may be a kind of what is named; nothing at hand settles it."""


def keep_named(records: list[Record], kind: Kind, about: Sequence[str]) -> Named:
    """The records that any of the names means; a code means the records that bear it and no others of their name."""
    if not about:
        return Named(records, [])
    parts = split_parts(records)
    entries = build_entries(kind, [*records, *parts])
    matches = [_match(term, kind, entries, [*records, *parts]) for term in about]
    kept = [r for r in records if any(m.takes(r) for m in matches) or (kind is Kind.ALLERGY and says_none(r))]
    whole = {r.reference for r in kept}
    kept += [p for p in parts if p.reference not in whole and any(m.takes(p) for m in matches)]
    notes = [note for m in matches for note in m.notes]
    open_names = () if any(m.names or m.coded for m in matches) else tuple(n for m in matches for n in m.undecided)
    return Named(kept, notes, open_names)


@dataclass(frozen=True)
class _Match:
    """What one term means."""

    names: frozenset[str] = frozenset()
    coded: frozenset[str] = frozenset()
    """References of the records that bear the code asked for."""
    notes: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()

    def takes(self, record: Record) -> bool:
        return record.concept.text in self.names or record.reference in self.coded


def _match(term: str, kind: Kind, entries: Sequence[ConceptEntry], records: Sequence[Record]) -> _Match:
    if kind is Kind.PROCEDURE and fold(term) in ("surgery", "operation"):
        return _match_surgery(entries)
    code = term.strip().casefold()
    coded = frozenset(r.reference for r in records if any(c.code.casefold() == code for c in r.concept.codings))
    if coded:
        return _Match(coded=coded)
    match = match_concepts(term, kind, entries)
    notes = (match.note,) if match.note else ()
    if not match.matched and match.alternatives:
        nearest = ", ".join(e.text for e in match.alternatives[:5])
        notes = (*notes, f'nothing named "{term}"; nearest: {nearest}')
    return _Match(
        frozenset(e.text for e in match.matched), notes=notes, undecided=tuple(e.text for e in match.undecided)
    )


def _match_surgery(entries: Sequence[ConceptEntry]) -> _Match:
    verdicts = {e.text: is_surgery(e.text) for e in entries}
    named = frozenset(text for text, verdict in verdicts.items() if verdict)
    return _Match(named, undecided=tuple(text for text, verdict in verdicts.items() if verdict is None))
