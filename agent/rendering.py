"""Rendering: a transcript as text that people read and golden tests compare; nothing in it depends on the clock."""

from __future__ import annotations

import json
from collections.abc import Iterator

from agent.planners.planner import Step
from agent.transcript import Transcript
from tools.evidence import Finding
from tools.receipt import Receipt


def render_transcript(transcript: Transcript) -> str:
    """One question in order: what was called, what was found, what was answered, what was taken out."""
    lines = [f"Q: {transcript.question}"]
    for step in transcript.steps:
        lines += _render_step(step)
    answer = transcript.answer
    lines.append(f"A: {answer.text}")
    values = json.dumps(answer.values, ensure_ascii=False)
    lines.append(f"   {answer.status} ({transcript.end_reason}); values {values}")
    lines += [f"   cites {reference}" for reference in answer.citations]
    lines += [f"   removed: {why}" for why in answer.removed]
    lines.append(f"   {_render_receipt(transcript.receipt)}")
    return "\n".join(lines) + "\n"


def _render_step(step: Step) -> Iterator[str]:
    yield f"-> {step.call.tool} {json.dumps(step.call.arguments, ensure_ascii=False)}"
    if step.finding is None:
        yield f"   error: {step.error}"
        return
    yield f"   {step.finding.handle}: {step.finding.statement}"
    yield from _render_rows(step.finding)


def _render_rows(finding: Finding) -> Iterator[str]:
    yield from (f"   {row.line}" for row in finding.evidence)
    if finding.total > len(finding.evidence):
        yield f"   ({finding.total} in all)"


def _render_receipt(receipt: Receipt) -> str:
    seen = "complete" if receipt.complete else f"incomplete: {'; '.join(receipt.reasons)}"
    return f"{seen}; as of {receipt.as_of} ({receipt.as_of_source})"
