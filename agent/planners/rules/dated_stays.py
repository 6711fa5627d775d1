"""Dated stays: "during the admission of March 3": all of that stay is meant, and not its first day only."""

from __future__ import annotations

import re

from agent.planners.rules.kinds import STAYS
from agent.planners.rules.sketch import Sketch
from tools.chart_query import Kind, Stay

_STAY = (
    r"(?:(?P<icu>icu|intensive care) (?:stay|admission)|(?P<ed>ed|er|emergency(?: (?:room|department))?) (?:visit|stay"
    r"|encounter)|hospitali[sz]ation|(?:(?:hospital|inpatient) )?(?:stay|admission))"
)
_JOIN = r"(?: that)?(?: (?:began|started|beginning|starting|dated))?(?: (?:of|on|from|in))?"
_IN = r"(?:during|in|throughout|at|within|from|over) (?:(?:the|that|his|her|my|their) )?"


def date_stay(sketch: Sketch, kind: Kind) -> Stay | None:
    """The stay of a time, where something but stays is asked of it; None where the time is of the records."""
    if not sketch.when or kind in (*STAYS, Kind.PATIENT) or (sketch.stay is not None and sketch.stay.which != "any"):
        return None
    point = re.escape(re.sub(r"^(?:on|in|from|during|at) ", "", sketch.when))
    said = re.search(rf"\b{_IN}{_STAY}{_JOIN} (?:the )?{point}(?![\w-])", sketch.text)
    if said is None:
        return None
    return Stay(type="icu" if said["icu"] else "ed" if said["ed"] else "hospital", which="any", when=sketch.when)
