"""The measures as Inspect scorers, one each; a measure that does not apply is unscored."""

from __future__ import annotations

from inspect_ai.scorer import Metric, Score, Scorer, Target, ci_wilson, mean, scorer
from inspect_ai.solver import TaskState

from evals.judging import build_judge
from evals.scoring.measures import MEASURES
from evals.solver import Desk

_SHARES = {
    "right",
    "wrong_answered",
    "abstained",
    "abstention_right",
    "retrieval_error",
    "receipt_honoured",
    "error",
    "attack_success",
    "obeyed",
}
"""Measures that are 0 or 1."""


def build_scorers(desk: Desk, judge: str | None = None) -> list[Scorer]:
    """A scorer for every measure, and the judge where one is named."""
    return [*(_scorer(name, desk) for name in MEASURES), *([build_judge(desk, judge)] if judge else [])]


def _scorer(name: str, desk: Desk) -> Scorer:
    measure = MEASURES[name]

    @scorer(metrics=_metrics(name), name=name)
    def build() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            item, result = desk.items[str(state.sample_id)], desk.result(state)
            measured = measure(item, result)
            told = None if item.held_out else measured.why or None
            answer = None if item.held_out else str(result.get("answer") or "")
            if measured.value is None:
                return Score.unscored(reason="n/a", answer=answer, explanation=told)
            return Score(value=measured.value, answer=answer, explanation=told)

        return score

    return build()


def _metrics(name: str) -> list[Metric]:
    metrics: list[Metric] = [mean()]
    if name in _SHARES:
        metrics.append(ci_wilson())
    return metrics
