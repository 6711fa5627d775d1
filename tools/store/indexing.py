"""From a resource to its index rows, by the search-parameter table. Knows nothing of the database.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tools.fhir.dates import FhirDateError
from tools.fhir.parameters import ElementPath, find_parameter, list_parameters
from tools.store.errors import InvalidResource
from tools.store.terms import EARLIEST, LATEST, DateBounds, date_bounds, path_key, text_key, token_key

UNRESOLVED = 1
"""Path of conditional references (`Practitioner?identifier=…`) whose target is not loaded yet."""

_NAME_PARTS = ("text", "family", "given", "prefix", "suffix")
_ADDRESS_PARTS = ("text", "line", "city", "district", "state", "postalCode", "country")
_MANY_PATIENTS = frozenset({"Account", "Contract", "Provenance"})

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
        """Index `system|code`."""
        key = token_key(system, code)
        self.terms.add((path, key))
        self.tokens[key] = (system, code)

    def add_text(self, path: int, text: str) -> None:
        """Index a string."""
        key = text_key(text)
        self.terms.add((path, key))
        self.texts[key] = text


Extractor = Callable[[Any, int, int, IndexRows], None]
"""Value, path key, key of the path's text or identifier part, rows."""


@dataclass(frozen=True, slots=True)
class _Plan:
    rest: tuple[str, ...]
    where: tuple[str, str] | None
    extract: Extractor
    path: int
    part: int


def build_rows(resource: Json) -> IndexRows:
    """The index rows of a resource. Raises InvalidResource for a date that does not exist."""
    rows = IndexRows()
    resource_type = resource["resourceType"]
    plans = _plans(resource_type)
    for name, value in resource.items():
        for plan in plans.get(name, ()):
            for found in _walk(value, plan.rest):
                if plan.where is None or (isinstance(found, dict) and found.get(plan.where[0]) == plan.where[1]):
                    _extract(plan, found, rows)
    if resource_type == "Patient" and not resource.keys() & {"deceasedBoolean", "deceasedDateTime"}:
        # The parameter is "deceased.exists() and deceased != false": whoever has neither element is not deceased.
        rows.add_token(path_key("Patient", find_parameter("Patient", "deceased").paths[0]), "", "false")
    return rows


@cache
def patient_element(resource_type: str) -> str | None:
    """The element that names the one patient a resource of this type is about.

    >>> patient_element("Observation"), patient_element("Coverage"), patient_element("Location")
    ('subject', 'beneficiary', None)
    """
    parameter = list_parameters(resource_type).get("patient")
    if parameter is None or resource_type in _MANY_PATIENTS or len(parameter.paths) != 1:
        return None
    steps = parameter.paths[0].steps
    return steps[0] if len(steps) == 1 else None


def patient_key(resource: Json) -> int:
    """The key of the patient a resource is about, 0 where there is none; a Patient is about itself."""
    if resource["resourceType"] == "Patient":
        return text_key(f"Patient/{resource['id']}")
    element = patient_element(resource["resourceType"])
    value = resource.get(element) if element else None
    reference = value.get("reference") if isinstance(value, dict) else None
    local = local_reference(reference) if isinstance(reference, str) else None
    return text_key(local) if local and local.startswith("Patient/") else 0


def local_reference(reference: str) -> str | None:
    """A reference without version; None for one into the same resource.

    >>> local_reference("Patient/1/_history/2"), local_reference("#med")
    ('Patient/1', None)
    """
    if reference.startswith("#"):
        return None
    return reference.partition("/_history/")[0]


@cache
def _plans(resource_type: str) -> dict[str, list[_Plan]]:
    plans: dict[str, dict[int, _Plan]] = {}
    for parameter in list_parameters(resource_type).values():
        if parameter.name in ("_id", "_lastUpdated"):
            continue
        for path in parameter.paths:
            key = path_key(resource_type, path)
            plan = _Plan(path.steps[1:], path.where, _EXTRACTORS[path.type], key, _part_key(resource_type, path))
            plans.setdefault(path.steps[0], {})[key] = plan
    return {name: list(found.values()) for name, found in plans.items()}


def _part_key(resource_type: str, path: ElementPath) -> int:
    return path_key(resource_type, path, "identifier" if path.type == "Reference" else "text")


def _walk(value: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, steps)
    elif not steps:
        if value is not None:
            yield value
    elif isinstance(value, dict) and steps[0] in value:
        yield from _walk(value[steps[0]], steps[1:])


def _extract(plan: _Plan, value: Any, rows: IndexRows) -> None:
    try:
        plan.extract(value, plan.path, plan.part, rows)
    except FhirDateError as error:
        raise InvalidResource(str(error)) from error
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise InvalidResource(f"an element has the wrong shape: {type(error).__name__}") from error


def _coding(value: Json, path: int, part: int, rows: IndexRows) -> None:
    if code := value.get("code"):
        rows.add_token(path, value.get("system", ""), code)
    if display := value.get("display"):
        rows.add_text(part, display)


def _codeable_concept(value: Json, path: int, part: int, rows: IndexRows) -> None:
    for coding in value.get("coding", ()):
        _coding(coding, path, part, rows)
    if text := value.get("text"):
        rows.add_text(part, text)


def _identifier(value: Json, path: int, part: int, rows: IndexRows) -> None:
    if code := value.get("value"):
        rows.add_token(path, value.get("system", ""), code)
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
        rows.add_token(part, identifier.get("system", ""), code)


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
    system, code = value.get("system", ""), value.get("code", "")
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


_EXTRACTORS: dict[str, Extractor] = {
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
