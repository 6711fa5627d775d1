"""Again: whether someone came back to where they had been: "was she readmitted within 30 days?", "back in the ICU?"."""

from __future__ import annotations

import re

from agent.planners.rules.cascade import Cascade
from tools.chart_query import Anchor, Kind

NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "six": 6, "thirty": 30}
HOURS = {"hour": 1, "day": 24, "week": 168, "month": 730.5, "year": 8766}
_PLACES: tuple[tuple[str, Kind], ...] = (
    (r"icus?|intensive care(?: unit)?", Kind.ICU_STAY),
    (r"ed|er|emergency (?:room|department)|a&e", Kind.ED_VISIT),
    (r"hospital|ward", Kind.HOSPITAL_STAY),
)
_TO = (
    r"(?: (?:back )?(?:to|into|in|at) (?:the |an? )?(?P<place>icu|intensive care(?: unit)?|hospital|ed|er"
    r"|emergency (?:room"
    r"|department)|a&e))?"
)
_BACK = (
    r"(?:re-?admit(?:ted|s)?|re-?admissions?|re-?hospitali[sz](?:ed|ations?)|bounce[ds]? ?back"
    r"|(?:admitted|hospitali[sz]ed|an inpatient) (?:again|once more|anew|a second time)"
    r"|(?:(?:go|went|gone|come|came|been|be|land(?:ed)?|end(?:ed)? up|return(?:ed)?) )?(?:back|again) (?=(?:to|into"
    r"|in|at)"
    r" (?:the )?(?:icu|intensive|hospital|ed\b|er\b|emergency))"
    r"|return(?:ed)?(?= (?:to|into) (?:the )?(?:icu|intensive|hospital|ed\b|er\b|emergency)))"
)
_WITHIN = (
    r"(?:,? (?:with)?in (?:the )?(?:(?:first|next) )?(?P<n>\d+|a|one|two|three|six|thirty)[ -](?P<unit>hour|day|week"
    r"|month|year)s?"
    r"(?: (?:of|after|from|following|since|later)(?: (?:(?:the|a|an|his|her|my|being|any|getting|previous) )*"
    r"(?:discharged?|released?|leaving|going home|stay|admission|hospitali[sz]ation)(?: (?:the )?hospital)?)?)?)?"
)
_RATED = r"(?:(?P<n2>\d+)[- ](?P<unit2>hour|day|week|month)[- ])?"


def read_again(cascade: Cascade) -> Anchor | None:
    """That stays which follow another of the same kind are asked after, taken from the text.

    >>> cascade = Cascade("was she readmitted to the icu within 2 weeks of discharge")
    >>> anchor = read_again(cascade)
    >>> (anchor.kind.value, anchor.pick, anchor.hours, cascade.text) if anchor else None
    ('icu_stay', 'any', 336.0, 'was she  | ')
    """
    match = cascade.take(rf"{_RATED}{_BACK}{_TO}{_WITHIN}")
    if match is None:
        return None
    kind = kind_of_place(match["place"])
    number, unit = (match["n"], match["unit"]) if match["n"] else (match["n2"], match["unit2"])
    hours = (int(number) if number.isdigit() else NUMBERS[number]) * HOURS[unit] if number else None
    return Anchor(relation="after", kind=kind, pick="any", hours=hours)


def kind_of_place(place: str | None) -> Kind:
    """The kind of stay of a place; of none a hospital stay.

    >>> kind_of_place("icu").value, kind_of_place(None).value
    ('icu_stay', 'hospital_stay')
    """
    return next(kind for pattern, kind in _PLACES if re.fullmatch(pattern, place or "hospital"))
