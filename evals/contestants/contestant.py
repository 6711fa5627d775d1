"""The contestant protocol: anything that answers an item. Knows nothing of what is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from agent.transcript import Transcript
from evals.item import Item


@dataclass(frozen=True)
class Answered:
    """What came of one item."""

    result: dict[str, Any]
    """The fields of `ask --json`, and beside them `computes`, `format_errors`, `tokens_to_read`."""
    transcript: Transcript | None = None
    """How it came about, where there is more than one move."""


class Contestant(Protocol):
    """Anything that answers. A failure is a result with status error, never an exception."""

    @property
    def name(self) -> str:
        """As it stands in logs."""
        ...

    async def answer(self, item: Item) -> Answered:
        """Answer one item."""
        ...
