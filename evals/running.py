"""Runs a suite by Inspect: parallel samples, epochs, retries; a run that was stopped goes on in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any, Literal

from inspect_ai import eval_set
from inspect_ai.log import EvalLog

from agent.cli.failures import UsageMistake
from evals.setup import Setup, make_setup
from evals.tasks import SUITES

_AT_ONCE = 8
"""Samples at once, where a server thinks."""


@dataclass(frozen=True)
class Run:
    """How often, how many, and where the logs go."""

    folder: Path
    limit: int | None = None
    epochs: int = 1
    at_once: int | None = None
    display: Literal["full", "rich", "plain", "none"] | None = None


def check_options(name: str, options: Mapping[str, Any]) -> None:
    """Raise UsageMistake for an option that the suite does not take, or one that it needs and did not get."""
    takes = {n: p for n, p in signature(SUITES[name]).parameters.items() if p.kind is not p.VAR_KEYWORD}
    given = {option for option, value in options.items() if value not in (None, ())}
    missing = [n for n, p in takes.items() if p.default is p.empty and n not in given]
    extra = sorted(given - set(takes) - set(Setup.__dataclass_fields__))
    if missing:
        raise UsageMistake(f"{name} needs {', '.join(map(_spell, missing))}")
    if extra:
        raise UsageMistake(f"{name} does not take {', '.join(map(_spell, extra))}")


def _spell(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def run_suite(name: str, options: Mapping[str, Any], run: Run) -> EvalLog:
    """Run a suite with its options, those of its Setup among them. Raises KeyError, UsageMistake."""
    check_options(name, options)
    setup = make_setup({key: value for key, value in options.items() if key in Setup.__dataclass_fields__})
    task = SUITES[name](**{key: value for key, value in options.items() if value not in (None, ())})
    _, logs = eval_set(
        task,
        log_dir=str(run.folder),
        model=None,
        limit=run.limit,
        epochs=run.epochs,
        max_samples=run.at_once or (1 if setup.in_process else _AT_ONCE),
        display=run.display,
        retry_attempts=1,
        fail_on_error=False,
        log_model_api=False,
        ctl_server=False,
    )
    return logs[0]
