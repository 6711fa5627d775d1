"""Yes or no: whether a question is answered so."""

from __future__ import annotations

import re

from agent.planners.rules import lexicon

AUX = r"(?:is|was|were|are|am|has|have|had|did|does|do|will|would|should|can|could|may)"
_BARE = (
    r"(?:currently|still|presently|now) (?:C\d|(?:in|on) (?:the |an? )?(?:C\d|hospital|icu)"
    r"|[a-z]+ed(?= ?[|?]*$| (?:to|in|at|with)\b))"
    r"|C\d+ (?:given|administered|prescribed|ordered|started|used)\b"
)
"""A question without a verb: "currently admitted?", "warfarin given in the ICU?"."""


def asks_yes_or_no(text: str) -> bool:
    """A clause that opens with an auxiliary, or says "whether", or puts an auxiliary before a pronoun."""
    if re.search(r"\b(?:if|whether)\b", text) and not re.match(r"[| ]*if you\b.*\b(?:what|how|which|when)\b", text):
        return True
    if re.match(
        r"[| ]*(?:and |or )?(?:(?:an?|any|past|known) )*(?:any|(?:history|diagnosis|complaint|evidence|sign)s? of)\b",
        text,
    ):
        return not re.search(r"\b(?:what|which|when|where|who|why|how)\b", text)
    opening = _POLITE.sub("", text.lstrip("|, "))
    if re.match(rf"{AUX}\b(?! you\b)", opening) and not re.match(r"(?:can|could|would|will)\b", opening):
        return not re.match(rf"{AUX} (?:what|which|when|who)", opening)
    if re.search(r"\b(?:what|which|when|where|who|why|how)\b", text):
        return False
    extreme = any(re.search(rf"\b(?:{pattern})\b", text) for pattern, _ in lexicon.NUMERIC)
    if (re.search(r"\bever\b", text) and not extreme) or re.match(_BARE, opening):
        return True
    inverted = re.search(rf"\b{AUX} (?:it|there|he|she|i|they|we|any|(?:the )?patient)\b", text)
    checked = re.match(r"(?:verify|confirm|check)\b", opening)
    return bool(inverted or (checked and not re.search(_CHECKED_NOUN, text)))


_POLITE = re.compile(
    r"^(?:(?:please|kindly|and|so|but|or|hi|hello|okay|ok|also|then|now)[ ,|]+|(?:can|could|would|will) you"
    r" (?:please |kindly |be able to )?"
    r"|do you (?:happen to )?know[ ,]+|(?:for|of|in) (?:the )?patient[ ,|]+|(?:the )?patient ?,[ |]*"
    r"|i (?:want|need|would like) to"
    r" (?:know|see)[ ,]+|\|[ ,]*)*"
)
_CHECKED_NOUN = (
    r"^(?:[\w ]*?)(?:verify|confirm|check) (?:the |my |his |her |their )?(?:\w+ )?"
    rf"(?:{lexicon.TIME_NOUN}|number|count|dose)\b"
)
