"""`anamnesis batch`: a file of questions to a file of results. Resumable; a line that fails is a record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.settings import Settings, with_settings
from agent.cli.terminal import tell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from agent.cli.batch_files import BadLine, BatchLine
    from agent.cli.batch_tally import BatchTally
    from agent.cli.results import Result
    from agent.threads import Threads

Report = Callable[["Result | None"], None]
"""Is given each line's result, or None for a line that was done already."""


@with_settings
def batch(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Argument(metavar="OUT.jsonl", dir_okay=False)],
    settings: Settings,
    retry: Annotated[bool, typer.Option("--retry", help="Ask lines again that an earlier run gave an error.")] = False,
) -> None:
    """Answer a file of questions. A second run goes on where the first stopped. Status 1 if any line failed."""
    from agent.cli.failures import UsageMistake, reported_errors, run_command

    with reported_errors():
        if out.exists() and not out.is_file():
            raise UsageMistake(f"{out} is no file that results can be kept in; name another OUT.jsonl")
        if out.exists() and out.samefile(source):
            raise UsageMistake("IN.jsonl and OUT.jsonl are the same file; name another OUT.jsonl")
    tally = run_command(_batch(source, out, settings, retry))
    tell("\n".join(tally.describe()), err=True)
    if tally.failed:
        raise typer.Exit(1)


async def _batch(source: Path, out: Path, settings: Settings, retry: bool) -> BatchTally:
    from agent.cli.batch_files import read_batch, recover_done
    from agent.cli.batch_run import BatchRun
    from agent.cli.composition import open_asker

    lines, done = read_batch(source), recover_done(out, retry)
    out.parent.mkdir(parents=True, exist_ok=True)
    async with open_asker(settings) as asker, _open_threads(lines, out) as threads:
        run = BatchRun(asker, settings, threads)
        with _writing(out, len(lines)) as report:
            await run.answer_all(lines, done, report)
    return run.tally


@asynccontextmanager
async def _open_threads(lines: list[BatchLine | BadLine], out: Path) -> AsyncIterator[Threads | None]:
    """The conversations of this output, in a file beside it; none where no line has a thread."""
    if not any(getattr(line, "thread", None) for line in lines):
        yield None
        return
    from agent.threads import open_threads

    async with open_threads(out.with_name(f"{out.name}.threads.sqlite")) as threads:
        yield threads


@contextmanager
def _writing(out: Path, total: int) -> Iterator[Report]:
    """Write each result as it comes, and show how far it is."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from tools.private_file import make_private

    bar = Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=Console(stderr=True))
    make_private(out)
    with out.open("a", encoding="utf-8") as file, bar:
        task = bar.add_task("questions", total=total)

        def report(result: Result | None) -> None:
            if result is not None:
                file.write(result.to_line() + "\n")
                file.flush()
            bar.advance(task)

        yield report
