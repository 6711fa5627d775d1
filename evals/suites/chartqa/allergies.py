"""Templates on allergies: to what, how many, of which kind, what it does, how bad, since when."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from evals.item import Gold
from evals.suites.chartqa.clock import parse_moment
from evals.suites.chartqa.concepts import contains, lower_first, strip_tag
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import status_of, to_names
from evals.suites.chartqa.template import Draft, template

ALLERGY = "allergy"
_NONE_KNOWN = frozenset({"716186003", "409137002", "428607008", "429625007"})
_FRAME = re.compile(r"^allergy to | allergy$|\s*\((?:substance|organism|animal|finding|disorder)\)", re.IGNORECASE)
_KINDS = {"food": "food", "medication": "drug", "environment": "environmental"}


def is_none_known(record: Json) -> bool:
    return any(c.get("code") in _NONE_KNOWN for c in record["code"].get("coding", ()))


def active_allergies(chart: Chart) -> list[Json]:
    """What the patient is allergic to now for certain; empty where one is in doubt, over, or contradicted."""
    found = chart.of("AllergyIntolerance")
    sure = all(
        status_of(r, "clinicalStatus") == "active"
        and status_of(r, "verificationStatus") == "confirmed"
        and r.get("type") != "intolerance"
        and len(to_names(r.get("code"))) == 1
        and not is_none_known(r)
        for r in found
    )
    return found if sure else []


def substance_of(record: Json) -> str:
    """What it is to, as one says it.

    >>> substance_of({"code": {"text": "Allergy to mould"}}), substance_of({"code": {"text": "Bee venom (substance)"}})
    ('mould', 'bee venom')
    """
    return lower_first(_FRAME.sub("", strip_tag(to_names(record["code"])[0])).strip())


def choose_allergies(chart: Chart, dice: random.Random) -> Iterator[tuple[Json, str]]:
    """Allergies whose substance names no other one."""
    found = active_allergies(chart)
    for record in dice.sample(found, len(found)):
        name = substance_of(record)
        if not any(r is not record and contains(to_names(r["code"])[0], name) for r in found):
            yield record, name


@template(
    "allergy_list",
    ALLERGY,
    patient=(
        "What am I allergic to, according to my chart?",
        "I'm filling in a form for a new dentist. Which allergies do you have down for me?",
        "Can you read me my allergies?",
    ),
    clinician=(
        "Allergies?",
        "List all documented allergies.",
        "What is on {his} allergy list?",
        "Pre-op check: any allergies, and to what?",
    ),
)
def allergy_list(chart: Chart, _: random.Random) -> Iterator[Draft]:
    if found := active_allergies(chart):
        names = tuple(dict.fromkeys(to_names(r["code"])[0] for r in found))
        yield Draft({}, Gold(names, references=references_of(found)))


@template(
    "allergy_any",
    ALLERGY,
    patient=(
        "Do I have any allergies at all?",
        "Is there an allergy noted anywhere in my record?",
        "I don't think I'm allergic to anything. Does my chart say otherwise?",
    ),
    clinician=(
        "Any known allergies?",
        "Is the patient allergic to anything?",
        "Does {he} have any allergy on file?",
        "Allergies: yes or no?",
    ),
)
def allergy_any(chart: Chart, _: random.Random) -> Iterator[Draft]:
    """No where the one record says so; a chart without a record tells nothing."""
    found = chart.of("AllergyIntolerance")
    if sure := active_allergies(chart):
        yield Draft({}, Gold((True,), references=references_of(sure)))
    elif len(found) == 1 and is_none_known(found[0]) and status_of(found[0], "clinicalStatus") == "active":
        yield Draft({}, Gold((False,), references=references_of(found)))


@template(
    "allergies_of_kind",
    ALLERGY,
    patient=(
        "Which {kind} allergies do I have?",
        "Of my allergies, which ones are {kind} allergies?",
        "Do you have any {kind} allergies written down for me, and which?",
    ),
    clinician=(
        "{kind} allergies on file?",
        "List {his} {kind} allergies only.",
        "Which of the allergies are recorded as {kind}?",
        "Any {kind} allergy documented? Which?",
    ),
)
def allergies_of_kind(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where each has one kind, and that kind can be believed: Synthea once called dander a food."""
    found = active_allergies(chart)
    kinds = sorted({k for r in found for k in r.get("category", ())})
    if any(len(r.get("category", ())) != 1 for r in found) or _is_odd(found):
        return
    for kind in dice.sample(kinds, len(kinds)):
        there = [r for r in found if r["category"] == [kind]]
        names = tuple(dict.fromkeys(to_names(r["code"])[0] for r in there))
        if kind in _KINDS:
            yield Draft({"kind": _KINDS[kind]}, Gold(names, references=references_of(there)))


def _is_odd(found: list[Json]) -> bool:
    airborne = re.compile(r"mou?ld|dander|pollen|dust|venom|latex", re.IGNORECASE)
    return any(r["category"] == ["food"] and airborne.search(to_names(r["code"])[0]) for r in found)


@template(
    "allergy_reaction",
    ALLERGY,
    patient=(
        "What happens to me when I come into contact with {substance}?",
        "I know I'm allergic to {substance}, but what reaction do I get?",
        "How did my body react to {substance}, going by my record?",
    ),
    clinician=(
        "Reaction to {substance}?",
        "What reaction is documented for the {substance} allergy?",
        "{substance} allergy: manifestation?",
        "How does {his} allergy to {substance} manifest?",
    ),
)
def allergy_reaction(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where none is written down nothing can be told, asked once of a chart."""
    bare = 0
    for record, name in choose_allergies(chart, dice):
        told = [to_names(m) for r in record.get("reaction", ()) for m in r.get("manifestation", ())]
        if told and all(len(n) == 1 for n in told):
            names = tuple(dict.fromkeys(n[0] for n in told))
            yield Draft({"substance": name}, Gold(names, references=references_of([record])))
        elif "reaction" not in record and "note" not in record and not bare:
            bare = 1
            yield Draft({"substance": name}, Gold(()), frozenset({"unanswerable"}), "no reaction is recorded")


@template(
    "allergy_risk",
    ALLERGY,
    patient=(
        "Is my {substance} allergy marked as high risk or low risk?",
        "How critical is my allergy to {substance} said to be?",
        "What does my chart put down for the criticality of my {substance} allergy?",
    ),
    clinician=(
        "Criticality of the {substance} allergy?",
        "{substance} allergy: high or low criticality?",
        "What criticality is recorded for {his} allergy to {substance}?",
        "How is the {substance} allergy graded, low or high risk?",
    ),
)
def allergy_risk(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where none is written down nothing can be told, asked once of a chart."""
    bare = 0
    for record, name in choose_allergies(chart, dice):
        if (risk := record.get("criticality")) in {"low", "high"}:
            names = (risk, f"{risk} risk", f"{risk} criticality")
            yield Draft({"substance": name}, Gold(names, one_of=True, references=references_of([record])))
        elif risk is None and "reaction" not in record and not bare:
            bare = 1
            yield Draft({"substance": name}, Gold(()), frozenset({"unanswerable"}), "no criticality is recorded")


@template(
    "allergy_since",
    ALLERGY,
    patient=(
        "When was my {substance} allergy put in my record?",
        "Since what date do you have me down as allergic to {substance}?",
        "On which day was it noted that I'm allergic to {substance}?",
    ),
    clinician=(
        "Date the {substance} allergy was recorded?",
        "When was {his} allergy to {substance} documented?",
        "{substance} allergy: on the list since when?",
        "Recorded date of the {substance} allergy?",
    ),
)
def allergy_since(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for record, name in choose_allergies(chart, dice):
        recorded, begun = parse_moment(record.get("recordedDate")), record.get("onsetDateTime")
        if recorded and (begun is None or str(begun)[:10] == recorded.day.isoformat()):
            gold = Gold((recorded.day.isoformat(),), by_day=True, references=references_of([record]))
            yield Draft({"substance": name}, gold)
