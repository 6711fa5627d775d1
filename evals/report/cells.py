"""Figures as the tables show them: percent, intervals, counts, costs. `n/a` is: applies to no question."""

from __future__ import annotations

from evals.report.intervals import Estimate
from evals.report.totals import Spread, Totals

NOT_APPLICABLE = "n/a"
ALONE = "no precision"


def format_share(found: Estimate | None) -> str:
    """A share in percent with its interval.

    >>> format_share(Estimate(0.7918, 1398, 0.7697, 0.8123)), format_share(None)
    ('79.2 (77.0–81.2)', 'n/a')
    """
    if found is None:
        return NOT_APPLICABLE
    if found.low is None or found.high is None:
        return _percent(found.value)
    return f"{_percent(found.value)} ({_percent(found.low)}–{_percent(found.high)})"


def format_change(found: Estimate | None) -> str:
    """A difference of shares in points, signed, with its interval.

    >>> format_change(Estimate(-0.012, 9, -0.06, 0.034))
    '−1.2 (−6.0, +3.4)'
    """
    if found is None:
        return NOT_APPLICABLE
    if found.low is None or found.high is None:
        return _signed(found.value)
    return f"{_signed(found.value)} ({_signed(found.low)}, {_signed(found.high)})"


def format_part(found: Estimate | None) -> str:
    """A share in percent and of how many.

    >>> format_part(Estimate(0.25, 8))
    '25.0 of 8'
    """
    return NOT_APPLICABLE if found is None else f"{_percent(found.value)} of {found.n}"


def format_mean(found: Estimate | None, digits: int = 2) -> str:
    """A mean."""
    return NOT_APPLICABLE if found is None else f"{found.value:.{digits}f}"


def format_retrieval(totals: Totals) -> str:
    """The retrieval error, or that it isn't shown because no precision stands beside it."""
    return ALONE if "retrieval_error" in totals.unshown else format_share(totals.estimates.get("retrieval_error"))


def format_abstained(totals: Totals) -> str:
    """How many it abstained from, and how many of those rightly.

    >>> format_abstained(Totals(9, {"abstained": Estimate(0.4, 9)}, abstained=4, abstained_rightly=3))
    '4 (3)'
    """
    if "abstained" not in totals.estimates:
        return NOT_APPLICABLE
    return f"{totals.abstained} ({totals.abstained_rightly})" if totals.abstained else "0"


def format_tokens(spread: Spread | None) -> str:
    """Median and 90th percentile.

    >>> format_tokens(Spread(3, 1850.0, 3100.0, 4000.0))
    '1,850 / 3,100'
    """
    return NOT_APPLICABLE if spread is None else f"{spread.median:,.0f} / {spread.p90:,.0f}"


def format_seconds(spread: Spread | None) -> str:
    """Median and 99th percentile.

    >>> format_seconds(Spread(3, 0.0123, 0.05, 1.5))
    '0.012 / 1.500'
    """
    return NOT_APPLICABLE if spread is None else f"{spread.median:.3f} / {spread.p99:.3f}"


def format_p(p: float) -> str:
    """A p-value.

    >>> format_p(0.0215), format_p(0.000001)
    ('p = 0.021', 'p < 0.001')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def format_percent(share: float | None) -> str:
    """A share in percent, without an interval."""
    return NOT_APPLICABLE if share is None else _percent(share)


def _percent(share: float) -> str:
    return f"{share * 100:.1f}"


def _signed(share: float) -> str:
    text = f"{share * 100:+.1f}"
    return text.replace("-", "−") if text != "-0.0" else "+0.0"
