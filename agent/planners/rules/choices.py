"""Choices: "which was ordered first, C0 or C1?": one of two things in order of time, asked of both at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planners.rules.compiled import said
from agent.planners.rules.concepts import Span, kinds_of
from agent.planners.rules.kinds import DRUGS, MEASURED
from agent.planners.rules.masks import is_plain, mask_names, take_name, unknown_words
from tools.chart_query import ChartQuery, Kind, Pick, Slot
from tools.overview import Overview

_THE = r"(?:(?:the|my|his|her|their|an?|that|of|to|for|in|on|from) )*"
_NO_NOUN = r"(?! (?:week|month|year|day|night|visit|stay|admission|time|appointment|encounter|\d))"
_EARLY = rf"\b(?:first|earliest|earlier|sooner)\b{_NO_NOUN}"
_LATE = rf"\b(?:(?:more|most) recent(?:ly)?|latest|later|last|newer|newest)\b{_NO_NOUN}"
_JOINT = re.compile(r",? (?:or|and|vs\.?|versus|(?P<order>before or after|(?:earlier|sooner) or later than)) ")
_PAIR = re.compile(rf"{_THE}C0,? (?:or|and|vs\.?|versus) {_THE}C1")
_CHOOSES = re.compile(
    rf"\bwhich\b|\bof the (?:two|pair)\b|\b(?:is|was|were|did|has|have|had)\b.* C0,? or {_THE}C1"
    rf"|^(?:is|was|were|did|has|have|had) {_THE}C0,? or {_THE}C1"
)
_NEUTRAL = r"(?:one|(?:one )?of (?:the two|the pair|them|these|those|both)|condition|diagnosis|disease|problem|illness)"
_OFFERED = re.compile(
    rf"^(?:(?:between|comparing|compare|considering|of|out of|given) )?{_THE}C0,? (?:or|and|vs\.?|versus) {_THE}C1\b"
    rf"[^|]*?\b(?:which|what|the one)(?: {_NEUTRAL})? (?:is|was|were|did|do|does|has|have|had|came|comes?|started|began"
    r"|appeared|first|i|he|she|they|showed|happened|turned|got)\b"
    rf"|^{_THE}(?:{_EARLY}|{_LATE})(?: (?:to )?(?:be )?(?:onset|starts?|started|diagnos(?:is|ed)|dx|orders?|ordered"
    rf"|given|one)(?: (?:of|between))?[:,-]?|[:,-]) {_THE}C0,? (?:or|and|vs\.?|versus) {_THE}C1$"
)
"""Two things set side by side, and which is earlier asked of them: "earlier onset: C0 or C1"."""
_OTHERWISE = re.compile(r"(?:what|how|when|where|who|why)\b")
"""What asks for something else than a choice."""
_IN_ORDER = re.compile(rf"C0 .*\b(?:before or after|(?:earlier|sooner) or later than) {_THE}C1")
_KINDS: Sequence[tuple[str, Kind]] = (
    (r"order(?:ed|s|ing)?|prescri\w+|scripts?", Kind.MEDICATION_ORDERED),
    (r"given|administ\w+", Kind.MEDICATION_ADMINISTERED),
    (r"measure\w*|checked|tested|readings?|results?", Kind.OBSERVATION),
    (r"diagnos\w+|onset|dx", Kind.CONDITION),
)
_KNOWN = frozenset(
    """
    vs versus two pair compare compared comparison comparing considering order both medications drugs dx diagnosis
    condition disease problem illness
    """.split()  # noqa: SIM905
)
_CONFINING = re.compile(
    r"\b(?:during|within|while|since|until|throughout|stays?|stayed|hospital\w*|visits?|encounters?|admissions?|admitted"
    r"|discharged?|icu|ed|er|ward|years?|months?|weeks?|days?|today|now|currently|current|active|(?:ab)?normal|high|low"
    r"|only|after|before|over|under|home)\b"
)
"""What sets bounds that a choice between two does not hold."""


def compose_choice(question: str, overview: Overview) -> ChartQuery | None:
    """The query, where a question is such a choice, both things are in the chart and every word is understood."""
    if re.search(rf"{_EARLY}|{_LATE}|{_JOINT.pattern}", question.lower()) is None:
        return None
    text, spans = _mask_pair(*mask_names(question, overview), overview)
    in_order = _IN_ORDER.search(text) is not None
    early, late = in_order or re.search(_EARLY, text) is not None, re.search(_LATE, text) is not None
    chooses = in_order or (_PAIR.search(text) and (_CHOOSES.search(text) or _OFFERED.search(text)))
    if len(spans) != 2 or early == late or not chooses or _OTHERWISE.match(text):
        return None
    rest = re.sub(rf"{_IN_ORDER.pattern}|{_EARLY}|{_LATE}", " ", text)
    kind = _kind_of_both(text, spans)
    if kind is None or _CONFINING.search(rest) or unknown_words(rest, _KNOWN):
        return None
    pick = Pick(which="first" if early else "last")
    return ChartQuery(kind=kind, about=tuple(s.text for s in spans), pick=pick, field=Slot.NAME)


def _mask_pair(text: str, spans: list[Span], overview: Overview) -> tuple[str, list[Span]]:
    """The text with what stands on both sides of an "or" as C0 and C1; no names, where one is not in the chart."""
    joint = _JOINT.search(text)
    if joint is None or len(spans) > 2:
        return text, []
    before, behind = text[: joint.start()].split(), text[joint.end() :].split()
    while joint["order"] and before and is_plain(before[-1]):
        before.pop()
    one = take_name(before, spans, overview, at_end=True)
    other = take_name(behind, spans, overview, at_end=False)
    if one is None or other is None:
        return text, []
    lead, tail = " ".join(before[: -one[0]]), " ".join(behind[other[0] :])
    return f"{lead} C0{joint[0]}C1{other[2]} {tail}".strip(), [one[1], other[1]]


def _kind_of_both(text: str, spans: Sequence[Span]) -> Kind | None:
    """The kind that both are of: as the verb says, where they may be of it."""
    one, other = (kinds_of((span,)) for span in spans)
    told = next((kind for pattern, kind in _KINDS if said(pattern).search(text)), None)
    shared = next((k for k in one if k in other), None)
    if {*one} & {*DRUGS} and {*other} & {*DRUGS}:
        return told if told in DRUGS else Kind.MEDICATION_ORDERED
    if {*one} & {*MEASURED} and {*other} & {*MEASURED} and told in (None, Kind.OBSERVATION):
        return shared if shared in MEASURED else Kind.OBSERVATION
    return shared if told in (None, shared) else None
