"""fold: a name as plain words, without case, accents, punctuation and plural s. The one spelling that names share."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tools.concepts.rows import read_rows

WORD = re.compile(r"[a-z0-9]+(?:[.,]\d+)*%?")
_ABBREVIATED = re.compile(r"(?!this)[b-df-hj-np-tv-xz]{2,4}is|(?:ma|ac|ut|ur)is|dpp4is|sglt2is")
"""The plural of letters that end in I: PPIs, SSRIs, MRIs."""
_AFTER_THESE = frozenset({"type", "stage", "grade", "class", "category", "through", "factor", "phase", "part"})
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
          "x": "10", "iia": "2a", "iib": "2b", "iiia": "3a", "iiib": "3b"}  # fmt: skip


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Text without case, accents, punctuation and plural s, as words.

    >>> fold("Café-au-lait  SPOTS (left)")
    'cafe au lait spot left'
    """
    return " ".join(_singular(w) for w in WORD.findall(plain(text)))


def plain(text: str) -> str:
    """Text without case and accents.

    >>> plain("Ménière")
    'meniere'
    """
    if text.isascii():
        return text.casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith("sses"):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word[:-1] if _ABBREVIATED.fullmatch(word) else word


def read_words(text: str) -> list[str]:
    """The words of plain text in the one spelling that every name is compared in: renal is kidney, type II is type 2.

    >>> read_words("renal failure, stage iii")
    ['kidney', 'failure', 'stage', '3']
    """
    words = [_singular(w) for w in WORD.findall(text)]
    words = [_ROMAN.get(w, w) if i and words[i - 1] in _AFTER_THESE else w for i, w in enumerate(words)]
    return _replace_phrases(words)


def _replace_phrases(words: list[str]) -> list[str]:
    """Every run of words that has one spelling of its own, in that spelling; the longest run first."""
    spellings, longest = _spellings()
    made: list[str] = []
    at = 0
    while at < len(words):
        for size in range(min(longest, len(words) - at), 0, -1):
            if (found := spellings.get(tuple(words[at : at + size]))) is not None:
                made += found
                at += size
                break
        else:
            made.append(words[at])
            at += 1
    return made


@lru_cache(maxsize=1)
def _spellings() -> tuple[dict[tuple[str, ...], list[str]], int]:
    found = {tuple(fold(row["written"]).split()): row["read"].split() for row in read_rows("spellings")}
    return found, max(map(len, found))


_EMPTY = frozenset("the of an and or in for to level levels test tests value".split())  # noqa: SIM905


@lru_cache(maxsize=200_000)
def holds_words(names: tuple[str, ...], folded: str) -> bool:
    """Whether one name holds every word asked for; what it is to the thing named is not told.

    >>> holds_words(("Mild asthma",), "asthma"), holds_words(("Mild asthma",), "with asthma")
    (True, False)
    """
    asked = set(folded.removeprefix("a ").split()) - _EMPTY
    return bool(asked) and any(asked <= set(fold(name).split()) for name in names)
