"""Plain verbs: open classes of everyday verbs and nouns, written out as the one that the readers know.

Each class by its meaning, its members inflected by rule: ailing, getting out, being meant for, standing at, and others.
"""

from __future__ import annotations

from agent.planners.rules.inflection import nouns, verbs

_I = r"(?:i|we|he|she|they|you|(?:the |this )?patient)"
_ME = r"(?:me|us|him|her|them|(?:the |this )?patient)"
_MY = r"(?:(?:my|our|his|her|their|the|this|patient) )"
_SOME = r"(?:(?:an?|any|some|the|my|his|her|their) )"
_NAME = r"(?:C\d+|(?:[\w/-]+ ){0,3}?[\w/-]+)"
_AUX = r"(?:is|are|am|was|were|do|does|did|has|have|had)"
_PLACE = r"(?:hospital|icu|ed|er|emergency (?:room|department)|intensive care(?: unit)?|ward)"
_ED = r"(?:emergency (?:room|department)|er|ed|a&e|icu|hospital)"
_DAY = r"(?P<day>(?:on |in |that )[^?]*\d[^?]*)"
_AILING = verbs(
    "deal with, cope with, struggle with, battle, battle with, battle against, fight, fight with, fight against"
    ", contend with, wrestle with, grapple with, come down with, go down with, be down with, be laid up with, put"
    " up with"
    ", be afflicted with, be afflicted by, be troubled by, be troubled with, be plagued by, be plagued with"
    ", be bothered by, be bothered with, be burdened with, be stricken with, be struck down with, be saddled with"
    ", be dogged by, be beset by, be tormented by, be sick with, be ill with, be infected with, be diseased with"
    ", labor under, labour under, be stuck with, be faced with, be challenged by, ail from, be laid low by"
)
_AILED = (
    "dealt with|dealing with|afflicted (?:by|with)|plagued (?:by|with)|troubled (?:by|with)|bothered (?:by|with)"
    "|burdened (?:by|with)|stricken (?:by|with)|(?:laid|holed) up with|down with|beset (?:by|with)|infected with"
)
_CAUGHT = verbs("catch, contract, pick up, come by")
_INTENDED = (
    r"(?:meant|intended|aimed|targeted|directed|supposed|designed|indicated|earmarked|thought)"
    r"(?: to (?:be|go))?(?: (?:for|at|against|towards?|to (?:treat|help(?: with)?|address|manage|fight|combat"
    r"|tackle|cure"
    r"|control|relieve|target|ease|work (?:for|on|against))))"
)
_STANDS = verbs("stand, sit, land, hover, run, come in, come in at, come out, clock in, end up, be, lie, settle, read")
_CHECKED = verbs("send, run, send off, send off for, send out, send for, put in for, put through, get back")
_LEAVES = r"(?:sen[dt]|let|allow(?:ed)?|releas(?:ed?)|discharg(?:ed?)|kick(?:ed)?|turn(?:ed)?|clear(?:ed)?)"
_GOING = r"(?: (?:to )?(?:go|leave|return|out|loose))*(?: (?:back )?(?:home|out|go|leave|loose))"
_TRIPS = nouns("trip, presentation, attendance, arrival, appearance")
_STAFF = r"(?:doctors?|physicians?|clinic|gp|pcp|doc|provider|surgery|office)"
_SURE = r"(?:medication|medicine|meds|drug|antibiotic|opioid|statin)"
PLAIN_VERBS: tuple[tuple[str, str], ...] = (
    (r"^(?P<what>[^:?]+?)(?: to date)?: (?:the )?names?(?=[ ?.!]*$)", r"list \g<what>"),
    (r"\bover the (?:past |last )?years(?! \d)", "ever"),
    (r"\b(?:every|each) (?:single )?one of\b", "all"),
    (r"\b(?:from where|where) (?:was|were) (?:i|he|she|they|(?:the )?patient) admitted (?:from )?(?=(?:for|to|in)\b)",
     r"what was the admission source of "),
    (r"\bwhere did (?:i|he|she|they|(?:the )?patient) come from when (?:i|he|she|they|patient) (?:was|were) admitted"
     r" (?:for|to|in)\b",
     r"what was the admission source of "),
    (rf"\b(?:{_AILING}|{_AILED})\b", "suffering from"),
    (rf"\b{_CAUGHT}(?= {_SOME}?(?:C\d|[a-z]+(?:itis|emia|oma|osis|pathy|algia|flu|cold|infection)s?\b))",
     "suffering from"),
    (rf"\b{_INTENDED}\b", "for"),
    (rf"\bwhere (?P<aux>do|does|did|has|have|had|is|was) (?P<what>{_MY}?{_NAME})(?: been)? {_STANDS}\b(?! (?:in|to"
     rf"|from)\b)",
     r"what was \g<what>"),
    (rf"\bwhere (?P<aux>is|was|are|were) (?P<what>{_MY}?C\d+)(?: level| value| number)? at\b", r"what was \g<what>"),
    (rf"\b(?P<who>{_I}|ever|anyone|anybody|somebody|someone|labs?) (?:ever )?{_CHECKED} (?=(?:an?|any|some) )",
     r"\g<who> done "),
    (r"\b(?:turn|work|c[ao]m|end|wind|wound)(?:e?s|e|ed|ing)? (?:out|up)(?: to (?:be|have been)| being)?(?: (?:like"
     r"|as|at))?"
     r"(?=[ ?.!,]*$)", ""),
    (r"\b(?:sitting|standing|running|hovering|lying|hanging|floating|coming in|clocking in|reading"
     r"|holding)(?: (?:right|steady))?"
     r" at(?=[ ?.!,]*$| (?:now|right now|today|currently|at the moment|these days|lately))", ""),
    (rf"\bhow (?P<long>many [a-z]+|long|much time) (?P<aux>did|do|does|have|has|had) (?P<who>{_I}) (?:ever )?"
     rf"spen[dt](?: (?:as|being|lying|staying))?(?: in| at| inside| within)?(?= (?:the |an? )?(?:{_PLACE}|inpatient))",
     r"how \g<long> was \g<who> in"),
    (rf"\b(?P<aux>did|do|does|have|has|had) (?:they|we|you|anyone|someone|(?:the )?(?:hospital|doctors?|team|nurses?)) "
     rf"(?:ever )?(?:finally )?{_LEAVES} (?P<who>{_ME}){_GOING}\b(?! (?:with|on) )(?! with\b)", r"was \g<who>"
     r" discharged"),
    (rf"\b{_LEAVES} (?P<who>{_ME}){_GOING}\b(?! (?:with|on) )(?! with\b)", r"\g<who> discharged"),
    (rf"\b(?P<was>was|were|is|are|got|get|getting|been|being)(?P<who> {_I})?(?: finally)? (?:sent|let"
     rf"|allowed){_GOING}\b(?! (?:with|on) )(?! with\b)",
     r"\g<was>\g<who> discharged"),
    (rf"\b(?:get|got|getting|let|walk(?:ed)?) out(?: of (?:there|here))?(?=[ ?.!,]*$| of (?:the )?(?:{_PLACE})"
     r"| (?:on|in|after|that|last|at)\b)", "discharged"),
    (r"\bin house\b", "in hospital"),
    (rf"\b(?P<ed>{_ED}) {_TRIPS}(?![\w-])", r"\g<ed> visit"),
    (rf"\b{_TRIPS} to (?:the |an? )?(?P<ed>{_ED})\b", r"\g<ed> visit"),
    (r"\breact(?:s|ed|ing)?(?: (?:badly|poorly|adversely|allergically|severely))? to\b", "allergic to"),
    (r"\b(?:exposure|exposures) to (?!(?:the )?(?:sun|smoke|asbestos|lead|noise|mold|covid|tb|someone|anyone))", ""),
    (r"\b(?:conditions|history|record|chart)(?: (?:is|was))?,? (?:positive|significant|notable|remarkable|known"
     r"|\+) for\b",
     "history of"),
    (r"\bwith (?:an? )?(?:known|documented|established|history of known) (?=history)", "with "),
    (rf"\bwhat (?:was|is|were|are) (?:all )?wrong with {_ME}\b", "what were the diagnoses"),
    (r"(?P<has>\b(?:contains?|holds?|shows?|includes?|have|has|is there|see)) (?:any|some)thing (?:at all )?(?:on|about"
     r"|regarding|concerning)\b", r"\g<has> any record of"),
    (r",? (?:by|as|in terms of|going by) diagnos[ei]s(?=[ ?.!]*$)", ""),
    (r"\b(?P<of>list|diagnos[ei]s|problems?|conditions|meds|medications|drugs|orders|procedures"
     r"|labs) from (?=(?:the |my |his "
     r"|her |their )?(?:\w+ )?(?:admission|hospitali[sz]ation|hospital stay)\b)", r"\g<of> during "),
    (rf"\bwhat (?:has |had )?(?:brought|took|led|made|got|drove) {_ME} (?:come |go |visit |be )?(?:in|here|there|over"
     rf"|(?:in)?to (?:see )?(?:the |my |his |her |their |a )?{_STAFF})(?: office)?(?: to be seen)? {_DAY}", r"what"
     r" was the reason for the visit \g<day>"),
    (rf"\bwhy (?:was|were) {_I} (?:seen|at (?:the |my |his |her |their )?{_STAFF}(?: office)?|in (?:the )?(?:clinic"
     rf"|office))"
     rf" {_DAY}", r"what was the reason for the visit \g<day>"),
    (rf"\bwhat (?:did|was|were) {_I} (?:go|come|get seen|seen|see (?:the |a |my |his "
     rf"|her )?{_STAFF}) (?:in )?(?:for|about)"
     rf" {_DAY}", r"what was the reason for the visit \g<day>"),
    (r"\b(?:if|when) (?:i|you|we|one) (?:were to )?(?:averaged?|(?:take|took) (?:the |an )?(?:average|mean)(?: of)?)"
     r" (?P<what>[^,?]+?),? what (?:[a-z]+ ){0,4}[a-z]+(?=[ ?.!]*$)", r"what is the average of \g<what>"),
)  # fmt: skip
"""Tried before the plain forms of everyday wording are read further; names of the chart stand as C0, C1 …"""
