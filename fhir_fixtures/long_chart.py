"""Selma Brandvik: a chart of five thousand observations, three years of glucose four times a day and what goes with it.

`python -m fhir_fixtures.long_chart` writes it anew. Planted values are fixed, the others drawn between bounds that no
planted one lies within, so that the right answers of long_stories.json follow from this file alone.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson

Json = dict[str, Any]

PATH = Path(__file__).parent / "long" / "selma-brandvik.ndjson.gz"
FIRST_DAY, LAST_DAY = date(2021, 1, 1), date(2023, 12, 31)
DAY_WITHOUT = date(2022, 12, 25)
"""No glucose was measured."""
GLUCOSE_TIMES = (time(7), time(12), time(18), time(22))
PLANTED: dict[str, int] = {
    "2021-01-01T07": 118, "2022-03-14T07": 180, "2022-03-14T12": 210, "2022-03-14T18": 240, "2022-03-14T22": 412,
    "2021-09-30T07": 52, "2022-06-18T18": 49, "2023-05-02T07": 38, "2023-12-31T22": 141,
}  # fmt: skip
"""412 is the highest, 38 the lowest; three lie below 54. All others are drawn from 72 to 259."""
MISTAKEN = ("2022-08-10T12", 900)
"""Entered in error, beside the true one of that time."""
A1C = (8.3, 8.1, 8.4, 7.9, 7.8, 7.7, 7.6, 7.9, 7.5, 7.3, 7.4, 7.1)
"""By quarter."""
WEIGHT = {0: 82.4, 155: 76.1}
"""The first and the last of 156 weeks; the others lie between 76.2 and 82.3."""

_SUMMER = {2021: (date(2021, 3, 14), date(2021, 11, 7)), 2022: (date(2022, 3, 13), date(2022, 11, 6)),
           2023: (date(2023, 3, 12), date(2023, 11, 5))}  # fmt: skip
"""Daylight saving time in New York: its first day and the day after its last."""
_SUBJECT = {"reference": "Patient/selma-brandvik"}
_LOINC, _UCUM = "http://loinc.org", "http://unitsofmeasure.org"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_SPAN = range((LAST_DAY - FIRST_DAY).days + 1)


def build_long_chart() -> list[Json]:
    """Every resource, the Patient first; always the same."""
    dice = random.Random("selma-brandvik")  # noqa: S311
    return [*_person(), *_glucose(dice), _mistaken(), *_weekly(dice), *_monthly(dice), *_quarterly()]


def _person() -> Iterator[Json]:
    number = {"system": "https://fhir.example.org/mrn", "value": "7002001"}
    name = {"use": "official", "family": "Brandvik", "given": ["Selma"]}
    yield {
        "resourceType": "Patient", "id": "selma-brandvik", "identifier": [number], "name": [name], "gender": "female",
        "birthDate": "1984-11-09",
    }  # fmt: skip
    clinical, verification = (
        f"http://terminology.hl7.org/CodeSystem/condition-{n}" for n in ("clinical", "ver-status")
    )
    yield {
        "resourceType": "Condition", "id": "selma-t1dm", "subject": _SUBJECT, "onsetDateTime": "1999-02",
        "recordedDate": "2020-12-01", "clinicalStatus": _code(clinical, "active"),
        "verificationStatus": _code(verification, "confirmed"),
        "code": _code("http://snomed.info/sct", "46635009", "Type 1 diabetes mellitus"),
    }  # fmt: skip
    yield {
        "resourceType": "MedicationRequest", "id": "selma-insulin", "subject": _SUBJECT, "status": "active",
        "intent": "order", "authoredOn": "2020-12-01",
        "medicationCodeableConcept": {"text": "Insulin lispro 100 units/mL"},
        "reasonReference": [{"reference": "Condition/selma-t1dm"}],
    }  # fmt: skip


def _glucose(dice: random.Random) -> Iterator[Json]:
    for day in _SPAN:
        for hour in GLUCOSE_TIMES:
            at = _moment(FIRST_DAY + timedelta(days=day), hour)
            value = PLANTED.get(f"{at:%Y-%m-%dT%H}", dice.randint(72, 259))
            if at.date() != DAY_WITHOUT:
                yield _measure(f"glucose-{at:%Y-%m-%d-%H}", at, "laboratory", _GLUCOSE, value, "mg/dL")


_GLUCOSE = ("41653-7", "Glucose, fingerstick")


def _mistaken() -> Json:
    at = _moment(date.fromisoformat(MISTAKEN[0][:10]), time(int(MISTAKEN[0][11:])))
    wrong = _measure("glucose-mistaken", at, "laboratory", _GLUCOSE, MISTAKEN[1], "mg/dL")
    return {**wrong, "status": "entered-in-error"}


def _weekly(dice: random.Random) -> Iterator[Json]:
    """Weight, heart rate and blood pressure on 156 Mondays."""
    for week in range(156):
        at = _moment(date(2021, 1, 4) + timedelta(weeks=week), time(6, 30))
        weight = WEIGHT.get(week, round(dice.uniform(76.2, 82.3), 1))
        yield _measure(f"weight-{at:%Y-%m-%d}", at, "vital-signs", ("29463-7", "Body weight"), weight, "kg")
        yield _measure(f"hr-{at:%Y-%m-%d}", at, "vital-signs", ("8867-4", "Heart rate"), dice.randint(58, 88), "/min")
        pressure = _measure(f"bp-{at:%Y-%m-%d}", at, "vital-signs", ("85354-9", "Blood pressure"), None, "")
        parts = ("8480-6", "Systolic blood pressure", dice.randint(112, 144)), (
            "8462-4", "Diastolic blood pressure", dice.randint(64, 88),
        )  # fmt: skip
        pressure["component"] = [
            {"code": _code(_LOINC, code, name), "valueQuantity": _quantity(value, "mm[Hg]")}
            for code, name, value in parts
        ]
        yield pressure


def _monthly(dice: random.Random) -> Iterator[Json]:
    """Potassium, creatinine, hemoglobin and temperature in each of 36 months."""
    for month in range(36):
        at = _moment(date(2021 + month // 12, month % 12 + 1, 15), time(9, 10))
        draws = (
            ("potassium", "laboratory", ("2823-3", "Potassium"), round(dice.uniform(3.6, 5.0), 1), "mmol/L"),
            ("creatinine", "laboratory", ("2160-0", "Creatinine"), round(dice.uniform(0.7, 1.1), 2), "mg/dL"),
            ("hemoglobin", "laboratory", ("718-7", "Hemoglobin"), round(dice.uniform(12.1, 14.4), 1), "g/dL"),
            ("temperature", "vital-signs", ("8310-5", "Body temperature"), round(dice.uniform(36.2, 37.1), 1), "Cel"),
        )
        for name, category, code, value, unit in draws:
            yield _measure(f"{name}-{at:%Y-%m}", at, category, code, value, unit)


def _quarterly() -> Iterator[Json]:
    for quarter, value in enumerate(A1C):
        at = _moment(date(2021 + quarter // 4, quarter % 4 * 3 + 2, 20), time(9, 10))
        yield _measure(f"a1c-{at:%Y-%m}", at, "laboratory", ("4548-4", "Hemoglobin A1c"), value, "%")


def _moment(day: date, hour: time) -> datetime:
    """A moment of the wall clock in New York."""
    begin, end = _SUMMER[day.year]
    return datetime.combine(day, hour, timezone(timedelta(hours=-4 if begin <= day < end else -5)))


def _measure(
    name: str, at: datetime, category: str, code: tuple[str, str], value: float | None, unit: str
) -> Json:  # fmt: skip
    resource: Json = {
        "resourceType": "Observation", "id": f"selma-{name}", "status": "final", "subject": _SUBJECT,
        "category": [_code(_CATEGORY, category)], "code": _code(_LOINC, *code), "effectiveDateTime": at.isoformat(),
    }  # fmt: skip
    return resource if value is None else {**resource, "valueQuantity": _quantity(value, unit)}


def _quantity(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": _UCUM, "code": unit}


def _code(system: str, code: str, name: str | None = None) -> Json:
    coding = {"system": system, "code": code}
    return {"coding": [{**coding, "display": name}], "text": name} if name else {"coding": [coding]}


def main() -> None:
    """Write the file."""
    PATH.parent.mkdir(exist_ok=True)
    lines = b"".join(orjson.dumps(resource) + b"\n" for resource in build_long_chart())
    PATH.write_bytes(gzip.compress(lines, mtime=0))


if __name__ == "__main__":
    main()
