"""Questionnaires: asked for by that word alone, told question by question; other answers never wait for them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def form(name: str, day: str, **answers: int) -> Json:
    items = [{"linkId": k, "text": k.replace("_", " "), "answer": [{"valueInteger": v}]} for k, v in answers.items()]
    return {"resourceType": "QuestionnaireResponse", "id": name, "status": "completed", "authored": day, "item": items,
            "questionnaire": "http://forms.test/phq-9", "subject": {"reference": "Patient/p"}}  # fmt: skip


CHART = [form("one", "2024-01-05", Little_interest=3, Total_score=11), form("two", "2024-04-05", Little_interest=1)]


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("When was her last questionnaire?", ("2024-04-05",)),
        ("How many questionnaires are there?", (2,)),
        ("What was the total score on the questionnaire?", (11,)),
        ("What did she answer on little interest in the questionnaires?", (3, 1)),
        ("What were the answers to the last PHQ-9 questionnaire?", (1,)),
        ("Does she have an EQ-5D questionnaire?", (False,)),
    ],
)
async def test_a_questionnaire_is_told_by_question_and_answer(
    ask_over: Ask, question: str, values: tuple[Any, ...]
) -> None:
    told = (await ask_over(CHART, question))[0]
    assert (told.answer.status, told.answer.values) == ("answered", values), told.answer.text


async def test_each_answer_stands_beside_its_question(ask_over: Ask) -> None:
    told = (await ask_over(CHART[:1], "What were the answers to the PHQ-9 questionnaire?"))[0]
    assert "Little interest: 3; Total score: 11" in told.answer.text


async def test_without_a_scope_for_questionnaires_only_these_are_not_told(ask_over: Ask) -> None:
    scopes = "patient/Patient.rs patient/Observation.rs patient/AllergyIntolerance.rs"
    told = await ask_over(CHART, "How old is she?", "How many questionnaires are there?", scopes=scopes)
    assert [t.answer.status for t in told] == ["answered", "abstained"]
