"""How the same thing is asked: verbs of finding and of ordering, tags, imperatives, relative clauses, long names."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planners.rules.parts import read_parts
from tests.test_rules_planner import INDEX, OVERVIEW, entry, parse_question, status
from tools.chart_query import Kind, Slot
from tools.overview import Overview

LONG = (
    "Other specified complications of procedures, not elsewhere classified, as the cause of a late reaction of the"
    " patient, with or without mention of a mishap at the time of it"
)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Did anyone notice a fall in her potassium?", {"compute": "decreased"}),
        ("Did the nurse tell her to take warfarin?", {"kind": "medication_ordered", "compute": "exists"}),
        ("Has my doctor said that I should take warfarin?", {"kind": "medication_ordered", "about": ["warfarin"]}),
        ("What did the doctor want me to take for asthma?",
         {"kind": "medication_ordered", "where": [{"field": "reason", "value": "asthma"}]}),
        ("How much warfarin was I told to take last?", {"kind": "medication_ordered", "field": "dose"}),
        ("What potassium should I look for in 2020?", {"about": ["potassium"], "when": "in 2020"}),
        ("Warfarin was given, right?", {"compute": "exists", "about": ["Warfarin"]}),
        ("An appendectomy was never done, correct?", {"compute": "exists", "about": ["appendectomy"]}),
        ("Document the dates of her hospital admissions", {"kind": "hospital_stay", "compute": "time"}),
        ("In 2020, note the number of her appendectomies", {"kind": "procedure", "compute": "count"}),
        ("Please record when the last urine culture was", {"kind": "microbiology", "compute": "time"}),
        ("Was asthma found in 2019?", {"kind": "condition", "ongoing": None}),
        ("In 2019, did she find out that she has asthma?", {"kind": "condition", "ongoing": None}),
        ("Was she told of asthma in 2019?", {"kind": "condition", "ongoing": None}),
        ("At which point was asthma first recorded?", {"compute": "time", "pick": {"which": "first"}}),
        ("During what period was asthma first noted?", {"compute": "time", "pick": {"which": "first"}}),
        ("At what last point in time did she have an appendectomy?", {"compute": "time", "pick": {"which": "last"}}),
        ("What was the time frame of her last appendectomy?", {"compute": "time", "kind": "procedure"}),
        ("Count the occasions when she had an appendectomy", {"compute": "count", "kind": "procedure"}),
        ("Her ICU stays are to be counted", {"compute": "count", "kind": "icu_stay"}),
        ("What is the amount of procedures she had in 2020?", {"compute": "count", "kind": "procedure"}),
        ("Enumerate her hospital stays", {"kind": "hospital_stay", "compute": "count"}),
        ("Enumerate her procedures", {"kind": "procedure", "compute": None}),
        ("The patient, was she given warfarin in 2020?", {"compute": "exists", "when": "in 2020"}),
        ("Was she brought into the hospital in 2020?", {"kind": "hospital_stay", "compute": "exists"}),
        ("When was she checked in as a patient last?", {"kind": "hospital_stay", "compute": "time"}),
        ("When was her first admission when she came in through the emergency room?",
         {"kind": "hospital_stay", "where": [{"field": "admit_source", "value": "emergency room"}]}),
        ("How much did her chest tube put out on May 2, 2020?", {"kind": "output", "compute": "sum"}),
        ("Did the chest tube produce anything in 2020?", {"kind": "output", "compute": "exists"}),
        ("What was the volume of chest tube output on May 2, 2020?", {"kind": "output", "compute": "sum"}),
        ("her potassium in 2020, focusing on the last", {"pick": {"which": "last"}, "when": "in 2020"}),
        ("How many drugs were ordered in 2020?", {"kind": "medication_ordered", "compute": "count_distinct"}),
        ("How much warfarin was last prescribed?", {"kind": "medication_ordered", "field": "dose"}),
        ("Which drugs were given via PO?", {"where": [{"field": "route", "value": "PO"}]}),
        ("WHICH DRUGS WERE GIVEN VIA PO?", {"where": [{"field": "route", "value": "po"}]}),
        ("What was her marital status during her last hospital stay?",
         {"kind": "patient", "field": "marital_status", "during": {"which": "last"}}),
        ("What is her sex, as of her last hospital stay?", {"kind": "patient", "field": "gender", "during": None}),
        ("Which specimen test did she have last?", {"kind": "microbiology", "field": "specimen"}),
        ("Does she have hepatitis A?", {"kind": "condition", "about": ["hepatitis A"]}),
        ("When was hepatitis A found?", {"kind": "condition", "compute": "time", "about": ["hepatitis A"]}),
        ("How is her sex documented?", {"kind": "patient", "field": "gender"}),
        ("Does the patient numbered 5550001 have asthma?", {"kind": "condition", "about": ["asthma"]}),
    ],
)  # fmt: skip
def test_the_same_is_asked_in_many_ways(question: str, wanted: dict[str, Any]) -> None:
    parsed = parse_question(question)
    assert parsed.queries, parsed.reason
    plan = parsed.queries[0].model_dump(mode="json", exclude_defaults=True)
    assert {k: plan.get(k) for k in wanted} == wanted


@pytest.mark.parametrize(
    ("question", "unread"),
    [
        ("Should I take warfarin?", "should"),
        ("What should I look at for my asthma to get better?", "better"),
        ("What was her potassium on the occasion when she fell?", "when she"),
        ("Did the doctor tell her to stop smoking?", "doctor tell her to"),
        ("Has the nurse said that she should not drink?", "said that she should"),
    ],
)
def test_what_asks_for_advice_or_leans_on_an_event_stays_unread(question: str, unread: str) -> None:
    parsed = parse_question(question)
    assert not parsed.queries
    assert unread in (parsed.reason or "")


def test_a_name_of_many_words_is_one_name() -> None:
    overview = Overview(OVERVIEW.patient, (), (), (*INDEX, entry(Kind.CONDITION, LONG)), OVERVIEW.receipt)
    query = read_parts(f"When was she diagnosed with {LONG}?", overview, ()).queries[0]
    assert (query.kind, query.about) == (Kind.CONDITION, (LONG,))


def test_a_name_keeps_the_bracket_that_ends_it() -> None:
    named = entry(Kind.MEDICATION_ADMINISTERED, "Pantoprazole (Protonix)")
    overview = Overview(OVERVIEW.patient, (), (), (*INDEX, named), OVERVIEW.receipt)
    query = read_parts("When was Pantoprazole (Protonix) given?", overview, ()).queries[0]
    assert query.about == ("Pantoprazole (Protonix)",)


def test_a_dose_is_asked_of_the_current_order_where_the_present_is_meant() -> None:
    query = parse_question("What am I supposed to take for asthma?").queries[0]
    assert query.kind is Kind.MEDICATION_ORDERED
    assert status("active") in [c.model_dump(mode="json", exclude_defaults=True) for c in query.where]
    assert any(c.field is Slot.REASON for c in query.where)
