"""Growth: organisms by their short names, and verdicts on drugs, of what a culture's record says. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from tools.chart_query import Kind, Slot
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import fold, match_concepts
from tools.records.record import Record

_TESTED = re.compile(r"^(?P<drug>.+?): (?P<verdict>[A-Za-z-]+)")
_VERDICTS = {
    "s": "susceptible", "susceptible": "susceptible", "sensitive": "susceptible",
    "r": "resistant", "resistant": "resistant", "i": "intermediate", "intermediate": "intermediate",
}  # fmt: skip


def verdicts_of(record: Record) -> tuple[tuple[str, str], ...]:
    """Each drug tested and the verdict on it, where one was given."""
    found = (_TESTED.match(text) for text in record.fields.get(Slot.SUSCEPTIBILITY, ()))
    return tuple((m["drug"], v) for m in found if m and (v := _VERDICTS.get(m["verdict"].casefold())) is not None)


def drugs_with(record: Record, verdict: str) -> tuple[str, ...]:
    """The drugs on which a verdict was given."""
    return tuple(drug for drug, said in verdicts_of(record) if said == verdict)


def verdict_on(record: Record, drug: str) -> str | None:
    """The verdict on a drug, by any name of it; None where it was not tested or verdicts differ."""
    said = {v for name, v in verdicts_of(record) if same_drug(drug, name)}
    return said.pop() if len(said) == 1 else None


def same_drug(asked: str, held: str) -> bool:
    """Whether a drug is meant, by any name of it."""
    entry = ConceptEntry(Kind.MEDICATION, held, (held,), (), 1)
    return bool(match_concepts(asked, Kind.MEDICATION, (entry,)).matched)


def same_organism(asked: str, held: str) -> bool:
    """Whether an organism is meant, by name or with its genus cut to a letter.

    >>> same_organism("E. coli", "ESCHERICHIA COLI"), same_organism("E. coli", "Klebsiella pneumoniae")
    (True, False)
    """
    words, names = fold(asked).split(), fold(held).split()
    if not words or len(names) < len(words):
        return False
    head = names[0] == words[0] or (len(words[0]) == 1 and names[0].startswith(words[0]))
    return head and all(w in names for w in words[1:])


def narrow_to(record: Record, organism: str) -> Record:
    """A culture in which several grew, as far as it tells of one: other verdicts are of the others."""
    grown = record.fields.get(Slot.ORGANISM, ())
    mine = tuple(name for name in grown if same_organism(organism, name))
    if len(grown) < 2 or not mine:
        return record
    verdicts = record.fields.get(Slot.SUSCEPTIBILITY, ())
    own = tuple(text for text in verdicts if any(text.endswith(f" [{name}]") for name in mine))
    return replace(record, fields={**record.fields, Slot.ORGANISM: mine, Slot.SUSCEPTIBILITY: own})
