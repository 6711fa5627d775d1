"""The conversation as a graph that `langgraph dev` serves (langgraph.json). Makes no chart, client or model at import.

The caller binds patient and time in the run's context; store, server and planner come from the environment:
ANAMNESIS_STORE, ANAMNESIS_FHIR, ANAMNESIS_PLANNER, ANAMNESIS_MODEL, ANAMNESIS_TERMINOLOGY.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime

from agent.cli.results import Result, make_error
from agent.cli.settings import Settings
from agent.threads import to_kept, to_turns


@dataclass(frozen=True)
class Bound:
    """What the caller fixes, and no message can change."""

    patient: str = ""
    """FHIR logical id or identifier value."""
    as_of: str | None = None
    context: str = ""


class Message(TypedDict):
    """What a caller may send."""

    messages: Annotated[list[Any], add_messages]


class Talk(Message, total=False):
    """A conversation; its checkpoints hold what a chart says about a patient."""

    patient: str
    """Whose conversation this is, since its first answer."""
    turns: list[dict[str, Any]]
    result: dict[str, Any]
    """The last answer as `ask --json` gives it."""


def make_graph() -> StateGraph[Talk, Bound, Message, Talk]:
    """The graph to serve; the server brings its own checkpointer."""
    graph = StateGraph(Talk, context_schema=Bound, input_schema=Message)
    graph.add_node("answer", _answer)
    graph.add_edge(START, "answer")
    graph.add_edge("answer", END)
    return graph


async def _answer(state: Talk, runtime: Runtime[Bound]) -> dict[str, Any]:
    bound = runtime.context or Bound()
    text = _last_question(state)
    if (fault := _fault(state, bound, text)) is not None:
        return _tell(make_error({"question": text, "patient": bound.patient}, "none", fault))
    return await asyncio.get_running_loop().run_in_executor(None, _ask_apart, state, bound, text)


def _ask_apart(state: Talk, bound: Bound, text: str) -> dict[str, Any]:
    """Ask in a loop of this thread's own: the embedded store's reads would block the server's."""
    return asyncio.run(_ask(state, bound, text))


def _last_question(state: Talk) -> str:
    content = state["messages"][-1].content if state.get("messages") else ""
    if isinstance(content, str):
        return content
    return " ".join(part["text"] for part in content if isinstance(part, dict) and part.get("type") == "text")


def _fault(state: Talk, bound: Bound, text: str) -> str | None:
    if not bound.patient:
        return "The run's context names no patient."
    if state.get("patient", bound.patient) != bound.patient:
        return "This conversation belongs to another patient; start a new one."
    return None if text.strip() else "The question is empty."


async def _ask(state: Talk, bound: Bound, text: str) -> dict[str, Any]:
    from agent.cli.composition import open_asker
    from agent.cli.failures import describe, expected_errors, usage_mistakes

    settings = read_settings(os.environ, bound.as_of)
    kept = state.get("turns", [])
    try:
        async with open_asker(settings) as asker:
            question = settings.to_question(text, bound.patient, bound.context)
            asked = await asker.ask(question, to_turns(kept))
    except (*expected_errors(), *usage_mistakes()) as error:
        return _tell(make_error({"question": text, "patient": bound.patient}, settings.planner, describe(error)))
    return {**_tell(asked.result), "patient": bound.patient, "turns": [*kept, to_kept(asked.turn)]}


def _tell(result: Result) -> dict[str, Any]:
    cites = f"\n\ncites {', '.join(result.citations)}" if result.citations else ""
    message = {"role": "assistant", "content": f"{result.answer}{cites}"}
    return {"messages": [message], "result": result.model_dump(mode="json")}


def read_settings(environment: Any, as_of: str | None) -> Settings:
    """The settings that the environment names.

    >>> read_settings({"ANAMNESIS_STORE": "a.sqlite"}, "2024").store
    'a.sqlite'
    """
    return Settings(
        store=environment.get("ANAMNESIS_STORE"),
        fhir=environment.get("ANAMNESIS_FHIR"),
        as_of=as_of,
        planner=environment.get("ANAMNESIS_PLANNER", "rules"),
        model=environment.get("ANAMNESIS_MODEL"),
        terminology=environment.get("ANAMNESIS_TERMINOLOGY"),
    )
