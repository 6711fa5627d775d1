"""Movements: a value set against the one before: "higher than last time", "has it risen since the prior reading?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import Cascade
from agent.planners.rules.focus import Ask
from tools.chart_query import Compute

_THING = r"(?:ones?|values?|readings?|results?|measurements?|levels?|times?|checks?|tests?|draws?|scores?|occasions?)"
_PREVIOUS = (
    rf"(?:(?:the|my|his|her|its|their) )*(?:{_THING} (?:just |right |immediately )?before(?: (?:that|it|then|this))?"
    rf"|(?:previous|prior|preceding|penultimate|second[- ]to[- ]last)(?: {_THING})?"
    r"|last (?:time|check|measurement|reading"
    rf"|test|result|draw)|before(?=[ |,]*$))"
)
_WAYS: tuple[tuple[str, Compute], ...] = (
    (r"(?:higher|greater|more|larger|bigger|heavier|up|increased|above|over)", Compute.INCREASED),
    (r"(?:lower|less|smaller|lighter|down|decreased|below|under)", Compute.DECREASED),
    (r"better", Compute.IMPROVED),
    (r"worse", Compute.WORSENED),
)
_SET_AGAINST = r"(?:than |(?:compar(?:e|es|ed|ing)|relative) (?:with|to|against) |versus |vs |against )"
_COMPARED = rf"(?:{_SET_AGAINST}|(?:from|since|on|when|as)(?: (?:at|on|in|it was|it had been))? )"
"""What sets a value against another where a movement is spoken of; alone, "from" and "when" say where and when."""
_BETWEEN = rf"(?:{_SET_AGAINST}|(?:than|from|since|on|when|as)(?: (?:at|on|in|it was|it had been))? )"
_MOVING = (
    rf"{lexicon.RISE}|{lexicon.FALL}|{lexicon.BETTER}|{lexicon.WORSE}|{lexicon.STEADY}|{lexicon.GOING}"
    r"|chang(?:es?|ed|ing)|differ(?:s|ed|ent|ence)?|mov(?:es?|ed|ing|ement)|up|down|higher|lower|compar\w+"
)
_MOVED = frozenset({
    Compute.INCREASED, Compute.DECREASED, Compute.CHANGED, Compute.CHANGE, Compute.RISE, Compute.FALL,
    Compute.IMPROVED, Compute.WORSENED, Compute.STABLE, Compute.TREND,
})  # fmt: skip


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
    return Against() if cascade.take(rf"(?:in comparison |comparison |as )?{compared}{_PREVIOUS}") else None


def settle_movement(asks: Sequence[Ask], against: Against) -> list[Ask]:
    """What is asked of two values that follow each other: the way named, else how far it moved."""
    first, *more = asks
    if against.way is not None:
        return [Ask(against.way), *more] if first.compute not in _MOVED else list(asks)
    return list(asks) if first.compute in _MOVED else [replace(first, compute=Compute.CHANGE, slot=None), *more]
