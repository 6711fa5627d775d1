"""Any number of plausible longitudinal patients: `python -m fhir_fixtures.generator --patients 10 --seed 1 OUT.ndjson`.

Same seed, same patients, byte for byte. Everything is invented; no real person is described.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from fhir_fixtures.generator_tables import (
    CONDITIONS,
    FAMILY_NAMES,
    GIVEN_NAMES,
    LABS,
    MEASURES,
    VACCINES,
    Illness,
    Test,
)

Json = dict[str, Any]

_LOINC = "http://loinc.org"
_SNOMED = "http://snomed.info/sct"
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_CVX = "http://hl7.org/fhir/sid/cvx"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_UCUM = "http://unitsofmeasure.org"
_LAST_DAY = date(2025, 6, 30)


def generate_patients(number: int, seed: int) -> Iterator[list[Json]]:
    """The resources of each patient, the Patient first."""
    for index in range(number):
        dice = random.Random(f"{seed}/{index}")  # noqa: S311
        yield _Life(f"gen-{seed}-{index}", dice).resources()


class _Life:
    """One invented life: yearly visits, illnesses that begin and may end, drugs for them, labs, vaccines, stays."""

    def __init__(self, name: str, dice: random.Random) -> None:
        self.name = name
        self.dice = dice
        self.born = date(dice.randint(1935, 2004), dice.randint(1, 12), dice.randint(1, 28))
        self.subject = {"reference": f"Patient/{name}"}
        self.made: list[Json] = []
        self.numbers = 0

    def resources(self) -> list[Json]:
        """Everything on this patient's record."""
        self.made = [self._patient()]
        illnesses = [i for i in CONDITIONS if self.dice.random() < i.chance]
        begun = {i: self._day_between(30, 80) for i in illnesses}
        first = max(_LAST_DAY.year - self.dice.randint(4, 12), self.born.year + 18)
        for illness, onset in begun.items():
            self._illness(illness, onset)
        for year in range(first, _LAST_DAY.year + 1):
            self._visit(date(year, self.dice.randint(1, 6), self.dice.randint(1, 28)), illnesses)
        if self.dice.random() < 0.3:
            self._stay(self._day_between(40, 80))
        return self.made

    def _day_between(self, low_age: int, high_age: int) -> date:
        """A day at an age in years, before the last day of the record."""
        earliest = date(self.born.year + min(low_age, _LAST_DAY.year - self.born.year - 2), 1, 1)
        latest = min(date(self.born.year + high_age, 1, 1), _LAST_DAY)
        return earliest + timedelta(days=self.dice.randint(0, max((latest - earliest).days - 1, 0)))

    def _add(self, kind: str, **elements: Any) -> Json:
        self.numbers += 1
        resource = {"resourceType": kind, "id": f"{self.name}-{self.numbers}", **elements}
        self.made.append(resource)
        return resource

    def _patient(self) -> Json:
        gender = self.dice.choice(("female", "male"))
        given, family = self.dice.choice(GIVEN_NAMES[gender]), self.dice.choice(FAMILY_NAMES)
        name = {"use": "official", "family": family, "given": [given]}
        number = {"system": "https://fhir.example.org/mrn", "value": self.name.upper()}
        return {
            "resourceType": "Patient", "id": self.name, "identifier": [number], "name": [name], "gender": gender,
            "birthDate": self.born.isoformat(),
        }  # fmt: skip

    def _illness(self, illness: Illness, onset: date) -> None:
        over = illness.days > 0 and onset + timedelta(days=illness.days) < _LAST_DAY
        state = "resolved" if over else "active"
        condition: Json = {
            "subject": self.subject, "code": _code(_SNOMED, illness.code, illness.name),
            "clinicalStatus": _code(_CLINICAL, state), "verificationStatus": _code(_VERIFICATION, "confirmed"),
            "onsetDateTime": onset.isoformat(), "recordedDate": onset.isoformat(),
        }  # fmt: skip
        if over:
            condition["abatementDateTime"] = (onset + timedelta(days=illness.days)).isoformat()
        kept = self._add("Condition", **condition)
        for code, drug in illness.drugs:
            self._add(
                "MedicationRequest", subject=self.subject, status="completed" if over else "active", intent="order",
                medicationCodeableConcept=_code(_RXNORM, code, drug), authoredOn=onset.isoformat(),
                reasonReference=[{"reference": f"Condition/{kept['id']}"}],
            )  # fmt: skip

    def _visit(self, day: date, illnesses: list[Illness]) -> None:
        start = datetime(day.year, day.month, day.day, self.dice.randint(8, 16), tzinfo=UTC)
        visit = self._add(
            "Encounter", subject=self.subject, status="finished", **{"class": _coding(_ACT, "AMB", "ambulatory")},
            type=[{"text": "Office visit"}], period=_period(start, timedelta(minutes=30)),
        )  # fmt: skip
        encounter = {"reference": f"Encounter/{visit['id']}"}
        for test in (*MEASURES, *LABS):
            if test.always or self.dice.random() < 0.4 or any(i.name in test.follows for i in illnesses):
                self._measure(test, start, encounter)
        if day.month >= 4 or self.dice.random() < 0.3:
            code, vaccine = self.dice.choice(VACCINES)
            self._add(
                "Immunization", patient=self.subject, status="completed", vaccineCode=_code(_CVX, code, vaccine),
                occurrenceDateTime=start.isoformat(), encounter=encounter,
            )  # fmt: skip

    def _measure(self, test: Test, moment: datetime, encounter: Json) -> None:
        value = round(self.dice.gauss(test.mean, test.spread), test.digits)
        shown = value if test.digits else int(value)
        quantity = {"value": shown, "unit": test.unit, "system": _UCUM, "code": test.unit}
        self._add(
            "Observation", subject=self.subject, status="final", encounter=encounter,
            effectiveDateTime=moment.isoformat(), category=[_code(_CATEGORY, test.category)],
            code=_code(_LOINC, test.code, test.name), valueQuantity=quantity,
        )  # fmt: skip

    def _stay(self, day: date) -> None:
        start = datetime(day.year, day.month, day.day, self.dice.randint(0, 23), tzinfo=UTC)
        self._add(
            "Encounter", subject=self.subject, status="finished",
            **{"class": _coding(_ACT, "IMP", "inpatient encounter")},
            period=_period(start, timedelta(days=self.dice.randint(2, 9))),
        )  # fmt: skip


def _coding(system: str, code: str, display: str | None = None) -> Json:
    coding = {"system": system, "code": code}
    return {**coding, "display": display} if display else coding


def _code(system: str, code: str, display: str | None = None) -> Json:
    concept: Json = {"coding": [_coding(system, code, display)]}
    return {**concept, "text": display} if display else concept


def _period(start: datetime, length: timedelta) -> Json:
    return {"start": start.isoformat(), "end": (start + length).isoformat()}


def main() -> None:
    """Write the patients as NDJSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--patients", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with arguments.out.open("wb") as file:
        for resources in generate_patients(arguments.patients, arguments.seed):
            file.writelines(orjson.dumps(resource) + b"\n" for resource in resources)


if __name__ == "__main__":
    main()
