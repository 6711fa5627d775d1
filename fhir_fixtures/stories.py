"""The stories of the fixture patients, read from their files. Knows nothing of how a question is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tools.evidence import Value


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Record):
    """One question, its right answer, and the records that answer rests on; written by reading the chart."""

    question: str = Field(min_length=1)
    values: tuple[Value, ...]
    """Empty with status answered: the chart holds no such record. Names are the record's own text."""
    citations: tuple[str, ...]
    """`Type/id`. Empty where the answer is an absence, which rests on the receipt alone."""
    status: Literal["answered", "abstained"]
    """abstained: the chart cannot settle it."""
    unit: str | None = None
    """Unit of the numbers in `values`, as the cited record writes it."""
    note: str = ""
    """Why; what a careful reader has to notice."""
    as_of: str | None = None
    """Where it differs from the story's."""
    thread: tuple[Question, ...] = ()
    """Follow-up questions of the same conversation, in order."""


class Story(_Record):
    """One patient, the trap in the chart, and what may be asked about it."""

    patient: str
    """The FHIR logical id."""
    mrn: str
    title: str
    trap: str
    story: str
    as_of: str
    questions: tuple[Question, ...] = Field(min_length=8)

    def conversations(self) -> list[tuple[Question, ...]]:
        """Each question with its follow-ups, as the turns of one conversation."""
        return [(question, *question.thread) for question in self.questions]


def load_stories() -> list[Story]:
    """The stories of the hand-made patients, in the order of stories.json."""
    return _load("stories.json")


def load_long_stories() -> list[Story]:
    """The story of the patient with five thousand observations."""
    return _load("long_stories.json")


def _load(name: str) -> list[Story]:
    return TypeAdapter(list[Story]).validate_json((Path(__file__).parent / name).read_bytes())
