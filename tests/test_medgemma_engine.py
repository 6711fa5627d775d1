"""The engine writes what transformers writes, token by token, however a prompt came into the cache. In float32."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from agent.planners.medgemma.engine import (
    Engine,
    Generated,
    GrammarFailed,
    Options,
    PromptTooLong,
    Request,
    StepFailed,
    open_engine,
)
from agent.planners.medgemma.engine.cache import CacheShape
from agent.planners.medgemma.engine.forward import Reader, compile_pass

OPTIONS = Options(device="cpu", context=1024, rows=3, rewind=64, snapshot_bytes=1 << 26)
PROMPTS = tuple(tuple(range(400 + n, 400 + n + length)) for n, length in enumerate((9, 64, 65, 200)))
"""Shorter than the window of 64, and longer than the ring of 128."""
SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"action": {"enum": ["call", "answer"]}, "about": {"type": "string"}, "n": {"type": "number"}},
        "required": ["action", "about"],
        "additionalProperties": False,
    }
)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def engine(small_gemma: Path) -> Iterator[Engine]:
    opened = open_engine(str(small_gemma), OPTIONS)
    yield opened
    opened.close()


def forget_compiled() -> None:
    """As in a process that has compiled nothing yet."""
    compile_pass.cache_clear()
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()


def write(engine: Engine, prompt: tuple[int, ...], **chosen: Any) -> Generated:
    return engine.submit(Request(prompt, **{"longest": 12, **chosen})).result(60)


def alone(engine: Engine, prompt: tuple[int, ...], **chosen: Any) -> Generated:
    """What the same model writes where nothing was read before."""
    fresh = Engine(replace(engine.loaded, shape=replace(engine.loaded.shape, rows=1)), OPTIONS)
    try:
        return write(fresh, prompt, **chosen)
    finally:
        fresh.close()


@pytest.mark.parametrize("prompt", PROMPTS, ids=len)
def test_the_engine_writes_what_transformers_writes_greedily(
    engine: Engine, small_gemma: Path, prompt: tuple[int, ...]
) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(small_gemma)
    unknown = list(range(len(engine.tokenizer), model.config.vocab_size))
    told = model.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt)),
        max_new_tokens=12,
        do_sample=False,
        suppress_tokens=unknown,
    )
    assert write(engine, prompt).tokens == tuple(told[0, len(prompt) :].tolist())


def test_a_conversation_that_goes_on_pays_for_its_new_tokens_and_writes_the_same(engine: Engine) -> None:
    first = write(engine, PROMPTS[3])
    longer = (*PROMPTS[3], *first.tokens, *PROMPTS[0])
    second = write(engine, longer)
    assert second.reused >= len(PROMPTS[3])
    assert second.tokens == alone(engine, longer).tokens


def test_a_turn_that_is_told_otherwise_is_taken_back_to_where_it_still_holds(engine: Engine, small_gemma: Path) -> None:
    write(engine, PROMPTS[3], longest=40)
    other = (*PROMPTS[3], 700, 701, 702)
    second = write(engine, other)
    assert second.reused == len(PROMPTS[3])
    assert second.tokens == alone(engine, other).tokens


def test_what_lies_before_the_window_is_read_again(engine: Engine) -> None:
    prompt = tuple(range(1700, 1900))
    write(engine, prompt, longest=16)
    other = (*prompt[:90], 700, 701, 702)
    second = write(engine, other)
    assert second.reused == 0
    assert second.tokens == alone(engine, other).tokens


def test_a_beginning_that_was_read_ahead_forks_to_later_prompts(engine: Engine) -> None:
    beginning = tuple(range(900, 1050))
    engine.warm(beginning).result(60)
    for ending in ((5, 6, 7), (8, 9)):
        told = write(engine, beginning + ending, prefix=len(beginning))
        assert told.reused == len(beginning)
        assert told.tokens == alone(engine, beginning + ending).tokens


def test_what_is_read_ahead_also_compiles_the_step_and_writes_nothing_that_stays(small_gemma: Path) -> None:
    forget_compiled()
    traced = open_engine(str(small_gemma), replace(OPTIONS, backend="eager"))
    traced.warm(PROMPTS[3]).result(60)
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 3
    told = write(traced, (*PROMPTS[3], 9))
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 3
    assert (told.reused, told.tokens) == (len(PROMPTS[3]), alone(traced, (*PROMPTS[3], 9)).tokens)
    traced.close()


def test_a_beginning_is_kept_at_the_first_prompt_that_names_it(engine: Engine) -> None:
    beginning = tuple(range(1100, 1200))
    assert write(engine, (*beginning, *range(1300, 1500)), prefix=100).reused == 0
    assert write(engine, (*beginning, 3, 4), prefix=100).reused == 100


@pytest.mark.parametrize(
    "chosen", [{}, {"seed": 7}, {"schema": SCHEMA, "seed": 3, "longest": 40, "reserve": 20}], ids=str
)
def test_texts_written_at_once_are_those_written_one_by_one(engine: Engine, chosen: dict[str, Any]) -> None:
    prompts = [(*prompt, 1600) for prompt in PROMPTS]
    begun = [engine.submit(Request(prompt, **{"longest": 12, **chosen})) for prompt in prompts]
    assert [future.result(60).tokens for future in begun] == [
        alone(engine, prompt, **chosen).tokens for prompt in prompts
    ]


@pytest.mark.parametrize("precision", ["full", "int8"])
def test_a_step_traced_for_compiling_gives_the_same_logits_in_three_graphs(small_gemma: Path, precision: Any) -> None:
    engine = open_engine(str(small_gemma), replace(OPTIONS, precision=precision))
    shape = CacheShape(rows=1, capacity=256, window=64, rewind=64)
    forget_compiled()
    eager, traced = (Reader(engine.loaded.model, shape, backend=backend) for backend in (None, "eager"))
    for reader in (eager, traced):
        reader.read(0, PROMPTS[1])
    for token in (500, 501):
        torch.testing.assert_close(eager.step({0: token}), traced.step({0: token}))
    # One a kind of layer, and the head.
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 3
    engine.close()


def test_a_step_that_cannot_be_compiled_is_told_with_what_to_do(engine: Engine) -> None:
    def without_compiler(graph: Any, inputs: Any) -> Any:
        raise RuntimeError("Failed to find C compiler")

    forget_compiled()
    reader = Reader(
        engine.loaded.model, CacheShape(rows=1, capacity=256, window=64, rewind=64), backend=without_compiler
    )
    reader.read(0, PROMPTS[0])
    with pytest.raises(StepFailed, match=r"can't be compiled .*C compiler.*backend=none"):
        reader.step({0: 500})


def test_a_step_passes_by_a_long_row_between_and_leaves_it_as_it_was(engine: Engine) -> None:
    shape = CacheShape(rows=3, capacity=2048, window=64, rewind=64)
    several, one = (Reader(engine.loaded.model, replace(shape, rows=rows)) for rows in (3, 1))
    long = [400 + n % 3000 for n in range(1100)]
    for start in range(0, len(long), 64):
        several.read(1, long[start : start + 64])
    several.read(0, PROMPTS[0])
    several.read(2, PROMPTS[0])
    told = several.step({0: 500, 2: 500})
    one.read(0, PROMPTS[0])
    torch.testing.assert_close(told, one.step({0: 500}).expand(2, -1))
    one.cache.rewind(0, 0)
    for start in range(0, len(long), 64):
        one.read(0, long[start : start + 64])
    torch.testing.assert_close(several.step({1: 7}), one.step({0: 7}))


def test_int8_weights_write_alike_from_the_cache_and_close_to_full_ones(engine: Engine, small_gemma: Path) -> None:
    small = open_engine(str(small_gemma), replace(OPTIONS, precision="int8"))
    first = write(small, PROMPTS[3])
    longer = (*PROMPTS[3], *first.tokens, *PROMPTS[0])
    assert write(small, longer).tokens == alone(small, longer).tokens
    shape = CacheShape(rows=1, capacity=256, window=64, rewind=64)
    whole, eighth = (Reader(e.loaded.model, shape).read(0, PROMPTS[1]) for e in (engine, small))
    assert torch.nn.functional.cosine_similarity(whole, eighth).item() > 0.99
    small.close()


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
@pytest.mark.parametrize("longest", [24, 80])
def test_a_text_bound_by_a_schema_fits_it_however_it_is_drawn(engine: Engine, seed: int | None, longest: int) -> None:
    told = write(engine, PROMPTS[0], schema=SCHEMA, seed=seed, longest=longest, reserve=20)
    assert told.end == "stop"
    assert {"action", "about"} <= set(json.loads(told.text)) <= {"action", "about", "n"}


def test_a_seed_gives_the_same_text_again_and_another_seed_another(engine: Engine) -> None:
    texts = [write(engine, PROMPTS[0], seed=seed).text for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_a_thought_has_a_budget_and_stays_out_of_the_answer(engine: Engine) -> None:
    seeds = (seed for seed in range(5000) if _opens_a_thought(engine, seed))
    told = write(engine, PROMPTS[0], schema=SCHEMA, seed=next(seeds), thinking=6, longest=40, reserve=30)
    assert told.tokens[0] == engine.language.opens
    assert told.tokens[7] == engine.language.closes
    assert set(json.loads(told.text)) <= {"action", "about", "n"}
    assert told.thought
    assert told.thought not in told.text


def _opens_a_thought(engine: Engine, seed: int) -> bool:
    """Two tokens may come first, `{"` among them."""
    import random

    return random.Random(seed).random() < 0.2


def test_a_text_is_told_as_it_is_written(engine: Engine) -> None:
    pieces: list[tuple[str, bool]] = []
    told = write(engine, PROMPTS[0], seed=4, longest=30, on_text=lambda text, thought: pieces.append((text, thought)))
    assert told.text.startswith("".join(text for text, thought in pieces if not thought))
    assert len(pieces) > 10


def test_a_text_cancelled_on_its_way_ends_there_and_the_next_is_whole(engine: Engine) -> None:
    cancel = threading.Event()
    told = write(engine, PROMPTS[1], longest=300, cancel=cancel, on_text=lambda text, thought: cancel.set())
    assert told.end == "cancelled"
    assert len(told.tokens) < 10
    assert write(engine, PROMPTS[1]).tokens == alone(engine, PROMPTS[1]).tokens


def test_what_fails_fails_for_its_own_text_alone(engine: Engine) -> None:
    def refuse(text: str, thought: bool) -> None:
        raise RuntimeError("no more")

    failing = engine.submit(Request(PROMPTS[1], longest=12, on_text=refuse))
    broken = engine.submit(Request(PROMPTS[2], schema='{"type": "nonsense"}'))
    going = engine.submit(Request(PROMPTS[3], longest=12))
    with pytest.raises(RuntimeError, match="no more"):
        failing.result(60)
    with pytest.raises(GrammarFailed):
        broken.result(60)
    assert going.result(60).tokens == alone(engine, PROMPTS[3]).tokens


def test_a_prompt_longer_than_the_context_is_refused_before_it_is_read(engine: Engine) -> None:
    with pytest.raises(PromptTooLong, match="2000 tokens long"):
        engine.submit(Request(tuple([5] * 2000)))


def test_an_answer_has_no_more_tokens_than_the_context_has_room_for(engine: Engine) -> None:
    told = write(engine, tuple([5] * 1000), longest=500)
    assert told.end == "length"
    assert len(told.tokens) == 23
