"""weigh_entry: how one entry of a chart relates to one reading of a name, and by what it was told."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from tools.chart_query import Kind
from tools.concepts.body_parts import wholes_of
from tools.concepts.entry import ConceptEntry
from tools.concepts.icd import is_icd, lies_in
from tools.concepts.names import ReadName, read_name
from tools.concepts.organs import relate_organ
from tools.concepts.placing import Standing, stands_in
from tools.concepts.products import read_product, relate_products
from tools.concepts.reading import DRUGS, SENTENCES, Reading, clean_allergen
from tools.concepts.relation import ORDER, Relation, in_other_fluid, is_no_kind, relate
from tools.records.record import Coding

By = Literal["exact", "code", "synonym", "words", "class", "hierarchy"]
Weight = tuple[Relation, By]

_NOTHING: Weight = ("none", "words")
_ONLY_PRODUCTS = DRUGS - {Kind.ALLERGY, Kind.IMMUNIZATION, Kind.ORDER, Kind.INTAKE}
_LEADING = frozenset({Kind.MICROBIOLOGY, Kind.OUTPUT, Kind.INTAKE, Kind.DEVICE, Kind.SPECIMEN, Kind.IMMUNIZATION})
"""Kinds whose names begin with what they name: an organism's genus, "Chest tube site"."""
_SYSTEMS = re.compile(r"loinc|cvx|\.6\.1$|\.12\.292$", re.IGNORECASE)
_TESTING = re.compile(
    r"\b(?:test|measure|screen|assay|anti(?:gen|bod)|cultur|panel|titer|detect|exam|count|typing|smear|assess|analysis|scan"
    r"|x-?ray|evaluat|stud|interpret)|(?:scopy|gram|graphy|metry)\b",
    re.IGNORECASE,
)
"""What the name of a test has in it."""
_NO_DISEASE = re.compile(r"\((?:situation|person|procedure|observable entity)\)")
_FINDING = re.compile(r"\(finding\)")


def weigh_entry(reading: Reading, kind: Kind, entry: ConceptEntry) -> Weight:
    """How an entry relates to a reading: the strongest that its codes, its names and its class tell."""
    if reading.codes and any(c.code in reading.codes and _SYSTEMS.search(c.system) for c in entry.codings):
        return "equal", "code"
    weight = _weigh_names(reading, kind, entry) if _may_relate(reading, entry.names) else _NOTHING
    if reading.holds is not None and weight[0] not in ("equal", "different"):
        return _weigh_class(reading, entry)
    if weight[0] in ("equal", "narrower"):
        return weight
    if reading.organ is not None and (of_organ := _weigh_organ(reading.organ, entry))[0] == "narrower":
        return of_organ
    if any(reading.beside) and _stands_beside(reading, kind, entry):
        return _best(weight, ("open", "hierarchy"))
    if (reading.icd10 or reading.icd9) and (standing := _stand_by_codes(reading, entry.codings)) != "outside":
        weight = _best(weight, _weigh_standing(reading, kind, entry, standing))
    return _best(weight, _weigh_organ(reading.organ, entry)) if reading.organ is not None else weight


def _weigh_organ(organ: str, entry: ConceptEntry) -> Weight:
    """What an entry is to an organ by its names alone."""
    if any(_NO_DISEASE.search(name) for name in entry.names):
        return _NOTHING
    found = [relate_organ(organ, read_name(name), entry.codings) for name in entry.names]
    return next(((r, "hierarchy") for r in ("narrower", "open") if r in found), _NOTHING)


def _stand_by_codes(reading: Reading, codings: tuple[Coding, ...]) -> Standing:
    """Whether an ICD code of an entry lies in the ranges asked; unknown where it has none."""
    standing: Standing = "unknown"
    for coding in codings:
        key = (coding.system, coding.code)
        if (told := reading.standings.get(key)) is None:
            inside = lies_in(coding, reading.icd10, reading.icd9)
            told = reading.standings[key] = "inside" if inside else "outside" if is_icd(coding) else "unknown"
        if told == "inside":
            return told
        standing = told if told == "outside" else standing
    return standing


def _weigh_standing(reading: Reading, kind: Kind, entry: ConceptEntry, standing: Standing) -> Weight:
    """By its code, or where it has none by where its name places it; if nowhere, it may be of any category."""
    if standing == "unknown" and kind is Kind.CONDITION:
        standing = _stand_by_names(entry.names, reading.places)
        if standing != "inside" and _stand_by_names(entry.names, reading.icd10) == "inside":
            standing = "inside"
        if standing == "unknown":
            return ("open", "hierarchy") if reading.category else _NOTHING
    return ("narrower", "hierarchy") if standing == "inside" else _NOTHING


def _stands_beside(reading: Reading, kind: Kind, entry: ConceptEntry) -> bool:
    """Whether an entry is of what may or may not be what is asked."""
    by_code = any(lies_in(coding, *reading.beside) for coding in entry.codings)
    return by_code or (kind is Kind.CONDITION and _stand_by_names(entry.names, reading.beside[0]) == "inside")


@lru_cache(maxsize=50_000)
def _stand_by_names(names: tuple[str, ...], ranges: tuple[str, ...]) -> Standing:
    if any(_NO_DISEASE.search(name) or read_name(name).context for name in names):
        return "outside"
    standings = {stands_in(name, ranges) for name in names}
    if "inside" in standings:
        return "inside"
    return "outside" if "outside" in standings or any(_FINDING.search(name) for name in names) else "unknown"


def _may_relate(reading: Reading, names: tuple[str, ...]) -> bool:
    """A quick look, so that most of a chart is passed over: the words of a name asked within those held, or about."""
    words = words_of(names)
    if words.isdisjoint(reading.words):
        return False
    if not words.isdisjoint(reading.heads) or any(asked <= words for asked in reading.telling):
        return True
    return any(held <= reading.words for name in names for held in (read_name(name).words, *_run_words(name)))


def _run_words(name: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(run) for run in read_product(name).runs)


def _weigh_names(reading: Reading, kind: Kind, entry: ConceptEntry) -> Weight:
    best = _NOTHING
    for name in entry.names:
        best = _best(best, _weigh_name(reading, kind, name))
        if best == ("equal", "exact"):
            break
    return best


def _best(one: Weight, other: Weight) -> Weight:
    return one if ORDER.index(one[0]) <= ORDER.index(other[0]) else other


def _weigh_name(reading: Reading, kind: Kind, name: str) -> Weight:
    if kind is Kind.ALLERGY:
        name = clean_allergen(name)
    best = _NOTHING
    if reading.products:
        best = _relate_product(reading, name)
        if kind in _ONLY_PRODUCTS or best[0] in ("equal", "different"):
            return best
    held = read_name(name)
    if kind is Kind.FAMILY_HISTORY:
        held = replace(held, context=frozenset())
    for at, asked in enumerate(reading.names):
        found = _relate_led(asked, held, kind)
        best = _best(best, (found, ("exact" if found == "equal" else "words") if at == 0 else "synonym"))
    best = _best(best, _weigh_kinds(reading, held))
    if reading.tested and best[0] != "none" and not _TESTING.search(name):
        return "different", best[1]
    if best[0] in ("equal", "narrower") and reading.fluid == "blood" and in_other_fluid(reading.names[0], held):
        return "different", best[1]
    return best


def _relate_product(reading: Reading, name: str) -> Weight:
    relation = relate_products(reading.products[0], read_product(name))
    return relation, "exact" if relation == "equal" else "words"


def _relate_led(asked: ReadName, held: ReadName, kind: Kind) -> Relation:
    found = relate(asked, held)
    if kind in SENTENCES and found in ("open", "none") and asked.words and asked.words <= held.words:
        return "narrower"
    if found != "open" or not asked.words <= held.words:
        return found
    led = kind in _LEADING and held.start[: len(asked.start)] == asked.start
    return "narrower" if led else found


def _weigh_kinds(reading: Reading, held: ReadName) -> Weight:
    if any(relate(k, held) in ("equal", "narrower") for k in reading.kinds):
        return "narrower", "class"
    named = {head for part in held.parts for head in part.heads}
    if reading.heads & named and not held.context and not is_no_kind(reading.names[0].words, held.words):
        return "narrower", "class"
    return _NOTHING


def _weigh_class(reading: Reading, entry: ConceptEntry) -> Weight:
    found = {reading.holds(name) for name in entry.names} if reading.holds is not None else set()
    return ("narrower", "class") if "yes" in found else ("open", "class") if "maybe" in found else _NOTHING


@lru_cache(maxsize=100_000)
def words_of(names: tuple[str, ...]) -> frozenset[str]:
    """Every word of an entry's names, in the spelling that names are compared in, brands' ingredients included."""
    words = {w.lstrip("!?") for n in names for w in read_name(n).words}
    words |= wholes_of(frozenset(words))
    return frozenset(words | {w for n in names for run in read_product(n).runs for w in run})
