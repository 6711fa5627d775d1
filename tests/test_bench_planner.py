"""The benchmark of the planner's engine runs from its first figure to its last, and alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import transformers

from agent.planners.medgemma.engine import StepFailed
from evals.bench_planner import Bench, Figure, Plan, measure, run_part
from evals.random_gemma import build_config, build_model

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """On a busy machine several threads wait for one another at every layer."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_every_figure_is_measured_with_the_small_geometry() -> None:
    figures = dict(measure("small", Plan((70, 90), (2,), 2), compiled=False))
    wanted = {
        "copy bandwidth, GB/s", "first token at 70, s", "second step against first at 70, %", "tokens/s, 2 at once",
        "the mask's cost, 2 at once, %", "of the copy bandwidth at 90, %", "times as fast as generate at 90",
    }  # fmt: skip
    assert wanted <= figures.keys()
    assert all(v > 0 for name, v in figures.items() if isinstance(v, float) and "cost" not in name)
    assert figures["agreement of a step at 90, cosine"] > 0.9999
    assert not [name for name in figures if "FAILED" in name]


def test_what_no_longer_fits_the_time_is_left_out_and_told() -> None:
    figures = dict(measure("small", Plan((70,), (2,), 2), compiled=False, minutes=0))
    assert figures["one text at 70: left out"] == "the 0 minutes are spent"
    assert "tokens/s at 70" not in figures


def a_bench(compiled: bool) -> Bench:
    return Bench(build_model("small", torch.device("cpu")), Plan((70,), (), 2), compiled)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (torch.OutOfMemoryError("2 GiB\nmore"), "it does not fit the memory: 2 GiB"),
        (ValueError("no"), "ValueError: no"),
    ],
)
def test_a_part_that_fails_is_told_and_those_after_it_are_measured(error: Exception, told: str) -> None:
    def fail() -> Iterator[Figure]:
        yield "one", 1.0
        raise error

    assert list(run_part(a_bench(compiled=False), "all", fail, 60)) == [("one", 1.0), ("all: FAILED", told)]


def test_what_fails_compiled_is_measured_eager() -> None:
    bench = a_bench(compiled=True)

    def only_eager() -> Iterator[Figure]:
        if bench.compiled:
            raise StepFailed("compiled (no C compiler)")
        yield "tokens/s", 1.0

    told = dict(run_part(bench, "one text", only_eager, 60))
    assert "no C compiler" in told["one text: FAILED"]
    assert (told["one-token step, from here on"], told["tokens/s"]) == ("eager", 1.0)


def test_the_large_geometry_has_as_many_weights_as_the_model() -> None:
    with torch.device("meta"):
        model = transformers.Gemma3ForCausalLM(build_config("27b"))
    assert sum(p.numel() for p in model.parameters()) == 27_009_346_304


def test_it_needs_nothing_of_the_project_but_the_engine() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import evals.bench_planner;"
        "print([m for m in ('pydantic', 'langgraph', 'inspect_ai', 'tools') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
