"""Words of a note and of what is searched for, folded so that spelling variants meet. Knows nothing of records.

Case, accents, endings (-s, -ed, -ing …), ae/e and the way compounds are written (x-ray, xray, x ray; 5mg, 5 mg) don't
matter; numbers are compared whole.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_UNIT = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’]s\b)?")
_BETWEEN = re.compile(r"[\s/;]+|,(?!\d)")
_EMPTY = frozenset("the of a an and or in with for to on at is was any about".split())  # noqa: SIM905
_ENDINGS = ("ing", "ed", "is", "ic", "e", "y")
_VOWEL = re.compile(r"[aeiouy]")
_SHORTEST = 4
_LONGEST_RUN = 6


@dataclass(frozen=True)
class Phrase:
    """What is searched for: every word has to stand in the same text, in any order."""

    words: tuple[str, ...]
    """Folded; a compound is one word, its parts joined."""


def parse_phrase(text: str) -> Phrase:
    """The words of a search, without those that say nothing; empty where it holds no word.

    >>> parse_phrase("history of X-rays").words
    ('histor', 'xra')
    """
    joined = ["".join(fold_unit(u) for u in _UNIT.findall(part)) for part in _BETWEEN.split(text)]
    return Phrase(tuple(dict.fromkeys(stem(w) for w in joined if w and w not in _EMPTY)))


def find_phrase(text: str, phrase: Phrase) -> int | None:
    """Where the first of the words stands, if all of them do.

    >>> find_phrase("He is smoking again.", parse_phrase("smokes")), find_phrase("no 7.5", parse_phrase("5"))
    (6, None)
    >>> find_phrase("Chest xray, apixaban 5mg", parse_phrase("5 mg, X-ray"))
    6
    """
    units = [(fold_unit(m.group()), m.start()) for m in _UNIT.finditer(text)]
    places = [_find_word(units, word) for word in phrase.words]
    found = [p for p in places if p is not None]
    return min(found) if found and len(found) == len(places) else None


def _find_word(units: list[tuple[str, int]], word: str) -> int | None:
    """The word as one unit, as several that are joined, or, where words are written without spaces, within one."""
    unspaced = _unspaced(word)
    for index, (unit, at) in enumerate(units):
        if unspaced and word in unit:
            return at
        if (word.startswith(unit) or unit[:3] == word[:3]) and _run_spells(units, index, word):
            return at
    return None


def _run_spells(units: list[tuple[str, int]], index: int, word: str) -> bool:
    """Whether the units from here on, joined, are the word; two numbers are never joined."""
    joined = ""
    for unit, _ in units[index : index + _LONGEST_RUN]:
        if joined[-1:].isdigit() and unit[:1].isdigit():
            return False
        joined += unit
        if stem(joined) == word:
            return True
        if len(joined) > len(word) + _SHORTEST:
            return False
    return False


def _unspaced(word: str) -> bool:
    """Whether a word is of a script whose words are written without spaces, or with particles joined on."""
    return any(unicodedata.category(c) == "Lo" for c in word)


@lru_cache(maxsize=200_000)
def fold_unit(unit: str) -> str:
    """One word without case, accents and possessive.

    >>> fold_unit("Œdème"), fold_unit("Haemoglobin"), fold_unit("Crohn's")
    ('œdeme', 'hemoglobin', 'crohn')
    """
    plain = re.sub(r"['’]s$", "", unit)
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c)).casefold()
    return plain.replace("ae", "e").replace("oe", "e")


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A folded word without its ending.

    >>> [stem(w) for w in ("allergies", "allergic", "stopped", "bleeds", "bleeding", "controlled", "control")]
    ['allerg', 'allerg', 'stop', 'bleed', 'bleed', 'control', 'control']
    """
    word = _singular(word)
    if not word.endswith("eed"):
        word = next((s for e in _ENDINGS if (s := word.removesuffix(e)) != word and _stands_alone(s)), word)
    return word[:-1] if len(word) > _SHORTEST - 1 and word[-1] == word[-2] and word[-1].isalpha() else word


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    plural = len(word) >= _SHORTEST and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def _stands_alone(stem: str) -> bool:
    return len(stem) >= _SHORTEST - 1 and bool(_VOWEL.search(stem))
