"""`anamnesis report` at the command line: what it prints and writes, and what it says where it can't."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSample, EvalSpec, write_eval_log
from inspect_ai.scorer import Score
from typer.testing import CliRunner

from agent.__main__ import app

HELD_OUT = "What did nobody read?"


def report(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["report", *map(str, arguments)], env={"COLUMNS": "100"})


@pytest.fixture
def logs(tmp_path: Path) -> tuple[Path, Path]:
    """Two logs: in the second, the first question is wrong."""
    return write_log(tmp_path / "one", [1, 1, 1]), write_log(tmp_path / "two", [0, 1, 0])


def write_log(folder: Path, right: list[int]) -> Path:
    samples = [
        EvalSample(
            id=f"q{number}",
            epoch=1,
            input=f"Question {number}?" if number < 2 else HELD_OUT,
            target="",
            metadata={"capability": "labs", "held_out": number == 2},
            scores={"right": Score(value=float(value)), "wrong_answered": Score(value=1.0 - value)},
        )
        for number, value in enumerate(right)
    ]
    spec = EvalSpec(
        created="2026-01-01T00:00:00+00:00",
        task="visits",
        dataset=EvalDataset(samples=len(samples)),
        model="none/none",
        config=EvalConfig(),
        metadata={"planner": "rules", "commit": folder.name},
    )
    folder.mkdir()
    write_eval_log(EvalLog(eval=spec, status="success", samples=samples), str(folder / "2026_visits_x.eval"))
    return folder


def test_a_run_is_told_as_tables_and_as_json(logs: tuple[Path, Path]) -> None:
    assert "100.0 (43.9–100.0)" in report(logs[0]).stdout
    told = json.loads(report(logs[0], "--json").stdout)
    assert told["suites"][0]["rows"][0]["right"] == [1.0, 0.4385, 1.0, 3]


def test_two_runs_tell_what_flipped_first(logs: tuple[Path, Path]) -> None:
    told = report(*logs).stdout
    assert "q0  [labs] Question 0?" in told
    assert HELD_OUT not in told
    assert told.index("right → wrong: 2, 1 of them held out") < told.index("side by side")


def test_a_folder_is_written_and_a_baseline_saved_and_compared(logs: tuple[Path, Path], tmp_path: Path) -> None:
    out, saved = tmp_path / "out", tmp_path / "baseline.json"
    assert report(logs[0], "--out", out, "--save-baseline", saved).exit_code == 0
    assert {path.name for path in out.iterdir()} == {"report.md", "report.html", "plot.png"}
    assert "100.0→33.3" in report(logs[1], "--baseline", saved).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "no such file or folder; give a log"),
        (["{one}", "{two}", "--save-baseline", "b.json"], "leave RUN2 out"),
        (["{one}", "{two}", "--baseline", "b.json"], "leave RUN2 out"),
        (["{one}", "--baseline", "nowhere.json"], "can't be read as a baseline"),
        (["{one}", "--price-in", "1"], "give both --price-in and --price-out"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_can(logs: tuple[Path, Path], arguments: list[str], said: str) -> None:
    ran = report(*[argument.format(one=logs[0], two=logs[1]) for argument in arguments])
    assert ran.exit_code == 2
    assert said in ran.stderr
