"""The agent as a contestant: each item's conversation asked in order, the last answer taken."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.cli.answering import Asked, Asker, Question
from agent.cli.failures import describe
from agent.cli.results import make_error
from agent.planners.planner import Turn
from agent.transcript import Transcript
from evals.contestants.contestant import Answered
from evals.item import Item
from evals.tokens import CountTokens, count_tokens_to_read, estimate_tokens
from tools.chart_cache import ChartCaches
from tools.overview import build_overview
from tools.toolbox import build_tools


@dataclass
class AgentContestant:
    """The agent with one planner over one server."""

    asker: Asker
    charts: ChartCaches = field(default_factory=ChartCaches)
    count: CountTokens = estimate_tokens

    @property
    def name(self) -> str:
        """The planner's."""
        return self.asker.planner.name

    async def answer(self, item: Item) -> Answered:
        """Ask what comes before it and then the item's question."""
        try:
            asked, before = await self._converse(item)
        except Exception as error:  # An item that fails, for whatever reason, is a result.
            fields = {"id": item.id, "question": item.question, "patient": item.patient, "as_of": item.as_of}
            return Answered(make_error(fields, self.name, f"{type(error).__name__}: {describe(error)}").model_dump())
        told = asked.transcript
        read = await self._count_to_read(asked, before)
        return Answered({**asked.result.model_dump(mode="json"), **_beside(told), "tokens_to_read": read}, told)

    async def _converse(self, item: Item) -> tuple[Asked, list[Turn]]:
        """The item's question as it was asked, and the turns before it."""
        turns: list[Turn] = []
        for text in item.before:
            turns.append((await self._ask(item, text, turns)).turn)
        return await self._ask(item, item.question, turns), turns

    async def _count_to_read(self, asked: Asked, before: list[Turn]) -> int:
        """What a model planner would have read for the last question; the overview is kept with the chart."""
        overview = await build_overview(asked.chart)
        return count_tokens_to_read(asked.transcript, overview, build_tools(), before, self.count)

    async def _ask(self, item: Item, text: str, turns: list[Turn]) -> Asked:
        question = Question(
            text, item.patient, id=item.id, as_of=item.as_of, context=item.context, date_order=item.date_order
        )
        return await self.asker.ask(question, tuple(turns), self.charts.of(item.patient))


def _beside(told: Transcript) -> dict[str, object]:
    queries = [step.finding.query for step in told.steps if step.finding is not None]
    decision = told.decision
    return {
        "said": [decision.text, decision.reason, *(decision.values or ())] if decision is not None else [],
        "called": [step.call.arguments for step in told.steps],
        "computes": [q.compute for q in queries if q is not None][-1:],
        "format_errors": told.format_errors,
        "tokens_written": told.usage.written,
    }
