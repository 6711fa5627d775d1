"""Templates on measurements that depend on another record: a diagnosis, a drug, a visit, a procedure, a vaccine."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from evals.item import Gold
from evals.suites.chartqa.clock import Moment, is_before
from evals.suites.chartqa.concepts import contains
from evals.suites.chartqa.conditions import conditions, onset
from evals.suites.chartqa.drugs import choose_drugs, names_before_orders
from evals.suites.chartqa.groups import Group, choose_groups, code_of, group_records
from evals.suites.chartqa.immunizations import choose_vaccines
from evals.suites.chartqa.medications import is_dated_alike
from evals.suites.chartqa.observations import by_day, extreme, numeric_tests, tests, value_draft
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, started, to_names
from evals.suites.chartqa.template import Draft, template

_NO_PROCEDURE = re.compile("updated|gauge|received|sent$|notified", re.IGNORECASE)
"""What some charts write down as procedures, and nobody would ask for as one."""
DEPENDENT = "observation dependent on another record"


def needing(drafts: Iterator[Draft], others: Sequence[Json]) -> Iterator[Draft]:
    """The drafts, the records that they depend on needed as well."""
    for draft in drafts:
        gold = draft.gold
        needed = gold.references | references_of(others)
        yield Draft(draft.slots, Gold(gold.values, one_of=gold.one_of, tied=gold.tied, references=needed), draft.tags)


def before(records: Sequence[Json], moment: Moment) -> list[Json]:
    """The last of them certainly before a moment; none where one of the same day can't be ordered against it."""
    if any((m := started(r)) is None or (m.day == moment.day) for r in records):
        return []
    return latest([r for r in records if (m := started(r)) and is_before(m, moment)])


def after(records: Sequence[Json], moment: Moment) -> list[Json]:
    if any((m := started(r)) is None or (m.day == moment.day) for r in records):
        return []
    return latest([r for r in records if (m := started(r)) and is_before(moment, m)], last=False)


@template(
    "value_on_day_of_diagnosis",
    DEPENDENT,
    patient=(
        "What was my {test} on the day I was diagnosed with {condition}?",
        "On the date of my {condition} diagnosis, what was my {test}?",
        "When they found my {condition}, what was my {test} that day?",
    ),
    clinician=(
        "What was the {test} on the day {condition} was diagnosed?",
        "{test} on the date of {condition} diagnosis?",
        "What was {his} {test} the day {he} was diagnosed with {condition}?",
    ),
)
def value_on_day_of_diagnosis(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    measured = list(choose_groups(tests(chart), dice))
    for condition, name in choose_groups(conditions(chart), dice):
        begun = onset(condition.records)
        for group, test in measured if begun and len(condition.records) == 1 else ():
            there = by_day(group.records).get(begun.day, []) if begun else []
            if len(there) == 1:
                yield from needing(value_draft({"test": test, "condition": name}, there), condition.records)
                break


@template(
    "value_before_diagnosis",
    DEPENDENT,
    patient=(
        "What was my last {test} before I was diagnosed with {condition}?",
        "Before my {condition} diagnosis, what was my most recent {test}?",
        "What did my {test} last read before {condition} was found?",
    ),
    clinician=(
        "Last {test} before the diagnosis of {condition}?",
        "What was the patient's most recent {test} prior to being diagnosed with {condition}?",
        "{test} immediately preceding {condition} onset?",
    ),
)
def value_before_diagnosis(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    measured = list(choose_groups(tests(chart), dice))
    for condition, name in choose_groups(conditions(chart), dice):
        begun = onset(condition.records)
        for group, test in measured if begun and len(condition.records) == 1 else ():
            if begun and (there := before(group.records, begun)):
                yield from needing(value_draft({"test": test, "condition": name}, there), condition.records)
                break


@template(
    "value_before_drug",
    DEPENDENT,
    patient=(
        "What was my last {test} before I was first prescribed {drug}?",
        "Before I started {drug}, what was my most recent {test}?",
        "How was my {test} the last time it was checked before my first {drug} prescription?",
    ),
    clinician=(
        "Last {test} before {drug} was started?",
        "What was the most recent {test} prior to the first {drug} order?",
        "Pre-{drug} {test}: the last value before the first prescription?",
    ),
)
def value_before_drug(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    yield from _around_drug(chart, dice, later=False)


@template(
    "value_after_drug",
    DEPENDENT,
    patient=(
        "What was my first {test} after I was first prescribed {drug}?",
        "After I started {drug}, what was the next {test}?",
        "Once {drug} had been prescribed the first time, what did my next {test} show?",
    ),
    clinician=(
        "First {test} after {drug} was started?",
        "What was the next {test} after the first {drug} order?",
        "First {test} following the initial prescription of {drug}?",
    ),
)
def value_after_drug(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    yield from _around_drug(chart, dice, later=True)


def _around_drug(chart: Chart, dice: random.Random, later: bool) -> Iterator[Draft]:
    measured = list(choose_groups(tests(chart), dice))
    elsewhere = names_before_orders(chart)
    for drug in choose_drugs(chart, dice):
        if any(contains(n, drug.name) for n in elsewhere):
            continue
        first = latest(drug.orders, last=False)
        moment = started(first[0]) if first and all(map(is_dated_alike, first)) else None
        for group, test in measured if moment else ():
            if moment and (there := (after if later else before)(group.records, moment)):
                yield from needing(value_draft({"test": test, "drug": drug.name}, there), first)
                break


@template(
    "value_on_day_of_procedure",
    DEPENDENT,
    cuts=True,
    patient=(
        "What was my {test} on the day of my last {procedure}?",
        "The day I last had {procedure}, what was my {test}?",
        "On the date of my most recent {procedure}, what did my {test} read?",
    ),
    clinician=(
        "{test} on the day of the most recent {procedure}?",
        "What was the patient's {test} on the date of {his} last {procedure}?",
        "What {test} was recorded the day {procedure} was last done?",
    ),
)
def value_on_day_of_procedure(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    measured = list(choose_groups(tests(chart), dice))
    for procedure, name in choose_groups(procedures(chart), dice):
        last = latest(procedure.records)
        moment = started(last[0]) if len(last) == 1 else None
        for group, test in measured if moment else ():
            there = by_day(group.records).get(moment.day, []) if moment else []
            if len(there) == 1:
                yield from needing(value_draft({"test": test, "procedure": name}, there), last)
                break


def procedures(chart: Chart) -> list[Group]:
    """What was done."""
    done = [r for r in chart.of("Procedure") if r.get("status") == "completed"]
    found = group_records(done, code_of, {})
    tested = {n.casefold() for r in chart.of("Observation") for n in to_names(code_of(r))}
    return [g for g in found if not any(_NO_PROCEDURE.search(n) or n.casefold() in tested for n in g.names)]


@template(
    "value_on_day_of_vaccine",
    DEPENDENT,
    cuts=True,
    patient=(
        "What was my {test} on the day of my last {vaccine}?",
        "When I got my most recent {vaccine}, what was my {test} that same day?",
        "On the date I last had the {vaccine}, what was my {test}?",
    ),
    clinician=(
        "{test} on the day the last {vaccine} was given?",
        "What was the patient's {test} the day {he} last got the {vaccine}?",
        "What was {test} on the date of the most recent {vaccine}?",
    ),
)
def value_on_day_of_vaccine(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    measured = list(choose_groups(tests(chart), dice))
    for records, name in choose_vaccines(chart, dice):
        last = latest(records)
        moment = started(last[0]) if len(last) == 1 else None
        for group, test in measured if moment else ():
            there = by_day(group.records).get(moment.day, []) if moment else []
            if len(there) == 1:
                yield from needing(value_draft({"test": test, "vaccine": name}, there), last)
                break


@template(
    "highest_since_diagnosis",
    DEPENDENT,
    patient=(
        "What has my highest {test} been since I was diagnosed with {condition}?",
        "Since my {condition} diagnosis, how high has my {test} gone?",
        "What is the top {test} I've had since {condition} was diagnosed?",
    ),
    clinician=(
        "Highest {test} since the diagnosis of {condition}?",
        "Maximum {test} since {condition} was diagnosed?",
        "What is {his} peak {test} after being diagnosed with {condition}?",
    ),
)
def highest_since_diagnosis(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where the highest isn't of the day of the diagnosis itself."""
    measured = list(choose_groups(numeric_tests(chart), dice))
    for condition, name in choose_groups(conditions(chart), dice):
        begun = onset(condition.records)
        for group, test in measured if begun and len(condition.records) == 1 else ():
            since = [r for r in group.records if begun and (m := started(r)) and m.day >= begun.day]
            best = extreme(since, highest=True) if len(since) > 1 else []
            if best and begun and all((m := started(r)) and m.day > begun.day for r in best):
                needed = references_of([*best, *condition.records])
                yield Draft(
                    {"test": test, "condition": name}, Gold((best[0]["valueQuantity"]["value"],), references=needed)
                )
                break


@template(
    "value_within_days_of_diagnosis",
    DEPENDENT,
    patient=(
        "Was my {test} checked within {n} days after I was diagnosed with {condition}?",
        "Did anyone measure my {test} in the {n} days after my {condition} diagnosis?",
        "In the {n} days following the diagnosis of {condition}, did I have my {test} checked?",
    ),
    clinician=(
        "Was {test} measured within {n} days after the diagnosis of {condition}?",
        "Any {test} in the {n} days after {condition} was diagnosed?",
        "Was {his} {test} checked within {n} days following {condition} onset?",
    ),
)
def value_within_days_of_diagnosis(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where no measurement lies on the first or last day of the span, which some count and others don't."""
    measured = list(choose_groups(tests(chart), dice))
    for condition, name in choose_groups(conditions(chart), dice):
        begun = onset(condition.records)
        if not begun or len(condition.records) > 1:
            continue
        group, test = dice.choice(measured) if measured else (None, "")
        days = dice.choice((30, 60, 90, 180))
        dated = [(m.day - begun.day, r) for r in (group.records if group else ()) if (m := started(r))]
        there = [r for d, r in dated if timedelta() < d < timedelta(days=days)]
        edge = any(d in {timedelta(), timedelta(days=days)} for d, _ in dated)
        if group and not edge:
            needed = references_of([*there, *condition.records])
            yield Draft({"test": test, "condition": name, "n": str(days)}, Gold((bool(there),), references=needed))
