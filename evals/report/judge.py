"""What a judging model said, apart from the rules: how often both agree, and what it alone graded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evals.report.cells import format_share
from evals.report.intervals import Estimate, estimate_share, measure_correlation
from evals.report.rows import SuiteRun


@dataclass(frozen=True)
class Agreement:
    """A judge beside the rules, over answers."""

    agreed: Estimate | None
    """Of the answers that both grade."""
    correlation: float
    """Phi of both grades: 0 where they agree no more than by chance, or where either never varies."""
    alone: Estimate | None
    """What it found right of the answers that no rule grades."""


def compare_judge(suite: SuiteRun) -> Agreement | None:
    """The judge's grades beside the rules'; None where there was no judge."""
    grades = [(case.mean("right"), judged) for case in suite.cases if (judged := case.mean("judged")) is not None]
    if not grades:
        return None
    both = [(float(right > 0.5), float(judged > 0.5)) for right, judged in grades if right is not None]
    alone = [judged for right, judged in grades if right is None]
    agreed = estimate_share([float(right == judged) for right, judged in both])
    return Agreement(agreed, measure_correlation(both), estimate_share(alone))


def describe_judge(suite: SuiteRun) -> list[str]:
    """The judge in sentences.

    >>> from evals.report.rows import Row
    >>> describe_judge(SuiteRun("s", (Row("a", scores={"right": 1.0, "judged": 1.0}),)))
    ['judge: agrees with the rules on 100.0 (20.7–100.0) % of 1 answers that both grade (phi 0.00)']
    """
    found = compare_judge(suite)
    return [] if found is None else [*_describe_agreed(found), *_describe_alone(found.alone)]


def _describe_agreed(found: Agreement) -> Sequence[str]:
    if found.agreed is None:
        return ["judge: no answer is graded by a rule as well, so that nothing checks the judge"]
    share = f"{format_share(found.agreed)} % of {found.agreed.n} answers that both grade"
    return [f"judge: agrees with the rules on {share} (phi {found.correlation:.2f})"]


def _describe_alone(alone: Estimate | None) -> Sequence[str]:
    return [f"judge: right {format_share(alone)} % of {alone.n} answers that no rule grades"] if alone else []


def judge_to_json(suite: SuiteRun) -> dict[str, Any]:
    """The same for another program."""
    found = compare_judge(suite)
    return {} if found is None else {"judge": asdict(found)}
