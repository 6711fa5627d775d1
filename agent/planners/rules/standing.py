"""Standing: plans that run and what is in them, how an allergy is graded and since when one has it down; written"
" plainly.

A table of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

_HIS = r"(?:(?:the|my|his|her|their|an?|this|that) )?"
_ME = r"(?:me|him|her|them|us|(?:the )?patient)"
_I = r"(?:i|he|she|we|they|you|(?:the )?patient)"
_PLAN = rf"(?P<plan>{_HIS}(?:[\w/-]+ ){{0,7}}?(?:plan|C\d+)(?: of care| plan)?)"
_PARTS = (
    r"(?:(?:activity|activities|interventions?|components?|elements?|measures?|steps?|parts?|items?|things?"
    r"|contents?|tasks?"
    r"|actions?|recommendations?|instructions?|treatments?|pieces?) ?)"
)
_WITHIN = (
    r"(?:in|of|on|from|under|within|for|(?:that )?(?:are |is )?(?:a |listed )?(?:part of|included in|contained"
    r" in|listed in|under))"
)
_INCLUDE = (
    r"(?:includes?|contains?|consists? of|comprises?|involves?|covers?|entails?|calls? for|recommends?|lists?"
    r"|specif(?:y|ies)"
    r"|prescribes?|made (?:up )?of|composed of|have in it|has in it)"
)
_ASK = r"(?:(?:which|what|list|name|give|show|tell)(?: me| us)?(?: (?:all|every|are|is|were|the|each|of the|of))* )?"
_RUNS = r"(?:running|in force|in effect|under ?way|going(?: on)?|unfinished|being followed|continuing|in progress)"
_SUBSTANCE = r"(?P<what>(?:(?!how\b|what\b)[\w-]+ ){0,4}?allerg(?:y|ies)(?: (?:to|against) (?:[\w-]+ ?){1,4}?)?)"
_RISK = r"(?:(?:as |is it )?(?:high|low|moderate)(?:[ -](?:risk|criticality))?)"
STANDING: tuple[tuple[str, str], ...] = (
    (rf"^{_ASK}{_PARTS}{_WITHIN} {_PLAN}(?= in (?:this|the|my|his|her) (?:chart|record)|[ ?.!]*$)",
     r"what are the plan-activities of \g<plan>"),
    (rf"^(?:what|which) (?:{_PARTS})?(?:does|do|did|is|are|was) {_PLAN} {_INCLUDE}(?: {_PARTS})?(?=[ ?.!]*$)",
     r"what are the plan-activities of \g<plan>"),
    (rf"^{_PLAN}(?:[:,;]| -) ?(?:what (?:has been|was|is|are|were|got) (?:put |set |planned |listed |included |in"
     rf" )*(?:place|up|it|there)?"
     rf"|(?:which|what )?{_PARTS})(?=[ ?.!]*$)", r"what are the plan-activities of \g<plan>"),
    (rf"^what (?:is|are|was|were)(?: all)? (?:in|part of|on|under|included in) {_PLAN}(?=[ ?.!]*$)",
     r"what are the plan-activities of \g<plan>"),
    (rf"^what (?:am|is|are|was|should|do|does) {_I} (?:supposed |meant |asked )?(?:to )?(?:do|follow)"
     rf" (?:under|as part of|by|in|for|according to) {_PLAN}(?=[ ?.!]*$)", r"what are the plan-activities of \g<plan>"),
    (rf"\b(?P<what>plans?|orders?|prescriptions?|goals?)(?P<rest>(?: (?!active\b)[a-z]+){{0,6}}?) (?:still "
     rf"|currently |now )*{_RUNS}"
     r"(?=[ ?.!]*$| (?:now|today|at the moment))", r"\g<what>\g<rest> currently active"),
    (r"\b(?:still )?(?:enrolled|signed up|participating|registered)(?: (?:in|for|with|on))?(?=[ ?.!]*$)", "on"),
    (rf"\bhow (?:critical|dangerous|risky) (?:is|was|are) {_SUBSTANCE}(?: (?:said|thought|considered|rated|marked"
     rf"|judged)(?: to be)?)?"
     r"(?=[ ?.!]*$)", r"what is the criticality of \g<what>"),
    (rf"\bhow (?:is|was|are|were) {_SUBSTANCE} (?:graded|rated|classed|classified|ranked|marked|judged|categorized)"
     rf"(?:,? {_RISK}(?:(?:,| or|,? or) {_RISK})*)?(?=[ ?.!]*$)", r"what is the criticality of \g<what>"),
    (rf"\b(?:have|has|had|got|put|keep) {_ME} down (?:as|for|with)(?: being| having)? allergic (?:to|against) "
     r"(?P<what>[^?]+)", r"recorded the \g<what> allergy"),
    (rf"\b(?:have|has|had|got|put|keep) {_ME} down (?:as|for|with)(?: being| having)?\b", "recorded patient as"),
    (rf"\b(?:have|has|had|got|put|keep|noted) down (?:for|on|about) {_ME}\b", "recorded"),
    (r"\b(?:have|has|got|put) down for\b", "recorded for"),
)  # fmt: skip
"""Tried behind the short forms; names of the chart stand as C0, C1 …"""
