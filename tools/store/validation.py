"""Structural validation by the models of fhir.resources (R4B, the nearest to R4). Imported late: it takes 0.4 s."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from tools.store.errors import InvalidResource

_SHOWN = 5


def check_structure(resource: dict[str, Any]) -> None:
    """Raise InvalidResource that names the elements at fault; their values are not shown.

    >>> check_structure({"resourceType": "Observation", "id": "1", "code": {"text": "x"}})
    Traceback (most recent call last):
        ...
    tools.store.errors.InvalidResource: not valid FHIR: status (missing)
    """
    from fhir.resources.R4B import get_fhir_model_class

    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except KeyError:
        raise InvalidResource(f"{resource['resourceType']} is unknown to the validator (FHIR R4B)") from None
    except ValidationError as error:
        faults = [_name_fault(fault["loc"], fault["type"]) for fault in error.errors()]
        more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise InvalidResource(f"not valid FHIR: {', '.join(faults[:_SHOWN])}{more}") from None


def _name_fault(place: tuple[int | str, ...], kind: str) -> str:
    return f"{'.'.join(map(str, place)) or 'resource'} ({kind.rpartition('.')[2]})"
