"""A Gemma 3 of MedGemma's own sizes with random weights, made in place: no download, and it says nothing."""

from __future__ import annotations

from typing import Any

import torch
import transformers

_VOCABULARY = 262_208
GEOMETRIES: dict[str, dict[str, int]] = {
    "27b": {"num_hidden_layers": 62, "hidden_size": 5376, "intermediate_size": 21_504, "num_attention_heads": 32,
            "num_key_value_heads": 16, "head_dim": 128, "query_pre_attn_scalar": 168, "sliding_window": 1024},
    "4b": {"num_hidden_layers": 34, "hidden_size": 2560, "intermediate_size": 10_240, "num_attention_heads": 8,
           "num_key_value_heads": 4, "head_dim": 256, "query_pre_attn_scalar": 256, "sliding_window": 1024},
    "small": {"num_hidden_layers": 12, "hidden_size": 128, "intermediate_size": 384, "num_attention_heads": 4,
              "num_key_value_heads": 2, "head_dim": 32, "query_pre_attn_scalar": 32, "sliding_window": 64},
}  # fmt: skip
"""MedGemma's own, from its configurations; `small` has the same layers in the same order, a few million weights."""


def build_config(geometry: str) -> transformers.Gemma3TextConfig:
    """The configuration of a geometry: five local layers to a global one."""
    sizes = GEOMETRIES[geometry]
    kinds = [*["sliding_attention"] * 5, "full_attention"] * sizes["num_hidden_layers"]
    config = transformers.Gemma3TextConfig(
        vocab_size=4096 if geometry == "small" else _VOCABULARY,
        layer_types=kinds[: sizes["num_hidden_layers"]],
        max_position_embeddings=131_072,
        **sizes,
    )
    config.architectures = ["Gemma3ForCausalLM"]
    return config


def build_model(geometry: str, device: torch.device) -> Any:
    """A Gemma 3 of this geometry: bfloat16 on a GPU, float32 elsewhere."""
    config = build_config(geometry)
    torch.manual_seed(1)
    with torch.device("meta"):
        model = transformers.Gemma3ForCausalLM(config)
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    model = model.to(dtype).to_empty(device=device).eval()
    model.tie_weights()
    _fill(model, config, device)
    return model.requires_grad_(False)


def _fill(model: Any, config: Any, device: torch.device) -> None:
    """Random weights in place, and the tables that a model made empty has not got."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0.0, 0.02)
    with torch.device(device):
        model.model.rotary_emb = type(model.model.rotary_emb)(config=config)
    if hasattr(model.model.embed_tokens, "embed_scale"):
        model.model.embed_tokens.embed_scale = torch.tensor(config.hidden_size**0.5, device=device)
