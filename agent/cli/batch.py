"""`anamnesis batch`: a file of questions to a file of results. Resumable; a line that fails is a record."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.options import AsOfText, FhirUrl, ModelId, Order, PlannerName, StorePlace

if TYPE_CHECKING:
    from agent.cli.answering import Asked, Asker
    from agent.cli.batch_files import BadLine, BatchLine
    from agent.cli.results import Result
    from agent.planners.planner import Turn
    from tools.chart import ChartCache

_CHARTS_KEPT = 8


def batch(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Argument(metavar="OUT.jsonl", dir_okay=False)],
    store: StorePlace = None,
    fhir: FhirUrl = None,
    as_of: AsOfText = None,
    date_order: Order = "auto",
    planner: PlannerName = "rules",
    model: ModelId = None,
) -> None:
    """Answer a file of questions. A second run goes on where the first stopped."""
    from agent.cli.failures import run_command

    counts = run_command(_batch(source, out, _Settings(store, fhir, as_of, date_order, planner, model)))
    typer.echo(", ".join(f"{n} {status}" for status, n in counts.items() if n) or "nothing to do", err=True)


@dataclass(frozen=True)
class _Settings:
    store: str | None
    fhir: str | None
    as_of: str | None
    date_order: Order
    planner: str
    model: str | None


async def _batch(source: Path, out: Path, settings: _Settings) -> dict[str, int]:
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from agent.cli.answering import Asker
    from agent.cli.batch_files import read_batch, recover_done
    from agent.cli.composition import open_client
    from agent.cli.planning import make_planner

    lines = read_batch(source)
    done = recover_done(out)
    planner = make_planner(settings.planner, settings.model)
    async with open_client(settings.store, settings.fhir) as client:
        run = BatchRun(Asker(client, planner), settings.as_of, settings.date_order)
        out.parent.mkdir(parents=True, exist_ok=True)
        console = Console(stderr=True)
        with (
            out.open("a", encoding="utf-8") as file,
            Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=console) as bar,
        ):
            task = bar.add_task("questions", total=len(lines))

            def keep(result: Result) -> None:
                file.write(result.to_line() + "\n")
                file.flush()

            await run.answer_all(lines, done, keep, lambda: bar.advance(task))
    return run.counts


@dataclass
class BatchRun:
    """Answers lines in file order, keeps a few charts and the turns of every thread."""

    asker: Asker
    as_of: str | None
    date_order: Order
    charts: OrderedDict[str, ChartCache] = field(default_factory=OrderedDict)
    threads: dict[str, tuple[Turn, ...]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"answered": 0, "abstained": 0, "error": 0})

    async def answer_all(
        self,
        lines: list[BatchLine | BadLine],
        done: set[str],
        keep: Callable[[Result], None],
        advance: Callable[[], None],
    ) -> None:
        """Answer what is not done. A thread with turns left is played from its start, its done turns not kept again."""
        from agent.cli.batch_files import BatchLine

        open_threads = {line.thread for line in lines if isinstance(line, BatchLine) and line.id not in done}
        for line in lines:
            is_done = line.id in done
            needed = isinstance(line, BatchLine) and line.thread is not None and line.thread in open_threads
            if not is_done or needed:
                result = await self.answer(line)
                if not is_done:
                    self.counts[result.status] += 1
                    keep(result)
            advance()

    async def answer(self, line: BatchLine | BadLine) -> Result:
        """The result of one line; a line that fails gives an error result."""
        from agent.cli.batch_files import BadLine
        from agent.cli.failures import describe
        from agent.cli.results import make_error

        name = self.asker.planner.name
        if isinstance(line, BadLine):
            return make_error(line.fields, name, line.reason)
        try:
            asked = await self._ask(line)
        except Exception as error:  # A line that fails, for whatever reason, must not end the batch.
            return make_error(line.model_dump(), name, f"{type(error).__name__}: {describe(error)}")
        return asked.result

    async def _ask(self, line: BatchLine) -> Asked:
        from agent.cli.answering import Question

        history = self.threads.get(line.thread, ()) if line.thread is not None else ()
        question = Question(
            line.question,
            line.patient,
            id=line.id,
            as_of=line.as_of or self.as_of,
            context=line.context,
            date_order=line.date_order or self.date_order,
        )
        asked = await self.asker.ask(question, history, self._cache(line.patient))
        if line.thread is not None:
            self.threads[line.thread] = (*history, asked.turn)
        return asked

    def _cache(self, patient: str) -> ChartCache:
        from tools.chart import ChartCache

        cache = self.charts.setdefault(patient, ChartCache())
        self.charts.move_to_end(patient)
        while len(self.charts) > _CHARTS_KEPT:
            self.charts.popitem(last=False)
        return cache
