"""Checks a set of resources: `python -m fhir_fixtures.checker PATH…`.

Structure, ids, references; dates in order, within a life and an encounter; values that a living person can have.
The hand-made Bundles are held to all of it; the generator's patients as well.
"""

from __future__ import annotations

import argparse
import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from fhir_fixtures.generator_tables import BOUNDS, DIASTOLIC, LABS, MEASURES, SYSTOLIC
from tools.fhir.dates import FhirDateError, FhirTime, parse_fhir_time
from tools.store.errors import InvalidResource
from tools.store.validation import check_structure

Json = dict[str, Any]

_TESTS = (*MEASURES, *LABS, SYSTOLIC, DIASTOLIC)
_DAY = timedelta(days=1)
_WITHIN = frozenset({"Observation", "Procedure", "Immunization", "MedicationAdministration"})
_CLINICAL_TIMES = (
    "effectiveDateTime", "effectivePeriod", "performedDateTime", "performedPeriod", "authoredOn", "onsetDateTime",
    "occurrenceDateTime", "period", "started",
)  # fmt: skip


def check_resources(resources: Sequence[Json]) -> list[str]:
    """What is wrong, a line each; empty where nothing is."""
    known = [f"{r.get('resourceType')}/{r.get('id')}" for r in resources]
    faults = [f"{name}: the id is used twice" for name, n in sorted(Counter(known).items()) if n > 1]
    there = set(known)
    for name, resource in zip(known, resources, strict=True):
        faults += [f"{name}: {fault}" for fault in _check_one(resource, there)]
    by_name = dict(zip(known, resources, strict=True))
    for name, resource in by_name.items():
        if "entered-in-error" not in str(resource.get("status")):
            faults += [f"{name}: {fault}" for fault in (*_check_life(resource, by_name), *_check_values(resource))]
    return faults


def _check_life(resource: Json, by_name: Mapping[str, Json]) -> Iterator[str]:
    """Nothing happens before birth or after death; what belongs to an encounter happens on its days."""
    person = by_name.get(_reference(resource.get("subject") or resource.get("patient")), {})
    birth, death = _time(person.get("birthDate")), _time(person.get("deceasedDateTime"))
    visit = by_name.get(_reference(resource.get("encounter")), {}).get("period") or {}
    begin, end = _time(visit.get("start")), _time(visit.get("end"))
    for time in _happened(resource):
        if birth and time.high < birth.low:
            yield f"{time.raw} lies before birth"
        if death and time.instant_low > death.instant_high:
            yield f"{time.raw} lies after death"
        if resource["resourceType"] in _WITHIN and (
            (begin and time.high < begin.low - _DAY) or (end and time.low > end.high + _DAY)
        ):
            yield f"{time.raw} does not lie within its encounter"


def _happened(resource: Json) -> Iterator[FhirTime]:
    for name in _CLINICAL_TIMES:
        value = resource.get(name)
        texts = [value.get("start"), value.get("end")] if isinstance(value, dict) else [value]
        yield from (time for text in texts if (time := _time(text)) is not None)


def _check_values(resource: Json) -> Iterator[str]:
    for part in (resource, *resource.get("component", ())):
        quantity = part.get("valueQuantity") or {}
        for coding in (part.get("code") or {}).get("coding", ()):
            low, high = BOUNDS.get(coding.get("code"), (None, None))
            unit = next((t.unit for t in _TESTS if t.code == coding.get("code")), None)
            if low is not None and quantity.get("code") == unit and not low <= quantity.get("value", low) <= high:
                yield f"{coding['code']} {quantity['value']} {unit} is no value of a living person"


def _reference(value: object) -> str:
    return str(value.get("reference", "")) if isinstance(value, dict) else ""


def _time(text: object) -> FhirTime | None:
    try:
        return parse_fhir_time(text) if isinstance(text, str) else None
    except FhirDateError:
        return None


def _check_one(resource: Json, known: set[str]) -> Iterator[str]:
    try:
        check_structure(resource)
    except InvalidResource as error:
        yield str(error)
    for reference in _references(resource):
        if not reference.startswith(("#", "urn:", "http")) and reference.split("?")[0] not in known:
            yield f"refers to {reference}, which is not there"
    for period in _periods(resource):
        try:
            if parse_fhir_time(period["start"]).instant_low > parse_fhir_time(period["end"]).instant_high:
                yield f"ends before it starts: {period}"
        except FhirDateError as error:
            yield str(error)


def _walk(value: object) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from _walk(part)


def _references(resource: Json) -> Iterator[str]:
    return (part["reference"] for part in _walk(resource) if isinstance(part.get("reference"), str))


def _periods(resource: Json) -> Iterator[Json]:
    return (p for p in _walk(resource) if isinstance(p.get("start"), str) and isinstance(p.get("end"), str))


def read_resources(paths: Iterable[Path]) -> list[Json]:
    """The resources of Bundles and NDJSON files, compressed or not."""
    found: list[Json] = []
    for path in paths:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if ".ndjson" in path.suffixes:
            found += [orjson.loads(line) for line in content.splitlines() if line.strip()]
        else:
            found += [entry["resource"] for entry in orjson.loads(content)["entry"]]
    return found


def main() -> int:
    """Print the faults; exit status 1 where there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+")
    faults = check_resources(read_resources(parser.parse_args().paths))
    print("\n".join(faults) or "nothing wrong")
    return int(bool(faults))


if __name__ == "__main__":
    raise SystemExit(main())
