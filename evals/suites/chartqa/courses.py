"""Templates on the course of a value over a named time: between days, within a year, over years, since a diagnosis."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

from evals.item import Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.conditions import conditions, onset
from evals.suites.chartqa.groups import choose_groups
from evals.suites.chartqa.measured import choose_spans
from evals.suites.chartqa.observations import by_day, number, numeric_tests
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import in_order, latest, started
from evals.suites.chartqa.template import Draft, template
from evals.suites.chartqa.trends import FALLING, RISING, choose_lines, exact

COURSE = "course over a period"
_EDGE = 0.11
"""So far a mean lies from where its first decimal turns, in tenths."""


def change_gold(first: Json, last: Json) -> Gold:
    """The difference, with its sign or without."""
    change = float(exact(last) - exact(first))
    digits = max(0, *(-int(exact(r).as_tuple().exponent) for r in (first, last)))
    return Gold(
        tuple(dict.fromkeys((change, abs(change)))),
        one_of=True,
        decimals=digits,
        references=references_of([first, last]),
    )


@template(
    "change_between_days",
    COURSE,
    cuts=True,
    patient=(
        "How much did my {test} change between {first_day} and {last_day}?",
        "I had my {test} done on {first_day} and again on {last_day}. What's the difference?",
        "From {first_day} to {last_day}, by how much did my {test} go up or down?",
    ),
    clinician=(
        "Delta {test}, {first_day} to {last_day}?",
        "By how much did {his} {test} change from {first_day} to {last_day}?",
        "Difference between the {test} of {first_day} and that of {last_day}?",
        "{test} on {last_day} versus {first_day}: what is the change?",
    ),
)
def change_between_days(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Between two days with one measurement each."""
    for group, name in choose_groups(numeric_tests(chart), dice):
        days = by_day(group.records)
        single = [d for d in sorted(days) if len(days[d]) == 1]
        if len(single) < 2:
            continue
        first, last = sorted(dice.sample(single, 2))
        slots = {"test": name, "first_day": format_day(first, dice), "last_day": format_day(last, dice)}
        yield Draft(slots, change_gold(days[first][0], days[last][0]))


@template(
    "change_within_year",
    COURSE,
    cuts=True,
    patient=(
        "Over the course of {year}, by how much did my {test} change?",
        "What's the difference between my first and my last {test} of {year}?",
        "How far did my {test} move from the first check in {year} to the last one that year?",
    ),
    clinician=(
        "Change in {test} over {year}, first to last value?",
        "{test}: net change during {year}?",
        "By how much did {his} {test} differ between the first and last measurement of {year}?",
        "First vs last {test} in {year}, difference?",
    ),
)
def change_within_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, year, there in choose_spans(chart, dice, 2):
        if line := in_order(there):
            yield Draft({"test": name, "year": str(year)}, change_gold(line[0], line[-1]))


@template(
    "mean_in_year",
    COURSE,
    cuts=True,
    patient=(
        "What did my {test} average in {year}?",
        "Taking all of my {test} results from {year} together, what's the average?",
        "On average, what was my {test} in {year}?",
    ),
    clinician=(
        "Mean {test} for {year}?",
        "Average {test} in {year}?",
        "{year} {test}, averaged over all readings?",
        "What was {his} mean {test} across {year}?",
    ),
)
def mean_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where a second decimal can't turn the first."""
    for name, year, there in choose_spans(chart, dice, 2):
        mean = sum(map(exact, there)) / len(there)
        if abs(float(mean * 10 % 1) - 0.5) > _EDGE:
            gold = Gold((round(float(mean), 1),), decimals=1, references=references_of(there))
            yield Draft({"test": name, "year": str(year)}, gold)


@template(
    "trend_between_years",
    COURSE,
    cuts=True,
    patient=(
        "From {first} through {last}, was my {test} climbing or dropping?",
        "Which way did my {test} go between {first} and {last}, up or down?",
        "If you look at my {test} from {first} to {last}, is it rising or falling?",
    ),
    clinician=(
        "{test} trend {first}-{last}: rising or falling?",
        "Direction of {test} from {first} to {last}?",
        "Did {his} {test} trend up or down over {first} to {last}?",
        "Between {first} and {last}, which way was {test} heading?",
    ),
)
def trend_between_years(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of what went one way all along, and by more than a twentieth."""
    for name, line in choose_lines(chart, dice, 3):
        years = sorted({m.day.year for r in line if (m := started(r))})
        spans = [(a, b) for a in years for b in years if a < b]
        for first, last in dice.sample(spans, len(spans)):
            there = [r for r in line if (m := started(r)) and first <= m.day.year <= last]
            if len(there) > 2 and (way := direction(there)):
                gold = Gold(RISING if way > 0 else FALLING, one_of=True, references=references_of(there))
                yield Draft({"test": name, "first": str(first), "last": str(last)}, gold)
                break


def direction(line: Sequence[Json]) -> int:
    """1 where each number is above the one before, -1 where below; 0 of what turns or hardly moves."""
    steps = [number(b) - number(a) for a, b in pairwise(line)]
    if abs(sum(steps)) <= abs(number(line[0])) / 20:
        return 0
    return 1 if all(s > 0 for s in steps) else -1 if all(s < 0 for s in steps) else 0


@template(
    "higher_than_at_diagnosis",
    COURSE,
    patient=(
        "Is my {test} higher now than it was the day I was diagnosed with {condition}?",
        "They found my {condition} and measured my {test} the same day. Has the {test} gone up since?",
        "Compared with the day of my {condition} diagnosis, is my latest {test} higher?",
    ),
    clinician=(
        "Latest {test} above that of the day {condition} was diagnosed?",
        "Is the current {test} higher than on the date of the {condition} diagnosis?",
        "{test} now vs day of {condition} onset: up?",
        "Has {his} {test} risen compared with the day {condition} was diagnosed?",
    ),
)
def higher_than_at_diagnosis(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where it was measured once on that day, and once at last with another number."""
    measured = list(choose_groups(numeric_tests(chart), dice))
    for condition, name in choose_groups(conditions(chart), dice):
        begun = onset(condition.records) if len(condition.records) == 1 else None
        for group, test in dice.sample(measured, len(measured)) if begun else ():
            then, last = by_day(group.records).get(begun.day, []) if begun else [], latest(group.records)
            if len(then) == len(last) == 1 and number(then[0]) != number(last[0]):
                needed = references_of([*then, *last, *condition.records])
                gold = Gold((number(last[0]) > number(then[0]),), references=needed)
                yield Draft({"test": test, "condition": name}, gold)
                break
