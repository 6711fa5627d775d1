"""Classes of drugs: whether a product is of one, in clinicians' and patients' words, from ACE inhibitor to water pill.

A drug known by name is of the classes its row says; the stems of international nonproprietary names (INN) speak only
for names that no table holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from typing import Literal, cast

from tools.concepts.products import Product, Run, is_known_drug, read_product, read_runs
from tools.concepts.relation import is_no_kind
from tools.concepts.rows import Row, read_rows, split_names
from tools.concepts.words import fold, read_words

Membership = Literal["yes", "maybe", "no"]

_LONGEST = 3
"""Words of the longest name of an ingredient in the table."""
_MEDICINE = frozenset("medicine medication med drug pill tablet agent product".split())  # noqa: SIM905


@dataclass(frozen=True)
class _Class:
    names: frozenset[frozenset[str]]
    members: frozenset[Run]
    maybe: frozenset[Run]
    never: frozenset[Run]
    """What a stem or a class within holds and this one does not."""
    stems: tuple[str, ...]
    forms: tuple[Run, ...]
    only_as: frozenset[str]
    """Words of the shapes that make a member one of the class: a pen, an implant."""
    not_as: frozenset[str]
    """Words of the shapes in which no member is of the class: no implant is a pill."""
    open_as: frozenset[str]
    """Words of a use in which a member may not be meant: a heparin flush, eye drops."""
    within: tuple[_Class, ...]

    def holds(self, product: Product) -> Membership:
        """Whether a product is of the class."""
        if any(_holds_run(product.ordered, form) for form in self.forms):
            return "yes"
        told = self._tell(product)
        if told == "no" or self.not_as & product.described:
            return "no"
        unsure = self.open_as & product.described or (self.only_as and self.only_as.isdisjoint(product.described))
        return "maybe" if unsure else told

    def _tell(self, product: Product) -> Membership:
        """What the class's own lists say of each ingredient, then of those they do not name, the classes within."""
        own = {run: told for run in product.runs if (told := self._place(run)) is not None}
        rest = replace(product, runs=tuple(run for run in product.runs if run not in own))
        every = {*own.values(), *(inner.holds(rest) for inner in self.within)}
        if "yes" in every or self._is_named_in(product):
            return "yes"
        return "maybe" if "maybe" in every else "no"

    def _place(self, run: Run) -> Membership | None:
        """Whether an ingredient is of it by the lists, the longest name first, or a stem; None where none tells."""
        for begun in (run[:size] for size in range(min(_LONGEST, len(run)), 0, -1)):
            for names, told in ((self.members, "yes"), (self.maybe, "maybe"), (self.never, "no")):
                if begun in names:
                    return cast(Membership, told)
        return "yes" if not is_known_drug(run[0]) and any(_has_stem(run[0], stem) for stem in self.stems) else None

    def _is_named_in(self, product: Product) -> bool:
        """Whether what the chart holds is itself a class: "Diuretic - Loop"."""
        if "non" in product.words or any(is_known_drug(run[0]) for run in product.runs):
            return False
        return any(name <= product.words and not is_no_kind(name, product.words - name) for name in self.names)


def _holds_run(words: Run, run: Run) -> bool:
    return any(words[at : at + len(run)] == run for at in range(len(words) - len(run) + 1))


def _has_stem(word: str, stem: str) -> bool:
    letters = stem.strip("-")
    if len(word) < len(letters) + 3:
        return False
    return word.startswith(letters) if stem.endswith("-") else word.endswith(letters)


def drug_class(folded: str) -> Callable[[str], Membership] | None:
    """Whether a product is of a class; None where the name is no class.

    >>> holds = drug_class("blood thinner")
    >>> [holds(n) for n in ("Eliquis 5 mg", "Ibuprofen")]
    ['yes', 'no']
    """
    row = next((row for name in _spell_class(folded) if (row := _class_rows().get(name)) is not None), None)
    return partial(_is_of_class, row["names"]) if row is not None else None


def _spell_class(folded: str) -> Iterator[str]:
    """A class as a table may name it: "statin drug" as "statin medicine" and "statin"."""
    yield folded
    *first, last = folded.split() or [""]
    if last in _MEDICINE and first:
        yield " ".join([*first, "medicine"])
        yield " ".join(first)


@lru_cache(maxsize=100_000)
def _is_of_class(names: str, text: str) -> Membership:
    return _build_class(names).holds(read_product(text))


@cache
def _class_rows() -> dict[str, Row]:
    return {fold(name): row for row in read_rows("drug_classes") for name in split_names(row["names"])}


@cache
def _build_class(names: str) -> _Class:
    row = next(r for r in read_rows("drug_classes") if r["names"] == names)
    return _Class(
        names=frozenset(frozenset(read_words(name)) for name in split_names(names)),
        members=read_runs(row["members"]),
        maybe=read_runs(row["maybe"]),
        never=read_runs(row["not"]),
        stems=split_names(row["stems"]),
        forms=tuple(read_runs(row["forms"])),
        only_as=frozenset(split_names(row["only_as"])),
        not_as=frozenset(split_names(row["not_as"])),
        open_as=frozenset(split_names(row["open_as"])),
        within=tuple(_build_class(_class_rows()[fold(n)]["names"]) for n in split_names(row["includes"])),
    )
