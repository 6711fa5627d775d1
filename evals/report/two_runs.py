"""The report on two runs: what flipped first, then both side by side over the questions that both have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from evals.report.cells import format_p
from evals.report.cost import Prices, cost_to_json, describe_cost
from evals.report.document import Heading, Lines, Part, Plot
from evals.report.flips import Balance, Flip, Pair, find_flips, pair_suites, read_answer, read_retrieval, weigh
from evals.report.groups import build_lines
from evals.report.one_run import describe_suite, warn
from evals.report.rows import Case, NoReport, Run
from evals.report.side_by_side import LEGEND, align, align_to_json, tabulate_cost, tabulate_figures

_LISTED = 10
"""Flips of a kind that are listed on a terminal."""


def pair_runs(before: Run, after: Run) -> tuple[list[Pair], list[str]]:
    """The suites that both runs have, and in words what only one has. Raises NoReport."""
    old, new = ({suite.suite: suite for suite in run.suites} for run in (before, after))
    pairs = [pair_suites(old[name], new[name]) for name in old if name in new]
    remarks = [f"suite {name} is in {before.name} only: not compared" for name in old if name not in new]
    remarks += [f"suite {name} is in {after.name} only: not compared" for name in new if name not in old]
    if not any(pair.cases for pair in pairs):
        what = "no question of the suites that both have" if pairs else "no suite"
        raise NoReport(f"{what} is in both {before.name} and {after.name}: report each alone")
    return pairs, remarks


def report_two_runs(before: Run, after: Run, *, full: bool = True, prices: Prices | None = None) -> list[Part]:
    """All parts; without `full`, of each kind of flip the first ones."""
    pairs, remarks = pair_runs(before, after)
    title = Heading(f"From A = {before.name} to B = {after.name}", 1)
    parts: list[Part] = [title, Lines((*LEGEND, *remarks, *before.remarks, *after.remarks))]
    for pair in pairs:
        parts += [Heading(f"{pair.after.suite}: what flipped"), Lines(tuple(_describe_pair(pair, prices)))]
        parts += _list_flips(pair, full=full)
    parts.append(Plot())
    for pair in pairs:
        aligned = align(build_lines(pair.before), build_lines(pair.after))
        parts += [Heading(f"{pair.after.suite}: side by side"), tabulate_figures(aligned), tabulate_cost(aligned)]
    return parts


def _describe_pair(pair: Pair, prices: Prices | None) -> Iterator[str]:
    yield f"A: {describe_suite(pair.before)}"
    yield f"B: {describe_suite(pair.after)}"
    for name, run in (("A", pair.before), ("B", pair.after)):
        told = [*warn(run), *describe_cost(run, prices)]
        yield from (f"{name}: {sentence}" for sentence in told)
    yield from describe_sets(pair)
    yield _weigh_in_words("answers", find_flips(pair, read_answer), "right")
    if any(read_retrieval(case) for case in pair.after.cases):
        yield _weigh_in_words("needed records", find_flips(pair, read_retrieval), "retrieved")


def describe_sets(pair: Pair) -> Iterator[str]:
    """How many questions are compared, and which are not."""
    yield f"{len(pair.cases):,} questions are in both and compared."
    for cases, where in (
        (pair.only_before, "are in A only"),
        (pair.only_after, "are in B only"),
        (pair.reworded, "have the same id and another question"),
    ):
        if cases:
            yield f"NOT COMPARED: {len(cases):,} {where}: {_name_cases(cases)}."


def _name_cases(cases: Sequence[Case]) -> str:
    listed = [case.first.item for case in cases if not case.first.held_out]
    held_out = len(cases) - len(listed)
    more = [f"{len(listed) - _LISTED} more"] if len(listed) > _LISTED else []
    return ", ".join([*listed[:_LISTED], *more, *[f"{held_out} held out"] * bool(held_out)])


def _weigh_in_words(what: str, flips: Sequence[Flip], good: str) -> str:
    balance = weigh(flips, good)
    held = weigh([flip for flip in flips if flip.held_out], good)
    apart = f" (of these held out: {held.lost} and {held.won})" if held.lost or held.won else ""
    chance = f"McNemar, exact: {format_p(balance.p)}"
    return f"{what}: {balance.lost} no longer {good}, {balance.won} newly {good}{apart}; {chance}"


def _list_flips(pair: Pair, *, full: bool) -> list[Part]:
    flips = [*find_flips(pair, read_answer), *find_flips(pair, read_retrieval)]
    return [Lines(tuple(_list_kind(kind, found, full=full))) for kind, found in _by_kind(flips).items()]


def _by_kind(flips: Sequence[Flip]) -> dict[str, list[Flip]]:
    kinds: dict[str, list[Flip]] = {}
    for flip in flips:
        kinds.setdefault(flip.kind, []).append(flip)
    return kinds


def _list_kind(kind: str, flips: Sequence[Flip], *, full: bool) -> Iterator[str]:
    listed = [flip for flip in flips if not flip.held_out]
    held_out = len(flips) - len(listed)
    yield f"{kind}: {len(flips)}" + (f", {held_out} of them held out and not listed" if held_out else "")
    shown = listed if full else listed[:_LISTED]
    yield from (f"  {flip.item}  [{flip.capability}] {flip.question}" for flip in shown)
    if len(shown) < len(listed):
        yield f"  and {len(listed) - len(shown)} more: --all lists them"


def to_json(before: Run, after: Run, prices: Prices | None = None) -> dict[str, Any]:
    """The same for another program; of what is held out the counts alone."""
    pairs, remarks = pair_runs(before, after)
    suites = [_pair_to_json(pair, prices) for pair in pairs]
    return {"a": before.name, "b": after.name, "remarks": remarks, "suites": suites}


def _pair_to_json(pair: Pair, prices: Prices | None) -> dict[str, Any]:
    answers, retrievals = find_flips(pair, read_answer), find_flips(pair, read_retrieval)
    apart = {"only_a": pair.only_before, "only_b": pair.only_after, "reworded": pair.reworded}
    return {
        "suite": pair.after.suite,
        "both": len(pair.cases),
        **{name: _ids_to_json(cases) for name, cases in apart.items()},
        "cost": [cost_to_json(run, prices).get("cost") for run in (pair.before, pair.after)],
        "answers": _balance_to_json(weigh(answers, "right")),
        "retrieval": _balance_to_json(weigh(retrievals, "retrieved")),
        "flips": [_flip_to_json(flip) for flip in [*answers, *retrievals] if not flip.held_out],
        "held_out_flips": {kind: len(found) for kind, found in _by_kind(_held_out([*answers, *retrievals])).items()},
        "rows": align_to_json(align(build_lines(pair.before), build_lines(pair.after))),
    }


def _held_out(flips: Sequence[Flip]) -> list[Flip]:
    return [flip for flip in flips if flip.held_out]


def _flip_to_json(flip: Flip) -> dict[str, str]:
    return {name: value for name, value in asdict(flip).items() if name != "held_out"}


def _balance_to_json(balance: Balance) -> dict[str, float]:
    return {"lost": balance.lost, "won": balance.won, "p": balance.p}


def _ids_to_json(cases: Sequence[Case]) -> dict[str, Any]:
    listed = [case.first.item for case in cases if not case.first.held_out]
    return {"n": len(cases), "ids": listed, "held_out": len(cases) - len(listed)}
