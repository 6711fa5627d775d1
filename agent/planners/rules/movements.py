"""Movements: a value set against the one before: "higher than last time", "has it risen since the prior reading?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.planners.rules import lexicon
from agent.planners.rules.asks import Ask
from agent.planners.rules.cascade import Cascade
from tools.chart_query import Compute
from tools.time_window import find_time_phrases

_THING = r"(?:ones?|values?|readings?|results?|measurements?|levels?|times?|checks?|tests?|draws?|scores?|occasions?)"
_PREVIOUS = (
    rf"(?:(?:the|my|his|her|its|their) )*(?:{_THING} (?:just |right |immediately )?before(?: (?:that|it|then|this))?"
    rf"|(?:previous|prior|preceding|penultimate|second[- ]to[- ]last)(?: {_THING})?"
    r"|last (?:time|check|measurement|reading"
    rf"|test|result|draw)|before(?=[ |,]*$))"
)
_WAYS: tuple[tuple[str, Compute], ...] = (
    (r"(?:higher|greater|more|larger|bigger|heavier|up|increased|above|over|exceed(?:s|ed)?)", Compute.INCREASED),
    (r"(?:lower|less|smaller|lighter|down|decreased|below|under)", Compute.DECREASED),
    (r"better", Compute.IMPROVED),
    (r"worse", Compute.WORSENED),
)
_UP, _DOWN = _WAYS[0][0], _WAYS[1][0]
_SET_AGAINST = r"(?:than |(?:compar(?:e|es|ed|ing)|relative) (?:with|to|against) |versus |vs |against )"
_COMPARED = rf"(?:{_SET_AGAINST}|(?:from|since|on|when|as)(?: (?:at|on|in|it was|it had been))? )"
"""What sets a value against another where a movement is spoken of; alone, "from" and "when" say where and when."""
_BETWEEN = rf"(?:{_SET_AGAINST}|(?:than|from|since|on|when|as)(?: (?:at|on|in|it was|it had been))? )"
_MOVING = (
    rf"{lexicon.RISE}|{lexicon.FALL}|{lexicon.BETTER}|{lexicon.WORSE}|{lexicon.STEADY}|{lexicon.GOING}"
    r"|chang(?:es?|ed|ing)|differ(?:s|ed|ent|ence)?|mov(?:es?|ed|ing|ement)|up|down|higher|lower|compar\w+"
)
MOVED = frozenset({
    Compute.INCREASED, Compute.DECREASED, Compute.CHANGED, Compute.CHANGE, Compute.RISE, Compute.FALL,
    Compute.IMPROVED, Compute.WORSENED, Compute.STABLE, Compute.TREND, Compute.PERCENT_CHANGE,
})  # fmt: skip


_DIFFERS = r"(?:chang(?:es?|ed|ing)|differ(?:s|ed|ent|ences?)?)"
_TO_OTHER = (
    r"(?:than|(?:as )?compared (?:with|to)|comparing|in comparison (?:with|to)|relative to|versus|vs|against"
    r"|exceed(?:s|ed)?|(?:that|the one) of)"
)
_SAME = rf"\b(?:{_UP}|{_DOWN}) (?:the |that )?C\d"
"""Of two times the same is named again: "is the C0 of 2018 above the C0 of 2013"."""
_COUNTED = r"how (?:many|often)|times|numbers? of|visits?|encounters?|more often"
_TIMES = r"(?:in|on|at|of|from|for|during)"


@dataclass(frozen=True)
class TwoTimes:
    """That the value of one time is set against that of another."""

    when: str
    against: str
    compute: Compute
    latest: bool = False
    """Whether one time is told, and it is the latest value that is set against it."""


def read_two_times(cascade: Cascade) -> TwoTimes | None:
    """A comparison of the values of two times, taken from the text: "higher in 2020 than in 2018"."""
    text = cascade.text
    found = [f for f in find_time_phrases(text) if not re.match(r"(?:between|since|before|after|until|by)\b", f[2])]
    found = [f for f in found if not re.search(r"\b(?:now|today)$", f[2])]
    points = list(dict.fromkeys(re.sub(rf"^{_TIMES} ", "", phrase) for *_, phrase in found))
    if len(points) == 1 and (now := _read_now(cascade, found[0])) is not None:
        return now
    if len(points) != 2 or re.search(rf"\b(?:{_COUNTED})\b", text) or not re.search(rf"\b{_TO_OTHER}\b|{_SAME}", text):
        return None
    way = _way_of(text)
    if way is None:
        return None
    told = re.search(rf"\b(?:{_UP}|{_DOWN}|{_DIFFERS})\b", text)
    behind = re.search(rf"\b{_TO_OTHER}\b|{_SAME}", text[told.start() :]) if told else None
    first, last = points
    if told is not None and behind is None:
        when = next((p for _, end, p in found if end > told.start()), last)
        when = re.sub(rf"^{_TIMES} ", "", when)
        against = first if when == last else last
    else:
        when, against = first, last
    if way is Compute.CHANGE and all(p.isdigit() for p in points):
        against, when = sorted(points)
    for start, end, _ in reversed(found):
        cascade.cut(start, end)
    words = rf"{_TO_OTHER}|{_UP}(?: or {_DOWN})?|{_DOWN}"
    cascade.take_all([(rf"(?:{words})(?: (?:it was|that|those|the one))?(?: {_TIMES})?", None)])
    return TwoTimes(f"in {when}", f"in {against}", way)


def _read_now(cascade: Cascade, time: tuple[int, int, str]) -> TwoTimes | None:
    """The latest value set against that of one time: "is it higher now than in 2015?"."""
    start, end, said = time
    before = re.search(
        rf"\b(?:{_TO_OTHER})(?: (?:it was|they were|what it was|that|those|the"
        rf" one))?[ ]*$",
        cascade.text[:start],
    )
    point = re.sub(rf"^{_TIMES} ", "", said)
    if before is None or re.search(rf"\b(?:{_COUNTED})\b", cascade.text) or re.search(r"\b(?:ago|last|this)\b", point):
        return None
    way = _way_of(cascade.text)
    if way is None:
        return None
    cascade.cut(before.start(), end)
    cascade.take_all([(rf"{_UP}(?: or {_DOWN})?|{_DOWN}", None)])
    return TwoTimes(f"after {point}", f"in {point}", way, latest=True)


def _way_of(text: str) -> Compute | None:
    """Which way is asked, and whether how far; None where no movement is spoken of."""
    up, down = (re.search(rf"\b(?:{way})\b", text) is not None for way in (_UP, _DOWN))
    how_far = re.search(r"\b(?:how (?:much|far)|by what|difference|change)\b", text) is not None
    if re.search(r"\bpercent", text):
        return Compute.PERCENT_CHANGE
    if up == down:
        return Compute.CHANGE if up or how_far or re.search(rf"\b{_DIFFERS}\b", text) else None
    if how_far:
        return Compute.RISE if up else Compute.FALL
    return Compute.INCREASED if up else Compute.DECREASED


@dataclass(frozen=True)
class Against:
    """That a value is set against the one before, and which way is asked, where the words beside say it."""

    way: Compute | None = None


def read_previous(cascade: Cascade) -> Against | None:
    """A comparison with the value before, taken from the text."""
    for words, way in _WAYS:
        if cascade.take(rf"{words} {_BETWEEN}?{_PREVIOUS}"):
            return Against(way)
    compared = _COMPARED if cascade.holds(_MOVING) else _SET_AGAINST
    if not cascade.take(rf"(?:in comparison |comparison |as )?{compared}{_PREVIOUS}"):
        return None
    return Against(cascade.take_first([(rf"{words}(?=[ |]*$)", way) for words, way in _WAYS]))


def settle_movement(asks: Sequence[Ask], against: Against) -> list[Ask]:
    """What is asked of two values that follow each other: the way named, else how far it moved."""
    first, *more = asks
    if against.way is not None:
        return [Ask(against.way), *more] if first.compute not in MOVED else list(asks)
    return list(asks) if first.compute in MOVED else [replace(first, compute=Compute.CHANGE, slot=None), *more]
