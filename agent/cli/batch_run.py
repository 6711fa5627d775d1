"""BatchRun: answers lines in file order, with a few charts and the turns of every thread at hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.cli.batch_files import BadLine, BatchLine
from agent.cli.batch_tally import BatchTally
from agent.cli.results import Result, make_error
from tools.chart_cache import ChartCaches

if TYPE_CHECKING:
    from agent.cli.answering import Asked, Asker, Question
    from agent.cli.settings import Settings
    from agent.planners.planner import Turn
    from agent.threads import Threads


@dataclass
class BatchRun:
    """One run over the lines of a batch."""

    asker: Asker
    settings: Settings
    threads: Threads | None = None
    """Where the turns of threads are kept; None where no line has one."""
    charts: ChartCaches = field(default_factory=ChartCaches)
    earlier: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The ids of each thread's lines so far, in file order."""
    tally: BatchTally = field(default_factory=BatchTally)

    async def answer_all(
        self, lines: list[BatchLine | BadLine], done: Mapping[str, str], report: Callable[[Result | None], None]
    ) -> None:
        """Answer what is not done. A done line is asked again where its thread goes on and its turn is lost."""
        open_threads = {line.thread for line in lines if isinstance(line, BatchLine) and line.id not in done}
        self.tally.failed_before += sum(done.get(line.id) == "error" for line in lines)
        for line in lines:
            result = None
            if line.id not in done:
                result = await self.answer(line)
                self.tally.add(result)
            elif isinstance(line, BatchLine) and line.thread in open_threads and await self._is_lost(line):
                await self.answer(line)
            if isinstance(line, BatchLine) and line.thread is not None:
                self.earlier[line.thread].append(line.id)
            report(result)

    async def answer(self, line: BatchLine | BadLine) -> Result:
        """The result of one line; a line that fails gives an error result."""
        from agent.cli.failures import describe

        name = self.asker.planner.name
        if isinstance(line, BadLine):
            return make_error(line.fields, name, line.reason)
        try:
            asked = await self._ask(line)
        except Exception as error:  # A line that fails, for whatever reason, must not end the batch.
            return make_error(line.model_dump(), name, f"{type(error).__name__}: {describe(error)}")
        return asked.result

    async def _is_lost(self, line: BatchLine) -> bool:
        if line.thread is None or self.threads is None:
            return False
        from agent.errors import ThreadUnusable

        try:
            return line.id not in await self.threads.read_turns(line.thread, line.patient)
        except ThreadUnusable:
            return False

    async def _ask(self, line: BatchLine) -> Asked:
        question, cache = self._to_question(line), self.charts.of(line.patient)
        if line.thread is None or self.threads is None:
            return await self.asker.ask(question, (), cache)
        asked: list[Asked] = []

        async def answer(turns: tuple[Turn, ...]) -> Turn:
            asked.append(await self.asker.ask(question, turns, cache))
            return asked[0].turn

        after = self.earlier[line.thread]
        await self.threads.ask(line.thread, line.patient, (line.id, line.question), answer, after)
        return asked[0]

    def _to_question(self, line: BatchLine) -> Question:
        from agent.cli.answering import Question

        return Question(
            line.question,
            line.patient,
            id=line.id,
            as_of=line.as_of or self.settings.as_of,
            context=line.context,
            date_order=line.date_order or self.settings.date_order,
        )
