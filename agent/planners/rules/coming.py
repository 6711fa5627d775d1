"""Coming and going in everyday words: why someone came, what they took at home, where they went; how a thing is meant.

Tables of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

import re

from agent.planners.rules.cascade import Cascade
from agent.planners.rules.kinds import MEASURED
from agent.planners.rules.places import FIRST, LAST, ORDINALS
from agent.planners.rules.sketch import Sketch
from tools.chart_query import Anchor, ChartQuery, Compute, Kind, Pick, Stay

_WHO = r"(?:me|us|him|her|them|(?:the )?patient)"
_I = r"(?:i|we|he|she|they|(?:the )?patient)"
_IN = r"(?:(?:in|back|over) ?)*(?:to|into) (?:the |an? )?"
_PLACE = r"(?P<place>hospital|(?:ed|er|emergency (?:room|department)|a&e)|icu|intensive care(?: unit)?)"
_AT_DOCTOR = (
    r"(?:(?:the|my|his|her|their|a|our) )?(?:doctors? office|doctors?|physician|clinic|office|practice|gp|pcp|doc"
    r"|provider)"
)
_FACILITY = r"(?:clinic|hospital|practice|facility|office|health cent(?:er|re)|site|medical cent(?:er|re))"
_CLINICIAN = r"(?:doctors?|physicians?|clinicians?|providers?|practitioners?)"
_NTH = rf"{FIRST}|{LAST}|{'|'.join(ORDINALS)}"
_LATER = r"(?: (?:after|following|upon|on|at) (?:(?:the|his|her|my|their) )?)"
_IMAGED = r"(?P<image>x-?rays?|ct(?: scans?)?|mris?|ultrasounds?|scans?)"
_DONE = r"(?P<done>(?:(?:was|were|ever|been|done|taken|made|performed|ordered) )*)"
_PART = (
    r"(?P<part>abdomen|ankle|arm|back|belly|chest|elbow|femur|finger|foot|hand|head|hip|jaw|knee|leg|neck|nose|pelvis|rib|shoulder"
    r"|skull|spine|stomach|thumb|toe|tummy|wrist)"
)
_BEFORE_LEAVING = (
    r"\b(?:before|prior to)(?: (?:the )?(?:time|moment|day) of)? (?:(?:the|his|her|my|their|hospital|last|latest"
    r"|most recent) )*discharge(?=[ ?.!]*$)"
)
COMING: tuple[tuple[str, str], ...] = (
    (rf"\bwhat (?:has |had )?(?:brought|took|led|landed|sent|put|got) {_WHO} {_IN}{_PLACE}\b",
     r"why was patient in the \g<place>"),
    (rf"\b(?:why|for what reason) did {_I} (?:come|go|present) {_IN}{_PLACE}\b", r"why was patient in the \g<place>"),
    (rf"\bwhat (?:has |had )?(?:brought|led|took|sent) {_WHO} (?:in\b(?: to {_AT_DOCTOR})?(?! to\b)"
     rf"|to {_AT_DOCTOR}\b)",
     "what was the reason for the visit"),
    (rf"\b(?:why|for what reason) (?:was|were) {_I} (?:(?:at|in|seen (?:at|in|by)) {_AT_DOCTOR}|seen)\b",
     "what was the reason for the visit"),
    (rf"\b(?:why|for what reason) did {_I} (?:go to|see|visit|come (?:in )?to) {_AT_DOCTOR}\b",
     "what was the reason for the visit"),
    (rf"\b(?:at |to |in )?(?:which|what) {_FACILITY}(?:,? or {_FACILITY})*"
     rf" (?:did {_I} (?:(?:go|come) to|visit|go|attend)"
     rf"|was {_I} (?:seen|treated)?(?: ?(?:at|in))?)(?= (?:on|in|last|for)\b|[ ?.!]*$| \d)", "where was the visit"),
    (rf"^{_CLINICIAN} (?=(?:at|of|for) the (?:encounter|visit|appointment)\b)", "who was seen "),
    (rf"\bwhere did {_I} (?:go|get sent|get taken){_LATER}(?:(?P<which>{_NTH}) )?"
     r"(?:(?:hospital )?discharge|(?:the )?hospital|hospital stay|admission|stay)\b",
     r"where was patient discharged to from the \g<which> hospital stay"),
    (rf"\bwhere (?:did {_I} go|was {_I} (?:sent|taken)) (?:when {_I} (?:left|was (?:discharged|released))"
     r"|(?:after|on|upon) (?:leaving|being discharged))\b", "where was patient discharged to"),
    (rf"\b{_IMAGED} {_DONE}(?:for|of|on) (?:(?:the|his|her|my|their|an?) )?{_PART}\b",
     r"<\g<part> \g<image>> \g<done>"),
    (rf"\bwhat (?:is|was|are|am) {_I} (?:being |getting )?treated for with (?P<drug>[^?]+)",
     r"why was \g<drug> prescribed"),
    (rf"\bwhat (?P<was>was|were|is) (?P<its>(?:his|her|my|their|the) )?(?:last |latest )?(?P<name>C\d+)"
     rf" {_BEFORE_LEAVING}",
     r"what \g<was> \g<its>last \g<name> during the last hospital stay"),
    (rf"(?<=\w )\bwhen (?:{_I} )?(?:(?:was|were|got) )?(?:discharged|released|sent home)(?=[ ?.!]*$)", "on discharge"),
    (_BEFORE_LEAVING, "during the last hospital stay"),
    (r"\banti-?coagulated\b", "on <anticoagulants>"),
    (r"\bruns? in (?:the|his|her|my|their) family\b", "in the family history"),
)  # fmt: skip

_FEVER = re.compile(
    r"\b(?P<before>(?:highest|maximum|max|peak|worst)|how high (?:did|was|is)(?: the| his| her| my)?) fever\b",
    re.IGNORECASE,
)


def name_measures(text: str) -> str:
    """A problem of which an extreme is asked, as what is measured of it; before names are looked for.

    >>> name_measures("What was his highest fever?"), name_measures("When did the fever begin?")
    ('What was his highest body temperature?', 'When did the fever begin?')
    """
    return _FEVER.sub(r"\g<before> body temperature", text)


_AT_HOME = re.compile(r"(?P<taken>\b(?:tak(?:e|es|en|ing)|took|on|us(?:e|es|ed|ing))\b[^?]*?) at home\b", re.IGNORECASE)
_HOME_DRUGS = re.compile(r"\bhome (?=(?:medications?|medicines?|meds|drugs?|pills)\b)", re.IGNORECASE)


def name_home_drugs(text: str) -> tuple[str, bool]:
    """The question without "at home", and whether it says so of drugs.

    >>> name_home_drugs("What did he take at home?"), name_home_drugs("List her home meds.")
    (('What did he take?', True), ('List her meds.', True))
    >>> name_home_drugs("Is he at home?")
    ('Is he at home?', False)
    """
    plain, number = _AT_HOME.subn(r"\g<taken>", text)
    plain, more = _HOME_DRUGS.subn("", plain)
    return plain, bool(number or more)


ARRIVED = Anchor(relation="after", kind=Kind.HOSPITAL_STAY)
ARRIVAL = (
    r"(?:on|at|upon) (?:the )?(?:hospital )?(?:admission|arrival)"
    r"|(?<=C\d )when (?:i|he|she|they|patient) (?:first )?(?:arrived|came in|presented|was admitted)"
)


def read_arrival(cascade: Cascade) -> Anchor | None:
    """ "On admission": what came first after the last stay began."""
    if cascade.take(ARRIVAL) is None:
        return None
    return ARRIVED


_LEAVING = re.compile(
    r"\b(?:on|at|upon|near|nearest|closest to|around)(?: (?:the )?(?:time|moment|day) of)?"
    r" (?:(?:the|his|her|my|their|hospital|last|latest|first|most recent) )*discharge\b(?! (?:diagnos|disposition))"
)


def measured_at_discharge(sketch: Sketch, query: ChartQuery) -> ChartQuery:
    """What is measured at a discharge is the last of that stay, of the last one unless another is named."""
    valued = query.compute in (Compute.LIST, Compute.VALUE) and query.kind in MEASURED and bool(query.about)
    if not valued or query.around or query.when or not _LEAVING.search(sketch.text):
        return query
    pick = query.pick if query.pick.which == "last" else Pick(which="last")
    return query.model_copy(update={"during": query.during or Stay(which="last"), "pick": pick})
