"""Compounds: "heart disease", "blood pressure medicine": a name whose last word would be read as a kind of record."""

from __future__ import annotations

import re
from functools import lru_cache

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import Cascade
from agent.planners.rules.compiled import whole as standing
from tools.chart_query import Kind

_HEADS = (
    (r"diseases?|disorders?|problems?|conditions?|illness(?:es)?", Kind.CONDITION),
    (r"medications?|medicines?|meds|drugs?|pills?|tablets?", Kind.MEDICATION),
    (r"vaccines?|shots?|jabs?", Kind.IMMUNIZATION),
    (r"surger(?:y|ies)|operations?", Kind.PROCEDURE),
)
_SAYING_WHICH = frozenset("active chronic acute new old current known main major other different regular daily".split())  # noqa: SIM905


def join_compounds(cascade: Cascade) -> list[Kind]:
    """Write each compound as one word ("heart_disease") that no later reader takes apart; the kinds they are of."""
    kinds = []
    for pattern, kind in _HEADS:
        for match in list(standing(rf"((?:[a-z][a-z-]+ ){{1,2}})({pattern})").finditer(cascade.text)):
            words = match[1].split()
            while words and not _names(words[0]):
                words.pop(0)
            if words and all(map(_names, words)):
                whole = " ".join((*words, match[2]))
                cascade.text = cascade.text.replace(whole, whole.replace(" ", "_"), 1)
                kinds.append(kind)
    return kinds


@lru_cache(maxsize=4096)
def _names(word: str) -> bool:
    """Whether a word is in no class of the lexicon, and so part of a name."""
    if word in lexicon.FUNCTION or word in lexicon.LIGHT or word in _SAYING_WHICH:
        return False
    tables = (lexicon.NOUNS, lexicon.VERBS, lexicon.STATES, lexicon.SLOTS)
    return not any(re.fullmatch(pattern, word) for table in tables for pattern, _ in table)
