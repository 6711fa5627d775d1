"""Transcript: everything of one question in order; the product of a run. Scoring reads it and needs no model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from agent.decision import CallTool, GiveAnswer
from agent.planners.planner import Step, Turn, Usage
from tools.evidence import Value
from tools.private_file import make_private
from tools.receipt import Receipt

EndReason = Literal["answered", "abstained", "step_limit", "format_limit", "bad_question", "failed"]


@dataclass(frozen=True)
class Answer:
    """What is told to the person who asked."""

    text: str
    values: tuple[Value, ...]
    citations: tuple[str, ...]
    """`Type/id` of the records it rests on."""
    status: Literal["answered", "abstained", "error"]
    removed: tuple[str, ...] = ()
    """Why verification took something out."""


@dataclass(frozen=True)
class Transcript:
    """One question: what was decided, retrieved, answered and checked."""

    question: str
    patient: str
    as_of: str
    context: str
    planner: str
    steps: tuple[Step, ...]
    decision: GiveAnswer | None
    answer: Answer
    retrieved: tuple[str, ...]
    receipt: Receipt
    end_reason: EndReason
    usage: Usage
    seconds: float
    format_errors: int = 0
    """How often the planner's output could not be read."""

    def to_turn(self) -> Turn:
        """What a next turn of the conversation needs of this one."""
        calls: tuple[CallTool, ...] = tuple(step.call for step in self.steps if step.finding is not None)
        return Turn(self.question, self.answer.text, calls, self.answer.citations, self.answer.values)


def save_transcript(path: Path, transcript: Transcript) -> None:
    """Append a transcript as one line of JSON; a new file is the user's alone, for it holds what a chart says."""
    make_private(path)
    with path.open("ab") as file:
        file.write(TypeAdapter(Transcript).dump_json(transcript) + b"\n")


def load_transcripts(path: Path) -> list[Transcript]:
    """The transcripts of a file, the inverse of `save_transcript`. Raises pydantic.ValidationError."""
    adapter: TypeAdapter[Transcript] = TypeAdapter(Transcript)
    return [adapter.validate_json(line) for line in path.read_bytes().splitlines() if line.strip()]


def to_json(transcript: Transcript) -> dict[str, Any]:
    """A transcript as plain JSON values."""
    plain: dict[str, Any] = TypeAdapter(Transcript).dump_python(transcript, mode="json")
    return plain
