"""Stated: a statement that names one thing, and a question that points to it: "he mentioned gout. Is it recorded?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import plain
from agent.planners.rules.concepts import find_spans, kinds_of
from agent.planners.rules.frames import FRAMING
from agent.planners.rules.places import LAST, ORDINALS
from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.known import known_kinds
from tools.time_window import find_time_phrases

_POINTING = r"(?:it|that|this|one|those|them)"
_THAT_TIME = re.compile(r"\b(?:(?:in|during|on) )?that (?:same )?(?:year|month|day)\b", re.IGNORECASE)
_SINCE = re.compile(r"\bsince(?: then| that(?: (?:day|time))?)?(?P<end>[ ?.!]*)$", re.IGNORECASE)
_SAME_DAY = re.compile(r"\b(?:same|that) (?:very )?(?:day|date|time)\b", re.IGNORECASE)
_OF_THEM = re.compile(r"\b(?:of|among) (?:them|those|these)(?: (?:checks?|tests?|visits?|times))?\b", re.IGNORECASE)
_RECORDED = re.compile(
    rf"^(?:(?:so|and|but) )?(?:is|was|are|were) {_POINTING} (?:ever |really |actually |indeed )?"
    r"(?:recorded|documented|noted|listed|charted"
    r"|(?:on|in) (?:the |my |his |her |their )?(?:record|file|chart|history)s?"
    r"|right|true|correct|so|confirmed)\b",
    re.IGNORECASE,
)
_POINTER = re.compile(rf"\b{_POINTING}\b(?! (?:\w+ )?(?:day|time|year|visit|week|month)s?\b)", re.IGNORECASE)
_IMPERSONAL = re.compile(r"\b(?:is|was) it (?:true|right|known)\b|\bhow long (?:has|had) it been\b", re.IGNORECASE)
_TELLS_WHICH = re.compile(
    rf"\b(?:{'|'.join(ORDINALS)}|{LAST}|not|no|never|only|other|times?|when|while)\b", re.IGNORECASE
)
_OF_CHARTS = frozenset("note notes letter list chart record records file mentioned mention mentions says once".split())  # noqa: SIM905


def join_statement(parts: Sequence[str], index: tuple[ConceptEntry, ...]) -> str | None:
    """The question with what the statement before it names; None where that is not one thing, or the question stands.

    >>> join_statement(["My doctor mentioned gout.", "When was it diagnosed?"], ())
    'When was gout diagnosed?'
    >>> join_statement(["I take 5 mg of warfarin.", "When was it ordered?"], ()) is None
    True
    """
    if len(parts) != 2:
        return None
    told, asked = parts
    times = find_time_phrases(told.rstrip(" .!;,"))
    if len(times) == 1 and (pointed := _THAT_TIME.search(asked)) is not None:
        return f"{asked[: pointed.start()]}{times[0][2]}{asked[pointed.end() :]}"
    if (since := _SINCE.search(asked)) is not None and (event := _only_problem(told, index)) is not None:
        bound = "compared with the day" if _SAME_DAY.search(told) else "since"
        others = [s.text for s in find_spans(told, index) if s.text != event]
        before = asked[: since.start()]
        before = _POINTER.sub(lambda _: others[0], before, count=1) if len(others) == 1 else before
        return f"{before}{bound} {event} was diagnosed{since['end']}"
    if len(times) == 1 and (some := _OF_THEM.search(asked)) is not None and _says_only_when(told, times[0]):
        return f"{asked[: some.start()]}{asked[some.end() :].rstrip(' ?.!')} {times[0][2]}?"
    if not _POINTER.search(asked) or _IMPERSONAL.search(asked) or find_spans(asked, index):
        return None
    name = _only_name(told, index)
    if name is None:
        return None
    if _RECORDED.match(asked):
        return f"Is there any record of {name} ever?"
    return _POINTER.sub(lambda _: name, asked, count=1)


def _only_name(told: str, index: tuple[ConceptEntry, ...]) -> str | None:
    """The one thing that a statement names, where it says no more of it."""
    spans = find_spans(told, index)
    names = [s.text for s in spans] or [w for w in re.findall(r"[A-Za-z][\w-]{3,}", told) if _is_name(w)]
    if len(names) != 1 or _TELLS_WHICH.search(told.replace(names[0], " ", 1)):
        return None
    beside = re.findall(r"[\w'/-]+", plain(told.replace(names[0], " ", 1)).lower())
    passed = (lexicon.FUNCTION, lexicon.LIGHT, FRAMING, _OF_CHARTS)
    return names[0] if all(any(word in words for words in passed) for word in beside) else None


def _only_problem(told: str, index: tuple[ConceptEntry, ...]) -> str | None:
    """The one problem of the chart that a statement names."""
    named = [s for s in find_spans(told, index) if Kind.CONDITION in kinds_of((s,))]
    return named[0].text if len(named) == 1 else None


def _says_only_when(told: str, time: tuple[int, int, str]) -> bool:
    """Whether a statement tells of a time that much was done, and no more."""
    words = re.findall(r"[a-z'/-]+", plain(f"{told[: time[0]]} {told[time[1] :]}").lower())
    return all(w in lexicon.FUNCTION or w in lexicon.LIGHT or w in FRAMING or w in ("lot", "lots") for w in words)


def _is_name(word: str) -> bool:
    folded = word.lower()
    return folded not in lexicon.FUNCTION and folded not in lexicon.LIGHT and bool(known_kinds(folded))
