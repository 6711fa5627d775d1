"""Templates on conditions in time: how long one lasted, on a day, which came first, the newest, in which stay."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from evals.item import Gold
from evals.suites.chartqa.clock import format_day, parse_moment
from evals.suites.chartqa.conditions import EXISTENCE, NO_DISEASE, conditions, onset
from evals.suites.chartqa.groups import Group, choose_groups, code_of
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import encounter_of, latest, started, to_names
from evals.suites.chartqa.stay_events import is_of
from evals.suites.chartqa.stays import HOSPITAL, stays
from evals.suites.chartqa.template import Draft, template

_CIRCUMSTANCE = re.compile(r"accident|^fall|place|activity|exposure|external|unspecified|\buse\b", re.IGNORECASE)
"""How an injury came about, and what is no diagnosis to all."""


def span_of(group: Group) -> tuple[date, date] | None:
    """The first and last day of a condition with one record that is over."""
    begun = onset(group.records) if len(group.records) == 1 else None
    over = parse_moment(group.records[0].get("abatementDateTime"))
    return (begun.day, over.day) if begun and over and begun.day < over.day else None


@template(
    "condition_length",
    EXISTENCE,
    patient=(
        "How many days did my {condition} last?",
        "I had {condition} once and got over it. How many days did that take?",
        "From the day it began to the day it was gone, how many days did I have {condition}?",
    ),
    clinician=(
        "Duration of {condition}, in days?",
        "{condition}: onset to resolution, how many days?",
        "How many days until {his} {condition} resolved?",
        "For how many days was {condition} on the problem list before it was resolved?",
    ),
)
def condition_length(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(conditions(chart), dice):
        if span := span_of(group):
            begun, over = started(group.records[0]), parse_moment(group.records[0].get("abatementDateTime"))
            values = [(span[1] - span[0]).days, *([(over.instant - begun.instant).days] if begun and over else [])]
            gold = Gold(tuple(dict.fromkeys(values)), one_of=True, references=references_of(group.records))
            yield Draft({"condition": name}, gold)


@template(
    "condition_on_day",
    EXISTENCE,
    patient=(
        "On {day}, did I have {condition}?",
        "Was my {condition} still going on, or going on at all, on {day}?",
        "I need to know for a form: did {condition} affect me on {day}?",
    ),
    clinician=(
        "{condition} active on {day}?",
        "Was {condition} an active problem as of {day}?",
        "Did {he} have {condition} on {day}, going by onset and resolution dates?",
        "Status of {condition} on {day}: present (yes) or not (no)?",
    ),
)
def condition_on_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a day within the span, or clearly outside of it."""
    for group, name in choose_groups(conditions(chart), dice):
        if not (span := span_of(group)):
            continue
        begun, over = span
        away = timedelta(days=dice.randint(20, 400))
        inside = begun + timedelta(days=(over - begun).days // 2)
        day = dice.choice((inside, inside, begun - away, over + away))
        if day not in (begun, over) and day < chart.as_of.date():
            gold = Gold((begun < day < over,), references=references_of(group.records))
            yield Draft({"condition": name, "day": format_day(day, dice)}, gold)


@template(
    "earlier_condition",
    EXISTENCE,
    cuts=True,
    patient=(
        "Which did I get first, {condition} or {other}?",
        "I've had both {condition} and {other}. Which of the two came earlier?",
        "Between {condition} and {other}, what was I diagnosed with first?",
    ),
    clinician=(
        "Earlier onset: {condition} or {other}?",
        "{condition} vs {other}, which was diagnosed first?",
        "Of {condition} and {other}, name the one {he} had first.",
        "Did {condition} or {other} come first in this patient?",
    ),
)
def earlier_condition(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    found = [(g, n, m.day) for g, n in choose_groups(conditions(chart), dice) if (m := onset(g.records))]
    for (one, name, begun), (two, other, later) in pairwise(found):
        if begun == later:
            continue
        first = one if begun < later else two
        values = tuple(dict.fromkeys((*first.names, name if first is one else other)))
        needed = references_of([*latest(one.records, last=False), *latest(two.records, last=False)])
        yield Draft({"condition": name, "other": other}, Gold(values, one_of=True, references=needed))


@template(
    "newest_condition",
    EXISTENCE,
    cuts=True,
    patient=(
        "What's the latest thing I was diagnosed with?",
        "What is my newest diagnosis?",
        "Something was added to my list of conditions most recently. What was it?",
    ),
    clinician=(
        "Most recent diagnosis on the problem list?",
        "Latest new dx?",
        "Which condition was {he} diagnosed with most recently?",
        "By date of onset, what is the newest condition on file?",
    ),
)
def newest_condition(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where the last of all conditions is a disease, and the last to be written down too."""
    every = chart.of("Condition")
    last = latest(every)
    written = [m.instant for r in every if (m := parse_moment(r.get("recordedDate") or r.get("onsetDateTime")))]
    days = [m.day for r in every if (m := started(r))]
    if len(last) != 1 or len(written) < len(every) or days.count(max(days)) > 1:
        return
    noted = parse_moment(last[0].get("recordedDate") or last[0].get("onsetDateTime"))
    names = to_names(code_of(last[0]))
    if noted and noted.instant == max(written) and names and not any(NO_DISEASE.search(n) for n in names):
        yield Draft({}, Gold(names, one_of=True, references=references_of(last)))


@template(
    "stay_with_diagnosis",
    EXISTENCE,
    cuts=True,
    patient=(
        "There was one hospital stay where they put down {condition}. When was I admitted that time?",
        "When did the hospital stay begin during which I was diagnosed with {condition}?",
        "In which hospital stay did {condition} come up? The admission date is enough.",
    ),
    clinician=(
        "Which admission carried {condition} as a diagnosis? Date of admission.",
        "Admit date of the hospitalization with {condition}?",
        "{condition} was coded for one inpatient stay: starting when?",
        "When was {he} admitted for the stay in which {condition} was diagnosed?",
    ),
)
def stay_with_diagnosis(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a condition that belongs to one stay and no other encounter."""
    found = stays(chart, HOSPITAL)
    for group, name in choose_groups(conditions(chart), dice) if len(found) > 1 else ():
        visits = [encounter_of(chart, r) for r in group.records]
        for visit in found if not any(_CIRCUMSTANCE.search(n) for n in group.names) else ():
            if _are_all_of(group.records, visits, visit) and (moment := started(visit)):
                needed = references_of([*group.records, visit])
                gold = Gold((moment.day.isoformat(),), by_day=True, references=needed)
                yield Draft({"condition": name}, gold)


def _are_all_of(records: tuple[Json, ...], visits: list[Json | None], visit: Json) -> bool:
    return all(v is not None for v in visits) and all(is_of(r, visit) for r in records)
