"""What a run cost in money, where the user says what a million tokens cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from evals.report.rows import Row, SuiteRun

_MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """Of a million tokens, in whatever money."""

    read: float
    written: float

    def describe(self) -> str:
        """The prices in words."""
        return f"at {self.read:g} a million tokens read and {self.written:g} written"


@dataclass(frozen=True)
class Cost:
    """Between two sums, which are one where the log tells tokens read from tokens written."""

    low: float
    high: float
    askings: int
    """What it is the cost of."""
    untold: int = 0
    """Askings whose tokens the log doesn't tell."""


def add_up(suite: SuiteRun, prices: Prices) -> Cost:
    """The cost of all askings.

    >>> row = Row("a", scores={"tokens": 3_000_000.0, "tokens_written": 1_000_000.0})
    >>> add_up(SuiteRun("s", (row, Row("b", scores={"tokens": 1_000_000.0}))), Prices(0.5, 2.0))
    Cost(low=3.5, high=5.0, askings=2, untold=0)
    """
    costs = [_price(row, prices) for row in suite.rows]
    told = [cost for cost in costs if cost]
    return Cost(sum(low for low, _ in told), sum(high for _, high in told), len(costs), len(costs) - len(told))


def _price(row: Row, prices: Prices) -> tuple[float, float] | None:
    tokens, written = row.scores.get("tokens"), row.scores.get("tokens_written")
    if tokens is None:
        return None
    if written is not None:
        known = ((tokens - written) * prices.read + written * prices.written) / _MILLION
        return known, known
    ends = sorted((prices.read, prices.written))
    return tokens * ends[0] / _MILLION, tokens * ends[1] / _MILLION


def describe_cost(suite: SuiteRun, prices: Prices | None) -> list[str]:
    """The cost in a sentence, where prices are given.

    >>> row = Row("a", scores={"tokens": 4_000.0, "tokens_written": 1_000.0})
    >>> describe_cost(SuiteRun("s", (row,)), Prices(1, 2))
    ['cost: 0.0050 in all, 0.0050 a question (at 1 a million tokens read and 2 written)']
    """
    if prices is None:
        return []
    cost = add_up(suite, prices)
    known = cost.askings - cost.untold
    if not known:
        return ["cost: not known, the log tells no tokens"]
    whole, each = (_span(cost.low / part, cost.high / part) for part in (1, known))
    untold = f"; {cost.untold} askings without tokens are not in it" if cost.untold else ""
    why = "; the log doesn't tell tokens read from those written" if cost.low < cost.high else ""
    return [f"cost: {whole} in all, {each} a question ({prices.describe()}{why}{untold})"]


def cost_to_json(suite: SuiteRun, prices: Prices | None) -> dict[str, Any]:
    """The same for another program."""
    return {"cost": asdict(add_up(suite, prices)) | {"prices": asdict(prices)}} if prices else {}


def _span(low: float, high: float) -> str:
    return f"{low:.4f}" if low == high else f"{low:.4f} to {high:.4f}"
