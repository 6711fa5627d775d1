"""The generator is seeded and plausible; the checker finds what is wrong, and nothing in what we ship."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean
from typing import Any

import orjson
import pytest

from fhir_fixtures import fixture_paths
from fhir_fixtures.checker import check_resources, read_resources
from fhir_fixtures.generator import generate_patients


def flat(number: int, seed: int) -> list[dict[str, Any]]:
    return [resource for patient in generate_patients(number, seed) for resource in patient]


def test_the_same_seed_gives_the_same_patients_and_another_seed_others() -> None:
    assert orjson.dumps(flat(3, 7)) == orjson.dumps(flat(3, 7))
    assert orjson.dumps(flat(3, 7)) != orjson.dumps(flat(3, 8))


def test_a_patient_does_not_depend_on_how_many_are_made() -> None:
    assert list(generate_patients(5, 7))[:2] == list(generate_patients(2, 7))


def test_generated_patients_have_nothing_wrong_and_no_event_after_the_last_day() -> None:
    resources = flat(12, 1)
    assert check_resources(resources) == []
    assert len(resources) > 300
    assert b'"2025-07' not in orjson.dumps(resources)


def test_the_hand_made_bundles_have_nothing_wrong() -> None:
    assert check_resources(read_resources(fixture_paths())) == []


def test_the_checker_names_a_dangling_reference_a_double_id_and_a_period_that_runs_backwards() -> None:
    patient: dict[str, Any] = {"resourceType": "Patient", "id": "p"}
    visit = {
        "resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "AMB"},
        "subject": {"reference": "Patient/q"}, "period": {"start": "2020-02-01", "end": "2020-01-01"},
    }  # fmt: skip
    faults = "\n".join(check_resources([patient, patient, visit]))
    assert "used twice" in faults
    assert "Patient/q, which is not there" in faults
    assert "ends before it starts" in faults


PERSON: dict[str, Any] = {
    "resourceType": "Patient", "id": "p", "birthDate": "1950-01-01", "deceasedDateTime": "2020-06-01",
}  # fmt: skip
VISIT: dict[str, Any] = {
    "resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "AMB"},
    "subject": {"reference": "Patient/p"}, "period": {"start": "2020-02-01", "end": "2020-02-01"},
}  # fmt: skip


def pulse(day: str, value: float = 70, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p"},
        "effectiveDateTime": day, "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "valueQuantity": {"value": value, "code": "/min"}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("observation", "fault"),
    [
        (pulse("1949-12-31"), "lies before birth"),
        (pulse("2020-06-02"), "lies after death"),
        (pulse("2020-03-01", encounter={"reference": "Encounter/e"}), "does not lie within its encounter"),
        (pulse("2020-02-01", 700), "is no value of a living person"),
    ],
)
def test_the_checker_names_what_can_t_be(observation: dict[str, Any], fault: str) -> None:
    (found,) = check_resources([PERSON, VISIT, observation])
    assert fault in found


def test_the_checker_lets_pass_what_can_be_and_what_was_entered_in_error() -> None:
    assert check_resources([PERSON, VISIT, pulse("2020-02-01", encounter={"reference": "Encounter/e"})]) == []
    assert check_resources([PERSON, VISIT, {**pulse("2020-02-01", 700), "status": "entered-in-error"}]) == []


def test_measurements_keep_near_the_last_ones_and_follow_the_illness() -> None:
    sugar: dict[bool, list[float]] = {True: [], False: []}
    jumps: list[float] = []
    for patient in generate_patients(40, 5):
        diabetic = any(r.get("code", {}).get("text") == "Type 2 diabetes mellitus" for r in patient)
        values = {name: [r["valueQuantity"]["value"] for r in patient if r.get("code", {}).get("text") == name]
                  for name in ("Hemoglobin A1c", "Body weight")}  # fmt: skip
        sugar[diabetic] += values["Hemoglobin A1c"][-1:]
        jumps += [abs(b - a) for a, b in pairwise(values["Body weight"])]
    assert fmean(sugar[True]) > fmean(sugar[False]) + 1
    assert max(jumps) < 15


def test_some_die_some_have_no_allergy_record_and_some_a_record_of_none() -> None:
    patients = list(generate_patients(60, 5))
    assert 0 < sum("deceasedDateTime" in p[0] for p in patients) < 30
    allergies = [[r["code"]["text"] for r in p if r["resourceType"] == "AllergyIntolerance"] for p in patients]
    assert [] in allergies
    assert ["No known allergy"] in allergies
    assert ["Allergy to penicillin"] in allergies
