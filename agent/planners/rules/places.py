"""Places in order of time: "the first two", "second to last", "the one before the latest"."""

from __future__ import annotations

import re

from agent.planners.rules.cascade import Cascade
from tools.chart_query import Pick

ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    "sixth": 6, "6th": 6, "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9, "tenth": 10, "10th": 10,
}  # fmt: skip
FIRST = r"first|earliest|initial(?:ly)?|oldest|very first|original(?:ly)?"
LAST = r"last|latest|most recent(?:ly)?|newest|final|recent(?:ly)?"
_DETERMINERS = r"(?:(?:the|an?|my|his|her|their|this|that|these|its) )*"
_LATER = "|".join(word for word, number in ORDINALS.items() if number > 1)
_END = r"(?:last|latest|most recent|newest)"
_ONE = r"(?:one|time|occasion|visit|measurement|reading|value|result|test|check)"
_FROM_END = (
    rf"(?:(?P<n>{_LATER}|next)[- ](?:to[- ](?:the[- ])?last|(?:most[- ]recent|latest|newest))|penultimate"
    rf"|{_END} but one"
    rf"|(?:the )?(?:{_ONE} )?(?:just |right |immediately |directly )?(?:before|preceding|prior to) (?:the )?{_END}"
    rf"(?: {_ONE})?(?=[ |]*(?:$|[,.;:?|])|[ |]+(?:in|on|of|was|were|is|for|by)\b))"
)
_COUNTS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "couple of": 2, "couple": 2,
}  # fmt: skip
_N = rf"(?P<n>\d{{1,2}}|{'|'.join(_COUNTS)})"
_SEVERAL = (
    rf"(?:(?P<end>{FIRST}|{LAST}|past(?= \w+ [a-zC])) {_N}|{_N.replace('<n>', '<number>')}"
    rf" {f'(?P<side>{FIRST}|{LAST})'})(?= +[a-zC|]|[ |]*$)(?: times\b)?"
)
"""So many of them: "the last three", "the three latest"."""


def read_from_end(cascade: Cascade) -> Pick | None:
    """A place counted from the end."""
    match = cascade.take(_FROM_END)
    if match is None:
        return None
    return Pick(which="last", skip=ORDINALS.get(match["n"] or "", 2) - 1)


def read_pick(cascade: Cascade) -> tuple[Pick, bool]:
    """Which of the records in order of time, and whether the question says so."""
    if match := cascade.take(_SEVERAL):
        said, end = match["n"] or match["number"], match["end"] or match["side"]
        number = int(said) if said.isdigit() else _COUNTS[said]
        return Pick(which="first" if re.fullmatch(FIRST, end) else "last", n=number), True
    if match := cascade.take(
        rf"(?:for |at |on |in )?{_DETERMINERS}(?P<end>{FIRST}|{LAST})(?: (?:time|occasion|instance|place))?"
    ):
        first = re.fullmatch(FIRST, match["end"]) is not None
        cascade.take_all(((rf"{FIRST}|{LAST}", None),))
        return Pick(which="first" if first else "last"), True
    if match := cascade.take(_LATER):
        return Pick(which="nth", n=ORDINALS[match[0]]), True
    return Pick(), False
