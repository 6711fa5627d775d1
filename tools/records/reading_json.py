"""Reads the data types of FHIR JSON: times, periods, codes, references, quantities. Knows nothing of resource types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson

from tools.concepts.hl7 import display_of
from tools.fhir.dates import FhirDateError, FhirTime, parse_fhir_time
from tools.records.record import Coding, Concept, Reading

Json = dict[str, Any]


def items(value: object) -> list[Any]:
    """A list as it is, one element as a list of it, nothing as none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def to_time(text: object) -> FhirTime | None:
    """A FHIR time; None where there is none or it is none."""
    if not isinstance(text, str):
        return None
    try:
        return parse_fhir_time(text)
    except FhirDateError:
        return None


def period_of(resource: Json, *names: str) -> tuple[FhirTime | None, FhirTime | None]:
    """Start and end of the first of these elements that is there, a moment or a Period."""
    for name in names:
        value = resource.get(name)
        if isinstance(value, dict):
            start, end = to_time(value.get("start")), to_time(value.get("end"))
            if start or end:
                return start, end
        elif (time := to_time(value)) is not None:
            return time, None
    return None, None


def to_concept(*codeables: object) -> Concept:
    """One concept of one or more CodeableConcepts, or of Codings. The same content gives the same object.

    >>> to_concept({"coding": [{"code": "1", "display": "Fever"}]}).text
    'Fever'
    """
    return _concept(orjson.dumps(codeables))


_TAG = re.compile(r" \([a-z /]+\)$")
"""What SNOMED CT names end with: "(disorder)"."""
_SENTENCE = 5
"""Words."""


@lru_cache(maxsize=16_384)
def _concept(content: bytes) -> Concept:
    """The concept of JSON text: charts say the same of many records, so that what was read once need not be again."""
    names: dict[str, None] = {}
    codings: list[Coding] = []
    for codeable in (c for value in orjson.loads(content) for c in items(value)):
        if not isinstance(codeable, dict):
            continue
        if isinstance(codeable.get("text"), str):
            names[codeable["text"].strip()] = None
        for coding in codeable.get("coding", [codeable] if "code" in codeable else []):
            made = Coding(coding.get("system", ""), str(coding.get("code", "")), coding.get("display"))
            if not isinstance(made.system, str | None) or not isinstance(made.display, str | None):
                raise TypeError("the system or display of a coding is no text")
            codings.append(made)
            if made.display:
                names[made.display.strip()] = None
    names.pop("", None)
    told = (display_of(c.system, c.code) or c.code for c in codings if c.code)
    shown = next(iter(names), None) or next(told, "unnamed")
    shown = _cut_sentence(shown, codings)
    return Concept(shown, tuple(dict.fromkeys((shown, *names))), tuple(codings))


def _cut_sentence(text: str, codings: Iterable[Coding]) -> str:
    """A text that goes on with a sentence after the name of its own code, as that name: the sentence is no name."""
    first, _, more = text.partition(". ")
    if len(more.split()) < _SENTENCE:
        return text
    coded = {_TAG.sub("", c.display).strip().casefold() for c in codings if c.display}
    return first if first.strip().casefold() in coded else text


def name_of(value: object) -> str | None:
    """The name of a CodeableConcept, Coding or Reference with display; None where there is none."""
    for part in items(value):
        if not isinstance(part, dict):
            continue
        if isinstance(part.get("display"), str):
            return str(part["display"])
        concept = to_concept(part)
        if concept.text != "unnamed":
            return concept.text
    return None


def names_of(values: Iterable[object]) -> tuple[str, ...]:
    """The names there are, without repeats."""
    return tuple(dict.fromkeys(n for v in values if (n := name_of(v))))


def reference_of(value: object) -> str | None:
    """`Type/id` of a Reference, its version left out."""
    if not isinstance(value, dict):
        return None
    written = value.get("reference")
    return _short(written) if isinstance(written, str) else None


@lru_cache(maxsize=16_384)
def _short(written: str) -> str:
    """`Type/id`; an address at another host stays whole, since the record there is not the one of that id here."""
    if written.startswith(("http:", "https:")):
        return written.partition("/_history/")[0]
    return "/".join(written.partition("/_history/")[0].split("/")[-2:])


def references_of(values: object) -> Iterator[str]:
    """The references of a list, those to contained resources left out."""
    return (r for v in items(values) if (r := reference_of(v)) is not None and not r.startswith("#"))


def to_reading(element: Mapping[str, Any], prefix: str = "value") -> Reading | None:
    """The `value[x]` of an element as the record writes it.

    >>> to_reading({"valueQuantity": {"value": 0.3, "unit": "mg/dL", "comparator": "<"}}).text
    '<0.3 mg/dL'
    """
    quantity = element.get(f"{prefix}Quantity")
    if isinstance(quantity, dict) and quantity.get("value") is not None:
        unit = quantity.get("unit") or quantity.get("code")
        return Reading(quantity["value"], unit, quantity.get("comparator"), _ucum(quantity))
    for name, value in element.items():
        if name.startswith(prefix) and (found := _read_value(name[len(prefix) :], value)) is not None:
            return found
    return None


def _read_value(kind: str, value: Any) -> Reading | None:
    """A value of another data type than Quantity."""
    if value is None:
        return None
    if kind in ("CodeableConcept", "Coding") and (text := name_of(value)):
        return Reading(text)
    if kind in ("String", "Integer", "Decimal", "Boolean", "DateTime", "Date", "Time", "Instant"):
        return Reading(value.strip() if isinstance(value, str) else value)
    if kind == "Range" and isinstance(value, dict):
        low, high = (value.get(k) or {} for k in ("low", "high"))
        return Reading(f"{low.get('value', '')}-{high.get('value', '')}", low.get("unit") or high.get("unit"))
    if kind == "Ratio" and isinstance(value, dict):
        parts = [str((value.get(k) or {}).get("value", "")) for k in ("numerator", "denominator")]
        return Reading(":".join(parts))
    return None


def _ucum(quantity: Json) -> str | None:
    return quantity.get("code") if quantity.get("system") == "http://unitsofmeasure.org" else None


def quantity_text(value: object) -> str | None:
    """A Quantity as `30 gm`."""
    if not isinstance(value, dict) or value.get("value") is None:
        return None
    unit = value.get("unit") or value.get("code") or ""
    return f"{value['value']} {unit}".strip()


_STATUSES = ("status", "docStatus", "lifecycleStatus", "verificationStatus", "clinicalStatus")
_EXTENSIONS = ("extension", "modifierExtension")
_TELLING = frozenset((*_STATUSES[1:], *_EXTENSIONS, "_status"))
_LETTERS = re.compile(r"[^a-z]+")


def is_mistaken(resource: Json) -> bool:
    """Whether a resource was entered in error, by any of its statuses or an extension, however it is spelled.

    >>> is_mistaken({"status": "Entered In Error"}), is_mistaken({"verificationStatus": {"text": "entered in error"}})
    (True, True)
    """
    if _TELLING.isdisjoint(resource):
        return _says_error(resource.get("status"))
    if any(name in resource and _says_error(resource[name]) for name in _STATUSES):
        return True
    extensions = [e for name in _EXTENSIONS if name in resource for e in items(resource[name])]
    extensions += items(beside.get("extension")) if isinstance(beside := resource.get("_status"), dict) else []
    told = (e for e in extensions if isinstance(e, dict))
    return any(_says_error(v) for e in told for n, v in e.items() if n.startswith("value"))


def _says_error(status: object) -> bool:
    """Whether a code, Coding or CodeableConcept says `entered-in-error`; of a concept `error` alone says so too."""
    if isinstance(status, str):
        return _spells_error(status)
    concepts = [status, *items(status.get("coding"))] if isinstance(status, dict) else []
    said = [c.get(n) for c in concepts if isinstance(c, dict) for n in ("code", "display", "text")]
    return any(isinstance(t, str) and (_spells_error(t) or t.strip().casefold() == "error") for t in said)


@lru_cache(maxsize=1_024)
def _spells_error(text: str) -> bool:
    return _LETTERS.sub("", text.casefold()) == "enteredinerror"
