"""Templates on orders against one another and against other records: class, which first, a diagnosis's day, a stay."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from evals.item import Gold
from evals.suites.chartqa.concepts import to_words
from evals.suites.chartqa.conditions import conditions, onset
from evals.suites.chartqa.drugs import choose_drugs, is_mix, orders, product_names
from evals.suites.chartqa.groups import choose_groups
from evals.suites.chartqa.joins import JOIN
from evals.suites.chartqa.medications import choose_classes
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, started
from evals.suites.chartqa.stay_events import choose_stays, is_of
from evals.suites.chartqa.template import Draft, template

_MOST = 6


def to_products(chart: Chart, found: Sequence[Json]) -> tuple[str, ...]:
    """The products of orders; empty where one has no name, several, or more than one ingredient apart."""
    named = [() if is_mix(chart, r) else product_names(chart, r) for r in found]
    return tuple(dict.fromkeys(n[0] for n in named)) if all(len(n) == 1 for n in named) else ()


def to_plural(kind: str) -> str:
    """
    >>> to_plural("an ACE inhibitor"), to_plural("any kind of insulin")
    ('ACE inhibitors', '')
    """
    found = re.fullmatch(r"an? ([\w -]+)", kind)
    return f"{found[1]}s" if found and " like " not in kind else ""


@template(
    "class_which",
    JOIN,
    patient=(
        "Which {kind} have I been prescribed over the years?",
        "I know I've been on {kind}. Which ones exactly were ordered for me?",
        "Can you name every one of the {kind} that were ever prescribed to me?",
    ),
    clinician=(
        "Which {kind} has {he} been prescribed?",
        "{kind} ordered to date: names?",
        "List all {kind} found among the orders.",
        "Of the {kind}, which were ever ordered for this patient?",
    ),
)
def class_which(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for kind, members in choose_classes(chart, dice):
        products = to_products(chart, members)
        plural = [p for a in kind.asked if (p := to_plural(a))]
        if plural and 0 < len(products) <= _MOST:
            yield Draft({"kind": dice.choice(plural)}, Gold(products, references=references_of(members)))


@template(
    "earlier_drug",
    JOIN,
    cuts=True,
    patient=(
        "Which was I prescribed first, {drug} or {other}?",
        "I've had both {drug} and {other} ordered. Which came earlier?",
        "Did they start prescribing me {drug} or {other} first?",
    ),
    clinician=(
        "{drug} vs {other}: which was ordered first?",
        "First order, earlier of the two: {drug} or {other}?",
        "Of {drug} and {other}, which one has the earlier first prescription?",
        "Did {drug} or {other} get ordered first for {him}?",
    ),
)
def earlier_drug(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for one, two in pairwise(choose_drugs(chart, dice)):
        firsts = [latest(d.orders, last=False) for d in (one, two)]
        days = [m.day for first in firsts if first and (m := started(first[0]))]
        if len(days) == 2 and days[0] != days[1] and not {*to_words(one.name)} & {*to_words(two.name)}:
            drug, first = (one, firsts[0]) if days[0] < days[1] else (two, firsts[1])
            names = tuple(dict.fromkeys((drug.name, *(n for r in first for n in product_names(chart, r)))))
            gold = Gold(names, one_of=True, references=references_of([*firsts[0], *firsts[1]]))
            yield Draft({"drug": one.name, "other": two.name}, gold)


@template(
    "drugs_on_day_of_diagnosis",
    JOIN,
    patient=(
        "What was I prescribed on the day I was diagnosed with {condition}?",
        "The same day they told me I had {condition}, they wrote a prescription. Which medicines were on it?",
        "When {condition} was diagnosed, what medicines were ordered that very day?",
    ),
    clinician=(
        "Meds ordered on the day of the {condition} diagnosis?",
        "{condition} dx date: what was prescribed same day?",
        "Which drugs were prescribed on the date {condition} was diagnosed?",
        "Same-day prescriptions with the onset of {condition}?",
    ),
)
def drugs_on_day_of_diagnosis(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where something was; all that was, whatever for."""
    for group, name in choose_groups(conditions(chart), dice):
        begun = onset(group.records) if len(group.records) == 1 else None
        written = [r for r in orders(chart) if begun and (m := started(r)) and m.day == begun.day]
        products = to_products(chart, written)
        if 0 < len(products) <= _MOST:
            needed = references_of([*group.records, *written])
            yield Draft({"condition": name}, Gold(products, references=needed))


@template(
    "ordered_in_first_hours",
    JOIN,
    patient=(
        "In the first {hours} hours of my {nth} hospital stay, was {drug} ordered for me?",
        "Did they order {drug} within {hours} hours of my being admitted the {nth} time?",
        "Was {drug} among what I was put on in the first {hours} hours of my {nth} stay in the hospital?",
    ),
    clinician=(
        "{drug} ordered within {hours} h of admission, {nth} stay?",
        "{nth} hospitalization, first {hours} hours: any {drug} order?",
        "Was there an order for {drug} during the initial {hours} hours of the {nth} admission?",
        "Did {he} get {drug} ordered in the first {hours} h of the {nth} inpatient stay?",
    ),
)
def ordered_in_first_hours(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a drug that was ordered in the stay, clearly within the hours or clearly after them."""
    for nth, visit in choose_stays(chart, dice):
        begin, hours = started(visit), dice.choice((24, 48))
        for drug in choose_drugs(chart, dice):
            mine = [r for r in drug.orders if is_of(r, visit)]
            times = [(m.instant - begin.instant) / timedelta(hours=1) for r in mine if begin and (m := started(r))]
            if not mine or len(times) < len(mine) or any(t < 0 or abs(t - hours) < 2 for t in times):
                continue
            early = [r for r, t in zip(mine, times, strict=True) if t < hours]
            gold = Gold((bool(early),), references=references_of(early))
            yield Draft({"drug": drug.name, "nth": nth, "hours": str(hours)}, gold)
