"""Golden prompts: what a model sees at one decision, in Gemma's turns. `make golden` writes them anew."""

from __future__ import annotations

import asyncio

import pytest

from agent.decision import CallTool, GiveAnswer
from agent.planners.scripted import ScriptedPlanner
from agent.prompts import build_messages
from tests.test_golden_transcripts import GOLDEN, converse

PROMPTS = GOLDEN / "prompts"
GIVEN, LEFT_OPEN = GiveAnswer(citations=("Q1",)), GiveAnswer(status="abstained")


def query(**arguments: object) -> CallTool:
    return CallTool(tool="query_chart", arguments=arguments)


LAST_A1C = query(kind="lab", about=["hemoglobin A1c"], pick={"which": "last"})
SITUATIONS: dict[str, tuple[tuple[str, ...], tuple[CallTool | GiveAnswer | str, ...]]] = {
    "first-decision": (("What is the latest hemoglobin A1c?",), (LEFT_OPEN,)),
    "after-an-error-and-many-records": (
        ("Which labs were measured?",),
        (query(kind="lab", when="whenever"), query(kind="lab"), GIVEN),
    ),
    "sent-back": (
        ("What is the latest hemoglobin A1c?",),
        (LAST_A1C, GiveAnswer(citations=("Q1",), text="It was 9.9 %."), GIVEN),
    ),
    "output-not-read": (("What is the latest hemoglobin A1c?",), ("the output was empty", LEFT_OPEN)),
    "fourth-turn": (
        ("What is the latest hemoglobin A1c?", "Any gout?", "Which drugs were ordered?", "Which of them last?"),
        (
            LAST_A1C, GIVEN,
            query(kind="condition", about=["gout"], compute="exists"), GIVEN,
            query(kind="medication_ordered", field="name"), GIVEN,
            query(kind="medication_ordered", among="previous_answer", pick={"which": "last"}), GIVEN,
        ),
    ),
}  # fmt: skip
"""Name of the golden file: the questions about Rosa Delgado, and what is decided; shown is the last decision."""


def render(name: str) -> str:
    questions, script = SITUATIONS[name]
    planner = ScriptedPlanner(script)
    asyncio.run(converse(planner, "rosa-delgado", "2024-06-01", questions))
    system, *turns = build_messages(planner.views[-1])
    turns[0] = {"role": "user", "content": f"{system['content']}\n\n{turns[0]['content']}"}
    told = (f"<start_of_turn>{t['role'].replace('assistant', 'model')}\n{t['content']}<end_of_turn>\n" for t in turns)
    return "<bos>" + "".join(told) + "<start_of_turn>model\n"


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_regenerating_a_golden_prompt_changes_nothing(name: str) -> None:
    assert render(name) == (PROMPTS / f"{name}.txt").read_text("utf-8"), "look at the difference, then `make golden`"


def test_every_golden_prompt_belongs_to_a_situation() -> None:
    assert {path.stem for path in PROMPTS.glob("*.txt")} == set(SITUATIONS)


def write_prompts() -> None:
    """Write every golden prompt."""
    PROMPTS.mkdir(exist_ok=True)
    for path in PROMPTS.glob("*.txt"):
        path.unlink()
    for name in SITUATIONS:
        (PROMPTS / f"{name}.txt").write_text(render(name), "utf-8")
