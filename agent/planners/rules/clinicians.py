"""Clinicians: who was seen and when, written out as the visit and who performed it."""

from __future__ import annotations

import re

from agent.planners.rules.asks import CLINICIANS

_SUBJECT = r"(?:i|we|he|she|they|(?:the |this )?patient)"
_OBJECT = r"(?:me|us|him|her|them|(?:the |this )?patient)"
_WHOM = rf"(?:whom?|(?:which|what) (?:kind of |type of )?{CLINICIANS})"
_PLACE = r"(?:last|first|most recently|latest)"
_MEET = r"(?:see|seen|saw|visit(?:ed)?|meet|met|meet with|met with|consult(?:ed)?(?: with)?)"
_SAW = r"(?:saw|examined|evaluated|assessed|looked after|took care of|cared for|attended(?: to)?|treated|was seeing)"
_END = r"(?=[ ?.!,|]*$| (?:in|on|at|since|before|after|between|during|until|from|last|this|for)\b)"
_TABLE = tuple((re.compile(pattern, re.IGNORECASE), written) for pattern, written in (
    (rf"\b{_WHOM} (?:did|has|have|had|does|do|was|were) {_SUBJECT} (?:(?P<one>{_PLACE}) )?{_MEET}"
     rf"(?: by)?(?: (?P<two>{_PLACE}))?{_END}",
     "who was the doctor at the {place}visit"),
    (rf"\b{_WHOM} (?P<one>{_PLACE} )?{_SAW} {_OBJECT}(?: (?P<two>{_PLACE}))?{_END}",
     "who was the doctor at the {place}visit"),
    (rf"\bwho (?:gave|administered|injected)(?: {_OBJECT}(?= (?:the|an?|his|her|my) ))?"
                r"(?= (?:(?:the|an?|his|her|my|their) )?(?:\w+ )?C\d)",
     "who performed"),
))  # fmt: skip
_OF_PERSON = re.compile(
    rf"\b(?P<aux>did|does|has|have|was|were) {_SUBJECT}(?: ever)?(?: (?P<one>{_PLACE}))? {_MEET}(?: by)?"
    rf"(?: (?P<two>{_PLACE}))?{_END}",
    re.IGNORECASE,
)
"""Where a clinician is named, who has been taken out of the text."""


def write_clinicians(text: str, of_person: bool = False) -> str:
    """A question after who was seen, and, where a clinician is named, after having seen them, as of the visit.

    >>> write_clinicians("which doctor did she see last?")
    'who was the doctor at the last visit?'
    >>> write_clinicians("who saw her on 2020-10-10?"), write_clinicians("who gave her last C0?")
    ('who was the doctor at the visit on 2020-10-10?', 'who performed her last C0?')
    >>> write_clinicians("when did she last see ?", of_person=True)
    'when was the last visit?'
    >>> write_clinicians("has he ever seen ?", of_person=True), write_clinicians("can he see C0?")
    ('was there a visit?', 'can he see C0?')
    """
    for pattern, written in _TABLE:
        if (match := pattern.search(text)) is not None:
            text = f"{text[: match.start()]}{_place(match, written)}{text[match.end() :]}"
    return _OF_PERSON.sub(_visit, " ".join(re.sub(r" (?=[?.!])", "", text).split())) if of_person else text


def _place(match: re.Match[str], written: str) -> str:
    said = match.groupdict()
    place = (said.get("one") or said.get("two") or "").strip()
    return written.format(place=f"{place.replace('most recently', 'last')} " if place else "")


def _visit(match: re.Match[str]) -> str:
    """The visit, as what precedes asks for it: "when was the visit", "was there a visit", "how many visits"."""
    before = match.string[: match.start()].rstrip().lower()
    if before.endswith(("how many times", "how often")):
        return "was there a visit"
    asked = re.search(r"\b(?:when|what|which|where|why)\b", before)
    return _place(match, "was the {place}visit" if asked else "was there a {place}visit")
