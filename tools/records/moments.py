"""When something began or ended: a date, a period, an age counted from the birth date, or words.

Knows nothing of resource types; https://hl7.org/fhir/R4/datatypes.html#Age
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from tools.fhir.dates import FhirTime, Precision
from tools.records.links import Linked
from tools.records.reading_json import items, quantity_text, reference_of, to_time

Json = dict[str, Any]

_UNITS: dict[str, tuple[str, Precision, str]] = {
    "a": ("years", "year", "%Y"), "mo": ("months", "month", "%Y-%m"), "wk": ("weeks", "day", "%Y-%m-%d"),
    "d": ("days", "day", "%Y-%m-%d"),
}  # fmt: skip
_CODES = {"year": "a", "years": "a", "yr": "a", "yrs": "a", "y": "a", "month": "mo", "months": "mo", "week": "wk",
          "weeks": "wk", "day": "d", "days": "d"}  # fmt: skip
_TICK = timedelta(microseconds=1)
_YEAR = re.compile(r"(?<![\d.])(?:19|2\d)\d\d(?![\d.])")


@dataclass(frozen=True, slots=True)
class Moment:
    """One `onset[x]`, `abatement[x]` or `performed[x]`."""

    start: FhirTime | None = None
    end: FhirTime | None = None
    text: str | None = None
    """What the record says instead of a date: `at 40 years`, `in childhood`."""

    not_before: FhirTime | None = None
    """The year or day that the words name: it can't have been so before."""

    @property
    def said(self) -> bool:
        """Whether the record says anything."""
        return self.start is not None or self.end is not None or self.text is not None


def moment_of(resource: Json, stem: str, linked: Linked) -> Moment:
    """What a resource says under `stem`, whichever of its types it uses."""
    if (moment := to_time(resource.get(f"{stem}DateTime"))) is not None:
        return Moment(moment)
    if isinstance(period := resource.get(f"{stem}Period"), dict):
        return Moment(to_time(period.get("start")), to_time(period.get("end")))
    if isinstance(age := resource.get(f"{stem}Age"), dict):
        shown = age_text(age)
        return Moment(time_at_age(_birth(resource, linked), age, age), None, f"at age {shown}" if shown else None)
    if isinstance(ages := resource.get(f"{stem}Range"), dict):
        low, high = ages.get("low") or {}, ages.get("high") or {}
        shown = " to ".join(t for t in (age_text(low), age_text(high)) if t)
        return Moment(time_at_age(_birth(resource, linked), low, high), None, f"at age {shown}" if shown else None)
    return moment_in_words(resource.get(f"{stem}String"))


def moment_in_words(text: object) -> Moment:
    """What is said in words; a date written as words is that date.

    >>> moment_in_words("about 2012").not_before.raw, moment_in_words("2012-05-03").start.raw
    ('2012', '2012-05-03')
    """
    said = text.strip() if isinstance(text, str) else ""
    if not said:
        return Moment()
    if (written := to_time(said)) is not None:
        return Moment(written)
    years = _YEAR.findall(said)
    return Moment(text=said, not_before=to_time(max(years)) if years else None)


def age_text(age: object) -> str | None:
    """An Age as people write it: a bare UCUM code becomes its word.

    >>> age_text({"value": 40, "code": "a"})
    '40 years'
    """
    shown = quantity_text(age)
    number, _, unit = (shown or "").partition(" ")
    return f"{number} {_UNITS[unit][0]}" if unit in _UNITS else shown


def _birth(resource: Json, linked: Linked) -> FhirTime | None:
    person = resource.get("subject") or resource.get("patient")
    return to_time((linked.get(reference_of(person) or "") or {}).get("birthDate"))


def time_at_age(birth: FhirTime | None, low: Json, high: Json) -> FhirTime | None:
    """The span in which someone is of that age, as precise as its unit; None where it can't be told.

    >>> from tools.fhir.dates import parse_fhir_time
    >>> born = parse_fhir_time("1950-06-02")
    >>> t = time_at_age(born, {"value": 40, "code": "a"}, {"value": 40, "code": "a"})
    >>> t.raw, t.precision, str(t.low.date()), str(t.high.date())
    ('1990/1991', 'year', '1990-06-02', '1991-06-01')
    """
    first, last = _span(low), _span(high)
    if birth is None or first is None or last is None:
        return None
    latest = datetime.combine(birth.high.date(), time.min)
    try:
        begin = birth.low + relativedelta(**{first[1]: first[0]})  # type: ignore[arg-type]
        finish = latest + relativedelta(**{last[1]: last[0] + 1}) - _TICK  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return None
    _, precision, form = _UNITS[first[2]]
    return FhirTime(_shown(begin, finish, form), precision, begin, finish, None)


def _shown(begin: datetime, finish: datetime, form: str) -> str:
    first, last = begin.strftime(form), finish.strftime(form)
    return first if first == last else f"{first}/{last}"


def _span(age: Json) -> tuple[int, str, str] | None:
    """Whole units of an Age; a bound such as `<5 a` can't be placed."""
    value, unit = age.get("value"), str(age.get("code") or age.get("unit") or "")
    code = unit if unit in _UNITS else _CODES.get(unit.casefold())
    if code is None or age.get("comparator") or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value), _UNITS[code][0], code


def first_event(timing: object) -> FhirTime | None:
    """The first moment a Timing lists."""
    events = items(timing.get("event")) if isinstance(timing, dict) else []
    return next((t for event in events if (t := to_time(event)) is not None), None)
