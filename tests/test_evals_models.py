"""A suite runs with a model in process and behind a server by the same command, and its report says what they are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from agent.__main__ import app
from evals.report.logs import load_run
from evals.report.one_run import describe_suite, warn
from evals.weights import describe_weights
from tests.model_server import serve_model


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def measure(folder: Path, *chosen: str) -> tuple[str, list[str], dict[str, float]]:
    """What the report says of two questions of the stories: who answered, what to beware of, the sums of measures."""
    done = CliRunner().invoke(app, ["eval", "stories", "--limit", "2", "--log-dir", str(folder), *chosen])
    assert done.exit_code == 0, done.output
    (suite,) = load_run(folder).suites
    names = ("error", "format_errors", "abstained", "tokens")
    sums = {name: sum(row.scores.get(name, 0.0) for row in suite.rows) for name in names}
    return describe_suite(suite), warn(suite), sums


def test_a_small_model_in_process_is_measured_and_called_random(
    small_gemma: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANAMNESIS_MEDGEMMA", "context=12288 rows=2 seed=1")
    told, warnings, sums = measure(tmp_path, "--planner", "medgemma", "--model", str(small_gemma))
    assert "3.5 million parameters, random weights; answered by medgemma:" in told
    assert "(seed 1)" in told
    assert warnings[0].startswith("RANDOM WEIGHTS: the figures show that the suite runs")
    assert (sums["error"], sums["format_errors"]) == (0, 0)
    assert sums["tokens"] > 2_000


def test_a_server_that_ignores_the_schema_is_measured_and_called_so(tmp_path: Path) -> None:
    with serve_model() as served:
        told, warnings, sums = measure(tmp_path, "--planner", served.url, "--model", "ignores")
    assert "answered by openai:ignores (a server without a name; ignores the schema)" in told
    assert not [warning for warning in warnings if "RANDOM" in warning]
    assert (sums["error"], sums["format_errors"], sums["abstained"]) == (0, 8, 2)


def test_only_a_folder_with_a_configuration_is_described(small_gemma: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(small_gemma, copied)
    assert describe_weights(str(copied)) == "3.5 million parameters, random weights"
    (copied / "model.safetensors").write_bytes(b"short")
    assert describe_weights(str(copied)) == "random weights"
    (copied / "config.json").write_text("{")
    assert describe_weights(str(copied)) == ""
    assert describe_weights(str(tmp_path)) == ""
