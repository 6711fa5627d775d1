"""Stay gaps: how long someone was out of hospital between two stays, from the end of one to the beginning of the next.

Read over the whole question; nothing where a word of it is not understood. Knows nothing of what a chart holds.
"""

from __future__ import annotations

import re

from agent.planners.rules.cascade import plain
from agent.planners.rules.masks import unknown_words
from tools.chart_query import ChartQuery, Compute, Kind, Pick, Slot

_MY = r"(?:(?:the|my|his|her|their|our|a|an|this|that|hospital|inpatient) )*"
_HOSPITAL = r"(?: (?:(?:from|of|out of) )?(?:the |that )?hospital)?"
STAY = r"(?:stays?|admissions?|hospitali[sz]ations?|hospital visits?)"
LEFT = (
    r"(?:discharge[ds]?|release[ds]?|sent home|let (?:go|out)|left|leaving|(?:get(?:ting)?|got) (?:out|home|released"
    rf"|discharged)|(?:going|went|go) home|(?:coming|came|come) (?:out|home)){_HOSPITAL}"
)
_BACK = (
    r"(?:re-?admi(?:tted|ssions?|t)|re-?hospitali[sz](?:ed|ations?)|(?:admitted|hospitali[sz]ed) again"
    r"|(?:return(?:ed|ing)?|(?:go|going|went|come|coming|came|gone|be|being|was|land(?:ed|ing)?"
    r"|end(?:ed|ing)? up) back)"
    r"(?: (?:in|into|to|there|at))*(?: (?:the )?hospital)?)"
)
_PRIOR = (
    r"(?:previous|prior|preceding|earlier|penultimate|second[- ]to[- ](?:the[- ])?last|second[- ]last"
    r"|(?:last|latest) but one|next[- ]to[- ]last)"
)
_LATEST = r"(?:latest|last|most recent|current|newest|current/most recent|present)"
_BEFORE = (
    r"(?:(?:the )?(?:time|one|stay|admission) before(?: (?:the )?last(?: (?:time|one))?| that| it)?"
    r"|(?:right |just |immediately )?before (?:it|that(?: one)?)|the previous time)"
)
_END_OF_PRIOR = rf"end of {_MY}(?:{_PRIOR} (?:hospital |inpatient )?(?:{STAY}|one)|(?:{STAY}|one) {_BEFORE})"
_START_OF_LATEST = rf"(?:start|beginning) of {_MY}{_LATEST} (?:hospital |inpatient )?(?:{STAY}|one)"
_LEFT_PRIOR = rf"(?:{_PRIOR} (?:hospital |inpatient )?{LEFT}|{LEFT},? {_BEFORE}|{LEFT} (?:from )?{_MY}{_PRIOR} {STAY})"
_CAME_LATEST = rf"(?:{_LATEST} (?:hospital |inpatient )?(?:{STAY}|{_BACK})|{_BACK}(?: in)?)"
_TWO = r"(?:two|2)"
_LAST_TWO = rf"(?:{_LATEST} {_TWO}|{_TWO} {_LATEST}) (?:hospital |inpatient )?{STAY}"
_FIRST_TWO = (
    rf"(?:(?:first|earliest) {_TWO}|{_TWO} (?:first|earliest)) (?:hospital |inpatient )?{STAY}"
    rf"|first (?:(?:hospital )?{STAY} )?(?:and|to) {_MY}second (?:hospital |inpatient )?{STAY}"
)
_PRIOR_AND_LATEST = (
    rf"{_PRIOR} (?:(?:hospital |inpatient )?{STAY} )?(?:and|to|until) {_MY}{_LATEST} (?:hospital |inpatient )?{STAY}"
    rf"|{_LATEST} (?:(?:hospital |inpatient )?{STAY} )?and {_MY}(?:{_PRIOR}"
    rf"(?: (?:hospital |inpatient )?(?:{STAY}|one))?|(?:the )?one before(?: (?:it|that))?)"
)
_OUT = (
    r"(?:out of (?:the )?hospital|at home|outside(?: of)?(?: the hospital)?|not in (?:the )?hospital"
    r"|home(?! (?:care|visit|nurs|oxygen|med))"
    r"|free of (?:the )?hospital|away from (?:the )?hospital)"
)
_LEFT_TO_BACK = (
    rf"\(?(?:counted |measured |counting )?(?:from )?(?:{_MY}(?:end of )?)?(?:{LEFT}|end of (?:the )?(?:one|first))"
    rf"[ -]+(?:to|until|till)[ -]+(?:{_MY})?(?:{_LATEST} |next |second )?(?:{_BACK}|admissions?|admitted)\)?"
)
_ASKS = re.compile(
    r"\bhow (?:many (?:day|week|month|year)s|long|much time)\b|\btime (?:elapsed |passed )?between\b"
    r"|\binterval\b|\bgap\b|\b(?:days|weeks|months) (?:between"
    r"|from|out|home|at home|elapsed)\b|^days\b"
)
_UNIT = re.compile(r"\b(day|week|month|year)s?\b")
_SINCE_ASKED = re.compile(
    r"\b(?:ago|icu|intensive|ed|er|emergency|ward|unit|health|\d{2,}|[013-9]|readmitted within)\b"
)
_KNOWN = frozenset(
    """
    interval gap days day weeks months between elapsed elapse passed pass went by go gone separated separate separates
    two last latest most current present previous prior preceding earlier penultimate second second-to-last time times
    discharge discharged discharges release released releases leaving left admission admissions admitted readmission
    start beginning before going readmitted re-admission re-admitted hospitalization hospitalizations hospitalisation
    hospitalisations rehospitalized 2
    hospital inpatient stay stays first home back in again counted counting measured before after long spend spent lie
    lay next return returned returning end current/most following follow many much until till to-last
    """.split()  # noqa: SIM905
)


def compose_stay_gap(question: str) -> ChartQuery | None:
    """The time between two stays, from the end of one to the beginning of the next, where that is asked.

    >>> query = compose_stay_gap("How many days was I out of the hospital between my last two stays?")
    >>> (query.pick.which, query.pick.n, query.compute.value, query.field, query.unit) if query else None
    ('last', 2, 'interval', <Slot.END: 'end'>, 'days')
    >>> compose_stay_gap("How many days between her last two admissions?") is None
    True
    """
    text = re.sub(r"\s*[;,()]\s*", " ", plain(question).lower()).strip(" ?.!")
    if not _ASKS.search(text) or _SINCE_ASKED.search(text):
        return None
    first = _says(_FIRST_TWO, text)
    pair = first or _says(_LAST_TWO, text) or _says(_PRIOR_AND_LATEST, text)
    told = (
        pair and (_says(_OUT, text) or _says(_LEFT_TO_BACK, text) or (_says(LEFT, text) and _says(_BACK, text)))
    ) or (
        (_says(_END_OF_PRIOR, text) and _says(_START_OF_LATEST, text))
        or (_says(_OUT, text) and _says(rf"before {_MY}{_BACK}(?: in)? (?:the )?{_LATEST} time", text))
        or (_says(_LEFT_PRIOR, text) and _says(_CAME_LATEST, re.sub(rf"\b{_LEFT_PRIOR}\b", "|", text)))
    )
    if not told or unknown_words(text.replace("/", " "), _KNOWN):
        return None
    unit = _UNIT.search(text)
    return ChartQuery(
        kind=Kind.HOSPITAL_STAY, pick=Pick(which="first" if first else "last", n=2), compute=Compute.INTERVAL,
        field=Slot.END, unit=f"{unit[1]}s" if unit else None,
    )  # fmt: skip


def _says(pattern: str, text: str) -> bool:
    return re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", text) is not None
