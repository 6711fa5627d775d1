"""Intervals: "how many days between the first and second C0?": the time from one record of a thing to the next."""

from __future__ import annotations

import re

from agent.planners.rules.cascade import plain
from agent.planners.rules.concepts import Span, find_span, kinds_of
from agent.planners.rules.kinds import DRUGS
from agent.planners.rules.masks import mask_names, unknown_words
from tools.chart_query import ChartQuery, Compute, Kind, Pick
from tools.overview import Overview

_UNIT = re.compile(r"\b(day|week|month|year)s?\b")
_ASKS = re.compile(
    r"\bhow (?:many (?:day|week|month|year)s|long|much time|far apart)\b|\bintervals?\b|\bgap\b|\bspac(?:ing|ed)\b"
    r"|\b(?:day|week|month|year)s (?:elapsed|between|from|apart|that|passed)\b|\btime (?:elapsed |passed )?between\b"
)
_HER = r"(?:the |my |his |her |their )?"
_LATEST = r"(?:latest|last|most recent)"
_PRIOR = r"(?:previous|prior|preceding)"
_FIRST_TWO = re.compile(
    rf"\bfirst (?:\w+ )?(?:and|to|till|until) {_HER}second\b|\bfirst two\b|\btwo first\b"
    r"|\bdoses? (?:1|one) (?:and|to) (?:dose )?(?:2|two)\b"
    r"|\bfirst C0\b.*\b(?:and|to|until|till)\b.*\bsecond\b"
)
_LAST_TWO = re.compile(
    rf"\b{_LATEST} two\b|\btwo {_LATEST}\b|\b{_PRIOR} (?:one )?(?:and|to) {_HER}{_LATEST}\b"
    rf"|\b{_LATEST} (?:C0 |one )?and {_HER}(?:one before|{_PRIOR})\b|\b{_PRIOR} C0 (?:was|were|to|and)\b.*\b{_LATEST}\b"
)
_ONE_BEFORE = re.compile(r"\b(?:the )?one before(?: (?:it|that))?\b")
_TWO_ASKED = re.compile(r"\b(?:and|but) (?:how|what|when|where|who|why|is|was|did|has)\b|\?")
_CONFINING = re.compile(r"\b(?:during|within|while|since|stays?|hospital\w*|visits?|admissions?|only)\b")
_STAYS: tuple[tuple[str, Kind], ...] = (
    (r"icu (?:stays?|admissions?|visits?)", Kind.ICU_STAY),
    (r"(?:ed|er|emergency (?:room|department)) (?:visits?|stays?)", Kind.ED_VISIT),
    (r"(?:hospital )?(?:admissions?|stays?)|hospitali[sz]ations?|hospital visits?", Kind.HOSPITAL_STAY),
    (r"visits?|encounters?|appointments?", Kind.ENCOUNTER),
)
_STAYED = re.compile(r"\b(?:did|do|does|was|were) [\w ]*?\bstay(?:ing)? (?:in|at|there)\b|\bstayed (?:in|at|there)\b")
"""How long a stay itself was."""
_KNOWN = frozenset(
    """
    interval intervals gap spacing spaced space apart elapsed elapse passed pass went go gone by lie lay long between
    two second latest previous prior preceding recent most days weeks months years doses dose instances occasions 1 2
    one after take took until till vaccine vaccines shot shots test tests procedure procedures
    """.split()  # noqa: SIM905
)


def compose_interval(question: str, overview: Overview) -> ChartQuery | None:
    """The query, where a question asks so of something in the chart and every word is understood."""
    if not _ASKS.search(question.lower()):
        return None
    if (of_stays := _compose_of_stays(question)) is not None:
        return of_stays
    text, spans = _mask_rest(*mask_names(question, overview), overview)
    first, last = _FIRST_TWO.search(text), _LAST_TWO.search(text)
    if len(spans) != 1 or bool(first) == bool(last) or _TWO_ASKED.search(text) or _CONFINING.search(text):
        return None
    kind = next((k for k in kinds_of(spans) if k is not Kind.CONDITION), None)
    if kind is None or not spans[0].entries or unknown_words(_ONE_BEFORE.sub(" ", text), _KNOWN):
        return None
    unit = _UNIT.search(text)
    return ChartQuery(
        kind=Kind.MEDICATION_ORDERED if kind in DRUGS else kind,
        about=(spans[0].text,),
        pick=Pick(which="first" if first else "last", n=2),
        compute=Compute.INTERVAL,
        unit=f"{unit[1]}s" if unit else None,
    )


def _compose_of_stays(question: str) -> ChartQuery | None:
    """The query, where it is asked so of stays or visits, from the beginning of one to that of the next.

    >>> query = _compose_of_stays("How many days between her last two admissions?")
    >>> (query.kind.value, query.pick.which, query.unit) if query else None
    ('hospital_stay', 'last', 'days')
    >>> _compose_of_stays("How long between her last two potassium checks?") is None
    True
    """
    text = plain(question).lower().strip(" ?.!")
    if _STAYED.search(text):
        return None
    named = [(kind, match) for pattern, kind in _STAYS if (match := re.search(rf"\b(?:{pattern})\b", text))]
    if not named:
        return None
    kind, match = named[0]
    text = f"{text[: match.start()]}C0{text[match.end() :]}"
    first, last = _FIRST_TWO.search(text), _LAST_TWO.search(text)
    if bool(first) == bool(last) or _TWO_ASKED.search(text) or unknown_words(_ONE_BEFORE.sub(" ", text), _KNOWN):
        return None
    unit = _UNIT.search(text)
    pick = Pick(which="first" if first else "last", n=2)
    return ChartQuery(kind=kind, pick=pick, compute=Compute.INTERVAL, unit=f"{unit[1]}s" if unit else None)


def _mask_rest(text: str, spans: list[Span], overview: Overview) -> tuple[str, list[Span]]:
    """The text with the words that nothing here knows as its name, where it has none and they stand together."""
    run = " ".join(unknown_words(_ONE_BEFORE.sub(" ", text), _KNOWN))
    if spans or not run or run not in text:
        return text, spans
    return text.replace(run, "C0", 1), [find_span(run, overview.index)]
