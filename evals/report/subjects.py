"""What a report can be about: one run, two runs, a run and a baseline. Each gives its parts, its JSON and its marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from evals.report import baseline, one_run, two_runs
from evals.report.baseline import Baseline
from evals.report.contestants import report_contestants
from evals.report.cost import Prices
from evals.report.document import Part
from evals.report.groups import Line, build_lines
from evals.report.rows import Run

Marks = dict[str, dict[str, list[Line]]]
"""What is drawn: the rows of each suite, by the name of the run, one or two."""


class Subject(Protocol):
    """What is reported."""

    @property
    def title(self) -> str:
        """One line."""

    def report(self, prices: Prices | None, *, full: bool) -> list[Part]:
        """Headings, sentences, tables."""

    def to_json(self, prices: Prices | None) -> dict[str, Any]:
        """The same for another program."""

    def mark(self) -> Marks:
        """The same for a plot."""


@dataclass(frozen=True)
class OneRun:
    """What one run came to."""

    run: Run

    @property
    def title(self) -> str:
        return f"Report on {self.run.name}"

    def report(self, prices: Prices | None, *, full: bool) -> list[Part]:
        return one_run.report_run(self.run, report_contestants(self.run), full=full, prices=prices)

    def to_json(self, prices: Prices | None) -> dict[str, Any]:
        return one_run.to_json(self.run, prices)

    def mark(self) -> Marks:
        name = _name_all(self.run)
        return {suite.suite: {name: build_lines(suite)} for suite in self.run.suites}


@dataclass(frozen=True)
class TwoRuns:
    """What changed from one to the other."""

    before: Run
    after: Run

    @property
    def title(self) -> str:
        return f"From {self.before.name} to {self.after.name}"

    def report(self, prices: Prices | None, *, full: bool) -> list[Part]:
        return two_runs.report_two_runs(self.before, self.after, full=full, prices=prices)

    def to_json(self, prices: Prices | None) -> dict[str, Any]:
        return two_runs.to_json(self.before, self.after, prices)

    def mark(self) -> Marks:
        pairs, _ = two_runs.pair_runs(self.before, self.after)
        names = f"A: {_name_all(self.before)}", f"B: {_name_all(self.after)}"
        return {p.after.suite: dict(zip(names, map(build_lines, (p.before, p.after)), strict=True)) for p in pairs}


@dataclass(frozen=True)
class AgainstBaseline:
    """What changed since a baseline."""

    baseline: list[Baseline]
    run: Run

    @property
    def title(self) -> str:
        return f"From the baseline to {self.run.name}"

    def report(self, prices: Prices | None, *, full: bool) -> list[Part]:
        return baseline.report_against(self.baseline, self.run, prices)

    def to_json(self, prices: Prices | None) -> dict[str, Any]:
        return baseline.to_json(self.baseline, self.run, prices)

    def mark(self) -> Marks:
        matched = baseline.match_suites(self.baseline, self.run)
        name = f"B: {_name_all(self.run)}"
        return {s.suite: {"A: baseline": list(before.lines), name: build_lines(s)} for before, s in matched}


def _name_all(run: Run) -> str:
    """A run in a legend: who answered, with which code."""
    told = [name for suite in run.suites for name in (suite.contestant, suite.commit) if name]
    return ", ".join(dict.fromkeys(told)) or run.name
