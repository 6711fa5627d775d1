"""Two runs and a run against a baseline: what flipped, which questions are compared, what may be committed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.report.baseline import digest_items, format_baseline, load_baseline
from evals.report.cost import Prices, add_up
from evals.report.document import Lines, Table, format_html, format_markdown, format_text
from evals.report.flips import Balance, find_flips, pair_suites, read_answer, read_retrieval, weigh
from evals.report.folder import write_report
from evals.report.rows import NoReport, Row, Run, SuiteRun, settle_crashes
from evals.report.subjects import AgainstBaseline, OneRun, Subject, TwoRuns

SECRET = "What did nobody read?"
SCRIPT = "</script><script>alert(1)</script>"
RIGHT = {"right": 1.0, "wrong_answered": 0.0, "abstained": 0.0, "error": 0.0}
WRONG = {"right": 0.0, "wrong_answered": 1.0, "abstained": 0.0, "error": 0.0}
ABSTAINED = {"right": 0.0, "abstained": 1.0, "abstention_right": 0.0, "error": 0.0}
RETRIEVED = {"retrieval_error": 0.0, "retrieval_precision": 0.8}
MISSED = {"retrieval_error": 1.0, "retrieval_precision": 0.8}


def row(item: str, scores: dict[str, float], **about: Any) -> Row:
    return Row(
        item, about.pop("epoch", 1), **{"question": f"What of {item}?", "capability": "labs", **about, "scores": scores}
    )


def suite(*rows: Row, **about: Any) -> SuiteRun:
    return SuiteRun("visits", settle_crashes(rows), **{"planner": "rules", "commit": "abc1234", **about})


BEFORE = suite(
    row("lost", RIGHT | RETRIEVED),
    row("won", WRONG | MISSED),
    row("silent", RIGHT | RETRIEVED),
    row("bold", ABSTAINED | RETRIEVED),
    row("secret", RIGHT, held_out=True, question=""),
    row("same", RIGHT),
    row("old", RIGHT),
)
AFTER = suite(
    row("lost", WRONG | MISSED),
    row("won", RIGHT | RETRIEVED),
    row("silent", ABSTAINED | RETRIEVED),
    row("bold", WRONG | RETRIEVED),
    row("secret", WRONG, held_out=True, question=SECRET),
    row("same", RIGHT),
    row("new", RIGHT),
    commit="def5678",
)


def run(name: str, *suites: SuiteRun) -> Run:
    return Run(name, suites)


def two_runs() -> TwoRuns:
    return TwoRuns(run("before", BEFORE), run("after", AFTER))


def text(subject: Subject) -> str:
    return format_text(subject.report(None, full=True))


def test_flips_are_listed_the_most_harmful_first() -> None:
    flips = find_flips(pair_suites(BEFORE, AFTER), read_answer)
    assert [(flip.item, flip.kind) for flip in flips] == [
        ("lost", "right → wrong"),
        ("secret", "right → wrong"),
        ("bold", "abstained → wrong"),
        ("silent", "right → abstained"),
        ("won", "wrong → right"),
    ]
    assert weigh(flips, "right") == Balance(3, 1)
    assert weigh(flips, "right").p == pytest.approx(0.625)


def test_retrieval_flips_too_and_not_where_no_record_is_needed() -> None:
    flips = find_flips(pair_suites(BEFORE, AFTER), read_retrieval)
    assert [(flip.item, flip.kind) for flip in flips] == [
        ("lost", "retrieved → missed"),
        ("won", "missed → retrieved"),
    ]


def test_a_question_of_several_epochs_flips_when_most_of_them_do() -> None:
    before = suite(*[row("a", RIGHT, epoch=epoch) for epoch in (1, 2, 3)])
    once = suite(row("a", WRONG, epoch=1), *[row("a", RIGHT, epoch=epoch) for epoch in (2, 3)])
    twice = suite(row("a", RIGHT, epoch=1), *[row("a", WRONG, epoch=epoch) for epoch in (2, 3)])
    assert not find_flips(pair_suites(before, once), read_answer)
    assert [flip.kind for flip in find_flips(pair_suites(before, twice), read_answer)] == ["right → wrong"]


def test_which_questions_only_one_run_has_is_said() -> None:
    shown = text(two_runs())
    assert "6 questions are in both and compared." in shown
    assert "NOT COMPARED: 1 are in A only: old." in shown
    assert "NOT COMPARED: 1 are in B only: new." in shown


def test_the_same_id_with_another_question_is_not_compared() -> None:
    pair = pair_suites(suite(row("a", RIGHT)), suite(row("a", WRONG, question="Another?")))
    assert (len(pair.cases), len(pair.reworded)) == (0, 1)


@pytest.mark.parametrize("other", [suite(row("else", RIGHT)), SuiteRun("other", (row("lost", RIGHT),))])
def test_runs_that_share_no_question_are_refused(other: SuiteRun) -> None:
    with pytest.raises(NoReport, match="report each alone"):
        text(TwoRuns(run("before", BEFORE), run("after", other)))


def test_of_a_held_out_question_only_the_count_is_told(tmp_path: Path) -> None:
    write_report(tmp_path, two_runs())
    shown = [text(two_runs()), json.dumps(two_runs().to_json(None))]
    shown += [path.read_text("utf-8") for path in tmp_path.iterdir() if path.suffix != ".png"]
    for told in shown:
        assert SECRET not in told
        assert "“secret”" not in told
        assert '"item": "secret"' not in told
        assert "secret  [" not in told
    assert "right → wrong: 2, 1 of them held out and not listed" in shown[0]
    assert two_runs().to_json(None)["suites"][0]["held_out_flips"] == {"right → wrong": 1}


def test_held_out_in_one_run_is_held_out_in_the_comparison() -> None:
    before, after = suite(row("a", RIGHT, question=SECRET)), suite(row("a", WRONG, held_out=True, question=""))
    assert SECRET not in text(TwoRuns(run("before", before), run("after", after)))


def test_both_runs_stand_side_by_side_with_the_difference() -> None:
    told = two_runs().to_json(None)["suites"][0]["rows"][0]
    assert (told["row"], told["a"]["n"], told["b"]["n"]) == ("all", 6, 6)
    assert told["difference"]["right"][0] == pytest.approx(-2 / 6)
    assert told["difference"]["right"][1] < told["difference"]["right"][0] < told["difference"]["right"][2]


def test_tokens_to_read_are_compared_question_by_question() -> None:
    before = suite(
        *[row(item, RIGHT | {"tokens_to_read": read}) for item, read in (("a", 1e5), ("b", 2e5), ("c", 9e5))]
    )
    after = suite(*[row(item, RIGHT | {"tokens_to_read": 1e3}) for item in "abc"])
    told = TwoRuns(run("before", before), run("after", after)).to_json(None)["suites"][0]["rows"][0]
    assert told["times_fewer_tokens_to_read"] == 200


def test_nothing_that_a_question_says_becomes_markup(tmp_path: Path) -> None:
    hostile = f"{SCRIPT} | <img src=x> [a](b) \x1b[2J"
    before, after = (suite(row("a", scores, question=hostile, capability=SCRIPT)) for scores in (RIGHT, WRONG))
    write_report(tmp_path, TwoRuns(run("before", before), run(f"after {SCRIPT}", after)))
    page, markdown = ((tmp_path / name).read_text("utf-8") for name in ("report.html", "report.md"))
    assert SCRIPT not in page
    assert "<img src=x" not in page + markdown.replace("\\<", "")
    assert "\x1b" not in page + markdown
    assert "\\[a\\](b)" in markdown


def test_the_page_needs_no_network(tmp_path: Path) -> None:
    write_report(tmp_path, OneRun(run("before", BEFORE)))
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "<script src" not in page
    assert "<link" not in page
    assert "vegaEmbed(" in page
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_suites_of_one_run_are_drawn_as_one_whatever_their_commits() -> None:
    other = SuiteRun("other", (row("a", RIGHT),), planner="rules", commit="def5678")
    marks = OneRun(run("both", BEFORE, other)).mark()
    assert [list(suite) for suite in marks.values()] == [["rules, abc1234, def5678"]] * 2


def test_cells_are_escaped_in_every_form() -> None:
    parts = [Table(("", "n"), (("a|<b>", "1"),)), Lines(("*x* <i>",))]
    assert "a&lt;b&gt;" in format_html([Table(("", "n"), (("a<b>", "1"),))])
    assert "a\\|\\<b\\>" in format_markdown(parts)
    assert "- \\*x\\* \\<i\\>" in format_markdown(parts)


def test_a_baseline_holds_no_question_no_id_no_path_and_comes_back(tmp_path: Path) -> None:
    command = "anamnesis eval visits --questions /data/mine/dev.jsonl --planner http://key:x@host.example/v1"
    measured = suite(*BEFORE.rows, command=command, planner="http://key:x@host.example/v1", data=(("dev", "1f"),))
    written = format_baseline(run("/somewhere/logs", measured))
    for kept_out in ("What of", "lost", "secret", "/data", "/somewhere", "host.example", "key:x"):
        assert kept_out not in written
    (tmp_path / "b.json").write_text(written, "utf-8")
    [back] = load_baseline(tmp_path / "b.json")
    assert (back.about.commit, back.about.data, back.digest) == ("abc1234", (("dev", "1f"),), digest_items(measured))
    assert back.lines[0].totals.estimates["right"].value == pytest.approx(5 / 7, abs=1e-5)


def test_a_run_is_compared_with_a_baseline_and_other_questions_are_named(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(
        format_baseline(run("before", suite(*BEFORE.rows, data=(("dev", "1f"),)))), "utf-8"
    )
    baseline = load_baseline(tmp_path / "b.json")
    same = AgainstBaseline(baseline, run("again", suite(*BEFORE.rows, data=(("dev", "2e"),))))
    other = AgainstBaseline(baseline, run("after", AFTER))
    assert "NOT THE SAME QUESTIONS" not in text(same)
    assert "NOT THE SAME DATA: dev has another checksum." in text(same)
    assert "NOT THE SAME QUESTIONS" in text(other)
    assert other.to_json(None)["suites"][0]["same_questions"] is False
    assert set(other.mark()["visits"]) == {"A: baseline", "B: rules, def5678"}


def test_a_run_is_compared_with_the_baseline_of_the_same_planner(tmp_path: Path) -> None:
    other = suite(row("lost", WRONG), planner="http://host.example/v1", model="m")
    (tmp_path / "b.json").write_text(format_baseline(Run("both", (BEFORE,), beside=(other,))), "utf-8")
    baseline = load_baseline(tmp_path / "b.json")
    rows = AgainstBaseline(baseline, run("again", other)).to_json(None)["suites"][0]["rows"]
    assert [before.about.planner for before in baseline] == ["rules", "http://…/v1"]
    assert rows[0]["a"]["right"][0] == 0.0


def test_a_run_that_was_cut_off_is_no_baseline() -> None:
    with pytest.raises(NoReport, match="run it to its end"):
        format_baseline(run("cut off", suite(*BEFORE.rows, status="cancelled")))


@pytest.mark.parametrize(("content", "why"), [("{}", "no baseline"), ("[1]", "no baseline"), ("{", "can't be read")])
def test_another_file_is_no_baseline(tmp_path: Path, content: str, why: str) -> None:
    (tmp_path / "b.json").write_text(content, "utf-8")
    with pytest.raises(NoReport, match=why):
        load_baseline(tmp_path / "b.json")


@pytest.mark.parametrize(
    ("asked", "low", "high", "untold"),
    [
        (row("a", RIGHT | {"tokens": 1_500_000, "tokens_written": 500_000}), 2.0, 2.0, 0),
        (row("a", RIGHT | {"tokens": 1_000_000}), 1.0, 2.0, 0),
        (row("a", RIGHT | {"tokens": 0}), 0.0, 0.0, 0),
        (row("a", RIGHT), 0.0, 0.0, 1),
    ],
)
def test_money_is_counted_where_prices_are_given(asked: Row, low: float, high: float, untold: int) -> None:
    cost = add_up(suite(asked), Prices(1.0, 2.0))
    assert (cost.low, cost.high, cost.untold) == (low, high, untold)
