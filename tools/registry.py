"""The registry of tools: what a planner may call, with which arguments. Knows nothing about planners."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from tools.errors import ToolError
from tools.evidence import Finding

if TYPE_CHECKING:
    from tools.chart import ChartContext


@dataclass
class Handles:
    """Hands out E1, E2 … for records and Q1, Q2 … for findings; the same record keeps its handle."""

    records: dict[str, str] = field(default_factory=dict)
    findings: int = 0
    previous: tuple[str, ...] = ()
    """References the answer of the turn before rests on; a query may ask among them."""

    def record(self, reference: str) -> str:
        """The handle of a record, new or known.

        >>> h = Handles(); h.record("Observation/1"), h.record("Observation/2"), h.record("Observation/1")
        ('E1', 'E2', 'E1')
        """
        return self.records.setdefault(reference, f"E{len(self.records) + 1}")

    def finding(self) -> str:
        """The handle of the next finding."""
        self.findings += 1
        return f"Q{self.findings}"


@dataclass(frozen=True)
class Tool:
    """One thing a planner may call. `description` is prompt text."""

    name: str
    description: str
    arguments: type[BaseModel]
    run: Callable[[ChartContext, Any, Handles], Awaitable[Finding]]
    needs_records: bool = False
    """Works on records already retrieved; a planner is told of it when there are some."""


async def run_tool(
    tools: Mapping[str, Tool], chart: ChartContext, name: str, arguments: Mapping[str, Any], handles: Handles
) -> Finding:
    """Run one call. Raises ToolError for an unknown tool or arguments that do not fit."""
    tool = tools.get(name)
    if tool is None:
        raise ToolError(f"unknown tool {name!r}; the tools are: {', '.join(sorted(tools))}")
    try:
        parsed = tool.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ToolError(f"arguments of {name} do not fit: {faults}") from error
    return await tool.run(chart, parsed, handles)
