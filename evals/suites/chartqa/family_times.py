"""Templates on families of diseases in time: when one of them was diagnosed last, in how many stays one was."""

from __future__ import annotations

import random
from collections.abc import Iterator

from evals.item import Gold
from evals.suites.chartqa.conditions import onset
from evals.suites.chartqa.ontology import FAMILIES, Family, Sorted, sort_by_family
from evals.suites.chartqa.raw import Chart, references_of
from evals.suites.chartqa.record import encounter_of, latest, started
from evals.suites.chartqa.stays import HOSPITAL, stays
from evals.suites.chartqa.template import Draft, template

FAMILY = "family of conditions"


def choose_certain(chart: Chart, dice: random.Random) -> Iterator[tuple[Family, Sorted]]:
    """Families of which the chart has members, and nothing that might be one."""
    for family in dice.sample(FAMILIES, len(FAMILIES)):
        found = sort_by_family(chart, family)
        if found.members and not found.doubtful:
            yield family, found


def _choose_name(family: Family, dice: random.Random) -> str:
    return dice.choice([name for name in family.asked if not name.startswith("any ")])


@template(
    "family_last_date",
    FAMILY,
    cuts=True,
    patient=(
        "When was I most recently diagnosed with {family}?",
        "The last time I came down with {family}, whichever sort, what was the date?",
        "What is the date of my latest diagnosis that counts as {family}?",
    ),
    clinician=(
        "Latest onset of {family} (any type)?",
        "Last time {family} was newly diagnosed, date?",
        "In this patient, when did {family} last appear as a new diagnosis, whatever the exact form?",
        "Date of {his} most recent diagnosis falling under {family}?",
    ),
)
def family_last_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for family, found in choose_certain(chart, dice):
        last = latest(found.members)
        for moment in {m.day: m for r in last if (m := onset([r]))}.values():
            gold = Gold((moment.day.isoformat(),), by_day=True, references=references_of(last))
            yield Draft({"family": _choose_name(family, dice)}, gold)


@template(
    "family_stay_count",
    FAMILY,
    cuts=True,
    patient=(
        "In how many of my hospital stays did they put down {family} as a diagnosis?",
        "How many times was I in the hospital with {family}, of whatever type, on the list of diagnoses?",
        "Counting only hospital stays, how many of them list {family}?",
    ),
    clinician=(
        "Number of hospitalizations with {family} coded?",
        "How many of {his} admissions carry a diagnosis of {family}?",
        "{family}, any type: count of inpatient stays with it among the discharge diagnoses?",
        "Across all hospital stays, in how many is {family} listed?",
    ),
)
def family_stay_count(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where every such diagnosis belongs to a hospital stay."""
    ids = {str(v["id"]) for v in stays(chart, HOSPITAL)}
    for family, found in choose_certain(chart, dice) if ids else ():
        visits = [str((encounter_of(chart, r) or {}).get("id")) for r in found.members]
        if set(visits) <= ids and not any(started(r) for r in found.members):
            gold = Gold((len(set(visits)),), references=references_of(found.members))
            yield Draft({"family": _choose_name(family, dice)}, gold)
