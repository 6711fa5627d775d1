"""Templates on procedures in time: how often, since a day, how far apart, how long after a diagnosis."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import timedelta

from evals.item import Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.conditions import conditions, onset
from evals.suites.chartqa.dependent import procedures
from evals.suites.chartqa.groups import Group, choose_groups, code_of
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import in_order, started
from evals.suites.chartqa.template import Draft, template

PROCEDURE = "procedure in time"
_MOST = 20
_NOT_COUNTED = re.compile(
    r"documentation|information|\bcare\b|reconciliation|assessment|admi[ts]|culture|swab|^procedure on", re.IGNORECASE
)
"""What is written down as a procedure by habit, or as a part of another."""


def choose_procedures(chart: Chart, dice: random.Random) -> Iterator[tuple[list[Json], str]]:
    """Procedures in order of time, each of a day of its own, whose number nobody would argue about."""
    for group, name in choose_groups(procedures(chart), dice):
        found = in_order(group.records)
        days = [m.day for r in found if (m := started(r))]
        if found and len(set(days)) == len(days) and not _is_disputed(group):
            yield found, name


def _is_disputed(group: Group) -> bool:
    """Whether some would count otherwise: what intensive care charts by the hour, or is no procedure to all."""
    systems = [str(c.get("system", "")) for r in group.records for c in (code_of(r) or {}).get("coding", ())]
    return any(s.endswith("d-items") for s in systems) or any(_NOT_COUNTED.search(n) for n in group.names)


@template(
    "procedure_count",
    PROCEDURE,
    cuts=True,
    patient=(
        "How many times have I had {procedure}?",
        "I lost count: {procedure}, how often was that done so far?",
        "In my whole record, how many times does {procedure} come up as having been done?",
    ),
    clinician=(
        "{procedure}, how many so far?",
        "{procedure}: total number performed?",
        "How often has {procedure} been performed on this patient?",
        "Count of {procedure} in the chart, all time.",
    ),
)
def procedure_count(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for found, name in choose_procedures(chart, dice):
        if len(found) <= _MOST:
            yield Draft({"procedure": name}, Gold((len(found),), references=references_of(found)))


@template(
    "procedure_since_day",
    PROCEDURE,
    cuts=True,
    patient=(
        "Have I had {procedure} at any time since {day}?",
        "I know I had {procedure} before. Was it done again after {day}?",
        "Since {day}, did anyone do {procedure} on me?",
    ),
    clinician=(
        "Any {procedure} since {day}?",
        "{procedure} after {day}, yes/no?",
        "Has {he} undergone {procedure} since {day}?",
        "Was {procedure} performed at any point later than {day}?",
    ),
)
def procedure_since_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a day well before or well after the last time, and after the first."""
    for found, name in choose_procedures(chart, dice):
        first, last = started(found[0]), started(found[-1])
        away = timedelta(days=dice.randint(10, 200))
        day = last.day + (away if dice.random() < 0.5 else -away) if last else None
        if not first or not day or not first.day < day < chart.as_of.date():
            continue
        later = [r for r in found if (m := started(r)) and m.day > day]
        near = any(abs((m.day - day).days) < 2 for r in found if (m := started(r)))
        if not near:
            gold = Gold((bool(later),), references=references_of(later))
            yield Draft({"procedure": name, "day": format_day(day, dice)}, gold)


@template(
    "days_between_procedures",
    PROCEDURE,
    cuts=True,
    patient=(
        "How many days apart were my last two times of having {procedure}?",
        "Between the latest {procedure} and the one before, how many days went by?",
        "I had {procedure} more than once. How many days lay between the two most recent times?",
    ),
    clinician=(
        "Interval in days between the last two {procedure}?",
        "{procedure}: days from the previous to the latest one?",
        "How many days after the prior {procedure} was the most recent one done?",
        "Days elapsed between {his} two most recent instances of {procedure}?",
    ),
)
def days_between_procedures(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for found, name in choose_procedures(chart, dice):
        moments = [m for r in found[-2:] if (m := started(r))]
        if len(moments) == 2 and (moments[1].day - moments[0].day).days > 1:
            values = ((moments[1].day - moments[0].day).days, (moments[1].instant - moments[0].instant).days)
            gold = Gold(tuple(dict.fromkeys(values)), one_of=True, references=references_of(found[-2:]))
            yield Draft({"procedure": name}, gold)


@template(
    "days_from_diagnosis_to_procedure",
    PROCEDURE,
    patient=(
        "After I was diagnosed with {condition}, how many days was it until I had {procedure}?",
        "How many days passed from my {condition} diagnosis to the {procedure}?",
        "First came the {condition}, then {procedure}. How many days later was that?",
    ),
    clinician=(
        "{condition} dx to {procedure}: days?",
        "Days from onset of {condition} to {procedure}?",
        "How many days after the diagnosis of {condition} did {he} undergo {procedure}?",
        "Interval between {condition} and the {procedure} that followed it, in days?",
    ),
)
def days_from_diagnosis_to_procedure(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a condition with one record, and a procedure done once, later."""
    done = [(found[0], name) for found, name in choose_procedures(chart, dice) if len(found) == 1]
    for group, name in choose_groups(conditions(chart), dice) if done else ():
        record, procedure = dice.choice(done)
        begun, moment = onset(group.records), started(record)
        if len(group.records) == 1 and begun and moment and begun.day < moment.day:
            values = ((moment.day - begun.day).days, (moment.instant - begun.instant).days)
            needed = references_of([*group.records, record])
            gold = Gold(tuple(dict.fromkeys(values)), one_of=True, references=needed)
            yield Draft({"condition": name, "procedure": procedure}, gold)
