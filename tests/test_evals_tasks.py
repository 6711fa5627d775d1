"""Suites run by Inspect: logs hold what was measured, nothing of held-out items, and a stopped run goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as run_eval
from inspect_ai.log import EvalLog
from typer.testing import CliRunner

from agent.__main__ import app
from evals.charts import build_store
from evals.item import Gold, Item
from evals.running import Run, run_suite
from evals.setup import Setup
from evals.suites.question_files import QuestionFileError
from evals.suites.stories import load_items
from evals.tasks import build_task
from fhir_fixtures import fixture_paths
from tools.store.loading import load_paths
from tools.store.store import open_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("store") / "fixtures.sqlite"
    opened = open_store(place)
    load_paths(opened, fixture_paths())
    opened.close()
    return str(place)


@pytest.fixture
def few() -> list[Item]:
    return load_items()[:3]


def run(items: list[Item], store: str, folder: Path) -> EvalLog:
    task = build_task("few", items, Setup(store=store))
    return run_eval(task, log_dir=str(folder), display="none", log_format="eval")[0]


def test_a_log_holds_every_measure_and_the_conversation(few: list[Item], store: str, tmp_path: Path) -> None:
    log = run(few, store, tmp_path)
    sample = (log.samples or [])[0]
    scores = sample.scores or {}
    assert log.status == "success"
    assert [scores[name].value for name in ("right", "retrieval_error", "error")] == [1, 0, 0]
    assert scores["abstention_right"].value != scores["abstention_right"].value  # NaN: does not apply
    assert 1_000 < scores["tokens_to_read"].value < 10_000
    assert sample.messages[0].role == "user"
    assert sample.metadata["result"]["citations"]
    assert (log.eval.metadata or {})["planner"] == "rules"


def test_nothing_of_a_held_out_item_is_kept_but_its_measures(few: list[Item], store: str, tmp_path: Path) -> None:
    secret = replace(few[0], held_out=True, id="secret", capability="latest")
    log = run([secret], store, tmp_path)
    sample = (log.samples or [])[0]
    kept = log.model_dump_json()
    assert (sample.scores or {})["right"].value == 1
    told = [secret.question, secret.patient, *map(str, secret.gold.values), *secret.gold.references]
    assert not [text for text in told if text in kept]


def test_an_item_that_fails_is_an_error_and_not_dropped(few: list[Item], store: str, tmp_path: Path) -> None:
    nobody = Item("nobody", "What is the latest glucose?", "no-such-patient", Gold((1,)))
    log = run([nobody, few[0]], store, tmp_path)
    scores = {sample.id: sample.scores or {} for sample in log.samples or []}
    assert [scores["nobody"][name].value for name in ("error", "right")] == [1, 0]
    assert "no-such-patient" in str(scores["nobody"]["error"].explanation)
    assert scores[few[0].id]["error"].value == 0


def test_results_that_were_kept_are_graded_and_a_missing_one_is_an_error(few: list[Item], tmp_path: Path) -> None:
    kept = tmp_path / "out.jsonl"
    values = list(few[0].gold.values)
    kept.write_text(json.dumps({"id": few[0].id, "status": "answered", "values": values, "planner": "other"}) + "\n")
    task = build_task("few", few[:2], Setup(results=str(kept)))
    log = run_eval(task, log_dir=str(tmp_path), display="none")[0]
    scores = {sample.id: sample.scores or {} for sample in log.samples or []}
    assert [scores[few[0].id][name].value for name in ("right", "error")] == [1, 0]
    assert [scores[few[1].id][name].value for name in ("right", "error")] == [0, 1]


def test_a_run_in_a_folder_that_is_done_is_not_run_again(store: str, tmp_path: Path) -> None:
    how = Run(tmp_path / "run", limit=2, display="none")
    first, second = (run_suite("stories", {"store": store}, how) for _ in range(2))
    assert first.eval.run_id == second.eval.run_id
    assert (tmp_path / "run").stat().st_mode & 0o077 == 0 or len(list((tmp_path / "run").glob("*.eval"))) == 1


def test_a_finished_run_says_that_nothing_was_asked(store: str, tmp_path: Path) -> None:
    command = ["eval", "stories", "--store", store, "--limit", "1", "--log-dir", str(tmp_path / "run")]
    first, second = (CliRunner().invoke(app, command) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "nothing was asked" not in first.output
    assert "nothing was asked" in second.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch"], "the suites are"),
        (["fhirpath_qa"], "fhirpath_qa needs --questions"),
        (["fhirpath_qa", "--questions", "nowhere.jsonl"], "there is no file nowhere.jsonl"),
        (["fhirpath_qa", "--questions", "https://example.org/dev.jsonl"], "sha256"),
        (["stories", "--questions", __file__], "stories does not take --questions"),
        (["stories", "--planner", "nosuch"], "no planner"),
    ],
)
def test_a_mistake_says_what_can_be_done(arguments: list[str], said: str, tmp_path: Path) -> None:
    told: Any = CliRunner().invoke(app, ["eval", *arguments, "--log-dir", str(tmp_path)])
    assert told.exit_code == 2
    assert said in told.output


def test_charts_that_differ_from_their_checksums_are_refused(tmp_path: Path) -> None:
    charts = tmp_path / "charts"
    charts.mkdir()
    (charts / "a.ndjson").write_text('{"resourceType": "Patient", "id": "a"}\n')
    (charts / "SHA256SUMS.txt").write_text(f"{'0' * 64} a.ndjson\n")
    with pytest.raises(QuestionFileError, match="was changed or cut off"):
        build_store([charts], tmp_path)
    assert not list(tmp_path.glob("*.sqlite"))


def test_charts_are_loaded_once_and_again_where_a_file_changed(tmp_path: Path) -> None:
    chart = tmp_path / "a.ndjson"
    chart.write_text('{"resourceType": "Patient", "id": "a"}\n')
    first = build_store([chart], tmp_path)
    assert build_store([chart], tmp_path) == first
    chart.write_text('{"resourceType": "Patient", "id": "another"}\n')
    assert build_store([chart], tmp_path) != first
    assert first.stat().st_mode & 0o077 == 0
