"""The golds of chartqa's templates on stays against one another, single visits, cultures, procedures and conditions."""

from __future__ import annotations

import random
from typing import Any

import pytest

from evals.suites.chartqa import TEMPLATES
from evals.suites.chartqa.raw import Chart, build_chart
from evals.suites.chartqa.template import Draft

Json = dict[str, Any]


def record(kind: str, at: str, **fields: Any) -> Json:
    return {"resourceType": kind, "id": at, "status": "finished" if kind == "Encounter" else "completed", **fields}


def visit(at: str, start: str, end: str, code: str = "AMB", **fields: Any) -> Json:
    kind = [{"text": "Office visit" if code == "AMB" else "Visit"}]
    return record(
        "Encounter", at, period={"start": start, "end": end}, type=kind, **{"class": {"code": code}}, **fields
    )


def stay(at: str, start: str, end: str, **fields: Any) -> Json:
    return visit(at, f"{start}T10:00:00Z", f"{end}T10:00:00Z", "IMP", **fields)


def named(text: str, system: str = "http://snomed.info/sct") -> Json:
    return {"coding": [{"system": system, "code": text, "display": text}]}


def condition(at: str, text: str, begun: str, over: str = "", **fields: Any) -> Json:
    active = {"coding": [{"code": "resolved" if over else "active"}]}
    ended = {"abatementDateTime": over} if over else {}
    return {
        "resourceType": "Condition", "id": at, "code": named(text), "clinicalStatus": active,
        "onsetDateTime": begun, "recordedDate": begun, **ended, **fields,
    }  # fmt: skip


def procedure(at: str, text: str, day: str, **fields: Any) -> Json:
    return record("Procedure", at, code=named(text), performedDateTime=f"{day}T10:00:00Z", **fields)


def result(at: str, text: str, kind: str, day: str, **fields: Any) -> Json:
    code = named(text, f"http://x.org/microbiology-{kind}")
    moment = f"{day}T10:00:00Z"
    return {
        "resourceType": "Observation", "id": at, "status": "final", "code": code, "effectiveDateTime": moment, **fields,
    }  # fmt: skip


def refer(kind: str, at: str) -> Json:
    return {"reference": f"{kind}/{at}"}


def chart_of(*records: Json) -> Chart:
    chart = build_chart([{"resourceType": "Patient", "id": "p"}, *records])
    assert chart is not None
    return chart


def drafts(name: str, *records: Json) -> list[Draft]:
    build = next(t.build for t in TEMPLATES if t.name == name)
    chart = chart_of(*records)
    return [d for seed in range(8) for d in build(chart, random.Random(seed))]


TWO_STAYS = (stay("a", "2020-01-01", "2020-01-05"), stay("b", "2020-01-25", "2020-02-24"))
LATER = visit("z", "2022-01-01T10:00:00Z", "2022-01-01T11:00:00Z")
RECENT = visit("y", "2020-03-01T10:00:00Z", "2020-03-01T11:00:00Z")
DIED = stay("a", "2020-01-01", "2020-01-05", hospitalization={"dischargeDisposition": {"coding": [{"code": "DIED"}]}})
HOME = stay("a", "2020-01-01", "2020-01-05", hospitalization={"dischargeDisposition": {"coding": [{"code": "HOME"}]}})
REFERRED = stay("a", "2020-01-01", "2020-01-05", hospitalization={"admitSource": {"coding": [{"code": "REFERRAL"}]}})
UNTOLD = stay("a", "2020-01-01", "2020-01-05", hospitalization={"admitSource": {"coding": [{"code": "UNKNOWN"}]}})
ED = visit("e", "2021-05-01T10:00:00Z", "2021-05-01T14:00:00Z", "EMER")
ED_THEN_STAY = stay("f", "2021-05-02", "2021-05-09")
OFFICE = visit("o", "2021-05-01T10:00:00Z", "2021-05-01T11:00:00Z")
OTHER_OFFICE = visit("q", "2021-05-01T15:00:00Z", "2021-05-01T16:00:00Z")
AT_OFFICE = {"encounter": refer("Encounter", "o")}
GOUT_AT_OFFICE = condition("c", "Gout", "2021-05-01T10:10:00Z", **AT_OFFICE)
SCOPE_AT_OFFICE = procedure("s", "Colonoscopy", "2021-05-01", **AT_OFFICE)
ORDER_AT_OFFICE = record(
    "MedicationRequest", "m", intent="order", authoredOn="2021-05-01T10:10:00Z",
    medicationCodeableConcept=named("X 5 MG"), **AT_OFFICE,
)  # fmt: skip

URINE = result("u", "URINE CULTURE", "test", "2020-01-02", hasMember=[refer("Observation", "g")])
COLI = result("g", "ESCHERICHIA COLI", "organism", "2020-01-02", hasMember=[refer("Observation", "r")])
COLI_MIXED = result("g", "MIXED BACTERIAL FLORA", "organism", "2020-01-02")
RESISTANT = result(
    "r", "GENTAMICIN", "antibiotic", "2020-01-04",
    valueCodeableConcept={"coding": [{"code": "R", "display": "Resistant"}]},
)  # fmt: skip
CLEAN = result("n", "URINE CULTURE", "test", "2020-01-03", valueString="NO GROWTH.  ")
FEW = result("n", "URINE CULTURE", "test", "2020-01-03", valueString="<10,000 organisms/ml.")
IN_STAY = {"encounter": refer("Encounter", "a")}
URINE_IN_STAY = {**URINE, **IN_STAY}
COLI_AGAIN = result("h", "ESCHERICHIA COLI", "organism", "2020-02-02", hasMember=[refer("Observation", "r")])

SCOPES = (procedure("s", "Colonoscopy", "2018-01-01"), procedure("t", "Colonoscopy", "2018-02-01"))
SAME_DAY = (*SCOPES, procedure("v", "Colonoscopy", "2018-02-01"))
GOUT = condition("c", "Gout", "2017-01-01", "2017-01-21")
ASTHMA = condition("d", "Asthma", "2016-01-01")
SAME_DAY_ASTHMA = condition("d", "Asthma", "2017-01-01")

HOLDS = [
    ("readmitted_within", (*TWO_STAYS, LATER), {(True,), (False,)}, {"Encounter/a", "Encounter/b"}),
    ("stay_before_last", TWO_STAYS, {("2020-01-01",)}, {"Encounter/a"}),
    ("longest_stay_date", TWO_STAYS, {("2020-01-25",)}, {"Encounter/b"}),
    ("days_between_stays", TWO_STAYS, {(20,)}, {"Encounter/a", "Encounter/b"}),
    ("stay_length_by_day", TWO_STAYS, {(4,), (30,)}, {"Encounter/a", "Encounter/b"}),
    ("stay_since_day", (*TWO_STAYS, LATER), {(False,)}, set()),
    ("discharged_to", [HOME], {("HOME",)}, {"Encounter/a"}),
    ("admitted_from", [REFERRED], {("REFERRAL",)}, {"Encounter/a"}),
    ("admitted_after_emergency", (ED, LATER), {(False,)}, {"Encounter/e"}),
    ("diagnosed_at_visit", (OFFICE, GOUT_AT_OFFICE), {("Gout",)}, {"Condition/c"}),
    ("done_at_visit", (OFFICE, SCOPE_AT_OFFICE), {("Colonoscopy",)}, {"Procedure/s"}),
    ("ordered_at_visit", (OFFICE, ORDER_AT_OFFICE), {("X 5 MG",)}, {"MedicationRequest/m"}),
    ("visit_count_in_year", (OFFICE, OTHER_OFFICE, LATER), {(2,)}, {"Encounter/o", "Encounter/q"}),
    ("last_seen", (OFFICE, LATER), {("2022-01-01",)}, {"Encounter/z"}),
    ("culture_last_grew", (URINE, COLI), {("ESCHERICHIA COLI",)}, {"Observation/u", "Observation/g"}),
    ("culture_grew_on_day", [CLEAN], {(False,)}, {"Observation/n"}),
    ("culture_count", (URINE, COLI, CLEAN), {(2,)}, {"Observation/u", "Observation/n"}),
    ("cultured_in_stay", (HOME, URINE_IN_STAY), {(True,)}, {"Observation/u"}),
    ("organism_first_date", (COLI, COLI_AGAIN), {("2020-01-02",)}, {"Observation/g"}),
    ("susceptibility_to_drug", (COLI, RESISTANT), {("Resistant", "R")}, {"Observation/g", "Observation/r"}),
    ("resistant_drugs", (COLI, RESISTANT), {("GENTAMICIN",)}, {"Observation/g", "Observation/r"}),
    ("procedure_count", SCOPES, {(2,)}, {"Procedure/s", "Procedure/t"}),
    ("days_between_procedures", SCOPES, {(31,)}, {"Procedure/s", "Procedure/t"}),
    ("days_from_diagnosis_to_procedure", (GOUT, SCOPES[0]), {(365,)}, {"Condition/c", "Procedure/s"}),
    ("condition_length", [GOUT], {(20,)}, {"Condition/c"}),
    ("earlier_condition", (GOUT, ASTHMA), {("Asthma", "asthma")}, {"Condition/c", "Condition/d"}),
    ("newest_condition", (GOUT, ASTHMA), {("Gout",)}, {"Condition/c"}),
    ("stay_with_diagnosis", (*TWO_STAYS, condition("c", "Gout", "2020-01-02", **IN_STAY)), {("2020-01-01",)},
     {"Condition/c", "Encounter/a"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "records", "golds", "needed"), HOLDS)
def test_the_gold_is_what_the_records_say(name: str, records: list[Json], golds: set[Any], needed: set[str]) -> None:
    found = drafts(name, *records)
    assert {d.gold.values for d in found} == golds
    assert set().union(*(d.gold.references for d in found)) == needed


LEFT_OUT: list[tuple[str, Any]] = [
    ("readmitted_within", (DIED, LATER)),
    ("readmitted_within", (stay("a", "2020-01-01", "2020-01-05"),)),
    ("stay_before_last", TWO_STAYS[:1]),
    ("longest_stay_date", (TWO_STAYS[0], stay("b", "2021-01-01", "2021-01-05"))),
    ("days_between_stays", (TWO_STAYS[0], stay("b", "2020-01-06", "2020-01-09"))),
    ("stay_since_day", (ED, LATER)),
    ("discharged_to", [DIED]),
    (
        "stay_last_ward",
        [
            {**DIED, "location": [{"location": refer("Location", "w"), "period": {"end": "2020-01-05"}}]},
            {"resourceType": "Location", "id": "w", "name": "Surgery"},
        ],
    ),
    ("admitted_from", [UNTOLD]),
    ("admitted_after_emergency", (ED, ED_THEN_STAY)),
    ("diagnosed_at_visit", (OFFICE, OTHER_OFFICE, GOUT_AT_OFFICE)),
    ("diagnosed_at_visit", (OFFICE, GOUT_AT_OFFICE, condition("d", "Asthma", "2021-05-01"))),
    ("done_at_visit", (OFFICE, {**SCOPE_AT_OFFICE, "status": "not-done"})),
    ("ordered_at_visit", (OFFICE, {**ORDER_AT_OFFICE, "status": "draft"})),
    ("visit_count_in_year", (OFFICE, visit("q", "2021-05-01T10:00:00Z", "2022-05-01T10:00:00Z"))),
    ("last_seen", (LATER, stay("b", "2022-01-02", "2022-01-05"))),
    ("culture_last_grew", (URINE, COLI_MIXED)),
    ("culture_grew_on_day", [FEW]),
    ("culture_count", (CLEAN, {**CLEAN, "id": "n2"})),
    ("culture_count", (CLEAN, procedure("s", "Urine Culture", "2020-01-03"))),
    ("cultured_in_stay", (HOME, URINE)),
    ("organism_first_date", (COLI, result("x", "COLI, PRESUMPTIVE", "organism", "2019-01-01"))),
    ("susceptibility_to_drug", (COLI, COLI_AGAIN, RESISTANT)),
    ("resistant_drugs", (COLI, {**RESISTANT, "valueCodeableConcept": {"coding": [{"code": "S"}]}})),
    ("procedure_count", SAME_DAY),
    ("days_between_procedures", SCOPES[:1]),
    ("days_from_diagnosis_to_procedure", (condition("c", "Gout", "2019-01-01"), SCOPES[0])),
    ("condition_length", [ASTHMA]),
    ("condition_on_day", [ASTHMA]),
    ("earlier_condition", (GOUT, SAME_DAY_ASTHMA)),
    ("newest_condition", (GOUT, SAME_DAY_ASTHMA)),
    ("stay_with_diagnosis", (*TWO_STAYS, condition("c", "Gout", "2020-01-02"))),
]


@pytest.mark.parametrize(("name", "records"), LEFT_OUT)
def test_what_can_be_argued_about_is_not_asked(name: str, records: list[Json]) -> None:
    assert not drafts(name, *records)


def test_a_culture_with_growth_is_told_from_one_without() -> None:
    found = drafts("culture_grew_on_day", URINE, COLI, CLEAN)
    assert {d.gold.values for d in found} == {(True,), (False,)}


def test_an_organism_is_absent_only_where_nothing_like_it_is_named() -> None:
    found = drafts("organism_ever", URINE, COLI)
    asked = {d.slots["organism"]: d.gold.values for d in found}
    assert {v for o, v in asked.items() if "coli" in o} == {(True,)}
    assert {v for o, v in asked.items() if "coli" not in o} == {(False,)}


def test_a_ward_is_the_last_one_left() -> None:
    ward: Json = {"resourceType": "Location", "id": "w", "name": "Surgery"}
    first: Json = {"resourceType": "Location", "id": "v", "name": "Medicine"}
    wards = [
        {"location": refer("Location", "v"), "period": {"end": "2020-01-03T10:00:00Z"}},
        {"location": refer("Location", "w"), "period": {"end": "2020-01-05T10:00:00Z"}},
    ]
    found = drafts("stay_last_ward", stay("a", "2020-01-01", "2020-01-05", location=wards), ward, first)
    assert {d.gold.values for d in found} == {("Surgery",)}


def test_a_condition_is_there_between_its_first_and_last_day_only() -> None:
    found = drafts("condition_on_day", GOUT, LATER)
    assert {d.gold.values for d in found} == {(True,), (False,)}


def test_a_procedure_since_a_day_is_one_after_it() -> None:
    found = drafts("procedure_since_day", procedure("s", "Colonoscopy", "2015-01-01"), SCOPES[1], LATER)
    assert {(d.gold.values, d.gold.references) for d in found} == {
        ((True,), frozenset({"Procedure/t"})), ((False,), frozenset()),
    }  # fmt: skip
