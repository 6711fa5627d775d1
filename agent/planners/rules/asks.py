"""Asks: one thing that a question asks for, and the words that ask for a number."""

from __future__ import annotations

from dataclasses import dataclass

from agent.planners.rules import lexicon
from tools.chart_query import Compute, Slot

COUNTS = r"(?:numbers?|counts?|tally)"
ANY = r"(?:(?!\b(?:what|which|when|where|who|why)\b).)*?"


@dataclass(frozen=True)
class Ask:
    """One thing asked for."""

    compute: Compute
    slot: Slot | None = None
    unit: str | None = None
    distinct: bool = False
    first: bool = False
    """Since when: the beginning of it."""
    over: Compute | None = None
    """What is computed of several lengths: their sum, the longest."""


COUNTABLE = (
    r"medications|medicines|drugs|prescriptions|orders|procedures|surgeries|operations|visits|encounters|admissions"
    r"|hospitali[sz]ations|stays|diagnoses|conditions|problems|allergies|vaccines|tests|cultures|notes|reports|doses"
)
"""What comes in pieces: an amount of them is their number."""
COUNTING = (
    rf"quantify|how much|how many|numbers? of|{COUNTS}|counted|tallied|totall?ed|amounts? of|how far|how often"
    r"|how frequently"
)
CLINICIANS = (
    r"(?:doctors?|physicians?|providers?|clinicians?|practitioners?|nurses?|surgeons?|specialists?|prescribers?)"
)
COUNTED: tuple[tuple[str, Ask], ...] = (
    (rf"(?:how many|numbers? of)(?: (?:different|distinct|unique|other|various))? {CLINICIANS}",
     Ask(Compute.COUNT, Slot.PERFORMER, distinct=True)),
    (r"how many plan-goals", Ask(Compute.COUNT, Slot.GOALS, distinct=True)),
    (r"how (?:often|frequently) (?:should|can|may|do|does|must|is|am|are)|how .{0,12}(?:to be )?taken$",
     Ask(Compute.LIST, Slot.FREQUENCY)),
    (r"how (?:often|frequently|many times)|numbers? of times", Ask(Compute.COUNT)),
    (r"(?:needs? to|have to|has to|must|to) be (?:counted|tallied|totall?ed)", Ask(Compute.COUNT)),
    (rf"(?:total |overall )?amounts? of(?= (?:[a-z]+ )?(?:{COUNTABLE})\b)", Ask(Compute.COUNT)),
    (rf"by how (?:much|many [a-z/%]+)(?: {ANY}{lexicon.CHANGED})?|how far apart", Ask(Compute.CHANGE)),
    (rf"how (?:far|much) {ANY}{lexicon.FALL}", Ask(Compute.FALL)),
    (rf"how (?:far|much) {ANY}{lexicon.RISE}", Ask(Compute.RISE)),
    (rf"how (?:much|far) {ANY}{lexicon.CHANGED}", Ask(Compute.CHANGE)),
)  # fmt: skip
_MOVED = rf"(?:{lexicon.CHANGED}|{lexicon.RISE}|{lexicon.FALL})"
PERCENT: tuple[tuple[str, Ask], ...] = (
    (rf"(?:(?:by|in) )?(?:what|how (?:many|much|large|big|great)(?: an?| of an?)?) percent(?:age)?(?: {ANY}{_MOVED})?"
     rf"|(?:what (?:is|was) the )?percent(?:age)? (?:change|difference|increase|decrease|rise|fall|drop)"
     rf"|(?:by )?how (?:much|far) {ANY}{_MOVED} {ANY}in percent(?:age)?",
     Ask(Compute.PERCENT_CHANGE)),
)  # fmt: skip
