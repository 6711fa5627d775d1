"""Questions that ask what the notes say: to the arguments of search_notes, and from what it found to the answer."""

from __future__ import annotations

import re
from typing import Any

from agent.decision import GiveAnswer
from agent.planners.rules.cascade import Cascade, plain
from agent.planners.rules.lexicon import FUNCTION
from agent.planners.rules.scopes import take_times
from agent.planners.rules.yes_or_no import asks_yes_or_no
from tools.evidence import Finding

_NOTES = (
    r"(?:clinical |progress |discharge |doctor |physician |nursing )?(?:notes?|summar(?:y|ies)|letters?|documents?)"
)
_WHOSE = r"(?:the|my|his|her|their|any|that|this|those)"
_SAYS = re.compile(
    rf"^(?:according to|in|by) {_WHOSE} {_NOTES},? (?P<behind>.+)$"
    rf"|\b{_NOTES}\b.*?\b(?:say|says|said|mention|mentions|mentioned|state|states|record|describe|document)\b(?:"
    rf" anything)?"
    rf"(?: about| regarding| on| of)? ?(?P<after>.*)$"
    rf"|^(?:{_WHOSE} )?{_NOTES} ?[:,-] ?(?P<told>.+)$"
    rf"|\bin what {_WHOSE} (?:doctor|physician|nurse|provider|clinician)s? (?:wrote|noted|put down|said|documented),?"
    rf" ?(?P<wrote>.+)$"
    rf"|^(?P<before>.*?)\b(?:in|from|according to) {_WHOSE} {_NOTES}\b"
)
_DATED = re.compile(r" ?(?:\b(?:of|from|on|dated|written|made)\b *)*\|")
"""Where a time stood behind a note, with the words that join it."""
_ASKING = frozenset(
    """is are was were does do did has have any anything what which mention mentions mentioned said noted write wrote
    written down put documented recorded listed something whether i'm""".split()  # noqa: SIM905
)
_MARITAL = frozenset({"married", "single", "divorced", "widowed", "separated"})
"""Two of them are asked for as which it is: no words that stand together in a note."""
_WRITTEN = re.compile(r"\b(?:documented|noted|mentioned|recorded|reported|present|described)$")
"""At its end, what asks whether something is written."""
_DENIED = re.compile(r"\b(?:no|not|non|denie[sd]|denying|without|negative|never|neither|nor)\b", re.IGNORECASE)


def compose_notes(question: str) -> dict[str, Any] | None:
    """The text to look for and its time; None where the question is not of notes.

    >>> compose_notes("What do the notes say about warfarin since 2020?")
    {'text': 'warfarin', 'when': 'since 2020'}
    >>> compose_notes("Is nausea documented in the note of 5/6/2021?")
    {'text': 'nausea', 'when': '5/6/2021'}
    >>> compose_notes("Is there a note?") is None
    True
    """
    cascade = Cascade(plain(question).lower().rstrip(" ?.!"))
    when = take_times(cascade)
    match = _SAYS.search(" ".join(_DATED.sub(" ", cascade.text).replace(" ,", ",").split()))
    if match is None:
        return None
    said = next(part for part in match.groups() if part is not None)
    words = [w for w in re.findall(r"[\w'/-]+", said) if w not in FUNCTION | _ASKING]
    if not words or len(_MARITAL & set(words)) > 1:
        return None
    return {"text": " ".join(words)} | ({"when": when} if when else {})


def answer_notes(question: str, found: Finding) -> GiveAnswer:
    """What the notes say; yes or no where it is asked whether they mention something, and none denies it."""
    asked = re.sub(rf"^in what {_WHOSE} [^,]*,? ", "", plain(question).lower().rstrip(" ?.!"))
    denied = any(_DENIED.search(str(sentence)) for sentence in found.values)
    if not (asks_yes_or_no(asked) or _WRITTEN.search(asked)) or not found.determinable or denied:
        return GiveAnswer(citations=(found.handle,))
    return GiveAnswer(citations=(found.handle,), values=(bool(found.total),))
