"""Ongoing: whether what was so at a time is asked after, or what ended then, and not only what began."""

from __future__ import annotations

import re

from agent.planners.rules.case import Case
from agent.planners.rules.kinds import DRUGS, STAYS
from agent.planners.rules.then import asks_state_then
from tools.chart_query import Compute, Kind, Slot

_HELD = (
    r"(?:conditions?|problems?|illness(?:es)?|diseases?|ailments?) (?:(?:that|which) )?(?:did|had|was|were|has|have)"
)
"""What someone had on a day goes on then, whenever it was found."""
_DAY = re.compile(r"\d{4}-\d\d?-\d\d?|\d{1,2}/\d{1,2}/\d{4}|[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}")
_LASTING = (*DRUGS, Kind.CONDITION, Kind.CARE_PLAN, Kind.GOAL, Kind.ALLERGY, Kind.DEVICE)
_TOLD = (Compute.EXISTS, Compute.LIST)

_FOUND = (
    r"inform(?:ed)?|told|found|find out|learn(?:ed|t)?|discover(?:ed)?|identified|detected|documented|recorded|noted"
    r"|reported|confirmed|listed"
)
"""Verbs of finding a problem or writing it down, which is done once and goes on no further."""


_A_DAY = r"(?:\||\d|the (?:day|date|visit)\b|[a-z]{3,9}\.? \d)"
"""After "on", what is a time and no drug."""


def asks_ongoing(case: Case) -> bool:
    """Whether a state at a time is asked for ("was she on warfarin in May"), and not what began then."""
    sketch, ask = case.sketch, case.ask
    if case.kind is Kind.WARD_STAY and ask.slot is Slot.LOCATION and re.match(r"(?:on|at) ", sketch.when or ""):
        return ask.compute is Compute.LIST
    if asks_state_then(sketch) and case.kind in _LASTING and ask.compute in (*_TOLD, Compute.COUNT):
        return True
    if sketch.when is None or ask.compute not in _TOLD or ask.slot not in (None, Slot.DOSE):
        return False
    if re.search(r"\b(?:since|until|till|before|after|ago)\b", sketch.when):
        return False
    if case.kind in STAYS:
        return ask.compute is Compute.EXISTS and sketch.says(r"(?:in|at) (?:the |an? )?(?:hospital|icu|ed|er|ward)")
    if case.of_drugs:
        return set(sketch.verbs) == {Kind.MEDICATION} or re.search(rf"\bon\b(?! {_A_DAY})", sketch.text) is not None
    had = re.search(r"\b(?:have|had|has|was|were)\b", sketch.text) is not None
    said = Kind.CONDITION in (*sketch.nouns, *sketch.verbs) or sketch.says(_FOUND)
    if Kind.CONDITION in sketch.nouns and Kind.CONDITION not in sketch.verbs and _DAY.search(sketch.when):
        said = not sketch.says(_HELD)
    return case.kind is Kind.CONDITION and had and not sketch.picked and not said


_ENDING = frozenset({Kind.CONDITION, Kind.CARE_PLAN, Kind.GOAL})
_OF_ENDS = r"(?:resolve[sd]?|resolving|resolution|clear(?:ed)?(?: up)?|heal(?:ed)?|end(?:ed)?|over|go away|went away)"
_LAST_TO = rf"(?:last|first|latest|next) (?:[\w-]+ ){{0,3}}(?:to|that|which) (?:have |has |was |were )?{_OF_ENDS}"
_MOST_RECENTLY = rf"(?:most recently|latest|last|first) {_OF_ENDS}|{_OF_ENDS} (?:most recently|last|first)"


def asks_ended(case: Case) -> bool:
    """Whether records are meant by when they ended: "resolved in 2016", "the last condition to resolve"."""
    sketch = case.sketch
    over = "resolved" in sketch.states or sketch.says(_OF_ENDS)
    if case.kind not in _ENDING or not over or case.ask.slot is not None:
        return False
    if case.ask.compute not in (Compute.LIST, Compute.COUNT, Compute.EXISTS):
        return False
    return sketch.when is not None or sketch.says(_LAST_TO) or sketch.says(_MOST_RECENTLY)
