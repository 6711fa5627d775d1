"""Then: whether something is asked to have been so at a time gone by ("active on 3/4/2015"), and not to be so now."""

from __future__ import annotations

import re

from agent.planners.rules.sketch import Sketch
from tools.chart_query import Kind

_OPEN = re.compile(r"\b(?:since|until|till|before|after|ago)\b")
_WRITTEN = r"written|ordered|prescribed|started|begun|placed|recorded|diagnosed|issued|filled|dispensed"
"""What is done once: active prescriptions written in May are written then and active now."""


def at_that_time(when: str | None, ongoing: bool) -> str | None:
    """The time of a state: what was so as of a day was so on it.

    >>> at_that_time("as of 3/4/2015", True), at_that_time("as of 3/4/2015", False)
    ('in 3/4/2015', 'as of 3/4/2015')
    """
    return re.sub(r"\bas of ", "in ", when) if ongoing and when else when


def asks_state_then(sketch: Sketch) -> bool:
    """Whether a state is asked of a point or span of time, with nothing else that was done in it.

    >>> asks_state_then(Sketch(when="on 3/4/2015", states=("active",), text="was C0 active"))
    True
    >>> asks_state_then(Sketch(when="since 2015", states=("active",), text="C0 active"))
    False
    """
    if sketch.when is None or "active" not in sketch.states or _OPEN.search(sketch.when):
        return False
    return not sketch.says(_WRITTEN) and Kind.CONDITION not in sketch.verbs
