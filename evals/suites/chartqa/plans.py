"""Templates on care plans and panels: what belongs to one, which are followed now, for what, since when."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from evals.item import Gold
from evals.suites.chartqa.concepts import contains, lower_first, strip_tag
from evals.suites.chartqa.conditions import conditions
from evals.suites.chartqa.groups import choose_groups, code_of, group_records
from evals.suites.chartqa.measured import values_of
from evals.suites.chartqa.observations import is_plain
from evals.suites.chartqa.raw import Chart, Json, reference_of, references_of
from evals.suites.chartqa.record import started, to_names
from evals.suites.chartqa.template import Draft, template

PLAN = "care plan"
PANEL = "laboratory panel"
_VAGUE = frozenset({"therapy", "self care", "self-care interventions", "care plan", "inpatient care plan"})
"""Names that no one would ask for."""
_PANELS = {
    "57698-3": ("lipid panel", "cholesterol panel"),
    "51990-0": ("basic metabolic panel", "BMP"),
    "24321-2": ("basic metabolic panel", "BMP"),
    "24323-8": ("comprehensive metabolic panel", "CMP"),
    "58410-2": ("complete blood count", "CBC"),
}
"""What people call them, by LOINC code."""
_LONGEST = 11
"""So many numbers can be read out in one answer."""


def plan_names(plan: Json) -> tuple[str, ...]:
    """Its title, else the categories that are written out."""
    texts = [n for c in plan.get("category", ()) if c.get("text") for n in to_names(c)]
    return (str(plan["title"]),) if plan.get("title") else tuple(dict.fromkeys(texts))


def plans(chart: Chart) -> list[Json]:
    """The plans that were or are followed, each with one name; empty where one has none or more."""
    found = [p for p in chart.of("CarePlan") if p.get("status") in {"active", "completed"}]
    return found if all(len(plan_names(p)) == 1 for p in found) and len(found) == len(chart.of("CarePlan")) else []


def choose_plans(chart: Chart, dice: random.Random) -> Iterator[tuple[Json, str]]:
    """Plans of which the chart has one by that name, and none by a name that holds it."""
    named = [(p, lower_first(strip_tag(plan_names(p)[0]))) for p in plans(chart)]
    count = Counter(name for _, name in named)
    for plan, name in dice.sample(named, len(named)):
        if count[name] == 1 and name not in _VAGUE and not any(o != name and contains(o, name) for o in count):
            yield plan, as_plan(name)


def as_plan(name: str) -> str:
    """Its name so that nobody takes it for the treatment itself.

    >>> as_plan("wound care"), as_plan("diabetes self management plan"), as_plan("respiratory therapy")
    ('wound care plan', 'diabetes self management plan', 'respiratory therapy care plan')
    """
    if name.endswith(" plan"):
        return name
    return f"{name} plan" if name.endswith(" care") else f"{name} care plan"


@template(
    "plan_activities",
    PLAN,
    patient=(
        "Which activities are in my {plan}?",
        "Somebody set up a {plan} for me. What does it consist of?",
        "What things are part of my {plan}?",
    ),
    clinician=(
        "Activities in the {plan}?",
        "What interventions does {his} {plan} include?",
        "List the components of the {plan} in this chart.",
        "{plan}: what has been put in place?",
    ),
)
def plan_activities(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for plan, name in choose_plans(chart, dice):
        told = [to_names((a.get("detail") or {}).get("code")) for a in plan.get("activity", ())]
        if told and all(len(n) == 1 for n in told):
            names = tuple(dict.fromkeys(n[0] for n in told))
            yield Draft({"plan": name}, Gold(names, references=references_of([plan])))


@template(
    "plans_active",
    PLAN,
    patient=(
        "Which care plans am I on at the moment?",
        "What care plans do I have that are still running?",
        "Could you tell me the names of my current care plans?",
    ),
    clinician=(
        "Active care plans?",
        "Which care plans are still open for this patient?",
        "List {his} ongoing care plans.",
        "What care plans is {he} currently enrolled in?",
    ),
)
def plans_active(chart: Chart, _: random.Random) -> Iterator[Draft]:
    """Where no plan that is said to be active has an end."""
    there = [p for p in plans(chart) if p["status"] == "active"]
    if there and not any((p.get("period") or {}).get("end") for p in there):
        names = tuple(dict.fromkeys(plan_names(p)[0] for p in there))
        yield Draft({}, Gold(names, references=references_of(there)))


@template(
    "plan_for_condition",
    PLAN,
    patient=(
        "Which care plan was made for my {condition}?",
        "What plan do I have to deal with {condition}?",
        "Because of {condition} I was put on a care plan. Which one?",
    ),
    clinician=(
        "Care plan addressing {condition}?",
        "Which care plan was set up for {his} {condition}?",
        "{condition}: linked care plan?",
        "What is the care plan that addresses {condition}?",
    ),
)
def plan_for_condition(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where all that address it go by one name, and it has one record."""
    for group, name in choose_groups(conditions(chart), dice):
        mine = reference_of(group.records[0])
        there = [p for p in plans(chart) if mine in _addressed(chart, p)]
        names = {plan_names(p)[0] for p in there}
        if len(group.records) == 1 and len(names) == 1:
            needed = references_of([*there, *group.records])
            yield Draft({"condition": name}, Gold(tuple(names), references=needed))


def _addressed(chart: Chart, plan: Json) -> set[str]:
    return {reference_of(r) for a in plan.get("addresses", ()) if (r := chart.follow(a))}


@template(
    "plan_start",
    PLAN,
    patient=(
        "When did my {plan} begin?",
        "Since what date have I been following the {plan}?",
        "On which day was I put on the {plan}?",
    ),
    clinician=(
        "Start date of the {plan}?",
        "When was {his} {plan} started?",
        "{plan}: begun on what date?",
        "Since when does the {plan} run?",
    ),
)
def plan_start(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for plan, name in choose_plans(chart, dice):
        start = str((plan.get("period") or {}).get("start", ""))[:10]
        if len(start) == len("2020-01-01") and plan["status"] == "active":
            yield Draft({"plan": name}, Gold((start,), by_day=True, references=references_of([plan])))


@template(
    "plan_goals",
    PLAN,
    patient=(
        "What goals were set for me in the {plan}?",
        "Which targets go with my {plan}?",
        "What is my {plan} meant to achieve? Please list the goals.",
    ),
    clinician=(
        "Goals attached to the {plan}?",
        "List the goals of {his} {plan}.",
        "What targets does the {plan} set?",
        "{plan}: documented goals?",
    ),
)
def plan_goals(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for plan, name in choose_plans(chart, dice):
        goals = [g for r in plan.get("goal", ()) if (g := chart.follow(r))]
        told = [to_names(g.get("description")) for g in goals]
        if told and len(goals) == len(plan["goal"]) and all(len(n) == 1 for n in told):
            names = tuple(dict.fromkeys(n[0] for n in told))
            yield Draft({"plan": name}, Gold(names, references=references_of([plan, *goals])))


def _results(chart: Chart, report: Json) -> list[Json]:
    """What a report holds, where all of it can be read."""
    found = [r for ref in report.get("result", ()) if (r := chart.follow(ref))]
    return found if len(found) == len(report.get("result", ())) else []


@template(
    "panel_values",
    PANEL,
    cuts=True,
    patient=(
        "What were all the numbers in my last {panel}?",
        "I had a {panel} done. Can you give me every value from the latest one?",
        "Please read me the results of my most recent {panel}.",
    ),
    clinician=(
        "Latest {panel}: all results?",
        "Values from {his} most recent {panel}?",
        "What did the last {panel} show, all components?",
        "Read out the newest {panel}.",
    ),
)
def panel_values(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Of a panel that came out last on one day, with as many numbers as can be read out."""
    reports = [r for r in chart.of("DiagnosticReport") if r.get("status") == "final" and r.get("result")]
    for group, name in choose_groups(group_records(reports, code_of, _PANELS), dice):
        times = [str(r.get("effectiveDateTime", "")) for r in group.records]
        last = [r for r, at in zip(group.records, times, strict=True) if at == max(times)]
        results = _results(chart, last[0]) if len(last) == 1 and all(times) else []
        numbers = [r for r in results if "valueQuantity" in r and is_plain([r])]
        if 1 < len(numbers) == len(results) <= _LONGEST and all(map(started, results)):
            gold = Gold(values_of(numbers), references=references_of([last[0], *results]))
            yield Draft({"panel": name}, gold)
