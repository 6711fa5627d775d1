"""How units are spelled in a plan: what `tools.units` reads, as charts write it or in UCUM, alone or as a quotient."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from tools.concepts.rows import read_rows
from tools.units import to_ucum

_PLAIN = (
    "kg", "g", "mg", "ug", "ng", "pg", "fg", "L", "dL", "mL", "uL", "fL", "mol", "mmol", "umol", "nmol", "pmol", "meq",
    "mosm", "U", "mU", "uU", "kU", "m", "cm", "mm", "um", "m2", "mm3", "s", "min", "h", "d", "wk", "mo", "a", "%",
    "mm[Hg]", "cm[H2O]", "Cel", "[degF]", "kPa", "10*3", "10*6", "10*9", "10*12", "[lb_av]", "[oz_av]", "[in_i]",
    "[ft_i]", "kcal", "mV",
)  # fmt: skip
"""Of UCUM, what charts measure in and divide by."""
_NO_QUANTITY = frozenset({"[pH]"})
"""What UCUM has as a unit and no calculation takes."""
_ALONE = frozenset({"Cel", "[degF]"})
"""What UCUM allows in no quotient."""
_DIVISORS = frozenset(
    {"L", "dL", "mL", "uL", "kg", "g", "mg", "mol", "mmol", "m2", "mm3", "s", "min", "h", "d", "wk", "a"}
)
_OF_BODY_SURFACE = "{1.73_m2}"
"""What stands last in a quotient."""
_MOST_OF_CHART = 100


@cache
def list_units() -> tuple[str, ...]:
    """Units without a quotient: of UCUM, and as charts spell them."""
    written = [row["written"].removeprefix("=") for row in read_rows("units") if row["ucum"] not in _NO_QUANTITY]
    return tuple(u for u in dict.fromkeys((*_PLAIN, *written)) if "/" not in u and " " not in u)


def list_alone() -> list[str]:
    """Those that are never part of a quotient."""
    return [unit for unit in list_units() if to_ucum(unit) in _ALONE]


def list_divided() -> list[str]:
    """Those that a quotient may be of."""
    return [unit for unit in list_units() if to_ucum(unit) not in _ALONE]


def list_divisors() -> list[str]:
    """Those that it may divide by."""
    return [unit for unit in list_units() if to_ucum(unit) in _DIVISORS]


def spell_unit(of_chart: tuple[str, ...] = ()) -> str:
    """A pattern of units, those among them that the chart's records were seen to have.

    >>> bool(re.fullmatch(spell_unit(), "mL/min/1.73m2")), bool(re.fullmatch(spell_unit(), "whec"))
    (True, False)
    >>> bool(re.fullmatch(spell_unit(("EU/dL",)), "EU/dL"))
    True
    """
    alone, divided, divisors = (_join(units) for units in (list_alone(), list_divided(), list_divisors()))
    seen = "".join(f"|{_escape(unit)}" for unit in of_chart[:_MOST_OF_CHART])
    surface = _join(unit for unit in list_units() if to_ucum(unit) == _OF_BODY_SURFACE)
    return f"{alone}|(?:{divided})(?:/(?:{divisors})){{0,2}}(?:/(?:{surface}))?{seen}"


def _join(units: Iterable[str]) -> str:
    return "|".join(map(_escape, units))


def _escape(text: str) -> str:
    """As every dialect of patterns reads it: signs that mean something there, and no other, behind a backslash."""
    return re.sub(r"([\\^$.|?*+()\[\]{}])", r"\\\1", text)
