"""Templates on measurements: the latest, first, highest, lowest value, the value of a day, when and how often."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from evals.item import Atom, Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.concepts import TEST_NAMES
from evals.suites.chartqa.groups import Group, choose_groups, code_of, group_records, observations
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import component, in_order, latest, started, to_value, unit_of
from evals.suites.chartqa.template import Draft, template

VALUE = "observation value"
PRESSURE_CODES = frozenset({"55284-4", "85354-9"})


def tests(chart: Chart) -> list[Group]:
    """What was measured, of which every record has a plain value in one unit."""
    found = chart.once("tests", lambda: group_records(observations(chart), code_of, TEST_NAMES, broad=True))
    return [g for g in found if is_plain(g.records)]


def numeric_tests(chart: Chart) -> list[Group]:
    return [g for g in tests(chart) if all("valueQuantity" in r for r in g.records)]


def is_plain(records: Sequence[Json]) -> bool:
    return all(to_value(r) and started(r) for r in records) and len({unit_of(r) for r in records}) == 1


def value_gold(records: Sequence[Json]) -> Gold | None:
    """The value of records of one instant; None where it can't be told plainly."""
    values = [to_value(r) for r in records]
    refs = references_of(records)
    distinct: tuple[Atom, ...] = tuple(dict.fromkeys(v[0] for v in values))
    if len(distinct) == 1:
        return Gold(values[0], one_of=len(values[0]) > 1, references=refs)
    if any(len(v) > 1 for v in values):
        return None
    return Gold(distinct, tied=tuple((v,) for v in distinct), references=refs)


def value_draft(slots: dict[str, str], records: Sequence[Json]) -> Iterator[Draft]:
    """The draft that asks for the value of these, where it is plain."""
    if records and (gold := value_gold(records)):
        yield Draft(slots, gold, frozenset({"tie"} if gold.tied else ()))


def by_day(records: Sequence[Json]) -> dict[date, list[Json]]:
    days: dict[date, list[Json]] = defaultdict(list)
    for record in records:
        if moment := started(record):
            days[moment.day].append(record)
    return days


def number(record: Json) -> float:
    return float(record["valueQuantity"]["value"])


def extreme(records: Sequence[Json], highest: bool) -> list[Json]:
    """The record with the highest (lowest) value, with all that share it."""
    best = (max if highest else min)(map(number, records))
    return [r for r in records if number(r) == best]


@template(
    "observation_latest",
    VALUE,
    cuts=True,
    patient=(
        "What was my last {test}?",
        "What's my most recent {test} reading?",
        "Can you tell me what my {test} was the last time it was checked?",
        "My latest {test}, please.",
    ),
    clinician=(
        "Last {test}?",
        "What is the patient's most recent {test}?",
        "Most recent value for {test}?",
        "What did {his} latest {test} come back as?",
    ),
)
def observation_latest(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(tests(chart), dice):
        yield from value_draft({"test": name}, latest(group.records))


@template(
    "observation_first",
    VALUE,
    cuts=True,
    patient=(
        "What was my very first {test} on record?",
        "The first time my {test} was measured, what was it?",
        "What's the oldest {test} result I have?",
    ),
    clinician=(
        "First recorded {test}?",
        "What was the patient's earliest {test}?",
        "Baseline {test}, the first one on file?",
        "What was {his} first {test}?",
    ),
)
def observation_first(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(tests(chart), dice):
        yield from value_draft({"test": name}, latest(group.records, last=False))


@template(
    "observation_on_day",
    VALUE,
    cuts=True,
    patient=(
        "What was my {test} on {day}?",
        "I had my {test} checked on {day}; what was the result?",
        "On {day}, what did my {test} come out as?",
    ),
    clinician=(
        "What was the {test} on {day}?",
        "{test} of {day}?",
        "What did {his} {test} measure on {day}?",
        "Give me the {test} result dated {day}.",
    ),
)
def observation_on_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a day with one measurement."""
    for group, name in choose_groups(tests(chart), dice):
        days = [d for d, rs in by_day(group.records).items() if len(rs) == 1]
        if days:
            day = dice.choice(sorted(days))
            yield from value_draft({"test": name, "day": format_day(day, dice)}, by_day(group.records)[day])


def _extremes(chart: Chart, dice: random.Random, highest: bool) -> Iterator[Draft]:
    for group, name in choose_groups(numeric_tests(chart), dice):
        if len(group.records) > 1:
            there = extreme(group.records, highest)
            yield Draft({"test": name}, Gold((there[0]["valueQuantity"]["value"],), references=references_of(there)))


@template(
    "observation_highest",
    VALUE,
    cuts=True,
    patient=(
        "What's the highest my {test} has ever been?",
        "What was my highest {test}?",
        "What's the highest {test} I've ever had?",
    ),
    clinician=(
        "Highest {test} on record?",
        "What is the maximum {test} the patient has had?",
        "Peak {test}?",
        "What's {his} highest recorded {test}?",
    ),
)
def observation_highest(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    yield from _extremes(chart, dice, highest=True)


@template(
    "observation_lowest",
    VALUE,
    cuts=True,
    patient=(
        "What's the lowest my {test} has ever been?",
        "What was my lowest {test}?",
        "How low has my {test} gone?",
    ),
    clinician=(
        "Lowest {test} on record?",
        "What is the minimum {test} documented for the patient?",
        "Nadir of {his} {test}?",
        "Lowest ever {test}?",
    ),
)
def observation_lowest(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    yield from _extremes(chart, dice, highest=False)


@template(
    "observation_last_date",
    VALUE,
    cuts=True,
    patient=(
        "When was my {test} last checked?",
        "When did I last have my {test} measured?",
        "What's the date of my latest {test}?",
    ),
    clinician=(
        "When was {test} last measured?",
        "Date of last {test}?",
        "When was the patient's most recent {test} taken?",
        "Last {test} on what date?",
    ),
)
def observation_last_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(tests(chart), dice):
        if last := latest(group.records):
            days = tuple({m.day.isoformat() for r in last if (m := started(r))})
            yield Draft({"test": name}, Gold(days, by_day=True, references=references_of(last)))


@template(
    "observation_count",
    VALUE,
    cuts=True,
    patient=(
        "How many times has my {test} been measured?",
        "How often have I had my {test} checked?",
        "How many {test} results do I have?",
    ),
    clinician=(
        "How many {test} measurements are in the chart?",
        "Number of {test} results on record?",
        "How many times was {his} {test} checked?",
    ),
)
def observation_count(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(tests(chart), dice):
        yield Draft({"test": name}, Gold((len(group.records),), references=references_of(group.records)))


@template(
    "observation_previous",
    VALUE,
    cuts=True,
    patient=(
        "What was my {test} the time before last?",
        "Not my latest {test} but the one before it: what was that?",
        "What was my second most recent {test}?",
    ),
    clinician=(
        "What was the {test} before the most recent one?",
        "Second-to-last {test}?",
        "What was {his} previous {test}, the one preceding the latest?",
    ),
)
def observation_previous(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(tests(chart), dice):
        line = in_order(group.records)
        if len(line) > 1:
            yield from value_draft({"test": name}, line[-2:-1])


@template(
    "blood_pressure_part",
    VALUE,
    cuts=True,
    patient=(
        "What was my last {part} blood pressure?",
        "What was the {part} number at my latest blood pressure check?",
        "My most recent {part} pressure, what was it?",
    ),
    clinician=(
        "Latest {part} BP?",
        "What is the patient's most recent {part} blood pressure?",
        "Last {part} pressure?",
    ),
)
def blood_pressure_part(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group in tests(chart):
        last = latest(group.records) if group.codes & PRESSURE_CODES else []
        for part, code in dice.sample((("systolic", "8480-6"), ("diastolic", "8462-4")), 2):
            values = tuple(dict.fromkeys(v for r in last if (v := component(r, code)) is not None))
            if values:
                tied = tuple((v,) for v in values) if len(values) > 1 else ()
                yield Draft({"part": part}, Gold(values, tied=tied, references=references_of(last)))
