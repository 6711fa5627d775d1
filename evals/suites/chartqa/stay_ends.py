"""Templates on how a stay began and ended: from where, to where, from which ward, under which service."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import timedelta

from evals.item import Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import ended, started, to_names
from evals.suites.chartqa.stay_events import choose_stays
from evals.suites.chartqa.stay_gaps import is_last_of_life, to_disposition
from evals.suites.chartqa.stays import EMERGENCY, HOSPITAL, STAY, kind_of, stays
from evals.suites.chartqa.template import Draft, template

_UNTOLD = re.compile(r"not available|unknown|other", re.IGNORECASE)
_HOME = re.compile(r"^home\b", re.IGNORECASE)


@template(
    "discharged_to",
    STAY,
    cuts=True,
    patient=(
        "Where did they send me after my {nth} hospital stay?",
        "When I left the hospital at the end of my {nth} stay, where was I discharged to?",
        "Did I go home or somewhere else after my {nth} hospitalization? Where to?",
    ),
    clinician=(
        "Discharge disposition of the {nth} hospital stay?",
        "Dispo, {nth} admission?",
        "Where was {he} discharged to at the end of the {nth} hospitalization?",
        "To what setting did the patient go on discharge from the {nth} inpatient stay?",
    ),
)
def discharged_to(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for nth, visit in choose_stays(chart, dice):
        told = to_disposition(visit)
        if told and not is_last_of_life(visit) and not any(_UNTOLD.search(n) for n in told):
            yield Draft({"nth": nth}, Gold(told, one_of=True, references=references_of([visit])))


@template(
    "admitted_from",
    STAY,
    cuts=True,
    patient=(
        "Where did I come from when I was admitted for my {nth} hospital stay?",
        "How did I get into the hospital for my {nth} stay? I mean through the ER, a referral, a transfer?",
        "What does the chart give as the source of my {nth} hospital admission?",
    ),
    clinician=(
        "Admit source, {nth} hospital stay?",
        "From where was {he} admitted for the {nth} hospitalization?",
        "{nth} admission: came via which source?",
        "What is recorded as the admission source of the {nth} inpatient stay?",
    ),
)
def admitted_from(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for nth, visit in choose_stays(chart, dice):
        told = (visit.get("hospitalization") or {}).get("admitSource") or {}
        names = to_names(told) or tuple(str(c["code"]) for c in told.get("coding", ()) if c.get("code"))
        if names and not any(_UNTOLD.search(n) for n in names):
            yield Draft({"nth": nth}, Gold(names, one_of=True, references=references_of([visit])))


@template(
    "stay_last_ward",
    STAY,
    cuts=True,
    patient=(
        "Which ward was I on when I was discharged from my {nth} hospital stay?",
        "At the end of my {nth} stay in the hospital, what unit did I leave from?",
        "What was the last ward I was moved to during my {nth} hospitalization?",
    ),
    clinician=(
        "Discharging unit, {nth} hospital stay?",
        "Last ward of the {nth} hospitalization before discharge?",
        "From which unit was {he} discharged at the end of the {nth} stay?",
        "Final bed location in the {nth} inpatient stay: which ward?",
    ),
)
def stay_last_ward(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where it is told when each ward was left, and one was left last."""
    for nth, visit in choose_stays(chart, dice):
        spans = [(ended(p), chart.follow(p.get("location"))) for p in visit.get("location", ())]
        told = [(end.instant, ward) for end, ward in spans if end and ward and ward.get("name")]
        if not told or len(told) < len(spans) or is_last_of_life(visit):
            continue
        ward = max(told, key=lambda pair: pair[0])[1]
        if sum(end == max(e for e, _ in told) for end, _ in told) == 1 and not _is_passage(ward):
            yield Draft({"nth": nth}, Gold((str(ward["name"]),), references=references_of([visit, ward])))


def _is_passage(ward: Json) -> bool:
    return bool(re.search(r"lounge|emergency|unknown|transport|pacu", str(ward["name"]), re.IGNORECASE))


@template(
    "admitted_after_emergency",
    STAY,
    patient=(
        "I went to the ER on {day}. Did they keep me in the hospital afterwards?",
        "Was I admitted after my emergency visit on {day}, or was I not?",
        "Did my trip to the emergency department on {day} turn into a hospital stay?",
    ),
    clinician=(
        "ED visit {day}: admitted?",
        "Did the {day} ED visit result in admission?",
        "Was {he} admitted to the hospital from the emergency department on {day}?",
        "Following the emergency presentation of {day}, was there an inpatient admission, yes or no?",
    ),
)
def admitted_after_emergency(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where what is told of the visit's end and the stays around it say the same."""
    found, hospital = stays(chart, EMERGENCY), [v for v in chart.of("Encounter") if kind_of(v) == HOSPITAL]
    days = [m.day for v in found if (m := started(v))]
    for visit in dice.sample(found, len(found)):
        begin = started(visit)
        if not begin or days.count(begin.day) > 1 or any("admission" in n.lower() for n in _types(visit)):
            continue
        whole, near = chart.follow(visit.get("partOf")), [v for v in hospital if _is_near(v, visit)]
        told = " ".join(to_disposition(visit))
        slots = {"day": format_day(begin.day, dice)}
        if whole and whole in near and told == "ADMITTED":
            yield Draft(slots, Gold((True,), references=references_of([visit, whole])))
        elif not whole and not near and (not told or _HOME.search(told)):
            yield Draft(slots, Gold((False,), references=references_of([visit])))


def _types(visit: Json) -> list[str]:
    return [n for t in visit.get("type", ()) for n in to_names(t)]


def _is_near(stay: Json, visit: Json) -> bool:
    """Whether a stay was begun within three days of a visit."""
    a, b, end = started(stay), started(visit), ended(visit)
    return bool(a and b and end and b.instant - timedelta(days=1) <= a.instant <= end.instant + timedelta(days=3))
