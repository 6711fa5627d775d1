"""Times the in-process planner's engine: `python evals/bench_planner.py [--geometry 27b|4b|small]`, random weights.

Beside the measured ceilings of the machine (copy bandwidth, matrix product): time to the first token, tokens a second
for one text and for several, what a second step pays, what the mask costs, memory; all against transformers' own
`generate` in the same run. Runs alone: it needs torch and transformers, and of this project `medgemma/engine` only.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import torch
import transformers

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agent.planners.medgemma.engine.cache import CacheShape
from agent.planners.medgemma.engine.forward import Reader, TextModel
from agent.planners.medgemma.engine.sampling import choose_tokens, mask_logits

_VOCABULARY = 262_208
_GEOMETRIES: dict[str, dict[str, int]] = {
    "27b": {"num_hidden_layers": 62, "hidden_size": 5376, "intermediate_size": 21_504, "num_attention_heads": 32,
            "num_key_value_heads": 16, "head_dim": 128, "query_pre_attn_scalar": 168, "sliding_window": 1024},
    "4b": {"num_hidden_layers": 34, "hidden_size": 2560, "intermediate_size": 10_240, "num_attention_heads": 8,
           "num_key_value_heads": 4, "head_dim": 256, "query_pre_attn_scalar": 256, "sliding_window": 1024},
    "small": {"num_hidden_layers": 12, "hidden_size": 128, "intermediate_size": 384, "num_attention_heads": 4,
              "num_key_value_heads": 2, "head_dim": 32, "query_pre_attn_scalar": 32, "sliding_window": 64},
}  # fmt: skip
"""MedGemma's own, from its configurations; `small` has the same layers in the same order, a few million weights."""
_REWIND = 512
_STEP = 200
"""Tokens that a step adds to a conversation: a finding and its records."""


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    contexts: tuple[int, ...]
    batches: tuple[int, ...]
    tokens: int
    """Written for each figure."""


PLANS = {
    "27b": Plan((1024, 8192, 32_768), (1, 8, 32), 64),
    "4b": Plan((1024, 8192, 32_768), (1, 8, 32), 64),
    "small": Plan((256, 1024), (1, 4), 16),
}


def main() -> None:
    """Measure, print, and save where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--geometry", choices=sorted(_GEOMETRIES), default="27b" if _on_gpu() else "small")
    parser.add_argument("--eager", action="store_true", help="do not compile the one-token step")
    parser.add_argument("--out", type=Path, help="write the figures there as JSON")
    said = parser.parse_args()
    figures: dict[str, Any] = {}
    for name, value in measure(said.geometry, PLANS[said.geometry], compiled=_on_gpu() and not said.eager):
        figures[name] = value
        print(f"{name:<46} {value:,.4g}" if isinstance(value, float) else f"{name:<46} {value}", flush=True)
    if said.out:
        said.out.write_text(json.dumps(figures, indent=1))


def measure(geometry: str, plan: Plan, *, compiled: bool) -> Iterator[tuple[str, Any]]:
    """The figures one by one, by name."""
    yield from _describe(geometry, compiled)
    yield from _ceilings()
    model = build_model(geometry)
    weights = sum(p.numel() * p.element_size() for p in model.parameters())
    yield "weights, GB", weights / 1e9
    text = TextModel.of(model)
    for context in plan.contexts:
        yield from _time_reading(text, context, plan.tokens, compiled)
    for rows in plan.batches:
        yield from _time_writing(text, rows, plan, compiled)
    for context in plan.contexts[:2]:
        yield from _time_generate(model, context, plan.tokens)
    if _on_gpu():
        yield "most memory allocated, GB", torch.cuda.max_memory_allocated() / 1e9


def build_config(geometry: str) -> transformers.Gemma3TextConfig:
    """The configuration of a geometry: five local layers to a global one."""
    sizes = _GEOMETRIES[geometry]
    kinds = [*["sliding_attention"] * 5, "full_attention"] * sizes["num_hidden_layers"]
    config = transformers.Gemma3TextConfig(
        vocab_size=4096 if geometry == "small" else _VOCABULARY,
        layer_types=kinds[: sizes["num_hidden_layers"]],
        max_position_embeddings=131_072,
        **sizes,
    )
    config.architectures = ["Gemma3ForCausalLM"]
    return config


def build_model(geometry: str) -> Any:
    """A Gemma 3 of this geometry with random weights: no download, nothing it says means anything."""
    config = build_config(geometry)
    torch.manual_seed(1)
    with torch.device("meta"):
        model = transformers.Gemma3ForCausalLM(config)
    model = model.to(torch.bfloat16 if _on_gpu() else torch.float32).to_empty(device=_device()).eval()
    _fill(model, config)
    return model


def _fill(model: Any, config: Any) -> None:
    """Random weights in place, and the tables that a model made empty has not got."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0.0, 0.02)
    with torch.device(_device()):
        model.model.rotary_emb = type(model.model.rotary_emb)(config=config)
    if hasattr(model.model.embed_tokens, "embed_scale"):
        model.model.embed_tokens.embed_scale = torch.tensor(config.hidden_size**0.5, device=_device())
    model.tie_weights()


def _describe(geometry: str, compiled: bool) -> Iterator[tuple[str, Any]]:
    yield "date", datetime.now(UTC).date().isoformat()
    yield (
        "hardware",
        torch.cuda.get_device_name() if _on_gpu() else f"{platform.processor() or platform.machine()}, no GPU",
    )
    yield "torch, transformers", f"{torch.__version__}, {transformers.__version__}"
    yield "geometry", f"{geometry}, random weights, {'bfloat16' if _on_gpu() else 'float32'}"
    yield "one-token step", "compiled, CUDA graph" if compiled else "eager"


def _ceilings() -> Iterator[tuple[str, float]]:
    """What the machine gives at best: nothing above it is to be expected."""
    size = 1 << 30 if _on_gpu() else 1 << 26
    one = torch.empty(size, dtype=torch.uint8, device=_device())
    other = torch.empty_like(one)
    yield "copy bandwidth, GB/s", 2 * size / 1e9 / _median_seconds(lambda: other.copy_(one), 10)
    side = 8192 if _on_gpu() else 512
    a = torch.randn(side, side, device=_device(), dtype=torch.bfloat16 if _on_gpu() else torch.float32)
    yield "matrix product, TFLOP/s", 2 * side**3 / 1e12 / _median_seconds(lambda: a @ a, 10)


def _reader(text: TextModel, rows: int, capacity: int, compiled: bool) -> Reader:
    shape = CacheShape(rows, capacity, text.config.sliding_window, _REWIND)
    return Reader(text, shape, backend="inductor" if compiled else None, graphed=compiled)


def _time_reading(text: TextModel, context: int, tokens: int, compiled: bool) -> Iterator[tuple[str, float]]:
    """A conversation of this length: its first token, those that follow, and the first of its second step."""
    reader = _reader(text, 1, context + _STEP + 4 * tokens, compiled)
    prompt = torch.randint(10, text.config.vocab_size, (context,)).tolist()
    first = _once(lambda: _read(reader, 0, prompt))
    yield f"first token at {context}, s", first
    _write(reader, 1, 4)
    yield f"tokens/s at {context}", tokens / _once(lambda: _write(reader, 1, tokens))
    second = _once(lambda: _read(reader, 0, prompt[:_STEP]))
    yield f"first token of the second step at {context}, s", second
    yield f"second step against first at {context}, %", 100 * second / first


def _time_writing(text: TextModel, rows: int, plan: Plan, compiled: bool) -> Iterator[tuple[str, float]]:
    """Several texts at once, without and with a mask on the logits."""
    reader = _reader(text, rows, plan.contexts[0] + 2 * (4 + plan.tokens) + 1, compiled)
    prompt = torch.randint(10, text.config.vocab_size, (plan.contexts[0],)).tolist()
    for row in range(rows):
        _read(reader, row, prompt)
    _write(reader, rows, 4)
    plain = plan.tokens / _once(lambda: _write(reader, rows, plan.tokens))
    bits = torch.full((rows, -(-text.config.vocab_size // 32)), -1, dtype=torch.int32)
    _write(reader, rows, 4, bits)
    masked = plan.tokens / _once(lambda: _write(reader, rows, plan.tokens, bits))
    yield f"tokens/s, {rows} at once", rows * plain
    yield f"the mask's cost, {rows} at once, %", 100 * (plain / masked - 1)
    if rows == 1:
        weights = sum(p.numel() * p.element_size() for layer in text.layers for p in layer.parameters())
        yield "bytes read a second, layers and head, GB/s", plain * (weights + _size(text.embed.weight)) / 1e9


def _read(reader: Reader, row: int, prompt: list[int]) -> torch.Tensor:
    """Append a prompt piece by piece; the logits after it."""
    for at in range(0, len(prompt), _REWIND):
        logits = reader.read(row, prompt[at : at + _REWIND])
    return logits


def _write(reader: Reader, rows: int, tokens: int, bits: torch.Tensor | None = None) -> None:
    """Write tokens greedily in every row, each behind the one before."""
    given = dict.fromkeys(range(rows), 10)
    for _ in range(tokens):
        logits = reader.step(given)
        if bits is not None:
            logits = mask_logits(logits, bits.to(logits.device, non_blocking=True))
        given = dict(enumerate(choose_tokens(logits, [None] * rows, [1.0] * rows)))


def _time_generate(model: Any, context: int, tokens: int) -> Iterator[tuple[str, float]]:
    """transformers' own: SDPA, DynamicCache, not compiled."""
    prompt = torch.randint(10, model.config.vocab_size, (1, context), device=_device())
    asked = {"do_sample": False, "eos_token_id": None, "pad_token_id": 0, "attention_mask": torch.ones_like(prompt)}
    model.generate(prompt, max_new_tokens=2, **asked)
    first = _once(lambda: model.generate(prompt, max_new_tokens=1, **asked))
    whole = _once(lambda: model.generate(prompt, max_new_tokens=1 + tokens, **asked))
    yield f"generate: first token at {context}, s", first
    yield f"generate: tokens/s at {context}", tokens / max(whole - first, 1e-9)


def _size(tensor: torch.Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def _once(work: Callable[[], Any]) -> float:
    _wait()
    begun = time.perf_counter()
    work()
    _wait()
    return time.perf_counter() - begun


def _median_seconds(work: Callable[[], Any], times: int) -> float:
    work()
    return median(_once(work) for _ in range(times))


def _wait() -> None:
    if _on_gpu():
        torch.cuda.synchronize()


def _on_gpu() -> bool:
    return torch.cuda.is_available()


def _device() -> torch.device:
    return torch.device("cuda" if _on_gpu() else "cpu")


if __name__ == "__main__":
    main()
