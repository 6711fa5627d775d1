"""Chooses the planner that the caller named."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agent.cli.failures import UsageMistake

if TYPE_CHECKING:
    from agent.planners.planner import Planner

PLANNER_KEY = "ANAMNESIS_PLANNER_KEY"
"""The environment variable whose value is sent as bearer token to the planner's server, and nowhere else."""


def make_planner(name: str, model: str | None) -> Planner:
    """The planner called `rules`, or the one behind a URL. Raises UsageMistake."""
    if name == "rules":
        from agent.planners.rules import RulesPlanner

        return RulesPlanner()
    if name.startswith(("http://", "https://")):
        if not model:
            raise UsageMistake("a planner behind a URL needs --model, the id its server knows")
        from agent.planners.openai import OpenAIPlanner

        return OpenAIPlanner(name, model, key=os.environ.get(PLANNER_KEY) or None)
    raise UsageMistake(f"no planner {name!r}; choose rules or the base URL of an OpenAI-compatible server")
