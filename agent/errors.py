"""What planners and threads raise. Knows nothing of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.planners.planner import Usage


class PlannerFormatError(Exception):
    """A planner's output is no decision; the text says what was wrong and is shown to the planner."""

    def __init__(self, text: str, usage: Usage | None = None) -> None:
        super().__init__(text)
        self.usage = usage
        """What the output cost."""


class PlannerUnavailable(Exception):
    """The server behind a planner can't be reached, or refuses."""


class PromptTooLong(Exception):
    """What a model would have to read is more than it can, and nothing more can be left out."""


class ThreadUnusable(Exception):
    """A conversation that can't be gone on with: another patient's, or kept where nothing can be read or written."""
