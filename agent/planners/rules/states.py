"""States: the wordings that ask for the status of an order or plan, whatever it is, written plainly.

A table of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

_STATE = (
    r"(?:(?:still|currently|now|already) )*(?:active|inactive|running|open|closed|pending|ongoing|in (?:effect|force)"
    r"|completed?|finished|over|ended|stopped|discontinued|cancell?ed|on hold|held|suspended|expired|revoked"
    r"|withdrawn)"
)
_IS_IT = r"(?:(?:is|was|has|have|did|were|are) )?(?:(?:it|that|this|they|been|gotten|got|get) )*"
_STATES = rf"{_IS_IT}{_STATE}(?:(?:,? or|,|/|\|) ?{_IS_IT}{_STATE})+(?:,? or (?:what|not|else|other|something else))?"
_THING = r"(?:orders?|prescriptions?|scripts?|rx|requests?|referrals?|(?:care )?plans?|goals?)"
_OF = rf"(?P<of>(?!(?:any|there|some|all)\b)[^?:;]*?\b{_THING}\b[^?:;]*?)"
_END = r"(?=[ ?.!]*$)"
ONLY_ITS = (
    r"(?:i (?:just |only )?(?:mean|meant|am asking (?:about|for)|want(?: to know)?)|just|only|meaning|that is,?)"
    r" (?:its|the|their) (?:status|state)"
    r"(?: (?:in|on|per|according to) (?:the |my |his |her )?(?:chart|records?|file))?"
)
_ASKS = r"what|which|who|when|where|why|how|list|show|is|was|are|were|did|do|does|has|have|any"
"""An afterthought that says what of the thing just named is meant."""
STATES_ASKED: tuple[tuple[str, str], ...] = (
    (rf"(?P<ask>\b(?:status|state)\b[^?]*?)(?:[:;,?.]| -)+ *{_STATES}{_END}", r"\g<ask>"),
    (rf"^(?:is|was|are|were|has|have) {_OF},? {_STATES}{_END}", r"what is the status of \g<of>"),
    (rf"^(?P<of>(?!(?:{_ASKS})\b)[^?]*\b{_THING}\b[^?:;]*?)(?:[:;,?.]| -)+ *{_STATES}{_END}",
     r"what is the status of \g<of>"),
    (rf"\b(?:in )?(?:what|which) state (?:is|was|are|were) {_OF}(?: in)?{_END}", r"what is the status of \g<of>"),
    (rf"\b(?:in )?what state (?:is|was|are|were) (?P<of>(?:(?:the|my|his|her|their) )?C\d+)(?: in)?{_END}",
     r"what is the status of \g<of>"),
    (rf"\b(?:what (?:is|was) )?(?:the )?state of {_OF}{_END}", r"what is the status of \g<of>"),
    (rf"\bwhat (?:became|has become|happened|has happened) (?:of|to|with) {_OF}{_END}",
     r"what is the status of \g<of>"),
    (rf"\b(?:where|how) (?:does|do|did) {_OF} stand{_END}", r"what is the status of \g<of>"),
    (rf"(?P<ask>\bstatus of [^?]*?\b{_THING})(?: that)? (?:they|he|she|we|(?:the |my )?(?:doctors?|team)) (?:wrote|made"
     rf"|placed|put in|gave|entered)(?: (?:out|up))?(?: (?:for )?(?:me|him|her|them|patient))?{_END}", r"\g<ask>"),
)  # fmt: skip
"""Tried behind the short forms; names of the chart stand as C0, C1 …"""
