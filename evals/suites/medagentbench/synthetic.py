"""Made-up results for the tasks whose results are not here: labelled as test data, the same for the same patients.

They exercise what the tasks ask for (nothing recorded, only old, at a bound, many results) and tell of no patient.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]

NOW = datetime.fromisoformat("2023-11-13T10:15:00+00:00")
_TEST_DATA = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
_LOINC, _UCUM = "http://loinc.org", "http://unitsofmeasure.org"
"""The systems that the benchmark's own server names."""
_DAY = 24.0
_MAGNESIUM = (0.7, 0.99, 1.0, 1.2, 1.49, 1.5, 1.7, 1.9, 1.91, 2.2)
_POTASSIUM = (2.4, 2.9, 3.1, 3.2, 3.4, 3.49, 3.5, 3.6, 4.1, 5.2)
_UNITS = {"MG": "mg/dL", "K": "mmol/L", "GLU": "mg/dL"}
MADE_UP = {"task4": "MG", "task5": "MG", "task6": "GLU", "task7": "GLU", "task9": "K"}
"""The code whose results are made up for the tasks of a type."""


def make_results(patients: Sequence[str], code: str) -> Iterator[Json]:
    """Results of one code, for each patient another case."""
    for number, patient in enumerate(patients):
        chance = random.Random(f"{patient} {code}")  # noqa: S311
        for at, (hours, value) in enumerate(_course(code, number, chance)):
            yield _observation(patient, code, f"synthetic-{code}-{patient}-{at}", hours, value)


def is_made_up(resource: Json) -> bool:
    """Whether a record says that it is test data."""
    return any(tag.get("code") == _TEST_DATA["code"] for tag in resource.get("meta", {}).get("tag", ()))


def _course(code: str, number: int, chance: random.Random) -> list[tuple[float, float]]:
    """Hours before now, and values."""
    if number % 7 == 5:
        return []
    if code == "GLU":
        fresh = 0 if number % 7 == 3 else 1 + number % 6
        spans = [(30.0, 4_000.0)] * 130 + [(0.0, _DAY)] * fresh
        return [(chance.uniform(*span), float(chance.randint(60, 320))) for span in spans]
    values = _MAGNESIUM if code == "MG" else _POTASSIUM
    old = [(chance.uniform(25, 900), chance.choice(values)) for _ in range(4)]
    if number % 7 == 3:
        return [*old, (_DAY + 0.25, chance.choice(values))]
    earlier = [(chance.uniform(12, 23), chance.choice(values))] if number % 2 else []
    last = _DAY if number % 7 == 6 and not earlier else chance.uniform(0.2, 11)
    return [*old, *earlier, (last, values[number % len(values)])]


def _observation(patient: str, code: str, fhir_id: str, hours: float, value: float) -> Json:
    time = (NOW - timedelta(minutes=round(hours * 60))).isoformat()
    category = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}
    return {
        "resourceType": "Observation", "id": fhir_id, "meta": {"tag": [_TEST_DATA]}, "status": "final",
        "category": [{"coding": [category]}], "code": {"coding": [{"system": _LOINC, "code": code}], "text": code},
        "subject": {"reference": f"Patient/{patient}"}, "effectiveDateTime": time,
        "valueQuantity": {"value": value, "unit": _UNITS[code], "system": _UCUM, "code": _UNITS[code]},
    }  # fmt: skip
