"""Time phrases ("since March 2015", "08/last year", "last 24 hours") to windows on the chart's wall clock.

Calendar words are aligned to the calendar; "N days ago" is by day; "last N hours" is counted back from `as_of`.
Knows nothing of FHIR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from tools.calendar_windows import MONTH, TICK, Window
from tools.errors import ToolError
from tools.time_parts import CLOCK, OFFSET, PART, count_from, part_of
from tools.time_points import FORMS, POINT, DateOrder, read_point

__all__ = ["DateOrder", "Window", "find_time_phrases", "parse_window"]

_SINCE = r"(?:ever )?since|from|starting(?: in| from| on)?|on or after|not before|no earlier than|not earlier than"
_UNTIL = (
    r"until|till|through|up to(?: and including)?|up until|by|as of|on or before|not after|no later than"
    r"|not later than|at the latest in"
)
_AFTER = r"after|later than|following"
_BEFORE = r"before|prior to|earlier than|preceding"
_BOUND = rf"(?:{_SINCE}|{_UNTIL}|{_AFTER}|{_BEFORE})"
_PREPOSITION = rf"{_BOUND}|in|during|on|at|within|over|for|throughout"
_PLAIN_POINT = re.sub(r"[?]P<[a-z_]+>", "?:", POINT)
_POINT_ONLY = re.compile(POINT, re.IGNORECASE)
_TO = r"(?:to|until|till|through|thru|-|–|and)"
_YEAR = r"(?:18|19|20|21|22|23)\d{2}"
_DAY = r"(?:the )?\d{1,2}(?:st|nd|rd|th)?"
_RANGE = re.compile(rf"\b(?:between|from) (?P<a>{_PLAIN_POINT}) {_TO} (?P<b>{_PLAIN_POINT})", re.IGNORECASE)
_YEARS = re.compile(
    rf"(?<![\w/.-])(?:(?:in|during|for|over|from) )?(?P<a>{_YEAR})(?: ?[-–] ?| (?:to|through|or) )(?P<b>{_YEAR})"
    r"(?![\w/-])",
    re.IGNORECASE,
)
_DATES = re.compile(
    rf"(?<![\w/.-])(?:(?P<open>between|from) |(?:in|on|during) )?(?P<a>{MONTH}(?: {_DAY})?|{_DAY}(?: of)?(?: {MONTH})?)"
    rf"(?: ?[-–] ?| (?:to|until|till|through|thru|(?(open)and|to)) )"
    rf"(?P<b>{MONTH}(?: {_DAY}(?!\d))?|{_DAY}(?: of)? {MONTH}|{_DAY}(?!\d)),?(?: of)?"
    rf" (?P<their_year>{_YEAR})(?![\w/-])",
    re.IGNORECASE,
)
"""Two dates of which the year, and of two days the month, is said once: "March to June 2019", "3-5 March 2019"."""
_SPANS = (_DATES, _RANGE, _YEARS)
_CLAUSE = re.compile(
    rf"(?<![\w/.-])(?:(?:in|during|over) (?:the |all )?(?:years?|months?|days?|time|period) (?={_BOUND}))?"
    rf"(?:(?P<preposition>{_PREPOSITION}) )?(?:(?P<part>{PART}) ?)?(?:{POINT})(?![\w/])"
    rf"(?:,?(?: at)? (?P<clock>{CLOCK}|(?:in the )?(?:morning|afternoon|evening))(?![\w:]))?",
    re.IGNORECASE,
)
_OFFSET = re.compile(rf"(?<![\w/.-]){OFFSET} (?P<from>{_PLAIN_POINT})(?![\w/])", re.IGNORECASE)


def parse_window(phrase: str, as_of: datetime, order: DateOrder = "auto") -> Window:
    """The window a time phrase names, seen from `as_of` (naive wall clock). Raises ToolError listing the forms.

    >>> now = datetime(2157, 12, 24, 14, 55)
    >>> str(parse_window("since 784 days ago", now).start)
    '2155-11-01 00:00:00'
    >>> w = parse_window("until last month", now); (w.start, str(w.end))
    (None, '2157-11-30 23:59:59.999999')
    >>> w = parse_window("since 35 months ago", now); str(w.start)
    '2155-01-01 00:00:00'
    >>> w = parse_window("in 08/last year", now); str(w.start), str(w.end)
    ('2156-08-01 00:00:00', '2156-08-31 23:59:59.999999')
    >>> str(parse_window("last 24 hours", now).start)
    '2157-12-23 14:55:00'
    >>> w = parse_window("from March 3 to March 9, 2150", now); str(w.start), str(w.end)
    ('2150-03-03 00:00:00', '2150-03-09 23:59:59.999999')
    >>> w = parse_window("in the two weeks after March 3, 2150", now); str(w.start), str(w.end)
    ('2150-03-04 00:00:00', '2150-03-17 23:59:59.999999')
    >>> parse_window("on 03/04/2150", now).notes
    ('03/04/2150 was read as month/day/year',)
    >>> parse_window("whenever", now)
    Traceback (most recent call last):
    ...
    tools.errors.ToolError: 'whenever' is not a time phrase; forms: since March 2015; until 12/2110; in 2137; on \
2141-05-27; last month; this year; yesterday; 35 months ago; last 24 hours; 08/last year; between 2014 and 2016; \
before June 2014
    """
    window, rest = Window(), phrase
    for start, end, part in sorted(_find(phrase), reverse=True):
        window = window.meet(_clause_window(part.lower(), as_of, order))
        rest = rest[:start] + " " + rest[end:]
    if rest == phrase or re.search(r"[a-z0-9]", re.sub(r"\b(and|or|the|of|then|but|during)\b", "", rest.lower())):
        raise ToolError(f"{phrase!r} is not a time phrase; forms: {FORMS}")
    if window.start is not None and window.end is not None and window.start > window.end:
        raise ToolError(f"{phrase!r} names times that don't overlap: ask of each")
    return window


def find_time_phrases(text: str) -> list[tuple[int, int, str]]:
    """Where time phrases stand in a text: (start, end, phrase), in order.

    >>> [p for _, _, p in find_time_phrases("Was aspirin 81 mg given in 05/2141 until yesterday?")]
    ['in 05/2141', 'until yesterday']
    """
    return sorted(_find(text))


def _find(text: str) -> Iterator[tuple[int, int, str]]:
    taken: list[tuple[int, int]] = []
    for pattern in (*_SPANS, _OFFSET, _CLAUSE):
        for match in pattern.finditer(text):
            if any(a < match.end() and match.start() < b for a, b in taken) or not _is_whole(match):
                continue
            taken.append(match.span())
            yield (*match.span(), match.group())


def _is_whole(match: re.Match[str]) -> bool:
    """Whether two dates name a month, or a span is counted: "in the years before" and "the month of" count none."""
    said = match.groupdict()
    if said.get("their_year"):
        return re.search(MONTH, said["a"] + said["b"], re.IGNORECASE) is not None
    if said.get("side") is None:
        return True
    counted = said["number"] or not said["unit"].endswith("s")
    return counted and (said["side"] != "of" or said["compared"] == "within ")


def _clause_window(clause: str, as_of: datetime, order: DateOrder) -> Window:
    if both := next((match for pattern in _SPANS if (match := pattern.fullmatch(clause))), None):
        return _from_to(both, as_of, order)
    if (counted := _OFFSET.fullmatch(clause)) and _is_whole(counted):
        return count_from(counted, _point(counted["from"], as_of, order))
    match = _CLAUSE.fullmatch(clause)
    if match is None:  # a clause comes from _find, so this is a bug in the grammar
        raise ValueError(f"not a time clause: {clause!r}")
    point, preposition, part = read_point(match, as_of, order), match["preposition"] or "in", match["part"]
    if match["clock"]:
        point = part_of(match["clock"].removeprefix("in the "), point)
    if edge := re.search(r"\b(beginning|start|end)\b", part or ""):
        preposition, part = _at_edge(preposition, edge[1] == "end"), None
    return _bound(preposition, part_of(part, point) if part else point)


def _at_edge(preposition: str, is_end: bool) -> str:
    """The bound of a time that a bound at its beginning or end is: "by the end of 2019" is "until 2019"."""
    if re.fullmatch(rf"{_SINCE}|{_AFTER}", preposition):
        return "after" if is_end else "since"
    if re.fullmatch(rf"{_UNTIL}|{_BEFORE}", preposition):
        return "until" if is_end else "before"
    raise ToolError(f"the {'end' if is_end else 'beginning'} of a time has no exact bounds: name the months or days")


def _from_to(both: re.Match[str], as_of: datetime, order: DateOrder) -> Window:
    """From the start of one point to the end of another. Raises ToolError where the other comes first."""
    first, second = both["a"], both["b"]
    if year := both.groupdict().get("their_year"):
        month = (re.search(MONTH, second) or re.search(MONTH, first) or both)[0]
        first, second = (f"{_with_month(said, month)} {year}" for said in (first, second))
    low, high = (_point(said, as_of, order) for said in (first, second))
    if year and low.start and high.start and low.start > high.start:
        low = _point(first.replace(year, str(int(year) - 1)), as_of, order)
    return Window(low.start, high.end, low.notes + high.notes)


def _with_month(said: str, month: str) -> str:
    said = re.sub(r"^the | of\b", "", said)
    return said if re.search(MONTH, said) else f"{said} {month}"


def _bound(preposition: str, point: Window) -> Window:
    if re.fullmatch(_SINCE, preposition):
        return Window(point.start, None, point.notes)
    if re.fullmatch(_AFTER, preposition):
        return Window(point.end + TICK if point.end else None, None, point.notes)
    if re.fullmatch(_UNTIL, preposition):
        return Window(None, point.end, point.notes)
    if re.fullmatch(_BEFORE, preposition):
        return Window(None, point.start - TICK if point.start else None, point.notes)
    return point


def _point(text: str, as_of: datetime, order: DateOrder) -> Window:
    match = _POINT_ONLY.fullmatch(text)
    if match is None:
        raise ToolError(f"{text!r} is not a point in time; forms: {FORMS}")
    return read_point(match, as_of, order)
