"""Trends in everyday words ("rising or falling", "how has it been trending"), written out as what asks for one.

Tables of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

from agent.planners.rules.inflection import verbs
from agent.planners.rules.yes_or_no import AUX

_UP = (
    verbs(
        "rise, climb, increase, head up, go up, come up, trend up, trend upward, trend upwards, creep up, move up"
        ", edge up"
    )[:-1]
    + "|upwards?|up|higher|improving|better)"
)
_DOWN = (
    verbs("fall, drop, decrease, decline, head down, go down, come down, trend down, trend downward, trend downwards"
          ", move down"
          ", edge down, shrink")[:-1]
    + "|downwards?|down|lower|worsening|worse)"
)  # fmt: skip
_LEVEL = r"(?:,? or (?:staying |holding |about |just )?(?:flat|level|steady|stable|the same|unchanged|constant))"
_EITHER = rf"(?:{_UP},? or (?:is it |are they )?{_DOWN}|{_DOWN},? or (?:is it |are they )?{_UP}){_LEVEL}?"
_MOVING = verbs("trend, track, evolve, develop, behave, fluctuate, vary, shift, move")
_MY = r"(?:(?:my|his|her|their|the|patient) )?"
_NEWER = r"(?:newer|later|latest|newest|last|second|more recent|most recent|recent)"
_OLDER = r"(?:older|earlier|first|previous|prior)"
_MORE = r"(?P<more>higher|lower|bigger|smaller|greater|larger|better|worse|heavier|lighter|more|less)"
_TWO = (
    rf"(?:(?:comparing|compare|between|of|taking|given|looking at|from|with) {_MY}(?:last|latest"
    rf"|most recent) two (?P<what>[^,?]+?)"
    r"(?: (?:results|values|readings|measurements|checks|levels|tests))?(?:,| -|:)? )"
)
_PEAK = (
    r"(?:peak(?:ed|s)?|top(?:ped|s)? out|max(?:ed)? out|(?:reach(?:ed)?|hit) (?:its|an?|the) (?:peak|maximum"
    r"|max|high(?:est)?))"
)
_NADIR = (
    r"(?:bottom(?:ed|s)? out|troughed|(?:reach(?:ed)?|hit) (?:its|an?|the) (?:nadir|minimum|min|low(?:est)?"
    r"|trough|bottom))"
)
_POINT = r"(?: (?:point|values?|levels?|readings?|ever))*"
_MUST = r"(?:(?:must|may|might|could|should) (?:have|has) |(?:has|have|had) )?(?:ever |once )?"
_NUMBERS = r"(?:readings?|values?|results?|measurements?|numbers?|levels?|checks?)"
_COUNT = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten)"
_LATEST = r"(?:last|latest|past|most recent|newest)"
TRENDS: tuple[tuple[str, str], ...] = (
    (rf"^(?:please )?trends?(?: (?:check|review|look|update))? ?: ?(?P<what>[^:?]*\b(?:{_LATEST} {_COUNT}"
     rf"|{_COUNT} {_LATEST})"
     rf" {_NUMBERS})", r"list \g<what>"),
    (rf"(?P<asked>\b(?:which (?:way|direction)|what direction|trend|direction)\b[^?]*?)[,:;]?(?: -+)?"
     rf" {_EITHER}(?=[ ?.!]*$)",
     r"\g<asked>"),
    (r"\b(?:trend|track|drift|edge|creep)(?:ed|ing|s)? (?=(?:up|down|higher|lower)(?:wards?)? or (?:up|down"
     r"|higher|lower))", ""),
    (rf"\b(?:did|does|do|has|have|had) (?P<what>{_MY}C\d+(?: levels?)?) (?:ever )?{_PEAK}{_POINT}(?! at\b)",
     r"was \g<what> highest"),
    (rf"\b(?:did|does|do|has|have|had) (?P<what>{_MY}C\d+(?: levels?)?) (?:ever )?{_NADIR}{_POINT}(?! at\b)",
     r"was \g<what> lowest"),
    (rf"(?P<what>{_MY}C\d+(?: levels?)?) {_MUST}{_PEAK}{_POINT}(?: (?:at some (?:point|time)|once"
     rf"|sometime))?(?=[,.:;-]| when\b)",
     r"\g<what> was highest"),
    (rf"(?P<what>{_MY}C\d+(?: levels?)?) {_MUST}{_NADIR}{_POINT}(?: (?:at some (?:point|time)|once"
     rf"|sometime))?(?=[,.:;-]| when\b)",
     r"\g<what> was lowest"),
    (rf"^(?P<what>(?!(?:{AUX}|what|which|how|when|why|who|whether|if)\b)[^?]*?)[:,]?(?: -+)? (?:is it "
     rf"|are they )?{_EITHER}(?=[ ?]*$)",
     r"is \g<what> rising or falling"),
    (rf"\bhow (?:has|have|had|is|are|was|were|did|does|do) (?P<what>{_MY}C\d+(?: levels?| values?"
     rf"| readings?)?) (?:been )?{_MOVING}\b",
     r"what is the trend of \g<what>"),
    (rf"{_TWO}(?:is|was) the {_NEWER}(?: one| value| result| reading)? {_MORE}(?: than the {_OLDER}(?: one)?)?(?=["
     rf" ?]*$)",
     r"is the last \g<what> \g<more> than the one before"),
)  # fmt: skip
"""Tried behind the plain verbs; names of the chart stand as C0, C1 …"""
