"""A suite as several planners went through it: the agent, and what it is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.report.baseline import digest_items
from evals.report.cells import NOT_APPLICABLE, format_percent, format_seconds, format_tokens
from evals.report.document import Heading, Lines, Part, Table
from evals.report.groups import HEADLINES, Line, build_lines
from evals.report.one_run import tabulate_answers, warn
from evals.report.rows import Run, SuiteRun
from evals.report.side_by_side import compare_reading


def report_contestants(run: Run) -> list[Part]:
    """Every suite that others went through too; nothing where there are no others."""
    parts: list[Part] = []
    for suite in run.suites:
        others = [other for other in run.beside if other.suite == suite.suite]
        if others:
            parts += _report_suite(suite, others)
    return parts


def _report_suite(suite: SuiteRun, others: Sequence[SuiteRun]) -> list[Part]:
    named = [(_name(one, line), line) for one in (suite, *others) for line in _headlines(one)]
    remarks = tuple(_describe_differences(suite, others))
    told: list[Part] = [Lines(remarks)] if remarks else []
    return [
        Heading(f"{suite.suite}: contestants"),
        *told,
        tabulate_answers(named),
        _tabulate_reading([(one.contestant, build_total(one)) for one in (suite, *others)]),
    ]


def _headlines(suite: SuiteRun) -> list[Line]:
    return [line for line in build_lines(suite) if line.name in HEADLINES]


def build_total(suite: SuiteRun) -> Line:
    """All questions of a suite."""
    return next(line for line in build_lines(suite) if line.name == "all")


def _name(suite: SuiteRun, line: Line) -> str:
    return f"{suite.contestant}: {line.name}"


def _describe_differences(suite: SuiteRun, others: Sequence[SuiteRun]) -> Iterator[str]:
    for other in others:
        if digest_items(other) != digest_items(suite):
            asked = f"was asked {len(other.cases):,}, {suite.contestant} {len(suite.cases):,}"
            yield f"NOT THE SAME QUESTIONS: {other.contestant} {asked}."
        yield from (f"{other.contestant}: {warning}" for warning in warn(other))


def _tabulate_reading(named: Sequence[tuple[str, Line]]) -> Table:
    header = ("", "to read\np50 / p90", "over\n32k, %", "times what\nthe first reads", "seconds\np50 / p99")
    first = named[0][1]
    return Table(header, tuple(_read(name, line, first) for name, line in named))


def _read(name: str, line: Line, first: Line) -> tuple[str, ...]:
    times = None if line is first else compare_reading(line, first)
    return (
        name,
        format_tokens(line.totals.spreads.get("tokens_to_read")),
        format_percent(line.totals.overflow),
        NOT_APPLICABLE if times is None else f"{times:,.1f}",
        format_seconds(line.totals.spreads.get("seconds")),
    )
