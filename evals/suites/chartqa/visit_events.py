"""Templates on one visit and what belongs to it, and on how often and when the patient was seen."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from evals.item import Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.conditions import NO_DISEASE, is_certain
from evals.suites.chartqa.drugs import is_mix, orders, product_names
from evals.suites.chartqa.groups import code_of
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import ended, latest, started, to_names
from evals.suites.chartqa.stay_events import is_of
from evals.suites.chartqa.template import Draft, template

VISIT = "one visit"
_MOST = 6
_ROUTINE = re.compile(
    r"triage|vital signs|assessment using|medication reconciliation|current medications", re.IGNORECASE
)
"""What is done at many a visit, and some would not call a procedure."""


def lone_visits(chart: Chart, dice: random.Random) -> Iterator[tuple[date, Json]]:
    """Finished visits within one day on which no other encounter was."""
    spans = [(b.day, (ended(v) or b).day, v) for v in chart.of("Encounter") if (b := started(v))]
    for day, end, visit in dice.sample(spans, len(spans)):
        alone = sum(begin <= day <= last for begin, last, _ in spans) == 1
        if day == end and alone and visit.get("status") == "finished":
            yield day, visit


def _list_drafts(
    chart: Chart, dice: random.Random, records: Sequence[Json], names_of: Callable[[Json], tuple[str, ...]]
) -> Iterator[Draft]:
    """The names of a visit's records, where no other of the day is without it and each has one name."""
    for day, visit in lone_visits(chart, dice):
        mine = [r for r in records if is_of(r, visit)]
        strays = [r for r in records if r not in mine and (m := started(r)) and m.day == day]
        named = [names_of(r) for r in mine]
        values = tuple(dict.fromkeys(n[0] for n in named if n))
        if mine and not strays and all(len(n) == 1 for n in named) and len(values) <= _MOST:
            yield Draft({"day": format_day(day, dice)}, Gold(values, references=references_of(mine)))


@template(
    "diagnosed_at_visit",
    VISIT,
    patient=(
        "At my visit on {day}, what did they diagnose?",
        "I was seen on {day}. What did they find I had?",
        "Which diagnoses were put down for my appointment on {day}?",
    ),
    clinician=(
        "Visit {day}: diagnoses made?",
        "Encounter diagnosis for {day}?",
        "What was {he} diagnosed with at the encounter on {day}?",
        "Which conditions were recorded at the {day} visit?",
    ),
)
def diagnosed_at_visit(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of visits whose every condition is a disease and certain."""
    yield from _list_drafts(chart, dice, chart.of("Condition"), _disease_names)


def _disease_names(record: Json) -> tuple[str, ...]:
    names = to_names(code_of(record))
    return names if is_certain(record) and not any(NO_DISEASE.search(n) for n in names) else ()


@template(
    "done_at_visit",
    VISIT,
    cuts=True,
    patient=(
        "Can you tell me which procedures I had at my visit on {day}?",
        "I had an appointment on {day}. Which procedures did they carry out?",
        "Which procedures were part of my visit of {day}?",
    ),
    clinician=(
        "Procedures at the {day} encounter?",
        "{day} visit, what procedures were performed?",
        "List everything recorded as a procedure at {his} visit on {day}.",
        "What was done procedurally when the patient was seen on {day}?",
    ),
)
def done_at_visit(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    yield from _list_drafts(chart, dice, chart.of("Procedure"), _procedure_names)


def _procedure_names(record: Json) -> tuple[str, ...]:
    names = to_names(code_of(record))
    return names if record.get("status") == "completed" and not any(_ROUTINE.search(n) for n in names) else ()


@template(
    "ordered_at_visit",
    VISIT,
    cuts=True,
    patient=(
        "What did the doctor prescribe when I was there on {day}?",
        "At my visit on {day} they prescribed me something. What was it?",
        "Which medicines were ordered at my appointment of {day}?",
    ),
    clinician=(
        "Rx written at the {day} visit?",
        "Meds ordered at encounter {day}?",
        "What was prescribed when {he} was seen on {day}?",
        "Which drugs did the patient get prescriptions for at the visit of {day}?",
    ),
)
def ordered_at_visit(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    yield from _list_drafts(chart, dice, chart.of("MedicationRequest"), lambda r: _drug_names(chart, r))


def _drug_names(chart: Chart, record: Json) -> tuple[str, ...]:
    stands = record in orders(chart) and not is_mix(chart, record)
    return product_names(chart, record) if stands else ()


@template(
    "visit_count_in_year",
    VISIT,
    cuts=True,
    patient=(
        "How many times was I seen in {year}, counting every kind of visit?",
        "In {year}, how many visits did I have altogether?",
        "How often did I go to a doctor, clinic or hospital in {year}? Count every encounter you have.",
    ),
    clinician=(
        "Number of encounters in {year}?",
        "Encounter count, all types, calendar year {year}?",
        "How many encounters of any kind does {he} have on file for {year}?",
        "Total visits {year}?",
    ),
)
def visit_count_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where no encounter is part of another or runs over the turn of a year, and the year is over."""
    if not _are_plain(chart):
        return
    by_year = Counter(m.day.year for v in chart.of("Encounter") if (m := started(v)))
    for year in dice.sample(sorted(by_year), len(by_year)):
        mine = [v for v in chart.of("Encounter") if (m := started(v)) and m.day.year == year]
        if year < chart.as_of.year:
            yield Draft({"year": str(year)}, Gold((len(mine),), references=references_of(mine)))


def _are_plain(chart: Chart) -> bool:
    spans = [(started(v), ended(v), v) for v in chart.of("Encounter")]
    return all(
        b and e and b.day.year == e.day.year and v.get("status") == "finished" and "partOf" not in v
        for b, e, v in spans
    )


@template(
    "last_seen",
    VISIT,
    cuts=True,
    patient=(
        "When was I last seen by anybody there, whatever the visit was for?",
        "What's the date of the latest visit in my record?",
        "It's been a while. When was my last appointment that actually took place?",
    ),
    clinician=(
        "Last seen when?",
        "Date of {his} most recent encounter of any type?",
        "Most recent contact on file: what day?",
        "When did the patient last have an encounter with us?",
    ),
)
def last_seen(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where the last encounter is alone, over, and of one day."""
    last = latest(chart.of("Encounter"))
    for day, visit in lone_visits(chart, dice):
        if last == [visit] and "partOf" not in visit and not _is_after_death(visit):
            yield Draft({}, Gold((day.isoformat(),), by_day=True, references=references_of(last)))


def _is_after_death(visit: Json) -> bool:
    return any(re.search("death", n, re.IGNORECASE) for t in visit.get("type", ()) for n in to_names(t))
