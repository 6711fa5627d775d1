"""Decision: what a planner returns, a tool call or an answer. One schema for every planner.

The field descriptions are prompt text: change them together with an eval run.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tools.evidence import Value


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CallTool(_Strict):
    """Call one tool."""

    action: Literal["call"] = "call"
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class GiveAnswer(_Strict):
    """End the turn."""

    action: Literal["answer"] = "answer"
    status: Literal["answered", "abstained"] = "answered"
    citations: tuple[str, ...] = Field(
        default=(), description="Handles the answer rests on: Q1 for a finding, E3 for a record."
    )
    text: str | None = Field(
        default=None, description="The answer in words. Leave out to give the statements of the cited findings."
    )
    values: tuple[Value, ...] | None = Field(
        default=None, description="The answer as typed values. Leave out to give those of the cited findings."
    )
    reason: str | None = Field(default=None, description="With status abstained: why it can't be determined.")


Decision = Annotated[CallTool | GiveAnswer, Field(discriminator="action")]
DECISION: TypeAdapter[CallTool | GiveAnswer] = TypeAdapter(Decision)
