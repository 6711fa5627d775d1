"""read_term: what a clinical name may mean, for one kind of record: names, codes, ranges of codes, a class of drugs.

An abbreviation that means two things has two readings; the chart decides, or the user is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Literal

from tools.chart_query import Kind
from tools.concepts.drug_classes import Membership, drug_class
from tools.concepts.icd import own_ranges, ranges_beside, ranges_of, ranges_titled
from tools.concepts.names import SPECIMENS, ReadName, read_name
from tools.concepts.organs import TROUBLES, organ_in
from tools.concepts.products import Product, read_product
from tools.concepts.relation import QUALIFIERS
from tools.concepts.rows import Row, read_rows, split_names
from tools.concepts.tumors import cancer_site
from tools.concepts.words import fold, plain, read_words

MEASURED = frozenset({Kind.LAB, Kind.VITAL, Kind.OBSERVATION, Kind.SOCIAL_HISTORY, Kind.REPORT, Kind.MICROBIOLOGY,
                      Kind.SPECIMEN, Kind.OUTPUT})  # fmt: skip
WHOLE = MEASURED | {Kind.INTAKE}
"""Kinds in which the name asked for, where it stands in the chart, is the whole of what is asked."""
DRUGS = frozenset({Kind.MEDICATION, Kind.MEDICATION_ORDERED, Kind.MEDICATION_DISPENSED, Kind.MEDICATION_ADMINISTERED,
                   Kind.MEDICATION_REPORTED, Kind.INTAKE, Kind.ALLERGY, Kind.IMMUNIZATION, Kind.ORDER})  # fmt: skip
SENTENCES = frozenset({Kind.GOAL, Kind.CARE_PLAN, Kind.NOTE})
"""Kinds whose names are sentences: what is meant stands somewhere in them."""
_TESTS = ("labs", "panels", "vitals", "assessments", "habits")
_TABLES: dict[Kind, tuple[str, ...]] = {
    Kind.LAB: _TESTS,
    Kind.VITAL: _TESTS,
    Kind.OBSERVATION: (*_TESTS, "procedures"),
    Kind.REPORT: (*_TESTS, "procedures"),
    Kind.SOCIAL_HISTORY: ("vitals", "assessments", "habits"),
    Kind.CONDITION: ("conditions",),
    Kind.FAMILY_HISTORY: ("conditions",),
    Kind.IMMUNIZATION: ("vaccines",),
    Kind.PROCEDURE: ("procedures",),
    Kind.IMAGING: ("procedures",),
    Kind.ORDER: (*_TESTS, "procedures"),
    **dict.fromkeys(SENTENCES, (*_TESTS, "conditions", "procedures", "vaccines")),
}
TABLES = (*_TESTS, "conditions", "vaccines", "procedures")
_PLURALS = frozenset({"conditions", "procedures"})
"""Tables whose abbreviations are asked for in the plural."""
_TEST = re.compile(r"\b(?:tests?|testing|screen(?:ing)?s?|assays?)\b", re.IGNORECASE)
_ABBREVIATION = 4
_ALLERGY = re.compile(
    r"\b(?:allergy|allergies|allergic reaction|allergic|hypersensitivity|intolerance|adverse reaction)"
    r"(?: to| caused by)?\b",
    re.IGNORECASE,
)
_AMBIGUOUS = 2
"""Letters of a name so short that it may mean several things."""
_SAID_BESIDE = frozenset("level test value result reading measurement serum plasma count".split())  # noqa: SIM905


@dataclass(frozen=True)
class Reading:
    """One thing that a name may mean."""

    label: str
    names: tuple[ReadName, ...]
    """The name as asked, then its synonyms."""
    kinds: tuple[ReadName, ...] = ()
    """Names of kinds of it that don't hold its name: hemodialysis, of dialysis."""
    products: tuple[Product, ...] = ()
    codes: frozenset[str] = frozenset()
    """LOINC codes of tests, CVX codes of vaccines."""
    icd10: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """The ranges that are its own: not those of what comes with it, as chronic kidney disease with hypertension."""
    icd9: tuple[str, ...] = ()
    beside: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """ICD-10-CM and ICD-9-CM ranges of what may or may not be it: what is held there is left open."""
    heads: frozenset[str] = frozenset()
    """Words any of which names a kind of it: pneumonia, of respiratory disease."""
    organ: str | None = None
    """Of a category, the organ that is all its name says: what is of it by name is of the category."""
    category: bool = False
    """So wide a thing that its kinds don't bear its name: what no code or word settles is left open."""
    fluid: str | None = None
    tested: bool = False
    """Whether it is a test that is asked for, not what is tested."""
    members: tuple[str, ...] = ()
    """Of a panel, the tests in it."""
    holds: Callable[[str], Membership] | None = field(default=None, compare=False)
    """Whether a product, by its name, is of the class asked for."""
    telling: tuple[frozenset[str], ...] = field(init=False, compare=False)
    """Of each name, the words all of which a name held must have."""
    standings: dict[tuple[str, str], Literal["inside", "outside", "unknown"]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """Of codes met before, whether they lie in the ranges."""
    words: frozenset[str] = field(init=False, compare=False)
    """Every word that a name held may share."""

    def __post_init__(self) -> None:
        names = (*self.names, *self.kinds)
        runs = [frozenset(run) for product in self.products for run in product.runs]
        telling = [frozenset(w.lstrip("!?") for w in name.telling or name.words) for name in names]
        plain_ones = [said - QUALIFIERS - {w for w in said if w[0].isdigit()} or said for said in telling]
        sites = [site for name in self.names if (site := cancer_site(name))]
        object.__setattr__(self, "telling", tuple(dict.fromkeys((*plain_ones, *sites, *runs))))
        every = {w.lstrip("!?") for name in names for w in name.words}
        object.__setattr__(self, "words", frozenset(every.union(self.heads, *runs)))


def clean_allergen(name: str) -> str:
    """What an allergy is to.

    >>> [clean_allergen(n) for n in ("Allergy to peanuts", "Shellfish allergy", "Aspirin")]
    ['peanuts', 'Shellfish', 'Aspirin']
    """
    return " ".join(_ALLERGY.sub(" ", name).split()) or name


@lru_cache(maxsize=2_000)
def read_term(term: str, kind: Kind) -> tuple[Reading, ...]:
    """The readings of a name; always one at least.

    >>> [r.label for r in read_term("HTN", Kind.CONDITION)], sorted(read_term("K", Kind.LAB)[0].codes)[:1]
    (['hypertension'], ['2823-3'])
    """
    term = clean_allergen(term) if kind is Kind.ALLERGY else term
    rows = list(_rows_for(term, kind))
    base = _read_plain(term, kind, bool(rows))
    if kind in DRUGS:
        base = replace(base, products=(read_product(term),), holds=drug_class(fold(term)))
    if kind is Kind.CONDITION and not rows:
        base = replace(base, icd10=ranges_titled(term), places=ranges_titled(term))
    return tuple(_read_row(base, table, row) for table, row in rows) or (base,)


def _read_plain(term: str, kind: Kind, in_tables: bool) -> Reading:
    """The name as asked; where no table has it whole, with what stands in it spelt out."""
    is_test = kind is Kind.PROCEDURE and _TEST.search(term) is not None
    if in_tables:
        asked = read_name(term)
        return Reading(term, () if asked.words <= SPECIMENS else (asked,), tested=is_test)
    names = (read_name(term), *_spell_out(term, kind))
    return Reading(term, names, kinds=_spell_out_kinds(term, kind), tested=is_test)


def _rows_for(term: str, kind: Kind) -> Iterator[tuple[str, Row]]:
    tables = _TABLES.get(kind, ())
    found = [(table, row) for table in tables for row in _index(table).get(fold(term), ())]
    found = found or [(table, row) for table in tables for row in _loose_index(table).get(_key(term), ())]
    measured = [(table, row) for table, row in found if table in _TESTS]
    yield from measured if measured and kind in MEASURED else found


def _spell_out(term: str, kind: Kind) -> tuple[ReadName, ...]:
    """The term with an abbreviation or a lay word in it spelt out: "CKD stage 3" as chronic kidney disease stage 3."""
    made = [
        read_name(f"{before} {name} {after}")
        for before, said, after, row in _rows_within(term, kind)
        for name in split_names(row["names"])[: None if before.endswith("history of") else 1]
        if fold(said) != fold(name)
    ]
    return tuple(dict.fromkeys(made))


def _spell_out_kinds(term: str, kind: Kind) -> tuple[ReadName, ...]:
    """The term with the kinds of what stands in it instead: "knee arthritis" as knee osteoarthritis."""
    within = _rows_within(term, kind)
    made = [
        read_name(f"{before} {name} {after}")
        for before, _, after, row in within
        for name in (
            *split_names(row["kinds"]),
            *split_names(row.get("heads", "")),
        )
    ]
    return tuple(dict.fromkeys(made))


def _rows_within(term: str, kind: Kind) -> Iterator[tuple[str, str, str, Row]]:
    """The rows that have some words of a longer term for a name, with what stands before and after those words."""
    words = term.split()
    tables = _TABLES.get(kind, ())
    tables = (*tables, "procedures") if kind is Kind.CONDITION and term.startswith("history of ") else tables
    for size in range(min(3, len(words) - 1), 0, -1):
        for at in range(len(words) - size + 1):
            said = " ".join(words[at : at + size])
            for table in tables:
                for row in _index(table).get(fold(said), ()):
                    yield " ".join(words[:at]), said, " ".join(words[at + size :]), row


def has_row(term: str, table: str, loosely: bool = True) -> bool:
    """Whether a table knows a name; loosely, with or without "level", "test" and the like."""
    return bool(_index(table).get(fold(term)) or (loosely and _loose_index(table).get(_key(term))))


@cache
def _index(table: str) -> dict[str, tuple[Row, ...]]:
    """The rows of a table by each name that may be asked."""
    return {**(_plurals(table) if table in _PLURALS else {}), **_rows_by(table, fold)}


@cache
def _loose_index(table: str) -> dict[str, tuple[Row, ...]]:
    """The rows by each name as `_key` writes it."""
    return _rows_by(table, _key)


def _rows_by(table: str, write: Callable[[str], str]) -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for row in read_rows(table):
        for name in (*split_names(row["names"]), *split_names(row["asked_as"])):
            before = found.get(write(name), ())
            found[write(name)] = before if row in before else (*before, row)
    return found


def _plurals(table: str) -> dict[str, tuple[Row, ...]]:
    """The rows by the plural of an abbreviation, where that is no name itself: UTIs, MIs."""
    short = [(name, row) for row in read_rows(table) for name in split_names(row["names"]) if _is_abbreviation(name)]
    return {fold(f"{name}s"): (row,) for name, row in short}


def _is_abbreviation(name: str) -> bool:
    return name.isalpha() and len(name) <= _ABBREVIATION and fold(f"{name}s") != fold(name)


def _key(name: str) -> str:
    """A name in the spelling that names are compared in, without "serum", "level" and the like."""
    return " ".join("disease" if w in TROUBLES else w for w in read_words(plain(name)) if w not in _SAID_BESIDE)


@cache
def _is_alone(name: str, table: str) -> bool:
    """Whether a short name, which often means several things, means one in the tables beside this one too."""
    beside = _TESTS if table in _TESTS else (table,)
    return sum(len(_index(t).get(fold(name), ())) for t in beside) == 1


def _read_row(base: Reading, table: str, row: Row) -> Reading:
    names = split_names(row["names"])
    others = tuple(read_name(n) for n in names if len(n) > _AMBIGUOUS or _is_alone(n, table))
    kinds = tuple(read_name(n) for n in split_names(row["kinds"]))
    named = tuple(dict.fromkeys((*base.names, *others))) or (read_name(names[0]),)
    read = replace(base, label=_full_name(names), names=named, kinds=kinds)
    if table == "conditions":
        codes10, codes9 = ranges_of(row["icd10cm"]), ranges_of(row["icd9cm"])
        beside = ranges_beside(row["icd10cm"]), ranges_beside(row["icd9cm"])
        heads = frozenset(w for name in split_names(row["heads"]) for w in read_words(name))
        own = own_ranges(row)
        wide = row["category"] == "yes"
        organ = organ_in(named[0]) if wide else None
        read = replace(read, icd10=codes10, places=own, icd9=codes9, beside=beside, heads=heads)
        return replace(read, category=wide, organ=organ)
    codes = frozenset((row.get("loinc") or row.get("cvx") or "").split())
    return replace(read, codes=codes, fluid=row.get("fluid"), members=split_names(row.get("members", "")))


def _full_name(names: tuple[str, ...]) -> str:
    """The name to tell: the first, unless that is an abbreviation."""
    return names[0] if len(names[0]) > _ABBREVIATION else max(names, key=len)


@lru_cache(maxsize=20_000)
def synonyms_of(folded: str, kind: Kind | None = None) -> tuple[str, ...]:
    """The other names of a folded name, of one kind or of any; empty where none is known.

    >>> "hypertension" in synonyms_of("htn")
    True
    >>> synonyms_of("lasix")
    ('furosemide',)
    """
    tables = TABLES if kind is None else _TABLES.get(kind, ())
    rows = [row for table in tables for row in _index(table).get(folded, ())]
    names = [n for row in rows for n in split_names(row["names"])]
    return tuple(dict.fromkeys(n for n in (*names, *_brand_names(folded)) if fold(n) != folded))


def _brand_names(folded: str) -> tuple[str, ...]:
    return _brand_index().get(folded, ())


@cache
def _brand_index() -> dict[str, tuple[str, ...]]:
    """Brand to ingredient, and an ingredient that stands alone to its brands."""
    found: dict[str, tuple[str, ...]] = {}
    for row in read_rows("brands"):
        brand, ingredients = row["brand"], split_names(row["ingredients"])
        found[fold(brand)] = (*found.get(fold(brand), ()), *ingredients)
        if len(ingredients) == 1:
            found[fold(ingredients[0])] = (*found.get(fold(ingredients[0]), ()), brand)
    return found
