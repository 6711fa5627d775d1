"""verify gates an answer: a claim that the cited evidence does not bear out is a fault. What it can't check is one."""

from agent.verify.check import Checked, check_answer, check_text, cited_findings, holds_value

__all__ = ["Checked", "check_answer", "check_text", "cited_findings", "holds_value"]
