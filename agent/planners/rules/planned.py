"""Planned: what a care plan is made for, what it aims at and since when it is followed, written plainly.

A table of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

_CARE_PLAN = r"(?:care ?plans?|plans? of care|plans?)"
_AIM = r"(?:address|deal with|manage|treat|handle|help with|take care of|cope with|fight)"
_MADE = (
    r"(?:set up|made|created|drawn up|written|started|put together|put in place|opened|meant|intended|designed|begun)"
)
_LINKED = r"(?:linked|related|associated|corresponding|matching|connected|tied|attached)"
_ADDRESSES = (
    r"(?:(?:that|which) )?(?:address(?:es|ed|ing)?|deal(?:s|t|ing)? with|manag(?:es|ed|ing)|treats|handl(?:es|ed|ing)"
    rf"|(?:(?:is|was|are|were) )?(?:{_LINKED}|aimed|directed) (?:to|with|at)"
    rf"|(?:(?:do|did|does) (?:i|he|she|we|they|patient) (?:have|make)(?: for (?:me|him|her))?"
    rf"|(?:i|he|she|patient) (?:have|has|had)) (?:to {_AIM}|for)"
    rf"|(?:(?:is|was|are|were|has been|have been|got) )?{_MADE}"
    rf" (?:for|because of|due to|on account of|to {_AIM})(?: (?:me|him|her) (?:for|because of|to {_AIM}))?)"
)
_WHAT = r"(?P<what>(?![^?]* (?:or|and) )[^?.,:;]+?)"
_END = r"(?=[ ?.!]*$)"
_HIS = r"(?:(?:the|my|his|her|their|an?|this|that) )?"
_PLAN = rf"(?P<plan>{_HIS}(?:[\w/-]+ ){{0,7}}?(?:plan|C\d+)(?: of care| plan)?)"
_GOALS = r"(?:goals?|targets?|aims?|objectives?)"
_SORT = r"(?:(?:documented|recorded|charted|listed|stated|set|treatment|care) )*"
_ASK = r"(?:(?:which|what|list|name|give|show|tell)(?: me| us)?(?: (?:all|every|are|is|were|the|each|of the|of))* )?"
_ARE_FOR = (
    r"(?:(?:that )?(?:are |were |is |was )?(?:set|attached|linked|documented|recorded|listed|laid down|named|given"
    r"|defined|included|contained) (?:for (?:me|him|her|patient) )?(?:to|in|for|by|under|with|of)"
    r"|(?:that )?(?:go(?:es)?|come(?:s)?|belongs?) (?:along )?(?:with|to)|of|in|for|from|under|within)"
)
_ANY = (
    r"(?P<any>how many|(?:is|are|was|were) there (?:an?|any)"
    r"|(?:do|does|did) (?:i|he|she|we|they|patient) have (?:an?|any))"
)
_PROBLEMS = r"(?:conditions?|problems?|diagnos[ei]s|diseases?|illness(?:es)?|disorders?|things?)"
PLANNED: tuple[tuple[str, str], ...] = (
    (rf"^{_ANY} {_CARE_PLAN} {_ADDRESSES} {_WHAT}{_END}", r"\g<any> care plans because of \g<what>"),
    (rf"^(?:what|which)(?: {_PROBLEMS})? (?:does|do|did|is|was) {_PLAN} (?:{_AIM}|{_MADE} (?:for|to {_AIM})|for){_END}",
     r"what is the reason of \g<plan>"),
    (rf"^how many {_SORT}{_GOALS} (?:does|do|did|is|are|was|were) (?:(?:there|listed|set) (?:in|for|under) )?{_PLAN}"
     rf"(?: have| include| set| list| name| contain)?{_END}", r"how many plan-goals of \g<plan>"),
    (rf"^(?:does|do|did|has|have) {_PLAN} (?:have|has|had|include|set|list|name|contain|got) (?:any |some )?"
     rf"{_SORT}{_GOALS}{_END}", r"what are the plan-goals of \g<plan>"),
    (rf"^(?:(?:which|what|name|list|show|give)(?: me)?(?: (?:is|was|are|were))? )?{_HIS}{_CARE_PLAN} {_ADDRESSES}"
     rf" {_WHAT}{_END}", r"which care plans because of \g<what>"),
    (rf"^(?:(?:for|regarding|re) )?{_WHAT}(?:[:;,]| -)+ *(?:(?:which|what|is there an?|any|the) )?(?:(?:{_LINKED}"
     rf"|addressing|relevant) {_CARE_PLAN}|{_CARE_PLAN} (?:{_LINKED}|addressing (?:it|this|that)))"
     rf"(?: (?:to|with) (?:it|this|that))?{_END}", r"which care plans because of \g<what>"),
    (rf"^(?:(?:which|what)(?: (?:is|was|are|were))? )?(?:the )?{_LINKED} {_CARE_PLAN} (?:for|of|to|with) {_WHAT}{_END}",
     r"which care plans because of \g<what>"),
    (rf"^{_ASK}{_SORT}{_GOALS} {_ARE_FOR} {_PLAN}{_END}", r"what are the plan-goals of \g<plan>"),
    (rf"^(?:what|which) {_SORT}{_GOALS} (?:does|do|did|is|are|was|were) {_PLAN} (?:set|have|has|include|name|contain"
     rf"|list|aim (?:at|for)|pursue|specify|lay down){_END}", r"what are the plan-goals of \g<plan>"),
    (rf"^what (?:is|was|does|did) {_PLAN} (?:meant |supposed |intended |trying |designed )?(?:to )?"
     rf"(?:achieve|accomplish|reach|aim(?:ing)? (?:at|for))(?:[.?!,;]+ *(?:please )?(?:list|name|give|tell)(?: me)?"
     rf" (?:all )?(?:the |its )?{_GOALS}(?: please)?)?{_END}", r"what are the plan-goals of \g<plan>"),
    (rf"^{_PLAN}(?:[:,;]| -) ?(?:(?:what|which)(?: (?:are|were))? )?(?:the |its )?{_SORT}{_GOALS}{_END}",
     r"what are the plan-goals of \g<plan>"),
    (r"\b(?:since|as of|starting|from) (?:what|which) (?:exact )?(?:date|day|time|point|month|year)"
     rf"(?= (?:has|have) (?:[a-z]+ ){{1,3}}(?:on|following|under|in) {_PLAN}{_END})", "since when"),
    (rf"\b(?:start|started|begin|began|begun) following (?={_PLAN}{_END})", "start "),
    (rf"\bbeen following (?={_PLAN}{_END})", "been on "),
    (r"^(?:(?:what|which) (?:is|was) )?(?:the )?(?:site|place|facility|clinic|location|spot|hospital) (?:at |in )?"
     r"(?:where|which)(?= (?:i|he|she|they|patient|C\d+)\b)", "where"),
)  # fmt: skip
"""Tried behind the short forms; names of the chart stand as C0, C1 …"""
