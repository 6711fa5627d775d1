"""The generator is seeded and plausible; the checker finds what is wrong, and nothing in what we ship."""

from __future__ import annotations

from typing import Any

import orjson

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
