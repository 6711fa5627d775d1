"""The contestant as an Inspect solver. What a held-out item came to is graded and not kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

from inspect_ai.hooks import Hooks, RunEnd, hooks
from inspect_ai.log import transcript
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageTool, ChatMessageUser, ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import ToolCall

from agent.planners.planner import Step
from agent.rendering import render_transcript
from evals.contestants.contestant import Answered, Contestant
from evals.item import Item, Result
from evals.setup import Setup

_OPENED = AsyncExitStack()
"""What this run opened; closed when the run ends."""


class Desk:
    """The items of one task, who answers them, and what came of each."""

    def __init__(self, items: Mapping[str, Item], setup: Setup) -> None:
        self.items = items
        self._setup = setup
        self._contestant: Contestant | None = None
        self._results: dict[tuple[str, int], Result] = {}

    async def answer(self, sample: str, epoch: int) -> Answered:
        """Answer a sample's item; the contestant is opened for the first."""
        if self._contestant is None:
            self._contestant = await _OPENED.enter_async_context(self._setup.open())
        answered = await self._contestant.answer(self.items[sample])
        self._results[sample, epoch] = answered.result
        return answered

    def result(self, state: TaskState) -> Result:
        """What came of a sample: of this run, or as an earlier one kept it in its log."""
        found = self._results.get((str(state.sample_id), state.epoch)) or state.metadata.get("result")
        if found is None:
            raise ValueError("a held-out item's result is not kept: to grade it, run it again")
        return found


@hooks(name="anamnesis_closing", description="closes what a run opened")
class _Closing(Hooks):
    async def on_run_end(self, data: RunEnd) -> None:
        await _OPENED.aclose()


def build_solver(desk: Desk) -> Solver:
    """Answers the sample's item."""

    @solver(name="contestant")
    def build() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            item = desk.items[str(state.sample_id)]
            answered = await desk.answer(item.id, state.epoch)
            state.completed = True
            state.metadata["contestant"] = answered.result.get("planner")
            if not item.held_out:
                state.metadata["result"] = answered.result
                state.messages = list(show_messages(item, answered))
                if answered.transcript is not None:
                    transcript().info(f"```\n{render_transcript(answered.transcript)}```", source="transcript")
                state.output = ModelOutput.from_content("none/none", str(answered.result.get("answer", "")))
            return state

        return solve

    return build()


def show_messages(item: Item, answered: Answered) -> Iterator[ChatMessage]:
    """An item's conversation, its tool calls and the answer, as `inspect view` shows them."""
    for text in (*item.before, f"{item.context}\n{item.question}".strip()):
        yield ChatMessageUser(content=text)
    for number, step in enumerate(answered.transcript.steps if answered.transcript else ()):
        call = ToolCall(id=f"call-{number}", function=step.call.tool, arguments=step.call.arguments)
        yield ChatMessageAssistant(content="", tool_calls=[call])
        yield ChatMessageTool(content=_show_step(step), tool_call_id=call.id, function=call.function)
    yield ChatMessageAssistant(content=_show_answer(answered.result))


def _show_step(step: Step) -> str:
    if step.finding is None:
        return f"error: {step.error}"
    finding = step.finding
    more = [f"({finding.total} in all)"] if finding.total > len(finding.evidence) else []
    return "\n".join([f"{finding.handle}: {finding.statement}", *(row.line for row in finding.evidence), *more])


def _show_answer(result: Mapping[str, Any]) -> str:
    values = json.dumps(result.get("values"), ensure_ascii=False)
    cites = ", ".join(result.get("citations") or ()) or "nothing"
    return f"{result.get('answer')}\n\n{result.get('status')}; values {values}; cites {cites}"
