"""Templates on stays: admissions, discharges, how many, how long, whether the patient is in hospital."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from evals.item import Gold
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import ended, in_order, started, to_names
from evals.suites.chartqa.template import Draft, template

STAY = "stay"
_UNCLEAR = re.compile(
    r"skilled nursing|hospice|rehabilitation|return visit|^encounter$|emergency hospital admission", re.IGNORECASE
)
"""Types of encounters that some call a hospital stay and others don't."""
HOSPITAL, EMERGENCY, INTENSIVE = "hospital", "emergency", "intensive"


def kind_of(visit: Json) -> str:
    """Hospital, emergency, intensive; else empty. By the identifier's system where it tells, else by class."""
    systems = [str(i.get("system", "")) for i in visit.get("identifier", ())]
    for ending, kind in (("encounter-hosp", HOSPITAL), ("encounter-ed", EMERGENCY), ("encounter-icu", INTENSIVE)):
        if any(s.endswith(ending) for s in systems):
            return kind
    code = (visit.get("class") or {}).get("code")
    return {"IMP": HOSPITAL, "EMER": EMERGENCY}.get(str(code), "")


def stays(chart: Chart, kind: str) -> list[Json]:
    """The stays of a kind in order; empty where it isn't clear which encounters are some."""
    found = chart.of("Encounter")
    if any(kind_of(v) and _is_unclear(v) for v in found):
        return []
    return in_order([v for v in found if kind_of(v) == kind and v.get("status") in {"finished", "in-progress"}])


def _is_unclear(visit: Json) -> bool:
    begin, end = started(visit), ended(visit)
    if not begin or not end:
        return True
    by_class = kind_of(visit) == EMERGENCY and not visit.get("identifier", [{}])[0].get("system", "").endswith("-ed")
    long = by_class and end.instant - begin.instant > timedelta(hours=20)
    return long or any(_UNCLEAR.search(n) for t in visit.get("type", ()) for n in to_names(t))


def date_draft(visit: Json, slots: dict[str, str] | None = None, end: bool = False) -> Iterator[Draft]:
    moment = ended(visit) if end else started(visit)
    if moment:
        yield Draft(slots or {}, Gold((moment.day.isoformat(),), by_day=True, references=references_of([visit])))


def length_gold(visit: Json) -> Gold | None:
    """The days between two days of the calendar or by the clock, whichever one counts."""
    begin, end = started(visit), ended(visit)
    if not begin or not end:
        return None
    elapsed = (end.instant - begin.instant) / timedelta(days=1)
    days = (end.day - begin.day).days
    if elapsed < 1:
        return None
    values = tuple(dict.fromkeys((days, round(elapsed), int(elapsed), round(elapsed, 1))))
    return Gold(values, one_of=True, whole_numbers=True, references=references_of([visit]))


@template(
    "stay_last_admission",
    STAY,
    cuts=True,
    patient=(
        "When was I last admitted to the hospital?",
        "What day did my most recent hospital stay start?",
        "When did I last go into hospital?",
    ),
    clinician=(
        "When was the patient last admitted?",
        "Date of the most recent hospital admission?",
        "Last admission date?",
        "When did {his} latest hospitalization begin?",
    ),
)
def stay_last_admission(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for visit in stays(chart, HOSPITAL)[-1:]:
        yield from date_draft(visit)


@template(
    "stay_last_discharge",
    STAY,
    cuts=True,
    patient=(
        "When was I last discharged from the hospital?",
        "What day did I come home from my most recent hospital stay?",
        "When did my last hospital stay end?",
    ),
    clinician=(
        "When was the patient last discharged from hospital?",
        "Last discharge date?",
        "Date of the most recent hospital discharge?",
    ),
)
def stay_last_discharge(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for visit in stays(chart, HOSPITAL)[-1:]:
        yield from date_draft(visit, end=True)


@template(
    "stay_first_admission",
    STAY,
    cuts=True,
    patient=(
        "When was I first admitted to a hospital?",
        "What is the date of my first hospital stay on record?",
        "When did I go into hospital for the first time?",
    ),
    clinician=(
        "Date of the first recorded hospital admission?",
        "When was the patient first hospitalized?",
        "First admission, when?",
        "When did {his} first hospital stay begin?",
    ),
)
def stay_first_admission(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for visit in stays(chart, HOSPITAL)[:1]:
        yield from date_draft(visit)


@template(
    "stay_nth_admission",
    STAY,
    cuts=True,
    patient=(
        "When did my {nth} hospital stay begin?",
        "On what date was I admitted to hospital for the {nth} time?",
        "What day did I go in for my {nth} hospitalization?",
    ),
    clinician=(
        "Date of the {nth} hospital admission?",
        "When was the patient admitted for the {nth} time?",
        "Start of {his} {nth} hospital stay?",
    ),
)
def stay_nth_admission(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    found = stays(chart, HOSPITAL)
    for at, nth in ((1, "second"), (2, "third")):
        for visit in found[at : at + 1]:
            yield from date_draft(visit, {"nth": nth})


def count_draft(found: Sequence[Json]) -> Iterator[Draft]:
    if found:
        yield Draft({}, Gold((len(found),), references=references_of(found)))


@template(
    "stay_count",
    STAY,
    cuts=True,
    patient=(
        "How many times have I been hospitalized?",
        "How many hospital stays have I had?",
        "How often have I been admitted to hospital?",
    ),
    clinician=(
        "How many hospital admissions does the patient have?",
        "Number of hospitalizations?",
        "How many times has {he} been admitted?",
    ),
)
def stay_count(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    yield from count_draft(stays(chart, HOSPITAL))


@template(
    "stay_last_length",
    STAY,
    cuts=True,
    patient=(
        "How many days was I in the hospital the last time?",
        "How long was my most recent hospital stay, in days?",
        "How many days did my last hospitalization last?",
    ),
    clinician=(
        "Length of the last hospital stay in days?",
        "How many days did the patient's most recent admission last?",
        "LOS in days of the latest hospital stay?",
    ),
)
def stay_last_length(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for visit in stays(chart, HOSPITAL)[-1:]:
        if gold := length_gold(visit):
            yield Draft({}, gold)


@template(
    "stay_in_year",
    STAY,
    patient=(
        "Was I in hospital at any time in {year}?",
        "Did I have a hospital stay in {year}?",
        "Was I admitted to hospital during {year}?",
    ),
    clinician=(
        "Was the patient hospitalized in {year}?",
        "Any hospital admission in {year}?",
        "Did {he} have an inpatient stay during {year}?",
    ),
)
def stay_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where no stay runs over the turn of a year."""
    found = stays(chart, HOSPITAL)
    years = [(b.day.year, e.day.year) for v in found if (b := started(v)) and (e := ended(v))]
    if not years or any(b != e for b, e in years):
        return
    for year in dice.sample(sorted({y + d for y, _ in years for d in (-1, 0, 0, 1)}), 1):
        there = [v for v, (y, _) in zip(found, years, strict=True) if y == year]
        if year < chart.as_of.year:
            yield Draft({"year": str(year)}, Gold((bool(there),), references=references_of(there)))


@template(
    "stay_now",
    STAY,
    patient=(
        "Am I in the hospital right now?",
        "Am I currently admitted to a hospital?",
        "Is my hospital stay still going on?",
    ),
    clinician=(
        "Is the patient currently hospitalized?",
        "Is {he} an inpatient at the moment?",
        "Currently admitted?",
    ),
)
def stay_now(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Asked in the midst of a stay, or after the last one."""
    found = stays(chart, HOSPITAL)
    if not found:
        return
    visit = dice.choice(found)
    begin, end = started(visit), ended(visit)
    if dice.random() < 0.5 or not begin or not end:
        yield Draft({}, Gold((False,)))
    elif end.wall - begin.wall > timedelta(hours=20):
        moment = (begin.wall + (end.wall - begin.wall) / 2).replace(second=0, microsecond=0)
        yield Draft({}, Gold((True,), references=references_of([visit])), as_of=moment)
