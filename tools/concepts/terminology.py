"""Terminology: what a terminology server can settle that no table does, and settle_match, which asks it.

Only codes and the name asked for are sent, nothing of a patient. Without a server, what is open stays open.
"""

from __future__ import annotations

from asyncio import Semaphore, gather
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from tools.concepts.entry import ConceptEntry
from tools.concepts.match import ConceptMatch
from tools.concepts.names import read_name
from tools.records.record import Coding

SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_SETTLED_BY_SERVER = (SNOMED, RXNORM)
_AT_ONCE = 8


class TerminologyUnavailable(Exception):
    """The source can't be asked now; the text says why. What it would have settled stays open."""


class Terminology(Protocol):
    """A source that knows the names of codes and which code is a kind of which."""

    async def expand(self, system: str, text: str) -> tuple[Coding, ...]:
        """The codes of a system whose names hold a text; none where the source does not know the system.

        Raises TerminologyUnavailable, as `subsumes` does.
        """

    async def subsumes(self, system: str, broader: str, narrower: str) -> bool | None:
        """Whether one code is the other or a kind of it; None where the source cannot tell."""


async def settle_match(
    match: ConceptMatch, term: str, entries: Sequence[ConceptEntry], terminology: Terminology
) -> ConceptMatch:
    """A match with what a terminology server settles: kinds of what is asked join it, what is none is open no more.

    Entries that the tables settled as another thing are not asked about again. A server that can't be asked is noted.
    """
    try:
        asked = await _find_codes(term, entries, terminology)
    except TerminologyUnavailable as error:
        return _add_note(match, str(error))
    settled = [e for e in match.alternatives if e not in match.undecided]
    open_ones = [e for e in entries if e not in match.matched and e not in settled and _codes_in(e, asked)]
    limit, failed = Semaphore(_AT_ONCE), list[str]()

    async def judge(entry: ConceptEntry) -> bool | None:
        async with limit:
            try:
                return None if failed else await _is_kind(entry, asked, terminology)
            except TerminologyUnavailable as error:
                failed.append(str(error))
                return None

    verdicts = await gather(*(judge(entry) for entry in open_ones))
    kinds = [e for e, verdict in zip(open_ones, verdicts, strict=True) if verdict]
    others = [e for e, verdict in zip(open_ones, verdicts, strict=True) if verdict is False]
    joined = _join(match, term, entries, kinds, others)
    return _add_note(joined, failed[0]) if failed else joined


def _add_note(match: ConceptMatch, note: str) -> ConceptMatch:
    return replace(match, note="; ".join(filter(None, (match.note, note))))


async def _find_codes(term: str, entries: Iterable[ConceptEntry], terminology: Terminology) -> dict[str, list[str]]:
    """The codes that bear exactly the name asked for, by system, of the systems that the chart uses."""
    systems = {c.system for e in entries for c in e.codings} & set(_SETTLED_BY_SERVER)
    wanted = read_name(term).words
    found: dict[str, list[str]] = {}
    for system in sorted(systems):
        named = await terminology.expand(system, term)
        if codes := [c.code for c in named if c.display and read_name(c.display).words == wanted]:
            found[system] = codes
    return found


def _codes_in(entry: ConceptEntry, asked: dict[str, list[str]]) -> list[Coding]:
    return [c for c in entry.codings if c.system in asked]


async def _is_kind(entry: ConceptEntry, asked: dict[str, list[str]], terminology: Terminology) -> bool | None:
    """Whether any code of an entry is a kind of any code asked; None where that can't be told of one and is of none."""
    told: list[bool | None] = []
    for coding in _codes_in(entry, asked):
        for code in asked[coding.system]:
            told.append(await terminology.subsumes(coding.system, code, coding.code))
            if told[-1]:
                return True
    return None if None in told else False


def _join(
    match: ConceptMatch,
    term: str,
    entries: Sequence[ConceptEntry],
    kinds: Sequence[ConceptEntry],
    others: Sequence[ConceptEntry],
) -> ConceptMatch:
    undecided = tuple(e for e in match.undecided if e not in kinds and e not in others)
    ruled_out = [e for e in match.undecided if e in others]
    if ruled_out:
        match = _add_note(match, f'by the terminology server, no kind of "{term}": {_name_some(ruled_out)}')
    if not kinds:
        return replace(match, undecided=undecided)
    matched = tuple(e for e in entries if e in match.matched or e in kinds)
    alternatives = tuple(e for e in match.alternatives if e not in kinds)
    how = match.how if match.matched else "hierarchy"
    joined = ConceptMatch(matched, how, alternatives, match.note, undecided)
    return _add_note(joined, f'by the terminology server, kinds of "{term}": {_name_some(kinds)}')


def _name_some(entries: Sequence[ConceptEntry]) -> str:
    return ", ".join(e.text for e in entries[:3]) + (" and more" if len(entries) > 3 else "")
