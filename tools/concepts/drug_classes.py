"""Classes of drugs: whether a product is of one, in clinicians' and patients' words, from ACE inhibitor to water pill.

A drug known by name is of the classes its row says; the stems of international nonproprietary names (INN) speak only
for names that no table holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Literal

from tools.concepts.products import Product, Run, is_known_drug, read_product, read_runs
from tools.concepts.relation import is_no_kind
from tools.concepts.rows import Row, read_rows, split_names
from tools.concepts.words import fold, read_words

Membership = Literal["yes", "maybe", "no"]

_MEDICINE = frozenset("medicine medication med drug pill tablet agent product".split())  # noqa: SIM905


@dataclass(frozen=True)
class _Class:
    names: frozenset[frozenset[str]]
    members: frozenset[Run]
    maybe: frozenset[Run]
    stems: tuple[str, ...]
    forms: tuple[Run, ...]
    open_as: frozenset[str]
    """Words of a use in which a member may not be meant: a heparin flush, eye drops."""

    def holds(self, product: Product) -> Membership:
        """Whether a product is of the class."""
        if any(_holds_run(product.ordered, form) for form in self.forms):
            return "yes"
        if any(self._is_member(run) for run in product.runs) or self._is_named_in(product):
            return "maybe" if self.open_as & product.words else "yes"
        return "maybe" if any(_begins_with(run, self.maybe) for run in product.runs) else "no"

    def _is_named_in(self, product: Product) -> bool:
        """Whether what the chart holds is itself a class: "Diuretic - Loop"."""
        if "non" in product.words or any(is_known_drug(run[0]) for run in product.runs):
            return False
        return any(name <= product.words and not is_no_kind(name, product.words - name) for name in self.names)

    def _is_member(self, run: Run) -> bool:
        if _begins_with(run, self.members):
            return True
        return not is_known_drug(run[0]) and any(_has_stem(run[0], stem) for stem in self.stems)


def _begins_with(run: Run, names: frozenset[Run]) -> bool:
    return any(run[:size] in names for size in range(1, min(3, len(run)) + 1))


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
    inner = [_build_class(_class_rows()[fold(name)]["names"]) for name in split_names(row["includes"])]
    own = frozenset(frozenset(read_words(name)) for name in split_names(row["names"]))
    return _Class(
        own.union(*(c.names for c in inner)),
        read_runs(row["members"]).union(*(c.members for c in inner)),
        read_runs(row["maybe"]).union(*(c.maybe for c in inner)),
        (*split_names(row["stems"]), *(s for c in inner for s in c.stems)),
        (*read_runs(row["forms"]), *(f for c in inner for f in c.forms)),
        frozenset(split_names(row["open_as"])).union(*(c.open_as for c in inner)),
    )
