"""From one element's value to index rows, by its FHIR data type. Knows nothing of resources.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tools.store.terms import EARLIEST, LATEST, DateBounds, date_bounds, text_key, token_key

UNRESOLVED = 1
"""Path of conditional references (`Practitioner?identifier=…`) whose target is not loaded yet."""

_NAME_PARTS = ("text", "family", "given", "prefix", "suffix")
_ADDRESS_PARTS = ("text", "line", "city", "district", "state", "postalCode", "country")

Json = dict[str, Any]


@dataclass(slots=True)
class IndexRows:
    """The index rows of one resource, without its key and patient, and the values they name."""

    terms: set[tuple[int, int]] = field(default_factory=set)
    dates: set[tuple[int, int, int, int, int]] = field(default_factory=set)
    quantities: set[tuple[int, float, float, int, int, int]] = field(default_factory=set)
    tokens: dict[int, tuple[str, str]] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)

    def add_token(self, path: int, system: str, code: str) -> None:
        """Index `system|code`. Raises TypeError where one of them is no text."""
        if not isinstance(system, str) or not isinstance(code, str):
            raise TypeError("a code or its system is no text")
        key = token_key(system, code)
        self.terms.add((path, key))
        self.tokens[key] = (system, code)

    def add_text(self, path: int, text: str) -> None:
        """Index a string. Raises TypeError where it is none."""
        if not isinstance(text, str):
            raise TypeError("a text is none")
        key = text_key(text)
        self.terms.add((path, key))
        self.texts[key] = text


Extractor = Callable[[Any, int, int, IndexRows], None]
"""Value, path key, key of the path's text or identifier part, rows."""


def local_reference(reference: str) -> str | None:
    """A reference without version; None for one into the same resource.

    >>> local_reference("Patient/1/_history/2"), local_reference("#med")
    ('Patient/1', None)
    """
    if reference.startswith("#"):
        return None
    return reference.partition("/_history/")[0]


def _coding(value: Json, path: int, part: int, rows: IndexRows) -> None:
    if code := value.get("code"):
        rows.add_token(path, value.get("system") or "", code)
    if display := value.get("display"):
        rows.add_text(part, display)


def _codeable_concept(value: Json, path: int, part: int, rows: IndexRows) -> None:
    for coding in value.get("coding", ()):
        _coding(coding, path, part, rows)
    if text := value.get("text"):
        rows.add_text(part, text)


def _identifier(value: Json, path: int, part: int, rows: IndexRows) -> None:
    if code := value.get("value"):
        rows.add_token(path, value.get("system") or "", code)
    if text := value.get("type", {}).get("text"):
        rows.add_text(part, text)


def _contact(value: Json, path: int, part: int, rows: IndexRows) -> None:
    if number := value.get("value"):
        rows.add_token(path, "", number)


def _token(value: Any, path: int, part: int, rows: IndexRows) -> None:
    rows.add_token(path, "", str(value).lower() if isinstance(value, bool) else value)


def _exists(value: Any, path: int, part: int, rows: IndexRows) -> None:
    rows.add_token(path, "", "true")


def _reference(value: Json, path: int, part: int, rows: IndexRows) -> None:
    if reference := value.get("reference"):
        kind, question, _ = reference.partition("?")
        if question and kind.isalpha():
            rows.add_token(UNRESOLVED, "", reference)
        elif local := local_reference(reference):
            rows.terms.add((path, text_key(local)))
    identifier = value.get("identifier", {})
    if code := identifier.get("value"):
        rows.add_token(part, identifier.get("system") or "", code)


def _uri(value: str, path: int, part: int, rows: IndexRows) -> None:
    rows.terms.add((path, text_key(value)))


def _canonical(value: str, path: int, part: int, rows: IndexRows) -> None:
    """With its version, and without."""
    rows.terms.add((path, text_key(value)))
    rows.terms.add((path, text_key(value.partition("|")[0])))


def _string(value: str, path: int, part: int, rows: IndexRows) -> None:
    rows.add_text(path, value)


def _parts(names: tuple[str, ...]) -> Extractor:
    def extract(value: Json, path: int, part: int, rows: IndexRows) -> None:
        for name in names:
            found = value.get(name, ())
            for text in (found,) if isinstance(found, str) else found:
                rows.add_text(path, text)

    return extract


def _date(value: str, path: int, part: int, rows: IndexRows) -> None:
    rows.dates.add((path, *date_bounds(value)))


def _period(value: Json, path: int, part: int, rows: IndexRows) -> None:
    if bounds := _period_bounds(value):
        rows.dates.add((path, *bounds))


def _period_bounds(value: Json) -> DateBounds | None:
    start, end = value.get("start"), value.get("end")
    if start is None and end is None:
        return None
    wall_low, _, low, _ = date_bounds(start) if start else (EARLIEST,) * 4
    _, wall_high, _, high = date_bounds(end) if end else (LATEST,) * 4
    return wall_low, wall_high, low, high


def _timing(value: Json, path: int, part: int, rows: IndexRows) -> None:
    """Only the outer limits of a timing count."""
    bounds = [date_bounds(event) for event in value.get("event", ())]
    if period := _period_bounds(value.get("repeat", {}).get("boundsPeriod", {})):
        bounds.append(period)
    if bounds:
        lows, highs = [min(column) for column in zip(*bounds, strict=True)], [max(c) for c in zip(*bounds, strict=True)]
        rows.dates.add((path, lows[0], highs[1], lows[2], highs[3]))


def _quantity(value: Json, path: int, part: int, rows: IndexRows) -> None:
    number = value.get("value")
    if number is None:
        return
    below = value.get("comparator") in ("<", "<=")
    above = value.get("comparator") in (">", ">=")
    low, high = -math.inf if below else float(number), math.inf if above else float(number)
    rows.quantities.add((path, low, high, *_unit_keys(value)))


def _unit_keys(value: Json) -> tuple[int, int, int]:
    system, code = value.get("system") or "", value.get("code", "")
    return token_key(system, code), text_key(code), text_key(value.get("unit", ""))


def _money(value: Json, path: int, part: int, rows: IndexRows) -> None:
    _quantity(
        {"value": value.get("value"), "system": "urn:iso:std:iso:4217", "code": value.get("currency", "")},
        path,
        part,
        rows,
    )


def _range(value: Json, path: int, part: int, rows: IndexRows) -> None:
    low, high = value.get("low", {}), value.get("high", {})
    unit = _unit_keys(low or high)
    rows.quantities.add((path, float(low.get("value", -math.inf)), float(high.get("value", math.inf)), *unit))


def _number(value: float, path: int, part: int, rows: IndexRows) -> None:
    rows.quantities.add((path, float(value), float(value), *_unit_keys({})))


EXTRACTORS: dict[str, Extractor] = {
    "CodeableConcept": _codeable_concept,
    "Coding": _coding,
    "Identifier": _identifier,
    "ContactPoint": _contact,
    "Reference": _reference,
    "HumanName": _parts(_NAME_PARTS),
    "Address": _parts(_ADDRESS_PARTS),
    "Period": _period,
    "Timing": _timing,
    "Range": _range,
    "Money": _money,
    "exists": _exists,
    **dict.fromkeys(("code", "id", "boolean"), _token),
    **dict.fromkeys(("date", "dateTime", "instant"), _date),
    **dict.fromkeys(("Quantity", "Age", "Duration"), _quantity),
    **dict.fromkeys(("decimal", "integer"), _number),
    **dict.fromkeys(("uri", "url"), _uri),
    "canonical": _canonical,
    **dict.fromkeys(("string", "markdown"), _string),
}
"""By FHIR data type."""
