"""The report's figures: intervals, what does not apply, epochs, crashes, held-out secrecy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.contestants import baselines
from evals.report.cells import format_share
from evals.report.document import format_html, format_markdown, format_text
from evals.report.groups import build_lines
from evals.report.intervals import combine_mean, estimate_share, subtract, weigh_flips
from evals.report.judge import compare_judge, describe_judge
from evals.report.logs import load_run
from evals.report.one_run import describe_suite, report_run, to_json, warn
from evals.report.rows import BASELINES, Case, NoReport, Row, Run, SuiteRun, settle_crashes
from evals.report.subjects import OneRun
from evals.report.totals import parse_json, sum_up
from evals.report.totals import to_json as totals_to_json

SECRET = "What did nobody read?"
QUESTIONS = {"q1": "How many <b>visits</b>?", "q2": "Which drug?", "q3": "When | where?", "q4": SECRET}


def row(item: str, epoch: int = 1, **about: Any) -> Row:
    fields = {
        name: about.pop(name) for name in ("capability", "tags", "held_out", "question", "crash") if name in about
    }
    return Row(item, epoch, scores={name: float(value) for name, value in about.items()}, **fields)


def suite(*rows: Row, name: str = "suite", **about: Any) -> SuiteRun:
    return SuiteRun(name, settle_crashes(rows), planner="rules", **about)


def line(run: SuiteRun, name: str) -> Any:
    return next(found for found in build_lines(run) if found.name == name).totals


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (15, 148, 0.0624, 0.1605),
        (81, 263, 0.2553, 0.3662),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_an_interval_is_wilsons(right: int, n: int, low: float, high: float) -> None:
    """Known values: Newcombe, Stat Med 1998;17:857, table I, and the closed form at 0 and n."""
    found = estimate_share([1.0] * right + [0.0] * (n - right))
    assert found
    assert found.low == pytest.approx(low, abs=6e-5)
    assert found.high == pytest.approx(high, abs=6e-5)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 20), 0.6791, 1.0)],
)
def test_a_difference_is_newcombes(one: tuple[int, int], other: tuple[int, int], low: float, high: float) -> None:
    """Known values: Newcombe, Stat Med 1998;17:873, table II, method 10."""
    shares = [estimate_share([1.0] * k + [0.0] * (n - k)) for k, n in (one, other)]
    found = subtract(*shares)
    assert found
    assert (found.low, found.high) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


def test_nothing_has_no_share_no_mean_and_no_difference() -> None:
    assert estimate_share([]) is None
    assert combine_mean([]) is None
    assert subtract(None, estimate_share([1.0])) is None
    assert format_share(None) == "n/a"


@pytest.mark.parametrize(
    ("lost", "won", "p"), [(0, 0, 1.0), (0, 6, 0.03125), (6, 0, 0.03125), (3, 12, 0.03516), (2, 2, 1.0)]
)
def test_flips_are_weighed_by_the_exact_binomial(lost: int, won: int, p: float) -> None:
    assert weigh_flips(lost, won) == pytest.approx(p, abs=1e-5)


def test_thousands_of_flips_overflow_nothing() -> None:
    assert weigh_flips(4000, 4100) == pytest.approx(0.27, abs=0.01)


def test_repeats_make_no_interval_narrower() -> None:
    once = suite(row("a", right=1), row("b", right=0))
    often = suite(*[row(item, epoch, right=item == "a") for item in "ab" for epoch in range(1, 6)])
    assert line(once, "all").estimates["right"] == line(often, "all").estimates["right"]
    assert often.epochs == 5


def test_a_question_counts_by_its_mean_over_epochs() -> None:
    totals = line(suite(row("a", 1, right=1), row("a", 2, right=0), row("b", 1, right=1)), "all")
    assert (totals.n, totals.estimates["right"].value, totals.estimates["right"].n) == (2, 0.75, 2)


def test_what_applies_to_no_question_is_said_to() -> None:
    text = format_text(report_run(Run("r", (suite(row("a", right=1)),))))
    assert "retrieval_error" not in line(suite(row("a", right=1)), "all").estimates
    assert "n/a" in text


def test_a_retrieval_error_is_shown_only_beside_precision() -> None:
    alone = suite(row("a", right=1, retrieval_error=0))
    both = suite(row("a", right=1, retrieval_error=0, retrieval_precision=0.5))
    assert "no precision" in format_text(report_run(Run("r", (alone,))))
    assert "no precision" not in format_text(report_run(Run("r", (both,))))
    assert "retrieval_error" not in line(alone, "all").estimates


def test_a_crash_counts_as_an_error_not_right_and_records_not_retrieved() -> None:
    run = suite(row("a", right=1, retrieval_error=0, retrieval_precision=1), row("b", crash="TimeoutError"))
    found = line(run, "all").estimates
    assert (found["right"].value, found["right"].n) == (0.5, 2)
    assert (found["retrieval_error"].value, found["retrieval_precision"].value) == (0.5, 0.5)
    assert "1 TimeoutError" in " ".join(warn(run))


@pytest.mark.parametrize(
    ("other", "tags", "error"),
    [(row("a", 2, right=1), (), None), (row("b", right=1), ("empty",), None), (row("b", right=1), (), None)],
)
def test_a_crash_loses_no_records_that_are_not_needed(other: Row, tags: tuple[str, ...], error: float | None) -> None:
    crashed = settle_crashes([row("a", crash="E", tags=frozenset(tags)), other])[0]
    assert crashed.scores.get("retrieval_error") is error


def test_held_out_and_looked_at_have_totals_and_a_gap() -> None:
    run = suite(
        row("a", right=1), row("b", right=1), row("c", right=0, held_out=True), row("d", right=1, held_out=True)
    )
    assert line(run, "looked at").estimates["right"].value == 1.0
    assert line(run, "held out").estimates["right"].value == 0.5
    assert line(run, "gap: held out − looked at").estimates["right"].value == -0.5


def test_a_run_of_held_out_questions_alone_says_so() -> None:
    rows = [row("a", right=1, held_out=True), row("b", right=0, held_out=True)]
    assert [found.name for found in build_lines(suite(*rows))] == ["all", "held out"]


def test_what_was_adjudicated_out_is_a_row_and_the_rest_a_total() -> None:
    run = suite(row("a", right=1), row("b", right=0, tags=frozenset({"adjudicated out"})))
    assert [found.name for found in build_lines(run)] == ["all", "adjudicated", "adjudicated out"]
    assert line(run, "adjudicated").estimates["right"].value == 1.0


def test_the_headline_of_chartqa_is_the_mean_over_categories() -> None:
    rows = [row(f"a{n}", right=1, capability="often") for n in range(9)] + [row("b", right=0, capability="seldom")]
    assert [found.name for found in build_lines(suite(*rows, name="chartqa"))][:2] == ["mean over categories", "all"]
    assert line(suite(*rows, name="chartqa"), "mean over categories").estimates["right"].value == 0.5
    assert line(suite(*rows, name="chartqa"), "all").estimates["right"].value == 0.9


def test_what_no_rule_grades_is_counted_apart() -> None:
    run = suite(row("a", right=1), row("free", abstained=0), row("unscored"))
    assert warn(run) == ["1 questions were not scored.", "1 questions are graded right or wrong by no rule."]
    assert (line(run, "all").n, line(run, "all").estimates["right"].n) == (3, 1)


def test_attacks_have_a_table_only_where_there_were_some() -> None:
    attacked = [row("a", right=1, attack_success=0, obeyed=1), row("b", right=1, attack_success=0, obeyed=0)]
    told = format_text(report_run(Run("r", (suite(*attacked),))))
    assert "came through" in told
    assert line(suite(*attacked), "all").estimates["obeyed"].value == 0.5
    assert "came through" not in format_text(report_run(Run("r", (suite(row("a", right=1)),))))


def test_a_judge_stands_apart_from_the_rules_and_is_checked_by_them() -> None:
    graded = [row("a", right=1, judged=1), row("b", right=0, judged=1), row("c", right=0, judged=0)]
    found = compare_judge(suite(*graded, row("free", judged=1), row("silent", right=0, abstained=1)))
    assert found
    assert found.agreed
    assert (found.agreed.value, found.agreed.n, found.correlation) == (pytest.approx(2 / 3), 3, pytest.approx(0.5))
    assert (found.alone and found.alone.value, found.alone and found.alone.n) == (1.0, 1)
    assert compare_judge(suite(row("a", right=1))) is None
    assert "nothing checks the judge" in describe_judge(suite(row("free", judged=1)))[0]


@pytest.mark.parametrize(
    ("scores", "outcome"),
    [
        ({"right": 1}, "right"),
        ({"right": 0, "wrong_answered": 1}, "wrong"),
        ({"right": 0, "abstained": 1}, "abstained"),
        ({"right": 0, "error": 1}, "error"),
        ({"right": 0}, "not right"),
        ({}, "not scored"),
    ],
)
def test_an_outcome_has_a_name(scores: dict[str, float], outcome: str) -> None:
    assert Case((row("a", **scores),)).outcome == outcome


def test_totals_come_back_from_json_as_they_were() -> None:
    totals = sum_up([Case((row("a", right=1, steps=3, seconds=0.25, tokens_to_read=40_000),))])
    again = parse_json(totals_to_json(totals))
    assert totals_to_json(again) == totals_to_json(totals)
    assert again.overflow == 1.0


def test_who_answered_is_told_where_it_says_more_than_planner_and_model() -> None:
    names = ("openai:m", "openai:m (vllm; schema by response_format)", "rules")
    told = describe_suite(replace(suite(row("q1")), model="m", weights="3.5 million parameters", answered_by=names))
    assert told == "rules; m; 3.5 million parameters; answered by openai:m (vllm; schema by response_format)"


def test_a_table_keeps_to_a_hundred_columns() -> None:
    name = "observation dependent on another record of a stay"
    scores = dict.fromkeys(("right", "retrieval_error", "retrieval_precision", "abstained", "wrong_answered"), 0.5)
    run = suite(*[row(f"q{n}", capability=name, held_out=n > 20, **scores) for n in range(1500)])
    assert max(map(len, format_text(report_run(Run("r", (run,)))).splitlines())) <= 100


def write_log(folder: Path, name: str, about: dict[str, Any] | None, status: Any = "success") -> None:
    """A log of Inspect's whose third question crashed and whose fourth is held out, its text left in by mistake."""
    from inspect_ai.log import EvalConfig, EvalDataset, EvalError, EvalLog, EvalSample, EvalSpec, write_eval_log
    from inspect_ai.scorer import Score

    crash = EvalError(message=SECRET, traceback=f"Traceback\nTimeoutError: {SECRET}", traceback_ansi="")
    applies = {"right": Score(value=1.0), "retrieval_precision": Score(value=1.0)}
    samples = [
        EvalSample(
            id=item,
            epoch=1,
            input=text,
            target="",
            metadata={"capability": "visits", "held_out": item == "q4", "tags": ["tie"], "template": SECRET},
            scores={**applies, "retrieval_error": Score.unscored() if item == "q1" else Score(value=0.0)},
            error=crash if item == "q3" else None,
        )
        for item, text in QUESTIONS.items()
    ]
    samples[2].scores = {}
    spec = EvalSpec(
        created=f"2026-01-0{name[-1]}T00:00:00+00:00",
        task="visits",
        dataset=EvalDataset(samples=5),
        model="none/none",
        config=EvalConfig(),
        metadata=about,
    )
    log = EvalLog(eval=spec, status=status, samples=samples)
    write_eval_log(log, str(folder / f"2026-01-01T00-00-00_visits_{name}.eval"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three logs: an old one, a new one that was cut off, and one of another program."""
    about = {"planner": "rules", "commit": "abc1234", "command": "eval visits", "seed": 0}
    place = tmp_path / "logs"
    place.mkdir()
    write_log(place, "old1", about)
    write_log(place, "new2", about, "cancelled")
    write_log(place, "other3", None)
    return place


def test_a_folder_is_read_and_logs_of_other_programs_are_named(folder: Path) -> None:
    run = load_run(folder)
    assert [found.suite for found in run.suites] == ["visits"]
    assert "another program" in " ".join(run.remarks)
    assert "1 older logs" in " ".join(run.remarks)
    assert warn(run.suites[0])[:2] == ["PARTIAL: the run was cancelled before its end.", "4 of 5 questions were asked."]
    found = line(run.suites[0], "all").estimates
    assert (found["right"].value, found["retrieval_error"].n) == (0.75, 3)


def test_baselines_stand_beside_the_planner_and_not_in_its_place(folder: Path) -> None:
    write_log(folder, "later4", {"planner": "whole-chart"})
    write_log(folder, "other5", {"planner": "http://model", "model": "m"})
    run = load_run(folder)
    assert [found.contestant for found in (*run.suites, *run.beside)] == ["http://model m", "rules", "whole-chart"]
    shown = format_text(OneRun(run).report(None, full=False))
    assert "visits: contestants" in shown
    assert "whole-chart: all" in shown
    assert "NOT THE SAME QUESTIONS" not in shown
    fewer = replace(run.beside[0], rows=run.beside[0].rows[:2])
    other = OneRun(replace(run, beside=(fewer,))).report(None, full=False)
    assert "NOT THE SAME QUESTIONS: rules was asked 2, http://model m 4." in format_text(other)


def test_every_baseline_is_known_to_be_one() -> None:
    assert set(baselines.BASELINES) == BASELINES


def test_a_held_out_question_stands_in_no_output(folder: Path) -> None:
    run = load_run(folder)
    parts = report_run(run)
    for shown in (format_text(parts), format_markdown(parts), format_html(parts), str(to_json(run)), str(run.suites)):
        assert SECRET not in shown


def test_messages_say_what_to_do_next(tmp_path: Path) -> None:
    with pytest.raises(NoReport, match="no such file or folder; give a log"):
        load_run(tmp_path / "nowhere")
    with pytest.raises(NoReport, match=r"no logs there .*writes one"):
        load_run(tmp_path)
    (tmp_path / "2026-01-01T00-00-00_cut_off.eval").write_bytes(b"PK nothing")
    with pytest.raises(NoReport, match=r"none of the 1 logs.*can't be read as a log"):
        load_run(tmp_path)
