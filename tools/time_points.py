"""Points in time that a phrase can name ("March 2015", "35 months ago", "08/last year") as windows."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from tools.calendar_windows import (
    MONTH,
    NUMBER,
    TICK,
    UNIT,
    Window,
    day_window,
    month_number,
    month_window,
    read_number,
    shift,
    unit_around,
    year_window,
)
from tools.errors import ToolError

DateOrder = Literal["mdy", "dmy", "auto"]

_RELATIVE = r"(?:this|current|last|previous|past|prior)"
_DECADES = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
_MORE = r"(?:more than|over|at least|longer than|upwards of)"
_LESS = r"(?:less than|under|not more than|no more than|fewer than|within)"

POINT = "|".join(
    f"(?P<{name}>{pattern})"
    for name, pattern in {
        "instant": r"\d{4}-\d{2}-\d{2}[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:\d{2})?",
        "iso_day": r"\d{4}-\d{1,2}-\d{1,2}",
        "iso_month": r"\d{4}-\d{2}(?!\d)",
        "relative_slash": rf"\d{{1,2}}/(?:\d{{1,2}}/)?(?:the )?{_RELATIVE} year|(?:the )?{_RELATIVE} month/\d{{1,2}}",
        "slash_day": r"\d{1,2}/\d{1,2}/\d{4}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}/\d{2}(?![\d/])",
        "slash_month_day": r"(?<=on )(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?![\d/])",
        "slash_month": r"\d{1,2}/\d{4}",
        "dashed_day": rf"\d{{1,2}}-{MONTH}-\d{{4}}",
        "month_of": rf"{MONTH},? (?:of )?(?:this|last) year|(?:this|last) year,? in {MONTH}(?! \d)"
        rf"|(?:this|last) {MONTH}(?! \d)",
        "day_month_name": rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH},?(?: \d{{4}})?(?!\d)",
        "month_name_day": rf"{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:,? \d{{4}})?",
        "month_name": rf"{MONTH},?(?: of)? \d{{4}}|(?<=in ){MONTH}(?! \d)|(?<=since ){MONTH}(?! \d)",
        "compared": rf"(?:{_MORE}|{_LESS}) {NUMBER} {UNIT} ago",
        "ago": rf"{NUMBER} {UNIT} ago",
        "rolling": rf"the (?:last|past|previous) (?:{NUMBER} )?{UNIT}|(?:last|past|previous) {NUMBER} {UNIT}"
        rf"|past {UNIT}",
        "before_last": r"the (?:week|month|year) before last",
        "so_far": r"(?:the )?year to date|so far this (?:week|month|year)",
        "relative": rf"{_RELATIVE} (?:day|week|month|year)",
        "named_day": r"the day before yesterday|today|yesterday|right now|now",
        "decade": rf"the (?:(?:18|19|20|21|22|23)\d0s|{'|'.join(_DECADES)})",
        "year": r"(?:18|19|20|21|22|23)\d{2}(?!\d|[/:.-]\d|-)",
    }.items()
)  # fmt: skip

FORMS = (
    "since March 2015; until 12/2110; in 2137; on 2141-05-27; last month; this year; yesterday; 35 months ago; "
    "last 24 hours; 08/last year; between 2014 and 2016; before June 2014"
)


def read_point(match: re.Match[str], as_of: datetime, order: DateOrder) -> Window:
    """The window of a match of POINT. Raises ToolError for a date that does not exist."""
    name, text = next((name, match[name]) for name in _READERS if match[name])
    try:
        return _READERS[name](text.lower(), as_of, order)
    except ValueError as error:
        raise ToolError(f"{text!r} is not a date that exists; forms: {FORMS}") from error


def _read_instant(text: str, as_of: datetime, order: DateOrder) -> Window:
    moment = datetime.fromisoformat(text.replace("z", "+00:00")).replace(tzinfo=None)
    size = timedelta(seconds=1) if text.count(":") >= 2 else timedelta(minutes=1)
    return Window(moment, moment + size - TICK)


def _read_iso_day(text: str, as_of: datetime, order: DateOrder) -> Window:
    year, month, day = map(int, text.split("-"))
    return day_window(year, month, day)


def _read_iso_month(text: str, as_of: datetime, order: DateOrder) -> Window:
    year, month = map(int, text.split("-"))
    return month_window(year, month)


def _relative_year(text: str, as_of: datetime) -> int:
    return as_of.year - (0 if re.search(r"\b(this|current)\b", text) else 1)


def _read_relative_slash(text: str, as_of: datetime, order: DateOrder) -> Window:
    if text.endswith("year"):
        numbers = [int(n) for n in re.findall(r"\d+", text)]
        year = _relative_year(text, as_of)
        if len(numbers) == 1:
            return month_window(year, numbers[0])
        return _numeric_day(f"{numbers[0]:02}/{numbers[1]:02}/{year}", order)
    moment = as_of if re.search(r"\b(this|current)\b", text) else as_of - relativedelta(months=1)
    return day_window(moment.year, moment.month, int(text.rsplit("/", 1)[1]))


def _read_slash_day(text: str, as_of: datetime, order: DateOrder) -> Window:
    if re.match(r"\d{4}/", text):
        return _read_iso_day(text.replace("/", "-"), as_of, order)
    rest, short = text.rsplit("/", 1)
    if len(short) == 4:
        return _numeric_day(text, order)
    read = _numeric_day(f"{rest}/{_full_year(int(short), as_of)}", order)
    return Window(read.start, read.end, (f"{text} was read as {read.start:%Y-%m-%d}",))


def _full_year(short: int, as_of: datetime) -> int:
    """The year that two digits mean: the last that is not yet to come."""
    century = as_of.year - as_of.year % 100
    return century + short if century + short <= as_of.year else century - 100 + short


def _numeric_day(text: str, order: DateOrder) -> Window:
    first, second, year = map(int, text.split("/"))
    if order == "auto" and first <= 12 and second <= 12 and first != second:
        return day_window(year, first, second, f"{text} was read as month/day/year")
    if order == "dmy" or (order == "auto" and first > 12):
        first, second = second, first
    return day_window(year, first, second)


def _read_slash_month(text: str, as_of: datetime, order: DateOrder) -> Window:
    month, year = map(int, text.split("/"))
    return month_window(year, month)


def _read_dashed_day(text: str, as_of: datetime, order: DateOrder) -> Window:
    return _read_named_month_day(text.replace("-", " "), as_of, order)


def _read_month_of(text: str, as_of: datetime, order: DateOrder) -> Window:
    month = month_number(re.sub(r"\b(?:this|last|year|in|of)\b", "", text))
    if text.endswith("year") or " year" in text:
        return month_window(_relative_year(text, as_of), month)
    if text.startswith("this"):
        return month_window(as_of.year, month)
    read = month_window(as_of.year - (month >= as_of.month), month)
    return Window(read.start, read.end, (f"{text} was read as {read.start:%B %Y}",))


def _read_month_name(text: str, as_of: datetime, order: DateOrder) -> Window:
    month, year = month_number(text), re.search(r"\d{4}", text)
    if year:
        return month_window(int(year[0]), month)
    return month_window(as_of.year - (month > as_of.month), month)


def _read_named_month_day(text: str, as_of: datetime, order: DateOrder) -> Window:
    month, year = month_number(re.sub(r"\d+(st|nd|rd|th)?", "", text)), re.search(r"\d{4}", text)
    day = int(re.findall(r"(?<!\d)\d{1,2}(?!\d)", text)[0])
    if year:
        return day_window(int(year[0]), month, day)
    return day_window(as_of.year - ((month, day) > (as_of.month, as_of.day)), month, day)


def _read_slash_month_day(text: str, as_of: datetime, order: DateOrder) -> Window:
    first, second = map(int, text.split("/"))
    month, day = (second, first) if order == "dmy" else (first, second)
    read = day_window(as_of.year - ((month, day) > (as_of.month, as_of.day)), month, day)
    return Window(read.start, read.end, (f"{text} was read as {read.start:%Y-%m-%d}",))


def _read_compared(text: str, as_of: datetime, order: DateOrder) -> Window:
    number, unit = re.search(rf"({NUMBER}) ({UNIT}) ago$", text).groups()  # type: ignore[union-attr]
    moment = shift(as_of, -read_number(number), unit)
    return Window(None, moment) if re.match(_MORE, text) else Window(moment, as_of)


def _read_ago(text: str, as_of: datetime, order: DateOrder) -> Window:
    number, unit = re.fullmatch(rf"({NUMBER}) ({UNIT}) ago", text).groups()  # type: ignore[union-attr]
    moment = shift(as_of, -read_number(number), unit)
    if unit.startswith(("hour", "hr")):
        return Window(moment, moment)
    return unit_around(moment, "day" if unit.startswith("week") else unit)


def _read_rolling(text: str, as_of: datetime, order: DateOrder) -> Window:
    words = re.fullmatch(rf"(?:the )?(?:last|past|previous) (?:({NUMBER}) )?({UNIT})", text)
    number, unit = words.groups() if words else (None, text.split()[-1])
    return Window(shift(as_of, -(read_number(number) if number else 1), unit), as_of)


def _read_relative(text: str, as_of: datetime, order: DateOrder) -> Window:
    which, unit = text.split()
    moment = as_of if which in ("this", "current") else shift(as_of, -1, unit)
    return unit_around(moment, unit)


def _read_before_last(text: str, as_of: datetime, order: DateOrder) -> Window:
    unit = text.split()[1]
    return unit_around(shift(as_of, -2, unit), unit)


def _read_so_far(text: str, as_of: datetime, order: DateOrder) -> Window:
    unit = text.split()[-1] if "this" in text else "year"
    return Window(unit_around(as_of, unit).start, as_of)


def _read_named_day(text: str, as_of: datetime, order: DateOrder) -> Window:
    if text.endswith("now"):
        return Window(None, as_of)
    back = 2 if text.startswith("the day") else int(text == "yesterday")
    return unit_around(as_of - timedelta(days=back), "day")


def _read_decade(text: str, as_of: datetime, order: DateOrder) -> Window:
    said = text.removeprefix("the ")
    if said[0].isdigit():
        first = int(said[:4])
        return Window(year_window(first).start, year_window(first + 9).end)
    first = _full_year(20 + 10 * _DECADES.index(said), as_of)
    return Window(year_window(first).start, year_window(first + 9).end, (f"{text} was read as the {first}s",))


def _read_year(text: str, as_of: datetime, order: DateOrder) -> Window:
    return year_window(int(text))


_READERS = {
    "instant": _read_instant,
    "iso_day": _read_iso_day,
    "iso_month": _read_iso_month,
    "relative_slash": _read_relative_slash,
    "slash_day": _read_slash_day,
    "slash_month_day": _read_slash_month_day,
    "slash_month": _read_slash_month,
    "dashed_day": _read_dashed_day,
    "month_of": _read_month_of,
    "day_month_name": _read_named_month_day,
    "month_name_day": _read_named_month_day,
    "month_name": _read_month_name,
    "compared": _read_compared,
    "ago": _read_ago,
    "rolling": _read_rolling,
    "before_last": _read_before_last,
    "so_far": _read_so_far,
    "relative": _read_relative,
    "named_day": _read_named_day,
    "decade": _read_decade,
    "year": _read_year,
}
