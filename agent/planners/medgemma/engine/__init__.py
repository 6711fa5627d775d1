"""Runs a Gemma 3 in this process: grammar-bound decoding, a cache that outlives questions, several texts at once.

Needs torch, transformers and llguidance, and nothing else of this project.
"""

from agent.planners.medgemma.engine.decode import Generated, Request
from agent.planners.medgemma.engine.engine import Engine, open_engine
from agent.planners.medgemma.engine.errors import (
    EngineError,
    GrammarFailed,
    ModelUnavailable,
    NotEnoughMemory,
    PromptTooLong,
    StepFailed,
)
from agent.planners.medgemma.engine.loading import Options, check_model

__all__ = [
    "Engine",
    "EngineError",
    "Generated",
    "GrammarFailed",
    "ModelUnavailable",
    "NotEnoughMemory",
    "Options",
    "PromptTooLong",
    "Request",
    "StepFailed",
    "check_model",
    "open_engine",
]
