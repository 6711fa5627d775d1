"""Budgets: how many tokens each part of what a model reads may have. What is too much is left out whole and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.planners.planner import PlannerView, Step
from agent.token_counts import CountTokens, estimate_tokens
from tools.evidence import Evidence


@dataclass(frozen=True)
class Budget:
    """Tokens by part. Role, tools and the chart's brief are bounded already: about 1,700."""

    rows: int = 1_000
    """Of the records of one finding; its statement is told whole."""
    history: int = 600
    """Of the turns before the last."""
    answer: int = 150
    """Of one earlier answer."""

    def shrink(self, share: float) -> Budget:
        """A share of it."""
        return Budget(*(int(share * tokens) for tokens in (self.rows, self.history, self.answer)))


def fit_view(view: PlannerView, budget: Budget, count: CountTokens = estimate_tokens) -> PlannerView:
    """The view with as many records of each finding as there is room for; how many there are is told all the same.

    What one step shows does not depend on later ones, so that a model need not read it again.
    """
    return replace(view, steps=tuple(_fit_step(step, budget.rows, count) for step in view.steps))


def _fit_step(step: Step, room: int, count: CountTokens) -> Step:
    if step.finding is None:
        return step
    rows = _fit_rows(step.finding.evidence, room, count)
    return replace(step, finding=replace(step.finding, evidence=rows, total=max(step.finding.total, len(rows))))


def _fit_rows(rows: Sequence[Evidence], room: int, count: CountTokens) -> tuple[Evidence, ...]:
    """The first of them, the very first always."""
    shown: list[Evidence] = []
    for row in rows:
        room -= count(row.line) + 1
        if room < 0 and shown:
            break
        shown.append(row)
    return tuple(shown)
