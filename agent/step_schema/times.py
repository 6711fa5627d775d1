"""How time is spelled in a plan: no more than `tools.time_window` reads."""

from __future__ import annotations

from agent.step_schema.shapes import Json, any_of, spelled
from agent.step_schema.vocabulary import Vocabulary

_YEAR = "(?:18|19|20|21|22|23)[0-9]{2}"
_DAY = f"{_YEAR}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_CALENDAR = f"{_DAY}|{_YEAR}-(?:0[1-9]|1[0-2])|(?:{_MONTHS}) {_YEAR}|{_YEAR}"
_UNIT = "(?:hour|day|week|month|year)s"
_FROM_NOW = f"today|yesterday|(?:this|last) (?:week|month|year)|[1-9][0-9]{{0,2}} {_UNIT} ago"
_POINT = f"{_CALENDAR}|{_FROM_NOW}"
_PHRASE = (
    f"(?:(?:since|until|in|on|before|after) )?(?:{_POINT})"
    f"|last [1-9][0-9]{{0,2}} {_UNIT}"
    f"|between (?:{_CALENDAR}) and (?:{_CALENDAR})"
)


def when(words: Vocabulary) -> Json:
    """A time: as the question writes it, or in the plain forms."""
    plain = words.refer("times", spell_times())
    return any_of(words.define("times_asked", words.times), plain) if words.times else plain


def spell_times() -> Json:
    """The plain forms."""
    return spelled(_PHRASE)


def moment(words: Vocabulary) -> Json:
    """A day that was said or found, or the moment looked at."""
    return words.define("moments", (*words.days, "as_of"))
