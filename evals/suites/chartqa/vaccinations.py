"""Templates on the course of vaccinations: which ones, how many by an age or in a span, how far apart, where."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from evals.item import Gold
from evals.suites.chartqa.clock import parse_moment
from evals.suites.chartqa.immunizations import choose_vaccines
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import encounter_of, in_order, latest, started, to_names
from evals.suites.chartqa.template import Draft, template

VACCINATION = "vaccination history"
_AGES = (1, 2, 5, 12, 18, 40, 50, 65)


def given(chart: Chart) -> list[Json]:
    """What was given; empty where one isn't dated to the day."""
    found = [r for r in chart.of("Immunization") if r.get("status") == "completed"]
    return found if all(map(started, found)) else []


def birthday(chart: Chart, age: int = 0) -> date | None:
    """The day on which the patient turns so old; None where the birth isn't told to the day, or was on a leap day."""
    born = parse_moment(chart.patient.get("birthDate"))
    if born is None or (born.day.month, born.day.day) == (2, 29):
        return None
    return born.day.replace(year=born.day.year + age)


@template(
    "latest_vaccine",
    VACCINATION,
    cuts=True,
    patient=(
        "Which vaccine did I get most recently?",
        "What was the last shot I was given?",
        "Looking at all my immunizations, which one is the newest?",
    ),
    clinician=(
        "Most recent vaccine on file?",
        "Latest immunization given, which one?",
        "What was {he} last vaccinated with?",
        "Name the last immunization {he} received.",
    ),
)
def latest_vaccine(chart: Chart, _: random.Random) -> Iterator[Draft]:
    last = latest(given(chart))
    names = [to_names(r.get("vaccineCode")) for r in last]
    if last and all(len(n) == 1 for n in names):
        told = tuple(dict.fromkeys(n[0] for n in names))
        tied = frozenset({"tie"} if len(told) > 1 else ())
        yield Draft({}, Gold(told, references=references_of(last)), tied)


@template(
    "vaccines_of_year",
    VACCINATION,
    cuts=True,
    patient=(
        "Which vaccines did I get in {year}?",
        "What shots was I given during {year}?",
        "My employer wants to know what I was vaccinated with in {year}. What was it?",
    ),
    clinician=(
        "Immunizations given in {year}?",
        "List the vaccines administered in {year}.",
        "{year} vaccines: which ones?",
        "What was {he} immunized with in {year}?",
    ),
)
def vaccines_of_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    found = given(chart)
    years = sorted({m.day.year for r in found if (m := started(r))})
    for year in dice.sample(years, len(years)):
        there = [r for r in found if (m := started(r)) and m.day.year == year]
        names = [to_names(r.get("vaccineCode")) for r in there]
        if all(len(n) == 1 for n in names):
            told = tuple(dict.fromkeys(n[0] for n in names))
            yield Draft({"year": str(year)}, Gold(told, references=references_of(there)))


@template(
    "vaccinations_between_years",
    VACCINATION,
    cuts=True,
    patient=(
        "How many vaccinations did I have from {first} through {last}?",
        "Counting every single shot from the start of {first} to the end of {last}, how many did I get?",
        "In the years {first} to {last}, how many immunizations were given to me in total?",
    ),
    clinician=(
        "Number of immunizations given {first} through {last}?",
        "Total vaccine doses, {first} to {last} inclusive?",
        "How many vaccine doses did {he} receive from {first} through {last}?",
        "Count all immunizations between January {first} and December {last}.",
    ),
)
def vaccinations_between_years(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    found = given(chart)
    years = sorted({m.day.year for r in found if (m := started(r))})
    spans = [(a, b) for a in years for b in years if 0 < b - a < 12]
    for first, last in dice.sample(spans, len(spans)):
        there = [r for r in found if (m := started(r)) and first <= m.day.year <= last]
        gold = Gold((len(there),), references=references_of(there))
        yield Draft({"first": str(first), "last": str(last)}, gold)


@template(
    "doses_before_birthday",
    VACCINATION,
    patient=(
        "How many doses of the {vaccine} did I get before I turned {age}?",
        "By the time of my birthday number {age}, how many times had I had the {vaccine}?",
        "Before my age was {age}, how many {vaccine} doses had been given to me?",
    ),
    clinician=(
        "{vaccine}: number of doses before age {age}?",
        "How many {vaccine} doses had {he} received before turning {age}?",
        "Doses of {vaccine} given prior to the patient's birthday number {age}?",
        "{vaccine} count up to age {age}, not including later ones?",
    ),
)
def doses_before_birthday(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where none was given within a day of the birthday."""
    for records, name in choose_vaccines(chart, dice):
        days = [m.day for r in records if (m := started(r))]
        ages = [(age, day) for age in _AGES if (day := birthday(chart, age)) and day < chart.as_of.date()]
        apt = [(a, d) for a, d in ages if min(days, default=d) < d and all(abs((d - x).days) > 1 for x in days)]
        if apt and len(days) == len(records):
            age, day = dice.choice(apt)
            there = [r for r in records if (m := started(r)) and m.day < day]
            gold = Gold((len(there),), references=references_of([*there, chart.patient]))
            yield Draft({"vaccine": name, "age": str(age)}, gold)


@template(
    "days_between_doses",
    VACCINATION,
    cuts=True,
    patient=(
        "How many days were there between my first and my second {vaccine}?",
        "After my first {vaccine}, how many days did it take until I got the second one?",
        "I've had the {vaccine} more than once. How many days apart were the first two?",
    ),
    clinician=(
        "Interval in days between doses 1 and 2 of {vaccine}?",
        "Days from the first {vaccine} to the second?",
        "How many days apart were {his} first two {vaccine} doses?",
        "{vaccine}: spacing of the first two doses, in days?",
    ),
)
def days_between_doses(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for records, name in choose_vaccines(chart, dice):
        both = in_order(records)[:2]
        moments = [m for r in both if (m := started(r))]
        if len(moments) == 2 and all(map(started, records)) and moments[0].day < moments[1].day:
            by_calendar = (moments[1].day - moments[0].day).days
            by_clock = (moments[1].instant - moments[0].instant).days
            values = tuple(dict.fromkeys((by_calendar, by_clock)))
            gold = Gold(values, one_of=True, whole_numbers=True, references=references_of(both))
            yield Draft({"vaccine": name}, gold)


@template(
    "vaccine_place",
    VACCINATION,
    cuts=True,
    patient=(
        "Where did I get my last {vaccine}?",
        "Which clinic gave me the most recent {vaccine}?",
        "I can't remember where I went for my latest {vaccine}. What place was it?",
    ),
    clinician=(
        "At which facility was the last {vaccine} given?",
        "Site where {he} got the most recent {vaccine}?",
        "Last {vaccine}: administered at which facility?",
        "Where was the latest {vaccine} administered?",
    ),
)
def vaccine_place(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """As the record or its visit tells; where neither does, nothing can be told."""
    for records, name in choose_vaccines(chart, dice):
        last = latest(records)
        if len(last) != 1 or not all(map(started, records)):
            continue
        visit = encounter_of(chart, last[0])
        if places := places_of([last[0], *([visit] if visit else [])]):
            needed = [*last] if "location" in last[0] or not visit else [*last, visit]
            yield Draft({"vaccine": name}, Gold(places, one_of=True, references=references_of(needed)))
        elif not (last[0].get("location") or (visit or {}).get("serviceProvider")):
            yield Draft({"vaccine": name}, Gold(()), frozenset({"unanswerable"}), "no record names a place")
            return


def places_of(records: list[Json]) -> tuple[str, ...]:
    """The names of the places and houses that these name; empty where a visit was at more places than one."""
    told: list[object] = []
    for record in records:
        at = record.get("location", [])
        if isinstance(at, list) and len(at) > 1:
            return ()
        told += [(p.get("location") or {}).get("display") for p in at] if isinstance(at, list) else [at.get("display")]
        told.append((record.get("serviceProvider") or {}).get("display"))
    return tuple(dict.fromkeys(str(p) for p in told if p))
