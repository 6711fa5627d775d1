"""What is ordered: the name behind the verb with its code, dose, note, time and urgency. Every word, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from agent.planners.rules.ordering_dosing import Dose, read_fixed_dose
from agent.planners.rules.ordering_parts import Parts
from agent.planners.rules.ordering_said import Alias, Said, Sort, own_words
from agent.planners.rules.ordering_when import take_when
from tools.concepts.words import fold
from tools.drafts.draft import Priority

_DRUG_ACTS = r"prescribe|give|administer|start|initiate|replace|replete|supplement"
_PAIR_ACTS = r"pair|accompany|combine|follow (?:it |this |that )?up with|follow with"
_REFER_ACTS = r"refer|consult"
ACT = (
    rf"order|place|put in|submit|send|request|write|draft|create|schedule|arrange|obtain|repeat|recheck|{_DRUG_ACTS}"
    rf"|{_PAIR_ACTS}|{_REFER_ACTS}"
)
_ACT = re.compile(rf"^(?:then |please |also |only |go ahead and )*(?P<act>{ACT})\b", re.I)
_PAIRED = re.compile(
    r"\b(?:(?:this|that|the|it)(?: (?:order|request|one))? with|(?:along|together|paired) with (?:it|this|that)(?: "
    r"order)?|with (?:it|this order|that order))\b",
    re.I,
)
_BY_DOSING = re.compile(
    r",? ?\b(?:according to|per|as per|following|based on|by|using|in line with|as directed (?:by|in))(?: the)?(?: "
    r"\w+)? ?"
    r"(?:dosing|dose|replacement|repletion)?(?:-| )?(?:instructions?|protocol|guide(?:lines?)?|scale|table|schedule"
    r"|dosing)(?: (?:above|below|given|provided))?\b",
    re.I,
)
_NOTED = re.compile(
    r",? ?\b(?:and )?(?:with|including|include|stating|state|noting|add|write|specify)?(?: (?:the|this|a|following"
    r"|in))* ?(?:free[- ]?text|notes?|comments?|reason)\b[^Q]{0,30}Q(?P<n>\d+)"
    r"|,? ?\b(?:and )?(?:with|stating|saying|noting|including) Q(?P<n2>\d+)(?: (?:in|as|under) (?:the "
    r"|a )?(?:free[- ]?text"
    r"|notes?|comments?|reason)(?: field)?)?",
    re.I,
)
_PRIORITY = re.compile(
    r",? ?\b(?:as )?(?:an? )?(?P<how>stat|urgent(?:ly)?|asap|routine(?:ly)?|immediately|as soon as possible)\b(?: "
    r"priority)?",
    re.I,
)
_PRIORITIES: dict[str, Priority] = {
    "stat": "stat", "immediately": "stat", "urgent": "urgent", "urgently": "urgent", "asap": "asap",
    "as soon as possible": "asap", "routine": "routine", "routinely": "routine",
}  # fmt: skip
_WHOM = re.compile(r",? ?\b(?:for|to|of|on|in)? ?\b(?:the patient(?:'s)?|him|her|them|his|their)\b", re.I)
_FILLER = frozenset(
    fold(
        "an a the of for to with by then please also order request prescription new in as it this that one and"
        " its placed"
        " on"
    ).split()
)
_DOSE_WORDS = re.compile(
    r"\d+(?:\.\d+)? ?[A-Za-z]+(?: over \d+(?:\.\d+)? ?[A-Za-z]+)?|\b(?:iv|po|im|orally|intravenously|by mouth|dose)\b",
    re.I,
)


@dataclass(frozen=True)
class Wanted:
    """One order as it was asked for."""

    what: Alias
    sort: Literal["service", "drug"]
    by_dosing: bool = False
    dose: Dose | None = None
    note: str | None = None
    when: str | None = None
    priority: Priority | None = None
    route: str | None = None


def read_object(text: str, said: Said, parts: Parts, now: str, *, after: bool) -> tuple[Wanted | None, bool]:
    """The order in words; None where a word of it is not understood. And whether it is paired with the one before.

    `after`: whether an order stands before it, whose verb may be meant.
    """
    found = _ACT.search(text)
    if found is None and not after:
        return None, False
    act = found["act"].casefold() if found else "order"
    rest = text[found.end() :] if found else text
    if act in ("write", "send", "place", "submit", "put in", "create") and not re.search(
        r"\b(?:order|referral|request|prescription|consult\w*)\b|Q\d", rest, re.I
    ):
        return None, False
    paired = re.match(_PAIR_ACTS, act) is not None or _PAIRED.search(rest) is not None
    rest = _PAIRED.sub(" ", rest)
    noted = _NOTED.search(rest)
    note = parts.quoted[int(noted["n"] or noted["n2"])] if noted else None
    rest = _NOTED.sub(" ", rest)
    rest, by_dosing = _BY_DOSING.sub(" ", rest), _BY_DOSING.search(rest) is not None
    urgent = _PRIORITY.search(rest)
    rest, when = take_when(_PRIORITY.sub(" ", rest), now)
    rest = _WHOM.sub(" ", rest)
    name = f"{rest} referral" if re.match(_REFER_ACTS, act) else rest
    dose = None if by_dosing else read_fixed_dose(rest)
    is_drug = by_dosing or dose is not None or re.fullmatch(_DRUG_ACTS, act) is not None
    what = _find_what(name, said, is_drug)
    if what is None or (is_drug and not by_dosing and dose is None):
        return None, paired
    return Wanted(
        what, "drug" if is_drug else "service", by_dosing, dose, note,
        when, _PRIORITIES[urgent["how"].casefold()] if urgent else None,
    ), paired  # fmt: skip


def _find_what(name: str, said: Said, is_drug: bool) -> Alias | None:
    """The thing of that name that the caller gave a code for, where no word is left that says something else."""
    plain = _DOSE_WORDS.sub(" ", name) if is_drug else name
    words = " ".join(w for w in fold(plain).split() if w not in _FILLER)
    sort: Sort = "drug" if is_drug else "service"
    if re.search(r"\bQ\d", name):
        return None
    return said.find_whole(words, sort) if own_words(words) else said.only(sort)
