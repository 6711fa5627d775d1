"""Windows of the calendar: a day, a month, a year, a unit counted back. Knows nothing of phrases as a whole."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
MONTH = r"(?:" + "|".join(f"{m[:3]}(?:{m[3:]})?" if m[3:] else m for m in MONTHS).replace("sep(", "sept?(") + r")\.?"
NUMBER_WORDS = dict(
    zip(("a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "couple"),
        (1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 2), strict=True)
)  # fmt: skip
NUMBER = r"(?:\d{1,5}|" + "|".join(NUMBER_WORDS) + r")(?: of)?"
UNIT = r"(?:hours?|hrs?|days?|weeks?|months?|years?|yrs?|decades?)"
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Window:
    """A closed interval of wall-clock time; None is open on that side."""

    start: datetime | None = None
    end: datetime | None = None
    notes: tuple[str, ...] = ()

    def holds(self, moment: datetime) -> bool:
        """Whether a naive wall-clock moment lies in the window."""
        return (self.start is None or moment >= self.start) and (self.end is None or moment <= self.end)

    def meet(self, other: Window) -> Window:
        """The intersection of two windows."""
        starts = [w for w in (self.start, other.start) if w is not None]
        ends = [w for w in (self.end, other.end) if w is not None]
        return Window(
            max(starts) if starts else None,
            min(ends) if ends else None,
            tuple(dict.fromkeys(self.notes + other.notes)),
        )


def day_window(year: int, month: int, day: int, *notes: str) -> Window:
    """A day. Raises ValueError for one that does not exist."""
    start = datetime(year, month, day)
    return Window(start, start + timedelta(days=1) - TICK, notes)


def month_window(year: int, month: int) -> Window:
    """A month. Raises ValueError for one that does not exist."""
    start = datetime(year, month, 1)
    return Window(start, start + timedelta(days=monthrange(year, month)[1]) - TICK)


def year_window(year: int) -> Window:
    """A calendar year."""
    return Window(datetime(year, 1, 1), datetime(year + 1, 1, 1) - TICK)


def unit_around(moment: datetime, unit: str) -> Window:
    """The calendar year, month, week (from Monday) or day in which a moment lies."""
    if unit.startswith(("year", "yr", "decade")):
        return year_window(moment.year)
    if unit.startswith("month"):
        return month_window(moment.year, moment.month)
    if unit.startswith("week"):
        monday = moment - timedelta(days=moment.weekday())
        start = datetime(monday.year, monday.month, monday.day)
        return Window(start, start + timedelta(days=7) - TICK)
    return day_window(moment.year, moment.month, moment.day)


def shift(moment: datetime, number: int, unit: str) -> datetime:
    """A moment so many units later, or earlier where the number is negative.

    >>> str(shift(datetime(2020, 3, 31), -1, "months")), str(shift(datetime(2020, 3, 31), 1, "decade"))
    ('2020-02-29 00:00:00', '2030-03-31 00:00:00')
    """
    if unit.startswith(("hour", "hr")):
        return moment + timedelta(hours=number)
    name = "years" if unit.startswith(("year", "yr", "decade")) else unit.rstrip("s") + "s"
    return moment + relativedelta(**{name: number * (10 if unit.startswith("decade") else 1)})  # type: ignore[arg-type]


def read_number(text: str) -> int:
    """A number in digits or as a word.

    >>> read_number("12"), read_number("couple of")
    (12, 2)
    """
    text = text.removesuffix(" of")
    return int(text) if text.isdigit() else NUMBER_WORDS[text]


def month_number(text: str) -> int:
    """Which month a name means.

    >>> month_number("of sept."), month_number("march")
    (9, 3)
    """
    word = re.search(r"[a-z]{3}", text.replace("of ", ""))
    return 1 + next(i for i, m in enumerate(MONTHS) if word and m.startswith(word[0]))
