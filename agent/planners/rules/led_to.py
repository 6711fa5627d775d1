"""Led to: whether a visit to the emergency department ended in an admission ("ED visit of May 3: admitted?").

Read only where every other word is of asking, of the time or of the one leading to the other.
"""

from __future__ import annotations

import re

from agent.planners.rules import lexicon
from agent.planners.rules.places import FIRST, LAST, ORDINALS
from tools.chart_query import Stay
from tools.time_window import find_time_phrases

_ED = (
    r"(?:ed|er|emergency(?: (?:department|room|ward|service)|(?= (?:visit|presentation|encounter|stay|attendance|trip"
    r"|evaluation)))|a&e|casualty)"
)
_ADMITTED = (
    r"(?:(?:re-?)?admit(?:s|ted|ting)?|admissions?|hospitali[sz](?:ed|ations?)|inpatients?|hospital (?:stays?|beds?)"
    r"|(?:keep|kept|keeping|h[eo]ld|retain(?:ed)?) (?:me|him|her|them|patient|in)|stay(?:ed)? (?:in"
    r"|at) (?:the )?hospital"
    r"|kept)"
)
_OTHERWISE = re.compile(
    r"\b(?:what|which|when|where|who|whom|whose|why|long|old|days?|before|prior|until|only|discharged?)\b|C\d"
)
_LEADING = frozenset(
    """visit visits encounter encounters stay stays attendance presentation presentations trip trips evaluation hospital
    result results resulted lead leads led turn turns turned into become became end ends ended up followed following
    after afterwards afterward subsequently then there not in out next directly straight keep kept times time went gone
    presented presenting brought seen evaluated many number of how inpatient any still eventually actually later that
    no yes i he she they first last latest most recent earliest overnight bed
    """.split()  # noqa: SIM905
)
_WHICH = rf"(?P<which>{FIRST}|{LAST}|{'|'.join(word for word, n in ORDINALS.items() if n > 1)})"


def read_led_to(text: str) -> tuple[Stay, bool] | None:
    """The emergency visit whose admission is asked after, and whether it is asked how many; None of other questions.

    >>> stay, counted = read_led_to("ed visit on 2140-05-03: admitted") or (None, None)
    >>> stay, counted
    (Stay(type='ed', which='any', n=None, when='on 2140-05-03'), False)
    >>> read_led_to("when was patient admitted to the ed"), read_led_to("was patient admitted from the ed with C0")
    (None, None)
    """
    if not re.search(rf"\b{_ED}\b", text) or _OTHERWISE.search(text):
        return None
    times = find_time_phrases(text)
    rest = text
    for start, end, _ in reversed(times):
        rest = f"{rest[:start]} {rest[end:]}"
    rest, eds = re.subn(rf"\b{_ED}\b", " ", rest)
    rest, stays = re.subn(rf"\b{_ADMITTED}\b", " ", rest)
    which = re.search(rf"\b{_WHICH}(?= (?:\w+ ){{0,2}}?{_ED}\b)", text)
    if eds != 1 or not stays or len(times) > 1 or (not times and which is None and "many" not in text):
        return None
    known = lexicon.FUNCTION | lexicon.LIGHT | _LEADING
    if any(word not in known for word in re.findall(r"[\w'/-]+", rest)):
        return None
    when = times[0][2] if times else None
    return _stay(which["which"] if which and not times else None, when), re.search(r"\bhow many\b", text) is not None


def _stay(which: str | None, when: str | None) -> Stay:
    if which is None:
        return Stay(type="ed", which="any", when=when)
    if ORDINALS.get(which, 1) > 1:
        return Stay(type="ed", which="nth", n=ORDINALS[which])
    return Stay(type="ed", which="first" if re.fullmatch(FIRST, which) else "last")
