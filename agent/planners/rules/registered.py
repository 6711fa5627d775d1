"""Registered: what an administration keeps of a person, in everyday words: where one lives, how one is reached.

Tables of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

_WHO = r"(?:i|we|you|he|she|they|(?:the )?patient)"
_ME = r"(?:me|us|him|her|them|(?:the )?patient)"
_MY = r"(?:(?:the|my|our|his|her|their|patient|current|home) )*"
_HAS = r"(?:(?:do|does|did|is|am|are|was|were|would|has|have) )"
_LIVES = r"(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing)|registered|based|located|settled|domiciled|at home)"
_LIVING = rf"(?:(?:currently|now|presently|registered|recorded|listed|entered|shown|down|as) )*{_LIVES}"
_REACH = r"(?:call|ring|phone|telephone|reach|contact|dial|get (?:a )?hold of|get in touch with|get through to)"
_PAGE = (
    r"(?:demographics?|registration|face ?sheet|intake (?:form|sheet)|admission sheet|cover (?:page|sheet)|front page"
    r"|profile)(?: (?:page|sheet|section|form|data|details|tab|screen|record|header))?"
)
_CITY, _STATE = r"(?:city|town|municipality|village)(?: or (?:city|town|village))?", r"(?:us |u\.s\. )?state"


def _of_home(place: str, written: str) -> tuple[tuple[str, str], ...]:
    """The wordings that ask for one part of where a person lives."""
    return (
        (rf"\b(?:(?:in|at) )?(?:which|what) {place} {_HAS}{_WHO} {_LIVING}(?: in)?\b", f"what is the {written}"),
        (rf"\b{place} (?:of|for) {_MY}(?:residence|residency|home|address|domicile)\b", written),
        (rf"\b(?:home|residential|residence|address|mailing) {place}\b", written),
        (rf"\b(?:which|what) {place} (?:is|are) {_MY}(?:address|residence|home) in\b", f"what is the {written}"),
        (rf"\b(?P<asked>(?:which|what) )?{place}(?P<what> (?:is|do you have|have you got|stands|appears"
         rf"|is (?:given|listed|entered|recorded)))?"
         rf" (?:in|on|of|for|as part of) {_MY}(?:address|residence)\b", rf"\g<asked>{written}\g<what>"),
        (rf"\bwhere {_HAS}{_WHO} {_LIVING}\b,? ?(?:[(:,-] ?)?(?:just |only )?(?:the )?{place}(?: only| please)*\)?",
         f"what is the {written}"),
    )  # fmt: skip


REGISTERED: tuple[tuple[str, str], ...] = (
    (r"\bhow many years(?: old|(?= of age\b))", "how old"),
    (r"\bhow old of age\b", "how old"),
    *_of_home(_CITY, "home-city"),
    *_of_home(_STATE, "home-state"),
    (rf"\bwhere {_HAS}{_WHO} {_LIVING}\b(?! (?:before|after|when|in))", "what is the address"),
    (r"\b(?:contact|call-?back) (?:phone )?numbers?\b|\btelephone contact\b", "phone number"),
    (rf"\b(?:which|what) (?:phone )?number (?:should|would|do|can|could|must|did|to) (?:{_WHO} )?(?:use to |need to )?"
     rf"{_REACH}(?: {_ME})?(?: (?:on|at|by|with))?\b", "what is the phone number"),
    (rf"\b(?:which|what)(?: is| was) (?:the |a |an? )?(?:best |right |good )?(?:phone )?number (?:to|for) (?:{_REACH}"
     rf"(?:ing)? )?{_ME}(?: (?:on|at|by))?(?=[ ?.!]*$)", "what is the phone number"),
    (rf"\bhow (?:do|can|could|should|would|might) {_WHO} {_REACH} {_ME}"
     r"(?=[ ?.!]*$| (?:by|on the|over the) (?:tele)?phone\b)", "what is the phone number"),
    (r"\bphone number (?:by|on|over) (?:the )?(?:tele)?phone\b", "phone number"),
    (r"\b(?:relationship|civil|family|marriage) status\b", "marital status"),
    (rf"\b(?:on|in|per|from|according to|as per|by|at) {_MY}{_PAGE}(?=[ ?.!,;:]|$)", ""),
    (rf"\bwhat (?:is|was|does|do|did|has|have|had)(?: (?:{_MY}(?:chart|records?|file|system|you|they))?(?: been)?)?"
     r" (?:give|given|records?|recorded|lists?|listed|shows?|shown|have|has|registered|documented|entered|put|stated"
     r"|state|noted|note|charted|stand)(?: down)? (?:as|for|under) (?:the|my|his|her|their)(?= [a-z])", "what is the"),
    (r"\b(?P<has>put|have|has|had|got|is|am|are|was) (?P<whom>(?:me|us|him|her|them|it|patient) )?down(?= (?:as"
     r"|for|under|in|on)\b)", r"\g<has> \g<whom>recorded"),
    (r"\b(?:put|wr(?:ite|ote|itten)|jott?(?:ed)?|note[ds]?|mark(?:ed)?|set|taken) down(?! (?:to|by))\b", "recorded"),
)  # fmt: skip
"""Tried before the verbs are read; names of the chart stand as C0, C1 …"""
