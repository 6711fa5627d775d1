"""Questions to queries, in our own words; and what the rules planner must not do."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planners.rules.compose import Parsed, compose_queries
from agent.planners.rules.sketch import read_question
from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.overview import Overview
from tools.receipt import Receipt


def entry(kind: Kind, *names: str) -> ConceptEntry:
    return ConceptEntry(kind, names[0], names, (), 3)


INDEX = (
    entry(Kind.LAB, "Potassium"),
    entry(Kind.LAB, "Hemoglobin A1c"),
    entry(Kind.CONDITION, "Mild persistent asthma"),
    entry(Kind.MEDICATION_ORDERED, "Warfarin 5 mg tablet", "Warfarin"),
    entry(Kind.PROCEDURE, "Appendectomy"),
    entry(Kind.MICROBIOLOGY, "URINE CULTURE"),
    entry(Kind.SPECIMEN, "Urine"),
    entry(Kind.VITAL, "Diastolic blood pressure"),
)


def parse_question(question: str, overview: Overview) -> Parsed:
    return compose_queries(read_question(question, overview))


OVERVIEW = Overview("patient: Ann Lee; identifier: 5550001", (), (), INDEX, Receipt(complete=True))


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What was her last potassium?", {"kind": "lab", "about": ["potassium"], "pick": {"which": "last"}}),
        ("How many potassium results since March 2020?", {"compute": "count", "when": "since march 2020"}),
        ("Average potassium in 2021", {"compute": "mean", "when": "in 2021"}),
        ("Could you please check when my last appendectomy was?", {"compute": "time", "kind": "procedure"}),
        ("Did Ann Lee ever have an appendectomy?", {"compute": "exists", "about": ["appendectomy"]}),
        ("Is she on warfarin?", {"where": [{"field": "status", "value": "active"}], "compute": "exists"}),
        ("Was warfarin prescribed during the first hospital stay?", {"during": {"which": "first"}}),
        ("How long was my last ICU stay in hours?", {"compute": "duration", "kind": "icu_stay", "unit": "hours"}),
        ("Does patient 5550001 have asthma?", {"kind": "condition", "about": ["asthma"]}),
        ("Which drugs went through the iv route?", {"where": [{"field": "route", "value": "iv"}]}),
        ("What is the lowest diastolic pressure?", {"about": ["diastolic pressure"], "compute": "min"}),
        ("How old is she?", {"kind": "patient", "compute": "age"}),
        ("What is the birth date of patient 5550001?", {"kind": "patient", "field": "birth_date"}),
    ],
)
def test_a_question_becomes_the_query_it_means(question: str, wanted: dict[str, Any]) -> None:
    parsed = parse_question(question, OVERVIEW)
    assert parsed.queries
    plan = parsed.queries[0].model_dump(mode="json", exclude_defaults=True)
    assert {k: plan.get(k) for k in wanted} == wanted


def test_a_question_that_names_another_patient_is_not_answered() -> None:
    parsed = parse_question("What was the last potassium of patient 5559999?", OVERVIEW)
    assert not parsed.queries
    assert "5559999" in (parsed.reason or "")


def test_what_is_not_understood_is_said() -> None:
    parsed = parse_question("Sing me a song", OVERVIEW)
    assert not parsed.queries
    assert "did not understand" in (parsed.reason or "")
