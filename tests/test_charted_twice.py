"""Doses that two systems chart, or that some stays do not: a count that the records can't bear out is not told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def dose(name: str, at: str, drug: str, system: str = "medication-record", stay: str = "hospital") -> Json:
    return {
        "resourceType": "MedicationAdministration", "id": name, "status": "completed", "meta": {"source": system},
        "subject": {"reference": "Patient/p"}, "effectiveDateTime": f"2024-01-{at}:00Z",
        "medicationCodeableConcept": {"text": drug}, "context": {"reference": f"Encounter/{stay}"},
    }  # fmt: skip


def order(name: str, at: str, drug: str) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "completed", "intent": "order",
        "subject": {"reference": "Patient/p"}, "authoredOn": f"2024-01-{at}:00Z",
        "medicationCodeableConcept": {"text": drug}, "encounter": {"reference": "Encounter/hospital"},
    }  # fmt: skip


def stay(name: str, start: str, end: str, **more: Any) -> Json:
    return {
        "resourceType": "Encounter", "id": name, "status": "finished", "subject": {"reference": "Patient/p"},
        "class": {"code": "IMP"}, "period": {"start": f"2024-01-{start}:00Z", "end": f"2024-01-{end}:00Z"}, **more,
    }  # fmt: skip


HOSPITAL = stay("hospital", "01T08:00", "09T08:00")
ICU = stay(
    "icu", "01T09:00", "03T08:00", partOf={"reference": "Encounter/hospital"}, type=[{"text": "Intensive care unit"}],
    identifier=[{"system": "urn:encounter-icu", "value": "1"}],
)  # fmt: skip
TWICE = [dose("m1", "02T10:00", "Heparin"), dose("f1", "02T10:14", "Heparin", "flowsheet", "icu")]


@pytest.mark.parametrize(
    ("records", "question", "values"),
    [
        (TWICE, "How many times was heparin given?", ()),
        (TWICE, "Was heparin given?", (True,)),
        ([TWICE[0], dose("f2", "02T14:00", "Heparin", "flowsheet", "icu")], "How many times was heparin given?", (2,)),
        ([TWICE[0], dose("m2", "02T10:14", "Heparin")], "How many times was heparin given?", (2,)),
        ([TWICE[0], dose("f3", "02T10:14", "NaCl 0.9%", "flowsheet", "icu")], "How many drugs was she given?", ()),
        (TWICE, "How many different drugs was she given?", (1,)),
    ],
    ids=["near", "near, whether", "far apart", "one system", "other names", "the same name"],
)
async def test_doses_that_two_systems_may_chart_twice_are_not_counted(
    ask_over: Ask, records: list[Json], question: str, values: tuple[Any, ...]
) -> None:
    told = (await ask_over([HOSPITAL, ICU, *records], question))[-1]
    assert told.answer.values == values, told.answer.text
    assert bool(values) or "two systems" in told.answer.text


ON_THE_WARD = order("o2", "05T09:00", "Heparin")


@pytest.mark.parametrize(
    ("records", "values"),
    [
        ([order("o1", "02T09:00", "Heparin")], (1,)),
        ([ON_THE_WARD], ()),
        ([ON_THE_WARD, dose("m3", "05T09:00", "Aspirin")], (1,)),
        ([order("o3", "05T09:00", "Aspirin")], (1,)),
    ],
    ids=["ordered in intensive care", "ordered on a ward", "wards chart doses", "another drug on a ward"],
)
async def test_doses_are_not_counted_where_a_stay_keeps_none_of_its_wards(
    ask_over: Ask, records: list[Json], values: tuple[Any, ...]
) -> None:
    chart = [HOSPITAL, ICU, dose("f1", "02T10:00", "Heparin", "flowsheet", "icu"), *records]
    told = (await ask_over(chart, "How many times was heparin given in 2024?"))[-1]
    assert told.answer.values == values, told.answer.text
    assert bool(values) or "intensive care alone" in told.answer.text
