"""Templates on what the last order of a drug says: dose, route, times a day, what became of it; and the last dose."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from evals.item import Atom, Gold
from evals.suites.chartqa.drug_classes import with_generic
from evals.suites.chartqa.drugs import choose_drugs, formulary_names, is_mix
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, started, to_names
from evals.suites.chartqa.template import Draft, template

ORDER = "what an order says"
_NO_DRUG = re.compile(
    r"dextrose|nacl|solution|water|^lr$|intake|gastric|carrier|piggyback|pre-admission|\bOR\b|tube|feed|free|flush|\d",
    re.IGNORECASE,
)
"""What is given as fluid or food, or named with a strength."""
_TIMES_A_DAY = {
    "DAILY": 1, "Q24H": 1, "BID": 2, "Q12H": 2, "TID": 3, "Q8H": 3, "QID": 4, "Q6H": 4, "Q4H": 6,
}  # fmt: skip


def choose_last(chart: Chart, dice: random.Random) -> Iterator[tuple[str, Json]]:
    """Drugs with the one order that was written last, of one product."""
    for drug in choose_drugs(chart, dice):
        last = latest(drug.orders)
        if len(last) == 1 and not is_mix(chart, last[0]):
            yield drug.name, last[0]


def instruction_of(order: Json) -> Json:
    """The one dosage an order tells; empty where it tells none or several."""
    told = order.get("dosageInstruction", ())
    return told[0] if len(told) == 1 else {}


def _codes(concept: Json | None) -> tuple[str, ...]:
    codes = tuple(str(c["code"]) for c in (concept or {}).get("coding", ()) if c.get("code"))
    return tuple(dict.fromkeys((*to_names(concept), *codes)))


@template(
    "dose_of_last_order",
    ORDER,
    cuts=True,
    patient=(
        "What dose of {drug} was written on my last prescription for it?",
        "How much {drug} did they order for me the last time?",
        "The most recent time I was put down for {drug}, what was the dose?",
    ),
    clinician=(
        "Dose on the latest {drug} order?",
        "{drug}, last order, what dose?",
        "At what dose was {drug} most recently ordered?",
        "How much {drug} does {his} most recent order specify per dose?",
    ),
)
def dose_of_last_order(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, order in choose_last(chart, dice):
        rates = instruction_of(order).get("doseAndRate", ())
        dose = rates[0].get("doseQuantity", {}) if len(rates) == 1 else {}
        if dose.get("value") and dose.get("unit"):
            yield Draft({"drug": name}, Gold((dose["value"],), references=references_of([order])))


@template(
    "route_of_last_order",
    ORDER,
    cuts=True,
    patient=(
        "How was {drug} supposed to be given to me in the latest order: by mouth, by IV or some other way?",
        "By what route did they last order {drug} for me?",
        "My last {drug} order, what does it say about how it goes in?",
    ),
    clinician=(
        "Route of the last {drug} order?",
        "{drug}: most recent order, PO, IV or what?",
        "Via which route was {drug} last ordered?",
        "What administration route does the newest {drug} order carry?",
    ),
)
def route_of_last_order(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, order in choose_last(chart, dice):
        if told := _codes(instruction_of(order).get("route")):
            yield Draft({"drug": name}, Gold(told, one_of=True, references=references_of([order])))


@template(
    "times_a_day_of_last_order",
    ORDER,
    cuts=True,
    patient=(
        "How many times a day was I supposed to take {drug}, going by the last prescription?",
        "Once a day, twice a day? How often was {drug} to be taken per my most recent order?",
        "My latest {drug} prescription: how many times per day?",
    ),
    clinician=(
        "Frequency per day on the last {drug} order?",
        "{drug} most recent sig: how many times daily?",
        "How many daily administrations did the latest order of {drug} call for?",
        "Dosing frequency (times per day) of {drug} as last ordered?",
    ),
)
def times_a_day_of_last_order(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of what is taken by the clock; not as needed."""
    for name, order in choose_last(chart, dice):
        if told := _times_a_day(instruction_of(order)):
            yield Draft({"drug": name}, Gold(told, one_of=True, references=references_of([order])))


def _times_a_day(instruction: Json) -> tuple[Atom, ...]:
    """
    >>> _times_a_day({"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}})
    (2,)
    >>> _times_a_day({"timing": {"code": {"coding": [{"code": "Q 8H"}]}}}), _times_a_day({})
    ((3, 'Q 8H'), ())
    """
    timing = instruction.get("timing") or {}
    repeat, codes = timing.get("repeat") or {}, _codes(timing.get("code"))
    if instruction.get("asNeededBoolean") or "asNeededCodeableConcept" in instruction:
        return ()
    if repeat.get("frequency") and (repeat.get("period"), repeat.get("periodUnit")) == (1, "d"):
        return (repeat["frequency"],)
    known = [n for c in codes if (n := _TIMES_A_DAY.get(c.replace(" ", "")))]
    return (known[0], *codes) if known else ()


@template(
    "status_of_last_order",
    ORDER,
    patient=(
        "My most recent prescription for {drug}: is it active, completed or was it stopped?",
        "What became of the last {drug} order they wrote for me? I mean its status in the chart.",
        "What status does my latest {drug} prescription have?",
    ),
    clinician=(
        "Status of the latest {drug} order?",
        "Last {drug} order: active, completed, stopped?",
        "In what state is {his} most recent order for {drug}?",
        "Order status, {drug}, most recent one only.",
    ),
)
def status_of_last_order(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, order in choose_last(chart, dice):
        yield Draft({"drug": name}, Gold((str(order["status"]),), references=references_of([order])))


@template(
    "last_dose_day",
    ORDER,
    cuts=True,
    patient=(
        "On what day was I given {drug} for the last time?",
        "When did the nurses last actually give me {drug}?",
        "What was the day of my final dose of {drug}?",
    ),
    clinician=(
        "Last {drug} administration: date?",
        "When was {drug} last given?",
        "Date of {his} last recorded dose of {drug}?",
        "On which day was {drug} most recently administered, per the MAR?",
    ),
)
def last_dose_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a drug that no ward gave under a formulary's code, each dose given at one moment.

    Where a later dose bears a code alone that no Medication names, it may be of the same drug.
    """
    given = [r for r in chart.of("MedicationAdministration") if r.get("status") == "completed"]
    unnamed = [r for r in given if not to_names(_drug_of(r)) and not formulary_names(chart, r)]
    unnamed_at = [m.instant for r in unnamed if (m := started(r))]
    coded = {n.lower() for r in given if not to_names(_drug_of(r)) for n in formulary_names(chart, r)}
    names = sorted({n for r in given for n in to_names(_drug_of(r))[:1] if _is_drug(n)})
    for name in dice.sample(names, len(names)):
        words = re.findall(r"[a-z]{4,}", with_generic(name).lower())
        alike = [n for n in (*coded, *names) if n != name and any(w in with_generic(n).lower() for w in words)]
        mine = [r for r in given if to_names(_drug_of(r))[:1] == (name,)]
        if alike or any("effectivePeriod" in r for r in mine):
            continue
        last = latest(mine)
        if any(m.instant < max(unnamed_at, default=m.instant) for r in last if (m := started(r))):
            continue
        for day in {m.day.isoformat() for r in last if (m := started(r))}:
            yield Draft({"drug": name}, Gold((day,), by_day=True, references=references_of(last)))


def _drug_of(record: Json) -> Json | None:
    concept = record.get("medicationCodeableConcept")
    return concept if isinstance(concept, dict) else None


def _is_drug(name: str) -> bool:
    return not _NO_DRUG.search(name)
