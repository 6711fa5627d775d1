"""Naming: which of the loaded records a clinical name means. Pure; knows nothing of servers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tools.chart_query import Kind, Slot
from tools.concepts.checkups import is_checkup
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import ConceptMatch, fold, holds_words, match_concepts
from tools.concepts.surgery import is_surgery
from tools.execute.growth import narrow_to, same_organism
from tools.execute.pressure import is_systolic, pressure_of
from tools.execute.selection import texts_of
from tools.overview import build_entries, split_parts
from tools.records.reading_json import items, references_of, to_concept
from tools.records.record import Coding, Component, Record, distinct_concepts

_STAYS = frozenset({Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT})
_SURGERY_ON = re.compile(r"(?:(.+) (?:surger(?:y|ies)|operations?)|(?:surgery|operation) (?:on|of) (?:the )?(.+))")
_VENTILATED = re.compile(
    r"(?<!non )\binvasive\b.*\bventilation\b|^respiratory ventilation\b|\b(?:ex|in)tubation\b|\btracheo"
)
_INTUBATED = {"intubation": _VENTILATED, "endotracheal intubation": _VENTILATED}
"""What goes with a tube in the windpipe, of whose setting there need be no record."""
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
    empty: frozenset[Record] = frozenset()
    """Of the records, those whose part that is named holds no value."""


def keep_named(
    records: list[Record], kind: Kind, about: Sequence[str], settled: Mapping[str, ConceptMatch] | None = None
) -> Named:
    """The records that any of the names means; a code means the records that bear it and no others of their name.

    `settled`: what a terminology server says of some of the names.
    """
    if not about:
        return Named(records, [])
    parts, empty = split_parts(records), _empty_parts(records)
    entries = build_entries(kind, [*records, *parts])
    known = settled or {}
    matches = [_match(term, kind, entries, [*records, *parts], known.get(term)) for term in about]
    taken = _Match(frozenset().union(*(m.names for m in matches)), frozenset().union(*(m.coded for m in matches)))
    kept = [r for r in records if taken.takes(r) or (kind is Kind.ALLERGY and says_none(r))]
    whole = {r.reference for r in kept}
    kept += [p for p in parts if p.reference not in whole and taken.takes(p)]
    unread = frozenset(e for e in empty if e.reference not in whole and taken.takes(e))
    if kind is Kind.MICROBIOLOGY and len(about) == 1 and matches[0].grown:
        kept = [narrow_to(record, about[0]) for record in kept]
    kept = _with_members(kept, records)
    kept += [*_single_pressures(kept, records), *unread]
    notes = [note for m in matches for note in m.notes]
    open_names = () if taken.names or taken.coded else tuple(n for m in matches for n in m.undecided)
    return Named(kept, notes, open_names, unread)


def _empty_parts(records: list[Record]) -> list[Record]:
    """Each part that holds no value, as a record of its own: a diastolic recorded as unknown."""
    return [
        replace(record, concept=part.concept, components=())
        for record in records
        for part in record.components
        if part.reading is None and record.reading is None
    ]


def _with_members(kept: list[Record], records: list[Record]) -> list[Record]:
    """A panel without a value of its own, with the values of the Observations it holds as its parts."""
    if not any(r.resource.get("hasMember") and not r.components and r.reading is None for r in kept):
        return kept
    known = {r.reference: r for r in records}
    return [_join_members(r, known) for r in kept]


def _join_members(record: Record, known: Mapping[str, Record]) -> Record:
    if record.components or record.reading is not None or Kind.MICROBIOLOGY in record.kinds:
        return record
    members = [known[m] for m in references_of(record.resource.get("hasMember")) if m in known]
    return replace(record, components=tuple(Component(m.concept, m.reading) for m in members if m.reading is not None))


def _single_pressures(kept: list[Record], records: list[Record]) -> list[Record]:
    """Systolic pressures measured alone: beside pressures in two parts they are readings of the blood pressure too."""
    panels = [r for r in kept if pressure_of(r) is not None]
    if not panels:
        return []
    members = {m for r in records for m in references_of(r.resource.get("hasMember"))}
    have = {r.reference for r in kept} | members
    return [r for r in records if r.reference not in have and not r.components and is_systolic(r.concept)]


@dataclass(frozen=True)
class _Match:
    """What one term means."""

    names: frozenset[str] = frozenset()
    coded: frozenset[str] = frozenset()
    """References of the records that bear the code asked for."""
    notes: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    grown: bool = False
    """The term names an organism, and these are the cultures in which it grew."""

    def takes(self, record: Record) -> bool:
        return record.concept.text in self.names or record.reference in self.coded


def _match(
    term: str, kind: Kind, entries: Sequence[ConceptEntry], records: Sequence[Record], settled: ConceptMatch | None
) -> _Match:
    if kind is Kind.PROCEDURE and fold(term) in ("surgery", "operation"):
        return _match_surgery(entries)
    if kind is Kind.ENCOUNTER and fold(term) == "checkup":
        return _match_checkup(records)
    code = term.strip().casefold()
    bearing = {id(c) for c in distinct_concepts(records) if any(_is_code(x, code) for x in c.codings)}
    if bearing:
        return _Match(coded=frozenset(r.reference for r in records if id(r.concept) in bearing))
    if kind in (Kind.APPOINTMENT, Kind.QUESTIONNAIRE):
        return _Match(frozenset(e.text for e in entries if holds_words(e.names, fold(term))))
    match = settled or match_concepts(term, kind, entries)
    if kind is Kind.FAMILY_HISTORY and not match.matched:
        match = match_concepts(term, Kind.CONDITION, [_of_relative(e) for e in entries])
    if kind is Kind.CARE_PLAN and not match.matched:
        match = replace(match, matched=tuple(e for e in entries if holds_words(e.names, fold(term))))
    if kind is Kind.PROCEDURE and not match.matched and (site := _SURGERY_ON.fullmatch(fold(term))):
        return _match_surgery([e for e in entries if holds_words(e.names, site[1] or site[2])])
    if kind is Kind.MICROBIOLOGY and not match.matched and (grown := _growing(term, records)):
        return _Match(coded=grown, grown=True)
    notes = (match.note,) if match.note else ()
    if kind is Kind.PROCEDURE and not match.matched and (told := _INTUBATED.get(fold(term))):
        return _Match(undecided=tuple(e.text for e in entries if told.search(fold(e.text))))
    if not match.matched and match.alternatives:
        nearest = ", ".join(e.text for e in match.alternatives[:5])
        notes = (*notes, f'nothing named "{term}"; nearest: {nearest}')
    return _Match(
        frozenset(e.text for e in match.matched), notes=notes, undecided=tuple(e.text for e in match.undecided)
    )


def _growing(organism: str, records: Sequence[Record]) -> frozenset[str]:
    """The cultures in which an organism grew."""
    found = (r for r in records if any(same_organism(organism, text) for text in texts_of(r, Slot.ORGANISM)))
    return frozenset(r.reference for r in found)


def leave_out_solvents(records: list[Record], about: Sequence[str]) -> list[Record]:
    """Without the mixes in which what is named only dissolves the drug: their dose is that of the drug."""
    leading = [r for r in records if len(r.ingredients) < 2 or _names_drug(r.ingredients[0], about)]
    return leading or records


def _names_drug(name: str, about: Sequence[str]) -> bool:
    entry = ConceptEntry(Kind.MEDICATION, name, (name,), (), 1)
    return any(match_concepts(term, Kind.MEDICATION, [entry]).matched for term in about)


def _is_code(coding: Coding, said: str) -> bool:
    """Whether what is said is a code; a system of names holds none, and what it names others name as well."""
    return coding.code.casefold() == said and not coding.system.endswith("-name")


def _of_relative(entry: ConceptEntry) -> ConceptEntry:
    """A relative's conditions by their own names, behind the entry's and the relation's."""
    return replace(entry, kind=Kind.CONDITION, names=entry.names[2:] or entry.names)


def _match_checkup(records: Sequence[Record]) -> _Match:
    """Visits that are routine examinations, by their sort or reason; one called no more than a visit may be."""
    verdicts = {r.reference: _is_checkup(r) for r in records}
    open_ones = [r.concept.text for r in records if verdicts[r.reference] is None]
    found = frozenset(reference for reference, verdict in verdicts.items() if verdict)
    notes = (f"{len(open_ones)} called no more than a visit left out",) if found and open_ones else ()
    return _Match(coded=found, notes=notes, undecided=tuple(dict.fromkeys(open_ones)))


def _is_checkup(record: Record) -> bool | None:
    if record.kinds & _STAYS:
        return False
    reason = to_concept(*items(record.resource.get("reasonCode")))
    names = [n for n in (*record.concept.names, *texts_of(record, Slot.REASON)) if n != "unnamed"]
    return is_checkup(names, [c.code for c in (*record.concept.codings, *reason.codings)])


def _match_surgery(entries: Sequence[ConceptEntry]) -> _Match:
    verdicts = {e.text: is_surgery(e.text) for e in entries}
    named = frozenset(text for text, verdict in verdicts.items() if verdict)
    return _Match(named, undecided=tuple(text for text, verdict in verdicts.items() if verdict is None))
