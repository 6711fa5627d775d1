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
    ALLERGIES,
    BOUNDS,
    CONDITIONS,
    DIASTOLIC,
    FAMILY_NAMES,
    GIVEN_NAMES,
    LABS,
    MEASURES,
    SMOKING,
    STAY_REASONS,
    SYSTOLIC,
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
_ALLERGY_CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
_ALLERGY_VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_UCUM = "http://unitsofmeasure.org"
_LAST_DAY = date(2025, 6, 30)


def generate_patients(number: int, seed: int) -> Iterator[list[Json]]:
    """The resources of each patient, the Patient first."""
    for index in range(number):
        dice = random.Random(f"{seed}/{index}")  # noqa: S311
        yield _Life(f"gen-{seed}-{index}", dice).resources()


class _Life:
    """One invented life: yearly visits, illnesses that begin and may end, drugs for them, labs, vaccines, stays, death.

    Each measurement keeps near its last value, and lies where the illnesses of that day put it.
    """

    def __init__(self, name: str, dice: random.Random) -> None:
        self.name = name
        self.dice = dice
        self.born = date(dice.randint(1935, 2004), dice.randint(1, 12), dice.randint(1, 28))
        self.last_day = self._choose_last_day()
        self.subject = {"reference": f"Patient/{name}"}
        self.made: list[Json] = []
        self.numbers = 0
        self.onsets: dict[Illness, date] = {}
        self.usual: dict[str, float] = {}
        self.latest: dict[str, float] = {}
        self.smoking_told = False

    def _choose_last_day(self) -> date:
        """The day of death of some of the old, else the last day of the record."""
        if self.born.year > 1955 or self.dice.random() > 0.3:
            return _LAST_DAY
        return date(self.dice.randint(2021, 2024), self.dice.randint(1, 12), self.dice.randint(1, 28))

    def resources(self) -> list[Json]:
        """Everything on this patient's record."""
        self.made = [self._patient()]
        for illness in (i for i in CONDITIONS if self.dice.random() < i.chance):
            self.onsets[illness] = self._day_between(30, 80)
            self._illness(illness, self.onsets[illness])
        first = max(self.last_day.year - self.dice.randint(4, 12), self.born.year + 18)
        self._allergy(date(first, 1, 15))
        for year in range(first, self.last_day.year + 1):
            day = date(year, self.dice.randint(1, 6), self.dice.randint(1, 28))
            if day < self.last_day:
                self._visit(day)
        if self.dice.random() < 0.3:
            self._stay(self._day_between(40, 80))
        return self.made

    def _ill(self, test: Test, day: date) -> bool:
        """Whether an illness that this test follows has begun by then."""
        return any(i.name in test.follows and onset <= day for i, onset in self.onsets.items())

    def _day_between(self, low_age: int, high_age: int) -> date:
        """A day at an age in years, before the last day of the record."""
        earliest = date(self.born.year + min(low_age, self.last_day.year - self.born.year - 2), 1, 1)
        latest = min(date(self.born.year + high_age, 1, 1), self.last_day - timedelta(days=10))
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
        patient = {
            "resourceType": "Patient", "id": self.name, "identifier": [number], "name": [name], "gender": gender,
            "birthDate": self.born.isoformat(),
        }  # fmt: skip
        return patient if self.last_day == _LAST_DAY else {**patient, "deceasedDateTime": self.last_day.isoformat()}

    def _allergy(self, day: date) -> None:
        """One allergy, none known, or no record of it at all."""
        drawn = self.dice.random()
        for code, name, chance in ALLERGIES:
            if drawn < chance:
                self._add(
                    "AllergyIntolerance", patient=self.subject, code=_code(_SNOMED, code, name),
                    clinicalStatus=_code(_ALLERGY_CLINICAL, "active"), recordedDate=day.isoformat(),
                    verificationStatus=_code(_ALLERGY_VERIFICATION, "confirmed"),
                )  # fmt: skip
                return
            drawn -= chance

    def _illness(self, illness: Illness, onset: date) -> None:
        over = illness.days > 0 and onset + timedelta(days=illness.days) < self.last_day
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

    def _visit(self, day: date) -> None:
        start = datetime(day.year, day.month, day.day, self.dice.randint(8, 16), tzinfo=UTC)
        visit = self._add(
            "Encounter", subject=self.subject, status="finished", **{"class": _coding(_ACT, "AMB", "ambulatory")},
            type=[{"text": "Office visit"}], period=_period(start, timedelta(minutes=30)),
        )  # fmt: skip
        encounter = {"reference": f"Encounter/{visit['id']}"}
        for test in (*MEASURES, *LABS):
            if test.always or self.dice.random() < 0.4 or self._ill(test, day):
                self._measure(test, start, encounter)
        self._pressure(start, encounter)
        self._smoking(start, encounter)
        if day.month >= 4 or self.dice.random() < 0.3:
            code, vaccine = self.dice.choice(VACCINES)
            self._add(
                "Immunization", patient=self.subject, status="completed", vaccineCode=_code(_CVX, code, vaccine),
                occurrenceDateTime=start.isoformat(), encounter=encounter,
            )  # fmt: skip

    def _smoking(self, moment: datetime, encounter: Json) -> None:
        """Asked once, at the first visit."""
        if not self.smoking_told:
            self.smoking_told = True
            told = SMOKING[0 if self.dice.random() < 0.6 else self.dice.randint(1, 2)]
            name = _code(_LOINC, "72166-2", "Tobacco smoking status")
            self._observe(moment, encounter, "social-history", name, {"valueCodeableConcept": _code(_SNOMED, *told)})

    def _value(self, test: Test, day: date) -> int | float:
        """Near the last one, around the patient's own usual value, higher with the illness."""
        usual = self.usual.setdefault(test.code, self.dice.gauss(test.mean, test.spread))
        usual += test.when_ill if self._ill(test, day) else 0
        latest = self.latest.get(test.code, usual)
        value = usual + 0.6 * (latest - usual) + self.dice.gauss(0, test.spread / 3)
        low, high = BOUNDS[test.code]
        self.latest[test.code] = min(max(value, low), high)
        shown = round(self.latest[test.code], test.digits)
        return shown if test.digits else int(shown)

    def _measure(self, test: Test, moment: datetime, encounter: Json) -> None:
        value = {"valueQuantity": _quantity(self._value(test, moment.date()), test.unit)}
        self._observe(moment, encounter, test.category, _code(_LOINC, test.code, test.name), value)

    def _pressure(self, moment: datetime, encounter: Json) -> None:
        parts = [
            {"code": _code(_LOINC, t.code, t.name), "valueQuantity": _quantity(self._value(t, moment.date()), t.unit)}
            for t in (SYSTOLIC, DIASTOLIC)
        ]
        name = _code(_LOINC, "85354-9", "Blood pressure")
        self._observe(moment, encounter, "vital-signs", name, {"component": parts})

    def _observe(self, moment: datetime, encounter: Json, category: str, code: Json, value: Json) -> None:
        self._add(
            "Observation", subject=self.subject, status="final", encounter=encounter, code=code,
            effectiveDateTime=moment.isoformat(), category=[_code(_CATEGORY, category)], **value,
        )  # fmt: skip

    def _stay(self, day: date) -> None:
        """A hospital stay with its reason, and labs on each of its days."""
        start = datetime(day.year, day.month, day.day, self.dice.randint(0, 20), tzinfo=UTC)
        days = self.dice.randint(2, 9)
        stay = self._add(
            "Encounter", subject=self.subject, status="finished",
            **{"class": _coding(_ACT, "IMP", "inpatient encounter")},
            reasonCode=[_code(_SNOMED, *self.dice.choice(STAY_REASONS))], period=_period(start, timedelta(days=days)),
        )  # fmt: skip
        for number in range(days):
            for test in LABS[1:3]:
                self._measure(test, start + timedelta(days=number, hours=2), {"reference": f"Encounter/{stay['id']}"})


def _quantity(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": _UCUM, "code": unit}


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
