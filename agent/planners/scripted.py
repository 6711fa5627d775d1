"""The scripted planner plays back decisions: for tests, and to replay what another planner decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.decision import CallTool, GiveAnswer
from agent.errors import PlannerFormatError
from agent.planners.planner import Decided, PlannerView


@dataclass
class ScriptedPlanner:
    """Gives its decisions one after another; a text among them stands for output that cannot be parsed."""

    script: Sequence[CallTool | GiveAnswer | str]
    views: list[PlannerView] = field(default_factory=list)
    """What the planner was shown."""

    @property
    def name(self) -> str:
        """Its name in transcripts."""
        return "scripted"

    async def decide(self, view: PlannerView) -> Decided:
        """The next decision of the script. Raises PlannerFormatError, and IndexError past its end."""
        decision = self.script[len(self.views)]
        self.views.append(view)
        if isinstance(decision, str):
            raise PlannerFormatError(decision)
        return Decided(decision)
