"""Yes or no: whether a question is answered so."""

from __future__ import annotations

import re

from agent.planners.rules import lexicon
from agent.planners.rules.compiled import said

AUX = r"(?:is|was|were|are|am|has|have|had|did|does|do|will|would|should|can|could|may)"
_DONE = (
    r"given|administered|prescribed|ordered|started|used|obtained|done|checked|drawn|documented|recorded|noted|listed"
    r"|measured|performed|taken|received|tested|treated|diagnosed|confirmed|dispensed|collected|screened|found|charted|sent"
)
_STATE = r"active|current|present|ongoing|resolved|inactive|stopped|discontinued|on hold|in remission|under treatment"
_HOW = r"(?:(?:ever|still|currently|already|presently|now|also|previously|yet) )*"
_GOES_ON = (
    r"(?=[ |]*(?:$|\||[,.;])| (?:in|on|at|during|within|before|after|prior|since|by|for|with|to|as|from|following)\b)"
)
_THING = r"(?:(?:an?|any|the|my|his|her|their|patient) )*(?:C\d+(?: or |, ?|/)?(?:an? |any )?)+"
_NAMING = (
    r"(?: (?:levels?|tests?|results?|screen(?:ing)?|diagnos[ei]s|allerg(?:y|ies)|orders?|prescriptions?|vaccin\w+"
    r"|shots?))?"
)
_LIST = r"(?:lists?|charts?|records?|files?|regimen|problem list)"
_BARE = (
    rf"{_THING}{_NAMING} {_HOW}(?:(?:{_DONE}|(?:first|initially|newly) (?:{_DONE})(?= *\|)){_GOES_ON}"
    rf"|(?:{_STATE})(?=[ |]*(?:$|\||[,.;])| (?:in|on|at|as|right)\b)"
    rf"|(?:on|in) (?:(?:the|my|his|her|their) )?(?:[a-z]+ ){{0,3}}{_LIST}\b)"
    rf"|(?:(?!{AUX}\b)[a-z]+ ){{1,4}}(?:includes?|contains?|mentions?|covers?) {_THING}"
    r"|(?:currently|still|presently|now) (?:C\d|(?:in|on) (?:the |an? )?(?:C\d|hospital|icu)"
    r"|[a-z]+ed(?= ?[|?]*$| (?:to|in|at|with)\b))"
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
    if re.search(r"\b(?:what|which|when|where|who|whom|whose|why|how)\b", text):
        return False
    if _NAMES.match(opening):
        return False
    extreme = any(said(pattern).search(text) for pattern, _ in lexicon.NUMERIC)
    listed = re.match(r"(?:list|show|name|give|enumerate)\b(?!.*\b(?:if|whether)\b)", opening)
    if (re.search(r"\bever\b", text) and not extreme and not listed) or re.match(_BARE, opening):
        return True
    if re.search(rf"[,:;] *(?:\| *)*{AUX} (?!you\b)[a-zC]", text) and not _REQUEST.match(opening):
        return True
    if re.search(r"[:;,–-] *(?:\| *)*(?:was there |were there )?any [a-zC]", text) and not _REQUEST.match(opening):
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
_REQUEST = re.compile(rf"(?:{'|'.join(sorted(lexicon.REPORT))})\b")
_NAMES = re.compile(r"(?:name|list|enumerate|itemi[sz]e|give|show|read|spell)\b(?! (?:me )?(?:if|whether)\b)")
"""Verbs that ask for names, of what ever was as well."""
_CHECKED_NOUN = (
    r"^(?:[\w ]*?)(?:verify|confirm|check) (?:the |my |his |her |their )?(?:\w+ )?"
    rf"(?:{lexicon.TIME_NOUN}|number|count|dose)\b"
)
