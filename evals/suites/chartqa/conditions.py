"""Templates on conditions: whether the patient has or had one, since when, until when, how often."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from evals.item import Gold
from evals.suites.chartqa.clock import Moment, parse_moment
from evals.suites.chartqa.concepts import CONDITION_NAMES
from evals.suites.chartqa.groups import Group, choose_groups, code_of, group_records
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, started, status_of
from evals.suites.chartqa.template import Draft, template

EXISTENCE = "condition existence"
NO_DISEASE = re.compile(
    r"history|suspected|awaiting|\((situation|finding)\)?$|employment|labor force|screening|aftercare"
    r"|late effect|sequela|^encounter for|observation for|status$|carrier|pregnancy|higher education"
    r"|^presence of|adverse effect|poisoning|underdosing",
    re.IGNORECASE,
)


def conditions(chart: Chart) -> list[Group]:
    """Diagnoses that are certain; social findings and what is only a history are none."""
    found = chart.once("conditions", lambda: group_records(chart.of("Condition"), code_of, CONDITION_NAMES))
    return [g for g in found if not any(NO_DISEASE.search(n) for n in g.names) and all(map(is_certain, g.records))]


def is_certain(record: Json) -> bool:
    return status_of(record, "verificationStatus") in {"", "confirmed"}


def is_active(record: Json) -> bool | None:
    """Whether it is there now; None where the record does not tell."""
    if "abatementDateTime" in record or status_of(record, "clinicalStatus") in {"resolved", "inactive", "remission"}:
        return False
    return True if status_of(record, "clinicalStatus") in {"active", "recurrence", "relapse"} else None


def onset(records: Sequence[Json]) -> Moment | None:
    """When it began first; None where a record isn't dated, or was written down on another day than it began."""
    if any((m := started(r)) is None or not _recorded_then(r, m) for r in records):
        return None
    first = latest(records, last=False)
    return started(first[0]) if first else None


def _recorded_then(record: Json, begun: Moment) -> bool:
    written = parse_moment(record.get("recordedDate"))
    return written is None or written.day == begun.day


def activity_gold(records: Sequence[Json]) -> Gold | None:
    """Whether any of these is there now; what ended is needed to say that none is."""
    states = [is_active(r) for r in records]
    if None in states:
        return None
    now = [r for r, state in zip(records, states, strict=True) if state]
    return Gold((bool(now),), references=references_of(now or records))


@template(
    "condition_ever",
    EXISTENCE,
    patient=(
        "Have I ever been diagnosed with {condition}?",
        "Did I ever have {condition}?",
        "Is there anything in my chart about me having had {condition}?",
        "I can't remember: was {condition} ever one of my diagnoses?",
    ),
    clinician=(
        "Has the patient ever been diagnosed with {condition}?",
        "Any history of {condition}?",
        "Is {condition} on record for this patient, now or in the past?",
        "Hx of {condition}?",
    ),
)
def condition_ever(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(conditions(chart), dice):
        yield Draft({"condition": name}, Gold((True,), references=references_of(group.records)))


@template(
    "condition_now",
    EXISTENCE,
    patient=(
        "Do I currently have {condition}?",
        "Is {condition} still an active problem of mine?",
        "Do I still have {condition}?",
        "Am I living with {condition} at the moment, according to my records?",
    ),
    clinician=(
        "Does the patient currently have {condition}?",
        "Is {condition} active right now?",
        "Does {he} still have {condition}?",
        "{condition}: active?",
    ),
)
def condition_now(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(conditions(chart), dice):
        if gold := activity_gold(group.records):
            yield Draft({"condition": name}, gold)


@template(
    "condition_first_date",
    EXISTENCE,
    patient=(
        "When was I first diagnosed with {condition}?",
        "What date did my {condition} start?",
        "On what day was {condition} first found in me?",
    ),
    clinician=(
        "When was the patient first diagnosed with {condition}?",
        "Onset date of {condition}?",
        "When did {his} {condition} first appear in the chart?",
        "Date of first {condition} diagnosis?",
    ),
)
def condition_first_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(conditions(chart), dice):
        if begun := onset(group.records):
            first = latest(group.records, last=False)
            yield Draft(
                {"condition": name}, Gold((begun.day.isoformat(),), by_day=True, references=references_of(first))
            )


@template(
    "condition_end_date",
    EXISTENCE,
    patient=(
        "When did my {condition} clear up?",
        "When was I over my {condition}?",
        "On which date did my {condition} end?",
    ),
    clinician=(
        "When did the patient's {condition} resolve?",
        "Resolution date for {condition}?",
        "What day was {his} {condition} marked as resolved?",
        "{condition}: abatement date?",
    ),
)
def condition_end_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(conditions(chart), dice):
        end = parse_moment(group.records[0].get("abatementDateTime"))
        if end and len(group.records) == 1 and is_active(group.records[0]) is False:
            gold = Gold((end.day.isoformat(),), by_day=True, references=references_of(group.records))
            yield Draft({"condition": name}, gold)


@template(
    "condition_before_year",
    EXISTENCE,
    patient=(
        "Had I been diagnosed with {condition} before {year}?",
        "Did I have a {condition} diagnosis at any time before {year}?",
        "Was {condition} ever recorded for me earlier than {year}?",
    ),
    clinician=(
        "Was {condition} diagnosed before {year}?",
        "Before {year}, had the patient ever had {condition}?",
        "Is there a diagnosis of {condition} dated prior to {year}?",
        "Any {condition} before {year}?",
    ),
)
def condition_before_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(conditions(chart), dice):
        if not (begun := onset(group.records)):
            continue
        year = begun.day.year + dice.choice((-3, -1, 0, 1, 2, 5))
        before = [r for r in group.records if (m := started(r)) and m.day.year < year]
        gold = Gold((bool(before),), references=references_of(before))
        if year <= chart.as_of.year:
            yield Draft({"condition": name, "year": str(year)}, gold)


@template(
    "condition_episodes",
    EXISTENCE,
    patient=(
        "How many times have I had {condition}?",
        "How often have I been diagnosed with {condition}?",
        "How many separate bouts of {condition} are in my chart?",
    ),
    clinician=(
        "How many episodes of {condition} has the patient had?",
        "Number of times {condition} was diagnosed?",
        "How many times has {he} had {condition}?",
    ),
)
def condition_episodes(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of what comes and goes: each has begun on a day of its own and is over."""
    for group, name in choose_groups(conditions(chart), dice):
        days = {m.day for r in group.records if (m := started(r))}
        over = all(is_active(r) is False for r in group.records)
        if over and len(days) == len(group.records) > 1:
            yield Draft({"condition": name}, Gold((len(days),), references=references_of(group.records)))
