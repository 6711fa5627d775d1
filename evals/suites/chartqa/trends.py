"""Templates on the course of a value: changes, comparisons, means, thresholds, spans of a year."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from evals.item import Atom, Gold
from evals.suites.chartqa.groups import choose_groups
from evals.suites.chartqa.observations import PRESSURE_CODES, extreme, number, numeric_tests, tests, value_draft
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import component, in_order, latest, started, unit_of
from evals.suites.chartqa.template import Draft, template

TREND = "trend"
_SAID = {"mg/dL", "%", "kg", "cm", "mmol/L", "g/dL", "kg/m2", "/min", "U/L"}
RISING: tuple[Atom, ...] = ("rising", "up", "increased", "increasing", "higher", "increase")
FALLING: tuple[Atom, ...] = ("falling", "down", "decreased", "decreasing", "lower", "decrease")


def exact(record: Json) -> Decimal:
    return Decimal(str(record["valueQuantity"]["value"]))


def choose_lines(chart: Chart, dice: random.Random, at_least: int = 2) -> Iterator[tuple[str, list[Json]]]:
    """Numbers in the order of their times, none tied."""
    for group, name in choose_groups(numeric_tests(chart), dice):
        line = in_order(group.records)
        if len(line) >= at_least:
            yield name, line


@template(
    "change_since_previous",
    TREND,
    cuts=True,
    patient=(
        "Is my latest {test} higher than the one before?",
        "Did my {test} go up since the previous time?",
        "Compared with last time, has my {test} risen?",
    ),
    clinician=(
        "Is the most recent {test} higher than the previous one?",
        "Has {test} increased since the prior measurement?",
        "Latest {test} above the preceding value?",
    ),
)
def change_since_previous(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, line in choose_lines(chart, dice):
        if number(line[-1]) != number(line[-2]):
            gold = Gold((number(line[-1]) > number(line[-2]),), references=references_of(line[-2:]))
            yield Draft({"test": name}, gold)


@template(
    "change_first_to_last",
    TREND,
    cuts=True,
    patient=(
        "By how much has my {test} changed between the first and the latest measurement?",
        "How much has my {test} changed from the first reading to the last one?",
        "What's the difference between my first and my most recent {test}?",
    ),
    clinician=(
        "What is the change in {test} from first to most recent?",
        "Difference between the patient's first and last {test}?",
        "How much did {his} {test} change from the first to the latest value?",
    ),
)
def change_first_to_last(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, line in choose_lines(chart, dice):
        change = float(exact(line[-1]) - exact(line[0]))
        digits = max(0, *(-int(exact(r).as_tuple().exponent) for r in (line[0], line[-1])))
        values = tuple(dict.fromkeys((change, abs(change))))
        ends = references_of((line[0], line[-1]))
        yield Draft({"test": name}, Gold(values, one_of=True, decimals=digits, references=ends))


@template(
    "trend_direction",
    TREND,
    cuts=True,
    patient=(
        "Has my {test} been going up or down over my last {n} readings?",
        "Looking at my last {n} results, is my {test} rising or falling?",
        "Over the last {n} measurements, which way is my {test} heading?",
    ),
    clinician=(
        "Trend of {test} over the last {n} values?",
        "Are the patient's last {n} {test} values rising or falling?",
        "Over {his} last {n} measurements, is {test} trending up or down?",
    ),
)
def trend_direction(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Only of what went one way all along, and by more than a hundredth."""
    for name, line in choose_lines(chart, dice, at_least=3):
        steps = [number(b) - number(a) for a, b in pairwise(line[-3:])]
        told = abs(number(line[-1]) - number(line[-3])) > 0.01 * abs(number(line[-3]))
        if told and (all(s > 0 for s in steps) or all(s < 0 for s in steps)):
            values = RISING if steps[0] > 0 else FALLING
            yield Draft({"test": name, "n": "three"}, Gold(values, one_of=True, references=references_of(line[-3:])))


@template(
    "mean_of_all",
    TREND,
    cuts=True,
    patient=(
        "What is my average {test} over all measurements?",
        "On average, what has my {test} been?",
        "If you take all my {test} results together, what's the mean?",
    ),
    clinician=(
        "Mean {test} across all measurements?",
        "What is the patient's average {test}?",
        "Average of all {test} values on record?",
    ),
)
def mean_of_all(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(numeric_tests(chart), dice):
        if len(group.records) > 1:
            mean = float(sum(map(exact, group.records)) / len(group.records))
            gold = Gold((round(mean, 1),), decimals=1, references=references_of(group.records))
            yield Draft({"test": name}, gold)


@template(
    "ever_above",
    TREND,
    cuts=True,
    patient=(
        "Has my {test} ever been above {limit}?",
        "Did my {test} ever go over {limit}?",
        "Was there any time my {test} was higher than {limit}?",
    ),
    clinician=(
        "Was {test} ever above {limit}?",
        "Any {test} greater than {limit}?",
        "Has the patient ever had a {test} over {limit}?",
        "{test} > {limit} at any time?",
    ),
)
def ever_above(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, line in choose_lines(chart, dice):
        unit = unit_of(line[0])
        limit, above = _limit(line, dice)
        if limit <= 0:
            continue
        gold = Gold((bool(above),), references=references_of(above))
        yield Draft({"test": name, "limit": f"{limit:g} {unit}" if unit in _SAID else f"{limit:g}"}, gold)


def round_step(highest: float) -> float:
    """The step of the numbers that people would ask about.

    >>> round_step(7.3), round_step(140), round_step(886855)
    (0.5, 5.0, 5000.0)
    """
    return 0.5 if highest < 20 else float(5 * 10 ** max(0, len(str(int(highest))) - 3))


def _limit(line: list[Json], dice: random.Random) -> tuple[float, list[Json]]:
    """A round number below some of the values, or above them all."""
    values = sorted(map(number, line))
    step = round_step(values[-1])
    limit = float((values[-1] // step) * step) if dice.random() < 0.5 else float((values[-1] // step + 1) * step)
    return limit, [r for r in line if number(r) > limit]


@template(
    "count_above",
    TREND,
    cuts=True,
    patient=(
        "How many times was my {test} above {limit}?",
        "How many of my {test} results were over {limit}?",
        "How often did my {test} come back higher than {limit}?",
    ),
    clinician=(
        "How many {test} values exceed {limit}?",
        "Number of {test} results above {limit}?",
        "How many times has {his} {test} been over {limit}?",
    ),
)
def count_above(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, line in choose_lines(chart, dice, at_least=3):
        values = sorted(map(number, line))
        step = round_step(values[-1])
        limit = (values[len(values) // 2] // step) * step
        above = [r for r in line if number(r) > limit]
        if limit > 0 and above:
            yield Draft({"test": name, "limit": f"{limit:g}"}, Gold((len(above),), references=references_of(above)))


@template(
    "highest_in_year",
    TREND,
    cuts=True,
    patient=(
        "What was my highest {test} in {year}?",
        "In {year}, how high did my {test} get?",
        "What's the top {test} value I had during {year}?",
    ),
    clinician=(
        "Highest {test} in {year}?",
        "Max {test} during {year}?",
        "What was the patient's peak {test} in {year}?",
    ),
)
def highest_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, year, there in _choose_years(chart, dice):
        best = extreme(there, highest=True)
        gold = Gold((best[0]["valueQuantity"]["value"],), references=references_of(best))
        yield Draft({"test": name, "year": str(year)}, gold)


@template(
    "latest_in_year",
    TREND,
    cuts=True,
    patient=(
        "What was my last {test} in {year}?",
        "What was my {test} at the end of {year}, the last one that year?",
        "My final {test} reading of {year}?",
    ),
    clinician=(
        "Last {test} of {year}?",
        "Most recent {test} within {year}?",
        "What was the patient's last {test} in {year}?",
    ),
)
def latest_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, year, there in _choose_years(chart, dice):
        yield from value_draft({"test": name, "year": str(year)}, latest(there))


def _choose_years(chart: Chart, dice: random.Random) -> Iterator[tuple[str, int, list[Json]]]:
    """A test, a year and what was measured in it."""
    for group, name in choose_groups(numeric_tests(chart), dice):
        dated = [(m.day.year, r) for r in group.records if (m := started(r))]
        year = dice.choice(sorted({y for y, _ in dated}))
        yield name, year, [r for y, r in dated if y == year]


@template(
    "blood_pressure_ever_above",
    TREND,
    cuts=True,
    patient=(
        "Has my systolic blood pressure ever been above {limit}?",
        "Did the upper number of my blood pressure ever go over {limit}?",
        "Was my systolic pressure ever higher than {limit}?",
    ),
    clinician=(
        "Any systolic BP above {limit}?",
        "Was the patient's systolic pressure ever over {limit}?",
        "Systolic > {limit} at any time?",
    ),
)
def blood_pressure_ever_above(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group in tests(chart):
        if not group.codes & PRESSURE_CODES:
            continue
        highs = [(float(v), r) for r in group.records if isinstance(v := component(r, "8480-6"), int | float)]
        limit = dice.choice((120, 130, 140, 150, 160, 180))
        above = [r for v, r in highs if v > limit]
        yield Draft({"limit": str(limit)}, Gold((bool(above),), references=references_of(above)))
