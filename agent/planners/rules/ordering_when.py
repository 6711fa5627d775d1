"""When an order is to be done, and how old a result may be: words to times, seen from the moment looked at. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from tools.fhir.dates import FhirDateError, parse_fhir_time

_COUNT = r"(?P<n>\d+|an?|one|two|three|four|five|six|seven|ten|twelve|eighteen)"
_SPAN = rf"{_COUNT}[ -](?P<unit>hour|day|week|month|year)s?"
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10,
            "twelve": 12, "eighteen": 18}  # fmt: skip
_CLOCK = (
    r"(?:at |by |around )?(?:(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>[ap]\.?m\b\.?)"
    r"|(?P<hour24>\d{1,2}):(?P<minute24>\d\d)"
    r"(?: ?(?:hours|hrs|h)\b)?|(?P<named>noon|midday|midnight))"
)
_DAY = (
    r"(?:(?P<next>(?:the )?(?:next|following) (?:calendar )?(?:day|morning)|tomorrow(?:'s)?)"
    r"|in (?P<days>\d+|two|three|four|five|six|seven) days(?:' time)?|(?P<today>today|this (?:morning|afternoon"
    r"|evening))"
    r"|(?:on )?(?P<date>\d{4}-\d\d-\d\d))"
)
_PART = r"(?: (?:in the )?(?:morning|afternoon|evening))?"
_DONE = (
    r"(?:,? ?(?:which (?:is|should be) |that (?:is|should be) )?(?:to be |be )?"
    r"(?:completed|done|drawn|collected|obtained|performed|checked|scheduled|taken|given|run)(?: for| on| at)?)?"
)
_WHEN = re.compile(
    rf"{_DONE},? ?(?:(?:for|on) )?(?:{_DAY}{_PART},? ?(?:{_CLOCK})?|{_CLOCK.replace('>', '1>')} (?:on "
    rf")?{_DAY.replace('>', '1>')}{_PART})",
    re.IGNORECASE,
)
_OLDER = (
    re.compile(
        rf"\b(?:greater than|more than|over|older than|longer than|exceeds|at least|>) ?{_SPAN}(?: (?:old|ago))?\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\b{_SPAN} (?:old )?or (?:older|more|longer)\b(?: old\b)?", re.IGNORECASE),
)
_NOT_WITHIN = re.compile(
    r"\b(?:not|no|never|nothing|none)\b(?P<between>.*?)\b(?:in|within|for|over|during) (?:the )?(?:last |past "
    r"|previous )?"
    rf"(?:{_SPAN}|(?P<bare>day|week|month|year)\b)",
    re.IGNORECASE,
)
Verdict = Literal["older", "recent", "unsaid"]


def take_when(text: str, now: str) -> tuple[str, str | None]:
    """A text without the words that say when, and that time; the day alone where no hour is told.

    >>> take_when("a potassium level to be completed the next day at 8am", "2023-11-13T10:15:00+00:00")
    ('a potassium level', '2023-11-14T08:00:00+00:00')
    >>> take_when("a chest film", "2023-11-13T10:15:00+00:00")
    ('a chest film', None)
    """
    found = _WHEN.search(text)
    if found is None:
        return text, None
    parts = {
        name.rstrip("1") if name.endswith("1") else name: value for name, value in found.groupdict().items() if value
    }
    rest = f"{text[: found.start()]} {text[found.end() :]}".strip(" ,")
    return " ".join(rest.split()), _to_time(parts, now)


def _to_time(parts: dict[str, str], now: str) -> str:
    moment = datetime.fromisoformat(now)
    days = 1 if "next" in parts else _number(parts["days"]) if "days" in parts else 0
    day = parts.get("date") or (moment + timedelta(days=days)).date().isoformat()
    hour = _hour(parts)
    if hour is None:
        return day
    return f"{day}T{hour}:00{moment.isoformat()[19:]}" if moment.utcoffset() is not None else f"{day}T{hour}:00"


def _hour(parts: dict[str, str]) -> str | None:
    if "named" in parts:
        return "00:00" if parts["named"].casefold() == "midnight" else "12:00"
    if "hour24" in parts:
        return f"{int(parts['hour24']):02}:{parts['minute24']}"
    if "hour" not in parts:
        return None
    hour = int(parts["hour"]) % 12 + (12 if parts["half"].casefold().startswith("p") else 0)
    return f"{hour:02}:{parts.get('minute') or '00'}"


def take_age_limit(text: str) -> tuple[relativedelta, str] | None:
    """How old a result may be before something is due, and the text without the words that say so.

    >>> take_age_limit("the result is greater than 1 year old")
    (relativedelta(years=+1), 'the result is ')
    >>> take_age_limit("it was not checked in the last 6 months")
    (relativedelta(months=+6), 'it was  checked ')
    """
    for pattern in _OLDER:
        if (found := pattern.search(text)) is not None:
            return _limit(found["n"], found["unit"]), f"{text[: found.start()]}{text[found.end() :]}"
    found = _NOT_WITHIN.search(text)
    if found is None:
        return None
    rest = f"{text[: found.start()]}{found['between']}{text[found.end() :]}"
    return _limit(found["n"] or "1", found["unit"] or found["bare"]), rest


def _limit(number: str, unit: str) -> relativedelta:
    return relativedelta(**{f"{unit.casefold()}s": _number(number)})  # type: ignore[arg-type]


def judge_age(date: str, limit: relativedelta, now: str) -> Verdict:
    """Whether a result lies further back than a limit.

    >>> judge_age("2022-11-13T10:14:00+00:00", relativedelta(years=1), "2023-11-13T10:15:00+00:00")
    'older'
    >>> judge_age("2022-11", relativedelta(years=1), "2023-11-13T10:15:00+00:00")
    'unsaid'
    """
    moment = datetime.fromisoformat(now)
    bound = moment.replace(tzinfo=None) - limit
    try:
        time = parse_fhir_time(date)
    except FhirDateError:
        return "unsaid"
    offset = moment.utcoffset()
    if offset is not None and time.offset is not None:
        bound = bound - offset + time.offset
    if time.high < bound:
        return "older"
    return "recent" if time.low >= bound else "unsaid"


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text.casefold()]
