"""Growth: organisms by their short names, and verdicts on drugs, of what a culture's record says. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tools.chart_query import ChartQuery, Compute, Condition, Kind, Slot
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import fold, match_concepts
from tools.concepts.rows import read_rows, split_names
from tools.records.record import Record

_TESTED = re.compile(r"^(?P<drug>.+?): (?P<verdict>[A-Za-z-]+)")
_VERDICTS = {
    "s": "susceptible", "susceptible": "susceptible", "sensitive": "susceptible",
    "r": "resistant", "resistant": "resistant", "i": "intermediate", "intermediate": "intermediate",
}  # fmt: skip
_GENERA = {
    "staphylococcus": "staph", "staphylococci": "staph", "streptococcus": "strep", "streptococci": "strep",
    "clostridioides": "clostridium", "diff": "difficile", "enterococci": "enterococcus", "coagulase": "coag",
    "neg": "negative", "pneumo": "pneumoniae",
}  # fmt: skip
"""How parts of an organism's name are cut short or written in the plural."""
_NOT_DONE = re.compile(r"^(?:test )?(?:cancell?ed|not done|not performed)\b", re.IGNORECASE)
"""What stands in place of an organism where a test was not carried through."""
_NONE_FOUND = re.compile(
    r"^no\b.*\b(?:growth|isolated|found|seen|detected)|^(?:negative|non-?reactive|not detected)\b|\bno growth\b",
    re.IGNORECASE,
)
_FOUND = re.compile(r"^(?:presumptive )?(?:positive|reactive|detected)\b", re.IGNORECASE)
TESTED = "tested"
"""Of a drug: whichever verdict was given on it."""
POSITIVE, NEGATIVE = "positive", "negative"
OTHER_SIGN = {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE}


def organisms_of(record: Record) -> tuple[str, ...]:
    """What grew, without what says that a test was called off."""
    return tuple(name for name in record.fields.get(Slot.ORGANISM, ()) if not _NOT_DONE.search(name))


def leave_called_off(query: ChartQuery, records: list[Record]) -> list[Record]:
    """Where what grew is listed, and of no test by name, the records without those that say that a test was off."""
    named = query.about or any(c.field is Slot.SPECIMEN for c in query.where)
    if query.field is not Slot.ORGANISM or query.compute is not Compute.LIST or named:
        return records
    return [r for r in records if organisms_of(r) or not r.fields.get(Slot.ORGANISM)]


def sign_of(record: Record) -> str | None:
    """Whether a culture is positive or negative: by what grew, else by its words; None where it says neither.

    A mixed flora, or a count below which no one looks further, is neither.
    """
    said = str(record.reading.value).strip() if record.reading is not None else ""
    if any(not _is_flora(name) for name in organisms_of(record)) or _FOUND.search(said):
        return POSITIVE
    return NEGATIVE if _NONE_FOUND.search(said) and not organisms_of(record) else None


def _is_flora(name: str) -> bool:
    return re.search(r"\bflora\b", name, re.IGNORECASE) is not None


def tell_verdicts(record: Record, conditions: Sequence[Condition]) -> str:
    """The verdicts on the drugs that are asked about, in words."""
    drugs = _drugs_asked(conditions)
    every = (c.value for c in conditions if c.field is Slot.SUSCEPTIBILITY and ": " not in c.value)
    if (verdict := next(every, None)) is not None and not drugs:
        return f"{verdict} to {', '.join(drugs_with(record, verdict))}"
    return ", ".join(f"{name} {said}" for name, said in verdicts_of(record) if any(same_drug(d, name) for d in drugs))


def keep_tested(conditions: Sequence[Condition], records: Sequence[Record]) -> list[Record] | None:
    """The cultures in which the drug was tested whose verdict is asked; None where none is asked."""
    drugs = _drugs_asked(conditions)
    return [r for r in records if any(verdict_on(r, d) for d in drugs)] if drugs else None


def tell_both_verdicts(conditions: Sequence[Condition], records: Sequence[Record]) -> list[str]:
    """How often each verdict was given on a drug, where they differ from one culture to the next."""
    told = []
    for drug in _drugs_asked(conditions):
        said = [v for r in records if (v := verdict_on(r, drug)) is not None]
        if len(set(said)) > 1:
            each = ", ".join(f"{verdict} in {said.count(verdict)}" for verdict in dict.fromkeys(said))
            told.append(f"of {len(said)} cultures tested against {drug}: {each}; the last is told")
    return told


def _drugs_asked(conditions: Sequence[Condition]) -> list[str]:
    return [d for c in conditions if c.field is Slot.SUSCEPTIBILITY and (d := c.value.rpartition(": ")[0])]


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


def gives(record: Record, drug: str, verdict: str) -> bool:
    """Whether a verdict was given on a drug; of several organisms on any of them."""
    if len(organisms_of(record)) > 1:
        return any(said == verdict and same_drug(drug, name) for name, said in verdicts_of(record))
    return verdict_on(record, drug) == verdict


def same_drug(asked: str, held: str) -> bool:
    """Whether a drug is meant, by any name of it."""
    entry = ConceptEntry(Kind.MEDICATION, held, (held,), (), 1)
    return bool(match_concepts(asked, Kind.MEDICATION, (entry,)).matched)


def same_organism(asked: str, held: str) -> bool:
    """Whether an organism is meant, by name or with its genus cut to a letter.

    >>> same_organism("E. coli", "ESCHERICHIA COLI"), same_organism("E. coli", "Klebsiella pneumoniae")
    (True, False)
    >>> same_organism("Staphylococcus aureus", "STAPH AUREUS COAG +"), same_organism("C. diff", "CLOSTRIDIUM DIFFICILE")
    (True, True)
    """
    words, names = _parts(asked), _parts(held)
    if not words or len(names) < len(words):
        return False
    head, *others = words
    led = head in names or (len(head) == 1 and bool(others) and names[0].startswith(head))
    return led and all(w in names for w in others)


_PHENOTYPES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "mrsa": ("staphylococcus aureus", "resistant", ("oxacillin", "methicillin", "nafcillin", "cefoxitin")),
    "mssa": ("staphylococcus aureus", "susceptible", ("oxacillin", "methicillin", "nafcillin", "cefoxitin")),
    "vre": ("enterococcus", "resistant", ("vancomycin",)),
}
"""Names that say an organism and a verdict: what grew is told apart by the drug tested. Source: CLSI M100."""


def grew(record: Record, asked: str) -> bool:
    """Whether an organism grew, by any name of it, or by the verdict that its name stands for: MRSA."""
    names = organisms_of(record)
    if any(same_organism(asked, name) for name in names):
        return True
    row = next((r for r in read_rows("organisms") if fold(asked) in map(fold, split_names(r["names"]))), None)
    told = _PHENOTYPES.get(split_names(row["names"])[0]) if row else None
    if told is None:
        return False
    organism, verdict, drugs = told
    mine = [name for name in names if same_organism(organism, name)]
    written = any(verdict in fold(name) and {*fold(name).split()} & {*drugs} for name in mine)
    own = narrow_to(record, organism)
    return written or (bool(mine) and any(verdict_on(own, drug) == verdict for drug in drugs))


def _parts(name: str) -> list[str]:
    return [_GENERA.get(word, word) for word in fold(name).split()]


def narrow_to(record: Record, organism: str) -> Record:
    """A culture in which several grew, as far as it tells of one: other verdicts are of the others."""
    grown = record.fields.get(Slot.ORGANISM, ())
    mine = tuple(name for name in grown if same_organism(organism, name))
    if len(grown) < 2 or not mine:
        return record
    verdicts = record.fields.get(Slot.SUSCEPTIBILITY, ())
    own = tuple(text for text in verdicts if any(text.endswith(f" [{name}]") for name in mine))
    return replace(record, fields={**record.fields, Slot.ORGANISM: mine, Slot.SUSCEPTIBILITY: own})
