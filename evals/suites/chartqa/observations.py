"""Templates on measurements: the latest, first, highest, lowest value, the value of a day, when and how often."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from evals.item import Atom, Gold
from evals.suites.chartqa.concepts import TEST_NAMES
from evals.suites.chartqa.groups import Group, choose_groups, code_of, group_records, observations
from evals.suites.chartqa.raw import Chart, Json, reference_of
from evals.suites.chartqa.record import latest, to_value, unit_of
from evals.suites.chartqa.template import Draft, template

VALUE = "observation value"


def tests(chart: Chart) -> list[Group]:
    """What was measured, of which every record has a plain value in one unit."""
    found = group_records(observations(chart), code_of, TEST_NAMES, broad=True)
    return [g for g in found if is_plain(g.records)]


def is_plain(records: Sequence[Json]) -> bool:
    return all(to_value(r) for r in records) and len({unit_of(r) for r in records}) == 1


def value_gold(records: Sequence[Json]) -> Gold | None:
    """The value of records of one instant; None where it can't be told plainly."""
    values = [to_value(r) for r in records]
    refs = frozenset(map(reference_of, records))
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
