"""Templates on emergency visits and stays in intensive care: when, how many, how long."""

from __future__ import annotations

import random
from collections.abc import Iterator

from evals.suites.chartqa.raw import Chart
from evals.suites.chartqa.stays import EMERGENCY, INTENSIVE, STAY, count_draft, date_draft, length_gold, stays
from evals.suites.chartqa.template import Draft, template


@template(
    "emergency_last_date",
    STAY,
    cuts=True,
    patient=(
        "When was I last in the emergency room?",
        "What was the date of my last ER visit?",
        "When did I most recently go to the emergency department?",
    ),
    clinician=(
        "Date of the last ED visit?",
        "When was the patient last seen in the emergency department?",
        "Most recent ER visit, when?",
    ),
)
def emergency_last_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for visit in stays(chart, EMERGENCY)[-1:]:
        yield from date_draft(visit)


@template(
    "emergency_count",
    STAY,
    cuts=True,
    patient=(
        "How many times have I been to the emergency room?",
        "How many ER visits do I have on record?",
        "How often have I gone to the emergency department?",
    ),
    clinician=(
        "How many ED visits has the patient had?",
        "Number of emergency department visits?",
        "How many times was {he} seen in the ER?",
    ),
)
def emergency_count(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    yield from count_draft(stays(chart, EMERGENCY))


@template(
    "intensive_count",
    STAY,
    cuts=True,
    patient=(
        "How many times have I been in the ICU?",
        "How many ICU stays have I had?",
        "How often was I in intensive care?",
    ),
    clinician=(
        "How many ICU stays does the patient have?",
        "Number of ICU admissions?",
        "How many times was {he} in the intensive care unit?",
    ),
)
def intensive_count(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    yield from count_draft(stays(chart, INTENSIVE))


@template(
    "intensive_last_admission",
    STAY,
    cuts=True,
    patient=(
        "When did my last ICU stay begin?",
        "On what date was I last moved to intensive care?",
        "When was I most recently in the ICU: which day did it start?",
    ),
    clinician=(
        "Date of the last ICU admission?",
        "When was the patient last admitted to the ICU?",
        "Start date of {his} most recent ICU stay?",
    ),
)
def intensive_last_admission(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for visit in stays(chart, INTENSIVE)[-1:]:
        yield from date_draft(visit)


@template(
    "intensive_last_length",
    STAY,
    cuts=True,
    patient=(
        "How many days was I in the ICU the last time?",
        "How long, in days, did my latest ICU stay last?",
        "For how many days was I in intensive care most recently?",
    ),
    clinician=(
        "Length of the last ICU stay in days?",
        "How many days did {his} most recent ICU stay last?",
        "ICU LOS in days, last stay?",
    ),
)
def intensive_last_length(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for visit in stays(chart, INTENSIVE)[-1:]:
        if gold := length_gold(visit):
            yield Draft({}, gold)
