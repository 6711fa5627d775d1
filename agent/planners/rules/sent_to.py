"""Sent to: where someone went from a stay, in everyday words: "where did they send me after my last stay?".

A table of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

from agent.planners.rules.places import FIRST, LAST, ORDINALS

_I = r"(?:i|we|he|she|they|(?:the )?patient)"
_THEY = r"(?:they|you|the (?:hospital|doctors?|team|staff)|doctors)"
_ME = r"(?:me|us|him|her|them|(?:the )?patient)"
_WHICH = rf"(?:(?:very )?(?:{FIRST}|{LAST}|{'|'.join(w for w, n in ORDINALS.items() if n > 1)})|previous|penultimate)"
_MY = r"(?:(?:the|my|our|his|her|their|that|this) )*"
_STAY = (
    rf"{_MY}(?:{_WHICH} )?(?:(?:hospital|inpatient) )*(?:hospitali[sz]ations?|stays?|admissions?"
    r"|time in (?:the )?hospital)"
)
_PLACE = r"(?:settings?|places?|facilit(?:y|ies)|destinations?|locations?|level of care|care settings?|dispositions?)"
_WHERE = (
    rf"(?:(?:to|into) )?(?:where|(?:what|which) (?:(?:kind|type|sort) of )?(?:(?:care|discharge) )?{_PLACE})(?: to)?"
)
_SENT = r"(?:sent|taken|discharged|released|transferred|moved|placed|referred|brought)"
_SEND = r"(?:send|take|discharge|release|transfer|move|place|refer|bring|let)"
_GO = r"(?:go|get sent|get discharged|get released|end up|move|head|wind up|return)"
_AWAY = r"(?:(?: (?:on|off|out|home|to|next|straight|directly))*)"
_LEAVING = (
    r"(?:discharge|release|leaving|being (?:discharged|released)|getting (?:out|released|discharged)|departure|the end)"
)
_LATER = (
    rf"(?:,? (?:(?:after|following|upon|on|at|once|when) (?:the )?{_LEAVING}(?: (?:from|of|after|at the end of))?"
    r"|after|following|at the end of|when (?:i|he|she|they) (?:left|got out of|was (?:discharged|released) from)|from))"
)
_ELSE = (
    r"(?:(?:to )?(?:some|any)(?:where|place) else|elsewhere|(?:to )?(?:a|an|another|some) (?:facility|place)"
    r"|(?:some|any) other place|(?:to )?(?:a )?(?:rehab|nursing home|skilled nursing facility|snf|hospice))"
)
_AFTER_STAY = rf"{_LATER} (?P<stay>{_STAY})"
_ASKED = r"the discharge disposition of"
SENT_TO: tuple[tuple[str, str], ...] = (
    (rf"\b{_WHERE} did {_THEY} {_SEND} {_ME}{_AWAY}{_AFTER_STAY}\b", rf"what was {_ASKED} \g<stay>"),
    (rf"\b{_WHERE} (?:did {_I} {_GO}|(?:was|were) {_I} {_SENT}){_AWAY}{_AFTER_STAY}\b", rf"what was {_ASKED} \g<stay>"),
    (rf"\b(?:did|was|were) {_I} (?:go|sent|discharged|released|get sent|going) "
     rf"(?:(?:straight|back|right|directly) )*home,? or (?:(?:did|was|were) {_I} )?(?:(?:go|sent|discharged) )?"
     rf"{_ELSE}{_AFTER_STAY}\b"
     rf"(?:[?.,;]* (?:and |if so,? )?{_WHERE}(?: (?:did {_I} {_GO}|was {_I} {_SENT}|was (?:it|that)))?)?",
     rf"what was {_ASKED} \g<stay>"),
    (rf"^(?:after|following|at the end of|from) (?P<stay>{_STAY}),? {_WHERE} (?:did {_THEY} {_SEND} {_ME}"
     rf"|did {_I} {_GO}|(?:was|were) {_I} {_SENT}){_AWAY}(?=[ ?.!]*$)", rf"what was {_ASKED} \g<stay>"),
    (rf"\b(?P<go>(?:did|was|were) {_I} (?:go|sent|discharged|released)) (?:straight|right|directly) home\b",
     r"\g<go> home"),
)  # fmt: skip
"""Tried before the other wordings of stays; the stay named stays as it is."""
