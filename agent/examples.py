"""Worked examples for a model planner: made up, of no chart and no question set. Prompt text, checked by tests."""

from __future__ import annotations

import json
from typing import Any

from agent.decision import CallTool, GiveAnswer

WORKED: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "Highest potassium in intensive care this spring?",
        {
            "kind": "lab", "about": ["potassium"], "when": "since March 2031",
            "during": {"type": "icu", "which": "last"}, "compute": "max",
        },
    ),
    (
        "Did he get paracetamol the day before he broke his wrist?",
        {
            "kind": "medication_administered", "about": ["paracetamol"],
            "around": {"relation": "before", "kind": "condition", "about": ["wrist fracture"], "hours": 24},
            "compute": "exists",
        },
    ),
    (
        "Who started the statin she is on?",
        {
            "kind": "medication_ordered", "about": ["statin"], "where": [{"field": "status", "value": "active"}],
            "field": "prescriber",
        },
    ),
)  # fmt: skip
"""A question, and the arguments of `query_chart` that answer it."""


def format_examples() -> str:
    """Each question with its call, and how a finding is answered from."""
    calls = [(question, CallTool(tool="query_chart", arguments=plan)) for question, plan in WORKED]
    told = [line for question, call in calls for line in (question, call.model_dump_json())]
    answer = json.dumps(GiveAnswer(citations=("Q1",)).model_dump(exclude_none=True), separators=(",", ":"))
    return "\n".join(["Examples, of other charts:", *told, "When a finding Q1 settles it:", answer])


EXAMPLES = format_examples()
