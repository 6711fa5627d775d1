"""The schema of one decision: what this chart, these scopes, these tools and these handles allow, and nothing else.

JSON Schema that a grammar compiler, a server's structured output and validation read alike.
"""

from agent.step_schema.build import build_step_schema

__all__ = ["build_step_schema"]
