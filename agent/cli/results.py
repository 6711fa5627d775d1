"""The result of one question as other programs read it: `ask --json`, and each line of batch output."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from tools.evidence import Value
from tools.receipt import Receipt


class Result(BaseModel):
    """One question's result; the fields and their order are a contract."""

    model_config = ConfigDict(frozen=True)

    id: str | None
    question: str
    patient: str
    as_of: str | None
    answer: str
    values: tuple[Value, ...] = ()
    citations: tuple[str, ...] = ()
    """`Type/id`."""
    retrieved: tuple[str, ...] = ()
    status: Literal["answered", "abstained", "error"]
    receipt: dict[str, Any]
    planner: str
    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0

    def to_line(self) -> str:
        """As one line of JSON."""
        return self.model_dump_json()


def make_error(question: dict[str, Any], planner: str, reason: str) -> Result:
    """The result of a question that failed.

    >>> made = make_error({"id": "a", "question": "Q?", "patient": "p"}, "rules", "no such patient")
    >>> made.status, made.answer
    ('error', 'no such patient')
    """
    reason = _text(reason) or ""
    receipt = Receipt(complete=False, reasons=(reason,)).model_dump(mode="json")
    return Result(
        id=_text(question.get("id")),
        question=_text(question.get("question")) or "",
        patient=_text(question.get("patient")) or "",
        as_of=_text(question.get("as_of")),
        answer=reason,
        status="error",
        receipt=receipt,
        planner=planner,
    )


def _text(value: object) -> str | None:
    """Half of a surrogate pair, which JSON can escape and UTF-8 can't hold, becomes `?`."""
    return None if value is None else str(value).encode("utf-8", "replace").decode("utf-8")
