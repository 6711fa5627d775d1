"""Two sets of rows side by side, with differences: of two runs, or of a run and a baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evals.report import totals
from evals.report.cells import NOT_APPLICABLE, format_change
from evals.report.document import Table
from evals.report.groups import Line
from evals.report.intervals import Estimate, find_quantile, measure_correlation, subtract
from evals.report.one_run import with_sections
from evals.report.totals import Totals

LEGEND = (
    "A→B in percent, then B − A in points with its 95% interval (Newcombe, paired where the questions are the same).",
    "wrong: of those answered. A retrieval error is told only beside the precision of what was retrieved, else ?. "
    "n/a: applies to no question of the row.",
)
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Aligned:
    """One row in both."""

    before: Line
    after: Line

    def subtract(self, measure: str) -> Estimate | None:
        """B − A."""
        pairs = _pair(self.before, self.after, measure)
        before, after = (side.totals.estimates.get(measure) for side in (self.before, self.after))
        return subtract(after, before, measure_correlation(pairs))

    def read_times_fewer(self) -> float | None:
        """The median, over the questions, of how many times fewer tokens a model would have read in B."""
        return compare_reading(self.before, self.after)


def compare_reading(one: Line, other: Line) -> float | None:
    """The median, over the questions of both, of how many times the tokens to read of the other the one has."""
    pairs = _pair(one, other, "tokens_to_read")
    return find_quantile([read / less for read, less in pairs if less], 0.5)


def _pair(before: Line, after: Line, measure: str) -> list[tuple[float, float]]:
    means = {case.first.item: case.mean(measure) for case in before.cases}
    found = [(means.get(case.first.item), case.mean(measure)) for case in after.cases]
    return [(old, new) for old, new in found if old is not None and new is not None]


def align(before: Sequence[Line], after: Sequence[Line]) -> list[Aligned]:
    """The rows that both have; the gaps of each stand in its own report."""
    old = {(line.kind, line.name): line for line in before}
    both = [(old[line.kind, line.name], line) for line in after if (line.kind, line.name) in old]
    return [Aligned(one, other) for one, other in both if one.kind != "gap"]


def tabulate_figures(aligned: Sequence[Aligned]) -> Table:
    """Right, retrieval error and precision."""
    header = ("", "n", "right", "B − A", "retrieval\nerror", "B − A", "precision")
    return Table(header, _rows(aligned, _figures))


def tabulate_cost(aligned: Sequence[Aligned]) -> Table:
    """Wrong, abstained, errors, what a model would have to read, seconds."""
    header = (
        "",
        "wrong",
        "abstained",
        "errors",
        "tokens to\nread, p50",
        "times\nfewer",
        "seconds\np50",
        "seconds\np99",
    )
    return Table(header, _rows([row for row in aligned if row.after.kind != "mean"], _cost))


def _rows(aligned: Sequence[Aligned], to_cells: Callable[[Aligned], Cells]) -> tuple[Cells, ...]:
    by_line = {id(row.after): row for row in aligned}
    return with_sections([(r.after.name, r.after) for r in aligned], lambda _, line: to_cells(by_line[id(line)]))


def _figures(row: Aligned) -> Cells:
    n = {row.before.totals.n, row.after.totals.n}
    return (
        row.after.name,
        "→".join(str(side.totals.n) for side in (row.before, row.after)[2 - len(n) :]),
        _both(row, lambda t: _percent(t, "right")),
        format_change(row.subtract("right")),
        _both(row, _read_retrieval),
        format_change(row.subtract("retrieval_error")),
        _both(row, lambda t: _mean(t, "retrieval_precision")),
    )


def _cost(row: Aligned) -> Cells:
    fewer = row.read_times_fewer()
    return (
        row.after.name,
        _both(row, lambda t: _percent(t, "wrong_answered")),
        _both(row, lambda t: _percent(t, "abstained")),
        _both(row, lambda t: _percent(t, "error")),
        _both(row, lambda t: _quantile(t, "tokens_to_read", "median", ",.0f")),
        NOT_APPLICABLE if fewer is None else f"{fewer:,.1f}",
        _both(row, lambda t: _quantile(t, "seconds", "median", ".3f")),
        _both(row, lambda t: _quantile(t, "seconds", "p99", ".2f")),
    )


def _both(row: Aligned, read: Callable[[Totals], str]) -> str:
    before, after = read(row.before.totals), read(row.after.totals)
    return NOT_APPLICABLE if before == after == NOT_APPLICABLE else f"{before}→{after}"


def _percent(found: Totals, measure: str) -> str:
    estimate = found.estimates.get(measure)
    return NOT_APPLICABLE if estimate is None else f"{estimate.value * 100:.1f}"


def _read_retrieval(found: Totals) -> str:
    return "?" if "retrieval_error" in found.unshown else _percent(found, "retrieval_error")


def _mean(found: Totals, measure: str) -> str:
    estimate = found.estimates.get(measure)
    return NOT_APPLICABLE if estimate is None else f"{estimate.value:.2f}"


def _quantile(found: Totals, measure: str, which: str, style: str) -> str:
    spread = found.spreads.get(measure)
    return NOT_APPLICABLE if spread is None else format(getattr(spread, which), style)


def align_to_json(aligned: Sequence[Aligned]) -> list[dict[str, Any]]:
    """Each row's totals in both, and the differences of shares as [points, low, high]."""
    return [
        {
            "row": row.after.name,
            "kind": row.after.kind,
            "a": totals.to_json(row.before.totals),
            "b": totals.to_json(row.after.totals),
            "difference": {name: _to_list(row.subtract(name)) for name in ("right", "retrieval_error")},
            "times_fewer_tokens_to_read": row.read_times_fewer(),
        }
        for row in aligned
    ]


def _to_list(found: Estimate | None) -> list[float | None] | None:
    return None if found is None else [found.value, found.low, found.high]
