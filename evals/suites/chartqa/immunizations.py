"""Templates on vaccines: when, how often, whether."""

from __future__ import annotations

import random
from collections.abc import Iterator

from evals.item import Gold
from evals.suites.chartqa.concepts import VACCINE_NAMES
from evals.suites.chartqa.groups import Group, choose_groups, group_records
from evals.suites.chartqa.raw import Chart, Json, reference_of
from evals.suites.chartqa.record import latest, started
from evals.suites.chartqa.template import Draft, template

DATE = "immunization date"


def vaccines(chart: Chart) -> list[Group]:
    """The vaccines that were given; what was not done does not count."""
    given = [r for r in chart.of("Immunization") if r.get("status") == "completed"]
    return group_records(given, lambda r: r.get("vaccineCode"), VACCINE_NAMES)


@template(
    "immunization_last_date",
    DATE,
    cuts=True,
    patient=(
        "When was my last {vaccine}?",
        "What date did I most recently get the {vaccine}?",
        "When did I last have a dose of {vaccine}?",
    ),
    clinician=(
        "Date of the most recent {vaccine}?",
        "When was {vaccine} last given to this patient?",
        "Last {vaccine} date?",
        "When did the patient most recently receive {vaccine}?",
    ),
)
def immunization_last_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(vaccines(chart), dice):
        if last := latest(group.records):
            yield _date(last, name)


def _date(records: list[Json], name: str) -> Draft:
    days = {m.day.isoformat() for r in records if (m := started(r))}
    return Draft(
        {"vaccine": name}, Gold(tuple(sorted(days)), by_day=True, references=frozenset(map(reference_of, records)))
    )
