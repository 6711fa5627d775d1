"""Results that were kept: lines of `anamnesis batch`, or of any other program in that form. Asks nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.cli.results import make_error
from evals.contestants.contestant import Answered
from evals.item import Item
from evals.suites.question_files import load_lines


class Recorded:
    """Gives each item the result that a file holds under its id."""

    def __init__(self, path: Path) -> None:
        self._results: dict[str, dict[str, Any]] = {str(line.get("id")): line for line in load_lines(path)}

    @property
    def name(self) -> str:
        """The planner that the results name."""
        return str(next((r.get("planner") for r in self._results.values()), "recorded"))

    async def answer(self, item: Item) -> Answered:
        """The item's result; one that is missing is an error."""
        missing = {"id": item.id, "question": item.question, "patient": item.patient}
        kept = self._results.get(item.id)
        return Answered(kept or make_error(missing, self.name, "the file holds no result of this id").model_dump())
