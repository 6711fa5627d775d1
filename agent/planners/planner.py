"""The planner protocol, and the view a planner gets: text and evidence, never the client or the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agent.decision import CallTool, GiveAnswer
from tools.evidence import Finding
from tools.overview import Overview
from tools.registry import Tool
from tools.time_window import DateOrder


@dataclass(frozen=True)
class Step:
    """One tool call of this turn and what came of it: a finding, or the text of a ToolError."""

    call: CallTool
    finding: Finding | None
    error: str | None = None


@dataclass(frozen=True)
class Turn:
    """An earlier turn of the conversation, compact."""

    question: str
    answer: str
    calls: tuple[CallTool, ...]
    """The tool calls that led to the answer, the one it rests on last."""
    citations: tuple[str, ...]
    """`Type/id`."""
    values: tuple[bool | int | float | str, ...] = ()


@dataclass(frozen=True)
class PlannerView:
    """Everything a planner may know when it decides."""

    question: str
    context: str
    """What the caller says beside the question; may be empty."""
    as_of: str
    date_order: DateOrder
    overview: Overview
    tools: tuple[Tool, ...]
    """What may be called; empty where no call is left."""
    history: tuple[Turn, ...] = ()
    steps: tuple[Step, ...] = ()
    repair: str | None = None
    """Why verification sent the last answer back; None on the first try."""
    rejected: GiveAnswer | None = None
    """The answer that was sent back."""
    correction: str | None = None
    """Why the last output could not be parsed, or that no call is left; None otherwise."""

    @property
    def patient_name(self) -> str:
        """The patient's own name, as the overview gives it."""
        return self.overview.patient.removeprefix("patient: ").partition(";")[0]


@dataclass(frozen=True)
class Usage:
    """Tokens a model read and wrote for one decision; zero for planners without a model."""

    read: int = 0
    written: int = 0

    def __add__(self, other: Usage) -> Usage:
        """What both cost.

        >>> Usage(1, 2) + Usage(3, 4)
        Usage(read=4, written=6)
        """
        return Usage(self.read + other.read, self.written + other.written)


@dataclass(frozen=True)
class Decided:
    """A decision and what it cost."""

    decision: CallTool | GiveAnswer
    usage: Usage = Usage()
    aside: str = ""
    """What of the question was taken to ask nothing, said; told with the answer."""


class Planner(Protocol):
    """Anything that decides. Raises PlannerFormatError for output that cannot be parsed."""

    @property
    def name(self) -> str:
        """As it stands in transcripts and results: `rules`, `medgemma:google/medgemma-27b-text-it`."""
        ...

    async def decide(self, view: PlannerView) -> Decided:
        """The next tool call, or the answer."""
        ...
