"""Times the schema of a decision as a grammar at Gemma's vocabulary size: `python -m evals.bench_grammar STORE`.

Over charts of the median and the 90th percentile of concepts, first decisions and later ones: building the schema,
compiling it, and the mask before each token, of calls such as a model writes and of texts written by dice. The
vocabulary is made up: 262,208 entries of bytes, syllables with and without a blank before them, signs, other scripts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from statistics import median, quantiles
from typing import Any

import httpx
import numpy as np
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask

from agent.decision import CallTool
from agent.planners.planner import PlannerView, Step
from agent.step_schema import build_step_schema
from tools.chart import ChartContext, open_chart
from tools.execute.run import run_query
from tools.fhir.client import FhirClient
from tools.overview import Overview, build_overview
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.store import open_store
from tools.toolbox import build_tools

VOCABULARY = 262_208
_SPECIAL = 8
_MOST_TOKENS = 400
_QUESTION = "Was any gout recorded since March 2150, and what was the highest creatinine in the last ICU stay?"
_ONSETS = "b c d f g h k l m n p r s t v w st tr ch ph th pl".split()  # noqa: SIM905
_NUCLEI = "a e i o u ia io ou ea".split()  # noqa: SIM905
_CODAS = ("", "n", "s", "r", "l", "t")
_SIGNS = "{}[]\":, \n\\_-<>=/().;'"
_SCRIPTS = ((0x4E00, 0x9FFF), (0x400, 0x4FF), (0xAC00, 0xD7A3))
_TOOLS = build_tools()


def main() -> None:
    """Time it and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", help="a store of charts")
    parser.add_argument("--texts", type=int, default=40, help="texts for each chart and decision")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)  # noqa: S311
    tokenizer = LLTokenizer(TokenizerWrapper(_Made(dice)), n_vocab=VOCABULARY, eos_token=VOCABULARY - 1)
    for chart, view in asyncio.run(_read_views(arguments.store)):
        _time_view(chart, view, tokenizer, partial(random.Random, arguments.seed), arguments.texts)


class _Made:
    """A vocabulary made by dice."""

    eos_token_id = VOCABULARY - 1
    bos_token_id = None
    special_token_ids = tuple(range(VOCABULARY - _SPECIAL, VOCABULARY))

    def __init__(self, dice: random.Random) -> None:
        made = dict.fromkeys(bytes([n]) for n in range(256))
        while len(made) < VOCABULARY - _SPECIAL:
            made[_make_piece(dice).encode()] = None
        self.tokens = [*made, *(b"\xff[%d]" % n for n in range(_SPECIAL))]

    def __call__(self, text: bytes) -> list[int]:
        return list(text)


def _make_piece(dice: random.Random) -> str:
    share = dice.random()
    if share < 0.03:
        return "".join(dice.choices(_SIGNS, k=dice.randint(2, 6)))
    if share < 0.15:
        return "".join(chr(dice.randint(*dice.choice(_SCRIPTS))) for _ in range(dice.randint(1, 3)))
    word = "".join(dice.choice(_ONSETS) + dice.choice(_NUCLEI) for _ in range(dice.randint(1, 4))) + dice.choice(_CODAS)
    return dice.choice(("", " ")) + (word if share < 0.8 else word.capitalize())


async def _read_views(place: str) -> list[tuple[str, PlannerView]]:
    """A first and a later decision over the charts of median and 90th percentile size."""
    transport = httpx.ASGITransport(app=build_app(open_store(place)))
    async with FhirClient("http://store.local/", transport=transport) as client:
        answer = await httpx.AsyncClient(transport=transport).get("http://store.local/Patient?_count=1000&_elements=id")
        charts = [await open_chart(client, entry["resource"]["id"], None) for entry in answer.json()["entry"]]
        sized = sorted([(len(o.index), n, o) for n, c in enumerate(charts) if (o := await build_overview(c))])
        views: list[tuple[str, PlannerView]] = []
        for share, name in ((0.5, "median"), (0.9, "p90")):
            size, number, overview = sized[int(share * (len(sized) - 1))]
            first, later = await _to_views(charts[number], overview)
            views += [
                (f"{name} chart, {size} concepts, {n} decision", v) for n, v in (("first", first), ("later", later))
            ]
    return views


async def _to_views(chart: ChartContext, overview: Overview) -> tuple[PlannerView, PlannerView]:
    """Before any call, and after one for every kind that the chart holds much of."""
    first = PlannerView(_QUESTION, "", chart.as_of.text, "auto", overview, tuple(_TOOLS.values()))
    handles, steps = Handles(), list[Step]()
    for summary in sorted(overview.kinds, key=lambda s: -s.count)[:4]:
        call = CallTool(tool="query_chart", arguments={"kind": summary.kind.value})
        plan = _TOOLS["query_chart"].arguments.model_validate(call.arguments)
        steps.append(Step(call, await run_query(chart, plan, handles)))  # type: ignore[arg-type]
    return first, replace(first, steps=tuple(steps))


def _time_view(
    name: str, view: PlannerView, tokenizer: Any, make_dice: Callable[[], random.Random], texts: int
) -> None:
    built, schema = _time(lambda: build_step_schema(view))
    text = json.dumps(schema)
    compiled, matcher = _time(lambda: _compile(text, tokenizer))
    print(f"{name}: schema {len(text)} characters, built in {built:.1f} ms, compiled in {compiled:.1f} ms")
    dice = make_dice()
    calls = [tokenizer.greedy_tokenize(_write_call(view, dice)) for _ in range(texts)]
    masks = [ms for tokens in calls for ms in _time_masks(matcher, iter(tokens))]
    print(f"  mask, calls over this chart: {_tell(masks)}")
    masks = [ms for _ in range(texts) for ms in _time_masks(matcher, None, dice)]
    print(f"  mask, written by dice: {_tell(masks)}")


def _compile(schema: str, tokenizer: Any) -> Any:
    grammar = LLMatcher.grammar_from_json_schema(schema, overrides={"whitespace_flexible": False})
    matcher = LLMatcher(tokenizer, grammar)
    if matcher.is_error():
        raise ValueError(matcher.get_error())
    return matcher


def _write_call(view: PlannerView, dice: random.Random) -> str:
    """A call such as a model writes: what it asks for is in the chart."""
    entry = dice.choice(view.overview.index)
    plan: dict[str, Any] = {"kind": entry.kind.value, "about": [entry.text]}
    plan |= dice.choice(({}, {"when": "since March 2150"}, {"during": {"type": "icu", "which": "last"}}))
    plan |= dice.choice(({}, {"pick": {"which": "last"}}, {"compute": "max"}, {"compute": "count"}, {"field": "dose"}))
    return json.dumps({"action": "call", "tool": "query_chart", "arguments": plan}, separators=(",", ":"))


def _time_masks(matcher: Any, tokens: Iterator[int] | None, dice: random.Random | None = None) -> Iterator[float]:
    """Milliseconds before each token; which token comes is given, or chosen by dice."""
    copy, mask = matcher.deep_copy(), allocate_token_bitmask(1, VOCABULARY)
    for _ in range(_MOST_TOKENS):
        if copy.is_stopped():
            return
        spent, _none = _time(lambda: fill_next_token_bitmask(copy, mask))
        yield spent
        token = next(tokens, VOCABULARY - 1) if tokens is not None else _choose(mask, dice or random.Random(0))  # noqa: S311
        if token == VOCABULARY - 1:
            return
        if not copy.consume_token(token):
            raise ValueError(copy.get_error())


def _choose(mask: Any, dice: random.Random) -> int:
    allowed = np.nonzero(np.unpackbits(mask.view(np.uint8), bitorder="little")[:VOCABULARY])[0]
    return int(dice.choice(allowed))


def _time(work: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds, and what came of it."""
    started = time.perf_counter()
    made = work()
    return (time.perf_counter() - started) * 1e3, made


def _tell(times: Sequence[float]) -> str:
    above = sum(ms > 1 for ms in times) / len(times)
    p99 = quantiles(times, n=100)[98]
    return f"n {len(times)}, p50 {median(times):.3f} ms, p99 {p99:.2f} ms, over 1 ms {above:.1%}"


if __name__ == "__main__":
    main()
