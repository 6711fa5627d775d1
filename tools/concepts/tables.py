"""What the reviewed tables say of a name by itself: its synonyms, and whether it is a class of drugs."""

from __future__ import annotations

from collections.abc import Callable

from tools.concepts.drug_classes import drug_class
from tools.concepts.reading import synonyms_of
from tools.concepts.stems import looks_like_drug

__all__ = ["class_members", "drug_stem", "synonyms_of"]


def class_members(folded: str) -> Callable[[str], bool] | None:
    """Whether a product is of a class of drugs; None where the name is no class.

    >>> class_members("statin")("atorvastatin"), class_members("statin")("nystatin")
    (True, False)
    """
    holds = drug_class(folded)
    return None if holds is None else lambda name: holds(name) == "yes"


def drug_stem(folded: str) -> bool:
    """Whether a name looks like a drug's: drugs that are spelled alike are different drugs, so none is guessed."""
    return any(looks_like_drug(word) for word in folded.split())
