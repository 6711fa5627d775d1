"""Terse and everyday forms of a question mean the same query as the whole one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.planners.rules.notes import answer_notes, compose_notes
from agent.planners.rules.parts import read_parts
from agent.verify import holds_value
from tests.test_rules_planner import OVERVIEW, entry, status
from tools.chart_query import Kind
from tools.evidence import Finding
from tools.receipt import Receipt

CHART = replace(
    OVERVIEW,
    index=(
        *OVERVIEW.index,
        entry(Kind.CONDITION, "Viral sinusitis (disorder)"),
        entry(Kind.IMMUNIZATION, "Hep A, ped/adol, 2 dose"),
        entry(Kind.LAB, "High Density Lipoprotein Cholesterol"),
        entry(Kind.LAB, "Total Cholesterol"),
        entry(Kind.LAB, "RDW - Erythrocyte distribution width Auto (RBC) [Entitic volume]"),
        entry(Kind.MICROBIOLOGY, "MRSA SCREEN"),
        entry(Kind.VITAL, "Heart rate"),
        entry(Kind.VITAL, "Blood pressure"),
        entry(Kind.VITAL, "Systolic blood pressure"),
        entry(Kind.MEDICATION_ORDERED, "Lisinopril 10 MG Oral Tablet"),
        entry(Kind.MEDICATION_ORDERED, "SulfaSALAzine_"),
    ),
)
ONE_BEFORE = {"pick": {"which": "last", "skip": 1}}
ACTIVE = {"where": [status("active")], "compute": "exists"}


def query_of(question: str) -> dict[str, Any]:
    parsed = read_parts(question, CHART, ())
    assert parsed.reason is None, parsed.reason
    (query,) = parsed.queries
    return query.model_dump(mode="json", exclude_defaults=True)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Asthma: active?", ACTIVE),
        ("Lisinopril: still active or not?", ACTIVE),
        ("Asthma at present, yes or no?", ACTIVE),
        ("Currently on lisinopril?", ACTIVE),
        ("On an ACE inhibitor currently?", ACTIVE | {"about": ["ACE inhibitor"]}),
        ("Ever on lisinopril?", {"compute": "exists", "about": ["lisinopril"]}),
        ("Ever had viral sinusitis?", {"compute": "exists", "about": ["viral sinusitis"]}),
        ("Lisinopril in 2019, y/n?", {"compute": "exists", "when": "in 2019"}),
        ("Hepatitis A vaccine in 2018: given?", {"kind": "immunization", "compute": "exists", "when": "in 2018"}),
        ("Viral sinusitis: abatement date?", {"compute": "time", "field": "end"}),
        ("Resolution date for viral sinusitis?", {"compute": "time", "field": "end"}),
        ("On which day did my viral sinusitis end?", {"compute": "time", "field": "end"}),
        ("When was he over his viral sinusitis?", {"compute": "time", "field": "end"}),
        ("Onset date of asthma?", {"compute": "time", "pick": {"which": "first"}}),
        ("When was the onset of her asthma?", {"compute": "time", "pick": {"which": "first"}}),
        ("Was viral sinusitis recorded earlier than 2017?", {"when": "earlier than 2017", "compute": "exists"}),
        ("How many separate bouts of viral sinusitis are in the chart?", {"compute": "count"}),
        ("Is she living with asthma now?", ACTIVE),
        ("Does the chart show any form of sinusitis at any time?", {"compute": "exists", "about": ["sinusitis"]}),
        ("Is there gout in my records?", {"kind": "condition", "compute": "exists", "about": ["gout"]}),
    ],
)
def test_a_terse_question_about_a_state_or_a_time_is_read(question: str, wanted: dict[str, Any]) -> None:
    found = query_of(question)
    assert {k: found.get(k) for k in wanted} == wanted
    assert ("where" in found) == ("where" in wanted or (found.get("field") == "end" and "over" in question))


@pytest.mark.parametrize(
    "question",
    [
        "What was my heart rate the time before last?",
        "What was the heart rate before the most recent one?",
        "What was her second most recent heart rate?",
        "Previous heart rate, the one preceding the latest?",
        "Second-to-last heart rate?",
        "Not my latest heart rate but the one before it: what was that?",
    ],
)
def test_the_one_before_the_latest_is_told_from_the_latest(question: str) -> None:
    assert query_of(question) == {"kind": "vital", "about": ["heart rate"], **ONE_BEFORE}


def test_the_third_from_the_end_is_counted_from_there() -> None:
    assert query_of("third most recent potassium")["pick"] == {"which": "last", "skip": 2}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Which provider originally prescribed lisinopril?", {"field": "prescriber", "pick": {"which": "first"}}),
        ("Who put her on lisinopril?", {"field": "prescriber", "pick": {"which": "first"}}),
        ("Who started him on lisinopril in the first place?", {"field": "prescriber", "pick": {"which": "first"}}),
        (
            "Any lisinopril order by Dr. Jane12 Roe34?",
            {"compute": "exists", "where": [{"field": "prescriber", "value": "Jane12 Roe34"}]},
        ),
        (
            "Prescriber of the lisinopril order dated January 6, 2015?",
            {"field": "prescriber", "when": "january 6, 2015"},
        ),
        ("On May 2, 2019 he was prescribed lisinopril. Which doctor was that?", {"field": "prescriber"}),
        ("Is there any order for lisinopril?", {"compute": "exists", "where": None}),
        ("How many orders for lisinopril are in the chart?", {"compute": "count", "where": None}),
        ("What drugs did doctors order in May 2019?", {"kind": "medication_ordered", "when": "in may 2019"}),
        ("Does the current med list include an ACE inhibitor?", ACTIVE),
        ("Is she on a blood thinner like warfarin or heparin?", ACTIVE | {"about": ["blood thinner"]}),
        ("Is he taking warfarin or another anticoagulant?", ACTIVE | {"about": ["anticoagulant"]}),
        ("Date of the last SulfaSALAzine_ order?", {"compute": "time", "about": ["SulfaSALAzine"]}),
        *(
            (question, {"where": [{"field": "reason", "value": "asthma"}], "compute": "exists"})
            for question in (
                "Is asthma the indication for lisinopril?",
                "Is asthma the reason I was put on lisinopril?",
                "Any lisinopril order with asthma as the indication?",
            )
        ),
    ],
)
def test_orders_are_asked_by_who_when_and_why(question: str, wanted: dict[str, Any]) -> None:
    found = query_of(question)
    assert {k: found.get(k) for k in wanted} == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What was her systolic number at the latest blood pressure check?", {"about": ["systolic"]}),
        ("What was my last HDL cholesterol?", {"about": ["HDL cholesterol"]}),
        ("First RDW - Erythrocyte distribution width Auto (RBC)?", {"pick": {"which": "first"}}),
        ("Baseline potassium, the first one on file?", {"pick": {"which": "first"}, "about": ["potassium"]}),
        ("When did she first get the hepatitis A vaccine?", {"kind": "immunization", "compute": "time"}),
        ("I had shots on 2/8/2022. What were they?", {"kind": "immunization", "when": "on 2/8/2022"}),
        ("Lowest ever potassium?", {"compute": "min", "about": ["potassium"]}),
        ("Highest heart rate ever?", {"compute": "max", "about": ["heart rate"]}),
        ("Last MRSA SCREEN?", {"kind": "microbiology", "compute": "value"}),
        ("Any past or present diagnosis of high blood pressure?", {"kind": "condition", "compute": "exists"}),
        ("Has he ever had a chronic lung disease?", {"kind": "condition", "about": ["chronic lung disease"]}),
        ("Ever a mood or anxiety disorder?", {"about": ["mood disorder", "anxiety disorder"]}),
        ("Did she ever have coronary bypass surgery?", {"kind": "procedure", "compute": "exists"}),
        ("Has her homocysteine ever been measured?", {"kind": "lab", "compute": "exists"}),
    ],
)
def test_names_are_read_whole(question: str, wanted: dict[str, Any]) -> None:
    found = query_of(question)
    assert {k: found.get(k) for k in wanted} == wanted


def test_a_name_beside_a_word_that_is_not_understood_is_not_asked_alone() -> None:
    assert read_parts("Has she ever had chronic bacterial sinusitis?", CHART, ()).queries == ()


def test_a_problem_that_the_chart_has_as_a_plan_only_is_asked_of_the_problems() -> None:
    planned = replace(CHART, index=(*CHART.index, entry(Kind.CARE_PLAN, "Diabetes self management plan")))
    (query,) = read_parts("Did any doctor ever put diabetes in my record?", planned, ()).queries
    assert query.kind is Kind.CONDITION


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Is dizziness documented in the 2005-10-31 note?", {"text": "dizziness", "when": "2005-10-31"}),
        ("Did he write down a cough in the note of 8/15/2021?", {"text": "cough", "when": "8/15/2021"}),
        ("Does the note of Sep 8, 2021 mention dizziness?", {"text": "dizziness", "when": "sep 8, 2021"}),
        ("According to my note from Aug 15, 2021, what is my diet?", {"text": "diet", "when": "on aug 15, 2021"}),
    ],
)
def test_a_note_is_told_by_its_day(question: str, wanted: dict[str, str]) -> None:
    assert compose_notes(question) == wanted


@pytest.mark.parametrize(
    ("question", "sentences", "values"),
    [
        ("Does the note mention a cough?", (), (False,)),
        ("Does the note mention a cough?", ("She has a cough.",), (True,)),
        ("Does the note mention a cough?", ("She denies a cough.",), None),
        ("What does the note say about a cough?", (), None),
    ],
)
def test_whether_notes_mention_something_is_yes_or_no(
    question: str, sentences: tuple[str, ...], values: tuple[bool, ...] | None
) -> None:
    receipt = Receipt(complete=True)
    found = Finding(
        handle="F1", tool="search_notes", query=None, evidence=(), total=len(sentences), statement="", values=sentences,
        determinable=True, rests_on=(), retrieved=(), receipt=receipt,
    )  # fmt: skip
    answer = answer_notes(question, found)
    assert answer.values == values
    assert values is None or all(holds_value(v, [found]) and not holds_value(not v, [found]) for v in values)
