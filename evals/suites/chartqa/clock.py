"""Dates as a chart writes them: the wall clock for days, instants for order. Knows nothing of records."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

_WHOLE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Moment:
    """A dated point of a chart."""

    text: str
    wall: datetime
    """As written, without its offset."""
    instant: datetime
    """In UTC; without an offset the wall clock is taken for it."""
    whole_day: bool = False

    @property
    def day(self) -> date:
        return self.wall.date()


@lru_cache(maxsize=1 << 16)
def parse_moment(text: str | None) -> Moment | None:
    """A full date or time; what names only a month or a year is none.

    >>> parse_moment("2021-05-25T11:24:54.881-04:00").day.isoformat(), parse_moment("2021-05")
    ('2021-05-25', None)
    """
    if not text or not _WHOLE.match(text):
        return None
    try:
        read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    aware = read if read.tzinfo else read.replace(tzinfo=UTC)
    return Moment(text, read.replace(tzinfo=None), aware.astimezone(UTC), bool(_WHOLE.fullmatch(text)))


def is_tied(a: Moment, b: Moment) -> bool:
    """Whether nothing tells which came first.

    >>> is_tied(parse_moment("2020-01-01"), parse_moment("2020-01-01T10:00:00Z"))
    True
    """
    if a.whole_day or b.whole_day:
        return a.day == b.day
    return a.instant == b.instant


def is_before(a: Moment, b: Moment) -> bool:
    """Whether one came before the other for certain."""
    return a.day < b.day if a.whole_day or b.whole_day else a.instant < b.instant


def format_day(day: date, dice: random.Random) -> str:
    """A day as people write it.

    >>> format_day(date(2014, 3, 5), random.Random(1))
    'March 5, 2014'
    """
    long = f"{day:%B} {day.day}, {day.year}"
    short = f"{day.month}/{day.day}/{day.year}"
    return dice.choice((day.isoformat(), long, f"{day:%b} {day.day}, {day.year}", long, short))


def format_month(day: date) -> str:
    """
    >>> format_month(date(2014, 3, 5))
    'March 2014'
    """
    return f"{day:%B %Y}"
