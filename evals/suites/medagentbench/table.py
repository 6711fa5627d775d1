"""The table of a run: by type, by query and action, by whether the data are real. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from evals.suites.medagentbench.running import Outcome

Runs = Mapping[str, Sequence[Outcome]]
"""Outcomes by player, in the order of the tasks."""


def build_table(runs: Runs) -> str:
    """Passed of played, each player a column.

    >>> build_table({"rules": []}).splitlines()[0]
    'tasks                                   data          n      rules  rounds'
    """
    lines = [f"{'tasks':40}{'data':10}{'n':>5}{''.join(f'{name:>11}' for name in runs)}  rounds"]
    for data in ("authentic", "synthetic", "absent"):
        of_data = _keep(runs, lambda o, d=data: d in o.item.tags)  # type: ignore[misc]
        for kind in dict.fromkeys(o.item.capability for o in next(iter(of_data.values()), ())):
            lines.append(_line(kind, data, _keep(of_data, lambda o, k=kind: o.item.capability == k)))  # type: ignore[misc]
        for tag in ("query", "action"):
            lines += _total(tag, data, _keep(of_data, lambda o, t=tag: t in o.item.tags))  # type: ignore[misc]
        lines += _total("all", data, of_data)
    return "\n".join(lines)


def list_faults(runs: Runs) -> Iterator[str]:
    """What was not passed, and why; the do-nothing player's aside."""
    for name, outcomes in runs.items():
        for outcome in outcomes:
            if outcome.fault is not None and name != "nothing":
                yield f"{name} {outcome.item.id}: {outcome.fault}"


def _keep(runs: Runs, wanted: Callable[[Outcome], bool]) -> Runs:
    return {name: [o for o in outcomes if wanted(o)] for name, outcomes in runs.items()}


def _total(name: str, data: str, runs: Runs) -> list[str]:
    return [_line(f"= {name}", data, runs)] if any(runs.values()) else []


def _line(name: str, data: str, runs: Runs) -> str:
    number = len(next(iter(runs.values()), ()))
    shares = "".join(f"{_share(outcomes):>11}" for outcomes in runs.values())
    most = max((o.rounds for name, outcomes in runs.items() for o in outcomes if name != "nothing"), default=0)
    return f"{name:40}{data:10}{number:>5}{shares}{most:>8}"


def _share(outcomes: Sequence[Outcome]) -> str:
    passed = sum(o.fault is None for o in outcomes)
    return f"{100 * passed / len(outcomes):.1f}%" if outcomes else "-"
