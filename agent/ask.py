"""ask(): one question of one chart, to a Transcript. Knows nothing of the command line and of scoring."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.composing import compose_answer
from agent.decision import CallTool, GiveAnswer
from agent.graph import LoopContext, LoopState, run_loop
from agent.planners.planner import Planner, PlannerView, Step, Turn
from agent.transcript import Answer, EndReason, Transcript
from agent.verify import cited_findings
from tools.chart import ChartContext
from tools.evidence import Finding
from tools.overview import Overview, build_overview
from tools.receipt import Receipt, merge_receipts
from tools.registry import Handles, Tool

LONGEST_QUESTION = 20_000
_LIMITS = {
    "step_limit": "No answer was reached within the number of steps allowed.",
    "format_limit": "The planner's output could not be read, though it was sent back three times.",
}

Move = CallTool | GiveAnswer | Step
"""What happens on the way: a decision, or a tool call with what came of it."""


@dataclass(frozen=True)
class Observers:
    """Who is told what happens."""

    moves: Callable[[Move], None] | None = None
    """Is given every decision and every finished call as it happens."""
    save: Callable[[Transcript], None] | None = None
    """Is given the transcript however it ends, an exception included."""


@dataclass
class _Asked:
    """One question on its way, with the last state its loop was seen in."""

    chart: ChartContext
    planner: Planner
    question: str
    context: str
    observers: Observers
    overview: Overview | None = None
    started: float = field(default_factory=time.perf_counter)
    state: LoopState = field(default_factory=LoopState)

    def watch(self, state: LoopState) -> None:
        before, self.state = self.state, state
        if self.observers.moves is None:
            return
        if len(state.steps) > len(before.steps):
            self.observers.moves(state.steps[-1])
        elif state.decision is not None and state.decision is not before.decision:
            self.observers.moves(state.decision)


async def ask(
    chart: ChartContext,
    question: str,
    planner: Planner,
    tools: Mapping[str, Tool],
    *,
    context: str = "",
    history: Sequence[Turn] = (),
    observers: Observers | None = None,
    overview: Overview | None = None,
) -> Transcript:
    """Answer one question. Raises FhirError where the server fails, what was done until then saved.

    Without an `overview` the chart's own is made, for which the whole chart is read.
    """
    asked = _Asked(chart, planner, question, context, observers or Observers(), overview)
    try:
        transcript = await _answer(asked, tools, history)
    except BaseException as error:
        failed = Answer(f"{type(error).__name__}: {error}".rstrip(": "), (), (), "error")
        _save(asked, _to_transcript(asked, failed, "failed", _no_receipt(chart, failed.text)))
        raise
    _save(asked, transcript)
    return transcript


async def _answer(asked: _Asked, tools: Mapping[str, Tool], history: Sequence[Turn]) -> Transcript:
    chart = asked.chart
    if (fault := _fault(asked.question)) is not None:
        asked.question = asked.question[:200]
        return _to_transcript(asked, Answer(fault, (), (), "error"), "bad_question", _no_receipt(chart, fault))
    overview = asked.overview or await build_overview(chart)
    view = PlannerView(
        asked.question, asked.context, chart.as_of.text, chart.date_order, overview,
        tuple(tools.values()), tuple(history),
    )  # fmt: skip
    handles = Handles(previous=history[-1].citations if history else ())
    await run_loop(LoopContext(asked.planner, chart, tools, view, handles), asked.watch)
    answer, end = _conclude(asked.state, view.patient_name)
    cited = _cited(asked.state)
    receipt = merge_receipts(tuple(f.receipt for f in cited)) if cited else _no_receipt(chart, "no search was made")
    return _to_transcript(asked, answer, end, receipt)


def _fault(question: str) -> str | None:
    if not question.strip():
        return "The question is empty."
    if len(question) > LONGEST_QUESTION:
        return f"The question has {len(question)} characters; at most {LONGEST_QUESTION} are read. Shorten it."
    return None


def _no_receipt(chart: ChartContext, reason: str) -> Receipt:
    return Receipt(complete=False, reasons=(reason,), as_of=chart.as_of.text, as_of_source=chart.as_of.source)


def _conclude(state: LoopState, patient_name: str) -> tuple[Answer, EndReason]:
    if state.limit is not None:
        return Answer(_LIMITS[state.limit], (), (), "abstained"), state.limit
    decision = state.decision
    if not isinstance(decision, GiveAnswer):
        raise TypeError("the loop ended without a decision")
    if decision.status == "abstained":
        text = decision.reason or "I can't determine this from the chart."
        return Answer(text, (), (), "abstained"), "abstained"
    answer = compose_answer(decision, _cited(state), state.faults, patient_name)
    answer = replace(answer, text=f"{answer.text} ({state.aside})") if state.aside else answer
    return answer, "answered" if answer.status == "answered" else "abstained"


def _cited(state: LoopState) -> tuple[Finding, ...]:
    findings = [s.finding for s in state.steps if s.finding is not None]
    return cited_findings(state.decision, findings) if isinstance(state.decision, GiveAnswer) else ()


def _to_transcript(asked: _Asked, answer: Answer, end: EndReason, receipt: Receipt) -> Transcript:
    state = asked.state
    return Transcript(
        question=asked.question,
        patient=asked.chart.patient,
        as_of=asked.chart.as_of.text,
        context=asked.context,
        planner=asked.planner.name,
        steps=state.steps,
        decision=state.decision if isinstance(state.decision, GiveAnswer) else None,
        answer=answer,
        retrieved=tuple(dict.fromkeys(r for f in _cited(state) for r in f.retrieved)),
        receipt=receipt,
        end_reason=end,
        usage=state.usage,
        seconds=round(time.perf_counter() - asked.started, 6),
        format_errors=state.format_errors,
    )


def _save(asked: _Asked, transcript: Transcript) -> None:
    if asked.observers.save is not None:
        asked.observers.save(transcript)
