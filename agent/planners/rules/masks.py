"""Masks: a question with the chart's names as `C0`, `C1` …, and which of its other words say nothing of their own."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import plain
from agent.planners.rules.concepts import Span, find_span, find_spans
from tools.overview import Overview

_LONGEST = 6
"""Words of a name."""
_ARTICLES = frozenset("the my his her their an a".split())  # noqa: SIM905
ACTS = (
    r"order(?:ed|s|ing)?|prescri(?:bed?|bing|ptions?)|scripts?|given|administered|administration|measured?"
    r"|measurements?|checked|tested|readings?|results?|diagnos(?:ed|is)|onset|vaccinat(?:ed|ions?)"
)
"""What was done with the things named."""


def mask_names(question: str, overview: Overview) -> tuple[str, list[Span]]:
    """The question without its end mark, the chart's own names masked, all else in small letters."""
    text = " ".join(plain(question).strip(" ?.!").split())
    spans = find_spans(text, overview.index)
    return mask_spans(text, spans), spans


def mask_spans(text: str, spans: Sequence[Span]) -> str:
    """A text with its names as C0, C1 …, all else in small letters.

    >>> mask_spans("Was Asthma noted?", [Span(4, 10, "Asthma")])
    'was C0 noted?'
    """
    for number in range(len(spans) - 1, -1, -1):
        text = f"{text[: spans[number].start]}C{number}{text[spans[number].end :]}"
    return "".join(p if re.fullmatch(r"C\d+", p) else p.lower() for p in re.split(r"(\bC\d+\b)", text))


def take_name(words: list[str], spans: list[Span], overview: Overview, *, at_end: bool) -> tuple[int, Span, str] | None:
    """How many words the longest name at an end of some words has, what it names, and the stop behind it."""
    skipped = 0
    while not at_end and words and words[0] in _ARTICLES:
        words, skipped = words[1:], skipped + 1
    for size in range(min(_LONGEST, len(words)), 0, -1):
        run = " ".join(words[-size:] if at_end else words[:size])
        told = run.rstrip(",:;.")
        if (match := re.fullmatch(r"C(\d+)", told)) is not None:
            return size + skipped, spans[int(match[1])], run[len(told) :]
        if _may_name(told) and (span := find_span(told, overview.index)).entries:
            return size + skipped, span, run[len(told) :]
    return None


def _may_name(told: str) -> bool:
    ends = (told.split()[0], told.split()[-1])
    return re.search(r"[C,:;]", told) is None and not any(is_plain(word) for word in ends)


def unknown_words(text: str, known: Collection[str]) -> list[str]:
    """The words, in order, that are no names and that neither the lexicon nor the caller knows."""
    words = re.findall(r"[\w'/-]+", re.sub(r"\bC\d+\b", " ", text))
    return [w for w in words if w not in known and not is_plain(w)]


def is_plain(word: str) -> bool:
    """Whether a word names nothing."""
    return word in lexicon.FUNCTION or word in lexicon.LIGHT or re.fullmatch(ACTS, word) is not None
