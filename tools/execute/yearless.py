"""Yearless: a day told without its year ("on 10/14"), read as that of the one year in which the chart has any."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tools.calendar_windows import MONTH, month_number
from tools.records.record import Record

_DAY = re.compile(
    rf"(?:on )?(?:the )?(?:(?P<number>\d{{1,2}})/(?P<of>\d{{1,2}})|(?P<month>{MONTH}) (?P<day>\d{{1,2}})(?:st|nd"
    rf"|rd|th)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Settled:
    """A time phrase with its year, or why there is none."""

    phrase: str
    note: str | None = None
    problem: str | None = None


def settle_year(phrase: str, records: Iterable[Record]) -> Settled:
    """A day without a year as the day that one of the records is of, where they are of one year.

    >>> settle_year("on 10/14", ()).phrase, settle_year("on 10/14/2019", ()).note
    ('on 10/14', None)
    """
    told = _DAY.fullmatch(phrase.strip())
    if told is None:
        return Settled(phrase)
    month = int(told["number"]) if told["number"] else month_number(told["month"].lower())
    day = int(told["of"] or told["day"])
    moments = (r.start.low for r in records if r.start is not None)
    days = sorted({m.date().isoformat() for m in moments if (m.month, m.day) == (month, day)})
    if len(days) > 1:
        return Settled(phrase, problem=f"{phrase} is a day of several years here: {', '.join(days)}; name the year")
    return Settled(f"on {days[0]}", f"{phrase} was read as {days[0]}") if days else Settled(phrase)
