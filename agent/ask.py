"""ask(): one question of one chart, to a Transcript. Knows nothing of the command line and of scoring."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from agent.decision import GiveAnswer
from agent.graph import LoopContext, LoopState, run_loop
from agent.planners.planner import Planner, PlannerView, Turn, Usage
from agent.transcript import Answer, EndReason, Transcript
from agent.verify import check_sentence, cited_findings, sentences
from tools.chart import ChartContext
from tools.evidence import Finding
from tools.overview import build_overview
from tools.receipt import Receipt, merge_receipts
from tools.registry import Tool

LONGEST_QUESTION = 20_000


async def ask(
    chart: ChartContext,
    question: str,
    planner: Planner,
    tools: Mapping[str, Tool],
    *,
    context: str = "",
    history: Sequence[Turn] = (),
) -> Transcript:
    """Answer one question. Raises FhirError where the server fails."""
    started = time.perf_counter()
    if (fault := _fault(question)) is not None:
        answer = Answer(fault, (), (), "error")
        receipt = Receipt(complete=False, reasons=(fault,), as_of=chart.as_of.text, as_of_source=chart.as_of.source)
        return _transcript(
            chart, question[:200], context, planner, LoopState(), answer, "bad_question", receipt, started
        )
    overview = await build_overview(chart)
    view = PlannerView(
        question, context, chart.as_of.text, chart.date_order, overview, tuple(tools.values()), tuple(history)
    )
    state = await run_loop(LoopContext(planner, chart, tools, view))
    answer, end, receipt = _conclude(state, chart)
    return _transcript(chart, question, context, planner, state, answer, end, receipt, started)


def _fault(question: str) -> str | None:
    if not question.strip():
        return "The question is empty."
    if len(question) > LONGEST_QUESTION:
        return f"The question has {len(question)} characters; at most {LONGEST_QUESTION} are read. Shorten it."
    return None


def _transcript(
    chart: ChartContext, question: str, context: str, planner: Planner, state: LoopState, answer: Answer,
    end: EndReason, receipt: Receipt, started: float,
) -> Transcript:  # fmt: skip
    findings = _cited(state)
    return Transcript(
        question=question,
        patient=chart.patient,
        as_of=chart.as_of.text,
        context=context,
        planner=planner.name,
        steps=state.steps,
        decision=state.decision if isinstance(state.decision, GiveAnswer) else None,
        answer=answer,
        retrieved=tuple(dict.fromkeys(r for f in findings for r in f.retrieved)),
        receipt=receipt,
        end_reason=end,
        usage=state.usage or Usage(),
        seconds=round(time.perf_counter() - started, 6),
    )


def _cited(state: LoopState) -> tuple[Finding, ...]:
    findings = [s.finding for s in state.steps if s.finding is not None]
    return cited_findings(state.decision, findings) if isinstance(state.decision, GiveAnswer) else ()


def _conclude(state: LoopState, chart: ChartContext) -> tuple[Answer, EndReason, Receipt]:
    cited = _cited(state)
    unread = Receipt(
        complete=False, reasons=("no search was made",), as_of=chart.as_of.text, as_of_source=chart.as_of.source
    )
    receipt = merge_receipts(tuple(f.receipt for f in cited)) if cited else unread
    if state.limit is not None:
        text = {
            "step_limit": "No answer was reached within the number of steps allowed.",
            "format_limit": "The planner's output could not be read, three times in a row.",
        }[state.limit]
        return Answer(text, (), (), "abstained"), state.limit, receipt
    decision = state.decision
    if not isinstance(decision, GiveAnswer):
        raise TypeError("the loop ended without a decision")
    if decision.status == "abstained":
        text = decision.reason or "I can't determine this from the chart."
        return Answer(text, (), (), "abstained"), "abstained", receipt
    answer = _compose(decision, cited, state)
    return answer, "answered" if answer.status == "answered" else "abstained", receipt


def _compose(decision: GiveAnswer, cited: Sequence[Finding], state: LoopState) -> Answer:
    """The answer as told: by the code's own statements, or in the planner's words as far as they are borne out."""
    if not cited:
        nothing = "The answer cited nothing that was retrieved, so it was removed."
        return Answer(nothing, (), (), "abstained", state.faults)
    text, removed = " ".join(f.statement for f in cited), tuple(state.faults)
    if decision.text is not None:
        kept = [s for s in sentences(decision.text) if not list(check_sentence(s, cited))]
        text = " ".join(kept) or text
        if len(kept) < len(sentences(decision.text)):
            text += " (A claim that the record does not bear out was removed.)"
    known = tuple(v for f in cited for v in f.values)
    values = known if decision.values is None or state.faults else decision.values
    records = {e.handle: e.reference for f in cited for e in f.evidence}
    named = [records[h] for h in decision.citations if h in records]
    resting = [r for f in cited if f.handle in decision.citations for r in f.rests_on]
    settled = all(f.determinable for f in cited)
    return Answer(
        text, values if settled else (), tuple(dict.fromkeys([*resting, *named])),
        "answered" if settled else "abstained", removed,
    )  # fmt: skip
