"""Moves in words: what a planner is about to look for, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.ask import Move
    from agent.decision import CallTool


def describe_move(move: Move) -> str | None:
    """One line for people; None for a move that says nothing new."""
    from agent.decision import CallTool, GiveAnswer

    if isinstance(move, CallTool):
        return describe_call(move)
    if isinstance(move, GiveAnswer):
        return None
    if move.finding is None:
        return f"sent back: {move.error}"
    found, receipt = move.finding, move.finding.receipt
    seen = "" if receipt.complete else ", not everything could be read"
    return f"{found.total} found{seen}"


def describe_call(call: CallTool) -> str:
    """A tool call in words.

    >>> from agent.decision import CallTool
    >>> describe_call(CallTool(tool="query_chart", arguments={"kind": "lab", "about": ["glucose"], "when": "in 2020"}))
    'looking for "glucose" lab results in 2020'
    >>> describe_call(CallTool(tool="read_record", arguments={"record": "E3"}))
    'read record: record E3'
    """
    if call.tool == "query_chart" and (scope := _read_scope(call.arguments)):
        return f"looking for {scope}"
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in call.arguments.items())
    return f"{call.tool.replace('_', ' ')}: {told}" if told else call.tool.replace("_", " ")


def _read_scope(arguments: dict[str, Any]) -> str | None:
    from pydantic import ValidationError

    from tools.chart_query import ChartQuery
    from tools.execute.wording import describe_scope

    try:
        return describe_scope(ChartQuery.model_validate(arguments))
    except ValidationError:
        return None
