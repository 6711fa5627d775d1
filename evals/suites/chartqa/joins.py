"""Templates across records of different types: who, where, why, which came first, how long between."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from evals.item import Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.conditions import conditions, onset
from evals.suites.chartqa.dependent import procedures
from evals.suites.chartqa.drugs import choose_drugs
from evals.suites.chartqa.groups import choose_groups
from evals.suites.chartqa.prescriptions import to_person
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import encounter_of, ended, latest, started, to_names
from evals.suites.chartqa.template import Draft, template

JOIN = "cross-record join"


def participants(chart: Chart, visit: Json) -> list[tuple[str, ...]]:
    found = [to_person(chart, p.get("individual")) for p in visit.get("participant", ())]
    return [p for p in found if p]


@template(
    "seen_on_day",
    JOIN,
    cuts=True,
    patient=(
        "Which doctor did I see on {day}?",
        "Who did I have my visit with on {day}?",
        "I had an appointment on {day}. Who was it with?",
    ),
    clinician=(
        "Who saw the patient on {day}?",
        "Which provider was {his} visit on {day} with?",
        "Provider for the encounter of {day}?",
    ),
)
def seen_on_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for day, visit in _choose_visits(chart, dice):
        people = participants(chart, visit)
        if len(people) == 1:
            yield Draft({"day": format_day(day, dice)}, Gold(people[0], one_of=True, references=references_of([visit])))


def _choose_visits(chart: Chart, dice: random.Random) -> Iterator[tuple[date, Json]]:
    """Visits that were the only ones of their day, none running over from another."""
    spans = [(b.day, (ended(v) or b).day, v) for v in chart.of("Encounter") if (b := started(v))]
    for day, end, visit in dice.sample(spans, len(spans)):
        if day == end and sum(begin <= day <= last for begin, last, _ in spans) == 1:
            yield day, visit


@template(
    "visit_reason_on_day",
    JOIN,
    cuts=True,
    patient=(
        "What was the reason for my visit on {day}?",
        "Why did I see the doctor on {day}?",
        "For what reason was I seen on {day}?",
    ),
    clinician=(
        "Reason for the visit on {day}?",
        "Why was the patient seen on {day}?",
        "What was the reason for {his} encounter on {day}?",
    ),
)
def visit_reason_on_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for day, visit in _choose_visits(chart, dice):
        reasons = {to_names(c) for c in visit.get("reasonCode", ())}
        if len(reasons) == 1 and len(names := next(iter(reasons))) == 1:
            yield Draft({"day": format_day(day, dice)}, Gold(names, references=references_of([visit])))


@template(
    "visit_place_on_day",
    JOIN,
    cuts=True,
    patient=(
        "Where did I go for my visit on {day}?",
        "Which clinic or hospital was I at on {day}?",
        "At which facility was my appointment on {day}?",
    ),
    clinician=(
        "At which facility was the patient seen on {day}?",
        "Where did the encounter on {day} take place?",
        "Site of {his} visit on {day}?",
    ),
)
def visit_place_on_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for day, visit in _choose_visits(chart, dice):
        places = [(p.get("location") or {}).get("display") for p in visit.get("location", ())]
        provider = (visit.get("serviceProvider") or {}).get("display")
        told = tuple(dict.fromkeys(str(p) for p in (*places, provider) if p))
        if len(places) <= 1 and told:
            yield Draft({"day": format_day(day, dice)}, Gold(told, one_of=True, references=references_of([visit])))


@template(
    "procedure_last_date",
    JOIN,
    cuts=True,
    patient=(
        "When did I last have {procedure}?",
        "What's the date of my most recent {procedure}?",
        "When was {procedure} last done on me?",
    ),
    clinician=(
        "Date of the last {procedure}?",
        "When was {procedure} most recently performed?",
        "When did the patient last undergo {procedure}?",
        "Last {procedure}, when?",
    ),
)
def procedure_last_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(procedures(chart), dice):
        if last := latest(group.records):
            days = tuple({m.day.isoformat() for r in last if (m := started(r))})
            yield Draft({"procedure": name}, Gold(days, by_day=True, references=references_of(last)))


@template(
    "procedure_reason",
    JOIN,
    cuts=True,
    patient=(
        "Why did I have {procedure}?",
        "What was my {procedure} done for?",
        "Which condition was the reason for my {procedure}?",
    ),
    clinician=(
        "What was the indication for {procedure}?",
        "Why was {procedure} performed?",
        "Reason for the patient's {procedure}?",
    ),
)
def procedure_reason(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where every time has the one reason."""
    for group, name in choose_groups(procedures(chart), dice):
        reasons = {tuple(_reason_names(chart, r)) for r in group.records}
        if len(reasons) == 1 and len(names := next(iter(reasons))) == 1:
            yield Draft({"procedure": name}, Gold(names, references=references_of(group.records)))


def _reason_names(chart: Chart, record: Json) -> list[str]:
    told = [n for r in record.get("reasonReference", ()) for n in to_names((chart.follow(r) or {}).get("code"))[:1]]
    return list(dict.fromkeys([*told, *(n for c in record.get("reasonCode", ()) for n in to_names(c)[:1])]))


@template(
    "procedure_performer",
    JOIN,
    cuts=True,
    patient=(
        "Who did I see when I last had {procedure}?",
        "Which doctor was I with at the visit of my last {procedure}?",
        "With whom was the visit at which {procedure} was last done?",
    ),
    clinician=(
        "Which provider saw the patient at the visit of the most recent {procedure}?",
        "Who was the provider of the encounter in which {procedure} was last performed?",
        "Encounter provider for the last {procedure}?",
    ),
)
def procedure_performer(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(procedures(chart), dice):
        last = latest(group.records)
        visit = encounter_of(chart, last[0]) if len(last) == 1 else None
        people = participants(chart, visit) if visit else []
        if visit and len(people) == 1 and "performer" not in last[0]:
            gold = Gold(people[0], one_of=True, references=references_of([last[0], visit]))
            yield Draft({"procedure": name}, gold)


@template(
    "which_came_first",
    JOIN,
    patient=(
        "Was I diagnosed with {condition} before I was first prescribed {drug}?",
        "Did my {condition} diagnosis come before my first {drug} prescription?",
        "Which way round was it: did I have {condition} already when {drug} was first prescribed?",
    ),
    clinician=(
        "Was {condition} diagnosed before {drug} was first prescribed?",
        "Did the diagnosis of {condition} precede the first {drug} order?",
        "Did the first {drug} order come after {condition} was diagnosed?",
    ),
)
def which_came_first(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for condition, name, drug, order in _choose_pairs(chart, dice):
        begun, ordered = onset(condition), started(order)
        if begun and ordered and begun.day != ordered.day:
            gold = Gold((begun.day < ordered.day,), references=references_of([*condition, order]))
            yield Draft({"condition": name, "drug": drug}, gold)


@template(
    "days_from_diagnosis_to_drug",
    JOIN,
    patient=(
        "How many days after my {condition} diagnosis was I first prescribed {drug}?",
        "How many days passed between being diagnosed with {condition} and my first {drug} prescription?",
        "In days, how long was it from my {condition} diagnosis until {drug} was first ordered?",
    ),
    clinician=(
        "How many days from the diagnosis of {condition} to the first {drug} order?",
        "Days between {condition} onset and first {drug} prescription?",
        "How many days after {condition} was diagnosed was {drug} first prescribed?",
    ),
)
def days_from_diagnosis_to_drug(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for condition, name, drug, order in _choose_pairs(chart, dice):
        begun, ordered = onset(condition), started(order)
        if begun and ordered and begun.day < ordered.day:
            by_calendar = (ordered.day - begun.day).days
            by_clock = (ordered.instant - begun.instant).days
            values = tuple(dict.fromkeys((by_calendar, by_clock)))
            gold = Gold(values, one_of=True, whole_numbers=True, references=references_of([*condition, order]))
            yield Draft({"condition": name, "drug": drug}, gold)


def _choose_pairs(chart: Chart, dice: random.Random) -> Iterator[tuple[tuple[Json, ...], str, str, Json]]:
    """A condition with one record, and the first order of a drug that has one first."""
    found = [(g.records, n) for g, n in choose_groups(conditions(chart), dice) if len(g.records) == 1]
    for drug in choose_drugs(chart, dice):
        first = latest(drug.orders, last=False)
        if len(first) == 1 and found:
            records, name = dice.choice(found)
            yield records, name, drug.name, first[0]
