"""Coming back: whether someone was admitted again after the stay that ended, or began, on a day that is named.

Read over the whole question; nothing where a word of it is not understood. Knows nothing of what a chart holds.
"""

from __future__ import annotations

import re

from agent.planners.rules.again import HOURS, NUMBERS, kind_of_place
from agent.planners.rules.cascade import plain
from agent.planners.rules.masks import unknown_words
from agent.planners.rules.stay_gaps import LEFT, STAY
from tools.chart_query import Anchor, ChartQuery, Compute, Kind, Pick
from tools.time_window import find_time_phrases

_COUNT = rf"(?P<n>\d+|{'|'.join(NUMBERS)})"
_SPAN = (
    rf"(?:(?:,? ?(?:(?:with)?in|less than|under|fewer than|no more than|at most|before)(?: the)?(?: next| first"
    rf"| following)?|(?:the )?(?:next|following|first)) )+{_COUNT}[ -]?(?P<unit>hour|day|week|month|year|d|wk|mo"
    r"|h|yr)s?(?: (?:later|afterwards?|thereafter|of that|after that|after|of|from|following|since))?"
)
_RATED = rf"(?P<n2>\d+|{'|'.join(NUMBERS)})[- ]?(?P<unit2>hour|day|week|month|d|wk|mo)[- ](?=re-?(?:admi|hosp))"
_UNITS = {"d": "day", "wk": "week", "mo": "month", "h": "hour", "yr": "year"}
_AGAIN = (
    r"(?:re-?admi(?:tted|ssions?|t)|re-?hospitali[sz](?:ed|ations?)|bounced? ?back"
    r"|(?:admitted|hospitali[sz]ed|an inpatient|in (?:the )?hospital) (?:again|once more|anew|a second time)"
    r"|(?:another|a new|a second|a further|any other|any further|a subsequent|any) (?:hospital |inpatient )?"
    r"(?:admission|stay|hospitali[sz]ation)s?"
    r"|back(?= (?:in|into|to|at) (?:the )?(?:hospital|icu|intensive|ed\b|er\b|emergency))"
    r"|(?:return(?:ed)?|(?:go|went|come|came|gone|be|been|was|land(?:ed)?|end(?:ed)? up|wind up|wound up) back)"
    r"(?! (?:home|on))(?: (?:in|into|to|there|at))*)"
)
_TO = (
    r"(?:(?: (?:to|into|in|at))* (?:the |an? )?(?P<place>icu|intensive care(?: unit)?|hospital|ed|er|emergency"
    r" (?:room|department))\b)?"
)
_DAY = "D0"
_GONE = rf"(?:{LEFT}|end(?:ed|ing|s)?|over)"
_AFTER_LEAVING = re.compile(
    rf"\b{_GONE}(?:,? (?:from|of|at|on|was|were|got|the|my|his|her|their|stay|hospital|ward))*,? {_DAY}\b"
    rf"|\b{_DAY} (?:hospital )?(?:discharge|release)\b|\b{_DAY}:? (?:discharged|released|sent home)"
)
_AFTER_COMING = re.compile(
    rf"\b(?:admitted|went in|came in|{STAY})(?: (?:of|on|at|that|which|began|begun|beginning|started|starting|to|the"
    rf"|hospital|my|his|her))* {_DAY}\b|\b{_DAY} (?:hospital )?{STAY}"
)
_OTHERWISE = re.compile(r"(?:what|how|who|why|where|which|list|show|count)\b")
_KNOWN = frozenset(
    """
    yes no count counts considered qualify qualifies discharge discharged released release leaving left sent home
    hospital ended ends ending end stay admission admissions hospitalization began begun started beginning after
    following follow since afterwards afterward thereafter later ever again out back day date time over that then
    of need needed inpatient
    """.split()  # noqa: SIM905
)


def compose_return(question: str) -> ChartQuery | None:
    """Whether, or when, someone came back after the stay that ended, or began, on a day, where that is asked.

    >>> query = compose_return("Discharged March 3, 2021: readmitted within 60 d?")
    >>> (query.around.when, query.around.ended, query.around.hours) if query and query.around else None
    ('on march 3, 2021', True, 1440.0)
    >>> compose_return("Was she readmitted within 30 days?") is None
    True
    """
    text = plain(question).lower().strip(" ?.!")
    if _OTHERWISE.match(text):
        return None
    span = re.search(rf"(?<![\w-])(?:{_RATED}|{_SPAN}(?!\w))", text)
    left = f"{text[: span.start()]} {text[span.end() :]}" if span else text
    days = [phrase for phrase in find_time_phrases(left) if re.search(r"\d", phrase[2])]
    if len(days) != 1:
        return None
    start, end, day = days[0]
    left = f"{left[:start]} {_DAY} {left[end:]}"
    again = re.search(rf"\b(?:{_AGAIN}){_TO}(?![\w-])", left)
    if again is None:
        return None
    left = " ".join(f"{left[: again.start()]} | {left[again.end() :]}".split())
    ended = _AFTER_LEAVING.search(left) is not None
    if not (ended or _AFTER_COMING.search(left)) or unknown_words(left.replace(_DAY, " "), _KNOWN):
        return None
    day = re.sub(r"^(?:on|in|from|during|at|of|after|since|following) ", "", day)
    anchor = Anchor(
        relation="after", kind=Kind.HOSPITAL_STAY, pick="any", hours=_hours_of(span), when=f"on {day}", ended=ended
    )
    kind = kind_of_place(again["place"])
    if text.startswith("when "):
        return ChartQuery(kind=kind, around=anchor, pick=Pick(which="first"), compute=Compute.TIME)
    return ChartQuery(kind=kind, around=anchor, compute=Compute.EXISTS)


def _hours_of(span: re.Match[str] | None) -> float | None:
    """The hours of a span; of an undated one, or none, no bound."""
    if span is None:
        return None
    number, unit = (span["n"], span["unit"]) if span["n"] else (span["n2"], span["unit2"])
    count = int(number) if number.isdigit() else NUMBERS[number]
    return float(count * HOURS[_UNITS.get(unit, unit)])
