"""The benchmark of the planner's engine runs from its first figure to its last, and alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import transformers

from evals.bench_planner import Plan, build_config, measure

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """On a busy machine several threads wait for one another at every layer."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_every_figure_is_measured_with_the_small_geometry() -> None:
    figures = dict(measure("small", Plan((70,), (1, 2), 2), compiled=False))
    wanted = {
        "copy bandwidth, GB/s", "first token at 70, s", "second step against first at 70, %", "tokens/s, 2 at once",
        "the mask's cost, 2 at once, %", "generate: tokens/s at 70",
    }  # fmt: skip
    assert wanted <= figures.keys()
    assert all(v > 0 for name, v in figures.items() if isinstance(v, float) and "cost" not in name)


def test_the_large_geometry_has_as_many_weights_as_the_model() -> None:
    with torch.device("meta"):
        model = transformers.Gemma3ForCausalLM(build_config("27b"))
    assert sum(p.numel() for p in model.parameters()) == 27_009_346_304


def test_it_needs_nothing_of_the_project_but_the_engine() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import evals.bench_planner;"
        "print([m for m in ('pydantic', 'langgraph', 'httpx', 'inspect_ai', 'tools') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
