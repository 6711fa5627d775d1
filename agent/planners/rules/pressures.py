"""Pressures: the two numbers of a blood pressure by their names; before names are looked for."""

from __future__ import annotations

import re

_WHICH = r"(?P<which>upper|top|first|higher|big(?:ger)?|lower|bottom|second|small(?:er)?)"
_SYSTOLIC = ("upper", "top", "first", "higher", "big", "bigger")
_NUMBER = r"(?:numbers?|figures?|values?)"
_PRESSURE = r"(?:blood pressures?|bps?|pressures?)"
_OF = (
    r"(?: (?:of|in|on|for|from) (?:(?:his|her|my|the|their|a|each|every|any) )*(?:blood pressures?|bps?)(?:"
    r" readings?)?)"
)
_NUMBERS = re.compile(
    rf"\b(?:(?:upper|top|lower|bottom) {_NUMBER}{_OF}?|{_WHICH} {_NUMBER}{_OF}|{_WHICH.replace('which', 'one')}"
    rf" {_PRESSURE} {_NUMBER})\b",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\bbp(?:s|'s)\b(?! (?:is|was|been))", re.IGNORECASE)


def name_pressures(text: str) -> str:
    """The two numbers of a blood pressure by their names.

    >>> name_pressures("Was the top number of her blood pressure over 140?"), name_pressures("the upper BP number")
    ('Was the systolic blood pressure over 140?', 'the systolic blood pressure')
    >>> name_pressures("How many BPs over 140?"), name_pressures("Did the drug lower blood pressure?")
    ('How many blood pressures over 140?', 'Did the drug lower blood pressure?')
    """
    return _SHORT.sub("blood pressures", _NUMBERS.sub(_name, text))


def _name(match: re.Match[str]) -> str:
    which = match[0].split()[0].lower()
    return f"{'systolic' if which in _SYSTOLIC else 'diastolic'} blood pressure"
