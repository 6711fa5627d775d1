"""Golden transcripts: whole conversations over the fixture patients as text. `make golden` writes them anew."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from agent.ask import ask
from agent.decision import CallTool, GiveAnswer
from agent.planners.planner import Planner, Turn
from agent.planners.rules import RulesPlanner
from agent.planners.scripted import ScriptedPlanner
from agent.rendering import render_transcript
from agent.transcript import Transcript
from fhir_fixtures import Story, fixture_paths, load_stories
from tools.chart import ChartCache, open_chart
from tools.fhir.client import FhirClient
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import open_store
from tools.toolbox import build_tools

GOLDEN = Path(__file__).parent / "golden"
CONVERSATIONS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "latest-value": ("rosa-delgado", "2024-06-01", ("What is the latest hemoglobin A1c?",)),
    "yes-or-no": ("samuel-adeyemi", "2024-06-01", ("Is hay fever on the problem list?", "Does he have gout?")),
    "never-recorded": ("clara-hoffmann", "2024-03-01", ("Does she have any allergies?",)),
    "ties": ("ingrid-solberg", "2024-03-01", ("What was the last potassium on 2023-05-10?",)),
    "count-then-first": (
        "theo-lindqvist",
        "2024-01-15T12:00:00-05:00",
        ("How many emergency department visits has he had?", "When was the first one?"),
    ),
    "refuted": ("walter-quinn", "2024-06-01", ("Did I have a pulmonary embolism?",)),
    "two-units": ("rosa-delgado", "2024-06-01", ("What was Rosa's highest glucose ever?",)),
    "organism": ("marisol-vega", "2024-06-01", ("What grew in the first blood culture?",)),
    "the-one-before": ("martin-keller", "2024-06-01", ("What was my last INR?", "And the one before?")),
    "on-hold": ("george-tanaka", "2024-06-01", ("Is he taking warfarin at the moment?",)),
    "over-a-limit": ("edith-brown", "2024-09-01", ("How often was my systolic over 140 in 2024?",)),
    "claims-removed": ("george-tanaka", "2024-06-01", ("What is he taking?",)),
    "chart-text-is-data": ("olivia-marsh", "2024-06-01", ("What was Ms. Marsh's last TSH?",)),
}
"""Name of the golden file: patient, moment, questions."""
SCRIPTS: dict[str, tuple[CallTool | GiveAnswer, ...]] = {
    "claims-removed": (
        CallTool(tool="query_chart", arguments={"kind": "medication_ordered", "about": ["warfarin"]}),
        GiveAnswer(citations=("E1",), text="He takes warfarin 10 mg. The order for warfarin is on-hold.", values=(10,)),
        GiveAnswer(citations=("E1",), text="He takes warfarin. The order for warfarin is on-hold."),
        GiveAnswer(citations=("E1",), text="He takes warfarin. The order for warfarin is on-hold."),
    )
}
"""What a model decides in some of them; `rules` decides in the others."""
STORE = open_store(":memory:")
load_paths(STORE, fixture_paths())


def open_client() -> FhirClient:
    return FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(STORE)))


async def converse(planner: Planner, patient: str, as_of: str, questions: Sequence[str]) -> list[Transcript]:
    """The transcripts of one conversation."""
    turns: tuple[Turn, ...] = ()
    told: list[Transcript] = []
    async with open_client() as client:
        for question in questions:
            chart = await open_chart(client, patient, as_of)
            told.append(await ask(chart, question, planner, build_tools(), history=turns))
            turns = (*turns, told[-1].to_turn())
    return told


def render(name: str) -> str:
    planner = ScriptedPlanner(SCRIPTS[name]) if name in SCRIPTS else RulesPlanner()
    return "\n".join(render_transcript(t) for t in asyncio.run(converse(planner, *CONVERSATIONS[name])))


@pytest.mark.parametrize("name", sorted(CONVERSATIONS))
def test_regenerating_a_golden_transcript_changes_nothing(name: str) -> None:
    assert render(name) == (GOLDEN / f"{name}.txt").read_text("utf-8"), "look at the difference, then `make golden`"


def test_every_golden_file_belongs_to_a_conversation() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(CONVERSATIONS)


@pytest.mark.parametrize("story", load_stories(), ids=lambda story: story.patient)
def test_what_rules_decides_gives_the_same_answer_when_played_back(story: Story) -> None:
    assert asyncio.run(replay_story(story)) == []


async def replay_story(story: Story) -> list[str]:
    """The questions of a story whose decisions, played back, give another answer."""
    differ: list[str] = []
    cache = ChartCache()
    async with open_client() as client:
        for conversation in story.conversations():
            turns: tuple[Turn, ...] = ()
            for asked in conversation:
                chart = await open_chart(client, story.patient, asked.as_of or story.as_of, cache=cache)
                told = await ask(chart, asked.question, RulesPlanner(), build_tools(), history=turns)
                script = [d for d in (*(s.call for s in told.steps), told.decision) if d is not None]
                again = await ask(chart, asked.question, ScriptedPlanner(script), build_tools(), history=turns)
                turns = (*turns, told.to_turn())
                differ += [asked.question] if again.answer != told.answer else []
    return differ


def write_all() -> None:
    """Write every golden file."""
    for path in GOLDEN.glob("*.txt"):
        path.unlink()
    for name in CONVERSATIONS:
        (GOLDEN / f"{name}.txt").write_text(render(name), "utf-8")


if __name__ == "__main__":
    from tests.test_golden_prompts import write_prompts

    write_all()
    write_prompts()
