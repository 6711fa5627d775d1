"""Questions that ask what the notes say: to the arguments of search_notes."""

from __future__ import annotations

import re
from typing import Any

from agent.planners.rules.cascade import Cascade, plain
from agent.planners.rules.lexicon import FUNCTION
from agent.planners.rules.scopes import take_times

_NOTES = (
    r"(?:clinical |progress |discharge |doctor |physician |nursing )?(?:notes?|summar(?:y|ies)|letters?|documents?)"
)
_SAYS = re.compile(
    rf"\b{_NOTES}\b.*?\b(?:say|says|said|mention|mentions|mentioned|state|states|record|describe|document)\b(?:"
    rf" anything)?"
    rf"(?: about| regarding| on| of)? ?(?P<after>.*)$"
    rf"|^(?P<before>.*?)\b(?:in|from|according to) (?:the|my|his|her|their|any) {_NOTES}\b"
)
_ASKING = frozenset("is are was were does do did has have any anything what which mentioned said noted written".split())  # noqa: SIM905


def compose_notes(question: str) -> dict[str, Any] | None:
    """The text to look for and its time; None where the question is not of notes.

    >>> compose_notes("What do the notes say about warfarin since 2020?")
    {'text': 'warfarin', 'when': 'since 2020'}
    >>> compose_notes("Is there a note?") is None
    True
    """
    match = _SAYS.search(plain(question).lower().rstrip(" ?.!"))
    if match is None:
        return None
    cascade = Cascade(match["after"] if match["after"] is not None else match["before"])
    when = take_times(cascade)
    words = [w for w in re.findall(r"[\w'/-]+", cascade.text) if w not in FUNCTION | _ASKING]
    if not words:
        return None
    return {"text": " ".join(words)} | ({"when": when} if when else {})
