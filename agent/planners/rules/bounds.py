"""Bounds: the many ways to say before, after and between another record, written out as the plain ones.

A table of wordings by class, for text whose names are marked (`C0`). Knows nothing of what a chart holds.
"""

from __future__ import annotations

import re

from agent.planners.rules import lexicon
from agent.planners.rules.compiled import compiled
from tools.chart_query import Compute

_ITS = r"(?:(?:the|his|her|my|their|an?|first|last|that of) )*"
_EVENT = rf"{_ITS}(?:C\d|diagnos|onset|start|beginning|first|last|being|surgery|operation)"
_UNIT = r"(?:hour|day|week|month|year)s?"
_SPAN = rf"(?:\d+|an?|one|two|three|six|twelve) {_UNIT}"
_BEFORE_LAST = r"second[- ]to[- ]last|penultimate|previous|prior|second most recent|last but one"
_LATEST = r"(?:last|latest|most recent|newest|current)"
_THING = r"one|value|reading|result|measurement|check|test"
_ONE, _OTHER = rf"(?:{_THING}|(?P<one>C\d+))", rf"(?:{_THING}|(?P<other>C\d+))"
_TWO = r"the last two \g<one> \g<other>"
_WHICH = r"which (?:problem|condition|diagnosis|disease|one)? ?"
_MOVE = r"(?:difference|change|gap|rise|fall|increase|decrease|drop)"
BOUNDS: tuple[tuple[str, str], ...] = (
    (r"^(?P<event>[^:?]*?C\d+(?! C)[^:?]*?)(?: (?P<act>diagnosis|diagnosed|onset|start|started))?(?: (?:date"
     r"|day))?[:,;]"
     r" (?P<asked>(?:what|which|any|how|was|were|who|list|is)\b[^?]*?),? (?:on |at )?(?:the |that )?same (?:day|date)"
     r"(?=[ ?.!]*$)", r"\g<asked> on the same day as the \g<event> \g<act>"),
    (r"(?<!the )\bsame[- ]day (?P<what>(?!\w+ (?:was|were|is|had)\b)(?:[\w-]+ ){0,2}[\w-]+) (?:with|as|of|for)"
     r" (?P<event>(?:the |his |her |my )?[^?]*?(?:C\d|diagnos|onset))",
     r"\g<what> on the same day as \g<event>"),
    (r"(?<!admitted )(?<!hospitali[sz]ed )(?<!inpatient )(?<!back )"
     r"\bagain(?= (?:after|since|later than|past|from|in|on|during|within)\b)", ""),
    (r"(?:(?<=C\d )|(?<=C\d\d ))that (?:immediately |directly |then )?followed\b", "right after"),
    (r"(?:(?<=C\d )|(?<=C\d\d ))that (?:immediately |directly )?preceded\b", "right before"),
    (rf"\b(?:that |which )?follow(?:ed|s)(?= {_EVENT})", "after"),
    (rf"\bearlier than(?= {_ITS}C\d)", "before"),
    (rf"\blater than(?= {_ITS}C\d)", "after"),
    (r"\bpre[- ](?=C\d)", "before "),
    (r"\bpost[- ](?=C\d)", "after "),
    (rf"\b(?:going|coming|heading) into(?= {_EVENT})", "before"),
    (r"\bby the time(?= (?:that |when )?.*\bC\d)", "before"),
    (r"\b(?:up to|until|till|up until) (?:when|the (?:time|moment|point)(?: when| that| of| at which)?)\b", "until"),
    (r"\bhaving (?=(?:been |had |had been )?(?:diagnosed|prescribed|started|put)\b)", "after "),
    (r"\b(?:with|while having) (?P<drug>C\d+|[a-z][\w-]+) on board\b", r"after starting \g<drug>"),
    (r"\b(?:once|since being) on (?=C\d|[a-z]+[ ,?.]*$|[a-z]+,)", "after starting "),
    (r"\bsince on (?=C\d)", "after starting "),
    (r"\bfrom (?=(?:before|after)\b)", ""),
    (rf"\b(?:no|not) (?:more|later) than (?={_SPAN} (?:after|before|of|from)\b)", "within "),
    (rf"\b(?:less than|at most|under) (?={_SPAN} (?:after|before|of|from)\b)", "within "),
    (rf"\b(?P<units>{_UNIT}) (?:was|is|were|had) it (?=(?:after|before|from)\b)", r"\g<units> "),
    (r"\bseparat(?:e|es|ed|ing) (?P<one>[^?]*?C\d+[^?]*?) from ", r"between \g<one> and "),
    (r"\b(?:together|along|alongside)(?: with)?(?= (?:(?:the|his|her|my) )?(?:(?:last|first|latest|most recent) )?C\d)",
     "on the same day as"),
    (r"\b(?:from|at|during|of|on) the (?P<which>last |first |latest |most recent )?(?P<name>C\d+)"
     r" (?:visit|appointment|encounter)\b", r"at the visit of the \g<which>\g<name>"),
    (rf"\bas of (?={_EVENT})", "before "),
    (r"\b(?P<came>was|is|were|came|comes|happened|occurred|started|began|diagnosed|found) (?:the )?(?:earlier|sooner)"
     r"(?! than)\b", r"\g<came> first"),
    (rf"\b(?:the )?(?:{_BEFORE_LAST})(?: {_ONE})? (?:and|with|versus|vs) (?:the )?{_LATEST}(?: {_OTHER})?\b", _TWO),
    (rf"\bfrom (?:the )?(?:{_BEFORE_LAST})(?: {_ONE})? to (?:the )?{_LATEST}(?: {_OTHER})?\b", f"between {_TWO}"),
    (rf"\b(?:the )?{_LATEST}(?: {_ONE})? (?:and|with|versus|vs) (?:the )?(?:{_BEFORE_LAST})(?: {_OTHER})?\b", _TWO),
    (r"\bthe (?P<which>first|last) time (?:that )?(?:it|this) (?:was|got|had been) (?:\w+ed|taken|done|drawn)\b",
     r"\g<which>"),
    (r"\bin the (?:time|period|days|weeks|months|years) (?=(?:since|after|before|between|following)\b)", ""),
    (r"\bbaseline (?=.*\b(?:before|prior to)\b)", ""),
    (r"\bof (?:the|these|those) (?:two|pair)\b", ""),
    (rf"\b{_WHICH}(?:is|was) (?:the )?(?:older|oldest)\b", "which was diagnosed first"),
    (rf"^(?:did|was|were|is) (?P<pair>[^?]*?C\d+ or {_ITS}C\d+) (?:come|happen|occur|start|begin|appear"
     r"|diagnosed|found)(?:ed)? first\b", r"which came first, \g<pair>"),
    (r"\bwhose (?:visit|appointment|encounter) (?:was|is) (?:it|that)\b", "who was seen"),
    (rf"\bhow (?:big|large|great|wide|small) (?:is|was|are|were) (?P<of>(?:the|that) (?:\w+ )?{_MOVE})\b",
     r"what is \g<of>"),
    (r"\b(?P<join>to|and|until|from) (?:that|the one) of (?=C\d)", r"\g<join> "),
)  # fmt: skip


def write_bounds(text: str) -> str:
    """A text whose bounds are said plainly.

    >>> write_bounds("C0 readings that followed the C1 diagnosis"), write_bounds("the last C0 pre C1")
    ('C0 readings after the C1 diagnosis', 'the last C0 before C1')
    >>> write_bounds("was she followed by cardiology"), write_bounds("no later than 30 days after C1")
    ('was she followed by cardiology', 'within 30 days after C1')
    """
    for pattern, written in BOUNDS:
        text = compiled(pattern, re.IGNORECASE).sub(written, text)
    return text


def find_clause(text: str, asked: Compute) -> str | None:
    """A clause that says when something else was so ("her potassium when she came in"), which no reader takes."""
    clause = re.search(r"\bwhen (?:i|he|she|they|we|patient)\b", text)
    if clause is None or not re.search(r"C\d|\bit\b", text):
        return None
    before = text[: clause.start()]
    timed = re.search(rf"\b{lexicon.TIME_NOUN}\b|^(?:[| ]|and|please)*$", before)
    opens = re.search(r"\b(?:what|which|how|is|was|were|did|does|has)\b", before)
    counted = re.search(rf"\b{lexicon.TIME_NOUN}[| ]*$", before) if asked is Compute.COUNT else None
    if asked is Compute.AGE or counted:
        return None
    return clause[0] if asked is not Compute.TIME or (opens and not timed) else None
