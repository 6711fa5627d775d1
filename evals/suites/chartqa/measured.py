"""Templates on when, how often and in what unit something was measured, and on several of its values at once."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from evals.item import Atom, Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.concepts import contains
from evals.suites.chartqa.groups import Group, choose_groups
from evals.suites.chartqa.observations import by_day, extreme, numeric_tests, tests
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import in_order, latest, started, unit_of
from evals.suites.chartqa.template import Draft, template

MEASURED = "measurements over time"
_MANY = 6
"""So many values can be read out in one answer."""


def value_of(record: Json) -> Atom:
    """The number as it is written."""
    value: Atom = record["valueQuantity"]["value"]
    return value


def values_of(records: Sequence[Json]) -> tuple[Atom, ...]:
    """Their numbers, each once."""
    return tuple(dict.fromkeys(map(value_of, records)))


def checks(chart: Chart) -> list[Group]:
    """What is measured in numbers, blood pressure too; neither cultures nor habits."""
    return [g for g in tests(chart) if all("valueQuantity" in r or "component" in r for r in g.records)]


def choose_spans(chart: Chart, dice: random.Random, at_least: int) -> Iterator[tuple[str, int, list[Json]]]:
    """A test, a year and what was measured in it, where that was often enough."""
    for group, name in choose_groups(numeric_tests(chart), dice):
        years = [m.day.year for r in group.records if (m := started(r))]
        often = sorted({y for y in years if years.count(y) >= at_least})
        if often:
            year = dice.choice(often)
            yield name, year, [r for r in group.records if (m := started(r)) and m.day.year == year]


@template(
    "last_three_values",
    MEASURED,
    cuts=True,
    patient=(
        "Could you list my three most recent {test} results?",
        "I'm keeping a log at home. What were the last three numbers for my {test}?",
        "What have my last 3 {test} readings been?",
    ),
    clinician=(
        "Last 3 {test} values?",
        "Pull the three latest {test} results for me.",
        "Trend check: {test}, last three readings.",
        "What were {his} three most recent {test} measurements?",
    ),
)
def last_three_values(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(numeric_tests(chart), dice):
        line = in_order(group.records)[-3:]
        if len(line) == 3:
            yield Draft({"test": name}, Gold(values_of(line), references=references_of(line)))


@template(
    "values_in_year",
    MEASURED,
    cuts=True,
    patient=(
        "I'd like to see every {test} result I had in {year}.",
        "What were all of my {test} numbers in {year}?",
        "Going back to {year}: which {test} values did I have that year?",
    ),
    clinician=(
        "All {test} values from {year}, please.",
        "List {his} {test} results for {year}.",
        "{year}: every {test} on file?",
        "Which {test} readings were recorded during {year}?",
    ),
)
def values_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, year, there in choose_spans(chart, dice, 2):
        if len(there) <= _MANY:
            yield Draft({"test": name, "year": str(year)}, Gold(values_of(there), references=references_of(there)))


@template(
    "range_in_year",
    MEASURED,
    cuts=True,
    patient=(
        "What was the lowest and what was the highest {test} I had in {year}?",
        "Between which two numbers did my {test} move in {year}?",
        "In {year}, how low and how high did my {test} get?",
    ),
    clinician=(
        "{test} range over {year} (min and max)?",
        "Min/max {test} in {year}?",
        "What were the lowest and highest {test} in {year}?",
        "Give me {his} {test} nadir and peak for {year}.",
    ),
)
def range_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, year, there in choose_spans(chart, dice, 2):
        ends = [*extreme(there, highest=False), *extreme(there, highest=True)]
        if len(values := values_of(ends)) == 2:
            yield Draft({"test": name, "year": str(year)}, Gold(values, references=references_of(ends)))


@template(
    "times_measured_in_year",
    MEASURED,
    cuts=True,
    patient=(
        "How many times did someone check my {test} in {year}?",
        "In {year}, how often was my {test} taken?",
        "I remember a lot of checks in {year}. How many of them were for {test}?",
    ),
    clinician=(
        "Number of {test} measurements in {year}?",
        "How many {test} results do we have from {year}?",
        "{test} in {year}: how many times was it done?",
        "How often was {his} {test} measured during {year}?",
    ),
)
def times_measured_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of any year from the first measurement to the last, one without any among them."""
    for group, name in choose_groups(checks(chart), dice):
        years = [m.day.year for r in group.records if (m := started(r))]
        year = dice.choice([*years, *range(min(years), max(years) + 1)])
        there = [r for r in group.records if (m := started(r)) and m.day.year == year]
        yield Draft({"test": name, "year": str(year)}, Gold((len(there),), references=references_of(there)))


@template(
    "highest_value_date",
    MEASURED,
    cuts=True,
    patient=(
        "On which date was my {test} at its highest?",
        "When did I have my highest {test} so far?",
        "My {test} must have peaked at some point. What day was that?",
    ),
    clinician=(
        "Date of the peak {test}?",
        "When was {his} {test} highest?",
        "Max {test} was on what date?",
        "On what day was the highest {test} on record measured?",
    ),
)
def highest_value_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(numeric_tests(chart), dice):
        best = extreme(group.records, highest=True)
        days = {m.day.isoformat() for r in best if (m := started(r))}
        if len(group.records) > 2 and len(days) == 1:
            yield Draft({"test": name}, Gold(tuple(days), by_day=True, references=references_of(best)))


@template(
    "days_since_measured",
    MEASURED,
    cuts=True,
    patient=(
        "How many days ago was my {test} last checked?",
        "It feels like forever since anyone checked my {test}. How many days has it been?",
        "Count the days since my last {test} for me.",
    ),
    clinician=(
        "Days since last {test}?",
        "How many days have passed since the most recent {test}?",
        "Time since {his} last {test}, in days?",
        "How long ago, in days, was {test} last measured?",
    ),
)
def days_since_measured(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(checks(chart), dice):
        last = latest(group.records)
        moment = started(last[0]) if last else None
        by_calendar = (chart.as_of.date() - moment.day).days if moment else 0
        if moment and by_calendar > 1:
            values = (by_calendar,) if moment.whole_day else (by_calendar, (chart.as_of - moment.wall).days)
            gold = Gold(tuple(dict.fromkeys(values)), one_of=True, references=references_of(last))
            yield Draft({"test": name}, gold)


@template(
    "unit_of_test",
    MEASURED,
    patient=(
        "In what unit is my {test} given?",
        "My {test} is just a number on the page. What unit does it come in?",
        "What are the units on my {test} result?",
    ),
    clinician=(
        "Unit for {his} {test}?",
        "Which unit is {test} reported in here?",
        "{test}: reported in what units?",
        "What unit of measure does the chart use for {test}?",
    ),
)
def unit_of_test(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(numeric_tests(chart), dice):
        last = latest(group.records)
        unit = unit_of(last[0]) if len(last) == 1 else ""
        if unit and not unit.startswith("{"):
            names = tuple(dict.fromkeys((unit, str(last[0]["valueQuantity"].get("code") or unit))))
            yield Draft({"test": name}, Gold(names, one_of=True, references=references_of(last)))


def _choose_two(chart: Chart, dice: random.Random, groups: Sequence[Group]) -> Iterator[tuple[Group, str, Group, str]]:
    """Two tests whose names don't lie in one another."""
    named = list(choose_groups(groups, dice))
    for (one, first), (other, second) in zip(named, [*named[1:], *named[:1]], strict=True):
        if one is not other and not contains(first, second) and not contains(second, first):
            yield one, first, other, second


@template(
    "two_values_on_day",
    MEASURED,
    cuts=True,
    patient=(
        "What were my {test} and my {other} on {day}?",
        "On {day} I had both {test} and {other} done. What did each come to?",
        "Please give me two numbers from {day}: {test} and {other}.",
    ),
    clinician=(
        "{test} and {other} on {day}?",
        "What did {his} {test} and {other} read on {day}?",
        "From {day} I need {test} as well as {other}.",
        "Results of {day}: {test}, {other}?",
    ),
)
def two_values_on_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a day on which both were measured once, with different numbers."""
    for one, first, other, second in _choose_two(chart, dice, numeric_tests(chart)):
        left, right = by_day(one.records), by_day(other.records)
        days = sorted(d for d in left.keys() & right.keys() if len(left[d]) == len(right[d]) == 1)
        if not days:
            continue
        day = dice.choice(days)
        both = [*left[day], *right[day]]
        if len(values := values_of(both)) == 2:
            slots = {"test": first, "other": second, "day": format_day(day, dice)}
            yield Draft(slots, Gold(values, references=references_of(both)))


@template(
    "measured_more_recently",
    MEASURED,
    cuts=True,
    patient=(
        "Which of these was checked more recently, my {test} or my {other}?",
        "I've lost track. Was it {test} or {other} that I had done last?",
        "{test} and {other}: which one did I have tested most recently?",
    ),
    clinician=(
        "Which is more recent, {test} or {other}?",
        "Of {test} and {other}, which was measured last?",
        "Latest of the two: {test} or {other}?",
        "Was {test} or {other} the more recently measured one?",
    ),
)
def measured_more_recently(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for one, first, other, second in _choose_two(chart, dice, checks(chart)):
        left, right = latest(one.records), latest(other.records)
        a, b = (started(left[0]) if left else None), (started(right[0]) if right else None)
        if a and b and a.day != b.day:
            later, name = (one, first) if a.day > b.day else (other, second)
            names = tuple(dict.fromkeys((name, *later.asked, *later.names)))
            gold = Gold(names, one_of=True, references=references_of([*left, *right]))
            yield Draft({"test": first, "other": second}, gold)
