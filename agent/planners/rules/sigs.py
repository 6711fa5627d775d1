"""Sigs: how often, how and on which day a drug is ordered or given, in the words of orders and charts, written plainly.

A table of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

_TIMES = r"(?:once|twice|thrice|(?:one|two|three|four|\d+)(?:-| )?(?:times?|x)?)"
_A_DAY = r"(?:(?:a|per|each|every|in a|in one) (?:day|24 hours)|daily|/ ?day)"
_SO_OFTEN = rf"{_TIMES} {_A_DAY}"
_DOSES = r"(?:administrations?|doses?|times?|intakes?|tablets?|pills?)"
_ORDER = r"(?:orders?|ordered|prescri\w+|sig|rx|directions?|instruct\w+|label\w*)"
_MEANT = rf"(?:supposed|meant|told|instructed|advised|to (?:take|be taken|be given|use)|should|{_ORDER})"
_DRUG = r"(?P<drug>(?:[\w/.%-]+ ){0,5}?[\w/.%-]+)"
_NOW = r"(?=(?: (?:is|am|are|do|does|should|must|can|may))\b)"
_ME = r"(?:me|him|her|them|us|(?:the )?patient)"
_HIS = r"(?:(?:the|his|her|my|their|a|an) )?"
_ROUTE = (
    r"(?:(?:by|through|via|as|into) (?:(?:the|a|an) )?(?:mouth|iv|vein|injection|needle|drip|pill|skin|shot|muscle"
    r"|nose|rectum"
    r"|inhaler)|orally|intravenously|injected|inhaled|iv|im|sc|sq|subcut|po|oral(?:ly)?|pr|sl|topical(?:ly)?"
    r"|intravenous|subcutaneous(?:ly)?|intramuscular)"
)
_ROUTES = rf"{_ROUTE}(?:(?:,| or|/| vs\.?) {_ROUTE})*,?"
_OR_HOW = (
    r"(?:what(?: else)?|which|how(?: else)?|(?:in |by )?(?:some|any)? ?(?:other|another|different) (?:way|route|means"
    r"|method)|something else|else|otherwise|other)"
)
_WHICH = r"(?P<which>(?:very )?(?:first|last|final|most recent|latest|initial|earliest))"
_TOLD = r"(?:(?:recorded|documented|charted|known|actual|given|administered|noted) )?"
_GIVEN = r"(?: (?:given|administered|received|taken|recorded|charted))?"
SIGS: tuple[tuple[str, str], ...] = (
    (r"\bas (?P<which>last|most recent|latest|first)(?:ly)? (?:ordered|prescribed|written)\b", r"in the \g<which>"
     r" order"),
    (rf"^{_SO_OFTEN}(?:,? or|,|/)? {_SO_OFTEN}(?:(?:,? or|,|/)? (?:{_SO_OFTEN}|more|less|what|how often))*[?,.:]* +"
     r"(?=how)", ""),
    (r"\b(?P<which>last|latest|most recent|newest|first|current) sig\b", r"\g<which> prescription sig"),
    (rf"\bhow (?:many times|often) (?:{_A_DAY})(?P<rest>[^?]*\b{_MEANT}\b)", r"what is the daily frequency \g<rest>"),
    (rf"^(?P<of>[^?]*\b{_ORDER}\b[^?]*?)\bhow (?:many {_DOSES}|often) {_A_DAY}", r"\g<of> daily frequency"),
    (rf"\bhow many (?:{_DOSES} {_A_DAY}|daily {_DOSES})(?P<rest>[^?]*\b{_MEANT}\b)",
     r"what is the daily frequency \g<rest>"),
    (rf"\bhow many {_DOSES} of {_DRUG} {_A_DAY}(?P<rest>[^?]*\b{_MEANT}\b)",
     r"what is the daily frequency of \g<drug> \g<rest>"),
    (rf"\bhow (?:many times|often) (?:{_A_DAY}){_NOW}", "what is the daily frequency"),
    (rf"\b(?:dos(?:ing|e|age) |order )?frequency,? ?\(?(?:(?:in|as) )?(?:{_DOSES} )?{_A_DAY}\)?", "daily frequency"),
    (rf"\b(?:{_DOSES} {_A_DAY}|daily {_DOSES})(?= (?:on|in|of|for|per|by|according)\b[^?]*\b{_ORDER}\b)",
     "daily frequency"),
    (r"\bdos(?:ing|e|age) (?:frequency|schedule|interval)\b", "frequency"),
    (rf"\bhow (?:often|frequently) (?:was|were|is|are) {_DRUG} (?:(?:supposed|meant|ordered|prescribed|told|written) )*"
     r"to be (?:taken|given|administered|used|dosed|applied)\b", r"what is the frequency of the \g<drug> order"),
    (r"\bcalls? for(?=[ ?.!]*$)", ""),
    (r"\b(?:put|written|signed|marked) down for\b", "ordered"),
    (rf"^(?:(?:so|and|or),? )?(?P<aux>is|was|were|are|did|does|do) (?P<of>[^?]*?),? {_ROUTES} or (?:{_ROUTE}|{_OR_HOW})"
     r"(?=[ ?.!]*$)", r"by what route \g<aux> \g<of>"),
    (rf"(?:[,:;]|\bis it|\bwas it)* *\b{_ROUTES} or (?:{_ROUTE}|{_OR_HOW})(?=[ ?.!]*$| (?:on|in|for|per|by) )",
     " what route"),
    (r"\b(?:what (?:does|did) (?:it|that|this|the order) say (?:about|on|as to) )?how (?:it|this|that|C\d+)"
     r" (?:is|was|goes|went|gets|got|to) (?:be )?(?:in|given|administered|taken)\b(?: (?:in|in ?to the body))?",
     "what route"),
    (rf"\b(?:what (?:was|is) )?(?:on )?(?:what |which )?(?:the )?(?:exact )?(?:day|date|time)s? (?:of|for)"
     rf" {_HIS}{_WHICH}"
     rf" {_TOLD}(?:dose|administration|injection|infusion) of {_DRUG}{_GIVEN}(?=[ ?.!]*$|,)",
     r"when was \g<drug> \g<which> given"),
    (rf"\b(?:what (?:was|is) )?(?:on )?(?:what |which )?(?:the )?(?:exact )?(?:day|date|time)s? (?:of|for)"
     rf" {_HIS}{_WHICH}"
     rf" {_TOLD}{_DRUG} (?:dose|administration|injection|infusion){_GIVEN}(?=[ ?.!]*$|,)",
     r"when was \g<drug> \g<which> given"),
    (rf"\bdid (?:the )?(?:nurses?|nursing(?: staff)?|staff|ward|team|they)(?P<when>(?: (?:last|first|most recently"
     rf"|ever))*)"
     rf"(?: actually| really)? (?:give|administer)(?: {_ME})? {_DRUG}(?=[ ?.!]*$)", r"was \g<drug>\g<when>"
     r" administered"),
    (r",? *\b(?:per|by|on|in|from|according to|going by|as per|as charted (?:on|in)) (?:the )?e?mar\b(?! \d)",
     " in the administrations"),
)  # fmt: skip
"""Tried behind the short forms; names of the chart stand as C0, C1 …"""
