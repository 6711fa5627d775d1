"""Totals of a group of questions: every measure with its n and interval; what applies to no question is absent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from evals.report.intervals import Estimate, estimate_mean, estimate_share, find_quantile
from evals.report.rows import Case

SHARES = (
    "right", "wrong_answered", "abstained", "abstention_right", "retrieval_error", "receipt_honoured", "error",
    "attack_success", "obeyed",
)  # fmt: skip
MEANS = ("retrieval_precision", "citation_recall", "citation_precision", "format_errors", "steps")
SPREADS = ("tokens", "tokens_to_read", "seconds")
MEASURES = (*SHARES, *MEANS)
CONTEXT = 32_768
"""Tokens of context beyond which a question doesn't fit a model that was given 32k."""


@dataclass(frozen=True)
class Spread:
    """How a cost is spread over the askings."""

    n: int
    median: float
    p90: float
    p99: float


@dataclass(frozen=True)
class Totals:
    """The measures of a group; one that is not in `estimates` or `spreads` applies to no question of it."""

    n: int
    """Questions, those that crashed among them."""
    estimates: dict[str, Estimate] = field(default_factory=dict)
    spreads: dict[str, Spread] = field(default_factory=dict)
    abstained: int = 0
    """Questions it abstained from (in most epochs)."""
    abstained_rightly: int = 0
    overflow: float | None = None
    """The share of questions whose tokens to read exceed 32k."""
    unshown: tuple[str, ...] = ()
    """Measures that were graded but mean nothing alone: a retrieval error without precision."""


def sum_up(cases: Sequence[Case]) -> Totals:
    """The totals of a group.

    >>> from evals.report.rows import Row
    >>> sum_up([Case((Row("a", scores={"right": 1.0}),))]).estimates["right"].value
    1.0
    """
    estimates = {
        name: found
        for names, estimate in ((SHARES, estimate_share), (MEANS, estimate_mean))
        for name, found in _estimate_all(cases, names, estimate)
    }
    alone = "retrieval_error" in estimates and "retrieval_precision" not in estimates
    if alone:
        del estimates["retrieval_error"]
    gave_up = [case for case in cases if case.outcome == "abstained" or _most(case, "abstained")]
    return Totals(
        len(cases),
        estimates,
        {name: spread for name in SPREADS if (spread := _spread(cases, name))},
        len(gave_up),
        sum(_most(case, "abstention_right") for case in gave_up),
        _overflow(cases),
        ("retrieval_error",) if alone else (),
    )


def _estimate_all(
    cases: Sequence[Case], names: Sequence[str], estimate: Callable[[Sequence[float]], Estimate | None]
) -> list[tuple[str, Estimate]]:
    means = {name: [m for case in cases if (m := case.mean(name)) is not None] for name in names}
    return [(name, found) for name, values in means.items() if (found := estimate(values))]


def _most(case: Case, measure: str) -> bool:
    return (case.mean(measure) or 0.0) > 0.5


def _spread(cases: Sequence[Case], name: str) -> Spread | None:
    values = [row.scores[name] for case in cases for row in case.rows if name in row.scores]
    quantiles = [find_quantile(values, q) for q in (0.5, 0.9, 0.99)]
    known = [q for q in quantiles if q is not None]
    return Spread(len(values), *known) if known else None


def _overflow(cases: Sequence[Case]) -> float | None:
    read = [m for case in cases if (m := case.mean("tokens_to_read")) is not None]
    return sum(m > CONTEXT for m in read) / len(read) if read else None


def to_json(totals: Totals) -> dict[str, Any]:
    """Totals as JSON: a share is [value, low, high, n], a mean [value, n], a spread [median, p90, p99, n]."""
    values: dict[str, Any] = {"n": totals.n}
    values |= {name: _to_list(totals.estimates.get(name)) for name in MEASURES}
    values["abstained_rightly"] = [totals.abstained_rightly, totals.abstained]
    for name in SPREADS:
        s = totals.spreads.get(name)
        values[name] = s and [*map(_short, (s.median, s.p90, s.p99)), s.n]
    return {**values, "over_32k": _short(totals.overflow), "unshown": list(totals.unshown)}


def parse_json(values: dict[str, Any]) -> Totals:
    """The totals that `to_json` wrote."""
    return Totals(
        int(values["n"]),
        {name: _parse_estimate(values[name]) for name in MEASURES if values.get(name)},
        {name: Spread(v[3], v[0], v[1], v[2]) for name in SPREADS if (v := values.get(name))},
        values["abstained_rightly"][1],
        values["abstained_rightly"][0],
        values.get("over_32k"),
        tuple(values.get("unshown") or ()),
    )


def _to_list(found: Estimate | None) -> list[Any] | None:
    if found is None:
        return None
    bounds = [] if found.low is None else [_short(found.low), _short(found.high)]
    return [_short(found.value), *bounds, found.n]


def _parse_estimate(v: list[Any]) -> Estimate:
    return Estimate(v[0], v[-1], *v[1:-1])


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 5)
