"""Whose chart it is, in one line: what stands above every answer that a person reads."""

from __future__ import annotations

from typing import Any

from agent.cli.terminal import clean_line

Json = dict[str, Any]
_LONGEST = 80
_SHOWN = 2
_OFFICIAL = frozenset({"SS", "SB", "DL", "PPN", "TAX"})
"""Numbers of the state's, not of the hospital's: they say who it is to too many."""
_SOURCES = {"clock": " (now)", "chart": " (the chart's last moment)"}


def describe_patient(patient: Json) -> str:
    """Name, sex, birth date and record number of a Patient, as far as they are there.

    >>> number = {"type": {"coding": [{"code": "MR"}]}, "value": "RMC-7"}
    >>> describe_patient({"id": "a", "name": [{"text": "Rosa D"}], "birthDate": "1961-04-12", "identifier": [number]})
    'Rosa D; born 1961-04-12; MRN RMC-7'
    """
    from tools.records.people import human_name
    from tools.records.reading_json import items

    parts = [human_name(items(patient.get("name"))) or "unnamed patient"]
    parts += [str(patient["gender"])] if patient.get("gender") else []
    parts += [f"born {patient['birthDate']}"] if patient.get("birthDate") else []
    return "; ".join(clean_line(part)[:_LONGEST] for part in (*parts, *_numbers(patient)))


def describe_moment(as_of: str | None, source: str | None) -> str:
    """When a chart is looked at.

    >>> describe_moment("2024-06-01", "caller"), describe_moment("2024-06-01", "clock")
    ('as of 2024-06-01', 'as of 2024-06-01 (now)')
    """
    return f"as of {as_of}{_SOURCES.get(source or '', '')}"


def _numbers(patient: Json) -> list[str]:
    """The medical record number, else the first identifiers, else the logical id."""
    given = patient.get("identifier")
    held = [i for i in given if isinstance(i, dict) and i.get("value")] if isinstance(given, list) else []
    codes = [(_codes(i), str(i["value"])) for i in held]
    if records := [value for found, value in codes if "MR" in found]:
        return [f"MRN {value}" for value in records[:_SHOWN]]
    others = [value for found, value in codes if not found & _OFFICIAL]
    return [f"identifier {value}" for value in others[:_SHOWN]] or [f"id {patient.get('id')}"]


def _codes(identifier: Json) -> set[str]:
    kind = identifier.get("type")
    codings = kind.get("coding") if isinstance(kind, dict) else None
    return {str(c.get("code")) for c in codings if isinstance(c, dict)} if isinstance(codings, list) else set()
