"""The golds of chartqa's templates on what orders say, orders against other records, disease families and notes."""

from __future__ import annotations

import random
from typing import Any

import pytest

from evals.suites.chartqa import TEMPLATES
from evals.suites.chartqa.raw import build_chart
from evals.suites.chartqa.template import Draft

Json = dict[str, Any]


def named(text: str) -> Json:
    return {"coding": [{"system": "http://snomed.info/sct", "code": text, "display": text}]}


def order(at: str, text: str, moment: str, **fields: Any) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": at, "status": "stopped", "intent": "order",
        "medicationCodeableConcept": named(text), "authoredOn": moment, **fields,
    }  # fmt: skip


def dosed(at: str, moment: str, *instructions: Json) -> Json:
    return order(at, "Lisinopril 10 MG Oral Tablet", moment, dosageInstruction=list(instructions))


def given(at: str, text: str, moment: str) -> Json:
    return {
        "resourceType": "MedicationAdministration", "id": at, "status": "completed",
        "medicationCodeableConcept": named(text), "effectiveDateTime": moment,
    }  # fmt: skip


def condition(at: str, text: str, **fields: Any) -> Json:
    return {"resourceType": "Condition", "id": at, "code": named(text), **fields}


def onset(at: str, text: str, day: str) -> Json:
    return condition(at, text, onsetDateTime=day, recordedDate=day)


def note(at: str, moment: str, status: str = "current") -> Json:
    author = [{"display": f"Dr. {at}"}]
    return {"resourceType": "DocumentReference", "id": at, "status": status, "date": moment, "author": author}


def stay(at: str, start: str, end: str) -> Json:
    return {
        "resourceType": "Encounter", "id": at, "status": "finished", "class": {"code": "IMP"},
        "period": {"start": f"{start}T10:00:00Z", "end": f"{end}T10:00:00Z"},
    }  # fmt: skip


def drafts(name: str, *records: Json) -> list[Draft]:
    build = next(t.build for t in TEMPLATES if t.name == name)
    chart = build_chart([{"resourceType": "Patient", "id": "p"}, *records])
    assert chart is not None
    return [d for seed in range(8) for d in build(chart, random.Random(seed))]


TWICE = {"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}
AS_NEEDED = {**TWICE, "asNeededBoolean": True}
BY_MOUTH = {"route": named("PO")}
TEN_MG = {"doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg"}}]}
WITHOUT_UNIT = {"doseAndRate": [{"doseQuantity": {"value": 1}}]}
OLD, NEW = "2020-01-01T10:00:00Z", "2020-03-01T10:00:00Z"
IN_A = {"encounter": {"reference": "Encounter/a"}}
IN_B = {"encounter": {"reference": "Encounter/b"}}
STAYS = (stay("a", "2020-01-01", "2020-01-09"), stay("b", "2020-02-01", "2020-02-09"))
LISINOPRIL = "Lisinopril 10 MG Oral Tablet"
EARLY = order("m", LISINOPRIL, "2020-01-01T15:00:00Z", **IN_A)
LATE = order("n", "Digoxin 0.125 MG Oral Tablet", "2020-01-06T15:00:00Z", **IN_A)
ON_THE_LINE = order("m", LISINOPRIL, "2020-01-02T10:30:00Z", **IN_A)

HOLDS = [
    ("dose_of_last_order", (dosed("m", OLD), dosed("n", NEW, TEN_MG)), {(10,)}, {"MedicationRequest/n"}),
    ("route_of_last_order", (dosed("m", OLD), dosed("n", NEW, BY_MOUTH)), {("PO",)}, {"MedicationRequest/n"}),
    ("times_a_day_of_last_order", (dosed("m", OLD), dosed("n", NEW, TWICE)), {(2,)}, {"MedicationRequest/n"}),
    ("status_of_last_order", (dosed("m", OLD), dosed("n", NEW)), {("stopped",)}, {"MedicationRequest/n"}),
    ("last_dose_day", (given("g", "Cefazolin", OLD), given("h", "Cefazolin", NEW)), {("2020-03-01",)},
     {"MedicationAdministration/h"}),
    ("class_which", [EARLY], {(LISINOPRIL,)}, {"MedicationRequest/m"}),
    ("drugs_on_day_of_diagnosis", (onset("c", "Hypertension", "2020-01-01"), EARLY, LATE), {(LISINOPRIL,)},
     {"Condition/c", "MedicationRequest/m"}),
    ("family_last_date", (onset("c", "Viral sinusitis", "2019-01-01"), onset("d", "Acute sinusitis", "2020-05-01")),
     {("2020-05-01",)}, {"Condition/d"}),
    ("family_stay_count", (*STAYS, condition("c", "Anemia, unspecified", **IN_A), condition("d", "Anemia", **IN_B)),
     {(2,)}, {"Condition/c", "Condition/d"}),
    ("note_last_author", (note("x", OLD, "superseded"), note("y", NEW)), {("Dr. y", "y")}, {"DocumentReference/y"}),
    ("note_last_date", (note("x", OLD), note("y", NEW)), {("2020-03-01",)}, {"DocumentReference/y"}),
    ("note_count_in_year", (note("x", OLD), note("y", NEW)), {(2,)}, {"DocumentReference/x", "DocumentReference/y"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "records", "golds", "needed"), HOLDS)
def test_the_gold_is_what_the_records_say(name: str, records: list[Json], golds: set[Any], needed: set[str]) -> None:
    found = drafts(name, *records)
    assert {d.gold.values for d in found} == golds
    assert set().union(*(d.gold.references for d in found)) == needed


LEFT_OUT = [
    ("dose_of_last_order", [dosed("m", OLD, WITHOUT_UNIT)]),
    ("dose_of_last_order", [dosed("m", OLD, TEN_MG, TEN_MG)]),
    ("route_of_last_order", [dosed("m", OLD, TEN_MG)]),
    ("times_a_day_of_last_order", [dosed("m", OLD, AS_NEEDED)]),
    ("status_of_last_order", (dosed("m", OLD), dosed("n", OLD))),
    ("last_dose_day", (given("g", "Cefazolin", OLD), given("h", "Cefazolin-IV", NEW))),
    ("class_which", [LATE]),
    ("earlier_drug", (order("m", LISINOPRIL, OLD), order("n", "Digoxin 0.125 MG Oral Tablet", OLD))),
    ("drugs_on_day_of_diagnosis", (onset("c", "Hypertension", "2020-01-02"), EARLY)),
    ("ordered_in_first_hours", (STAYS[0], {**EARLY, "authoredOn": "2020-01-01T09:00:00Z"})),
    ("family_last_date", (onset("c", "Viral sinusitis", "2019-01-01"), onset("d", "Sinus pain", "2020-05-01"))),
    ("family_stay_count", (*STAYS, condition("c", "Anemia, unspecified", **IN_A), condition("d", "Anemia"))),
    ("note_last_author", (note("x", OLD), note("y", NEW, "superseded"))),
    ("note_last_date", [{**note("x", OLD), "docStatus": "preliminary"}]),
    ("note_count_in_year", (note("x", OLD, "superseded"), note("y", NEW))),
    ("note_count_in_year", (note("x", OLD), {"resourceType": "DiagnosticReport", "id": "r", "presentedForm": [{}]})),
]


@pytest.mark.parametrize(("name", "records"), LEFT_OUT)
def test_what_can_be_argued_about_is_not_asked(name: str, records: list[Json]) -> None:
    assert not drafts(name, *records)


def test_the_drug_that_was_ordered_first_is_named() -> None:
    found = drafts("earlier_drug", EARLY, LATE)
    assert found
    assert all(LISINOPRIL in d.gold.values for d in found)
    assert {r for d in found for r in d.gold.references} == {"MedicationRequest/m", "MedicationRequest/n"}


def test_an_order_is_in_the_first_hours_of_a_stay_or_clearly_after_them() -> None:
    found = drafts("ordered_in_first_hours", STAYS[0], EARLY, LATE)
    golds = {("digoxin" in d.slots["drug"].lower(), d.gold.values, d.gold.references) for d in found}
    assert golds == {(False, (True,), frozenset({"MedicationRequest/m"})), (True, (False,), frozenset())}


def test_an_order_near_the_last_of_the_hours_is_not_asked_of_them() -> None:
    found = drafts("ordered_in_first_hours", STAYS[0], ON_THE_LINE)
    assert {d.slots["hours"] for d in found} <= {"48"}
