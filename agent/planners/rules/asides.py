"""Asides: what stands beside a question and asks nothing: politeness, why one asks, who one is, what one remembers.

Known by class: words of the closed classes and of framing a question are passed over. Any other statement beside a
question is set aside only where the question stands without it, and is told with the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import plain
from agent.planners.rules.compiled import said as spoken
from agent.planners.rules.concepts import find_spans
from agent.planners.rules.cultures import join_tested
from agent.planners.rules.frames import PEOPLE, cut_frame, is_frame, is_occasion
from agent.planners.rules.stated import join_statement
from agent.planners.rules.told import join_told
from agent.planners.rules.told_limits import join_limit
from agent.planners.rules.yes_or_no import AUX
from tools.concepts.body_parts import places_in
from tools.concepts.entry import ConceptEntry
from tools.concepts.known import known_kinds
from tools.concepts.stems import looks_like_drug
from tools.time_window import find_time_phrases

_BREAK = re.compile(
    r"(?<![\d ])(?<!\b[A-Za-z]{1}\.)(?<!\b(?:[Dd]r|[Mm]r|[Mm]s|[Ss]t|[Vv]s|[Nn]o)\.)(?<!\b[Mm]rs\.)(?<=[.!?;:…])\s+"
    r"|\s+[-–—]+\s+|(?<=\w)\s*—\s*(?=\w)"
)
_BRACKETED = re.compile(r"\s*\(([^()]+)\)")
_COMMA = re.compile(r",\s+")
_QUESTION_WORD = r"(?:what|which|when|where|who|whom|whose|why|how)"
_ASKS = re.compile(
    rf"\?\W*$|^(?:(?:and|so|but|or|also|then|please|kindly),? )*(?:(?:in|on|at|by|for|with|since|from) )?"
    rf"(?:{_QUESTION_WORD}\b|{AUX}\b|(?:{'|'.join(sorted(lexicon.REPORT))})\b"
    rf"|(?:i|we)(?: would|'d)? (?:just |also )?(?:like|want|need) to (?:know|see|hear|learn"
    rf"|find out) {_QUESTION_WORD}\b)",
    re.IGNORECASE,
)
_ASKS_NEXT = re.compile(rf"(?:(?:and|so|but) )?(?:{_QUESTION_WORD}|{AUX})\b", re.IGNORECASE)
_LIMITS = re.compile(
    r"\b(?:only|except|exclud\w+|ignor\w+|includ\w+|without|unless|instead|rather|besides|other|apart|limit\w*|count\w*"
    r"|us(?:e|ing)|assum\w+|suppos(?:e|ing)|consider\w*|never|no|none|nor|not|restrict\w*|focus\w*|leave|leaving"
    r"|skip)\b",
    re.IGNORECASE,
)
"""What may say how a question is to be answered; no statement of this kind is passed over."""
_POINTS = re.compile(
    r"\b(?:it|that|this|these|those|them|then|there|same|ones?|such|he or she|former|latter|both|afterwards?"
    r"|thereafter|subsequently|meanwhile|meantime)\b|\bsince\W*$"
    r"|\b(?:before|after|since)(?: then)?\W*$"
    r"|\b(?:with)?in (?:the )?(?:(?:next|first|following) )?(?:\d+|an?|one|two|three|six)[ -]?"
    r"(?:hours?|days?|weeks?|months?|years?)\W*$"
    r"|\bre-?(?:admi|hospitali[sz])|\b(?:go|went|come|came|land|end up|be) back (?:in\b(?! time)|to (?:the )?hospital)"
    r"|\b(?:admitted|hospitali[sz]ed|in hospital) again\b",
    re.IGNORECASE,
)
_THAT_TIME = re.compile(r"\b(?:was|were|did|had) [^?]*\b(?:then|at that time|on that day)\W*$", re.IGNORECASE)
"""What points to a time that the statement before tells."""
_PASTS = (
    "said|told|went|came|saw|had|got|took|gave|made|put|ran|fell|felt|lost|left|met|knew|heard|found|broke|brought"
    "|bought"
    "|sent|began|became|wrote|read|spoke|thought|kept|forgot|grew|lost|paid|sat|stood|won|let"
)
_STATES = re.compile(
    r"^(?:(?:so|and|but|well|now|ok|okay|also),? )*(?:(?:if|as|as far as) (?:i|we) (?:remember|recall|know)"
    r"(?: correctly| rightly| right)?,? )?(?:i|we|you|he|she|they|it|there|this|that"
    rf"|(?:the|my|our|his|her|their|an?|this|that|some|one|our) (?:[\w'-]+ ){{0,3}}?[\w'-]+"
    rf"|{'|'.join(sorted(PEOPLE))}) (?:\w+ly |just |still |also |already |only )?"
    rf"(?:{AUX}|[a-z]{{2,}}(?:ed|s|ing)|{_PASTS}|think|know|see|seem|recall|believe|feel|need|want|keep|use|live"
    rf"|work|remember|have|get|go)\b",
    re.IGNORECASE,
)
_DESCRIBED = re.compile(
    r"^(?:(?:the |this )?(?:pt|patient)(?: is)?(?: (?:an?|with|w/|on|s/p|here|known)\b| w/)"
    r"|\d{1,3} ?(?:yo|y/o|yr|year[- ]old)? ?[mf]?\b ?(?:(?:yo|y/o|male|female|man|woman) ?)?"
    r"(?:with|w/|here|s/p|on)\b)[^,?]*$",
    re.IGNORECASE,
)
"""Who the patient is, as one hands a patient over: "pt w/ …", "72M with …"."""


_TAG = re.compile(r"^(?:right|correct|ok|okay|true|yes|no)\W*\?\W*$", re.IGNORECASE)
"""What, behind a statement, asks whether it is so."""


@dataclass(frozen=True)
class Heard:
    """A question, and what was said beside it that no class of words explains."""

    question: str
    aside: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What is to be told with the answer; empty where nothing is."""
        return f"Taken to ask nothing: {', '.join(chr(34) + a + chr(34) for a in self.aside)}." if self.aside else ""


def set_aside(question: str, index: tuple[ConceptEntry, ...]) -> Heard:
    """The question without what only stands beside it.

    >>> set_aside("Sorry to bother you - when was her last visit?", ()).question
    'when was her last visit?'
    >>> set_aside("The car broke down. When was her last visit?", ()).told
    'Taken to ask nothing: "The car broke down".'
    >>> set_aside("Ignore the first one. What is her weight?", ()).question
    'Ignore the first one. What is her weight?'
    """
    question = join_told(" ".join(question.split()))
    text, aside = _without_brackets(question, index)
    sentences = _split(text)
    kept = [s for s in sentences if not _is_frame(s)] or sentences
    parts = kept if len(kept) > 1 else _COMMA.split(kept[0], maxsplit=1)
    joined = join_limit(parts, index) or join_tested(parts)
    joined = joined or (join_statement(parts, index) if _is_statement(parts[0]) else None)
    if joined is not None:
        return Heard(cut_frame(joined), tuple(aside))
    asking = [s for s in kept if _ASKS.search(s) or not _is_statement(s)]
    if asking and len(asking) < len(kept):
        beside = [s for s in kept if s not in asking and _may_go(s, asking, index)]
        aside += [s.rstrip(" .!;:,") for s in beside]
        kept = [s for s in kept if s not in beside]
    told: list[str] = []
    if len(kept) == 1:
        kept, told = _without_clauses(kept[0], index)
    left = " ".join(kept) if len(kept) < len(sentences) or text != question or told else None
    framed = cut_frame(left or (kept[0] if len(kept) == 1 else question))
    return Heard(framed.strip(), (*aside, *told)) if framed.strip(" ?.!") else Heard(question)


def _split(text: str) -> list[str]:
    """Sentences, and what a dash or a colon sets apart."""
    return [part.strip() for part in _BREAK.split(text) if part.strip(" .!?;:,")]


def _is_frame(part: str) -> bool:
    return is_frame(plain(part).lower().strip(" .!?;:,"))


def _without_brackets(text: str, index: tuple[ConceptEntry, ...]) -> tuple[str, list[str]]:
    """The text without what stands in brackets and names nothing."""
    aside = []
    for match in _BRACKETED.finditer(text):
        said = plain(match[1]).lower()
        if is_frame(said) or is_occasion(said):
            text = text.replace(match[0], "", 1)
        elif _is_statement(match[1]) and not _bears(match[1], index) and not _LIMITS.search(said):
            text = text.replace(match[0], "", 1)
            aside.append(match[1])
    return text.strip(), aside


def _is_statement(part: str) -> bool:
    said = plain(part)
    while len(clauses := _COMMA.split(said, maxsplit=1)) > 1 and _is_frame(clauses[0]):
        said = clauses[1]
    return _STATES.search(said) is not None and _ASKS.search(said) is None


def _may_go(part: str, asking: Sequence[str], index: tuple[ConceptEntry, ...]) -> bool:
    """Whether the questions stand without a statement: they name what they ask of, and point to nothing in it."""
    if _LIMITS.search(plain(part)) or not _is_statement(part):
        return False
    if not _bears(part, index):
        return not any(_THAT_TIME.search(a) for a in asking)
    return all(not _POINTS.search(a) and _bears(a, index) for a in asking)


def _bears(part: str, index: tuple[ConceptEntry, ...]) -> bool:
    """Whether words name what a chart has: a thing, a kind of record, a time, a number, a place in the body."""
    said = plain(part).lower().rstrip(" .!?;:,")
    if re.search(r"\d", said) or find_time_phrases(said) or find_spans(part, index) or places_in(said):
        return True
    if any(spoken(pattern).search(said) for table in _TABLES for pattern, _ in table):
        return True
    words = [w for w in re.findall(r"[a-z][\w'-]+", said) if w not in lexicon.FUNCTION and w not in lexicon.LIGHT]
    return any(w in lexicon.ADJECTIVES or known_kinds(w) or looks_like_drug(w) for w in words)


_TABLES = (lexicon.NOUNS, lexicon.VERBS, lexicon.PATIENT_SLOTS, lexicon.SLOTS, lexicon.STATES, lexicon.NUMERIC)


def _stands_beside(clauses: Sequence[str], index: tuple[ConceptEntry, ...]) -> bool:
    """Whether the first clause says who the patient is, or states what names nothing before what asks."""
    if _DESCRIBED.match(clauses[0]):
        return True
    asks = _ASKS_NEXT.match(clauses[1]) is not None and _POINTS.search(clauses[1]) is None
    return asks and _is_statement(clauses[0]) and not _LIMITS.search(clauses[0]) and not _bears(clauses[0], index)


def _without_clauses(sentence: str, index: tuple[ConceptEntry, ...]) -> tuple[list[str], list[str]]:
    """A sentence without the clauses before and behind it that only frame it or say who is meant."""
    clauses, told = _COMMA.split(sentence), []
    while len(clauses) > 1 and (_is_frame(clauses[0]) or _stands_beside(clauses, index)):
        if not _is_frame(clauses[0]):
            told.append(clauses[0])
        clauses.pop(0)
    ended = re.search(r"\?\W*$", sentence) is not None
    while len(clauses) > 1 and _is_frame(clauses[-1]) and not _TAG.search(clauses[-1]):
        clauses.pop()
    for at in range(len(clauses) - 2, 0, -1):
        if _is_frame(clauses[at]):
            clauses[at - 1 : at + 2] = [f"{clauses[at - 1]} {clauses[at + 1]}"]
    left = ", ".join(clauses)
    return [left + "?" if ended and not left.endswith("?") else left], told
