"""Templates on hospital stays against one another: how far apart, which was longest, the one before the last."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from evals.item import Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import ended, started, to_names
from evals.suites.chartqa.stays import HOSPITAL, STAY, date_draft, kind_of, length_gold, stays
from evals.suites.chartqa.template import Draft, template

_DEATH = re.compile(r"\bdied\b|\bdead\b|death|expired|deceased", re.IGNORECASE)
_SPANS = (30, 60, 90, 180, 365)
_ADMISSION = re.compile(r"inpatient|admission|hospice|nursing|rehabilitation|\bstay\b", re.IGNORECASE)


def to_disposition(visit: Json) -> tuple[str, ...]:
    """Where one went from a stay: its names, or its code where it has none."""
    told = (visit.get("hospitalization") or {}).get("dischargeDisposition") or {}
    return to_names(told) or tuple(str(c["code"]) for c in told.get("coding", ()) if c.get("code"))


def is_last_of_life(visit: Json) -> bool:
    return any(_DEATH.search(n) for n in to_disposition(visit))


def gap_days(earlier: Json, later: Json) -> int | None:
    """Days of the calendar from one stay's end to the next one's start."""
    end, begin = ended(earlier), started(later)
    return (begin.day - end.day).days if end and begin else None


@template(
    "readmitted_within",
    STAY,
    patient=(
        "I was discharged on {day}. Did I have to go back in within {within} days?",
        "After I got out of the hospital on {day}, was I admitted again in the next {within} days?",
        "Did I end up as an inpatient again less than {within} days after leaving the hospital on {day}?",
    ),
    clinician=(
        "{within}-day readmission after discharge of {day}, yes or no?",
        "Discharged {day}: readmitted within {within} d?",
        "Was there another hospital admission within {within} days of the {day} discharge?",
        "Does {he} count as a {within}-day readmission following the stay that ended {day}?",
    ),
)
def readmitted_within(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a stay after which the next one came clearly sooner or clearly later."""
    found = stays(chart, HOSPITAL)
    ends = [m.day for v in found if (m := ended(v))]
    for at, visit in dice.sample(list(enumerate(found)), len(found)):
        end, after = ended(visit), found[at + 1 : at + 2]
        if not end or ends.count(end.day) > 1 or is_last_of_life(visit):
            continue
        gap = gap_days(visit, after[0]) if after else (chart.as_of.date() - end.day).days
        for within, again in _choose_span(gap or 0, bool(after), dice):
            gold = Gold((again,), references=references_of([visit, *(after if again else ())]))
            yield Draft({"day": format_day(end.day, dice), "within": str(within)}, gold)


def _choose_span(gap: int, has_next: bool, dice: random.Random) -> Iterator[tuple[int, bool]]:
    """A number of days that is clearly more or less than a gap, and whether it is more."""
    longer = [n for n in _SPANS if has_next and 1 < gap < n - 1]
    shorter = [n for n in _SPANS if n + 1 < gap]
    chosen = dice.choice([side for side in (longer, shorter) if side] or [[]])
    if chosen:
        yield (within := dice.choice(chosen)), gap < within


@template(
    "stay_before_last",
    STAY,
    cuts=True,
    patient=(
        "Not my latest hospital stay, the one before it: when did that start?",
        "When was I admitted to the hospital the time before last?",
        "I've been in the hospital more than once. What was the admission date of the next-to-last time?",
    ),
    clinician=(
        "Admission date of the penultimate hospitalization?",
        "Prior admission before the most recent one: date?",
        "When did the hospital stay preceding {his} latest one begin?",
        "Date {he} was admitted for the second-to-last inpatient stay?",
    ),
)
def stay_before_last(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    found = stays(chart, HOSPITAL)
    days = [m.day for v in found if (m := started(v))]
    if len(found) > 1 and days.count(days[-2]) == 1:
        yield from date_draft(found[-2])


@template(
    "longest_stay_date",
    STAY,
    cuts=True,
    patient=(
        "Of all the times I was in the hospital, which was the longest? I'd like to know when it began.",
        "When did my longest hospital stay start?",
        "On what date was I admitted for the stay that kept me in the hospital the longest?",
    ),
    clinician=(
        "Admission date of {his} longest hospitalization?",
        "Longest inpatient stay on file: when did it begin?",
        "Which admission had the greatest length of stay? Date please.",
        "Find the hospital stay with the longest LOS and give its start date.",
    ),
)
def longest_stay_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where it is longer by more than a day than any other."""
    found = stays(chart, HOSPITAL)
    by_length = sorted(found, key=_length, reverse=True)
    if len(found) > 1 and _length(by_length[0]) - _length(by_length[1]) > timedelta(days=1):
        yield from date_draft(by_length[0])


def _length(visit: Json) -> timedelta:
    begin, end = started(visit), ended(visit)
    return end.instant - begin.instant if begin and end else timedelta(0)


@template(
    "days_between_stays",
    STAY,
    cuts=True,
    patient=(
        "How many days was I out of the hospital between my last two stays?",
        "Between leaving the hospital the time before last and going back in, how many days did I have?",
        "How many days went by from my second-to-last discharge to my latest admission?",
    ),
    clinician=(
        "Days between the last two hospitalizations (discharge to readmission)?",
        "Interval in days, prior discharge to current/most recent admission?",
        "How many days separated {his} most recent admission from the discharge before it?",
        "Counted from the previous discharge, how many days was {he} out of hospital before the latest admission?",
    ),
)
def days_between_stays(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for earlier, later in list(pairwise(stays(chart, HOSPITAL)))[-1:]:
        end, begin, days = ended(earlier), started(later), gap_days(earlier, later)
        if end and begin and days and days > 1:
            values = tuple(dict.fromkeys((days, (begin.instant - end.instant).days)))
            gold = Gold(values, one_of=True, whole_numbers=True, references=references_of([earlier, later]))
            yield Draft({}, gold)


@template(
    "stay_length_by_day",
    STAY,
    cuts=True,
    patient=(
        "I was admitted on {day}. How many days did they keep me?",
        "How long did I stay in the hospital when I went in on {day}?",
        "The hospital stay that began {day}, how many days was that?",
    ),
    clinician=(
        "LOS for the admission of {day}?",
        "Length of stay in days, admitted {day}?",
        "Admitted {day}: after how many days was {he} discharged?",
        "How many days did the hospitalization starting {day} last?",
    ),
)
def stay_length_by_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    found = stays(chart, HOSPITAL)
    days = [m.day for v in found if (m := started(v))]
    for visit in dice.sample(found, len(found)):
        begin, gold = started(visit), length_gold(visit)
        if begin and gold and days.count(begin.day) == 1:
            yield Draft({"day": format_day(begin.day, dice)}, gold)


@template(
    "stay_since_day",
    STAY,
    patient=(
        "Have I been admitted to the hospital since {day}?",
        "Since {day}, have I had to stay in the hospital as an inpatient at any point?",
        "Has there been any hospital admission for me after {day}?",
    ),
    clinician=(
        "Any inpatient admission since {day}?",
        "Has {he} been hospitalized since {day}?",
        "Interval hospitalizations after {day}, yes/no?",
        "We last met on {day}. Has the patient been admitted to hospital in the meantime?",
    ),
)
def stay_since_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a day on which no stay was, nor began or ended next to it."""
    found = stays(chart, HOSPITAL)
    if not found and any(kind_of(v) or _may_be_stay(v) for v in chart.of("Encounter")):
        return
    seen = [m.day for v in chart.of("Encounter") if (m := started(v))]
    if not seen:
        return
    for day in _choose_days(min(seen), chart.as_of.date(), dice):
        later = [v for v in found if (m := started(v)) and m.day > day]
        if not _is_near(day, found):
            yield Draft({"day": format_day(day, dice)}, Gold((bool(later),), references=references_of(later)))


def _may_be_stay(visit: Json) -> bool:
    return any(_ADMISSION.search(n) for t in visit.get("type", ()) for n in to_names(t))


def _choose_days(first: date, last: date, dice: random.Random) -> Iterator[date]:
    """Days of the second half of a chart, none of the last week."""
    half = (last - first).days // 2
    for _ in range(20 if half > 10 else 0):
        yield last - timedelta(days=dice.randint(7, half))


def _is_near(day: date, found: Sequence[Json]) -> bool:
    spans = [(b.day, e.day) for v in found if (b := started(v)) and (e := ended(v))]
    return any(b - timedelta(days=2) <= day <= e + timedelta(days=2) for b, e in spans)
