"""The rows of a suite's table: totals, capabilities, tags. One question stands in several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from evals.report.intervals import Estimate, combine_mean, subtract
from evals.report.rows import Case, SuiteRun
from evals.report.totals import Totals, sum_up

Kind = Literal["total", "mean", "gap", "capability", "tag"]
MEAN_OVER_CAPABILITIES = {"chartqa"}
"""Suites whose headline is the mean over capabilities, as EHRQA's is."""
HEADLINES = {"mean over categories", "all", "adjudicated"}
"""The rows that stand for a suite."""
OUT = "adjudicated out"
"""The tag of questions whose gold contradicts the chart or is not in it."""


@dataclass(frozen=True)
class Line:
    """One row of a suite's table."""

    name: str
    kind: Kind
    totals: Totals
    """Of a gap: the held-out share less the looked-at one; of a mean: the mean over capabilities."""
    cases: tuple[Case, ...] = ()
    """The questions of the row; none of a gap and a mean."""


def build_lines(run: SuiteRun) -> list[Line]:
    """All rows of a suite, totals first."""
    cases = run.cases
    kept = [case for case in cases if OUT not in case.first.tags]
    lines = _totals(cases, "all", "")
    if len(kept) < len(cases):
        lines += _totals(kept, "adjudicated", "adjudicated, ")
    if run.suite in MEAN_OVER_CAPABILITIES:
        lines = [*_means(cases), *lines]
    by_capability = _gather(cases, lambda case: {case.first.capability} - {""})
    by_tag = _gather(cases, lambda case: case.first.tags)
    lines += [Line(name, "capability", sum_up(group), tuple(group)) for name, group in by_capability.items()]
    named = {line.name for line in lines if line.kind == "total"}
    return lines + [Line(t, "tag", sum_up(group), tuple(group)) for t, group in by_tag.items() if t not in named]


def _gather(cases: Sequence[Case], read_names: Callable[[Case], Iterable[str]]) -> dict[str, list[Case]]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        for name in read_names(case):
            groups.setdefault(name, []).append(case)
    return dict(sorted(groups.items()))


def _totals(cases: Sequence[Case], name: str, before: str) -> list[Line]:
    """All of them and, where any are held out, each part and the gap between the parts."""
    seen, held = split(cases)
    lines = [Line(name, "total", sum_up(cases), tuple(cases))]
    if not held:
        return lines
    named = (("looked at", seen), ("held out", held))
    parts = [Line(f"{before}{part}", "total", sum_up(group), tuple(group)) for part, group in named if group]
    if not seen:
        return lines + parts
    gap = difference(parts[1].totals, parts[0].totals)
    return [*lines, *parts, Line(f"{before}gap: held out − looked at", "gap", gap)]


def split(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Looked at, held out."""
    held = [case for case in cases if case.first.held_out]
    return [case for case in cases if not case.first.held_out], held


def difference(after: Totals, before: Totals) -> Totals:
    """One group's measures less another's, for groups of different questions."""
    found = {name: subtract(e, before.estimates.get(name)) for name, e in after.estimates.items()}
    return Totals(min(after.n, before.n), {name: e for name, e in found.items() if e})


def _means(cases: Sequence[Case]) -> list[Line]:
    held = split(cases)[1]
    lines = [Line("mean over categories", "mean", mean_over_capabilities(cases))]
    if held:
        lines.append(Line("mean over categories, held out", "mean", mean_over_capabilities(held)))
    return lines


def mean_over_capabilities(cases: Sequence[Case]) -> Totals:
    """Every capability counts the same, however many questions it has."""
    parts = [sum_up(group) for group in _gather(cases, lambda case: {case.first.capability}).values()]
    means = {name: e for name in ("right", "retrieval_error") if (e := _combine(parts, name))}
    return Totals(len(cases), means | _precision(parts))


def _combine(parts: Sequence[Totals], name: str) -> Estimate | None:
    return combine_mean([part.estimates[name] for part in parts if name in part.estimates])


def _precision(parts: Sequence[Totals]) -> dict[str, Estimate]:
    found = [e for part in parts if (e := part.estimates.get("retrieval_precision"))]
    if not found:
        return {}
    return {"retrieval_precision": Estimate(sum(e.value for e in found) / len(found), sum(e.n for e in found))}
