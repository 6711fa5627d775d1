"""Runs a suite by Inspect: parallel samples, epochs, retries; a run that was stopped goes on in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from inspect_ai import eval_set
from inspect_ai.log import EvalLog

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


def run_suite(name: str, options: Mapping[str, Any], run: Run) -> EvalLog:
    """Run a suite with its options, those of its Setup among them. Raises KeyError for an unknown suite."""
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
