"""Whether a resource has the JSON shape that FHIR R4 gives it, as far as statuses, times, owners and values go.

What has another shape, as earlier versions of FHIR wrote it or a broken server does, is not read at all: a status
overlooked would make a mistaken record a fact.
"""

from __future__ import annotations

from types import NoneType
from typing import Any

from tools.fhir.dates import FhirDateError, parse_fhir_time
from tools.fhir.errors import NotFhir

Json = dict[str, Any]

_WORDS = "status intent issued recordedDate authoredOn dateAsserted recorded started birthDate id resourceType"
_OBJECTS = "meta code verificationStatus clinicalStatus subject patient beneficiary encounter context period"
_LISTS = "component identifier extension modifierExtension contained dosageInstruction referenceRange ingredient"
_FLAGS = "active doNotPerform"
_BY_NAME: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(_WORDS.split(), str),
    **dict.fromkeys(_OBJECTS.split(), dict),
    **dict.fromkeys(_LISTS.split(), list),
    **dict.fromkeys(_FLAGS.split(), bool),
    "category": (list, dict),
}
_BY_ENDING: dict[str, type | tuple[type, ...]] = {
    "DateTime": str, "Period": dict, "Quantity": dict, "CodeableConcept": dict, "Boolean": bool,
    "Reference": (dict, list),
}  # fmt: skip

_LIFETIME = ("birthDate", "deceasedDateTime")
"""Days that whole calculations rest on."""
MISSHAPEN = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
"""What reading JSON of another shape raises."""


class UnreadableRecord(NotFhir):
    """A resource whose JSON is not that of its type; the text names it."""


def check_shape(resource: Json) -> None:
    """Raise UnreadableRecord for a resource that is not shaped as R4 has it.

    >>> check_shape({"resourceType": "Condition", "id": "1", "verificationStatus": "entered-in-error"})
    Traceback (most recent call last):
        ...
    tools.records.shape.UnreadableRecord: Condition/1 can't be read: its verificationStatus has another shape than in R4
    """
    fault = _find_fault(resource)
    if fault is None and (components := resource.get("component")):
        fault = next((f for c in components if (f := _find_fault(c))), None)
    if fault is None:
        fault = next((name for name in _LIFETIME if name in resource and not _is_time(resource[name])), None)
    if fault is not None:
        raise unreadable(resource, f"its {fault} has another shape than in R4")


def unreadable(resource: Json, reason: str = "an element of it has another shape than in R4") -> UnreadableRecord:
    """The error of a resource that can't be read."""
    return UnreadableRecord(f"{resource.get('resourceType')}/{resource.get('id')} can't be read: {reason}")


def _find_fault(element: object) -> str | None:
    """The name of an element of the wrong shape."""
    if not isinstance(element, dict):
        return "component"
    for name, value in element.items():
        shape = _SHAPES[name]
        if shape is not None and value is not None and not isinstance(value, shape):
            return str(name)
    quantity = element.get("valueQuantity")
    return "valueQuantity" if quantity and not _is_quantity(quantity) else None


def _is_time(text: str) -> bool:
    try:
        return bool(parse_fhir_time(text))
    except FhirDateError:
        return False


def _is_quantity(quantity: Json) -> bool:
    texts = (quantity.get(name) for name in ("unit", "code", "system", "comparator"))
    return type(quantity.get("value")) in (int, float, NoneType) and all(isinstance(t, str | None) for t in texts)


class _Shapes(dict[str, type | tuple[type, ...] | None]):
    """The shape of an element by its name; None where nothing is said. Names that come in are kept, up to a number."""

    def __missing__(self, name: str) -> type | tuple[type, ...] | None:
        shape = next((shape for end, shape in _BY_ENDING.items() if name.endswith(end)), None)
        if len(self) < _MOST_NAMES:
            self[name] = shape
        return shape


_SHAPES = _Shapes(_BY_NAME)
_MOST_NAMES = 4096
