"""`anamnesis demo`: the fixture patients, five questions of different kinds, answers with citations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from agent.cli.terminal import tell

if TYPE_CHECKING:
    from agent.cli.answering import Question
    from tools.store.store import Store

QUESTIONS = (
    ("rosa-delgado", "What is the latest hemoglobin A1c?"),
    ("rosa-delgado", "How many glucose results are in the chart?"),
    ("george-tanaka", "Is he on a statin?"),
    ("theo-lindqvist", "How many emergency department visits has he had?"),
    ("clara-hoffmann", "Does she have any allergies?"),
)
_NEXT = (
    'anamnesis ask "Why do I take metformin?" --patient rosa-delgado',
    "anamnesis chat --patient walter-quinn",
    "anamnesis overview --patient amir-rahman",
    "anamnesis load PATH-TO-YOUR-FHIR-FILES",
)


def demo() -> None:
    """Load the fixture patients and answer five questions about them."""
    from agent.cli.failures import run_command

    if not run_command(_demo()):
        raise typer.Exit(1)


async def _demo() -> bool:
    from agent.cli.answering import Asker
    from agent.cli.asking import describe_asked
    from agent.cli.composition import default_store, open_place, serve_store
    from agent.planners.rules import RulesPlanner

    store = open_place(":memory:")
    count = load_fixtures(store)
    tell(f"{count} resources of {len(_patients())} made-up patients.\n")
    fine = True
    async with serve_store(store) as client:
        asker = Asker(client, RulesPlanner())
        for question in list_questions():
            asked = await asker.ask(question)
            fine = fine and asked.result.status != "error"
            tell("\n  ".join(describe_asked(asked, question.text)) + "\n")
    store.close()
    kept = open_place(None)
    load_fixtures(kept)
    kept.close()
    tell(f"The same patients are in your store now ({default_store()}). Next, try:")
    tell("\n".join(f"  {line}" for line in _NEXT))
    return fine


def list_questions() -> list[Question]:
    """The demo's questions, each as of the moment its patient's story is told."""
    from agent.cli.answering import Question
    from fhir_fixtures.stories import load_stories

    moments = {story.patient: story.as_of for story in load_stories()}
    return [Question(text, patient, as_of=moments[patient]) for patient, text in QUESTIONS]


def load_fixtures(store: Store) -> int:
    """Load the fixture patients; the number of resources that are there now."""
    from tools.store.loading import load_paths

    load_paths(store, [_folder() / "shared.json", *_patients()])
    return sum(store.count_types().values())


def _folder() -> Path:
    import fhir_fixtures

    return Path(fhir_fixtures.__path__[0])


def _patients() -> list[Path]:
    from fhir_fixtures import long_chart_path

    return [*sorted((_folder() / "patients").glob("*.json")), long_chart_path()]
