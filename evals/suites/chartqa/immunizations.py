"""Templates on vaccines: when, how often, whether."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from evals.item import Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.concepts import VACCINE_NAMES
from evals.suites.chartqa.groups import choose_groups, code_of, group_records
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, started, to_codes, to_names
from evals.suites.chartqa.template import Draft, template

DATE = "immunization date"
_TETANUS = re.compile("tetan", re.IGNORECASE)
"""Some charts hold the shot as a procedure."""


def choose_vaccines(chart: Chart, dice: random.Random) -> Iterator[tuple[Sequence[Json], str]]:
    """What was given, under its product's name or that of what it protects from; what was not done doesn't count."""
    given = [r for r in chart.of("Immunization") if r.get("status") == "completed"]
    named: list[tuple[list[Json], str]] = []
    for name, codes in VACCINE_NAMES.items():
        if name == "tetanus shot" and any(
            _TETANUS.search(n) for r in chart.of("Procedure") for n in to_names(r.get("code"))
        ):
            continue
        if records := [r for r in given if to_codes(r.get("vaccineCode")) & codes]:
            named.append((records, name))
    products = choose_groups(group_records([{**r, "code": r["vaccineCode"]} for r in given], code_of, {}), dice)
    everyday = dice.sample(named, len(named))
    for records, name in everyday:
        yield records, name
        if product := next(products, None):
            yield product[0].records, product[1]


def _date(records: list[Json], name: str) -> Draft:
    days = {m.day.isoformat() for r in records if (m := started(r))}
    return Draft({"vaccine": name}, Gold(tuple(sorted(days)), by_day=True, references=references_of(records)))


@template(
    "immunization_last_date",
    DATE,
    cuts=True,
    patient=(
        "When was my last {vaccine}?",
        "What date did I most recently get the {vaccine}?",
        "When did I last have the {vaccine}?",
    ),
    clinician=(
        "Date of the most recent {vaccine}?",
        "When was the {vaccine} last given to this patient?",
        "Last {vaccine} date?",
        "When did the patient most recently receive the {vaccine}?",
    ),
)
def immunization_last_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for records, name in choose_vaccines(chart, dice):
        if last := latest(records):
            yield _date(last, name)


@template(
    "immunization_first_date",
    DATE,
    cuts=True,
    patient=(
        "When did I get my first {vaccine}?",
        "What's the date of the very first {vaccine} in my record?",
        "On what day was I first given the {vaccine}?",
    ),
    clinician=(
        "When was the first {vaccine} given?",
        "Date of first documented {vaccine}?",
        "When did the patient first receive the {vaccine}?",
        "First {vaccine}, date?",
    ),
)
def immunization_first_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for records, name in choose_vaccines(chart, dice):
        if first := latest(records, last=False):
            yield _date(first, name)


@template(
    "immunization_in_year",
    DATE,
    cuts=True,
    patient=(
        "Did I get the {vaccine} in {year}?",
        "Was I given the {vaccine} at any point in {year}?",
        "In {year}, did I have the {vaccine}?",
    ),
    clinician=(
        "Was the {vaccine} given in {year}?",
        "Did the patient receive the {vaccine} during {year}?",
        "Any {vaccine} documented in {year}?",
        "{vaccine} in {year}: given?",
    ),
)
def immunization_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for records, name in choose_vaccines(chart, dice):
        years = sorted({m.day.year for r in records if (m := started(r))})
        year = dice.choice(years) + dice.choice((0, 0, 1, -1))
        there = [r for r in records if (m := started(r)) and m.day.year == year]
        if year <= chart.as_of.year and all(started(r) for r in records):
            yield Draft({"vaccine": name, "year": str(year)}, Gold((bool(there),), references=references_of(there)))


@template(
    "immunization_count",
    DATE,
    cuts=True,
    patient=(
        "How many times have I had the {vaccine}?",
        "How many doses of the {vaccine} have I received so far?",
        "How often have I been given the {vaccine}?",
    ),
    clinician=(
        "How many doses of the {vaccine} has the patient had?",
        "Number of {vaccine} doses on record?",
        "How many times was the {vaccine} administered?",
    ),
)
def immunization_count(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for records, name in choose_vaccines(chart, dice):
        days = {m.day for r in records if (m := started(r))}
        if len(days) == len(records):
            yield Draft({"vaccine": name}, Gold((len(records),), references=references_of(records)))


@template(
    "immunization_on_day",
    DATE,
    cuts=True,
    patient=(
        "Which vaccines did I get on {day}?",
        "What shots was I given on {day}?",
        "I had vaccinations on {day}. What were they?",
    ),
    clinician=(
        "Which immunizations were given on {day}?",
        "What vaccines did the patient receive on {day}?",
        "Immunizations administered {day}?",
    ),
)
def immunization_on_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    given = [r for r in chart.of("Immunization") if r.get("status") == "completed"]
    days = sorted({m.day for r in given if (m := started(r))})
    for day in dice.sample(days, len(days)):
        there = [r for r in given if (m := started(r)) and m.day == day]
        names = [to_names(r.get("vaccineCode")) for r in there]
        if all(len(n) == 1 for n in names):
            gold = Gold(tuple(dict.fromkeys(n[0] for n in names)), references=references_of(there))
            yield Draft({"day": format_day(day, dice)}, gold)
