"""Templates on families of diseases: which the names of the chart's diagnoses belong to.

A family is asked of a chart only where every diagnosis clearly belongs or clearly doesn't.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.item import Gold
from evals.suites.chartqa.conditions import NO_DISEASE, activity_gold, is_certain, onset
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, to_names
from evals.suites.chartqa.template import Draft, template

ONTOLOGY = "condition existence through the ontology"


@dataclass(frozen=True)
class Family:
    """How a family is called, which names belong to it for certain, and which might."""

    asked: tuple[str, ...]
    member: str
    possible: str
    never: str = r"^$"


FAMILIES = (
    Family(("diabetes",), r"\bdiabetes\b|\bdiabetic\b", r"diabet|hyperglyc", r"prediabetes|insipidus|gestational"),
    Family(
        ("heart disease", "a heart condition"),
        r"coronary|ischemic heart|myocardial infarction|heart failure|cardiomyopath|atrial fib"
        r"|(mitral|aortic) (valve|sten)",
        r"heart|cardi|coronary|atrial|valve|angina|arrhythm|ventric|\bmi\b|mitral|aort",
    ),
    Family(
        ("chronic kidney disease",),
        r"chronic kidney disease|end.?stage renal",
        r"kidney|renal|nephr|proteinuria|microalbuminuria|dialysis|urem",
    ),
    Family(
        ("cancer", "any kind of cancer"),
        r"malignant (neoplasm|tumor|melanoma)|carcinoma|leukemia|lymphoma|cancer|multiple myeloma",
        r"neoplasm|tumor|carcinoma|cancer|malig|metasta|myelo|leuk|lymphom",
        r"in situ|suspected|leukocyt",
    ),
    Family(("arthritis",), r"arthritis|osteoarthrosis", r"arthr|joint|gout|spondyl", r"without signs of"),
    Family(("a broken bone", "a fracture"), r"fracture", r"fractur|broken|dislocat", r"without current"),
    Family(("sinusitis", "any form of sinusitis"), r"sinusitis", r"\bsinus"),
    Family(("a burn",), r"degree burn|^burn", r"\bburn"),
    Family(("a laceration",), r"laceration", r"lacerat|\bwound|\bcut\b", r"accidental puncture|cerebral|blood vessels"),
    Family(("a sprain",), r"sprain", r"sprain|strain"),
    Family(
        ("a chronic lung disease", "asthma or COPD"),
        r"\basthma|chronic obstructive|chronic airway obstruction|emphysema",
        r"lung|pulm|bronch|asthma|pneumon|respir|copd|airway|interstitial",
        r"acute bronchitis|pulmonary embol",
    ),
    Family(("dementia",), r"alzheimer|dementia", r"memory|cognit|delirium|alzheim|dement|encephalopath"),
    Family(("allergic rhinitis", "hay fever"), r"allergic rhinitis", r"rhinit|hay fever|pollen"),
    Family(
        ("a urinary tract infection", "a UTI"),
        r"urinary tract infection|\bcystitis|pyelonephritis",
        r"urin|bladder|pyelo|\bcystit|\buti\b|prostatitis|urethr",
        r"incontinence|retention of urine|interstitial cystitis|gallbladder",
    ),
    Family(("anemia", "any type of anemia"), r"an(a)?emia", r"an(a)?emi|blood loss|hemoglobin|thalass|sickle", r"leuk"),
    Family(("liver disease",), r"cirrhosis|hepatitis|hepatic failure|liver disease|fatty liver", r"liver|hepat|cirrh"),
    Family(
        ("an arrhythmia", "a heart rhythm disorder"),
        r"atrial fib|atrial flutter|arrhythm|dysrhythm|ventricular tachycardia|ventricular fibrillation",
        r"atrial|rhythm|tachy|brady|block|cardiac arrest|pacemaker|flutter|fibrillat|palpit|extrasyst|premature beat",
    ),
    Family(("a thyroid disorder",), r"hypothyroid|hyperthyroid|thyroiditis|goiter|thyrotoxic", r"thyr|goit"),
    Family(
        ("high blood pressure", "hypertension"),
        r"\bhypertension|\bhypertensive",
        r"hypertens|eclampsia|blood pressure",
        r"pulmonary|portal|ocular|gestational|intracranial",
    ),
    Family(
        ("a mood or anxiety disorder",),
        r"depressi(on|ve)|anxiety|bipolar|panic disorder|dysthymi",
        r"depress|anxi|mood|stress|suic|panic|psych|bipolar|mental|dysthym|phobi|affective",
    ),
)


@dataclass(frozen=True)
class Sorted:
    """A chart's diagnoses seen from one family."""

    members: Sequence[Json]
    doubtful: Sequence[Json]


def sort_by_family(chart: Chart, family: Family) -> Sorted:
    members: list[Json] = []
    doubtful: list[Json] = []
    for record in chart.of("Condition"):
        name = " / ".join(to_names(record.get("code")))
        if _belongs(record, name, family):
            members.append(record)
        elif re.search(family.possible, re.sub(family.never, "", name, flags=re.IGNORECASE), re.IGNORECASE):
            doubtful.append(record)
    return Sorted(members, doubtful)


def _belongs(record: Json, name: str, family: Family) -> bool:
    if NO_DISEASE.search(name) or re.search(family.never, name, re.IGNORECASE) or not is_certain(record):
        return False
    return bool(re.search(family.member, name, re.IGNORECASE))


def _choose(chart: Chart, dice: random.Random) -> Iterator[tuple[str, Sorted]]:
    """Families, as many that are there as that aren't."""
    seen = [(f, sort_by_family(chart, f)) for f in dice.sample(FAMILIES, len(FAMILIES))]
    there = [(f, s) for f, s in seen if s.members]
    absent = [(f, s) for f, s in seen if not s.members and not s.doubtful]
    turns = [pair for both in zip(there, absent, strict=False) for pair in both] + there[len(absent) :]
    if dice.random() < 0.5:
        turns = turns[1:] + turns[:1]
    for family, sorted_ in turns:
        yield dice.choice(family.asked), sorted_


@template(
    "family_ever",
    ONTOLOGY,
    patient=(
        "Have I ever had {family}?",
        "Did any doctor ever put {family} in my record?",
        "Was I at any point diagnosed with {family}?",
    ),
    clinician=(
        "Has the patient ever had {family}?",
        "Does the chart show {family} at any time?",
        "Any past or present diagnosis of {family}?",
        "Was {he} ever diagnosed with {family}?",
    ),
)
def family_ever(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, found in _choose(chart, dice):
        yield Draft({"family": name}, Gold((bool(found.members),), references=references_of(found.members)))


@template(
    "family_now",
    ONTOLOGY,
    patient=(
        "Do I have {family} right now?",
        "Is {family} something I currently have?",
        "According to my current problems, do I have {family}?",
    ),
    clinician=(
        "Does the patient currently have {family}?",
        "Is there an active diagnosis of {family}?",
        "Does {he} have {family} at present?",
        "{family} at present, yes or no?",
    ),
)
def family_now(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, found in _choose(chart, dice):
        gold = activity_gold(found.members) if found.members else Gold((False,))
        if gold and not found.doubtful:
            yield Draft({"family": name}, gold)


@template(
    "family_which",
    ONTOLOGY,
    patient=(
        "What kind of {family} did I have, exactly as my record has it?",
        "What exactly is the diagnosis on file for me that counts as {family}?",
        "Which of my diagnoses fall under {family}?",
    ),
    clinician=(
        "Which specific diagnoses of {family} does the patient have on record?",
        "List {his} diagnoses that fall under {family}.",
        "What {family} diagnoses are documented?",
    ),
)
def family_which(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, found in _choose(chart, dice):
        if not found.members or found.doubtful:
            continue
        names = tuple(dict.fromkeys(to_names(r.get("code"))[0] for r in found.members))
        if all(len(to_names(r.get("code"))) == 1 for r in found.members):
            bare = re.sub(r"^(a|an|any type of|any kind of|any form of) ", "", name)
            yield Draft({"family": bare}, Gold(names, references=references_of(found.members)))


@template(
    "family_first_date",
    ONTOLOGY,
    patient=(
        "When was I first diagnosed with {family}?",
        "What was the date of my first diagnosis of {family}?",
        "How far back does {family} go in my chart: on what date was it first diagnosed?",
    ),
    clinician=(
        "When was {family} first diagnosed in this patient?",
        "Date of the earliest diagnosis of {family}?",
        "When did {he} first have {family}?",
    ),
)
def family_first_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, found in _choose(chart, dice):
        begun = onset(found.members) if found.members and not found.doubtful else None
        if begun:
            first = latest(found.members, last=False)
            gold = Gold((begun.day.isoformat(),), by_day=True, references=references_of(first))
            yield Draft({"family": name}, gold)
