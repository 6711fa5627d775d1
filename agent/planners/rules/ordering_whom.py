"""Whose number is asked for, where no patient is bound: a name and a birth date in words. Pure text."""

from __future__ import annotations

import re
from datetime import datetime

from dateutil import parser

from tools.find_patients import FindPatients

_NUMBER = re.compile(
    r"\b(?:mrn|medical record number|patient (?:id|identifier|number)|record number|identifier|chart number)\b",
    re.IGNORECASE,
)
_BORN = (
    r"(?:(?i:\b(?:dob|d\.o\.b\.|date of birth|birth ?date|birthday|born(?: on)?))(?: (?i:of|is|was|being|on))*[:,]?"
    r" *\(?)"
    r"(?P<date>\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4}|[A-Z][a-z]+\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2}(?:st|nd"
    r"|rd|th)?(?: of)? [A-Z][a-z]+,? \d{4})"
)
_PART = r"(?:[A-Z][\w'’.-]*|de|da|di|van|von|der|den|la|le|del|al|bin|el)"
_NAME = re.compile(
    rf"(?i:\bname(?:d)?(?: (?:of|is|was))?:?|\bcalled|\bfor|\bof|\bbelong\w* to|\bto|\bdoes|\bhas|\bpatient|\bfind"
    rf"|\bon)"
    rf" (?P<name>[A-Z][\w'’.-]*,? (?:{_PART} ?)*[A-Z][\w'’.-]*)(?=[\s,;(?.]|'s|$)"
)
_ONE = r"[A-Z][\w'’-]*"
_NAMES = ("(?:last|family|sur)", "(?:first|given)")
_NO_NAMES = frozenset({"MRN", "DOB", "Date", "Birth", "Patient", "The", "What", "Which", "Find", "ID"})


def read_whom(text: str) -> tuple[FindPatients, ...]:
    """Whom to look for, twice where month and day could change places; none where no number is asked for.

    >>> [(w.name, w.birth_date) for w in read_whom("Which MRN belongs to Ana de la Cruz, born March 5, 1940?")]
    [('Ana de la Cruz', '1940-03-05')]
    >>> [w.birth_date for w in read_whom("What is the MRN of Ana Cruz, DOB 03/05/1940?")]
    ['1940-03-05', '1940-05-03']
    """
    born = re.search(_BORN, text)
    if not _NUMBER.search(text) or born is None:
        return ()
    rest = re.sub(r"['’]s\b", " ,", f"{text[: born.start()]} ,{text[born.end() :]}")
    name = _read_name(rest)
    return tuple(FindPatients(name=name, birth_date=day) for day in _to_days(born["date"])) if name else ()


def _read_name(text: str) -> str | None:
    """The one name in a text."""
    last, first = (re.search(rf"(?i:\b{word} ?name)(?i: is|:)? (?P<name>{_ONE})", text) for word in _NAMES)
    if last and first:
        return f"{first['name']} {last['name']}"
    found = (m["name"].strip(" ,.") for m in _NAME.finditer(text))
    names = dict.fromkeys(n for n in found if not _NO_NAMES & set(n.replace(",", "").split()))
    return next(iter(names)) if len(names) == 1 else None


def _to_days(text: str) -> tuple[str, ...]:
    """The days that a date may mean."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return (text,)
    orders = (False, True) if "/" in text else (False,)
    plain = text.replace(" of ", " ")
    try:
        days = [parser.parse(plain, default=datetime(1900, 1, 1), dayfirst=first).date() for first in orders]
    except (ValueError, OverflowError):
        return ()
    return tuple(dict.fromkeys(day.isoformat() for day in days))
