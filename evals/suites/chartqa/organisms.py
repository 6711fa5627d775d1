"""Templates on organisms: whether and when one was found, and what it was susceptible or resistant to."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import zip_longest

from evals.item import Gold
from evals.suites.chartqa.cultures import MICROBIOLOGY, ORGANISM, TEST, Named, choose_named, members, name_of, of_system
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, started, to_names
from evals.suites.chartqa.template import Draft, template

ORGANISMS = (
    Named("ESCHERICHIA COLI", ("E. coli", "Escherichia coli"), r"coli\b"),
    Named("STAPH AUREUS COAG +", ("Staph aureus", "Staphylococcus aureus"), r"staph|mrsa|methicillin"),
    Named("PSEUDOMONAS AERUGINOSA", ("Pseudomonas aeruginosa", "Pseudomonas"), r"pseudomon"),
    Named("KLEBSIELLA PNEUMONIAE", ("Klebsiella pneumoniae", "Klebsiella"), r"klebsiella"),
    Named("ENTEROCOCCUS SP.", ("Enterococcus",), r"enterococ|\bvre\b"),
    Named("PROTEUS MIRABILIS", ("Proteus mirabilis", "Proteus"), r"proteus"),
    Named("BACTEROIDES FRAGILIS GROUP", ("Bacteroides fragilis",), r"bacteroid"),
    Named("STENOTROPHOMONAS MALTOPHILIA", ("Stenotrophomonas maltophilia", "Stenotrophomonas"), r"stenotroph"),
    Named("SERRATIA MARCESCENS", ("Serratia", "Serratia marcescens"), r"serratia"),
    Named("ACINETOBACTER BAUMANNII COMPLEX", ("Acinetobacter",), r"acinetobac"),
)


@template(
    "organism_ever",
    MICROBIOLOGY,
    patient=(
        "Have I ever had {organism} in one of my cultures?",
        "Did the lab ever find {organism} in anything they took from me?",
        "Was {organism} ever found in my samples?",
    ),
    clinician=(
        "Any culture ever positive for {organism}?",
        "Hx of {organism} on micro?",
        "Has {organism} ever been isolated from {his} cultures?",
        "Does the microbiology show {organism} at any time?",
    ),
)
def organism_ever(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a chart with cultures; none where the name is nowhere in it."""
    if not of_system(chart, TEST):
        return
    said = chart.text.decode("utf-8", "replace")
    there: list[tuple[Named, list[Json]]] = []
    absent: list[tuple[Named, list[Json]]] = []
    for named in dice.sample(ORGANISMS, len(ORGANISMS)):
        mine = [r for r in of_system(chart, ORGANISM) if name_of(r) == named.official]
        if mine or not re.search(named.alike, said):
            (there if mine else absent).append((named, mine))
    for named, mine in [pair for both in zip_longest(there, absent) for pair in both if pair]:
        gold = Gold((bool(mine),), references=references_of(mine))
        yield Draft({"organism": dice.choice(named.asked)}, gold)


@template(
    "organism_first_date",
    MICROBIOLOGY,
    cuts=True,
    patient=(
        "When did {organism} first show up in one of my cultures?",
        "What was the date of the first sample of mine that had {organism} in it?",
        "I was told I had {organism}. When was it found for the first time?",
    ),
    clinician=(
        "First {organism} isolate: date?",
        "When was {organism} first isolated?",
        "Date of {his} earliest culture growing {organism}?",
        "First time {organism} grew from any specimen, when was that?",
    ),
)
def organism_first_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, mine, alike in choose_named(of_system(chart, ORGANISM), ORGANISMS, dice):
        first = latest(mine, last=False) if mine and not alike else []
        for moment in {m.day: m for r in first if (m := started(r))}.values():
            gold = Gold((moment.day.isoformat(),), by_day=True, references=references_of(first))
            yield Draft({"organism": name}, gold)


@template(
    "susceptibility_to_drug",
    MICROBIOLOGY,
    patient=(
        "How did my {organism} respond to {drug} in the lab: was it sensitive or resistant?",
        "They tested the {organism} against antibiotics. What was the result for {drug}?",
        "What did the lab report for {drug} against my {organism}?",
    ),
    clinician=(
        "{organism}: {drug} S, I or R?",
        "{drug} susceptibility of the {organism} isolate?",
        "What's the interpretation for {drug} against {his} {organism}?",
        "Sensitivities on the {organism}, specifically {drug}?",
    ),
)
def susceptibility_to_drug(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of an organism that was grown once."""
    for name, isolate in _lone_isolates(chart, dice):
        tested = members(chart, isolate)
        for result in dice.sample(tested, len(tested)):
            value = result.get("valueCodeableConcept") or {}
            told = (*to_names(value), *(str(c["code"]) for c in value.get("coding", ()) if c.get("code")))
            same = [r for r in tested if name_of(r) == name_of(result)]
            if told and len(same) == 1 and "/" not in name_of(result):
                gold = Gold(told, one_of=True, references=references_of([isolate, result]))
                yield Draft({"organism": name, "drug": name_of(result).lower()}, gold)


def _lone_isolates(chart: Chart, dice: random.Random) -> Iterator[tuple[str, Json]]:
    for name, mine, alike in choose_named(of_system(chart, ORGANISM), ORGANISMS, dice):
        if len(mine) == 1 and not alike and members(chart, mine[0]):
            yield name, mine[0]


@template(
    "resistant_drugs",
    MICROBIOLOGY,
    patient=(
        "Which antibiotics would not work against my {organism}, according to the lab?",
        "The {organism} they grew from me: what was it resistant to?",
        "What drugs was my {organism} resistant to when they tested it?",
    ),
    clinician=(
        "{organism} isolate: list resistances.",
        "Which agents tested resistant for the {organism}?",
        "To which antibiotics was {his} {organism} resistant?",
        "Resistant (R) results on the {organism} panel?",
    ),
)
def resistant_drugs(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of an organism that was grown once, each drug tested once."""
    for name, isolate in _lone_isolates(chart, dice):
        tested = members(chart, isolate)
        told = [name_of(r) for r in tested]
        found = [r for r in tested if _letter(r) == "R"]
        if found and len(set(told)) == len(told) and {_letter(r) for r in tested} <= {"R", "S"}:
            values = tuple(name_of(r) for r in found)
            yield Draft({"organism": name}, Gold(values, references=references_of([isolate, *found])))


def _letter(record: Json) -> str:
    return next((str(c.get("code")) for c in (record.get("valueCodeableConcept") or {}).get("coding", ())), "")
