"""Told limits: a limit that a statement sets, and a question that points to it: "My goal is 4 to 5. How often …"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import plain
from agent.planners.rules.closer import drop_wider
from agent.planners.rules.concepts import find_spans
from agent.planners.rules.limits import NUMBER, name_limits, write_limits
from agent.planners.rules.masks import mask_spans
from agent.planners.rules.pressures import name_pressures
from tools.concepts.entry import ConceptEntry
from tools.time_window import find_time_phrases

_SAID_PLAINLY = re.compile(
    rf"\b(?:between {NUMBER} and {NUMBER}|(?:at least|at most|above|over|under|below|more than|less than|higher than"
    rf"|lower than|beyond) {NUMBER})(?: ?(?:mm ?hg|mg/dl|mmol/l|kg|lbs?|%))?"
)
_AIMED = re.compile(
    r"\b(?:target|goal|aim|range|limits?|window|band)\b(?:C\d+|[^\d])*?(?<![\w.])(?P<low>\d+(?:\.\d+)?)"
    r" ?(?:-|–|to|and|through) ?(?P<high>\d+(?:\.\d+)?)"
)
_IN_IT = re.compile(
    r"\b(?:(?:with)?in|inside|at|on|to|there)\b(?: (?:of )?(?:that|it|this|those|the|my|his|her)(?: (?:range"
    r"|target|goal|limits?"
    r"|band|window|level|number|zone))?)?(?=[ ?.!]*$| (?:in|during|since|before|after|so far|ever|last|first)\b)"
)
_PAST_IT = re.compile(
    r"\b(?P<way>over|above|below|under|beyond|past|at least) (?:that|it|this)(?: (?:number"
    r"|limit|level|line))?\b"
)
_PASSED = (
    frozenset(
        """times time often readings reading results result values value numbers measurements many how been have has had
        i he she they was were is are my his her their ever of the them those it did fall land come came go went got get
        reach reached hit stay stayed number all""".split()  # noqa: SIM905
    )
    | lexicon.FUNCTION
)
_ASKS = (
    (re.compile(r"\bhow (?:many|often|frequently)\b|\bnumber of\b|\bcount\b"), "how many times was {name} {limit}"),
    (re.compile(r"\b(?:when|what (?:day|date)|which (?:day|date))\b.*\bfirst\b"), "when was {name} first {limit}"),
    (
        re.compile(
            r"\b(?:when|what (?:day|date)|which (?:day|date))\b.*\b(?:last|latest|most"
            r" recently)\b"
        ),
        "when was {name} last {limit}",
    ),
    (re.compile(r"^(?:have|has|had|was|were|did) .*\bever\b|\bever\b"), "was {name} ever {limit}"),
)


def join_limit(parts: Sequence[str], index: tuple[ConceptEntry, ...]) -> str | None:
    """The question with the limit that the statement before it sets of one thing; None where it sets none."""
    if len(parts) != 2:
        return None
    told, asked = parts
    limit, name = _limit_of(told, index), _name_of(told, asked, index)
    question = plain(asked).lower()
    if limit is None or name is None:
        return None
    past = _PAST_IT.search(question)
    pointed = past or _IN_IT.search(question)
    if pointed is None:
        return None
    if past is not None:
        if limit.startswith("between"):
            return None
        limit = f"{past['way']} {re.findall(NUMBER, limit)[0]}".replace("past", "above")
    asks = next((said for pattern, said in _ASKS if pattern.search(question)), None)
    times = " ".join(phrase for *_, phrase in find_time_phrases(question.rstrip(" ?.!")))
    rest = question.replace(pointed[0], " ", 1)
    for phrase in (times, name.lower()):
        rest = rest.replace(phrase, " ", 1) if phrase else rest
    if asks is None or any(w not in _PASSED and w not in ("first", "last") for w in re.findall(r"[a-z\d]+", rest)):
        return None
    return f"{asks.format(name=name, limit=limit)}{f' {times}' if times else ''}?"


def _name_of(told: str, asked: str, index: tuple[ConceptEntry, ...]) -> str | None:
    """The one thing that both name."""
    named = [span for text in (told, asked) for span in drop_wider(find_spans(_plainly(text), index), ())]
    names = {frozenset(e.text for e in span.entries) or span.text.lower() for span in named}
    return named[0].text if len(names) == 1 else None


def _limit_of(told: str, index: tuple[ConceptEntry, ...]) -> str | None:
    """The limit that a statement sets, said plainly; None where it sets none, or several."""
    text = mask_spans(_plainly(told), find_spans(_plainly(told), index))
    aimed = _AIMED.search(text)
    found = _SAID_PLAINLY.findall(write_limits(text))
    if not found and aimed is not None:
        return f"between {aimed['low']} and {aimed['high']}"
    return found[0] if len(found) == 1 else None


def _plainly(text: str) -> str:
    return name_pressures(name_limits(plain(text))).rstrip(" .!?;:,")
