"""Manner: how decisions are written, whatever model writes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Manner:
    """How decisions are written."""

    thinking: int = 0
    """Tokens of thought before each decision; nought for none."""
    seed: int | None = None
    """Decisions are drawn by chance with this seed; greedy without."""
    bound: bool = True
    """Whether a grammar keeps the output within the schema of the step."""
    longest: int = 768
    """Tokens of a decision."""
