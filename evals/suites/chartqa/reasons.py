"""Templates on what drugs were ordered for: only in charts where every order tells its reason."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from evals.item import Gold
from evals.suites.chartqa.concepts import contains, strip_tag
from evals.suites.chartqa.conditions import conditions
from evals.suites.chartqa.drugs import Drug, choose_drugs, orders, product_names
from evals.suites.chartqa.groups import Group, choose_groups
from evals.suites.chartqa.prescriptions import date_draft
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, to_names
from evals.suites.chartqa.template import Draft, template

REASON = "medication for condition"


def reasons_of(chart: Chart, order: Json) -> list[Json]:
    """The conditions an order was written for."""
    found = (chart.follow(r) for r in order.get("reasonReference", ()))
    return [r for r in found if r and r["resourceType"] == "Condition"]


def reason_names(chart: Chart, order: Json) -> tuple[str, ...]:
    told = [n for r in reasons_of(chart, order) for n in to_names(r.get("code"))[:1]]
    return tuple(dict.fromkeys([*told, *(n for c in order.get("reasonCode", ()) for n in to_names(c)[:1])]))


def tells_every_reason(chart: Chart) -> bool:
    found = orders(chart)
    return bool(found) and all(reason_names(chart, r) for r in found)


def choose_treated(chart: Chart, dice: random.Random) -> Iterator[tuple[str, Group, list[Json]]]:
    """Conditions, each with the orders written for it, no others seeming to be."""
    if not tells_every_reason(chart):
        return
    for group, name in choose_groups(conditions(chart), dice):
        ids = {r["id"] for r in group.records}
        meant = [o for o in orders(chart) if any(r["id"] in ids for r in reasons_of(chart, o))]
        others = {n for o in orders(chart) if o not in meant for n in reason_names(chart, o)}
        if not any(contains(o, name) for o in others):
            yield name, group, meant


def _products(chart: Chart, found: Sequence[Json]) -> tuple[str, ...]:
    """The names of the drugs, empty where one has several."""
    names = [product_names(chart, r) for r in found]
    return tuple(dict.fromkeys(n[0] for n in names)) if all(len(n) == 1 for n in names) else ()


@template(
    "drugs_for_condition",
    REASON,
    patient=(
        "What have I been prescribed for {condition}?",
        "Which medicines did I get for my {condition}?",
        "What drugs did doctors give me a prescription for because of {condition}?",
    ),
    clinician=(
        "Which medications were prescribed for {condition}?",
        "What has the patient been prescribed for {condition}?",
        "Drugs ordered for {condition}?",
        "What was {he} given a prescription of to treat {condition}?",
    ),
)
def drugs_for_condition(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, _, meant in choose_treated(chart, dice):
        if products := _products(chart, meant):
            yield Draft({"condition": name}, Gold(products, references=references_of(meant)))


def _choose_reasoned(chart: Chart, dice: random.Random) -> Iterator[tuple[Drug, tuple[str, ...], list[Json]]]:
    for drug in choose_drugs(chart, dice):
        reasons = {reason_names(chart, o) for o in drug.orders}
        if len(reasons) == 1 and (names := next(iter(reasons))):
            yield drug, names, [r for o in drug.orders for r in reasons_of(chart, o)]


@template(
    "reason_of_drug",
    REASON,
    patient=(
        "Why was I prescribed {drug}?",
        "What is my {drug} for?",
        "What condition did I get {drug} for?",
    ),
    clinician=(
        "What is the indication for {drug}?",
        "Why was the patient prescribed {drug}?",
        "Reason for the {drug} order?",
        "{drug}: ordered for what?",
    ),
)
def reason_of_drug(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for drug, names, _ in _choose_reasoned(chart, dice):
        if len(names) == 1:
            alike = tuple(dict.fromkeys((names[0], strip_tag(names[0]))))
            yield Draft({"drug": drug.name}, Gold(alike, one_of=True, references=references_of(drug.orders)))


def _alike(name: str) -> Callable[[str], bool]:
    """Whether one of two names holds the other."""
    return lambda reason: contains(reason, name) or contains(name, strip_tag(reason))


@template(
    "drug_was_for",
    REASON,
    patient=(
        "Was {drug} prescribed for my {condition}?",
        "Did I get {drug} because of {condition}?",
        "Is {condition} the reason I was put on {drug}?",
    ),
    clinician=(
        "Was {drug} ordered for {condition}?",
        "Is {condition} the indication for {drug}?",
        "Did {he} receive {drug} for {condition}?",
    ),
)
def drug_was_for(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    groups = [(g, n) for g, n in choose_groups(conditions(chart), dice)]
    for drug, names, _ in _choose_reasoned(chart, dice):
        mine = [(g, n) for g, n in groups if set(g.names) & set(names)]
        others = [(g, n) for g, n in groups if (g, n) not in mine and not any(map(_alike(n), names))]
        chosen = mine if mine and dice.random() < 0.5 else others
        if chosen and len(names) == 1:
            gold = Gold((chosen is mine,), references=references_of(drug.orders if chosen is mine else ()))
            yield Draft({"drug": drug.name, "condition": chosen[0][1]}, gold)


@template(
    "first_drug_for_condition_date",
    REASON,
    patient=(
        "When was I first prescribed something for {condition}?",
        "On what date did I get my first prescription for {condition}?",
        "When did drug treatment of my {condition} begin, by the first prescription?",
    ),
    clinician=(
        "When was the first medication for {condition} prescribed?",
        "Date of the first order written for {condition}?",
        "When did {he} first get a drug prescribed for {condition}?",
    ),
)
def first_drug_for_condition_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, _, meant in choose_treated(chart, dice):
        yield from date_draft({"condition": name}, latest(meant, last=False))


@template(
    "was_treated_with_drugs",
    REASON,
    patient=(
        "Was I ever prescribed anything for {condition}?",
        "Did I get any medication for my {condition}?",
        "Has any drug been ordered for me because of {condition}?",
    ),
    clinician=(
        "Was any medication prescribed for {condition}?",
        "Is there any drug order with {condition} as the indication?",
        "Did the patient get a prescription for {condition}?",
    ),
)
def was_treated_with_drugs(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, _, meant in choose_treated(chart, dice):
        yield Draft({"condition": name}, Gold((bool(meant),), references=references_of(meant)))
