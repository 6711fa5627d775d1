"""Dosing instructions in words: doses by ranges of a value, or so much for every step below a goal. Pure arithmetic."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from tools.drafts.draft import Quantity

_NUMBER = r"\d+(?:\.\d+)?"
_AMOUNT = r"(?:mcg|mg|g|grams?|milligrams?|meq|mmol|mol|units?|iu|ml|tablets?|capsules?|tabs?)"
_DOSE = re.compile(
    rf"(?P<route>\b(?:IV|IM|PO|SC|subcut|oral(?:ly)?|intravenous(?:ly)?)\b)?[:,]? "
    rf"*(?<![\w.<>/-])(?P<value>{_NUMBER}) ?(?P<unit>{_AMOUNT})\b(?! ?/)"
    rf"(?P<behind>[^.;\d(]{{0,60}}?\bover (?P<time>{_NUMBER}) ?(?P<time_unit>h|hrs?|hours?|min|minutes?)\b)?",
    re.IGNORECASE,
)
_PER = r"(?: ?(?P<per>[A-Za-zµμ]+/[A-Za-z]+))"
_BELOW = r"(?:<|below|under|less than|lower than)"
_UP_TO = r"(?:<=|≤|=<|at or below|at most|no more than|up to)"
_ABOVE = r"(?:>=|≥|=>|>|at least|above|over|more than|greater than)"
_RANGE = re.compile(
    rf"(?P<low>{_NUMBER})(?:{_PER.replace('per', 'per1')})? ?(?:to|-|–|—|through|and|up to) ?(?P<under>(?:less than"
    rf"|under|below|<) ?)?(?P<high>{_NUMBER}){_PER}?(?! ?{_AMOUNT}\b(?! ?/))"
    rf"|(?P<below>{_BELOW}) ?(?P<lt>{_NUMBER}){_PER.replace('per', 'per2')}?"
    rf"|(?P<most>{_UP_TO}) ?(?P<le>{_NUMBER}){_PER.replace('per', 'per3')}?"
    rf"|(?P<le2>{_NUMBER}){_PER.replace('per', 'per4')}? (?:or|and) (?:below|less|lower|under)",
    re.IGNORECASE,
)
_STEP = re.compile(
    rf"\b(?:for )?(?:every|each|per) (?P<step>{_NUMBER}) ?(?P<per>[A-Za-zµμ]+/[A-Za-z]+)?[^.;\d]{{0,40}}?\b(?:below"
    rf"|under|less than|short of)"
    rf"[^\d;]{{0,40}}?(?P<near>{_NUMBER}(?! ?{_AMOUNT}\b))?[^\d;]{{0,40}}?(?P<value>{_NUMBER}) ?(?P<unit>{_AMOUNT})\b",
    re.IGNORECASE,
)
_GOAL = re.compile(
    rf"\b(?:goal|target|threshold)(?: (?:serum |plasma )?(?:level|value|concentration))?(?: (?:of|is|at|being)|:)? "
    rf"?(?P<goal>{_NUMBER})",
    re.IGNORECASE,
)
_ROUTE = re.compile(
    r"\b(?:(?P<IV>iv|intravenous(?:ly)?)|(?P<oral>po|oral(?:ly)?|by mouth)|(?P<IM>im|intramuscular(?:ly)?)"
    r"|(?P<subcutaneous>sc|subcut\w*))\b",
    re.IGNORECASE,
)
CAP = re.compile(
    rf"[(,;]? ?\b(?:(?:up )?to a maximum|with a maximum|max(?:imum)?|(?:do )?not (?:to )?exceed(?:ing)?"
    rf"|at most|no more "
    rf"than|capped at)"
    rf"(?: (?:single )?dose)?(?: (?:of|is|at))?:? (?P<most>{_NUMBER}) ?(?P<unit>{_AMOUNT})\b(?! ?/)(?: (?:per|in a"
    rf"|in one) (?:single )?dose)?\)?",
    re.IGNORECASE,
)
_BEYOND = re.compile(
    r"\b(?:max(?:imum)?|exceed\w*|capped|unless|except|if (?!(?:the )?(?:serum |plasma |ionized )?[\w ]{0,30}(?:is"
    r"|<|>|≤|\d|below|between|less|under))"
    r"|per kg|halve|half|reduce\w*|twice|double|divided|then repeat|every \d+ ?(?:h|hours?|min)|daily|kg)\b",
    re.IGNORECASE,
)
"""What dosing instructions say beside ranges and doses, and is not read."""
_UNITS = {"gram": "g", "grams": "g", "milligram": "mg", "milligrams": "mg", "meq": "mEq", "iu": "IU", "ml": "mL",
          "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "minute": "min", "minutes": "min"}  # fmt: skip


@dataclass(frozen=True)
class Dose:
    """How much, how and over which time."""

    amount: Quantity
    over: Quantity | None = None
    route: str | None = None


@dataclass(frozen=True)
class Tier:
    """A range of values and its dose."""

    low: Decimal | None
    high: Decimal
    closed: bool
    """Whether the upper bound itself is within."""
    dose: Dose

    def holds(self, value: Decimal) -> bool:
        """Whether a value lies within."""
        return (self.low is None or value >= self.low) and (value < self.high or (self.closed and value == self.high))


@dataclass(frozen=True)
class Dosing:
    """Doses by value; `unit`: that of the values, where it is said."""

    tiers: tuple[Tier, ...] = ()
    step: Decimal | None = None
    per_step: Dose | None = None
    goal: Decimal | None = None
    unit: str | None = None
    most: Quantity | None = None
    """No dose is greater."""
    same_units: tuple[str, ...] = ()
    """Units told to be as good: "mEq/L (or mmol/L)"."""

    def dose_for(self, value: Decimal) -> Dose | Literal["none", "unsaid"]:
        """The dose for a value; `none` where it is not low, `unsaid` where it lies in a gap between the ranges.

        >>> dosing = read_dosing("(1) 1.5 to 1.9 mg/dL: 1 g over 1 hour. (2) <1.5 mg/dL: 2 g over 2 hours")
        >>> dosing.dose_for(Decimal("1.2"))
        Dose(amount=Quantity(value=2.0, unit='g'), over=Quantity(value=2.0, unit='h'), route=None)
        """
        dose = self._uncapped(value)
        if self.most is None or isinstance(dose, str) or dose.amount.value <= self.most.value:
            return dose
        return replace(dose, amount=self.most) if dose.amount.unit == self.most.unit else "unsaid"

    def _uncapped(self, value: Decimal) -> Dose | Literal["none", "unsaid"]:
        if self.per_step is not None and self.step is not None and self.goal is not None:
            if value >= self.goal:
                return "none"
            amount = (self.goal - value) / self.step * Decimal(str(self.per_step.amount.value))
            return Dose(Quantity(value=float(amount), unit=self.per_step.amount.unit), None, self.per_step.route)
        found = next((tier.dose for tier in self.tiers if tier.holds(value)), None)
        if found is not None:
            return found
        top = max(self.tiers, key=lambda tier: (tier.high, tier.closed))
        return "none" if value >= top.high else "unsaid"


def read_dosing(text: str) -> Dosing | None:
    """The dosing instructions of a text; None where they aren't all understood.

    >>> dosing = read_dosing("For every 0.1 mEq/L below threshold give 10 mEq orally, to reach a goal of 3.5")
    >>> dosing.dose_for(Decimal("3.2")).amount
    Quantity(value=30.0, unit='mEq')
    >>> read_dosing("give 1 g if mild, 2 g if severe") is None
    True
    """
    cap, capped = CAP.search(text), CAP.sub(" ", text)
    if _BEYOND.search(capped):
        return None
    dosing = _read_steps(capped) or _read_tiers(capped)
    if dosing is None or cap is None:
        return dosing
    return replace(dosing, most=Quantity(value=float(cap["most"]), unit=to_unit(cap["unit"])))


def _read_steps(text: str) -> Dosing | None:
    found = _STEP.search(text)
    if found is None:
        return None
    goals = {match["goal"] for match in _GOAL.finditer(text)} | ({found["near"]} - {None})
    if len({Decimal(g) for g in goals}) != 1:
        return None
    dose = Dose(Quantity(value=float(found["value"]), unit=to_unit(found["unit"])), None, read_route(text))
    return Dosing(step=Decimal(found["step"]), per_step=dose, goal=Decimal(next(iter(goals))), unit=found["per"],
                  same_units=_same_units(text))  # fmt: skip


def _read_tiers(text: str) -> Dosing | None:
    """Ranges and doses in turn, as many of the one as of the other."""
    doses = list(_DOSE.finditer(text))
    ranges = [
        m for m in _RANGE.finditer(text) if not any(d.start("value") < m.end() and m.start() < d.end() for d in doses)
    ]
    turns = "".join(
        kind for _, kind in sorted([(m.start(), "r") for m in ranges] + [(d.start("value"), "d") for d in doses])
    )
    if not ranges or turns not in ("rd" * len(ranges), "dr" * len(ranges)):
        return None
    common = read_route(text)
    tiers = tuple(_tier(r, _dose(d, common)) for r, d in zip(ranges, doses, strict=True))
    units = {u for m in ranges for name, u in m.groupdict().items() if name.startswith("per") and u}
    if len(units) > 1 or any(t.low is not None and t.low > t.high for t in tiers) or _overlap(tiers):
        return None
    return Dosing(tiers=tiers, unit=next(iter(units), None), same_units=_same_units(text))


def _same_units(text: str) -> tuple[str, ...]:
    """Units that stand for one another in a text.

    >>> _same_units("for every 0.1 mEq/L (or mmol/L) below")
    ('mEq/L', 'mmol/L')
    """
    found = re.search(r"([A-Za-zµμ]+/[A-Za-z]+) ?\(?(?:or|=|i\.e\.,?) ?([A-Za-zµμ]+/[A-Za-z]+)", text)
    return (found[1], found[2]) if found else ()


def _overlap(tiers: tuple[Tier, ...]) -> bool:
    """Whether some value has two doses; the lowest range alone may be open below."""
    ordered = sorted(tiers, key=lambda t: t.high)
    if any(t.low is None for t in ordered[1:]):
        return True
    return any(after.low is not None and before.holds(after.low) for before, after in pairwise(ordered))


def _tier(found: re.Match[str], dose: Dose) -> Tier:
    if found["low"]:
        return Tier(Decimal(found["low"]), Decimal(found["high"]), not found["under"], dose)
    if found["lt"]:
        return Tier(None, Decimal(found["lt"]), False, dose)
    return Tier(None, Decimal(found["le"] or found["le2"]), True, dose)


def _dose(found: re.Match[str], route: str | None) -> Dose:
    over = Quantity(value=float(found["time"]), unit=to_unit(found["time_unit"])) if found["time"] else None
    own = read_route(f"{found['route'] or ''} {found['behind'] or ''}")
    return Dose(Quantity(value=float(found["value"]), unit=to_unit(found["unit"])), over, own or route)


def read_fixed_dose(text: str) -> Dose | None:
    """The one dose a text gives.

    >>> read_fixed_dose("40 mEq of potassium chloride by mouth")
    Dose(amount=Quantity(value=40.0, unit='mEq'), over=None, route='oral')
    """
    doses = list(_DOSE.finditer(text))
    return _dose(doses[0], read_route(text)) if len(doses) == 1 else None


def read_route(text: str) -> str | None:
    """The one route a text names."""
    found = {name for match in _ROUTE.finditer(text) for name, words in match.groupdict().items() if words}
    return found.pop() if len(found) == 1 else None


def to_unit(written: str) -> str:
    """A unit in its short form.

    >>> to_unit("hours"), to_unit("meq"), to_unit("g")
    ('h', 'mEq', 'g')
    """
    return _UNITS.get(written.casefold(), written)
