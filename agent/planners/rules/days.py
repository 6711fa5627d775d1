"""Days: what happened at a time, whatever it was: the records of that time, kind by kind."""

from __future__ import annotations

import re

from agent.planners.rules.cascade import plain
from tools.chart_query import ChartQuery, Kind
from tools.time_window import find_time_phrases

_HER = r"(?:(?:the|my|his|her|their) )?(?:patient|me|him|her|them|chart|record)"
_ASKS = re.compile(
    rf"(?:and |so )*(?:what (?:all |else )?(?:(?:has |had )?happened|went on|took place|was going on|occurred|was done"
    rf"|is (?:there|on (?:record|file)|recorded|documented)|was (?:recorded|documented|charted))"
    rf"|(?:show|list|give|tell|pull up)(?: me)? (?:everything|all(?: records| entries)?)(?: (?:that )?(?:happened"
    rf"|(?:is |was )?"
    rf"(?:recorded|documented|charted|done)))?|(?:everything|all records|all entries)(?: (?:recorded|documented"
    rf"|charted))?)"
    rf"(?: (?:to|with|for|in|about) {_HER})? *\|(?: (?:to|with|for|in) {_HER})?"
)
KINDS = (
    Kind.ENCOUNTER, Kind.CONDITION, Kind.PROCEDURE, Kind.MEDICATION_ORDERED, Kind.IMMUNIZATION, Kind.OBSERVATION,
    Kind.REPORT,
)  # fmt: skip
"""What is told of a time; no more than an answer may take steps."""


def compose_day(question: str) -> tuple[ChartQuery, ...]:
    """The queries, where a question asks for all of one day or month, and for nothing else.

    >>> [query.kind.value for query in compose_day("What happened on June 14, 2019?")][:2]
    ['encounter', 'condition']
    >>> compose_day("What happened on June 14, 2019 when she fell?"), compose_day("What happened?")
    ((), ())
    """
    text = " ".join(plain(question).lower().strip(" ?.!").split())
    times = find_time_phrases(text)
    if len(times) != 1:
        return ()
    start, end, when = times[0]
    if not _ASKS.fullmatch(" ".join(f"{text[:start]} | {text[end:]}".split())):
        return ()
    return tuple(ChartQuery(kind=kind, when=when, ongoing=kind is Kind.ENCOUNTER) for kind in KINDS)
