"""Templates on prescriptions: who wrote them, when, and what for."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

from evals.item import Atom, Gold
from evals.suites.chartqa.clock import format_day, format_month
from evals.suites.chartqa.drugs import choose_drugs, orders, product_names
from evals.suites.chartqa.medications import is_dated_alike
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import in_order, latest, started
from evals.suites.chartqa.template import Draft, template

PRESCRIBER = "medication prescriber"
DATE = "medication prescription date"


def to_person(chart: Chart, reference: Json | None) -> tuple[str, ...]:
    """A practitioner's name as it is written, and without the title; empty where none is told."""
    name = str((reference or {}).get("display") or "") or _name_of(chart.follow(reference))
    bare = name.removeprefix("Dr. ").strip()
    return tuple(dict.fromkeys(n for n in (name, bare, f"Dr. {bare}") if bare))


def _name_of(person: Json | None) -> str:
    named = ((person or {}).get("name") or [{}])[0] if isinstance((person or {}).get("name"), list) else {}
    return " ".join([*named.get("prefix", ()), *named.get("given", ()), named.get("family", "")]).strip()


def prescriber_draft(chart: Chart, slots: dict[str, str], records: Sequence[Json]) -> Iterator[Draft]:
    """Who ordered these, where it was one person; where nobody is told, it can't be answered."""
    people = {to_person(chart, r.get("requester")) for r in records}
    if people == {()}:
        yield Draft(slots, Gold((), abstain=True), frozenset({"unanswerable"}), "no order names who wrote it")
    elif len(people) == 1:
        yield Draft(slots, Gold(next(iter(people)), one_of=True, references=references_of(records)))


@template(
    "prescriber_last",
    PRESCRIBER,
    cuts=True,
    patient=(
        "Who last prescribed {drug} for me?",
        "Which doctor wrote my most recent {drug} prescription?",
        "Who was it that prescribed my {drug} the last time?",
    ),
    clinician=(
        "Who wrote the latest order for {drug}?",
        "Who most recently prescribed {drug} to the patient?",
        "Last prescriber of {drug}?",
        "{drug}: who ordered it most recently?",
    ),
)
def prescriber_last(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for drug in choose_drugs(chart, dice):
        if last := latest(drug.orders):
            yield from prescriber_draft(chart, {"drug": drug.name}, last)


@template(
    "prescriber_first",
    PRESCRIBER,
    cuts=True,
    patient=(
        "Who first prescribed {drug} for me?",
        "Which doctor originally started me on {drug}?",
        "Who put me on {drug} in the first place?",
    ),
    clinician=(
        "Who first ordered {drug} for this patient?",
        "Which provider originally prescribed {drug}?",
        "First prescriber of {drug}?",
        "Who started {him} on {drug}?",
    ),
)
def prescriber_first(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for drug in choose_drugs(chart, dice):
        if first := latest(drug.orders, last=False):
            yield from prescriber_draft(chart, {"drug": drug.name}, first)


@template(
    "prescriber_on_day",
    PRESCRIBER,
    cuts=True,
    patient=(
        "Who prescribed the {drug} I got on {day}?",
        "On {day} I was prescribed {drug}. Which doctor was that?",
        "Who wrote my {drug} prescription of {day}?",
    ),
    clinician=(
        "Who ordered {drug} on {day}?",
        "Which provider prescribed {drug} on {day}?",
        "Prescriber of the {drug} order dated {day}?",
    ),
)
def prescriber_on_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for drug in choose_drugs(chart, dice):
        dated = [(m.day, r) for r in drug.orders if (m := started(r))]
        day = dice.choice(sorted({d for d, _ in dated})) if dated else None
        there = [r for d, r in dated if d == day]
        if day and any(to_person(chart, r.get("requester")) for r in there):
            yield from prescriber_draft(chart, {"drug": drug.name, "day": format_day(day, dice)}, there)


@template(
    "prescriber_is",
    PRESCRIBER,
    patient=(
        "Did {person} ever prescribe {drug} for me?",
        "Was any of my {drug} prescribed by {person}?",
        "Did I ever get a {drug} prescription from {person}?",
    ),
    clinician=(
        "Did {person} prescribe {drug} to this patient?",
        "Any {drug} order written by {person}?",
        "Has {person} ever ordered {drug} for {him}?",
    ),
)
def prescriber_is(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of every order it is told who wrote it."""
    everyone = sorted({p for r in orders(chart) if (p := to_person(chart, r.get("requester")))})
    for drug in choose_drugs(chart, dice):
        people = [to_person(chart, r.get("requester")) for r in drug.orders]
        if not all(people) or len(everyone) < 2:
            continue
        asked = dice.choice(sorted(set(people))) if dice.random() < 0.5 else dice.choice(everyone)
        theirs = [r for r, p in zip(drug.orders, people, strict=True) if p == asked]
        gold = Gold((bool(theirs),), references=references_of(theirs))
        yield Draft({"drug": drug.name, "person": asked[0]}, gold)


def date_draft(slots: dict[str, str], records: Sequence[Json]) -> Iterator[Draft]:
    days = tuple(sorted({m.day.isoformat() for r in records if (m := started(r))}))
    if days and all(map(is_dated_alike, records)):
        yield Draft(slots, Gold(days, by_day=True, references=references_of(records)))


@template(
    "prescription_last_date",
    DATE,
    cuts=True,
    patient=(
        "When was I last prescribed {drug}?",
        "What's the date of my latest {drug} prescription?",
        "When did I most recently get a prescription for {drug}?",
    ),
    clinician=(
        "When was {drug} last prescribed?",
        "Date of the most recent {drug} order?",
        "When was the patient last prescribed {drug}?",
        "Last {drug} order date?",
    ),
)
def prescription_last_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for drug in choose_drugs(chart, dice):
        yield from date_draft({"drug": drug.name}, latest(drug.orders))


@template(
    "prescription_first_date",
    DATE,
    cuts=True,
    patient=(
        "When was I first prescribed {drug}?",
        "On what date did I start on {drug}, going by the first prescription?",
        "When did a doctor first write me a prescription for {drug}?",
    ),
    clinician=(
        "When was {drug} first ordered?",
        "Date of the first {drug} prescription?",
        "When was the patient first prescribed {drug}?",
        "First {drug} order, date?",
    ),
)
def prescription_first_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for drug in choose_drugs(chart, dice):
        yield from date_draft({"drug": drug.name}, latest(drug.orders, last=False))


@template(
    "prescription_second_date",
    DATE,
    cuts=True,
    patient=(
        "When was {drug} prescribed to me for the second time?",
        "What was the date of my second {drug} prescription?",
        "My second prescription for {drug}: when was it written?",
    ),
    clinician=(
        "Date of the second {drug} order?",
        "When was {drug} prescribed the second time?",
        "On what day was the patient's second prescription of {drug} written?",
    ),
)
def prescription_second_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for drug in choose_drugs(chart, dice):
        line = in_order(drug.orders)
        if len(line) == len(drug.orders) > 1 and _days_apart(line[:3]):
            yield from date_draft({"drug": drug.name}, line[1:2])


def _days_apart(records: Sequence[Json]) -> bool:
    return len({m.day for r in records if (m := started(r))}) == len(records)


@template(
    "prescribed_in_month",
    DATE,
    cuts=True,
    patient=(
        "What was I prescribed in {month}?",
        "Which prescriptions did I get in {month}?",
        "What drugs did doctors order for me during {month}?",
    ),
    clinician=(
        "What medications were prescribed in {month}?",
        "Which drugs were ordered for the patient in {month}?",
        "Prescriptions written in {month}?",
    ),
)
def prescribed_in_month(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """No more than eight drugs, each with one name."""
    by_month: dict[str, list[Json]] = defaultdict(list)
    for record in orders(chart):
        if moment := started(record):
            by_month[format_month(moment.day)].append(record)
    for month in dice.sample(sorted(by_month), len(by_month)):
        there = by_month[month]
        names = [product_names(chart, r) for r in there]
        values: tuple[Atom, ...] = tuple(dict.fromkeys(n[0] for n in names if n))
        if all(len(n) == 1 for n in names) and len(values) <= 8 and all(map(is_dated_alike, there)):
            yield Draft({"month": month}, Gold(values, references=references_of(there)))
