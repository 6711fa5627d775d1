"""Templates on drugs: what the patient takes now, and what was ever ordered."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from evals.item import Gold
from evals.suites.chartqa.clock import is_before
from evals.suites.chartqa.drug_classes import CLASSES, DrugClass
from evals.suites.chartqa.drugs import choose_drugs, orders, other_drug_names, product_names
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, started
from evals.suites.chartqa.template import Draft, template

CURRENT = "medication current"
EXISTENCE = "medication existence"


def has_clear_statuses(chart: Chart) -> bool:
    """Whether orders alone tell what is taken now: none has a planned end, and nothing else tells of a drug."""
    planned = any("validityPeriod" in (r.get("dispenseRequest") or {}) for r in orders(chart))
    return not planned and not chart.of("MedicationStatement") and all(r["status"] != "on-hold" for r in orders(chart))


def is_current(records: Sequence[Json]) -> bool | None:
    """Whether the last of these orders is active; None where an earlier one is and the last is not."""
    last = latest(records)
    states = {r["status"] == "active" for r in last}
    active = [r for r in records if r["status"] == "active"]
    if len(states) != 1 or (active and states == {False}):
        return None
    return states == {True}


def current_orders(chart: Chart) -> list[Json]:
    return [r for r in orders(chart) if r["status"] == "active"]


def has_doubt(chart: Chart) -> bool:
    """Whether a product has an active order that is older than one that ended."""
    for order in current_orders(chart):
        begun, names = started(order), product_names(chart, order)
        for other in orders(chart):
            later = started(other)
            same = other["status"] != "active" and names == product_names(chart, other)
            if same and (begun is None or later is None or not is_before(later, begun)):
                return True
    return False


@template(
    "medication_current_list",
    CURRENT,
    patient=(
        "What medications am I on right now?",
        "Which medicines am I supposed to be taking at the moment?",
        "Can you list my current prescriptions?",
        "What drugs do I take these days?",
    ),
    clinician=(
        "Current meds?",
        "What medications is the patient currently on?",
        "List {his} active medication orders.",
        "Which prescriptions are active now?",
    ),
)
def medication_current_list(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    active = current_orders(chart)
    if not has_clear_statuses(chart) or has_doubt(chart) or not active or dice is None:
        return
    names = [product_names(chart, r) for r in active]
    if all(len(n) == 1 for n in names):
        yield Draft({}, Gold(tuple(dict.fromkeys(n[0] for n in names)), references=references_of(active)))


@template(
    "medication_current",
    CURRENT,
    patient=(
        "Am I currently taking {drug}?",
        "Am I still supposed to be on {drug}?",
        "Is {drug} one of my current medicines?",
    ),
    clinician=(
        "Is the patient currently on {drug}?",
        "Is there an active order for {drug}?",
        "Is {he} still on {drug}?",
        "{drug}: active or not?",
    ),
)
def medication_current(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for drug in choose_drugs(chart, dice):
        now = is_current(drug.orders) if has_clear_statuses(chart) else None
        if now is not None:
            needed = [r for r in drug.orders if r["status"] == "active"] or list(drug.orders)
            yield Draft({"drug": drug.name}, Gold((now,), references=references_of(needed)))


@template(
    "medication_current_class",
    CURRENT,
    patient=(
        "Am I taking {drug} right now?",
        "Do I currently have a prescription for {drug}?",
        "Is {drug} part of what I take at present?",
    ),
    clinician=(
        "Is the patient currently prescribed {drug}?",
        "Is {he} on {drug} at the moment?",
        "Does the current med list include {drug}?",
        "On {drug} currently?",
    ),
)
def medication_current_class(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    if not has_clear_statuses(chart) or has_doubt(chart):
        return
    for kind, members in choose_classes(chart, dice):
        active = [r for r in members if r["status"] == "active"]
        gold = Gold((bool(active),), references=references_of(active or members))
        yield Draft({"drug": dice.choice(kind.asked)}, gold)


@template(
    "medication_current_count",
    CURRENT,
    patient=(
        "How many medications am I on at the moment?",
        "How many active prescriptions do I have?",
        "How many different drugs am I taking currently?",
    ),
    clinician=(
        "How many active medications does the patient have?",
        "Number of current medications?",
        "How many drugs is {he} currently on?",
    ),
)
def medication_current_count(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    active = current_orders(chart)
    names = {product_names(chart, r) for r in active}
    if has_clear_statuses(chart) and not has_doubt(chart) and len(names) == len(active) > 0 and dice is not None:
        yield Draft({}, Gold((len(active),), references=references_of(active)))


@template(
    "medication_ever",
    EXISTENCE,
    cuts=True,
    patient=(
        "Have I ever been prescribed {drug}?",
        "Was {drug} ever ordered for me?",
        "Did anyone ever put me on {drug}?",
    ),
    clinician=(
        "Has the patient ever been prescribed {drug}?",
        "Any past or present order for {drug}?",
        "Was {he} ever prescribed {drug}?",
        "Ever on {drug}?",
    ),
)
def medication_ever(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for drug in choose_drugs(chart, dice):
        yield Draft({"drug": drug.name}, Gold((True,), references=references_of(drug.orders)))


@template(
    "medication_in_year",
    EXISTENCE,
    cuts=True,
    patient=(
        "Was I prescribed {drug} in {year}?",
        "Did I get a prescription for {drug} at any time in {year}?",
        "In {year}, did a doctor order {drug} for me?",
    ),
    clinician=(
        "Was {drug} prescribed in {year}?",
        "Did the patient have {drug} ordered during {year}?",
        "Any {drug} orders written in {year}?",
        "{drug} in {year}, yes or no?",
    ),
)
def medication_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a year without an order only where no order of another year may have run into it."""
    for drug in choose_drugs(chart, dice):
        years = {m.day.year for r in drug.orders if (m := started(r))}
        if not all(started(r) for r in drug.orders) or not all(map(is_dated_alike, drug.orders)):
            continue
        year = dice.choice((*sorted(years), min(years) - 1, min(years) - 2))
        there = [r for r in drug.orders if (m := started(r)) and m.day.year == year]
        yield Draft({"drug": drug.name, "year": str(year)}, Gold((bool(there),), references=references_of(there)))


def is_dated_alike(order: Json) -> bool:
    """Whether it was to be given from the day it was written."""
    validity = (order.get("dispenseRequest") or {}).get("validityPeriod") or {}
    return str(validity.get("start", order.get("authoredOn")))[:10] == str(order.get("authoredOn"))[:10]


@template(
    "medication_class_ever",
    EXISTENCE,
    patient=(
        "Have I ever been given a prescription for {drug}?",
        "Did I ever get prescribed {drug}?",
        "Has {drug} ever been ordered for me?",
    ),
    clinician=(
        "Has the patient ever been prescribed {drug}?",
        "Any order for {drug} in the chart?",
        "Was {he} ever started on {drug}?",
        "Has {drug} ever been prescribed?",
    ),
)
def medication_class_ever(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for kind, members in choose_classes(chart, dice):
        gold = Gold((bool(members),), references=references_of(members))
        yield Draft({"drug": dice.choice(kind.asked)}, gold)


def choose_classes(chart: Chart, dice: random.Random) -> Iterator[tuple[DrugClass, list[Json]]]:
    """Classes that clearly are or aren't in the chart, in turn; what other medication records tell of is neither."""
    told = other_drug_names(chart)
    there, absent = [], []
    for kind in dice.sample(CLASSES, len(CLASSES)):
        members = [r for r in orders(chart) if kind.has(product_names(chart, r))]
        doubtful = any(kind.may_have(set(product_names(chart, r))) and r not in members for r in orders(chart))
        if members and not doubtful:
            there.append((kind, members))
        elif not doubtful and not kind.has(told) and not kind.may_have(told):
            absent.append((kind, members))
    both = [pair for two in zip(there, absent, strict=False) for pair in two]
    yield from (both or [*there, *absent]) if dice.random() < 0.5 else (both or [*there, *absent])[::-1]


@template(
    "medication_order_count",
    EXISTENCE,
    cuts=True,
    patient=(
        "How many times have I been prescribed {drug}?",
        "How many prescriptions for {drug} have I had in total?",
        "How often was {drug} ordered for me?",
    ),
    clinician=(
        "How many orders for {drug} are in the chart?",
        "How many times was {drug} prescribed?",
        "Total number of {drug} prescriptions?",
    ),
)
def medication_order_count(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for drug in choose_drugs(chart, dice):
        yield Draft({"drug": drug.name}, Gold((len(drug.orders),), references=references_of(drug.orders)))
