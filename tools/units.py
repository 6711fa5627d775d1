"""Units of measure: conversion between UCUM codes and the usual spellings, by pint and ucumvert. Imported late: 1 s."""

from __future__ import annotations

from functools import cache
from typing import Any

from tools.errors import ToolError

_SPELLINGS = {
    "mm hg": "mm[Hg]", "mmhg": "mm[Hg]", "lbs": "[lb_av]", "lb": "[lb_av]", "pounds": "[lb_av]", "inches": "[in_i]",
    "in": "[in_i]", "°c": "Cel", "c": "Cel", "°f": "[degF]", "f": "[degF]", "gm": "g", "mcg": "ug", "ml": "mL",
    "l": "L", "meq/l": "meq/L", "iu/l": "[IU]/L", "hours": "h", "days": "d",
}  # fmt: skip


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


def convert(value: float, source: str, target: str) -> float:
    """A value in another unit. Raises ToolError where one is unknown or they measure different things.

    >>> round(convert(1, "g", "mg"))
    1000
    """
    registry = _registry()
    try:
        made = registry.Quantity(value, _parse(source)).to(_parse(target))
    except Exception as error:
        raise ToolError(f"{source} can't be converted to {target}: {type(error).__name__}") from error
    return float(made.magnitude)


def _parse(unit: str) -> Any:
    return _registry().from_ucum(_SPELLINGS.get(unit.strip().casefold(), unit.strip())).units
