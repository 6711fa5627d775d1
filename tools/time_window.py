"""Time phrases ("since March 2015", "08/last year", "last 24 hours") to windows on the chart's wall clock.

Calendar words are aligned to the calendar; "N days ago" is by day; "last N hours" is counted back from `as_of`.
Knows nothing of FHIR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from tools.errors import ToolError
from tools.time_points import FORMS, POINT, TICK, DateOrder, Window, read_point

__all__ = ["DateOrder", "Window", "find_time_phrases", "parse_window"]

_PREPOSITION = (
    r"(?:ever )?since|as of|from|after|starting(?: in| from| on)?|until|till|through|up to|up until|by|before|prior to|"
    r"in|during|on|at|within|over|for|throughout"
)
_POINT_ONLY = re.compile(POINT, re.IGNORECASE)
_RANGE = re.compile(
    rf"\b(?:between|from) (?P<a>{re.sub(r'[?]P<[a-z_]+>', '?:', POINT)}) (?:and|to|until|through) "
    rf"(?P<b>{re.sub(r'[?]P<[a-z_]+>', '?:', POINT)})",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    rf"(?<![\w/.-])(?:(?P<preposition>{_PREPOSITION}) )?(?:the (?:date|day|year|month)(?: of)? )?(?:{POINT})(?![\w/])",
    re.IGNORECASE,
)


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
        window = window.meet(_clause_window(part, as_of, order))
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
    for match in _RANGE.finditer(text):
        taken.append(match.span())
        yield (*match.span(), match.group())
    for match in _CLAUSE.finditer(text):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            yield (*match.span(), match.group())


def _clause_window(clause: str, as_of: datetime, order: DateOrder) -> Window:
    both = _RANGE.fullmatch(clause)
    if both:
        low, high = (_point(both[name], as_of, order) for name in ("a", "b"))
        return Window(low.start, high.end, low.notes + high.notes)
    match = _CLAUSE.fullmatch(clause)
    if match is None:  # a clause comes from _find, so this is a bug in the grammar
        raise ValueError(f"not a time clause: {clause!r}")
    point = read_point(match, as_of, order)
    preposition = (match["preposition"] or "in").lower()
    if preposition.endswith("since") or preposition.startswith(("from", "start")):
        return Window(point.start, None, point.notes)
    if preposition == "after":
        return Window(point.end + TICK if point.end else None, None, point.notes)
    if preposition in ("until", "till", "through", "up to", "up until", "by", "as of"):
        return Window(None, point.end, point.notes)
    if preposition in ("before", "prior to"):
        return Window(None, point.start - TICK if point.start else None, point.notes)
    return point


def _point(text: str, as_of: datetime, order: DateOrder) -> Window:
    match = _POINT_ONLY.fullmatch(text)
    if match is None:
        raise ToolError(f"{text!r} is not a point in time; forms: {FORMS}")
    return read_point(match, as_of, order)
