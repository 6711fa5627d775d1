"""Staying: stays and visits in everyday words: the ward one left from, how one got in, being kept, counting all visits.

Tables of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

from agent.planners.rules.inflection import verbs
from agent.planners.rules.places import FIRST, LAST, ORDINALS

_WHO = r"(?:i|we|he|she|they|(?:the )?patient)"
_ME = r"(?:me|us|him|her|them|(?:the )?patient)"
_MY = r"(?:(?:the|my|our|his|her|their|that|this|patient) )*"
_WAS = r"(?:was|were|is|am|are|did|had|has|have)"
_WARD = r"(?:(?:care ?)?units?|wards?|floors?|departments?|services? location|(?:bed|ward|unit) locations?|rooms?)"
_STAY = r"(?:hospitali[sz]ations?|(?:hospital |inpatient )?(?:stays?|admissions?)|time in (?:the )?hospital)"
_WHICH = rf"(?:(?:very )?(?:{FIRST}|{LAST}|{'|'.join(w for w, n in ORDINALS.items() if n > 1)}))"
_LEFT = (
    r"(?:discharged|released|sent home|(?:let|allowed) (?:go|home|out)|left|leave|leaving|go(?:ing)? home|went home"
    r"|get(?:ting)? (?:out|discharged|released)|got (?:out|discharged|released)|depart(?:ed)?|exit(?:ed)?)"
)
_CAME = (
    r"(?:admitted|(?:first )?(?:placed|taken|brought|put|sent)|go|went|come|came|get(?: in)?|got(?: in)?|arrive[ds]?"
    r"|start(?:ed)?(?: out)?|beg[ai]n)"
)
_WHEN = r"(?:when|at the time|as|at the moment|right before|just before|before|at the point) "
_CLOSE = (
    r"(?: (?:(?:right |just |immediately )?(?:before|prior to|at|on|upon)) (?:the |his |her |my )?(?:final )?discharge)"
)
_KEEPS = verbs("keep, hold, house, put up, retain")
_STAYED = verbs("spend, stay, be, remain, lie, be kept, be there, be in, be an inpatient, be hospitalized")
_DAY = r"(?P<day>[^?.,:;]*\d[^?.:;]*?)"
_ED = r"(?:(?:the|my|his|her|their|that) )*(?:ed|er|emergency (?:department|room|ward)|a&e|casualty)"
_VISIT = r"(?:visits?|encounters?|contacts?|appointments?|consultations?)"
_CARE = (
    r"(?:doctors?|physicians?|clinics?|hospitals?|providers?|offices?|practices?|specialists?|nurses?|facilit(?:y|ies))"
)
STAYING: tuple[tuple[str, str], ...] = (
    (rf"\bat the end of (?P<stay>{_MY}(?:{_WHICH} )?{_STAY}(?: in (?:the )?hospital)?),? (?:what|which) {_WARD} (?:did"
     rf"|was|were) {_WHO} (?:{_LEFT} (?:from)?|in|on|at)", r"what was the last ward during \g<stay>"),
    (rf"\b(?:on |in |at )?(?:which|what) {_WARD} {_WAS} {_WHO} (?:on|in|at|staying (?:on|in)) {_WHEN}{_WHO}"
     rf" (?:(?:was|were|got|finally) )*{_LEFT}(?: from| of)?(?= {_MY}(?:{_WHICH} )?{_STAY}|[ ?.!]*$|,)",
     "what was the last ward during "),
    (rf"\bfrom (?:which|what) {_WARD} {_WAS} {_WHO} (?:finally )?{_LEFT}(?: (?:at|by) the end of| from| after| in"
     rf"| on)?(?= {_MY}(?:{_WHICH} )?{_STAY}|[ ?.!]*$)", "what was the last ward during "),
    (rf"\b(?:which|what) {_WARD} {_WAS} {_WHO} (?:finally )?{_LEFT}(?: home)? from(?: (?:at|by) the end of| after"
     rf"| in)?(?= {_MY}(?:{_WHICH} )?{_STAY}|[ ?.!]*$)", "what was the last ward during "),
    (rf"\b(?:discharging|departing|discharge|final|ending) {_WARD}(?:(?:,| of| in| for| at the end of) )?",
     "last ward during "),
    (rf"\b(?P<last>(?:{LAST}) {_WARD})(?P<stay>[^?]*?){_CLOSE}", r"\g<last>\g<stay>"),
    (rf"\b(?:admitting|arrival|admission|entry|initial|starting) {_WARD}(?:(?:,| of| in| for| at) )?",
     "first ward during "),
    (rf"\b(?:(?:to|on|in|at) )?(?:which|what) {_WARD} {_WAS} {_WHO} (?:first |initially |originally )?{_CAME} (?:to )?"
     rf"(?:first|at first|initially|originally)(?: (?:in|on|during|for|at))?(?= {_MY}(?:{_WHICH} )?{_STAY}|[ ?.!]*$)",
     "what was the first ward during "),
    (rf"\b(?:(?:to|on|in|at) )?(?:which|what) {_WARD} {_WAS} {_WHO} (?:first|initially|originally) {_CAME}(?: to| in)?"
     rf"(?: (?:in|on|during|for|at))?(?= {_MY}(?:{_WHICH} )?{_STAY}|[ ?.!]*$)", "what was the first ward during "),
    (r"\bduring *(?=[?.!]*$)", ""),
    (rf"\bhow did {_WHO} (?:get|come|end up|arrive|enter)(?: in)?(?:to)? (?:the )?hospital (?:for|on|in|at) (?P<stay>"
     rf"{_MY}(?:{_WHICH} )?{_STAY})(?:[.?,]? i mean[^?]*)?", r"what was the admission source of \g<stay>"),
    (rf"\b(?P<of>(?:(?:which|what) (?:is"
     rf"|was) )?(?:the )?)?source of (?P<stay>{_MY}(?:{_WHICH} )?(?:hospital )?{_STAY})",
     r"\g<of>admission source of \g<stay>"),
    (rf"(?P<stay>\b{_MY}(?:{_WHICH} )?{_STAY})[:,]? (?:{_WHO} )?(?:came|got|arrived|admitted|was admitted"
     rf"|entered)(?: in)?"
     r" (?:via|through|by|from) (?:which|what) (?:source|route|way|place|door)", r"admission source of \g<stay>"),
    (rf"\b(?:via|through|by|from) (?:which|what) (?:source|route|way|place|door) (?:was|were"
     rf"|did) {_WHO} (?:admitted|come"
     rf"|get|enter)(?: in)?(?: (?:to|into) (?:the )?hospital)? (?:for|on|in|at)(?= {_MY}(?:{_WHICH} )?{_STAY})",
     "what was the admission source of"),
    (rf"^{_WHO} (?:was|were|got|went|came) (?:admitted|hospitali[sz]ed|in|into hospital|to hospital|in the hospital"
     rf"|to the hospital|into the hospital)(?: to (?:the )?hospital)? {_DAY}[.:;,]+ (?:and )?(?:for )?how (?P<long>long"
     rf"|many days|many nights)\b[^?]*", r"how \g<long> was the hospital stay \g<day>"),
    (rf"^admitted {_DAY}[.:;,]+ (?:and )?(?:after )?how (?P<long>long|many days)\b[^?]*?\b(?:discharged|released"
     rf"|home|out"
     r"|stay|kept)", r"how \g<long> was the hospital stay \g<day>"),
    (rf"\bhow (?P<long>long|many days) (?:did|was|were) {_WHO} (?:{_STAYED})? ?(?:(?:in|at) )?(?:the )?(?:hospital )?"
     rf"(?:when|after|the time|that time) {_WHO} (?:was|were|went|came|got)(?: (?:admitted|in|into|to|the|hospital"
     rf"|hospitali[sz]ed))+ {_DAY}(?=[ ?.!]*$)", r"how \g<long> was the hospital stay \g<day>"),
    (rf"\bhow (?P<long>long|many days)(?: (?:did|was|were|has|have))? (?:they|you|the hospital|the doctors) {_KEEPS}"
     rf" {_ME}\b(?: (?:in|there|at)(?: (?:the )?hospital)?)?(?: (?:when|after|the time|that time) {_WHO} (?:was"
     rf"|were|went"
     rf"|came|got)(?: (?:admitted|in|into|to|the|hospital|hospitali[sz]ed))+)?", r"how \g<long> was the hospital stay"),
    (rf"\b(?P<stay>{_STAY}) (?:that )?(?:start(?:ed|ing|s)|beg(?:an|inning|ins)|commenc(?:ed|ing))(?: on)? (?=[^?]*\d)",
     r"\g<stay> on "),
    (rf"^(?:we|i|you) (?:last )?(?:met|saw each other|saw {_ME}|talked|spoke)(?: (?:last|with|to|{_ME}))*(?: on"
     rf"| in)? (?P<day>[^?.]*\d"
     r"[^?.]*?)[.;]+ (?P<asked>[^?]*?)\b(?:in the (?:meantime|interim)|since(?: then)?|meanwhile|between)\b(?: then)?"
     r"(?P<more>[^?]*)", r"\g<asked>since \g<day>\g<more>"),
    (rf"\binterval (?=(?:hospital |inpatient |icu |ed )?(?:{_STAY}|admissions?|visits?|encounters?)\b)", ""),
    (r"\bcalendar (?=year\b)", ""),
    (r"\byear (?=(?:19|20|21|22)\d\d\b)", ""),
    (r"^counting (?:only |just |all )?(?:the )?(?P<what>[^,?]+?),? how many of (?:them|those|these)\b",
     r"how many \g<what>"),
    (rf",? (?:counting|including|count) (?:every|all|any|each)(?: and every)?(?: (?:kinds?|types?|sorts?)(?: of)?)?"
     rf" {_VISIT}(?: (?:you have|there (?:is|was|were)|on file|of any kind))?", ""),
    (r",? (?:of )?(?:all|any|every|whatever) (?:kinds?|types?|sorts?)(?=,| in| for| during| on|[ ?.!]*$)", ""),
    (rf"\b(?:go|went|gone|been|going|come|came) to (?:(?:the|an?|any|my|his|her|their) )?{_CARE}(?:(?:,? or |, |/)"
     rf"(?:(?:the|an?|any) )?{_CARE})+", "have visit"),
    (r"\b(?P<last>(?:last|latest|most recent|first|earliest|any|no) )contacts?\b(?! (?:number|precaution|lens|dermat))",
     r"\g<last>visit"),
    (rf"\bnot {_MY}(?:latest|last|most recent) (?P<what>{_STAY}|{_VISIT}),? (?:but )?the one (?:just |right )?(?:before"
     r"|prior to|preceding)(?: (?:it|that|this))?\b[:,]?", r"penultimate \g<what>"),
    (rf"\bpenultimate (?P<what>{_STAY}|{_VISIT}),? (?P<asked>when|how long) (?P<aux>was|did) (?:that|it|this)(?: one)?",
     r"\g<asked> \g<aux> penultimate \g<what>"),
    (rf"(?P<asked>\b(?:what|which)\b[^?]*?) when {_WHO} (?:was|were|had been|got|went|came)(?: (?:last|first))?"
     r" (?:seen|there|here|in|examined|visited)(?: there| here)? (?=(?:on |in )?[^?]*\d)", r"\g<asked> at the visit "),
    (rf"^{_WHO} (?:was|were|got) (?:seen|examined|there|in)(?: there)? {_DAY}[.;:,]+ (?:and )?what (?:did (?:they"
     r"|you|the doctors?) (?:find|think|say|diagnose)|was (?:found|wrong|diagnosed)|was it)\b[^?]*",
     r"what was diagnosed at the visit \g<day>"),
    (rf"\bwhere (?:did|was|had) {_WHO} (?:come|been|be|brought) (?:in )?(?:from )?(?:for|on|at|before"
     rf"|prior to)(?= {_MY}"
     rf"(?:{_WHICH} )?{_STAY})", "what was the admission source of"),
    (rf"\b(?:the )?(?:stay|admission|time|hospitali[sz]ation|one) (?:that|when|where|in which|during which) (?:{_WHO}"
     rf" (?:was |were )?{_STAYED}|{_KEEPS} {_ME})(?: (?:in|at|there))?(?: (?:the )?hospital)? (?:for )?(?:the )?"
     r"(?P<most>longest|shortest)\b(?: time)?", r"the \g<most> hospital stay"),
    (r"^(?!.*\b(?:icu|intensive|ed|er|emergency|ward|unit)\b)(?P<before>.*?\b(?:the|his|her|my|their|which|what|longest"
     r"|shortest|all|any|how many|number of|of|first|last)) (?P<stays>stays?)\b"
     r"(?! (?:on|off) (?!the \d|\d|[a-z]+\.? \d))", r"\g<before> hospital \g<stays>"),
    (rf"\b(?:which|what)(?: of {_MY})? (?P<stay>(?:\w+ )?{_STAY}|{_VISIT}) (?:(?:was|is|were|lasted|took|had been)"
     r" )(?:the )?(?P<most>longest|shortest)\b", r"what is the \g<most> \g<stay>"),
    (rf"(?:^|(?<=[,.] ))(?:whether )?(?:was|were|did|has|have|is|had) {_WHO} (?:(?:been|ever|then|actually"
     rf"|finally) )*(?:discharged|go|gone"
     rf"|went|sent"
     r"|released|get|got|let)(?: out)?(?: back)? (?:to )?home\b(?! (?:on|with|before|and)\b)(?: (?:after|from"
     r"|at the end of)"
     r"(?= (?:the|his|her|my|their) ))?", "what was the discharge disposition of"),
    (r"\bdischarge disposition of(?=[ ?.!]*$| (?:last|the last|the first|first) time)", "discharge disposition"),
    (r"\b(?:(?:have|has|had) to )?(?:be|go|went|gone|come|came|been|land(?:ed)?|end(?:ed)? up"
     r"|return(?:ed)?) back (?:(?:in"
     r"|to|into|at) )+(?:the |an? )?(?P<place>hospital|icu|intensive care(?: unit)?|ed|er|emergency (?:room"
     r"|department))\b",
     r"readmitted to \g<place>"),
    (r"\b(?:admitted|hospitali[sz]ed|an inpatient) (?:again|once more|anew|a second time)\b", "readmitted"),
    (rf"\bwhat (?:type|kind|sort) of (?:hospital )?{_STAY} (?P<was>was|is|were)\b",
     r"what \g<was> the admission type of"),
    (rf"\b(?:was|is) (?P<stay>{_MY}(?:{_WHICH} )?{_STAY}) (?:an? )?(?:(?:elective|urgent|emergency|emergent|planned"
     r"|unplanned|scheduled|routine)(?: one| admission)?(?:,? or |, )?(?:an? )?)+(?:not)?(?=[ ?.!]*$)",
     r"what was the admission type of \g<stay>"),
    (r"\bhow recent (?P<is>is|was|are|were)\b", r"when \g<is>"),
    (r"\b(?P<of>diagnos[ei]s|problems?|conditions?|records?|one) (?:that |which )?(?:counts? as|falls? under"
     r"|qualif(?:y|ies)"
     r" as|belongs? to|comes? under|is (?:a |some )?(?:kind|form|type|sort) of|amounts? to)(?= )", r"\g<of> of"),
    (r"\b(?P<last>(?:last |first |ever |most recently )?)(?:appear|come up|show up|turn up|present|be recorded"
     r"|crop up|be"
     r" entered)(?:ed|s)? as an? (?:new |fresh |active )?(?:diagnosis|problem|condition)\b", r"\g<last>diagnosed"),
    (r"\b(?:newly|freshly) (?=diagnosed|found|recorded|made|entered)", ""),
    (r",? (?:whatever|regardless of|no matter) (?:the |what |which )?(?:exact |precise |specific )?(?:form|type"
     r"|kind|sort|name"
     r"|variety|flavou?r)(?: (?:it|that) (?:was|is|took|takes))?\b", ""),
    (r"\bdone procedurally\b", "the procedures done"),
    (r"\bprocedurally,? (?P<what>what (?:was|were)) done\b", r"\g<what> the procedures done"),
)  # fmt: skip
"""Tried before the verbs are read; names of the chart stand as C0, C1 …"""
