"""Parts of a point in time ("the first half of 2019", "the morning of March 3") and spans counted from one.

Knows nothing of how points are named.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from tools.calendar_windows import NUMBER, TICK, UNIT, Window, month_window, read_number, shift, unit_around
from tools.errors import ToolError

_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 0}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_HOURS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}
CLOCK = r"(?:\d{1,2}(?::\d{2})? ?(?:am|pm|a\.m\.?|p\.m\.?)|\d{1,2}:\d{2}|noon|midnight)"
_VAGUE = r"(?:early|late|mid|middle|beginning|start|end)"
PART = (
    rf"(?:the )?(?:{'|'.join(_ORDINALS)}) (?:half|quarter)(?: of| in)?|q[1-4](?: of)?"
    rf"|(?:the )?(?:{'|'.join(_SEASONS)})(?: of)?"
    rf"|(?:the )?(?:first|last) (?:{NUMBER} )?{UNIT} (?:of|in)"
    rf"|(?:the )?(?:{'|'.join(_HOURS)}) (?:of|on)|{CLOCK} on"
    rf"|(?:the )?{_VAGUE}[ -](?:of |in )?"
    r"|(?:the )?(?:calendar year|(?:date|day|week|month|year)(?: of)?)"
)
"""What stands before a point and tells which part of it is meant."""
OFFSET = (
    r"(?P<over>(?:in|during|for|over(?= the)) )?"
    r"(?P<compared>more than |over |at least |less than |under |within |up to |at most |no more than )?"
    rf"(?=the |(?:{NUMBER}) )(?P<the>the )?(?:(?:first|next|last) )?(?P<number>{NUMBER} )?(?P<unit>{UNIT})"
    r" (?P<side>after|before|following|preceding|prior to|from|of)"
)
"""What stands before a point from which a span is counted: "in the two weeks after"."""
_MORE = ("more than", "over", "at least")


def part_of(words: str, whole: Window) -> Window:
    """The part of a window that words before it single out. Raises ToolError for parts without exact bounds.

    >>> year = Window(datetime(2019, 1, 1), datetime(2020, 1, 1) - TICK)
    >>> str(part_of("the second half of", year).start), str(part_of("q1", year).end)
    ('2019-07-01 00:00:00', '2019-03-31 23:59:59.999999')
    >>> part_of("summer of", year).notes
    ('summer was read as June to August',)
    """
    said = re.sub(r"^the |[ -](?:of|in|on)?$|(?: of| in| on)? ?$", "", words.strip())
    if whole.start is None or whole.end is None:
        raise ToolError(f"{words!r} of a time without both ends: name the dates")
    if re.fullmatch(_VAGUE, said):
        raise ToolError(f"{said!r} of a time has no exact bounds: name the months or days")
    if re.fullmatch(CLOCK, said):
        return _at_clock(said, whole.start)
    if said in _HOURS:
        low, high = (whole.start + timedelta(hours=hour) for hour in _HOURS[said])
        return Window(low, high - TICK, (*whole.notes, f"{said} was read as {low:%H:%M} to {high:%H:%M}"))
    if said in _SEASONS:
        return _season(said, whole)
    if said == "week":
        return unit_around(whole.start, said)
    return _share(said, whole)


def _share(said: str, whole: Window) -> Window:
    """A half, a quarter, or the first or last units of a window; the window where nothing is singled out."""
    assert whole.start is not None
    assert whole.end is not None
    if match := re.fullmatch(rf"(first|last) (?:({NUMBER}) )?({UNIT})", said):
        number = read_number(match[2]) if match[2] else 1
        if match[1] == "first":
            return Window(whole.start, shift(whole.start, number, match[3]) - TICK, whole.notes)
        return Window(shift(whole.end + TICK, -number, match[3]), whole.end, whole.notes)
    named = re.fullmatch(rf"({'|'.join(_ORDINALS)}) (half|quarter)|q([1-4])", said)
    if named is None:
        return whole
    shares = 2 if named[2] == "half" else 4
    which = int(named[3]) if named[3] else _ORDINALS[named[1]] or shares
    if which > shares or (whole.end + TICK - whole.start).days < 365:
        raise ToolError(f"{said!r} is read of a year only: name the months")
    low = shift(whole.start, (which - 1) * 12 // shares, "months")
    return Window(low, shift(low, 12 // shares, "months") - TICK, whole.notes)


def _season(said: str, year: Window) -> Window:
    assert year.start is not None
    if said == "winter":
        raise ToolError(f"'winter' of {year.start.year} lies in two years: name the months")
    first = _SEASONS[said]
    low, high = month_window(year.start.year, first), month_window(year.start.year, first + 2)
    assert low.start is not None
    assert high.start is not None
    return Window(low.start, high.end, (f"{said} was read as {low.start:%B} to {high.start:%B}",))


def _at_clock(said: str, day: datetime) -> Window:
    """A minute of the day; an hour of it where only the hour is said."""
    moment = datetime.combine(day.date(), _read_clock(said))
    whole_hour = ":" not in said and said not in ("noon", "midnight")
    return Window(moment, moment + (timedelta(hours=1) if whole_hour else timedelta(minutes=1)) - TICK)


def _read_clock(said: str) -> time:
    if said in ("noon", "midnight"):
        return time(12 if said == "noon" else 0)
    hour, _, minute = re.sub(r"[^\d:]", "", said).partition(":")
    number = int(hour)
    if "m" in said:
        if not 1 <= number <= 12:
            raise ToolError(f"{said!r} is no time of day")
        number = number % 12 + (12 if "p" in said else 0)
    if number > 23 or int(minute or 0) > 59:
        raise ToolError(f"{said!r} is no time of day")
    return time(number, int(minute or 0))


def count_from(match: re.Match[str], point: Window) -> Window:
    """The span that OFFSET counts from a point.

    "Two weeks after" is that day; "in the two weeks after" and "within" are all the days up to it.
    """
    if point.start is None or point.end is None:
        raise ToolError(f"{match[0]!r} is counted from no date: name one")
    unit, side, compared = match["unit"], match["side"], (match["compared"] or "").strip()
    number = read_number(match["number"].strip()) if match["number"] else 1
    before, after = shift(point.start, -number, unit), shift(point.end, number, unit)
    if side == "of" or (side == "from" and compared == "within"):
        return Window(before, after, point.notes)
    later = side in ("after", "following", "from")
    if compared in _MORE:
        return Window(after + TICK, None, point.notes) if later else Window(None, before - TICK, point.notes)
    if compared or match["the"] or match["over"]:
        low, high = (point.end + TICK, after) if later else (before, point.start - TICK)
        return Window(low, high, point.notes)
    day = unit_around(shift(point.start, number if later else -number, unit), "day")
    return Window(day.start, day.end, point.notes)
