"""Tokens: the estimate against Gemma's tokenizer, a tokenizer of a file, and what a model would have read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.transcript import Transcript
from evals.tokens import NoTokenizer, count_messages, count_tokens_to_read, estimate_tokens, load_tokenizer
from tools.overview import Overview
from tools.receipt import Receipt
from tools.toolbox import build_tools

OVERVIEW = Overview("patient: Ek", (), (), (), Receipt(complete=True))
GEMMA_3 = [
    (63, '{"resourceType":"Observation","id":"2015-03-05","effectiveDateTime":"2180-05-06T22:23:00-04:00",'
         '"valueQuantity":{"value":198,"unit":"mg/dL"}}'),
    (32, "E1 lab 2020-01-02 | Hemoglobin A1c: 6.8 % | final | interpretation: High"),
    (24, '{"action":"call","tool":"query_chart","arguments":{"kind":"lab","pick":{"which":"last"}}}'),
    (14, "When was the last time this patient was prescribed metformin, and why?"),
]  # fmt: skip
"""What Gemma 3's tokenizer gives."""


@pytest.mark.parametrize(("real", "text"), GEMMA_3)
def test_the_estimate_is_near_what_gemma_gives(real: int, text: str) -> None:
    assert abs(estimate_tokens(text) - real) <= max(2, 0.1 * real)


def test_a_text_that_is_twice_as_long_has_twice_the_tokens() -> None:
    text = GEMMA_3[0][1]
    assert abs(estimate_tokens(text * 50) - 50 * estimate_tokens(text)) <= 50


def test_a_tokenizer_is_read_from_its_file_or_the_folder_that_holds_it(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"any": 0, "gout": 1, "?": 2}, unk_token="?"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    assert load_tokenizer(tmp_path)("any gout?") == load_tokenizer(tmp_path / "tokenizer.json")("any gout?") == 3


def test_a_tokenizer_that_cannot_be_had_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoTokenizer, match=r"pip install tokenizers|there is no tokenizer at"):
        load_tokenizer(tmp_path)


def test_a_message_costs_the_marks_of_its_turn_too() -> None:
    assert count_messages([{"role": "user", "content": "a\nb"}], len) == [5 + 3]


@pytest.mark.anyio
async def test_every_decision_reads_the_prompt_and_all_steps_again(
    ask_over: Callable[..., Any], weight: dict[str, Any]
) -> None:
    (told,) = await ask_over([weight], "What is the last weight?")
    one = count_tokens_to_read(told, OVERVIEW, build_tools())
    none = count_tokens_to_read(_with_steps(told, 0), OVERVIEW, build_tools())
    two = count_tokens_to_read(_with_steps(told, 2), OVERVIEW, build_tools())
    assert len(told.steps) == 1
    assert 2 * none < one
    assert one + none < two


@pytest.mark.anyio
async def test_a_question_that_is_refused_before_it_is_read_costs_nothing(ask_over: Callable[..., Any]) -> None:
    (told,) = await ask_over([], " ")
    assert count_tokens_to_read(told, OVERVIEW, build_tools()) == 0


def _with_steps(told: Transcript, number: int) -> Transcript:
    return replace(told, steps=told.steps * number)


@pytest.fixture
def weight() -> dict[str, Any]:
    """One weight."""
    return {
        "resourceType": "Observation", "id": "w", "status": "final", "subject": {"reference": "Patient/p"},
        "code": {"text": "Body weight"}, "effectiveDateTime": "2024-01-05",
        "valueQuantity": {"value": 80, "unit": "kg"},
    }  # fmt: skip


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
