"""build_step_schema: from a view to the JSON schema of the decision to be made. Knows no tokens and no grammar.

Every object's properties stand in the order in which they are to be written; the choice that narrows the rest is first.
"""

from __future__ import annotations

from agent.planners.planner import PlannerView
from agent.step_schema.answer import build_answers
from agent.step_schema.arguments import build_arguments
from agent.step_schema.shapes import Json, to_object
from agent.step_schema.vocabulary import Vocabulary, read_vocabulary
from tools.chart_query import ChartQuery
from tools.registry import Tool


def build_step_schema(view: PlannerView) -> Json:
    """What may be decided next: a call of a tool that can be called now, or an answer from what was retrieved.

    The same view gives the same schema, key for key, so that its text serves as the key of a cache.
    """
    words = read_vocabulary(view)
    calls = [
        _build_call(tool, words) for tool in callable_tools(view) if words.names or tool.arguments is not ChartQuery
    ]
    return {"anyOf": [*calls, *build_answers(view.steps)], "$defs": words.definitions}


def callable_tools(view: PlannerView) -> tuple[Tool, ...]:
    """The tools that can be called now: those that work on records once there are some."""
    seen = any(step.finding is not None and step.finding.evidence for step in view.steps)
    return tuple(tool for tool in view.tools if seen or not tool.needs_records)


def _build_call(tool: Tool, words: Vocabulary) -> Json:
    told = {"action": {"const": "call"}, "tool": {"const": tool.name}, "arguments": build_arguments(tool, words)}
    return to_object(told)
