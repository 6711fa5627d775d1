"""The openai planner: any OpenAI-compatible server, the schema as structured output, what comes checked anyway."""

from agent.planners.openai.exchange import Limits
from agent.planners.openai.planner import OpenAIPlanner

__all__ = ["Limits", "OpenAIPlanner"]
