"""Questions that ask what the notes say: to the arguments of search_notes, and from what it found to the answer."""

from __future__ import annotations

import re
from typing import Any

from agent.decision import GiveAnswer
from agent.planners.rules.asks import CLINICIANS
from agent.planners.rules.cascade import Cascade, plain
from agent.planners.rules.lexicon import FUNCTION
from agent.planners.rules.scopes import take_times
from agent.planners.rules.yes_or_no import asks_yes_or_no
from tools.evidence import Finding
from tools.notes.topics import Topic, find_topic, topic_of

_NOTES = (
    r"(?:clinical |progress |discharge |doctor |physician |nursing )?(?:notes?|summar(?:y|ies)|letters?|documents?)"
)
_GOING_BY = r"(?:according to|in|from|by|as per|per|going by|based on|judging (?:by|from)|on the basis of)"
_WHOSE = r"(?:the|my|his|her|their|any|that|this|those)"
_SAYS = re.compile(
    rf"^(?:what|which) (?P<object>.+?) (?:does|do|did|is|are) {_WHOSE} {_NOTES}\b.*?\b"
    rf"(?:give|state|list|report|show|record|mention|contain|name|have|say)\b"
    rf"|^{_GOING_BY} {_WHOSE} {_NOTES},? (?P<behind>.+)$"
    rf"|\b{_NOTES}\b.*?\b(?:say|says|said|mention|mentions|mentioned|state|states|record|describe|document)\b(?:"
    rf" anything)?"
    rf"(?: about| regarding| on| of)? ?(?P<after>.*)$"
    rf"|^what (?:did|do|has|have) (?:{_WHOSE} )?{CLINICIANS} (?:say|said|write|written|note|noted|mention|mentioned)"
    r" (?:about|on|regarding) (?P<spoke>.+)$"
    rf"|^(?:{_WHOSE} )?{_NOTES} ?[:,-] ?(?P<told>.+)$"
    rf"|\bin what {_WHOSE} (?:doctor|physician|nurse|provider|clinician)s? (?:wrote|noted|put down|said|documented),?"
    rf" ?(?P<wrote>.+)$"
    rf"|^(?P<before>.*?)\b{_GOING_BY} {_WHOSE} {_NOTES}\b"
)
_DATED = re.compile(r" *(?:\b(?:of|from|on|dated|written|made)\b *)*\|")
"""Where a time stood behind a note, with the words that join it."""
_ASKING = frozenset(
    """is are was were does do did has have any anything what which mention mentions mentioned said noted write wrote
    written down put documented recorded listed something whether i'm""".split()  # noqa: SIM905
)
_WRITTEN = re.compile(r"\b(?:documented|noted|mentioned|recorded|reported|present|described)$")
"""At its end, what asks whether something is written."""
_DENIED = re.compile(r"\b(?:no|not|non|denie[sd]|denying|without|negative|never|neither|nor)\b", re.IGNORECASE)
_OVER = re.compile(r"\b(?:former(?:ly)?|ex|quit|stopped|past|previous(?:ly)?|used to|but|except)\b", re.IGNORECASE)
_MENTIONS = re.compile(r"\b(?:say|mention|describe|state|record|document|note)(?:s|ed|d)?\b(?! of|,| \d|'s)")
"""What asks whether a note speaks of something, and not whether it is so."""


def compose_notes(question: str) -> dict[str, Any] | None:
    """The text to look for and its time; None where the question is not of notes.

    >>> compose_notes("What do the notes say about warfarin since 2020?")
    {'text': 'warfarin', 'when': 'since 2020'}
    >>> compose_notes("Is nausea documented in the note of 5/6/2021?")
    {'text': 'nausea', 'when': '5/6/2021'}
    >>> compose_notes("Going by the note of 5/6/2021, is he married, single or widowed?")
    {'text': 'marital status', 'when': '5/6/2021'}
    >>> compose_notes("Is there a note?") is None
    True
    """
    words, when = _read_words(question)
    if not words:
        return None
    topic = _find_topic(question, words)
    text = topic.name if topic is not None and find_topic(" ".join(words)) is None else " ".join(words)
    return {"text": text} | ({"when": when} if when else {})


def _find_topic(question: str, words: tuple[str, ...]) -> Topic | None:
    """The topic asked after: by its name, or by the answers to it, where a question gives them to choose from."""
    asked = plain(question).lower()
    chosen = len(words) > 1 or (asks_yes_or_no(asked) and not _MENTIONS.search(asked))
    return find_topic(" ".join(words)) or (topic_of(words) if chosen else None)


def _read_words(question: str) -> tuple[tuple[str, ...], str | None]:
    """What is asked of notes, word by word, and of when; no words where the question is not of notes."""
    cascade = Cascade(plain(question).lower().rstrip(" ?.!"))
    when = take_times(cascade)
    match = _SAYS.search(" ".join(_DATED.sub(" ", cascade.text).replace(" ,", ",").split()))
    if match is None:
        return (), when
    said = next(part for part in match.groups() if part is not None)
    return tuple(w for w in re.findall(r"[\w'/-]+", said) if w not in FUNCTION | _ASKING), when


def answer_notes(question: str, found: Finding) -> GiveAnswer:
    """What the notes say; yes or no where it is asked whether they mention something, and none denies it."""
    asked = re.sub(rf"^in what {_WHOSE} [^,]*,? ", "", plain(question).lower().rstrip(" ?.!"))
    if not (asks_yes_or_no(asked) or _WRITTEN.search(asked)) or not found.determinable:
        return GiveAnswer(citations=(found.handle,))
    words, _ = _read_words(question)
    topic = _find_topic(question, words)
    if topic is None:
        denied = any(_DENIED.search(str(sentence)) for sentence in found.values)
        return GiveAnswer(citations=(found.handle,), values=None if denied else (bool(found.total),))
    if not found.total and not _MENTIONS.search(asked):
        return GiveAnswer(status="abstained", reason=f"The notes don't tell it. {found.statement}")
    return GiveAnswer(citations=(found.handle,), values=_answer_topic(topic, words, found))


def _answer_topic(topic: Topic, words: tuple[str, ...], found: Finding) -> tuple[bool, ...] | None:
    """Yes or no where a topic is asked after that notes tell in words of their own; none where they leave it open."""
    if not found.total:
        return (False,)
    told = [str(value) for value in found.values]
    if topic.whole:
        return (True,) if [value.lower() for value in told] == [*words] else None
    denied = {bool(_DENIED.search(sentence)) for sentence in told}
    over = any(_OVER.search(sentence) for sentence in told)
    return (not denied.pop(),) if len(denied) == 1 and not over else None
