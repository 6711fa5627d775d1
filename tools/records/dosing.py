"""Dosing: how often a dosage is to be taken, in words, and how many times a day that is."""

from __future__ import annotations

import re
from typing import Any

from tools.records.reading_json import items, name_of

_OF_TIME = re.compile(
    r"\b(?:daily|days?|once|twice|thrice|times?|every|each|q\.? ?\d+ ?(?:h\w*|min\w*|d\w*)|q[dhaop]\w*|[bt]id|qid|hs"
    r"|prn|needed"
    r"|hours?|hourly|weekly|weeks?|months?|monthly|mornings?|evenings?|nights?|nightly|bedtime|meals?|breakfast|dinner"
    r"|continuous\w*|directed|before|after|until|taper\w*)\b",
    re.IGNORECASE,
)
"""What a text says of time; one that says nothing of it is a form or a strength: "40mg Tablet"."""
_UNITS = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}
_A_DAY = {
    "daily": 1.0, "qd": 1.0, "qday": 1.0, "once daily": 1.0, "every day": 1.0, "qhs": 1.0, "hs": 1.0, "qam": 1.0,
    "qpm": 1.0, "am": 1.0, "pm": 1.0, "at bedtime": 1.0, "bid": 2.0, "twice daily": 2.0, "tid": 3.0, "qid": 4.0,
    "qod": 0.5, "every other day": 0.5, "twice a day": 2.0, "once a day": 1.0, "three times a day": 3.0,
    "four times a day": 4.0,
}  # fmt: skip
"""How many times a day the usual codes mean."""
_EVERY_HOURS = re.compile(r"(?:q|every) ?(\d+) ?h(?:ou)?r?s?")
_IN_DAYS = re.compile(r"(\d+) times? (?:a day|daily|per day)")


def tell_timing(dosage: dict[str, Any]) -> list[str]:
    """The timing of a dosage: its code and what its text says of time; where neither tells, how often it is repeated.

    >>> tell_timing({"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, "text": "40mg Tablet"})
    ['2 times a day']
    >>> tell_timing({"text": "Take one tablet by mouth daily"}), tell_timing({"text": "10 mL Vial"})
    (['Take one tablet by mouth daily'], [])
    """
    timing = dosage.get("timing") or {}
    texts = [t for t in (dosage.get("text"), dosage.get("patientInstruction")) if isinstance(t, str)]
    code = name_of(timing.get("code"))
    told = [*([code] if code else []), *(t for t in texts if _OF_TIME.search(t))]
    repeated = _tell_repeat(timing.get("repeat"))
    return told or ([repeated] if repeated else [])


def daily_times(resource: dict[str, Any]) -> float | None:
    """How many times a day an order is to be taken; None where it has several dosages or does not say.

    >>> daily_times({"dosageInstruction": [{"timing": {"code": {"text": "TID"}}}]})
    3
    """
    dosages = items(resource.get("dosageInstruction"))
    if len(dosages) != 1 or not isinstance(dosages[0], dict):
        return None
    repeated = _tell_repeat((dosages[0].get("timing") or {}).get("repeat"))
    told = [*([repeated] if repeated else []), *tell_timing(dosages[0])]
    return next((n for t in told if (n := times_a_day(t)) is not None), None)


def _tell_repeat(repeat: object) -> str | None:
    """
    >>> _tell_repeat({"frequency": 1, "period": 1, "periodUnit": "d"}), _tell_repeat({"count": 3})
    ('1 time a day', None)
    >>> _tell_repeat({"frequency": 1, "period": 8, "periodUnit": "h"})
    '1 time every 8 hours'
    """
    if not isinstance(repeat, dict):
        return None
    times, period, unit = repeat.get("frequency", 1), repeat.get("period"), _UNITS.get(str(repeat.get("periodUnit")))
    if not isinstance(times, int) or period is None or unit is None:
        return None
    upto = f"-{most}" if isinstance(most := repeat.get("frequencyMax"), int) and most != times else ""
    said = f"{times}{upto} time{'' if times == 1 and not upto else 's'}"
    return f"{said} a {unit}" if period == 1 else f"{said} every {period:g} {unit}s"


def times_a_day(text: str) -> float | None:
    """How many times a day a timing means; None where it does not say.

    >>> times_a_day("Q8H"), times_a_day("2 times a day"), times_a_day("Q6H:PRN"), times_a_day("ONCE")
    (3, 2, None, None)
    """
    said = " ".join(re.sub(r"[.]", "", text).casefold().split())
    if (number := _A_DAY.get(said)) is not None:
        return _whole(number)
    if (hours := _EVERY_HOURS.fullmatch(said)) or (hours := re.fullmatch(r"1 time every (\d+) hours", said)):
        return _whole(24 / int(hours[1])) if int(hours[1]) else None
    return int(found[1]) if (found := _IN_DAYS.fullmatch(said)) else None


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number
