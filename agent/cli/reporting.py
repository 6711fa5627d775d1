"""`anamnesis report`: what a run's logs say, and what changed between two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.terminal import tell, tell_json

if TYPE_CHECKING:
    from evals.report.cost import Prices
    from evals.report.subjects import AgainstBaseline, OneRun, Subject, TwoRuns

_RUN = typer.Argument(metavar="RUN", help="A log, or a folder of logs: the newest of each suite.")
_RUN2 = typer.Argument(metavar="RUN2", help="A later run: what flipped between the two, then both side by side.")
_OLD = typer.Option("--baseline", metavar="FILE", help="Compare with a baseline that --save-baseline wrote.")
_NEW = typer.Option("--save-baseline", metavar="FILE", help="Write the run's totals: no question, no id, no path.")
_OUT = typer.Option("--out", metavar="FOLDER", help="Write report.md, report.html and plot.png.")
_ALL = typer.Option("--all", help="Citations and cost also by capability and tag; all that flipped.")
_READ = typer.Option("--price-in", min=0, help="What a million tokens read cost; with --price-out.")
_WRITTEN = typer.Option("--price-out", min=0, help="What a million tokens written cost.")


def report(
    run: Annotated[Path, _RUN],
    run2: Annotated[Path | None, _RUN2] = None,
    every: Annotated[bool, _ALL] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    out: Annotated[Path | None, _OUT] = None,
    baseline: Annotated[Path | None, _OLD] = None,
    save_baseline: Annotated[Path | None, _NEW] = None,
    price_in: Annotated[float | None, _READ] = None,
    price_out: Annotated[float | None, _WRITTEN] = None,
) -> None:
    """Report on a run of an evaluation, or on what changed between two."""
    from agent.cli.failures import reported_errors

    with reported_errors(), _mistakes():
        subject, prices = _read_subject(run, run2, baseline), _read_prices(price_in, price_out)
        if save_baseline:
            _save_baseline(subject, save_baseline)
        if out:
            _write(out, subject, prices)
        if as_json:
            tell_json(json.dumps(subject.to_json(prices), ensure_ascii=False))
        else:
            from evals.report.document import format_text

            tell(format_text(subject.report(prices, full=every)))


@contextmanager
def _mistakes() -> Iterator[None]:
    """What can't be reported is a usage mistake; so is an extra that isn't installed."""
    from agent.cli.failures import UsageMistake
    from evals.report.rows import NoReport

    try:
        yield
    except NoReport as error:
        raise UsageMistake(str(error)) from error
    except ImportError as error:
        raise UsageMistake(f"{error.name} is missing: a report needs the extra: pip install '.[evals]'") from error


def _read_subject(run: Path, run2: Path | None, baseline: Path | None) -> OneRun | TwoRuns | AgainstBaseline:
    from evals.report.baseline import load_baseline
    from evals.report.logs import load_run
    from evals.report.rows import NoReport
    from evals.report.subjects import AgainstBaseline, OneRun, TwoRuns

    if run2 and baseline:
        raise NoReport("--baseline compares one run with a file: leave RUN2 out")
    if run2:
        return TwoRuns(load_run(run), load_run(run2))
    return AgainstBaseline(load_baseline(baseline), load_run(run)) if baseline else OneRun(load_run(run))


def _read_prices(read: float | None, written: float | None) -> Prices | None:
    from evals.report.cost import Prices
    from evals.report.rows import NoReport

    if read is None and written is None:
        return None
    if read is None or written is None:
        raise NoReport("give both --price-in and --price-out, each for a million tokens")
    return Prices(read, written)


def _save_baseline(subject: OneRun | TwoRuns | AgainstBaseline, path: Path) -> None:
    from evals.report.baseline import format_baseline
    from evals.report.rows import NoReport
    from evals.report.subjects import TwoRuns

    if isinstance(subject, TwoRuns):
        raise NoReport("a baseline is of one run: leave RUN2 out")
    path.write_text(format_baseline(subject.run), "utf-8")
    tell(f"the totals are in {path}", err=True)


def _write(folder: Path, subject: Subject, prices: Prices | None) -> None:
    from evals.report.folder import write_report

    tell(f"written: {', '.join(map(str, write_report(folder, subject, prices)))}", err=True)
