"""Puts a small Gemma 3 together and saves it as a folder: 5 local layers to 1 global, random weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from evals.small_gemma.vocabulary import IMAGE_MARKS, build_tokenizer
from evals.weights import mark_random

if TYPE_CHECKING:
    from transformers import GemmaTokenizer, PreTrainedModel

_IMAGE_SIDE, _PATCH, _TOKENS_AN_IMAGE = 56, 14, 4
_TEXT: dict[str, Any] = {
    "vocab_size": 4096,
    "hidden_size": 128,
    "intermediate_size": 512,
    "num_hidden_layers": 12,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 32,
    "query_pre_attn_scalar": 32,
    "sliding_window": 64,
    "rope_parameters": {
        "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1_000_000.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0},
    },
}
_VISION: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": _IMAGE_SIDE,
    "patch_size": _PATCH,
    "vision_use_head": False,
}


def build_small_gemma(folder: Path, *, multimodal: bool = False, seed: int = 0) -> int:
    """Save the model and its tokenizer to a folder; how many parameters it has."""
    tokenizer = build_tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = _build_multimodal(tokenizer) if multimodal else _build_text()
    model.generation_config.eos_token_id = [1, tokenizer.convert_tokens_to_ids("<end_of_turn>")]
    model.generation_config.pad_token_id = 0
    model.save_pretrained(folder)
    mark_random(folder)
    tokenizer.save_pretrained(folder)
    if multimodal:
        _save_processor(folder)
    return int(sum(p.numel() for p in model.parameters()))


def _build_text() -> PreTrainedModel:
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    return Gemma3ForCausalLM(Gemma3TextConfig(**_TEXT)).eval()


def _build_multimodal(tokenizer: GemmaTokenizer) -> PreTrainedModel:
    from transformers import Gemma3Config, Gemma3ForConditionalGeneration

    numbers = {mark: tokenizer.convert_tokens_to_ids(text) for mark, text in IMAGE_MARKS.items()}
    config = Gemma3Config(
        text_config=_TEXT,
        vision_config=_VISION,
        mm_tokens_per_image=_TOKENS_AN_IMAGE,
        boi_token_index=numbers["boi_token"],
        eoi_token_index=numbers["eoi_token"],
        image_token_index=numbers["image_token"],
    )
    return Gemma3ForConditionalGeneration(config).eval()


def _save_processor(folder: Path) -> None:
    """What AutoProcessor reads; written out, for its class wants Pillow before it can be saved."""
    images = {
        "image_processor_type": "Gemma3ImageProcessor",
        "do_convert_rgb": True,
        "size": {"height": _IMAGE_SIDE, "width": _IMAGE_SIDE},
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "image_seq_length": _TOKENS_AN_IMAGE,
    }
    processor = {"processor_class": "Gemma3Processor", "image_seq_length": _TOKENS_AN_IMAGE}
    folder.joinpath("preprocessor_config.json").write_text(json.dumps(images, indent=2))
    folder.joinpath("processor_config.json").write_text(json.dumps(processor, indent=2))
