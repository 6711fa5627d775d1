"""Intervals, differences and a paired test for shares. Pure arithmetic on numbers between 0 and 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_Z = 1.959963984540054
"""The normal quantile of a two-sided 95% interval."""


@dataclass(frozen=True)
class Estimate:
    """A share or a mean, with its 95% interval where it has one."""

    value: float
    n: int
    """How many questions it is over."""
    low: float | None = None
    high: float | None = None


def estimate_share(values: Sequence[float]) -> Estimate | None:
    """The mean of shares with Wilson's score interval over so many questions; None: over none.

    A share between 0 and 1 is a question's mean over its epochs: the interval is then, if anything, too wide.

    >>> share = estimate_share([1.0] * 8 + [0.0] * 2)
    >>> share.value, round(share.low, 4), round(share.high, 4)
    (0.8, 0.4902, 0.9433)
    """
    if not values:
        return None
    n, p = len(values), math.fsum(values) / len(values)
    middle = (p + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    half = _Z / (1 + _Z * _Z / n) * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
    return Estimate(p, n, max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half)))


def estimate_mean(values: Sequence[float]) -> Estimate | None:
    """A mean without an interval; None: over nothing."""
    return Estimate(math.fsum(values) / len(values), len(values)) if values else None


def combine_mean(shares: Sequence[Estimate]) -> Estimate | None:
    """The unweighted mean of shares, its interval from theirs (MOVER: Zou and Donner, Stat Med 2008;27:1693).

    >>> both = combine_mean([estimate_share([1.0] * 10), estimate_share([0.0] * 10)])
    >>> both.value, round(both.low, 3), round(both.high, 3)
    (0.5, 0.361, 0.639)
    """
    bounded = [(s.value, s.low, s.high) for s in shares if s.low is not None and s.high is not None]
    if not bounded:
        return None
    k, mean = len(bounded), math.fsum(p for p, _, _ in bounded) / len(bounded)
    below = math.sqrt(math.fsum(((p - low) / k) ** 2 for p, low, _ in bounded))
    above = math.sqrt(math.fsum(((high - p) / k) ** 2 for p, _, high in bounded))
    return Estimate(mean, sum(s.n for s in shares), max(0.0, mean - below), min(1.0, mean + above))


def subtract(after: Estimate | None, before: Estimate | None, correlation: float = 0.0) -> Estimate | None:
    """`after` less `before`, the interval from theirs (Newcombe, Stat Med 1998;17:873 and 17:2635 where paired).

    >>> gap = subtract(Estimate(0.7, 80, 0.592, 0.789), Estimate(0.6, 80, 0.490, 0.700))
    >>> round(gap.value, 2), round(gap.low, 3), round(gap.high, 3)
    (0.1, -0.047, 0.241)
    """
    if after is None or before is None:
        return None
    value, n = after.value - before.value, min(after.n, before.n)
    if after.low is None or after.high is None or before.low is None or before.high is None:
        return Estimate(value, n)
    below = _combine(after.value - after.low, before.high - before.value, correlation)
    above = _combine(after.high - after.value, before.value - before.low, correlation)
    return Estimate(value, n, value - below, value + above)


def _combine(one: float, other: float, correlation: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * correlation * one * other + other * other))


def measure_correlation(pairs: Sequence[tuple[float, float]]) -> float:
    """Pearson's correlation of paired values; 0 where either is constant.

    >>> measure_correlation([(1, 1), (0, 0), (1, 0), (0, 1)]), measure_correlation([(1, 1), (1, 0)])
    (0.0, 0.0)
    """
    if not pairs:
        return 0.0
    x_mean, y_mean = (math.fsum(values) / len(pairs) for values in zip(*pairs, strict=True))
    together = math.fsum((x - x_mean) * (y - y_mean) for x, y in pairs)
    spread = math.fsum((x - x_mean) ** 2 for x, _ in pairs) * math.fsum((y - y_mean) ** 2 for _, y in pairs)
    return together / math.sqrt(spread) if spread else 0.0


def weigh_flips(lost: int, won: int) -> float:
    """McNemar's exact two-sided p-value: how likely flips so uneven are if both runs are equally good.

    >>> round(weigh_flips(1, 9), 4), weigh_flips(0, 0), weigh_flips(5, 5)
    (0.0215, 1.0, 1.0)
    """
    n, ways, tail = lost + won, 1, 0
    for k in range(min(lost, won) + 1):
        tail += ways
        ways = ways * (n - k) // (k + 1)
    return min(1.0, 2 * tail / (1 << n))


def find_quantile(values: Sequence[float], q: float) -> float | None:
    """The smallest value that at least the share `q` of the values doesn't exceed; None of nothing.

    >>> find_quantile([4, 1, 3, 2], 0.5), find_quantile([4, 1, 3, 2], 0.99), find_quantile([], 0.5)
    (2, 4, None)
    """
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(q * len(values)) - 1)]
