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
_NO_NAMES = frozenset({"MRN", "DOB", "Date", "Birth", "Patient", "The", "What", "Which", "Find", "ID"})


def read_whom(text: str) -> FindPatients | None:
    """Whom to look for; None where no number is asked for, or name or birth date are not told for certain.

    >>> found = read_whom("Which MRN belongs to Ana de la Cruz, born March 5, 1940?"); found.name, found.birth_date
    ('Ana de la Cruz', '1940-03-05')
    >>> read_whom("What is the MRN of Ana Cruz, DOB 03/05/1940?") is None
    True
    """
    born, said = re.search(_BORN, text), text.replace("’", "'")
    if not _NUMBER.search(said) or born is None or (date := _to_day(born["date"])) is None:
        return None
    rest = re.sub(r"['’]s\b", " ,", f"{text[: born.start()]} ,{text[born.end() :]}")
    names = dict.fromkeys(
        m["name"].strip(" ,.") for m in _NAME.finditer(rest) if not _NO_NAMES & set(m["name"].replace(",", "").split())
    )
    return FindPatients(name=next(iter(names)), birth_date=date) if len(names) == 1 else None


def _to_day(text: str) -> str | None:
    """A day; None where month and day could change places."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return text
    if (slashed := re.fullmatch(r"(\d+)/(\d+)/(\d+)", text)) is not None:
        first, second = int(slashed[1]), int(slashed[2])
        if first <= 12 and second <= 12 and first != second:
            return None
    try:
        return parser.parse(text.replace(" of ", " "), default=datetime(1900, 1, 1)).date().isoformat()
    except (ValueError, OverflowError):
        return None
