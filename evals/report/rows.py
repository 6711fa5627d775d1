"""A run as rows: suites, questions, and what each asking of a question scored. Knows no log format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal


class NoReport(Exception):
    """Nothing can be reported; the text says why, and what to do."""


Outcome = Literal["right", "wrong", "abstained", "error", "not right", "not scored"]


@dataclass(frozen=True)
class Row:
    """One asking of one question."""

    item: str
    epoch: int = 1
    capability: str = ""
    tags: frozenset[str] = frozenset()
    held_out: bool = False
    question: str = ""
    """Empty where it is held out: what isn't here can't be printed."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """The measures that apply, by name."""
    crash: str = ""
    """The kind of error that ended the asking before it was scored."""


@dataclass(frozen=True)
class Case:
    """One question over its epochs: what intervals count, so that repeats make no interval narrower."""

    rows: tuple[Row, ...]

    @property
    def first(self) -> Row:
        """What all epochs share: id, question, capability, tags."""
        return self.rows[0]

    def mean(self, measure: str) -> float | None:
        """The mean over the epochs that the measure applies to; None: to none.

        >>> Case((Row("a", 1, scores={"right": 1.0}), Row("a", 2, scores={"right": 0.0}))).mean("right")
        0.5
        """
        values = [row.scores[measure] for row in self.rows if measure in row.scores]
        return sum(values) / len(values) if values else None

    @property
    def outcome(self) -> Outcome:
        """What came out in more than half of the epochs."""
        right = self.mean("right")
        if right is None:
            return "not scored"
        if right > 0.5:
            return "right"
        shares = {name: self._share(name) for name in ("wrong_answered", "abstained", "error")}
        name = max(shares, key=lambda n: shares[n])
        return _OUTCOMES[name] if shares[name] else "not right"

    def _share(self, measure: str) -> float:
        return sum(row.scores.get(measure, 0.0) for row in self.rows) / len(self.rows)


_OUTCOMES: dict[str, Outcome] = {"wrong_answered": "wrong", "abstained": "abstained", "error": "error"}


@dataclass(frozen=True)
class SuiteRun:
    """One suite as one planner went through it."""

    suite: str
    rows: tuple[Row, ...]
    status: str = "success"
    """`success`, or Inspect's `started`, `cancelled`, `error`."""
    planner: str = ""
    model: str = ""
    weights: str = ""
    """What is to be known of a model that is no usual one: its size, that its weights are random."""
    answered_by: tuple[str, ...] = ()
    """The planner as it names itself: behind a server, with what that was found to be."""
    commit: str = ""
    command: str = ""
    seed: str = ""
    created: str = ""
    """When it was started, ISO 8601."""
    data: tuple[tuple[str, str], ...] = ()
    """Names and checksums of the files that the questions come from."""
    expected: int = 0
    """How many questions the suite has."""
    place: str = ""
    """The log."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """The questions, each with its epochs, in the order of the log."""
        by_item: dict[str, list[Row]] = {}
        for row in self.rows:
            by_item.setdefault(row.item, []).append(row)
        return tuple(Case(tuple(rows)) for rows in by_item.values())

    @property
    def contestant(self) -> str:
        """Who answered."""
        return f"{self.planner} {self.model}".strip()

    @property
    def epochs(self) -> int:
        """How often a question was asked, at most."""
        return max((len(case.rows) for case in self.cases), default=0)


BASELINES = frozenset({"nothing", "whole-chart", "one-fetch-per-type"})
"""Planners that are there to be compared with."""


@dataclass(frozen=True)
class Run:
    """What one report is about: a suite each, and what was left aside."""

    name: str
    suites: tuple[SuiteRun, ...]
    remarks: tuple[str, ...] = ()
    """Logs that were not read, and why."""
    beside: tuple[SuiteRun, ...] = ()
    """The same suites as other planners went through them."""


def settle_crashes(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Give what crashed its scores: an error, not right, and its records not retrieved where the suite needs records.

    >>> settle_crashes([Row("a", crash="TimeoutError")])[0].scores
    {'right': 0.0, 'abstained': 0.0, 'error': 1.0}
    """
    rows = tuple(rows)
    graded = {name for row in rows for name in row.scores} & set(_LOST)
    needs = {row.item: "retrieval_error" in row.scores for row in rows if not row.crash}
    return tuple(_settle(row, graded if needs.get(row.item, "empty" not in row.tags) else set()) for row in rows)


_LOST = {"retrieval_error": 1.0, "retrieval_precision": 0.0}


def _settle(row: Row, graded: set[str]) -> Row:
    if not row.crash:
        return row
    lost = {name: _LOST[name] for name in sorted(graded)}
    return replace(row, scores={"right": 0.0, "abstained": 0.0, "error": 1.0, **lost})
