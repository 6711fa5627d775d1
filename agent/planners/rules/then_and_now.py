"""Then and now: the latest value set against that of the day of something else: "higher than on the day of C1"."""

from __future__ import annotations

import re

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import Cascade
from agent.planners.rules.yes_or_no import AUX
from tools.chart_query import Compute

_COMPARED = (
    r"(?:than|(?:as )?compared? (?:with|to|against)|(?:in )?comparison (?:with|to)|vs\.?|versus|against|relative to"
    r"|differ(?:s|ent)? from|changed? from|above|below|over|under)"
)
_WAS = (
    r"(?:(?:that|those|the one|the value|the level|what|it|they|he|she|i) ?)*(?:was|were|had been|is)?(?:"
    r" (?:of|at|from))?"
)
_THEN = re.compile(
    rf"(?:^|(?<=[ |])){_COMPARED}(?: {_WAS})? ?(?P<on>\bon )?"
    r"(?=(?:(?:the|that|very|same) )*(?:day|date|time) (?:of|that|when|on which|i|he|she|they|C\d)|(?:the time "
    r"|when )\b)"
)
_UP = (
    r"higher|greater|more|larger|bigger|heavier|up|increased|above|over|exceed(?:s|ed)?"
    rf"|{lexicon.RISE}"
)
_DOWN = rf"lower|less|smaller|lighter|down|decreased|below|under|{lexicon.FALL}"
_OTHER = r"chang(?:es?|ed|ing)|differ(?:s|ed|ent|ences?)?|moved?"
_HOW_FAR = r"how (?:much|far)|by what|difference|change"


def read_then(cascade: Cascade) -> Compute | None:
    """Which way the latest value is asked to have gone since the day of another record, taken from the text."""
    match = _THEN.search(cascade.text)
    if match is None or re.search(r"\bC\d", cascade.text) is None:
        return None
    compute = _way_of(cascade.text)
    bound = "" if re.match(r"when\b|the time", cascade.text[match.end() :]) else "on "
    behind = re.sub(rf"(?<![\w-])(?:{_UP}|{_DOWN})(?=[ |?.]*$)", " ", cascade.text[match.end() :])
    before = re.sub(rf"(?<![\w-])(?:{_UP}|{_DOWN}|{_OTHER})(?![\w-])", " ", cascade.text[: match.start()])
    cascade.text = f"{before} | {bound}{behind}"
    return compute


def _way_of(text: str) -> Compute:
    up, down = (re.search(rf"\b(?:{way})\b", text) is not None for way in (_UP, _DOWN))
    if up == down:
        differs = re.match(rf"[| ]*{AUX}\b", text) and re.search(rf"\b(?:{_OTHER})\b", text)
        return Compute.CHANGED if differs else Compute.CHANGE
    if re.search(rf"\b(?:{_HOW_FAR})\b", text):
        return Compute.RISE if up else Compute.FALL
    return Compute.INCREASED if up else Compute.DECREASED
