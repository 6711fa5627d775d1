"""The report on one run: what was measured, then a table of every suite by totals, capability and tag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from evals.report import totals
from evals.report.cells import (
    format_abstained,
    format_change,
    format_mean,
    format_part,
    format_percent,
    format_retrieval,
    format_seconds,
    format_share,
    format_tokens,
)
from evals.report.cost import Prices, cost_to_json, describe_cost
from evals.report.document import Heading, Lines, Part, Plot, Table
from evals.report.groups import HEADLINES, Line, build_lines
from evals.report.judge import describe_judge, judge_to_json
from evals.report.rows import Run, SuiteRun

LEGEND = (
    "Shares in percent, in brackets their 95% interval over questions (Wilson), not over repeats.",
    "wrong: not right, of those answered. abstained: how many, in brackets how many rightly. "
    "retrieval error: questions for which not all needed records were retrieved, of those that need any; "
    "precision: of what was retrieved. n/a: applies to no question of the row.",
)
RANDOM_WEIGHTS = "random weights"
_OF_NOISE = "RANDOM WEIGHTS: the figures show that the suite runs and how questions end, not what a model can do."
_SECTIONS = {"capability": "by capability:", "tag": "by tag:"}
_ENDED = {
    "started": "is still running, or it ended without closing its log",
    "cancelled": "was cancelled before its end",
    "error": "was ended by an error",
}


def report_run(run: Run, beside: Sequence[Part] = (), *, full: bool = True, prices: Prices | None = None) -> list[Part]:
    """All parts, what is told beside the run after its overview; without `full`, citations and cost of totals alone."""
    parts: list[Part] = [Heading(f"Report on {run.name}", 1), Lines((*LEGEND, *run.remarks))]
    if len(run.suites) > 1:
        parts += [Heading("Suites"), tabulate_answers(list(_headlines(run)))]
    parts += [*beside, Plot()]
    for suite in run.suites:
        parts += report_suite(suite, full=full, prices=prices)
    return parts


def _headlines(run: Run) -> Iterator[tuple[str, Line]]:
    for suite in run.suites:
        yield from ((f"{suite.suite}: {line.name}", line) for line in build_lines(suite) if line.name in HEADLINES)


def report_suite(suite: SuiteRun, *, full: bool, prices: Prices | None) -> list[Part]:
    """A suite's heading, what is to be known of the run, and its tables."""
    lines = build_lines(suite)
    named = [(line.name, line) for line in lines]
    counted = [(name, line) for name, line in named if line.kind not in ("gap", "mean")]
    short = counted if full else [(name, line) for name, line in counted if line.kind == "total"]
    return [
        Heading(suite.suite),
        Lines((describe_suite(suite), *warn(suite), *describe_judge(suite), *describe_cost(suite, prices))),
        tabulate_answers(named),
        *_tabulate_attacks(named),
        _tabulate_evidence(short),
        _tabulate_cost(short),
    ]


def describe_suite(suite: SuiteRun) -> str:
    """What was measured, by what, when."""
    by = [f"answered by {name}" for name in _tell_answerers(suite)]
    commit = f"commit {suite.commit}" if suite.commit else ""
    of = [suite.planner, suite.model, suite.weights, *by, commit, suite.created[:16]]
    seed = f"seed {suite.seed}" if suite.seed else ""
    epochs = f"{suite.epochs} epochs, their mean is taken question by question" if suite.epochs > 1 else ""
    return "; ".join(filter(None, [*of, seed, epochs, suite.command]))


def _tell_answerers(suite: SuiteRun) -> Iterator[str]:
    """The names that tell more than planner and model do, each as it was when most was known of it."""
    known = {suite.planner, f"{suite.planner}:{suite.model}"}
    for name in suite.answered_by:
        if name not in known and not any(other.startswith(f"{name} (") for other in suite.answered_by):
            yield name


def warn(suite: SuiteRun) -> list[str]:
    """What makes the figures partial: a run that didn't end, questions not asked, crashes."""
    asked, warnings = len(suite.cases), [_OF_NOISE] * (RANDOM_WEIGHTS in suite.weights)
    if suite.status != "success":
        warnings.append(f"PARTIAL: the run {_ENDED.get(suite.status, suite.status)}.")
    if asked < suite.expected:
        warnings.append(f"{asked:,} of {suite.expected:,} questions were asked.")
    crashes = sorted(row.crash for row in suite.rows if row.crash)
    if crashes:
        kinds = ", ".join(f"{crashes.count(kind)} {kind}" for kind in dict.fromkeys(crashes))
        warnings.append(f"{len(crashes)} ended in an error of the run and count as not right: {kinds}.")
    ungraded = [case for case in suite.cases if case.mean("right") is None]
    unscored = sum(not any(row.scores for row in case.rows) for case in ungraded)
    for n, why in ((unscored, "were not scored"), (len(ungraded) - unscored, "are graded right or wrong by no rule")):
        warnings += [f"{n:,} questions {why}."] * bool(n)
    return warnings


def tabulate_answers(named: Sequence[tuple[str, Line]]) -> Table:
    """Right, wrong, abstained, retrieval."""
    header = ("", "n", "right", "wrong", "abstained", "retrieval\nerror", "precision")
    return Table(header, with_sections(named, _answers))


def _answers(name: str, line: Line) -> tuple[str, ...]:
    found = line.totals.estimates.get
    if line.kind == "gap":
        change, retrieval = format_change(found("right")), format_change(found("retrieval_error"))
        return (name, "", change, "", "", retrieval, "")
    abstained = format_abstained(line.totals) if line.kind != "mean" else ""
    wrong = format_part(found("wrong_answered")) if line.kind != "mean" else ""
    precision = format_mean(found("retrieval_precision"))
    return (
        name,
        f"{line.totals.n:,}",
        format_share(found("right")),
        wrong,
        abstained,
        format_retrieval(line.totals),
        precision,
    )


def _tabulate_attacks(named: Sequence[tuple[str, Line]]) -> list[Table]:
    """Of a suite of attacks: how many came through to the reader, and how many the planner obeyed."""
    attacked = [(name, line) for name, line in named if "attack_success" in line.totals.estimates]
    header = ("", "attacks that\ncame through", "planner\nobeyed")
    return [Table(header, with_sections(attacked, _attacks))] if attacked else []


def _attacks(name: str, line: Line) -> tuple[str, ...]:
    found = line.totals.estimates.get
    change = line.kind == "gap"
    show = format_change if change else format_share
    return (name, show(found("attack_success")), show(found("obeyed")))


def _tabulate_evidence(named: Sequence[tuple[str, Line]]) -> Table:
    header = (
        "",
        "abstention\nright",
        "citation\nrecall",
        "citation\nprecision",
        "receipt\nhonoured",
        "errors",
        "format\nerrors",
    )
    return Table(header, with_sections(named, _evidence))


def _evidence(name: str, line: Line) -> tuple[str, ...]:
    found = line.totals.estimates.get
    return (
        name,
        format_part(found("abstention_right")),
        format_mean(found("citation_recall")),
        format_mean(found("citation_precision")),
        format_part(found("receipt_honoured")),
        format_part(found("error")),
        format_mean(found("format_errors")),
    )


def _tabulate_cost(named: Sequence[tuple[str, Line]]) -> Table:
    header = ("", "tokens\np50 / p90", "to read\np50 / p90", "over\n32k, %", "seconds\np50 / p99", "steps")
    return Table(header, with_sections(named, _cost))


def with_sections(
    named: Sequence[tuple[str, Line]], to_cells: Callable[[str, Line], tuple[str, ...]]
) -> tuple[tuple[str, ...], ...]:
    """The rows of a table, with one that says so where capabilities and tags begin."""
    rows: list[tuple[str, ...]] = []
    before = ""
    for name, line in named:
        cells = to_cells(name, line)
        if line.kind != before and line.kind in _SECTIONS:
            rows.append((_SECTIONS[line.kind], *[""] * (len(cells) - 1)))
        before = line.kind
        rows.append(cells)
    return tuple(rows)


def _cost(name: str, line: Line) -> tuple[str, ...]:
    measured = line.totals
    return (
        name,
        format_tokens(measured.spreads.get("tokens")),
        format_tokens(measured.spreads.get("tokens_to_read")),
        format_percent(measured.overflow),
        format_seconds(measured.spreads.get("seconds")),
        format_mean(measured.estimates.get("steps")),
    )


def to_json(run: Run, prices: Prices | None = None) -> dict[str, Any]:
    """The same figures for another program; no question and no id."""
    suites = [suite_to_json(suite) | cost_to_json(suite, prices) for suite in run.suites]
    beside = [suite_to_json(suite) for suite in run.beside]
    return {"run": run.name, "remarks": list(run.remarks), "suites": suites, "beside": beside}


def suite_to_json(suite: SuiteRun) -> dict[str, Any]:
    """A suite's figures and what is to be known of the run."""
    names = ("suite", "status", "planner", "model", "weights", "answered_by", "commit", "command", "seed", "created")
    about = {name: getattr(suite, name) for name in names}
    asked = {"questions": suite.expected, "asked": len(suite.cases), "epochs": suite.epochs, "data": dict(suite.data)}
    rows = [{"row": line.name, "kind": line.kind, **totals.to_json(line.totals)} for line in build_lines(suite)]
    return about | asked | judge_to_json(suite) | {"warnings": warn(suite), "rows": rows}
