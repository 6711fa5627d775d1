"""`anamnesis report`: what a run's logs say, and what changed between two."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.terminal import tell, tell_json

if TYPE_CHECKING:
    from evals.report.rows import Run


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A log, or a folder of logs: the newest of each suite.")],
    every: Annotated[bool, typer.Option("--all", help="Citations and cost also by capability and tag.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Report on a run of `anamnesis eval`."""
    from agent.cli.failures import reported_errors

    with reported_errors():
        loaded = _load(run)
        from evals.report.document import format_text
        from evals.report.one_run import report_run, to_json

        if as_json:
            tell_json(json.dumps(to_json(loaded), ensure_ascii=False))
        else:
            tell(format_text(report_run(loaded, full=every)))


def _load(place: Path) -> Run:
    from agent.cli.failures import UsageMistake

    try:
        from evals.report.logs import NoRun, load_run
    except ImportError as error:
        raise UsageMistake(
            f"a report needs the extra `evals` ({error.name} is missing): pip install '.[evals]'"
        ) from error
    try:
        return load_run(place)
    except NoRun as error:
        raise UsageMistake(str(error)) from error
