"""Spans of time in a unit, between two moments or from a record to `as_of`. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from tools.chart import AsOf
from tools.errors import ToolError
from tools.fhir.dates import FhirTime

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
TIME_UNITS = (*_SECONDS, "months", "years")


def elapsed(start: FhirTime, as_of: AsOf, unit: str) -> int | float:
    """From a record's time to `as_of`: instants where both have an offset, else both wall clocks."""
    if as_of.offset is not None and start.offset is not None:
        return in_unit(start.low - start.offset, as_of.wall - as_of.offset, unit)
    return in_unit(start.low, as_of.wall, unit)


def in_unit(start: datetime, end: datetime, unit: str) -> int | float:
    """A span in a unit of time; months and years are whole.

    >>> in_unit(datetime(2020, 1, 1), datetime(2020, 1, 2, 12), "days")
    1.5
    """
    if unit in ("months", "years"):
        gap = relativedelta(end, start)
        return gap.years if unit == "years" else gap.years * 12 + gap.months
    if unit not in _SECONDS:
        raise ToolError(f"{unit!r} is no unit of time; valid are: {', '.join(TIME_UNITS)}")
    span = (end - start) / timedelta(seconds=_SECONDS[unit])
    return int(span) if span.is_integer() else span
