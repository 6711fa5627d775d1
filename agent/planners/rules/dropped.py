"""Dropped: words that change what is asked and that no reader took; each alone says nothing, so that no run tells."""

from __future__ import annotations

import re

from agent.planners.rules.asks import Ask
from tools.chart_query import Compute

LEAVING_OUT = "besides|except|excluding|aside|beyond"
_LEFT_OUT = re.compile(rf"\b(?:{LEAVING_OUT})\b")
_QUANTIFIED = re.compile(
    r"\b(?:every|each|both|always|(?<!at )all|only|once|twice|(?:two|three|four|several|many|\d+) times)\b"
)
"""Of a yes or no: how many of them it is asked of."""
_JOINED = re.compile(r"(?<=[\w|] )\b(before|after|until|till)\b(?= (?:[a-z]+ )*(?:\||$))")
"""A time that is told by what happened, of which the rest was not read as a time."""


def find_dropped(rest: str, ask: Ask) -> tuple[str, ...]:
    """The words of a text, after all readers, that still say something.

    >>> find_dropped("did she have C0 in every | ", Ask(Compute.EXISTS))
    ('every',)
    >>> find_dropped("which C0 was she on before | ", Ask(Compute.LIST)), find_dropped("| every C0 ", Ask(Compute.LIST))
    (('before',), ())
    """
    found = _LEFT_OUT.findall(rest) + _JOINED.findall(f"{' '.join(rest.split())} ")
    if ask.compute is Compute.EXISTS:
        found += _QUANTIFIED.findall(rest)
    return tuple(dict.fromkeys(found))
