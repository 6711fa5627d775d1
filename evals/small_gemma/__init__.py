"""Builds a Gemma 3 of a few million parameters with random weights: the real architecture, tokenizer and chat template.

For checks where MedGemma's weights are not at hand. It answers nothing; whatever it says is noise.
"""

from __future__ import annotations

from evals.small_gemma.building import build_small_gemma

__all__ = ["build_small_gemma"]
