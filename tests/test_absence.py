"""What is no absence: an attribute that is not recorded, one of several values, a name under another spelling."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.known import known_kinds
from tools.concepts.match import match_concepts
from tools.evidence import Finding

pytestmark = pytest.mark.anyio
Query = Callable[..., Awaitable[Finding]]
Json = dict[str, Any]
PATIENT: Json = {"resourceType": "Patient", "id": "p"}


def order(number: int, drug: str, **more: Any) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": f"m{number}", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": drug}, "subject": {"reference": "Patient/p"},
        "authoredOn": f"2024-01-{number:02}", **more,
    }  # fmt: skip


def condition(number: int, text: str, **more: Any) -> Json:
    return {
        "resourceType": "Condition", "id": f"c{number}", "code": {"text": text}, "subject": {"reference": "Patient/p"},
        "onsetDateTime": f"2024-01-{number:02}", "clinicalStatus": {"coding": [{"code": "active"}]}, **more,
    }  # fmt: skip


def a1c(number: int, value: float) -> Json:
    return {
        "resourceType": "Observation", "id": f"o{number}", "status": "final", "code": {"text": "Hemoglobin A1c"},
        "category": [{"coding": [{"code": "laboratory"}]}], "subject": {"reference": "Patient/p"},
        "effectiveDateTime": f"2024-01-{number:02}", "valueQuantity": {"value": value, "unit": "%"},
    }  # fmt: skip


FOR_GOUT = {"reasonCode": [{"text": "Gout"}]}
ORAL = {"dosageInstruction": [{"route": {"text": "Oral"}}]}


@pytest.mark.parametrize(
    ("orders", "where", "known", "told"),
    [
        ([order(1, "Allopurinol")], ("reason", "gout"), False, "1 medication record that may be meant has no reason"),
        ([order(1, "Allopurinol", **FOR_GOUT), order(2, "Aspirin")], ("reason", "asthma"), False, "has no reason"),
        ([order(1, "Allopurinol", **FOR_GOUT)], ("reason", "asthma"), True, "No record of medications with reason"),
        ([order(1, "Allopurinol", **FOR_GOUT), order(2, "Aspirin")], ("reason", "gout"), True, "left out"),
        ([order(1, "Aspirin")], ("route", "oral"), False, "no route on record"),
        ([order(1, "Aspirin", **ORAL)], ("route", "iv"), True, "No record of medications with route"),
        ([order(1, "Aspirin")], ("prescriber", "Smith"), False, "no prescriber on record"),
    ],
)
async def test_absence_is_told_among_records_that_carry_the_attribute(
    query_over: Query, orders: list[Json], where: tuple[str, str], known: bool, told: str
) -> None:
    field, value = where
    found = await query_over([PATIENT, *orders], kind="medication", where=[{"field": field, "value": value}])
    assert found.determinable is known
    assert told in found.statement


@pytest.mark.parametrize(
    ("values", "answer", "told"),
    [
        ((7.0, 6.5, 6.2), (True,), "Yes"),
        ((7.0, 5.5, 6.2), (), "1 of 2: Hemoglobin A1c: 6.2 % (2024-01-03). Not so: Hemoglobin A1c: 5.5 %"),
        ((7.0, 5.5, 5.2), (False,), "No"),
    ],
)
async def test_a_comparison_of_several_picked_holds_of_all_or_says_of_which(
    query_over: Query, values: tuple[float, ...], answer: tuple[bool, ...], told: str
) -> None:
    found = await query_over(
        [PATIENT, *(a1c(day, value) for day, value in enumerate(values, 1))],
        kind="lab", about=["A1c"], compute="exists", pick={"which": "last", "n": 2},
        where=[{"field": "value", "op": ">", "value": "6"}],
    )  # fmt: skip
    assert found.values == answer
    assert found.statement.startswith(told)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["Asthma (disorder)", "Stress (finding)"],
         "Asthma (disorder) (2024-01-01). Also on the problem list, as findings: Stress (finding) (2024-01-02)."),
        (["Stress (finding)"], "No disorder. On the problem list, as findings: Stress (finding) (2024-01-01)."),
        (["Asthma"], "Asthma (2024-01-01)."),
    ],
)  # fmt: skip
async def test_findings_on_the_problem_list_are_told_apart(query_over: Query, names: list[str], told: str) -> None:
    found = await query_over([PATIENT, *(condition(n, name) for n, name in enumerate(names, 1))], kind="condition")
    assert found.statement == told
    assert len(found.values) == len(names)


@pytest.mark.parametrize(
    ("kind", "asked", "held", "wanted"),
    [
        (Kind.GOAL, "BP", "Maintain blood pressure below 140/90", True),
        (Kind.GOAL, "A1c", "Hemoglobin A1c total in Blood < 7.0%", True),
        (Kind.GOAL, "potassium", "Maintain blood pressure below 140/90", False),
        (Kind.CARE_PLAN, "HTN", "Lifestyle education regarding hypertension", True),
        (Kind.CARE_PLAN, "diabetes", "Diabetes self management plan", True),
        (Kind.CARE_PLAN, "asthma", "Diabetes self management plan", False),
        (Kind.NOTE, "CHF", "Congestive heart failure clinic note", True),
        (Kind.ORDER, "CXR", "Chest X-ray, two views", True),
        (Kind.CONDITION, "drug abuse", "Fracture subluxation of wrist", False),
        (Kind.CONDITION, "blood clot", "Acute pulmonary embolism (disorder)", True),
        (Kind.CONDITION, "wrist fracture", "Fracture subluxation of wrist", True),
        (Kind.MEDICATION, "birth control", "Jolivette 28 Day Pack", True),
    ],
)
def test_a_name_finds_what_it_means_and_leaves_nothing_else_open(
    kind: Kind, asked: str, held: str, wanted: bool
) -> None:
    found = match_concepts(asked, kind, [ConceptEntry(kind, held, (held,), (), 1)])
    assert [e.text for e in found.matched] == ([held] if wanted else [])
    assert found.undecided == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("alcohol", Kind.SOCIAL_HISTORY), ("pregnancies", Kind.CONDITION), ("creatinine level", Kind.LAB)],
)
def test_a_name_is_known_first_as_what_it_plainly_is(name: str, kind: Kind) -> None:
    assert known_kinds(name)[0] is kind
