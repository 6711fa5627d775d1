"""Templates on limits: when one was first passed, how often, the range and the flag that the laboratory gave."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from evals.item import Gold
from evals.suites.chartqa.groups import choose_groups
from evals.suites.chartqa.observations import PRESSURE_CODES, number, numeric_tests, tests
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import component, latest, started, to_codes, to_names
from evals.suites.chartqa.template import Draft, template
from evals.suites.chartqa.trends import choose_lines, round_step

THRESHOLD = "threshold"


def choose_limits(records: Sequence[Json]) -> list[float]:
    """Round numbers between the lowest and the highest value, none of them a value itself."""
    values = sorted(map(number, records))
    step = round_step(values[-1])
    limits = [step * n for n in range(int(values[0] // step) + 1, int(values[-1] // step) + 1)]
    return [limit for limit in limits if limit > 0 and limit not in values]


@template(
    "first_above_date",
    THRESHOLD,
    cuts=True,
    patient=(
        "When did my {test} first go over {limit}?",
        "What was the first date on which my {test} came back above {limit}?",
        "My {test} has been over {limit} at some point. When did that happen for the first time?",
    ),
    clinician=(
        "First {test} > {limit}, date?",
        "When did {his} {test} first exceed {limit}?",
        "On what date was {test} above {limit} for the first time?",
        "Date {test} first crossed {limit}?",
    ),
)
def first_above_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where it was not above at the first measurement."""
    for name, line in choose_lines(chart, dice, 3):
        limits = [limit for limit in choose_limits(line) if number(line[0]) < limit]
        if limits:
            limit = dice.choice(limits)
            yield _date_draft(name, limit, next(r for r in line if number(r) > limit))


@template(
    "last_below_date",
    THRESHOLD,
    cuts=True,
    patient=(
        "When was the last time my {test} was under {limit}?",
        "My {test} used to be below {limit}. What's the latest date it was?",
        "On what day did my {test} most recently measure less than {limit}?",
    ),
    clinician=(
        "Most recent {test} < {limit}: when?",
        "When was {his} {test} last below {limit}?",
        "Last date with a {test} under {limit}?",
        "Date of the latest {test} that was lower than {limit}?",
    ),
)
def last_below_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where it is not below at the latest measurement."""
    for name, line in choose_lines(chart, dice, 3):
        limits = [limit for limit in choose_limits(line) if number(line[-1]) > limit]
        if limits:
            limit = dice.choice(limits)
            yield _date_draft(name, limit, next(r for r in reversed(line) if number(r) < limit))


def _date_draft(name: str, limit: float, record: Json) -> Draft:
    days = tuple(m.day.isoformat() for m in [started(record)] if m)
    return Draft({"test": name, "limit": f"{limit:g}"}, Gold(days, by_day=True, references=references_of([record])))


@template(
    "count_between_limits",
    THRESHOLD,
    cuts=True,
    patient=(
        "How many of my {test} results were between {low} and {high}?",
        "My target for {test} is {low} to {high}. How many of my readings were inside that?",
        "Between {low} and {high}: how often has my {test} landed there?",
    ),
    clinician=(
        "How many {test} values fall between {low} and {high}?",
        "Number of {test} readings in the {low} to {high} band?",
        "Count of {his} {test} results from {low} to {high}?",
        "{test} within {low}-{high}: how many times?",
    ),
)
def count_between_limits(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where no value is a limit itself."""
    for group, name in choose_groups(numeric_tests(chart), dice):
        limits = choose_limits(group.records)
        if len(limits) < 2:
            continue
        low, high = sorted(dice.sample(limits, 2))
        there = [r for r in group.records if low < number(r) < high]
        slots = {"test": name, "low": f"{low:g}", "high": f"{high:g}"}
        yield Draft(slots, Gold((len(there),), references=references_of(there)))


def _pressures(chart: Chart) -> list[list[tuple[float, float, Json]]]:
    """The upper and lower number of each blood pressure, a list for each concept of it."""
    found = [g.records for g in tests(chart) if g.codes & PRESSURE_CODES]
    return [[(float(component(r, "8480-6") or 0), float(component(r, "8462-4") or 0), r) for r in rs] for rs in found]


@template(
    "pressure_count_at_least",
    THRESHOLD,
    cuts=True,
    patient=(
        "How many times was the top number of my blood pressure {limit} or higher?",
        "I was told {limit} and up is too high for the upper blood pressure number. How often have I been there?",
        "Of all my blood pressure readings, how many had a systolic of at least {limit}?",
    ),
    clinician=(
        "How many BPs with SBP ≥ {limit}?",
        "Number of readings with systolic at or above {limit}?",
        "SBP of {limit} or more on how many occasions?",
        "How many of {his} recorded blood pressures had a systolic of {limit} mmHg or higher?",
    ),
)
def pressure_count_at_least(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for found in _only(_pressures(chart)):
        reached = [limit for limit in (120, 130, 135, 140, 150, 160) if any(high >= limit for high, _, _ in found)]
        limit = dice.choice([*reached, 140])
        there = [r for high, _, r in found if high >= limit]
        yield Draft({"limit": str(limit)}, Gold((len(there),), references=references_of(there)))


@template(
    "pressure_part_extreme",
    THRESHOLD,
    cuts=True,
    patient=(
        "What's the {most} {part} blood pressure I have ever had?",
        "Looking only at the {part} number, what was my {most} blood pressure?",
        "What is the {most} that my {part} pressure has been?",
    ),
    clinician=(
        "{most} {part} BP on record?",
        "What is {his} {most} documented {part} pressure?",
        "{part} BP, {most} ever?",
        "Over the whole chart, what was the {most} {part} blood pressure?",
    ),
)
def pressure_part_extreme(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    asked = [(p, m) for p in ("systolic", "diastolic") for m in ("highest", "lowest")]
    for part, most in dice.sample(asked, len(asked)):
        for found in _only(_pressures(chart)):
            values = [(high if part == "systolic" else low, r) for high, low, r in found]
            best = (max if most == "highest" else min)(v for v, _ in values)
            there = [r for v, r in values if v == best]
            if len(found) > 1:
                yield Draft({"part": part, "most": most}, Gold((best,), references=references_of(there)))


def _only(found: list[list[tuple[float, float, Json]]]) -> list[list[tuple[float, float, Json]]]:
    """Blood pressure where the chart has one concept of it."""
    return found if len(found) == 1 else []


@template(
    "reference_range_of_test",
    THRESHOLD,
    patient=(
        "What does the lab count as normal for {test}?",
        "My latest {test} came with a normal range. What was it?",
        "From what number to what number is {test} supposed to be, going by my last result?",
    ),
    clinician=(
        "Reference range on the last {test}?",
        "What reference interval was reported with {his} latest {test}?",
        "Lab's normal limits for {test}?",
        "{test}: lower and upper limit of normal per the report?",
    ),
)
def reference_range_of_test(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where no laboratory result of the chart has one, once: nothing can be told."""
    ranges = any("referenceRange" in r for r in chart.of("Observation"))
    for group, name in choose_groups(numeric_tests(chart), dice):
        last = latest(group.records)
        told = [_limits(r) for r in last]
        if len(last) == 1 and told[0]:
            yield Draft({"test": name}, Gold(told[0], references=references_of(last)))
        elif last and not ranges and all(map(_is_laboratory, group.records)):
            yield Draft({"test": name}, Gold(()), frozenset({"unanswerable"}), "no result has a reference range")
            return


def _is_laboratory(record: Json) -> bool:
    return any("laboratory" in to_codes(c) for c in record.get("category", ()))


def _limits(record: Json) -> tuple[float, ...]:
    """Both ends of the one range of a result."""
    ranges = record.get("referenceRange", ())
    ends = [(ranges[0].get(side) or {}).get("value") for side in ("low", "high")] if len(ranges) == 1 else []
    return tuple(e for e in ends if e is not None) if ends and None not in ends else ()


@template(
    "flag_of_latest",
    THRESHOLD,
    cuts=True,
    patient=(
        "Was my last {test} marked high, low or normal?",
        "How did the lab flag my most recent {test}?",
        "Is there an H or an L next to my latest {test}, or was it fine?",
    ),
    clinician=(
        "Interpretation flag on the latest {test}?",
        "Last {test}: H, L or N?",
        "How was {his} most recent {test} interpreted by the lab?",
        "Was the latest {test} reported as high, low or normal?",
    ),
)
def flag_of_latest(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(numeric_tests(chart), dice):
        last = latest(group.records)
        flags: list[Json] = last[0].get("interpretation", []) if len(last) == 1 else []
        if len(flags) == 1 and (codes := sorted(to_codes(flags[0]) & {"H", "L", "N"})):
            names = (*codes, *to_names(flags[0]))
            yield Draft({"test": name}, Gold(names, one_of=True, references=references_of(last)))
