"""The small Gemma 3 of the checks is laid out as the real one: its marks, its turns, its bytes, its layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from evals.small_gemma import build_small_gemma


@pytest.fixture(scope="module")
def tokenizer(small_gemma: Path) -> Any:
    return AutoTokenizer.from_pretrained(small_gemma)


@pytest.mark.parametrize("text", ["Hemoglobin A1c 7.2 %", "naïve ☃ 🩺\t\n\n  two", '{"action":"call"}', "<unused94>x"])
def test_any_text_comes_back_as_it_went_in(tokenizer: Any, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


def test_digits_are_tokens_of_their_own_and_a_text_begins_with_bos(tokenizer: Any) -> None:
    assert tokenizer.convert_ids_to_tokens(tokenizer.encode("2180")) == ["<bos>", "2", "1", "8", "0"]


def test_the_marks_of_turns_and_of_thinking_have_gemmas_numbers(tokenizer: Any) -> None:
    marks = ["<pad>", "<eos>", "<bos>", "<unused94>", "<unused95>", "<start_of_turn>", "<end_of_turn>"]
    assert tokenizer.convert_tokens_to_ids(marks) == [0, 1, 2, 100, 101, 105, 106]


def test_the_marks_of_thinking_outlive_the_skipping_of_special_tokens(tokenizer: Any) -> None:
    told = tokenizer.encode("<unused94>thought<unused95>{}<end_of_turn>")
    assert tokenizer.decode(told, skip_special_tokens=True) == "<unused94>thought<unused95>{}"


def test_the_systems_words_stand_before_the_first_users(tokenizer: Any) -> None:
    turns = [("system", "be brief"), ("user", " gout? "), ("assistant", "no"), ("user", "sure?")]
    messages = [{"role": role, "content": content} for role, content in turns]
    assert tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True) == (
        "<bos><start_of_turn>user\nbe brief\n\ngout?<end_of_turn>\n<start_of_turn>model\nno<end_of_turn>\n"
        "<start_of_turn>user\nsure?<end_of_turn>\n<start_of_turn>model\n"
    )


@pytest.mark.parametrize("roles", [("user", "user"), ("assistant",), ("system", "assistant"), ("user", "tool")])
def test_roles_that_do_not_alternate_are_refused(tokenizer: Any, roles: tuple[str, ...]) -> None:
    with pytest.raises(jinja2.TemplateError, match="alternate"):
        tokenizer.apply_chat_template([{"role": role, "content": "x"} for role in roles], tokenize=False)


def test_the_model_has_five_local_layers_to_a_global_one_and_more_rows_than_tokens(
    small_gemma: Path, tokenizer: Any
) -> None:
    config = AutoConfig.from_pretrained(small_gemma)
    assert config.layer_types == (["sliding_attention"] * 5 + ["full_attention"]) * 2
    assert config.vocab_size > len(tokenizer)


def test_the_multimodal_one_answers_text_too(tmp_path: Path) -> None:
    build_small_gemma(tmp_path, multimodal=True)
    model = AutoModelForCausalLM.from_pretrained(tmp_path)
    asked = AutoTokenizer.from_pretrained(tmp_path)("any gout?", return_tensors="pt")
    assert type(model).__name__ == "Gemma3ForConditionalGeneration"
    assert model.generate(**asked, max_new_tokens=3, do_sample=False).shape[1] > asked.input_ids.shape[1]
