"""Whether a visit is a routine examination of a person who comes for no problem, by its names and codes.

Codes: ICD-10-CM Z00 and Z01.4 (encounters for general and gynecological examination), SNOMED CT, CPT preventive visits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ROUTINE = re.compile(
    r"\b(?:check[ -]?ups?|wellness|well[- ](?:child|baby|woman|man|adult|person|visit|exam\w*|check)"
    r"|preventi(?:ve|on|tative) (?:care|health|medicine|visit|exam\w*|services?)"
    r"|health (?:maintenance|check|assessment)"
    r"|(?:annual|yearly|periodic|routine)(?: \w+){0,2} (?:exam\w*|visits?|physicals?|assessments?)"
    r"|general(?: (?:adult|child|medical|health))* examination)\b|\bphysical(?:s| exam\w*)?$",
    re.IGNORECASE,
)
_PARTIAL = re.compile(
    r"\b(?:eye|dental|tooth|hearing|vision|prenatal|antenatal|postnatal|pregnan\w*|follow[- ]?up|screening for)\b", re.I
)
_BARE = re.compile(
    r"(?:(?:office|outpatient|ambulatory|clinic|hospital|patient|established|new|virtual|visit|encounter|consultation"
    r"|initial|for|problem|procedure|care|other|unnamed|and|/|,) ?)+",
    re.IGNORECASE,
)
_TAG = re.compile(r" \([a-z /]+\)$")
_CODES = re.compile(
    r"Z00(?:\.\d+)?|Z01\.4\d*|9938[1-7]|9939[1-7]|G043[89]|162673000|185349003|410620009|268565007|444971000124105"
)


def is_checkup(names: Iterable[str], codes: Iterable[str]) -> bool | None:
    """True or False where names or codes of a visit tell; None where it is called no more than a visit.

    >>> is_checkup(["General examination of patient (procedure)"], []), is_checkup(["Prenatal visit"], [])
    (True, False)
    >>> is_checkup(["Office visit"], []), is_checkup(["Office visit"], ["Z00.00"])
    (None, True)
    """
    told = [_TAG.sub("", name.strip()) for name in names]
    if any(_CODES.fullmatch(code) for code in codes):
        return True
    if any(_ROUTINE.search(name) and not _PARTIAL.search(name) for name in told):
        return True
    return None if all(_BARE.fullmatch(name) for name in told) else False
