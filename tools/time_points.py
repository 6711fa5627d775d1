"""Points in time that a phrase can name ("March 2015", "35 months ago", "08/last year") as windows."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from tools.errors import ToolError

DateOrder = Literal["mdy", "dmy", "auto"]

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = r"(?:" + "|".join(f"{m[:3]}(?:{m[3:]})?" if m[3:] else m for m in _MONTHS).replace("sep(", "sept?(") + r")\.?"
_NUMBER_WORDS = dict(
    zip(("a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "couple"),
        (1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 2), strict=True)
)  # fmt: skip
_NUMBER = r"(?:\d{1,5}|" + "|".join(_NUMBER_WORDS) + r")(?: of)?"
_UNIT = r"(?:hours?|hrs?|days?|weeks?|months?|years?|yrs?|decades?)"
_RELATIVE = r"(?:this|current|last|previous|past|prior)"

POINT = "|".join(
    f"(?P<{name}>{pattern})"
    for name, pattern in {
        "instant": r"\d{4}-\d{2}-\d{2}[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:\d{2})?",
        "iso_day": r"\d{4}-\d{1,2}-\d{1,2}",
        "iso_month": r"\d{4}-\d{2}(?!\d)",
        "relative_slash": rf"\d{{1,2}}/(?:\d{{1,2}}/)?(?:the )?{_RELATIVE} year|(?:the )?{_RELATIVE} month/\d{{1,2}}",
        "slash_day": r"\d{1,2}/\d{1,2}/\d{4}|\d{4}/\d{1,2}/\d{1,2}",
        "slash_month": r"\d{1,2}/\d{4}",
        "day_month_name": rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},?(?: \d{{4}})?(?!\d)",
        "month_name_day": rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:,? \d{{4}})?",
        "month_name": rf"{_MONTH},?(?: of)? \d{{4}}|(?<=in ){_MONTH}(?! \d)|(?<=since ){_MONTH}(?! \d)",
        "ago": rf"{_NUMBER} {_UNIT} ago",
        "rolling": rf"the (?:last|past|previous) (?:{_NUMBER} )?{_UNIT}|(?:last|past|previous) {_NUMBER} {_UNIT}"
        rf"|past {_UNIT}",
        "relative": rf"{_RELATIVE} (?:day|week|month|year)",
        "named_day": r"today|yesterday|right now|now",
        "year": r"(?:18|19|20|21|22|23)\d{2}(?![\d/:.-])",
    }.items()
)  # fmt: skip

FORMS = (
    "since March 2015; until 12/2110; in 2137; on 2141-05-27; last month; this year; yesterday; 35 months ago; "
    "last 24 hours; 08/last year; between 2014 and 2016; before June 2014"
)


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


TICK = timedelta(microseconds=1)


def read_point(match: re.Match[str], as_of: datetime, order: DateOrder) -> Window:
    """The window of a match of POINT. Raises ToolError for a date that does not exist."""
    named = {k: v for k, v in match.groupdict().items() if v and k != "preposition"}
    name, text = next(iter(named.items()))
    try:
        return _READERS[name](text.lower(), as_of, order)
    except ValueError as error:
        raise ToolError(f"{text!r} is not a date that exists; forms: {FORMS}") from error


def _day(year: int, month: int, day: int, *notes: str) -> Window:
    start = datetime(year, month, day)
    return Window(start, start + timedelta(days=1) - TICK, notes)


def _month(year: int, month: int) -> Window:
    start = datetime(year, month, 1)
    return Window(start, start + timedelta(days=monthrange(year, month)[1]) - TICK)


def _year(year: int) -> Window:
    return Window(datetime(year, 1, 1), datetime(year + 1, 1, 1) - TICK)


def _unit_around(moment: datetime, unit: str) -> Window:
    if unit.startswith("year") or unit.startswith("yr") or unit.startswith("decade"):
        return _year(moment.year)
    if unit.startswith("month"):
        return _month(moment.year, moment.month)
    if unit.startswith("week"):
        monday = moment - timedelta(days=moment.weekday())
        start = datetime(monday.year, monday.month, monday.day)
        return Window(start, start + timedelta(days=7) - TICK)
    return _day(moment.year, moment.month, moment.day)


def _count_back(as_of: datetime, number: int, unit: str) -> datetime:
    if unit.startswith(("hour", "hr")):
        return as_of - timedelta(hours=number)
    name = "years" if unit.startswith(("year", "yr", "decade")) else unit.rstrip("s") + "s"
    return as_of - relativedelta(**{name: number * (10 if unit.startswith("decade") else 1)})  # type: ignore[arg-type]


def _number(text: str) -> int:
    text = text.removesuffix(" of")
    return int(text) if text.isdigit() else _NUMBER_WORDS[text]


def _read_instant(text: str, as_of: datetime, order: DateOrder) -> Window:
    moment = datetime.fromisoformat(text.replace("z", "+00:00")).replace(tzinfo=None)
    size = timedelta(seconds=1) if text.count(":") >= 2 else timedelta(minutes=1)
    return Window(moment, moment + size - TICK)


def _read_iso_day(text: str, as_of: datetime, order: DateOrder) -> Window:
    year, month, day = map(int, text.split("-"))
    return _day(year, month, day)


def _read_iso_month(text: str, as_of: datetime, order: DateOrder) -> Window:
    year, month = map(int, text.split("-"))
    return _month(year, month)


def _relative_year(text: str, as_of: datetime) -> int:
    return as_of.year - (0 if re.search(r"\b(this|current)\b", text) else 1)


def _read_relative_slash(text: str, as_of: datetime, order: DateOrder) -> Window:
    if text.endswith("year"):
        numbers = [int(n) for n in re.findall(r"\d+", text)]
        year = _relative_year(text, as_of)
        if len(numbers) == 1:
            return _month(year, numbers[0])
        return _numeric_day(f"{numbers[0]:02}/{numbers[1]:02}/{year}", order)
    moment = as_of if re.search(r"\b(this|current)\b", text) else as_of - relativedelta(months=1)
    return _day(moment.year, moment.month, int(text.rsplit("/", 1)[1]))


def _read_slash_day(text: str, as_of: datetime, order: DateOrder) -> Window:
    if re.match(r"\d{4}/", text):
        return _read_iso_day(text.replace("/", "-"), as_of, order)
    return _numeric_day(text, order)


def _numeric_day(text: str, order: DateOrder) -> Window:
    first, second, year = map(int, text.split("/"))
    if order == "auto" and first <= 12 and second <= 12 and first != second:
        return _day(year, first, second, f"{text} was read as month/day/year")
    if order == "dmy" or (order == "auto" and first > 12):
        first, second = second, first
    return _day(year, first, second)


def _read_slash_month(text: str, as_of: datetime, order: DateOrder) -> Window:
    month, year = map(int, text.split("/"))
    return _month(year, month)


def _month_number(text: str) -> int:
    word = re.search(r"[a-z]{3}", text.replace("of ", ""))
    return 1 + next(i for i, m in enumerate(_MONTHS) if word and m.startswith(word[0]))


def _read_month_name(text: str, as_of: datetime, order: DateOrder) -> Window:
    month, year = _month_number(text), re.search(r"\d{4}", text)
    if year:
        return _month(int(year[0]), month)
    return _month(as_of.year - (month > as_of.month), month)


def _read_named_month_day(text: str, as_of: datetime, order: DateOrder) -> Window:
    month, year = _month_number(re.sub(r"\d+(st|nd|rd|th)?", "", text)), re.search(r"\d{4}", text)
    day = int(re.findall(r"(?<!\d)\d{1,2}(?!\d)", text)[0])
    if year:
        return _day(int(year[0]), month, day)
    return _day(as_of.year - ((month, day) > (as_of.month, as_of.day)), month, day)


def _read_ago(text: str, as_of: datetime, order: DateOrder) -> Window:
    number, unit = re.fullmatch(rf"({_NUMBER}) ({_UNIT}) ago", text).groups()  # type: ignore[union-attr]
    moment = _count_back(as_of, _number(number), unit)
    if unit.startswith(("hour", "hr")):
        return Window(moment, moment)
    return _day(moment.year, moment.month, moment.day) if unit.startswith("week") else _unit_around(moment, unit)


def _read_rolling(text: str, as_of: datetime, order: DateOrder) -> Window:
    words = re.fullmatch(rf"(?:the )?(?:last|past|previous) (?:({_NUMBER}) )?({_UNIT})", text)
    number, unit = words.groups() if words else (None, text.split()[-1])
    return Window(_count_back(as_of, _number(number) if number else 1, unit), as_of)


def _read_relative(text: str, as_of: datetime, order: DateOrder) -> Window:
    which, unit = text.split()
    moment = as_of if which in ("this", "current") else _count_back(as_of, 1, unit)
    return _unit_around(moment, unit)


def _read_named_day(text: str, as_of: datetime, order: DateOrder) -> Window:
    if text.endswith("now"):
        return Window(None, as_of)
    return _unit_around(as_of - timedelta(days=text == "yesterday"), "day")


def _read_year(text: str, as_of: datetime, order: DateOrder) -> Window:
    return _year(int(text))


_READERS = {
    "instant": _read_instant,
    "iso_day": _read_iso_day,
    "iso_month": _read_iso_month,
    "relative_slash": _read_relative_slash,
    "slash_day": _read_slash_day,
    "slash_month": _read_slash_month,
    "day_month_name": _read_named_month_day,
    "month_name_day": _read_named_month_day,
    "month_name": _read_month_name,
    "ago": _read_ago,
    "rolling": _read_rolling,
    "relative": _read_relative,
    "named_day": _read_named_day,
    "year": _read_year,
}
