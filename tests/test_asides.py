"""What stands beside a question: framing is passed over, statements are told, what bears on the question is kept."""

from __future__ import annotations

import pytest

from agent.planners.rules.asides import set_aside
from tests.conftest import Ask
from tests.test_rules_planner import INDEX


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Any idea when her asthma was diagnosed?", "when her asthma was diagnosed?"),
        ("Do you happen to know what the last potassium was?", "what the last potassium was?"),
        ("My husband keeps asking when I had my appendectomy.", "when I had my appendectomy."),
        ("Can you pull up the latest potassium?", "find the latest potassium?"),
        ("My wife asks whether I had an appendectomy.", "whether I had an appendectomy."),
        ("No rush, but when was the appendectomy?", "but when was the appendectomy?"),
        ("What is the last potassium, if there is one?", "What is the last potassium?"),
        ("Has she, to our knowledge, ever had asthma?", "Has she ever had asthma?"),
        ("Do we have the latest potassium?", "find the latest potassium?"),
        ("Out of curiosity, when did the asthma start?", "when did the asthma start?"),
        ("Quick question before rounds: latest potassium?", "latest potassium?"),
        ("Sorry to bother you - is she on warfarin?", "is she on warfarin?"),
        ("(For the vaccination card) last potassium?", "last potassium?"),
        ("For the handover I'd need the last potassium.", "find the last potassium."),
        ("What was the last potassium, if you don't mind?", "What was the last potassium?"),
        ("Is it right that she took warfarin?", "whether she took warfarin?"),
        ("She says she had an appendectomy. When was that?", "When was appendectomy?"),
        ("He moved here in 2012. How many visits were there that year?", "How many visits were there in 2012?"),
        ("I recall asthma. Is that on record?", "Is there any record of asthma ever?"),
    ],
)
def test_framing_is_passed_over_without_a_word(question: str, asked: str) -> None:
    heard = set_aside(question, INDEX)
    assert (heard.question, heard.told) == (asked, "")


@pytest.mark.parametrize(
    ("question", "asked", "aside"),
    [
        ("The bus broke down. When was asthma diagnosed?", "When was asthma diagnosed?", "The bus broke down"),
        ("Pt w/ many problems, last potassium?", "last potassium?", "Pt w/ many problems"),
        ("72M with asthma, last potassium?", "last potassium?", "72M with asthma"),
        (
            "He had surgery in 2012. What is his last potassium?",
            "What is his last potassium?",
            "He had surgery in 2012",
        ),
    ],
)
def test_a_statement_the_question_stands_without_is_set_aside_and_told(question: str, asked: str, aside: str) -> None:
    heard = set_aside(question, INDEX)
    assert (heard.question, heard.aside) == (asked, (aside,))


@pytest.mark.parametrize(
    "question",
    [
        "Do I have any allergies?",
        "Do you have an appointment in 2020?",
        "Ignore the first one. What is his potassium?",
        "Only the hospital counts. How many visits were there?",
        "She had her appendectomy in 2012. What was the potassium since?",
        "Is she on warfarin? Since when?",
        "Did she ask when the appendectomy was?",
        "In the morning, what was her potassium?",
        "As needed, what does she take?",
        "Before lunch, what was her potassium?",
        "What is not known about her asthma?",
        "Find out the last time when she had an appendectomy.",
        "When was the last blood culture (MYCO/F LYTIC BOTTLE)?",
        "Fall on same level, subsequent encounter, has it been diagnosed?",
        "The second time potassium was measured, what was it?",
    ],
)
def test_what_may_bear_on_the_question_is_kept(question: str) -> None:
    assert set_aside(question, INDEX).question == question


@pytest.mark.anyio
async def test_an_answer_says_what_was_taken_to_ask_nothing(ask_over: Ask) -> None:
    weight = {
        "resourceType": "Observation", "id": "w", "status": "final", "subject": {"reference": "Patient/p"},
        "code": {"text": "Body weight"},
        "effectiveDateTime": "2020-01-01", "valueQuantity": {"value": 70, "unit": "kg"},
    }  # fmt: skip
    (told,) = await ask_over([weight], "The bus broke down. What is the last body weight?")
    assert told.answer.values == (70,)
    assert told.answer.text.endswith('(Taken to ask nothing: "The bus broke down".)')
