"""display_of: the display of HL7's own codes, for charts that write the code alone; from hl7.terminology.r4 (CC0)."""

from __future__ import annotations

from functools import cache

from tools.concepts.rows import read_rows

_BASE = "http://terminology.hl7.org/CodeSystem/"


def display_of(system: str, code: str) -> str | None:
    """What a code of HL7's stands for; None where the code says it itself, or is of another system.

    >>> display_of("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "W")
    'Widowed'
    >>> display_of("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")
    """
    return _displays().get((system.removeprefix(_BASE), code)) if system.startswith(_BASE) else None


@cache
def _displays() -> dict[tuple[str, str], str]:
    return {(row["system"], row["code"]): row["display"] for row in read_rows("hl7")}
