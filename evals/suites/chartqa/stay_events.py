"""Templates on what happened during a stay: orders, procedures, diagnoses, measurements, the reason, the unit."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from evals.item import Gold
from evals.suites.chartqa.drugs import choose_drugs, formulary_names, orders, product_names
from evals.suites.chartqa.groups import choose_groups, code_of
from evals.suites.chartqa.observations import extreme, numeric_tests
from evals.suites.chartqa.raw import Chart, Json, reference_of, references_of, to_key
from evals.suites.chartqa.record import ended, started, to_names
from evals.suites.chartqa.stays import stays
from evals.suites.chartqa.template import Draft, template

EVENTS = "during a stay"
_MOST = 10


def choose_stays(chart: Chart, dice: random.Random, kind: str = "hospital") -> Iterator[tuple[str, Json]]:
    """The first, the last, the second stay, as they are called."""
    found = stays(chart, kind)
    called = [("first", found[0]), ("last", found[-1]), ("most recent", found[-1])] if found else []
    called += [("second", found[1])] if len(found) > 2 else []
    yield from dice.sample(called, len(called))


def is_of(record: Json, visit: Json) -> bool:
    reference = record.get("encounter") or record.get("context") or {}
    return to_key(str(reference.get("reference", ""))) == str(visit["id"])


def is_within(record: Json, visit: Json) -> bool:
    moment, begin, end = started(record), started(visit), ended(visit)
    if not moment or not begin or not end:
        return False
    return begin.day <= moment.day <= end.day if moment.whole_day else begin.instant <= moment.instant <= end.instant


def is_part_of(inner: Json, visit: Json) -> bool:
    return to_key(str((inner.get("partOf") or {}).get("reference", ""))) == str(visit["id"])


def of_stay(records: list[Json], visit: Json) -> list[Json] | None:
    """Those of a stay by reference, where the clock says the same; else None."""
    mine = [r for r in records if is_of(r, visit)]
    return mine if all(is_within(r, visit) == is_of(r, visit) for r in records) else None


@template(
    "drugs_ordered_in_stay",
    EVENTS,
    patient=(
        "What medications were ordered during my {nth} hospital stay?",
        "Which drugs was I prescribed while in hospital, in my {nth} stay?",
        "During my {nth} hospitalization, which prescriptions were written?",
    ),
    clinician=(
        "Medications ordered during the {nth} hospital stay?",
        "Which drugs were prescribed in the {nth} admission?",
        "What did they order for {him} during {his} {nth} hospitalization? Drugs only.",
    ),
)
def drugs_ordered_in_stay(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for nth, visit in choose_stays(chart, dice):
        mine = of_stay(orders(chart), visit) or []
        names = [product_names(chart, r) for r in mine]
        values = tuple(dict.fromkeys(n[0] for n in names if n))
        if mine and all(len(n) == 1 for n in names) and len(values) <= _MOST:
            yield Draft({"nth": nth}, Gold(values, references=references_of(mine)))


@template(
    "drug_ordered_in_stay",
    EVENTS,
    patient=(
        "Was {drug} ordered for me during my {nth} hospital stay?",
        "In my {nth} hospitalization, was I prescribed {drug}?",
        "Did the doctors order {drug} while I was in hospital for my {nth} stay?",
    ),
    clinician=(
        "Was {drug} prescribed during the {nth} hospital stay?",
        "Any order for {drug} in {his} {nth} admission?",
        "Did the patient have {drug} ordered during the {nth} hospitalization?",
    ),
)
def drug_ordered_in_stay(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for nth, visit in choose_stays(chart, dice):
        for drug in choose_drugs(chart, dice):
            mine = of_stay(list(drug.orders), visit)
            if mine is not None:
                yield Draft({"drug": drug.name, "nth": nth}, Gold((bool(mine),), references=references_of(mine)))
                break


@template(
    "diagnoses_of_stay",
    EVENTS,
    patient=(
        "What was I diagnosed with during my {nth} hospital stay?",
        "Which diagnoses were recorded for my {nth} hospitalization?",
        "What diagnoses do I have from my {nth} hospital stay?",
    ),
    clinician=(
        "Diagnoses of the {nth} hospital stay?",
        "What diagnoses were made during the {nth} admission?",
        "List the diagnoses from {his} {nth} hospitalization.",
    ),
)
def diagnoses_of_stay(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a stay that has no other diagnosis by time alone, nor one in a visit within it."""
    for nth, visit in choose_stays(chart, dice):
        mine = [r for r in chart.of("Condition") if is_of(r, visit)]
        inner = [v for v in chart.of("Encounter") if v is not visit and (is_within(v, visit) or is_part_of(v, visit))]
        strays = [r for r in chart.of("Condition") if r not in mine and is_within(r, visit)]
        strays += [r for r in chart.of("Condition") for v in inner if is_of(r, v)]
        names = [to_names(code_of(r)) for r in mine]
        values = tuple(dict.fromkeys(n[0] for n in names if n))
        if mine and not strays and all(len(n) == 1 for n in names) and len(values) <= _MOST:
            yield Draft({"nth": nth}, Gold(values, references=references_of(mine)))


@template(
    "procedures_in_stay",
    EVENTS,
    patient=(
        "What procedures did I have during my {nth} hospital stay?",
        "Which procedures were done on me in my {nth} hospitalization?",
        "What was done, procedure-wise, during my {nth} stay in hospital?",
    ),
    clinician=(
        "Procedures performed during the {nth} hospital stay?",
        "Which procedures did the patient undergo in the {nth} admission?",
        "List procedures from {his} {nth} hospitalization.",
    ),
)
def procedures_in_stay(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    done = [r for r in chart.of("Procedure") if r.get("status") == "completed"]
    for nth, visit in choose_stays(chart, dice):
        mine = of_stay(done, visit) or []
        names = [to_names(code_of(r)) for r in mine]
        values = tuple(dict.fromkeys(n[0] for n in names if n))
        if mine and all(len(n) == 1 for n in names) and len(values) <= _MOST:
            yield Draft({"nth": nth}, Gold(values, references=references_of(mine)))


@template(
    "stay_reason",
    EVENTS,
    patient=(
        "Why was I in hospital the {nth} time?",
        "What was the reason for my {nth} hospital stay?",
        "What was I admitted for in my {nth} hospitalization?",
    ),
    clinician=(
        "Reason for the {nth} hospital admission?",
        "Why was the patient admitted for the {nth} stay?",
        "What was the reason recorded for {his} {nth} hospital stay?",
    ),
)
def stay_reason(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for nth, visit in choose_stays(chart, dice):
        reasons = {to_names(c) for c in visit.get("reasonCode", ())}
        if nth != "most recent" and len(reasons) == 1 and len(names := next(iter(reasons))) == 1:
            yield Draft({"nth": nth}, Gold(names, references=references_of([visit])))


@template(
    "highest_in_emergency_visit",
    EVENTS,
    patient=(
        "How high did my {test} get during my {nth} emergency visit?",
        "What was my highest {test} in my {nth} ER visit?",
        "During my {nth} time in the emergency room, what was the highest {test}?",
    ),
    clinician=(
        "Highest {test} during the {nth} ED visit?",
        "Max {test} in the patient's {nth} ED stay?",
        "What was {his} peak {test} in the {nth} emergency department visit?",
    ),
)
def highest_in_emergency_visit(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for nth, visit in choose_stays(chart, dice, "emergency"):
        for group, name in choose_groups(numeric_tests(chart), dice):
            mine = of_stay(list(group.records), visit) or []
            if len(mine) > 1:
                best = extreme(mine, highest=True)
                needed = references_of(best) | {reference_of(visit)}
                gold = Gold((best[0]["valueQuantity"]["value"],), references=needed)
                yield Draft({"test": name, "nth": nth}, gold)
                break


@template(
    "intensive_unit",
    EVENTS,
    patient=(
        "Which intensive care unit was I in during my {nth} ICU stay?",
        "In what ICU did I stay, the {nth} time?",
        "What was the name of the unit of my {nth} ICU stay?",
    ),
    clinician=(
        "Which care unit was the patient in during the {nth} ICU stay?",
        "Unit of the {nth} ICU stay?",
        "Name the ICU of {his} {nth} ICU stay.",
    ),
)
def intensive_unit(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for nth, visit in choose_stays(chart, dice, "intensive"):
        places = [chart.follow(p.get("location")) for p in visit.get("location", ())]
        names = {str(p["name"]) for p in places if p and p.get("name")}
        if len(names) == 1 and all(places):
            yield Draft({"nth": nth}, Gold(tuple(names), references=references_of([visit])))


@template(
    "given_in_intensive_stay",
    EVENTS,
    patient=(
        "Was I given {drug} during my {nth} ICU stay?",
        "Did I get {drug} while in intensive care, in my {nth} stay there?",
        "In my {nth} ICU stay, did they give me {drug}?",
    ),
    clinician=(
        "Was {drug} administered during the {nth} ICU stay?",
        "Did the patient receive {drug} in the {nth} ICU stay?",
        "{drug} given in {his} {nth} ICU stay?",
    ),
)
def given_in_intensive_stay(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """What was given there; no question of what wasn't, since wards write their own records."""
    for nth, visit in choose_stays(chart, dice, "intensive"):
        given = [r for r in chart.of("MedicationAdministration") if is_of(r, visit) and is_within(r, visit)]
        names = sorted({to_names(r.get("medicationCodeableConcept"))[0] for r in given if _is_drug(r)})
        coded = {n.lower() for r in chart.of("MedicationAdministration") for n in _coded_alone(chart, r)}
        apart = [n for n in names if not any(re.split(r"\W", n.lower())[0] in c for c in coded)]
        for name in dice.sample(apart, len(apart))[:1]:
            mine = [r for r in given if to_names(r.get("medicationCodeableConcept"))[:1] == (name,)]
            yield Draft({"drug": name, "nth": nth}, Gold((True,), references=references_of(mine)))


def _coded_alone(chart: Chart, record: Json) -> set[str]:
    """The names of what wards gave, which has only a formulary's code and no stay."""
    return set() if to_names(record.get("medicationCodeableConcept")) else formulary_names(chart, record)


_DRUG_KINDS = frozenset(
    {"01-Drips", "05-Med Bolus", "06-Insulin (Non IV)", "08-Antibiotics (IV)", "10-Prophylaxis (IV)"}
)


def _is_drug(record: Json) -> bool:
    kinds = {str(c.get("code")) for c in (record.get("category") or {}).get("coding", ())}
    named = to_names(record.get("medicationCodeableConcept"))
    drug = named and not re.search("dextrose|nacl|solution|water|^lr$", named[0], re.IGNORECASE)
    return bool(kinds & _DRUG_KINDS and drug and record.get("status") == "completed")
