"""Two runs of one suite, question by question: which both have, and what came out otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evals.report.intervals import weigh_flips
from evals.report.rows import Case, Row, SuiteRun

_HARM = {"right": 0, "abstained": 1, "not right": 2, "error": 2, "wrong": 3, "retrieved": 0, "missed": 1}
"""A wrong answer is worse than none; a flip is listed the earlier, the more harm it does."""


@dataclass(frozen=True)
class Flip:
    """A question that came out otherwise in the second run."""

    item: str
    capability: str
    question: str
    held_out: bool
    before: str
    after: str

    @property
    def kind(self) -> str:
        """`right → wrong`, and so on."""
        return f"{self.before} → {self.after}"

    @property
    def harm(self) -> int:
        """How much worse it is than before; below 0: better."""
        return _HARM[self.after] - _HARM[self.before]


@dataclass(frozen=True)
class Pair:
    """A suite in two runs, cut down to the questions that both have."""

    before: SuiteRun
    after: SuiteRun
    only_before: tuple[Case, ...] = ()
    only_after: tuple[Case, ...] = ()
    reworded: tuple[Case, ...] = ()
    """Of the same id, with another question: not compared."""

    @property
    def cases(self) -> list[tuple[Case, Case]]:
        """Each question before and after."""
        after = {case.first.item: case for case in self.after.cases}
        return [(case, after[case.first.item]) for case in self.before.cases]


@dataclass(frozen=True)
class Balance:
    """How many questions were lost and won, and how likely that is by chance."""

    lost: int
    won: int

    @property
    def p(self) -> float:
        """McNemar's exact p-value."""
        return weigh_flips(self.lost, self.won)


def pair_suites(before: SuiteRun, after: SuiteRun) -> Pair:
    """Match questions by id; capability and tags are told as the second run tells them."""
    old, new = ({case.first.item: case for case in run.cases} for run in (before, after))
    shared = old.keys() & new.keys()
    reworded = {item for item in shared if len({old[item].first.question, new[item].first.question} - {""}) > 1}
    labels = {item: _label(old[item].first, new[item].first) for item in shared - reworded}
    return Pair(
        _relabel(before, labels),
        _relabel(after, labels),
        tuple(case for item, case in old.items() if item not in new),
        tuple(case for item, case in new.items() if item not in old),
        tuple(new[item] for item in sorted(reworded)),
    )


def _label(old: Row, new: Row) -> dict[str, Any]:
    """What is told of a question in both runs; held out in one is held out."""
    held_out = old.held_out or new.held_out
    question = "" if held_out else new.question
    return {"capability": new.capability, "tags": new.tags, "held_out": held_out, "question": question}


def _relabel(run: SuiteRun, labels: Mapping[str, dict[str, Any]]) -> SuiteRun:
    rows = tuple(replace(row, **labels[row.item]) for row in run.rows if row.item in labels)
    return replace(run, rows=rows, expected=len(labels))


def find_flips(pair: Pair, read_outcome: Callable[[Case], str]) -> list[Flip]:
    """What came out otherwise, the most harmful first; what has no outcome in one of the runs is no flip."""
    flips = []
    for before, after in pair.cases:
        outcomes = read_outcome(before), read_outcome(after)
        row = after.first
        if outcomes[0] != outcomes[1] and all(outcome in _HARM for outcome in outcomes):
            flips.append(Flip(row.item, row.capability, row.question, row.held_out, *outcomes))
    return sorted(flips, key=lambda flip: (-flip.harm, flip.kind, flip.item))


def read_answer(case: Case) -> str:
    """How the answer came out."""
    return case.outcome


def read_retrieval(case: Case) -> str:
    """Whether the needed records were retrieved in at least half of the epochs; empty where none are needed."""
    error = case.mean("retrieval_error")
    return "" if error is None else "missed" if error > 0.5 else "retrieved"


def weigh(flips: Sequence[Flip], good: str) -> Balance:
    """Flips from and to what is good.

    >>> weigh([Flip("a", "", "", False, "right", "wrong"), Flip("b", "", "", False, "wrong", "abstained")], "right")
    Balance(lost=1, won=0)
    """
    return Balance(sum(flip.before == good for flip in flips), sum(flip.after == good for flip in flips))
