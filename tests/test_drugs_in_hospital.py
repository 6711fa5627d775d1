"""Drugs in a hospital's chart: orders, doses given, what is charted as intake; how many, by which route, which dose."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio
NDC, FORMULARY, NAME = "urn:ndc", "urn:formulary", "urn:drug-name"
CHARTED = [{"coding": [{"system": "urn:category-icu", "code": "01-Drips"}]}]


def product(name: str, drug: str, ndc: str, form: str) -> Json:
    identifiers = [{"system": NDC, "value": ndc}, {"system": FORMULARY, "value": form}, {"system": NAME, "value": drug}]
    return {"resourceType": "Medication", "id": name, "identifier": identifiers}


def mix(name: str, *parts: str) -> Json:
    ingredients = [{"itemReference": {"reference": f"Medication/{part}"}} for part in parts]
    return {"resourceType": "Medication", "id": name, "ingredient": ingredients}


def order(name: str, at: str, drug: str, route: str = "IV", dose: float = 1) -> Json:
    dosage = {"route": {"coding": [{"code": route}]}, "doseAndRate": [{"doseQuantity": {"value": dose, "unit": "mg"}}]}
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "completed", "intent": "order",
        "subject": {"reference": "Patient/p"}, "authoredOn": f"{at}:00Z", "dosageInstruction": [dosage],
        "medicationReference": {"reference": f"Medication/{drug}"},
    }  # fmt: skip


def dose(name: str, at: str, drug: str, **more: Any) -> Json:
    return {
        "resourceType": "MedicationAdministration", "id": name, "status": "completed", **more,
        "subject": {"reference": "Patient/p"}, "effectiveDateTime": f"{at}:00Z",
        "medicationCodeableConcept": {"text": drug},
    }  # fmt: skip


def charted(name: str, at: str, drug: str, amount: float, unit: str) -> Json:
    return dose(name, at, drug, category=CHARTED[0], dosage={"dose": {"value": amount, "unit": unit}})


def drained(name: str, day: int, what: str) -> Json:
    return {
        "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "category": [{"coding": [{"code": "Output"}]}], "code": {"coding": [{"code": what, "display": what}]},
        "effectiveDateTime": f"2024-01-0{day}T08:00:00Z", "valueQuantity": {"value": 10, "unit": "ml"},
    }  # fmt: skip


CHART = [
    product("heparin-vial", "Heparin", "11", "HEPA5I"), product("heparin-flush", "Heparin", "12", "HEPAFL"),
    product("saline", "Sodium Chloride 0.9%", "13", "NS1000"), product("dextrose", "Dextrose 5%", "14", "D5W"),
    product("zinc", "Zinc Sulfate", "15", "ZINC"), product("rinse", "Chlorhexidine Oral Rinse", "16", "CHLO15L"),
    mix("zinc-drip", "zinc", "dextrose"),
    order("o1", "2024-01-01T08:00", "heparin-vial", dose=5000), order("o2", "2024-01-02T08:00", "heparin-flush"),
    order("o3", "2024-01-03T08:00", "heparin-vial", dose=5000), order("o4", "2024-01-04T07:00", "rinse", "ORAL"),
    order("o5", "2024-01-04T08:00", "zinc", "PO"), order("o6", "2024-01-05T08:00", "dextrose", dose=1000),
    order("o7", "2024-01-05T08:00", "zinc-drip", dose=60), order("o8", "2022-05-01T08:00", "saline"),
    dose("d1", "2024-01-01T09:00", "Heparin"), dose("d2", "2024-01-08T09:00", "Heparin Flush"),
    charted("i1", "2024-01-02T10:00", "Heparin", 2, "mg"), charted("i2", "2024-01-02T12:00", "NaCl 0.9%", 250, "ml"),
    charted("i3", "2024-01-02T13:00", "PO Intake", 120, "ml"),
    charted("i4", "2024-01-03T12:00", "NaCl 0.9%", 500, "ml"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("How many medications was she prescribed in 2024?", (6,)),
        ("How many drugs were ordered for her in 2024?", (6,)),
        ("total amount of medications prescribed in 2024", (6,)),
        ("How many different drugs was she prescribed in 2024?", (4,)),
        ("How many unique medicines were prescribed in 2024?", (4,)),
        ("How many medications did she receive in 2024?", (6,)),
        ("How many prescriptions did she get in 2024?", (7,)),
        ("How many different medications was she given in 2024?", (4,)),
    ],
)
async def test_drugs_are_counted_by_product_and_where_different_ones_are_asked_by_name(
    ask_over: Ask, question: str, values: Json
) -> None:
    told = (await ask_over(CHART, question))[0]
    assert (told.answer.status, told.answer.values) == ("answered", values), told.answer.text


async def test_a_count_of_drugs_says_how_it_was_made_and_what_the_other_way_gives(ask_over: Ask) -> None:
    told = (await ask_over(CHART, "How many medications was she prescribed in 2024?"))[0]
    assert "as coded" in told.answer.text
    assert "4 by drug name" in told.answer.text
    assert "in 7 medication orders" in told.answer.text


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("When was her last intake?", ("2024-01-08T09:00:00Z",)),
        ("When was anything first taken in during 2024?", ("2024-01-01T09:00:00Z",)),
        ("How much did she take in on January 2, 2024?", (370,)),
        ("When was her first heparin intake?", ("2024-01-02T10:00:00Z",)),
        ("How many PO Intake intakes were there?", (1,)),
        ("How many heparin flush intakes were there?", (1,)),
        ("What was her total intake on January 2, 2024?", (370,)),
        ("What was the total volume of NaCl 0.9% intake?", (750,)),
        ("Did she take in any NaCl 0.9% in 2024?", (True,)),
        ("NaCl 0.9% intake happened in 2024, right?", (True,)),
    ],
)
async def test_intake_is_what_is_charted_so_by_name_and_every_dose_where_nothing_is_named(
    ask_over: Ask, question: str, values: Json
) -> None:
    told = (await ask_over(CHART, question))[0]
    assert (told.answer.status, told.answer.values) == ("answered", values), told.answer.text


async def test_doses_that_are_not_charted_as_intake_are_told_as_left_out(ask_over: Ask) -> None:
    told = (await ask_over(CHART, "When was her first heparin intake?"))[0]
    assert "2 other doses from 2024-01-01T09:00:00Z" in told.answer.text


async def test_what_is_also_a_susceptibility_tested_is_an_intake_where_intake_is_asked(ask_over: Ask) -> None:
    tested = {**drained("s1", 3, "Heparin"), "category": [{"coding": [{"code": "laboratory"}]}]}
    told = (await ask_over([*CHART, tested], "When was her first heparin intake?"))[0]
    assert told.answer.values == ("2024-01-02T10:00:00Z",), told.answer.text


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Which drug was first prescribed via PO in 2024?", ("Zinc Sulfate",)),
        ("Which drug was first prescribed via ORAL in 2024?", ("Chlorhexidine Oral Rinse",)),
        ("Which drug was last prescribed through ED in 2024?", ("Sodium Chloride 0.9%",)),
        ("Which drug was first prescribed by mouth in 2024?", ("Chlorhexidine Oral Rinse",)),
        ("which drug was first prescribed orally in 2024?", ("Chlorhexidine Oral Rinse",)),
    ],
)
async def test_a_route_in_the_charts_own_capitals_is_that_one_alone(ask_over: Ask, question: str, values: Json) -> None:
    told = (await ask_over([*CHART, order("o9", "2024-01-06T08:00", "saline", "ED")], question))[0]
    assert told.answer.values == values, told.answer.text


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many TF Residual outputs were there?", 2),
        ("How many times was TF Residual Output recorded?", 1),
        ("How many TF Residual Outputs were there?", 1),
    ],
)
async def test_the_noun_of_a_kind_behind_a_name_as_charted_is_no_part_of_it(
    ask_over: Ask, question: str, number: int
) -> None:
    names = ("TF Residual", "TF Residual", "TF Residual Output")
    told = (await ask_over([drained(f"r{at}", at, name) for at, name in enumerate(names, 1)], question))[0]
    assert told.answer.values == (number,), told.answer.text


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("What dose of Dextrose 5% was last prescribed?", (1000,)),
        ("What dose of zinc sulfate was last prescribed?", (60,)),
        ("How many times was HEPA5I prescribed?", (2,)),
        ("When did she first receive heparin?", ("2024-01-01T09:00:00Z",)),
        ("When did she last get zinc sulfate?", ("2024-01-05T08:00:00Z",)),
    ],
)
async def test_a_dose_is_the_drugs_and_a_code_means_its_product(ask_over: Ask, question: str, values: Json) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.values == values, told.answer.text


@pytest.mark.parametrize("question", ["How many drugs was she given in 2022?", "Which drugs were given in 2022?"])
async def test_no_dose_on_record_denies_nothing_where_drugs_were_only_ordered(ask_over: Ask, question: str) -> None:
    told = (await ask_over(CHART, question))[0]
    assert told.answer.status == "abstained"
    assert "only 1 medication order: Sodium Chloride 0.9%" in told.answer.text


async def test_no_dose_in_a_time_of_other_doses_is_an_absence(ask_over: Ask) -> None:
    told = (await ask_over(CHART, "How many drugs was she given in 2023?"))[0]
    assert (told.answer.status, told.answer.values) == ("answered", (0,))


async def test_a_name_that_one_record_has_for_a_code_is_a_name_of_the_others_too(ask_over: Ask) -> None:
    bare = {"coding": [{"system": NAME, "code": "Dextrose 5%"}]}
    coded = {**dose("d9", "2024-01-09T09:00", "x"), "medicationCodeableConcept": bare}
    told = await ask_over(
        [*CHART, coded, dose("d8", "2024-01-06T09:00", "Dextrose 5%")], "How many times was Dextrose 5% given?"
    )
    assert told[0].answer.values == (2,), told[0].answer.text
