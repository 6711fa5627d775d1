"""Templates on what the chart does not hold: neither the record nor any word that might stand for it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from evals.item import Gold
from evals.suites.chartqa.drugs import formulary_names, product_names
from evals.suites.chartqa.groups import choose_groups
from evals.suites.chartqa.notes import to_text
from evals.suites.chartqa.observations import by_day, tests
from evals.suites.chartqa.raw import Chart
from evals.suites.chartqa.template import Draft, template
from evals.suites.chartqa.watched import ALLERGENS, CONDITIONS, DRUGS, PROCEDURES, TESTS, VACCINES, Watched

ABSENCE = "absence"


def choose_absent(chart: Chart, dice: random.Random, watched: Sequence[Watched]) -> Iterator[str]:
    """Names whose words are nowhere in the chart."""
    text = chart.once("text", lambda: everything_said(chart))
    for name, words in dice.sample(list(watched), len(watched)):
        if not re.search(words, text):
            yield name


def everything_said(chart: Chart) -> str:
    """All words of the chart in lower case: of its records, its notes, and the drugs they refer to."""
    kinds = ("MedicationRequest", "MedicationAdministration", "MedicationDispense", "MedicationStatement")
    names = {n for kind in kinds for r in chart.of(kind) for n in product_names(chart, r)}
    names |= {n for r in chart.of("MedicationAdministration") for n in formulary_names(chart, r)}
    notes = [to_text(r) for r in chart.of("DocumentReference")]
    return "\n".join([chart.text.decode("utf-8", "replace"), *names, *notes]).lower()


@template(
    "absent_condition",
    ABSENCE,
    patient=(
        "Do I have {condition}?",
        "Have I ever been told I have {condition}?",
        "Is there {condition} in my records?",
    ),
    clinician=(
        "Does the patient have {condition}?",
        "Any record of {condition}?",
        "Has {he} ever been diagnosed with {condition}?",
        "History of {condition}?",
    ),
)
def absent_condition(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name in choose_absent(chart, dice, CONDITIONS) if chart.of("Condition") else ():
        yield Draft({"condition": name}, Gold((False,)))


@template(
    "absent_drug",
    ABSENCE,
    patient=("Have I ever taken {drug}?", "Was I ever prescribed {drug}?", "Am I on {drug}?"),
    clinician=(
        "Has the patient ever been on {drug}?",
        "Is {he} taking {drug}?",
        "Any {drug} on record?",
        "Has {drug} ever been ordered?",
    ),
)
def absent_drug(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name in choose_absent(chart, dice, DRUGS) if chart.of("MedicationRequest") else ():
        yield Draft({"drug": name}, Gold((False,)))


@template(
    "absent_test_value",
    ABSENCE,
    patient=("What was my last {test}?", "What's my {test}?", "Can you look up my latest {test} result?"),
    clinician=(
        "Last {test}?",
        "What is the patient's most recent {test}?",
        "What did {his} {test} show the last time?",
    ),
)
def absent_test_value(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name in choose_absent(chart, dice, TESTS) if chart.of("Observation") else ():
        yield Draft({"test": name}, Gold(()))


@template(
    "absent_test_done",
    ABSENCE,
    patient=(
        "Has my {test} ever been checked?",
        "Did anyone ever measure my {test}?",
        "Is there any {test} result of mine?",
    ),
    clinician=(
        "Has {test} ever been measured?",
        "Is {test} on file for the patient?",
        "Was {his} {test} ever checked?",
    ),
)
def absent_test_done(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name in choose_absent(chart, dice, TESTS) if chart.of("Observation") else ():
        yield Draft({"test": name}, Gold((False,)))


@template(
    "absent_vaccine_date",
    ABSENCE,
    patient=("When did I get the {vaccine}?", "When was my last {vaccine}?", "What date did I have the {vaccine}?"),
    clinician=(
        "Date of the last {vaccine}?",
        "When did the patient receive the {vaccine}?",
        "When was {his} most recent {vaccine}?",
    ),
)
def absent_vaccine_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name in choose_absent(chart, dice, VACCINES) if chart.of("Immunization") else ():
        yield Draft({"vaccine": name}, Gold(()))


@template(
    "absent_procedure",
    ABSENCE,
    patient=(
        "Have I ever had {procedure}?",
        "Did I ever have {procedure}?",
        "Do my records show that I had {procedure}?",
    ),
    clinician=(
        "Has the patient ever had {procedure}?",
        "Any record of {procedure}?",
        "Did {he} ever undergo {procedure}?",
    ),
)
def absent_procedure(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name in choose_absent(chart, dice, PROCEDURES) if chart.of("Procedure") else ():
        yield Draft({"procedure": name}, Gold((False,)))


@template(
    "absent_allergy",
    ABSENCE,
    patient=(
        "Am I allergic to {allergen}?",
        "Do I have an allergy to {allergen}?",
        "Is an allergy to {allergen} in my chart?",
    ),
    clinician=(
        "Is the patient allergic to {allergen}?",
        "Any allergy to {allergen}?",
        "Does {he} have a documented allergy to {allergen}?",
    ),
)
def absent_allergy(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    names = str([(r.get("code"), r.get("reaction")) for r in chart.of("AllergyIntolerance")]).lower()
    text = chart.once("text", lambda: everything_said(chart))
    for name, words in dice.sample(ALLERGENS, len(ALLERGENS)) if chart.of("AllergyIntolerance") else ():
        if not re.search(words, names) and not re.search(f"allerg[a-z]* to ({words})", text):
            yield Draft({"allergen": name}, Gold((False,)))


@template(
    "window_without_test",
    ABSENCE,
    cuts=True,
    patient=(
        "What was my {test} in {year}?",
        "What did my {test} come to in {year}?",
        "My {test} of {year}, what was it?",
    ),
    clinician=(
        "{test} in {year}?",
        "What was the patient's {test} in {year}?",
        "What {test} was recorded during {year}?",
    ),
)
def window_without_test(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """A year between others in which it was measured."""
    for group, name in choose_groups(tests(chart), dice):
        years = {d.year for d in by_day(group.records)}
        empty = sorted(set(range(min(years), max(years))) - years)
        if empty:
            yield Draft({"test": name, "year": str(dice.choice(empty))}, Gold(()))
