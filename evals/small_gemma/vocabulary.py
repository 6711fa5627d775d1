"""A tokenizer of Gemma's kind, trained on the fixture patients: its special tokens, byte fallback, digits one by one.

https://huggingface.co/google/gemma-3-27b-it lays out its vocabulary so: marks, unused tokens, turns, bytes, words.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

import fhir_fixtures

if TYPE_CHECKING:
    from transformers import GemmaTokenizer

VOCABULARY = 4033
"""Tokens. The model has rows for a few more, as Gemma 3's has: 262,208 for 262,145 tokens."""
IMAGE_MARKS = {"boi_token": "<start_of_image>", "eoi_token": "<end_of_image>", "image_token": "<image_soft_token>"}
_MARKS = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "[multimodal]")
_UNUSED = tuple(f"<unused{n}>" for n in range(99))
_TURNS = ("<start_of_turn>", "<end_of_turn>")
_BYTES = tuple(f"<0x{n:02X}>" for n in range(256))
_WORD = Regex("▁?\\p{L}+|\\p{N}|\\n+|▁+|[^\\p{L}\\p{N}\\n▁]{1,4}")

CHAT_TEMPLATE = """\
{{- bos_token -}}
{%- set told = namespace(first='') -%}
{%- set turns = messages -%}
{%- macro say(content) -%}
  {%- if content is string -%}{{- content | trim -}}
  {%- else -%}
    {%- for part in content -%}
      {%- if part.type == 'image' -%}{{- '<start_of_image>' -}}
      {%- elif part.type == 'text' -%}{{- part.text | trim -}}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro -%}
{%- if messages[0].role == 'system' -%}
  {%- set told.first = say(messages[0].content) ~ '\\n\\n' -%}
  {%- set turns = messages[1:] -%}
{%- endif -%}
{%- for turn in turns -%}
  {%- if turn.role != ('user', 'assistant')[loop.index0 % 2] -%}
    {{- raise_exception('user and assistant turns must alternate, a user turn first') -}}
  {%- endif -%}
  {{- '<start_of_turn>' ~ ('model' if turn.role == 'assistant' else 'user') ~ '\\n' -}}
  {{- told.first if loop.first else '' -}}
  {{- say(turn.content) ~ '<end_of_turn>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<start_of_turn>model\\n' -}}{%- endif -%}
"""
"""Written after what Gemma 3 reads: the system's words stand before the first user's; roles alternate or it raises."""


def build_tokenizer() -> GemmaTokenizer:
    """The tokenizer, as transformers' class for Gemma."""
    from transformers import GemmaTokenizer

    words, merges = _train()
    fixed = (*_MARKS, *_UNUSED, *_TURNS, *_BYTES, *IMAGE_MARKS.values())
    known = dict.fromkeys((*fixed, *words))
    vocab = {token: n for n, token in enumerate(list(known)[:VOCABULARY])}
    kept = [(a, b) for a, b in merges if a in vocab and b in vocab and a + b in vocab]
    tokenizer = GemmaTokenizer(vocab=vocab, merges=kept, add_bos_token=True, extra_special_tokens=IMAGE_MARKS)
    tokenizer.add_tokens(list(_UNUSED))
    tokenizer.add_special_tokens(
        {"additional_special_tokens": ["[multimodal]", *_TURNS]}, replace_extra_special_tokens=False
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def _train() -> tuple[list[str], list[tuple[str, str]]]:
    """Words by their number, and the merges that make them. No word goes over a blank or holds two digits."""
    plain = Tokenizer(models.BPE())
    plain.normalizer = normalizers.Replace(" ", "▁")
    plain.pre_tokenizer = pre_tokenizers.Split(_WORD, "isolated")
    plain.train_from_iterator(_read_texts(), trainers.BpeTrainer(vocab_size=VOCABULARY - 300, show_progress=False))
    numbers = plain.get_vocab()
    return sorted(numbers, key=numbers.__getitem__), _merges(plain)


def _merges(tokenizer: Tokenizer) -> list[tuple[str, str]]:
    return [tuple(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]


def _read_texts() -> list[str]:
    folder = Path(fhir_fixtures.__file__).parent
    return [path.read_text("utf-8") for path in sorted(folder.rglob("*.json"))]
