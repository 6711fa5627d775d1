"""What goes beyond one chart that is only read: other patients, changes to the chart, what a drug does in general."""

from __future__ import annotations

import re

_OTHERS = re.compile(
    r"\b(?:how many|which|what|all|other|most|any|some|of|list)(?: of)?(?: the| my| our| your| these)?"
    r" (?:patients|people)\b"
    r"|\b(?:who|some(?:one|body)|any(?:one|body)|every(?:one|body)) else\b"
    r"|\b(?:an)?other (?:patient|person)\b(?!')"
)
_TO_DO = re.compile(
    r"(?:(?:please|kindly|can you|could you|would you|will you|now) )*"
    r"(?:(?:delete|remove|erase|change|update|correct|edit|prescribe|cancel|refill|schedule|reschedule|book|increase"
    r"|decrease|e-?mail|fax) (?:my|me|her|his|their|him|them|the|this|that|an?|another|more|\d)"
    r"|(?:order|start|stop|call|send) (?:my|me|her|his|their|him|them|an?|another|more|\d+)\b(?! (?:date|time)))"
)
_IN_GENERAL = re.compile(r"\b(?:side|adverse) effects?\b")


def find_beyond(text: str) -> list[str]:
    """The words that ask for more than reading this chart.

    >>> find_beyond("how many patients have C0"), find_beyond("change my birth date"), find_beyond("change in C0")
    (['how many patients'], ['change my'], [])
    """
    to_do = _TO_DO.match(text)
    return [*([to_do[0]] if to_do else []), *_OTHERS.findall(text), *_IN_GENERAL.findall(text)]
