"""Everyday verbs, vague words, shorthand, occasions and repairs mean the same query as the plain question."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planners.rules.inflection import inflect
from agent.planners.rules.parts import read_parts
from agent.planners.rules.repairs import repair
from agent.planners.rules.unread import find_runs
from agent.planners.rules.vague import LIGHT_VERBS, VAGUE
from tests.test_terse_forms import CHART

SAME = [
    ("Is he dealing with asthma?", "Does he have asthma?"),
    ("Has he ever been plagued by asthma?", "Has he ever had asthma?"),
    ("How often has he come down with viral sinusitis?", "How often has he had viral sinusitis?"),
    ("Is she still considered to have asthma?", "Does she still have asthma?"),
    ("Is asthma regarded as still active?", "Is asthma still active?"),
    ("When was his viral sinusitis considered cleared?", "When was his viral sinusitis resolved?"),
    ("What's his heart rate running now?", "What is his heart rate now?"),
    ("Where did my heart rate stand the last time anyone looked?", "What was my heart rate last?"),
    ("What's the lowest heart rate anywhere in the chart?", "What's the lowest heart rate in the chart?"),
    ("Did anybody ever prescribe me lisinopril?", "Was I ever prescribed lisinopril?"),
    ("Have I been on lisinopril, even years ago?", "Have I been on lisinopril?"),
    ("Was the lisinopril meant for asthma?", "Was the lisinopril for asthma?"),
    ("How many days did I spend in the hospital the last time?", "How many days was I in the hospital the last time?"),
    ("When did they send me home from the hospital last time?", "When was I discharged from hospital the last time?"),
    ("How many days was he in house during the last stay?", "How many days was he in hospital during the last stay?"),
    ("What was the date of my latest ER trip?", "What was the date of my latest ER visit?"),
    ("Last ED presentation, date?", "Last ED visit, date?"),
    ("Last three heart rate: rising or falling?", "Are the last three heart rate rising or falling?"),
    ("How has my heart rate been trending?", "What is the trend of my heart rate?"),
    ("I've lost track of things. Am I still in the hospital?", "Am I still in the hospital?"),
    ("Last d/c date?", "Last discharge date?"),
    ("Was lisinopril d/c'd?", "Was lisinopril discontinued?"),
    ("When was the pt d/c'd from the last stay?", "When was the patient discharged from the last stay?"),
    ("Last lisinopril script written when?", "Last lisinopril prescription written when?"),
    ("Active med count?", "Active medication count?"),
    ("Avg heart rate, all readings?", "Average heart rate, all readings?"),
    ("If you average all my heart rate results, what do you get?", "What is the average of all my heart rate results?"),
    ("PMH positive for asthma?", "History of asthma?"),
    ("Any exposure to tamoxifen in the past?", "Any tamoxifen in the past?"),
    ("Does she react to latex?", "Is she allergic to latex?"),
    ("2019: hospitalized, yes/no?", "Hospitalized in 2019, yes/no?"),
    ("The last time I had to be admitted, when was that?", "When was the last time I was admitted?"),
    ("What did they diagnose me with during my first hospital stay?", "Diagnoses during my first hospital stay?"),
    ("What was wrong with me the second time I was in the hospital?", "Diagnoses during the second hospital stay?"),
    ("Dx list from the first admission?", "Diagnoses during the first admission?"),
    ("What brought him in on 2019-03-02?", "What was the reason for the visit on 2019-03-02?"),
    ("I think I had asthma, is that correct?", "Did I have asthma?"),
    ("Is my asthma gone or is it still an issue? I mean, do I still have it?", "Do I still have asthma?"),
    ("What's the worst my heart rate has been, I mean the highest?", "What is the highest my heart rate has been?"),
    ("I can't remember what my newest heart rate was, could you tell me?", "What was my newest heart rate?"),
    ("Someone asked whether I ever had mumps. What do my records say?", "Did I ever have mumps?"),
]
RESTRICTING = """
    without before after normal high low severe left not never negative suspected likely usually resting fasting sitting
    held missed refused declined failed denied increased reduced tapered extended continued resumed switched first last
    again twice daily chronic acute mild bilateral upper unresolved unknown probable rarely sometimes always
    flagged urgent elective oral intravenous generic recurrent former merely almost since except instead persistent
    worsening elevated remaining
    """.split()  # noqa: SIM905


def queries_of(question: str) -> list[dict[str, Any]]:
    parsed = read_parts(question, CHART, ())
    return [q.model_dump(mode="json", exclude_defaults=True) for q in parsed.queries]


@pytest.mark.parametrize(("said", "plain"), SAME)
def test_an_everyday_wording_asks_what_the_plain_question_asks(said: str, plain: str) -> None:
    assert queries_of(said) == queries_of(plain) != []


@pytest.mark.parametrize("word", RESTRICTING)
def test_a_word_that_restricts_is_read_or_refused(word: str) -> None:
    assert queries_of(f"Was there ever a {word} heart rate result?") != queries_of(
        "Was there ever a heart rate result?"
    )
    assert word not in VAGUE


@pytest.mark.parametrize("question", ["Did they run out of lisinopril?", "Was lisinopril considered?"])
def test_a_verb_that_means_something_else_is_refused(question: str) -> None:
    assert queries_of(question) == []


def test_a_form_in_ing_that_says_which_is_no_light_verb() -> None:
    assert read_parts("What was his heart rate while running?", CHART, ()).queries == ()
    assert find_runs("does he have a running nose") == ["running nose"]


@pytest.mark.parametrize(
    "form", ["held", "hold", "stopped", "sitting", "resting", "missed", "wound", "felt", "suspected"]
)
def test_no_light_verb_is_a_state_a_posture_or_a_name(form: str) -> None:
    assert form not in LIGHT_VERBS


@pytest.mark.parametrize(
    ("lemma", "forms"),
    [
        ("deal", "deal deals dealt dealing"),
        ("carry", "carry carries carried carrying"),
        ("jot", "jot jots jotted jotting"),
        ("deem", "deem deems deemed deeming"),
        ("die", "die dies died dying"),
    ],
)
def test_verbs_are_inflected_by_rule(lemma: str, forms: str) -> None:
    assert inflect(lemma) == tuple(forms.split())


@pytest.mark.parametrize(
    "question", ["Was it normal? I think so.", "Is he on warfarin? Who prescribed it?", "What is this?"]
)
def test_a_question_that_repairs_nothing_stays(question: str) -> None:
    assert repair(question) == question
