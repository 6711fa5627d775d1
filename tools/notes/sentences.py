"""Splits the text of a note into sentences that can be quoted alone: wrapped lines joined, headings put in front.

"Denies:" above a list belongs to each of its entries; without it the quotation would say the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_BULLET = re.compile(r"(?:[-*•·–]|\(?\d{1,2}[.)]|[a-z][.)])\s+")
_END = re.compile(r"[.!?]+[\"'”’)\]]*\s+")
_NO_END = re.compile(r"(?:\b(?:Dr|Drs|Mr|Mrs|Ms|Prof|St|vs|No|approx|ca)|\b[^\W\d_]|^\(?\d{1,2})\.\s*$", re.IGNORECASE)
_ENDED = re.compile(r"[.!?:;][\"'”’)\]]*$")
_LOOKED_BACK = 12
_LONGEST_HEADING = 80
_WRAPPED = 60
_LONGEST = 280


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, each on one line.

    >>> split_sentences("Denies:\\n- fever\\n- chest pain or\\n  dyspnea\\n\\nSeen by Dr. Hu. TSH 2.6.")
    ('Denies: - fever', 'Denies: - chest pain or dyspnea', 'Seen by Dr. Hu.', 'TSH 2.6.')
    """
    return tuple(_with_headings(list(_blocks(text))))


def _blocks(text: str) -> Iterator[str]:
    """Lines, those that one wrapped joined; an empty one where there is a gap."""
    block: list[str] = []
    for line in [" ".join(x.split()) for x in text.splitlines()] + [""]:
        if block and line and _goes_on(block[-1], line):
            block.append(line)
            continue
        if block:
            yield " ".join(block)
        if not line:
            yield ""
        block = [line] if line else []


def _goes_on(before: str, line: str) -> bool:
    """Whether a line goes on with the sentence of the line before: it begins small, or that one is full."""
    if _BULLET.match(line) or _ENDED.search(before[-_LOOKED_BACK:]):
        return False
    return line[0].islower() or len(before) >= _WRAPPED


def _with_headings(blocks: list[str]) -> Iterator[str]:
    heading, used = "", True
    for block in blocks:
        if not block:
            heading = "" if used else heading
        elif block.endswith(":") and len(block) <= _LONGEST_HEADING:
            if not used:
                yield heading
            heading, used = block, False
        else:
            used = True
            yield from (f"{heading} {s}".strip() for s in _sentences(block))
    if not used:
        yield heading


def _sentences(block: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(block):
        last_word = block[max(start, match.end() - _LOOKED_BACK) : match.end()]
        if _NO_END.search(last_word) or block[match.end() : match.end() + 1].islower():
            continue
        yield block[start : match.end()].strip()
        start = match.end()
    if block[start:].strip():
        yield block[start:].strip()


def cut_around(sentence: str, at: int) -> str:
    """A sentence short enough to quote; a long one is cut around a place in it, marked with `…`.

    >>> len(cut_around("word " * 200, 500)) <= 282
    True
    """
    if len(sentence) <= _LONGEST:
        return sentence
    start = max(0, min(at - _LONGEST // 2, len(sentence) - _LONGEST))
    if start:
        start = sentence.find(" ", start, at) + 1 or start
    cut = sentence[start : start + _LONGEST]
    return f"{'…' if start else ''}{cut.strip()}{'…' if start + _LONGEST < len(sentence) else ''}"
