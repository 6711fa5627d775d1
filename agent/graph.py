"""The loop as a LangGraph graph: decide → call a tool → decide … → answer → verify, back for repair → end.

The only place that runs langgraph's graph of one question. Limits and abstention are data, never exceptions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agent.decision import CallTool, GiveAnswer
from agent.errors import PlannerFormatError
from agent.planners.planner import Planner, PlannerView, Step, Usage
from agent.verify import check_answer, find_untraced
from tools.chart import ChartContext
from tools.errors import ToolError
from tools.registry import Handles, Tool, run_tool

MAX_STEPS = 8
MAX_CORRECTIONS = 3
"""How often one question's planner is sent back, be it for output that can't be read or for claims not borne out."""
_NO_CALLS_LEFT = "No calls are left. Answer from what was retrieved, or abstain."


@dataclass(frozen=True)
class LoopContext:
    """What stays the same through one question."""

    planner: Planner
    chart: ChartContext
    tools: Mapping[str, Tool]
    view: PlannerView
    """The view of the first decision."""
    handles: Handles = field(default_factory=Handles)


@dataclass
class LoopState:
    """What one question has come to."""

    steps: tuple[Step, ...] = ()
    decision: CallTool | GiveAnswer | None = None
    corrections: int = 0
    """How often the planner was sent back so far."""
    format_errors: int = 0
    """How often its output could not be read."""
    correction: str | None = None
    repair: str | None = None
    rejected: GiveAnswer | None = None
    faults: tuple[str, ...] = ()
    """What verification found wrong with the last answer."""
    usage: Usage = field(default_factory=Usage)
    aside: str = ""
    """What the planner took to ask nothing, to be told with its answer."""
    limit: Literal["step_limit", "format_limit"] | None = None


async def _decide(state: LoopState, runtime: Runtime[LoopContext]) -> dict[str, Any]:
    over = len(state.steps) >= MAX_STEPS
    try:
        decided = await runtime.context.planner.decide(_view(state, runtime.context.view, over))
    except PlannerFormatError as error:
        spent = state.usage + (error.usage or Usage())
        unread: dict[str, Any] = {"decision": None, "format_errors": state.format_errors + 1, "usage": spent}
        if state.corrections >= MAX_CORRECTIONS:
            return {**unread, "limit": "format_limit"}
        return {**unread, "corrections": state.corrections + 1, "correction": str(error)}
    usage = state.usage + decided.usage
    told = {"decision": decided.decision, "usage": usage, "correction": None, "aside": decided.aside}
    return {**told, "limit": "step_limit"} if over and isinstance(decided.decision, CallTool) else told


def _view(state: LoopState, first: PlannerView, over: bool) -> PlannerView:
    """What the planner is shown; without tools where no call is left."""
    view = replace(first, steps=state.steps, repair=state.repair, rejected=state.rejected, correction=state.correction)
    if not over:
        return view
    return replace(view, tools=(), correction=" ".join(filter(None, (state.correction, _NO_CALLS_LEFT))))


async def _call(state: LoopState, runtime: Runtime[LoopContext]) -> dict[str, Any]:
    call, context = state.decision, runtime.context
    if not isinstance(call, CallTool):
        raise TypeError("only a tool call is called")
    try:
        finding = await run_tool(context.tools, context.chart, call.tool, call.arguments, context.handles)
        known = [s.finding for s in state.steps if s.finding is not None]
        untraced = find_untraced(finding, f"{context.view.question} {context.view.context}", known)
        step = Step(call, finding) if untraced is None else Step(call, None, untraced)
    except ToolError as error:
        step = Step(call, None, str(error))
    return {"steps": (*state.steps, step)}


async def _verify(state: LoopState, runtime: Runtime[LoopContext]) -> dict[str, Any]:
    """Check the answer; sent back while corrections are left, unless it came back no better."""
    answer = state.decision
    if not isinstance(answer, GiveAnswer):
        raise TypeError("only an answer is verified")
    findings = [s.finding for s in state.steps if s.finding is not None]
    faults = check_answer(answer, findings, runtime.context.view.patient_name)
    if faults and faults != state.faults and state.corrections < MAX_CORRECTIONS:
        sent_back = {"repair": "; ".join(faults), "rejected": answer, "corrections": state.corrections + 1}
        return {"faults": faults, **sent_back}
    return {"faults": faults, "repair": None, "rejected": None}


async def _after_decide(state: LoopState) -> str:
    """Where to go; a plain function would be run in a thread of its own."""
    if state.limit is not None:
        return END
    if state.decision is None:
        return "decide"
    return "call" if isinstance(state.decision, CallTool) else "verify"


async def _after_verify(state: LoopState) -> str:
    return "decide" if state.repair else END


@cache
def build_graph() -> Any:
    """The compiled graph, made at first use. Within a conversation's graph it keeps no checkpoints of its own."""
    graph = StateGraph(LoopState, context_schema=LoopContext)
    graph.add_node("decide", _decide)
    graph.add_node("call", _call)
    graph.add_node("verify", _verify)
    graph.add_edge(START, "decide")
    graph.add_conditional_edges("decide", _after_decide, ["decide", "call", "verify", END])
    graph.add_edge("call", "decide")
    graph.add_conditional_edges("verify", _after_verify, ["decide", END])
    return graph.compile(checkpointer=False)


async def run_loop(context: LoopContext, watch: Callable[[LoopState], None]) -> LoopState:
    """Run one question to its end; `watch` is given the state after every move, so that none is lost to an error."""
    state = LoopState()
    async for values in build_graph().astream(state, context=context, stream_mode="values"):
        state = LoopState(**values)
        watch(state)
    return state
