"""Questions of the fixture patients put to random weights: `python -m evals.small_gemma.episodes [COUNT]`.

Whatever the weights say, with the grammar every decision can be read and run, and every question ends in an answer, an
abstention or the limit of steps; without it, in the limit of corrections. Each episode draws with its own seed, and
goes on with a second question of the same conversation. Exits 1 where that does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import torch

import fhir_fixtures
from agent.ask import ask
from agent.planners.medgemma.engine import Engine, Options, open_engine
from agent.planners.medgemma.manner import Manner
from agent.planners.medgemma.planner import MedGemmaPlanner
from agent.planners.planner import Turn
from evals.small_gemma import build_small_gemma
from fhir_fixtures.stories import Story, load_stories
from tools.chart import open_chart
from tools.fhir.client import FhirClient
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import open_store
from tools.toolbox import build_tools

_OPTIONS = Options(device="cpu", context=24_576, rows=4)
_UNBOUND = Manner(bound=False, longest=24)
_BOUND_ENDS = {"answered", "abstained", "step_limit"}


@dataclass
class Tally:
    """What became of the questions of one manner."""

    name: str
    ends: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    told: int = 0
    """Calls that a tool refused, with the valid choices."""
    unread: int = 0
    """Outputs that were no decision."""
    crashes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def row(self) -> str:
        """A line of the table."""
        ends = [str(self.ends[end]) for end in ("answered", "abstained", "step_limit", "format_limit")]
        counts = [self.calls, self.told, self.unread, len(self.crashes)]
        return " | ".join([f"| {self.name}", str(self.ends.total()), *ends, *map(str, counts), f"{self.seconds:.0f} |"])


_HEADER = (
    "| grammar | questions | answered | abstained | step limit | format limit | calls | refused by a tool | unread "
    "| crashed | s |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


async def play_episode(
    client: FhirClient, engine: Engine, story: Story, questions: Sequence[str], manner: Manner, tally: Tally
) -> None:
    """One conversation, tallied however it goes."""
    planner, history = MedGemmaPlanner("small", _OPTIONS, manner, engine), list[Turn]()
    for question in questions:
        try:
            chart = await open_chart(client, story.patient, story.as_of)
            transcript = await ask(chart, question, planner, build_tools(), history=history)
        except Exception as error:
            tally.crashes.append(f"{story.patient}, seed {manner.seed}: {type(error).__name__}: {error}")
            return
        tally.ends[transcript.end_reason] += 1
        tally.calls += len(transcript.steps)
        tally.told += sum(step.error is not None for step in transcript.steps)
        tally.unread += transcript.format_errors
        history.append(transcript.to_turn())


async def play_episodes(client: FhirClient, engine: Engine, count: int, manner: Manner) -> Tally:
    """So many conversations, a few at once."""
    tally, started = Tally("on" if manner.bound else "off"), time.monotonic()
    stories, places = load_stories(), asyncio.Semaphore(_OPTIONS.rows)

    async def play(number: int) -> None:
        story = stories[number % len(stories)]
        asked = [q.question for q in story.questions]
        first = number // len(stories) * 2 % len(asked)
        drawn = Manner(manner.thinking, number, manner.bound, manner.longest)
        async with places:
            await play_episode(client, engine, story, (asked[first], asked[(first + 1) % len(asked)]), drawn, tally)

    await asyncio.gather(*map(play, range(count)))
    tally.seconds = time.monotonic() - started
    return tally


async def _run(folder: Path, count: int) -> list[Tally]:
    store = open_store(":memory:")
    load_paths(store, [Path(fhir_fixtures.__file__).parent / "patients"])
    engine = open_engine(str(folder), _OPTIONS)
    transport = httpx.ASGITransport(app=build_app(store))
    async with FhirClient("http://store.local/", transport=transport) as client:
        bound = await play_episodes(client, engine, count, Manner())
        unbound = await play_episodes(client, engine, max(1, count // 10), _UNBOUND)
    engine.close()
    return [bound, unbound]


def main() -> None:
    """Build the model, play, print the table."""
    parser = argparse.ArgumentParser(prog="python -m evals.small_gemma.episodes", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100, help="episodes with the grammar; a tenth without")
    count = parser.parse_args().count
    torch.set_num_threads(1)  # of so small a model's layers, two threads make work for each other
    with tempfile.TemporaryDirectory() as folder:
        build_small_gemma(Path(folder))
        tallies = asyncio.run(_run(Path(folder), count))
    print(_HEADER, *(tally.row() for tally in tallies), sep="\n")
    bound, unbound = tallies
    print(*bound.crashes, *unbound.crashes, sep="\n")
    held = set(bound.ends) <= _BOUND_ENDS and not bound.unread and set(unbound.ends) <= {"format_limit"}
    sys.exit(not held or bool(bound.crashes or unbound.crashes))


if __name__ == "__main__":
    main()
