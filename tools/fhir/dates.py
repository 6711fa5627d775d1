"""FHIR date, dateTime and instant as intervals of their own precision. Knows nothing of resources or searches.

https://hl7.org/fhir/R4/datatypes.html#dateTime
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

Precision = Literal["year", "month", "day", "minute", "second", "fraction"]

_TICK = timedelta(microseconds=1)
_FORMS = "YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDThh:mm[:ss[.fff]] with Z, +hh:mm, -hh:mm or no offset"
_SHAPE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d\d):(\d\d))?)?)?)?",
    re.ASCII,
)


class FhirDateError(ValueError):
    """Text that is no FHIR date: wrong shape, or a day that does not exist."""


@dataclass(frozen=True, slots=True)
class FhirTime:
    """A moment as the record writes it: an interval on the record's own wall clock."""

    raw: str
    precision: Precision
    low: datetime
    """Naive, at the record's own offset."""
    high: datetime
    """Naive; the last microsecond of the interval."""
    offset: timedelta | None
    """None where the record gives none."""

    instant_low: datetime = field(init=False, repr=False, compare=False)
    """`low` in UTC; without offset the wall clock is taken as UTC."""
    instant_high: datetime = field(init=False, repr=False, compare=False)
    """`high` in UTC; without offset the wall clock is taken as UTC."""

    def __post_init__(self) -> None:
        """The instants, once. Raises OverflowError where there is none: 0001-01-01T00:00:00+14:00."""
        object.__setattr__(self, "instant_low", _to_utc(self.low, self.offset))
        object.__setattr__(self, "instant_high", _to_utc(self.high, self.offset))


@lru_cache(maxsize=65536)
def parse_fhir_time(text: str) -> FhirTime:
    """Read a FHIR date, dateTime or instant. Raises FhirDateError.

    >>> t = parse_fhir_time("2019-02"); t.precision, str(t.low), str(t.high)
    ('month', '2019-02-01 00:00:00', '2019-02-28 23:59:59.999999')
    >>> t = parse_fhir_time("2140-03-01T23:30:00-05:00"); str(t.low), str(t.instant_low)
    ('2140-03-01 23:30:00', '2140-03-02 04:30:00+00:00')
    >>> parse_fhir_time("2019-02-30")
    Traceback (most recent call last):
        ...
    tools.fhir.dates.FhirDateError: '2019-02-30' is not a date that exists
    """
    match = _SHAPE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise FhirDateError(f"{_shorten(text)!r} is not a FHIR date; forms: {_FORMS}")
    year, month, day, hour = match.group(1, 2, 3, 4)
    try:
        if hour is not None:
            return _read_moment(text, match)
        return _read_day(text, int(year), month and int(month), day and int(day))
    except (ValueError, OverflowError) as error:
        raise FhirDateError(f"{text!r} is not a date that exists") from error


def _shorten(text: object) -> str:
    return str(text)[:40]


def _read_day(text: str, year: int, month: int | str | None, day: int | str | None) -> FhirTime:
    if month is None:
        return FhirTime(text, "year", datetime(year, 1, 1), _end(year, 12, 31), None)
    if day is None:
        last = monthrange(year, int(month))[1]
        return FhirTime(text, "month", datetime(year, int(month), 1), _end(year, int(month), last), None)
    low = datetime(year, int(month), int(day))
    return FhirTime(text, "day", low, _end(year, int(month), int(day)), None)


def _end(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, 999999)


def _read_moment(text: str, match: re.Match[str]) -> FhirTime:
    year, month, day, hour, minute = (int(g) for g in match.group(1, 2, 3, 4, 5))
    second, fraction = match.group(6, 7)
    # A leap second (":60", allowed by FHIR) is no Python time: it is taken as the second before it.
    low = datetime(year, month, day, hour, minute, min(int(second or 0), 59 if second == "60" else 99))
    offset = _read_offset(match)
    if fraction is not None:
        low += timedelta(microseconds=int(fraction[:6].ljust(6, "0")))
        size = timedelta(microseconds=10 ** max(6 - len(fraction), 0))
        return FhirTime(text, "fraction", low, low + size - _TICK, offset)
    if second is not None:
        return FhirTime(text, "second", low, low.replace(microsecond=999999), offset)
    return FhirTime(text, "minute", low, low.replace(second=59, microsecond=999999), offset)


def _read_offset(match: re.Match[str]) -> timedelta | None:
    zulu, sign, hours, minutes = match.group(8, 9, 10, 11)
    if zulu:
        return timedelta(0)
    if sign is None:
        return None
    if int(hours) > 14 or int(minutes) > 59:
        raise ValueError("offset beyond 14:00")
    size = timedelta(hours=int(hours), minutes=int(minutes))
    return size if sign == "+" else -size


def _to_utc(moment: datetime, offset: timedelta | None) -> datetime:
    return (moment - offset if offset else moment).replace(tzinfo=UTC)
