"""The rules planner: a deterministic semantic parser from a question to a ChartQuery. No weights, milliseconds."""

from agent.planners.rules.planner import RulesPlanner

__all__ = ["RulesPlanner"]
