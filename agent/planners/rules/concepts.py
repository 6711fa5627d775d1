"""Concept spans: where a question names something this chart holds, by the longest run of words that names it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from agent.planners.rules.cues import PATIENT_SLOTS, SLOTS, find_kind, find_slot
from agent.planners.rules.words import FILLER, SAID
from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import fold, holds_words
from tools.concepts.tables import class_members, synonyms_of

_WORD = re.compile(r"[A-Za-z0-9À-ɏ]+(?:[.,]\d+)*%?")
_LONGEST = 18
_SHORTEST_PART = 4
_STAYS = frozenset({Kind.ENCOUNTER, Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.WARD_STAY, Kind.PATIENT})
_GENERIC = frozenset(
    fold(w)
    for w in ("patient", "test", "hospital", "date", "time", "drug", "procedure", "medication", "first", "last",
              "blood test", "name", "yes", "no", "none", "type", "visit", "output", "intake",
              "diagnosis", "culture", "day", "other")
)  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A run of words that names entries of the chart's index."""

    start: int
    end: int
    text: str
    entries: tuple[ConceptEntry, ...]


def find_spans(question: str, index: tuple[ConceptEntry, ...]) -> list[Span]:
    """The names a question holds, longest first taken, in order; none overlap."""
    names = _index_names(index)
    words = [(m.start(), m.end(), fold(m.group())) for m in _WORD.finditer(question)]
    taken: list[Span] = []
    for size in range(min(_LONGEST, len(words)), 0, -1):
        for at in range(len(words) - size + 1):
            start, end = words[at][0], words[at + size - 1][1]
            if any(s.start < end and start < s.end for s in taken):
                continue
            folded = " ".join(w for _, _, w in words[at : at + size])
            if (entries := _look_up(folded, names)) and folded not in _GENERIC:
                taken.append(Span(start, end, question[start:end], entries))
    return sorted(taken, key=lambda s: s.start)


def find_part_spans(question: str, index: tuple[ConceptEntry, ...]) -> list[Span]:
    """Words that stand within names of this chart, where no whole name is asked for: "asthma" of "Mild asthma"."""
    found: list[Span] = []
    for match in _WORD.finditer(question):
        word = fold(match.group())
        if len(word) < _SHORTEST_PART or match.group().lower() in FILLER | SAID or word in _GENERIC or _is_cue(word):
            continue
        entries = tuple(e for e in index if e.kind not in _STAYS and holds_words(e.names, word))
        if entries:
            _add_part(found, Span(match.start(), match.end(), match.group(), entries), question)
    return found


def _add_part(found: list[Span], span: Span, question: str) -> None:
    """Words side by side that stand in one name are one term: "diastolic pressure"."""
    if found and not question[found[-1].end : span.start].strip():
        both = tuple(e for e in found[-1].entries if e in span.entries)
        if both:
            last = found.pop()
            span = Span(last.start, span.end, question[last.start : span.end], both)
    found.append(span)


def _is_cue(word: str) -> bool:
    return find_kind(word) is not None or find_slot(word, (*SLOTS, *PATIENT_SLOTS)) is not None


def _look_up(folded: str, names: dict[str, tuple[ConceptEntry, ...]]) -> tuple[ConceptEntry, ...]:
    if len(folded) < 2 or (folded.isdigit() and len(folded) < 5):
        return ()
    if folded in names:
        return names[folded]
    return tuple(e for other in synonyms_of(folded) for e in names.get(fold(other), ()))


@lru_cache(maxsize=64)
def _index_names(index: tuple[ConceptEntry, ...]) -> dict[str, tuple[ConceptEntry, ...]]:
    found: dict[str, dict[ConceptEntry, None]] = {}
    for entry in index:
        if entry.kind in _STAYS:
            continue
        for name in (*entry.names, *(c.code for c in entry.codings)):
            found.setdefault(fold(name), {})[entry] = None
    return {name: tuple(entries) for name, entries in found.items()}


def kinds_of(spans: Iterable[Span]) -> list[Kind]:
    """The kinds that the named entries are of."""
    return list(dict.fromkeys(e.kind for s in spans for e in s.entries))


def names_a_class(word: str) -> bool:
    """Whether a word is the name of a drug class."""
    return class_members(fold(word)) is not None
