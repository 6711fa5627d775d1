"""Cascade: a question's text from which one reader after another takes what it understands; what is left was not read.

What is taken leaves a bar behind, so that words on either side of it never run together. Names of this chart stand as
`C0`, `C1` …, so that a reader can tell "for C1" from "other than C1".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from agent.planners.rules.compiled import whole

_T = TypeVar("_T")
_CONTRACTIONS = (
    (r"[‘’`´]", "'"), (r"[“”]", '"'), (r"\bwon't\b", "will not"), (r"\bcan(?:'t|not)\b", "can not"), (r"n't\b", " not"),
    (r"\b(what|when|where|who|why|how|it|that|there|he|she)'s\b", r"\1 is"),
    (r"\b(what|when|where|who|how)s\b", r"\1 is"), (r"'m\b", " am"), (r"'re\b", " are"),
    (r"'ve\b", " have"), (r"'d\b", " would"), (r"'ll\b", " will"), (r"'s\b", ""), (r"(?<=s)'(?=\s|$)", ""),
)  # fmt: skip


def plain(text: str) -> str:
    """Contractions written out, possessives and curly quotes gone, one space between words.

    >>> plain("What’s the patient's  dose? It isn't there")
    'What is the patient dose? It is not there'
    """
    for pattern, written in _CONTRACTIONS:
        text = re.sub(pattern, written, text, flags=re.IGNORECASE)
    return " ".join(text.split())


class Cascade:
    """The text still to be read."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: str, group: int | str = 0) -> re.Match[str] | None:
        """The first place where a pattern stands as whole words; that place, or one group of it, is taken."""
        match = whole(pattern).search(self.text)
        if match is not None:
            self.cut(*match.span(group))
        return match

    def cut(self, start: int, end: int) -> None:
        """Take what lies between two places."""
        self.text = f"{self.text[:start]} | {self.text[end:]}"

    def take_first(self, table: Sequence[tuple[str, _T]]) -> _T | None:
        """What the first row of a table that stands in the text means."""
        return next((meaning for pattern, meaning in table if self.take(pattern)), None)

    def take_all(self, table: Sequence[tuple[str, _T]]) -> list[_T]:
        """Every meaning of a table that stands in the text, in the text's order; of two that overlap the longer."""
        every = [(*match.span(), meaning) for pattern, meaning in table for match in whole(pattern).finditer(self.text)]
        found: list[tuple[int, int, _T]] = []
        for start, end, meaning in sorted(every, key=lambda f: f[0] - f[1]):
            if not any(a < end and start < b for a, b, _ in found):
                found.append((start, end, meaning))
        found.sort(key=lambda f: f[0])
        for start, end, _ in reversed(found):
            self.cut(start, end)
        return [meaning for _, _, meaning in found]

    def holds(self, pattern: str) -> bool:
        """Whether a pattern stands in the text as whole words."""
        return whole(pattern).search(self.text) is not None
