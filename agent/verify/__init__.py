"""verify gates an answer: a claim that the cited evidence does not bear out is a fault. What it can't check is one."""

from agent.verify.check import Checked, check_answer, check_text, cited_findings, holds_value
from agent.verify.tracing import find_untraced

__all__ = ["Checked", "check_answer", "check_text", "cited_findings", "find_untraced", "holds_value"]
