"""Ages: "at age 40", "as a child", "in her thirties", written out as the dates they stand for."""

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from agent.planners.rules.compiled import compiled
from agent.planners.rules.everyday import SUBJECT

_YEARS = r"(\d{1,3})(?: years old| years of age)?"
_BIRTHDAY = (
    r"(?:(?:the time of )?(?:(?:my|his|her|their|the) |(?:the )?patient(?:'s)? )?"
    r"(?:birthday (?:number|no\.?|#) ?(?P<number>\d{1,3})|(?P<nth>\d{1,3})(?:st|nd|rd|th) birthday))"
)
_LATER = re.compile(
    r"(?P<before>\bbefore \d{4}-\d\d-\d\d),? \(?(?:not (?:including|counting)|excluding|without)(?: any| the)?"
    r" (?:later|subsequent)(?: (?:ones?|doses?|shots?))?\)?"
)
"""What a bound leaves out by itself."""
_WHEN_WAS = rf"when {SUBJECT} (?:was|were|turned)"
_SPANS: tuple[tuple[str, int | None, int | None], ...] = (
    (rf"(?:at|{_WHEN_WAS}) (?:the )?age (?:of )?{_YEARS}|{_WHEN_WAS} {_YEARS}", 0, 1),
    (rf"(?:since|after) (?:the )?age (?:of )?{_YEARS}|since (?:turning|{SUBJECT} turned) {_YEARS}", 0, None),
    (
        rf"(?:before|by|until|till|up to|prior to) (?:the )?age (?:of )?{_YEARS}"
        rf"|(?:before|until|till) (?:turning|{SUBJECT} (?:turned|reached|was)) {_YEARS}"
        rf"|by the time {SUBJECT} (?:turned|reached|was) {_YEARS}",
        None,
        0,
    ),
    (r"in (?:his|her|my|their) ([2-9]0)'?s", 0, 10),
)
"""A pattern, and how many years its span begins and ends after the age it names; None is open."""
_AGES: tuple[tuple[str, int | None, int | None], ...] = (
    (
        rf"as (?:a child|children|a kid)|in (?:his|her|my|their) childhood|{_WHEN_WAS} (?:a child|little|a kid)",
        None,
        18,
    ),
    (rf"as a teen(?:ager)?|in (?:his|her|my|their) teens|{_WHEN_WAS} a teen(?:ager)?", 13, 20),
    (r"(?<!sex )(?<!gender )(?<!assigned )at birth|as a newborn", 0, 0),
    (rf"as an? (?:baby|infant)|{_WHEN_WAS} (?:a baby|an infant)", None, 2),
    (rf"as an adult|in adulthood|{_WHEN_WAS} an adult", 18, None),
)


def write_ages(text: str, birth: date | None) -> str:
    """Ages as spans of dates; left as they stand where the birth date isn't known.

    >>> write_ages("her weight at age 40", date(1974, 6, 18))
    'her weight between 2014-06-18 and 2015-06-17'
    >>> write_ages("fractures as a child", date(1974, 6, 18))
    'fractures before 1992-06-18'
    """
    if birth is None:
        return text
    text = _write_birthdays(text)
    for pattern, low, high in (*_SPANS, *_AGES):
        for match in reversed(list(compiled(rf"\b(?:{pattern})\b", re.IGNORECASE).finditer(text))):
            text = text[: match.start()] + _span(birth, _named_age(match), low, high) + text[match.end() :]
    return _LATER.sub(r"\g<before>", text)


def _write_birthdays(text: str) -> str:
    """A birthday that bounds, as the age it is reached with.

    >>> _write_birthdays("doses prior to the patient's birthday number 50")
    'doses prior to age 50'
    """
    bounding = rf"\b(?P<bound>before|by|until|till|up to|prior to|since|after)(?: of)? {_BIRTHDAY}\b"
    pattern = compiled(bounding, re.IGNORECASE)
    return pattern.sub(lambda m: f"{m['bound']} age {m['number'] or m['nth']}", text)


def _named_age(match: re.Match[str]) -> int:
    return next((int(group) for group in match.groups() if group), 0)


def _span(birth: date, age: int, low: int | None, high: int | None) -> str:
    first = birth + relativedelta(years=age + low) if low is not None else None
    end = birth + relativedelta(years=age + high) if high is not None else None
    if first is None:
        return f"before {end}"
    if first == end:
        return f"on {first}"
    return f"between {first} and {end - timedelta(days=1)}" if end is not None else f"since {first}"
