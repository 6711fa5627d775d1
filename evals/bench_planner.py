"""Times the in-process planner's engine: `python evals/bench_planner.py [--geometry 27b|4b|small]`, random weights.

Beside the measured ceilings of the machine (copy bandwidth, matrix product): time to the first token, tokens a second
for one text and for several, what a second step pays, what the mask costs, memory; all against transformers' own
`generate` in the same run. Runs alone: it needs torch and transformers, and of this project `medgemma/engine` only.
What matters most is measured first and told at once; what fails or no longer fits the time is told, and passed by.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agent.planners.medgemma.engine.cache import CacheShape
from agent.planners.medgemma.engine.errors import first_line
from agent.planners.medgemma.engine.forward import Reader, TextModel
from agent.planners.medgemma.engine.sampling import choose_tokens, mask_logits
from evals.device_timing import device, measure_ceilings, on_gpu, once
from evals.random_gemma import GEOMETRIES, build_model

_BEGUN = time.monotonic()
_REWIND = 512
_STEP = 200
"""Tokens that a step adds to a conversation: a finding and its records."""
_WARM = 4
"""Tokens written before those that are timed: they compile, and capture."""
_ROUND = 256
_LONGEST_COMPARED = 8192
"""Tokens that transformers reads at once beside ours without much memory."""
Figure = tuple[str, Any]
"""A name, and a number or a text."""


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    contexts: tuple[int, ...]
    batches: tuple[int, ...]
    tokens: int
    """Written for each figure."""


PLANS = {
    "27b": Plan((1024, 8192, 32_768), (8, 32), 64),
    "4b": Plan((1024, 8192, 32_768), (8, 32), 64),
    "small": Plan((256, 1024), (4,), 16),
}


@dataclass
class Bench:
    """A model, how it is run, and what was found so far."""

    model: Any
    plan: Plan
    compiled: bool
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> TextModel:
        """The parts that read and write."""
        return TextModel.of(self.model)

    def open_reader(self, rows: int, capacity: int) -> Reader:
        """A reader with an empty cache; its sizes are round, so that few steps are compiled."""
        shape = CacheShape(rows, -(-capacity // _ROUND) * _ROUND, self.text.config.sliding_window, _REWIND)
        return Reader(self.text, shape, backend="inductor" if self.compiled else None, graphed=self.compiled)

    def draw_prompt(self, length: int) -> list[int]:
        """Tokens by chance."""
        return [int(token) for token in torch.randint(10, self.text.config.vocab_size, (length,))]


def main() -> None:
    """Measure, print, and save what there is after each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--geometry", choices=sorted(GEOMETRIES), default="27b" if on_gpu() else "small")
    parser.add_argument("--eager", action="store_true", help="do not compile the one-token step")
    parser.add_argument("--minutes", type=float, default=60.0, help="begin nothing new after so many")
    parser.add_argument("--out", type=Path, help="write the figures there as JSON, after each of them")
    said = parser.parse_args()
    figures: dict[str, Any] = {}
    compiled = on_gpu() and not said.eager
    for name, value in measure(said.geometry, PLANS[said.geometry], compiled=compiled, minutes=said.minutes):
        figures[name] = value
        told = f"{value:,.4g}" if isinstance(value, float) else value
        print(f"{time.monotonic() - _BEGUN:5.0f} s  {name:<46} {told}", flush=True)
        if said.out:
            said.out.write_text(json.dumps(figures, indent=1))


def measure(geometry: str, plan: Plan, *, compiled: bool, minutes: float = 60.0) -> Iterator[Figure]:
    """The figures one by one, by name; a part that fails is told by its name and its error."""
    yield from _describe(geometry, compiled)
    found: dict[str, Any] = {}
    for figure in measure_ceilings():
        found.update([figure])
        yield figure
    bench = Bench(build_model(geometry, device()), plan, compiled, found)
    yield "weights, GB", sum(map(_size, bench.model.parameters())) / 1e9
    for name, part in list_parts(bench):
        yield from run_part(bench, name, part, minutes)
    if on_gpu():
        yield "most memory allocated, GB", torch.cuda.max_memory_allocated() / 1e9


def list_parts(bench: Bench) -> Iterator[tuple[str, Callable[[], Iterator[Figure]]]]:
    """What is measured by name, in the order of its weight."""
    first, *longer = bench.plan.contexts
    yield f"generate at {first}", partial(_time_generate, bench, first)
    yield f"one text at {first}", partial(_time_one, bench, first)
    for context in longer[:1]:
        yield f"generate at {context}", partial(_time_generate, bench, context)
        yield f"one text at {context}", partial(_time_one, bench, context)
    for rows in bench.plan.batches:
        yield f"{rows} at once", partial(_time_several, bench, rows)
    for context in longer[1:]:
        yield f"one text at {context}", partial(_time_one, bench, context)


def run_part(bench: Bench, name: str, part: Callable[[], Iterator[Figure]], minutes: float) -> Iterator[Figure]:
    """A part's figures; where the time is spent or it fails, that. What fails compiled is tried once more, eager."""
    if time.monotonic() - _BEGUN > 60 * minutes:
        yield f"{name}: left out", f"the {minutes:g} minutes are spent"
        return
    fault, again = "", False
    try:
        for figure in part():
            bench.found |= {figure[0]: figure[1]}
            yield figure
    except torch.OutOfMemoryError as error:
        fault = f"it does not fit the memory: {first_line(error)}"
    except Exception as error:
        fault, again = f"{type(error).__name__}: {first_line(error)}", bench.compiled and "generate" not in name
    gc.collect()
    if on_gpu():
        torch.cuda.empty_cache()
    if fault:
        yield f"{name}: FAILED", fault
    if again:
        bench.compiled = False
        yield "one-token step, from here on", "eager"
        yield from run_part(bench, name, part, minutes)


def _describe(geometry: str, compiled: bool) -> Iterator[Figure]:
    name = torch.cuda.get_device_name() if on_gpu() else f"{platform.processor() or platform.machine()}, no GPU"
    yield "date", datetime.now(UTC).date().isoformat()
    yield "hardware", name
    yield "torch, transformers", f"{torch.__version__}, {transformers.__version__}"
    yield "geometry", f"{geometry}, random weights, {'bfloat16' if on_gpu() else 'float32'}"
    yield "one-token step", "compiled, CUDA graph" if compiled else "eager"


def _time_one(bench: Bench, context: int) -> Iterator[Figure]:
    """A conversation of this length: its first token, those that follow, and the first of its second step."""
    tokens = bench.plan.tokens
    reader = bench.open_reader(1, max(bench.plan.contexts) + _STEP + 4 * (tokens + _WARM))
    prompt = bench.draw_prompt(context)
    _read(reader, 0, prompt)  # some kernels are loaded when a size is first met
    reader.cache.rewind(0, 0)
    first = once(lambda: _read(reader, 0, prompt))
    yield f"first token at {context}, s", first
    yield f"tokens that compile the step at {context}, s", once(lambda: _write(reader, 1, _WARM))
    if context <= _LONGEST_COMPARED:
        held = [*reader.cache.rows[0].tokens, 10]
        yield f"agreement of a step at {context}, cosine", _compare(bench, held, reader.step({0: 10}))
    plain = tokens / once(lambda: _write(reader, 1, tokens))
    yield f"tokens/s at {context}", plain
    yield from _weigh(bench, context, plain)
    yield f"the mask's cost at {context}, %", _cost_of_mask(bench, reader, 1, plain)
    _read(reader, 0, prompt[:_STEP])
    reader.cache.rewind(0, reader.cache.rows[0].length - _STEP)
    second = once(lambda: _read(reader, 0, prompt[:_STEP]))
    yield f"first token of the second step at {context}, s", second
    yield f"second step against first at {context}, %", 100 * second / first


def _weigh(bench: Bench, context: int, plain: float) -> Iterator[Figure]:
    """Tokens a second beside the bandwidth and beside `generate`: of the bytes, the weights that a token needs."""
    layers = sum(_size(p) for layer in bench.text.layers for p in layer.parameters())
    rate = plain * (layers + _size(bench.text.head.weight)) / 1e9
    yield f"of the copy bandwidth at {context}, %", 100 * rate / bench.found["copy bandwidth, GB/s"]
    if beside := bench.found.get(f"generate: tokens/s at {context}"):
        yield f"times as fast as generate at {context}", plain / beside


def _time_several(bench: Bench, rows: int) -> Iterator[Figure]:
    """Several texts at once, without and with a mask on the logits."""
    tokens, context = bench.plan.tokens, bench.plan.contexts[0]
    reader = bench.open_reader(rows, context + 2 * (_WARM + tokens) + 1)
    prompt = bench.draw_prompt(context)
    for row in range(rows):
        _read(reader, row, prompt)
    yield f"tokens that compile the step, {rows} at once, s", once(lambda: _write(reader, rows, _WARM))
    plain = tokens / once(lambda: _write(reader, rows, tokens))
    yield f"tokens/s, {rows} at once", rows * plain
    yield f"the mask's cost, {rows} at once, %", _cost_of_mask(bench, reader, rows, plain)


def _cost_of_mask(bench: Bench, reader: Reader, rows: int, plain: float) -> float:
    """How much longer it takes with a mask on the logits, in percent."""
    bits = torch.full((rows, -(-bench.text.config.vocab_size // 32)), -1, dtype=torch.int32)
    _write(reader, rows, _WARM, bits)
    masked = bench.plan.tokens / once(lambda: _write(reader, rows, bench.plan.tokens, bits))
    return 100 * (plain / masked - 1)


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


@torch.inference_mode()
def _compare(bench: Bench, tokens: list[int], logits: torch.Tensor) -> float:
    """The cosine between our logits and transformers' own after the same tokens."""
    ids = torch.tensor([tokens], device=device())
    told = bench.model(ids, use_cache=False, logits_to_keep=1).logits[:, -1].float()
    return float(torch.nn.functional.cosine_similarity(told, logits).item())


def _time_generate(bench: Bench, context: int) -> Iterator[Figure]:
    """transformers' own: SDPA, DynamicCache, not compiled."""
    prompt = torch.tensor([bench.draw_prompt(context)], device=device())
    asked = {"do_sample": False, "eos_token_id": None, "pad_token_id": 0, "attention_mask": torch.ones_like(prompt)}
    bench.model.generate(prompt, max_new_tokens=2, **asked)
    first = once(lambda: bench.model.generate(prompt, max_new_tokens=1, **asked))
    yield f"generate: first token at {context}, s", first
    told: list[torch.Tensor] = []
    whole = once(lambda: told.append(bench.model.generate(prompt, max_new_tokens=1 + bench.plan.tokens, **asked)))
    written = told[0].shape[1] - context - 1
    yield f"generate: tokens/s at {context}", written / max(whole - first, 1e-9)


def _size(tensor: torch.Tensor) -> int:
    return tensor.numel() * tensor.element_size()


if __name__ == "__main__":
    main()
