"""The player as a contestant of an evaluation: each item is a game, and its pass rule says if it came out right."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from agent.cli.answering import Question, to_result
from agent.cli.planning import make_planner
from agent.cli.results import Result
from agent.planners.planner import Planner
from evals.contestants.contestant import Answered, Contestant
from evals.item import Item
from evals.setup import Setup, make_setup
from evals.suites.medagentbench.harness import Game
from evals.suites.medagentbench.items import Suite, load_suite
from evals.suites.medagentbench.playing import Played, play
from evals.suites.medagentbench.protocol import API_BASE, parse_action
from evals.suites.medagentbench.running import play_nothing, run_item
from evals.suites.medagentbench.serving import build_server, open_population
from tools.receipt import Receipt


def open_http(folder: Path, suite: Suite, fhir: str | None) -> httpx.AsyncClient:
    """What the harness asks: the server there, or ours in this process with the folder's data."""
    if fhir:
        return httpx.AsyncClient(timeout=60)
    app = build_server(open_population(folder, suite.made_up))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app))


@dataclass(frozen=True)
class GameSetup(Setup):
    """A setup whose charts are those of the benchmark's folder, unless a server is named."""

    folder: Path = Path()

    def check(self) -> None:
        """Raise UsageMistake for a planner that is none."""
        if self.planner != "nothing":
            make_planner(self.planner, self.model)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Contestant]:
        """The player, with a server to play against."""
        suite = load_suite(self.folder, self.fhir)
        planner = None if self.planner == "nothing" else make_planner(self.planner, self.model)
        async with open_http(self.folder, suite, self.fhir) as http:
            yield Player(suite, http, planner, self.fhir or API_BASE)


def make_game_setup(folder: Path, given: Mapping[str, Any]) -> GameSetup:
    """The setup in a task's arguments."""
    return GameSetup(**{**vars(make_setup(given)), "folder": folder})


@dataclass(frozen=True)
class Player:
    """The agent with one planner, or, with none, the player that finishes at once."""

    suite: Suite
    http: httpx.AsyncClient
    planner: Planner | None
    api_base: str = API_BASE

    @property
    def name(self) -> str:
        """The planner's."""
        return "nothing" if self.planner is None else self.planner.name

    async def answer(self, item: Item) -> Answered:
        """Play and grade one item; `passed` and `why` stand beside the fields of a result."""
        started, came = time.perf_counter(), [Played()]

        async def player(game: Game) -> None:
            if self.planner is None:
                await play_nothing(game)
            else:
                came[0] = await play(game.task, game.act, self.planner)

        outcome = await run_item(item, self.suite, self.http, player, self.api_base)
        told = self._to_result(item, came[0], outcome.game, time.perf_counter() - started)
        kept = {**told.model_dump(mode="json"), "passed": outcome.fault is None, "why": outcome.fault or "passed"}
        said = [m.content for m in outcome.game.history if m.role == "agent"]
        return Answered(
            {**kept, "actions": said, "format_errors": sum(parse_action(s) is None for s in said)}, came[0].transcript
        )

    def _to_result(self, item: Item, came: Played, game: Game, seconds: float) -> Result:
        finished = json.loads(game.result or "[]")
        acted = bool(finished) or any(m.role == "agent" and m.content.startswith("POST") for m in game.history)
        update = {
            "answer": came.reason, "values": tuple(finished), "status": "answered" if acted else "abstained",
            "retrieved": came.retrieved, "steps": game.rounds, "seconds": round(seconds, 6),
        }  # fmt: skip
        question = Question(item.question, item.patient, id=item.id, context=item.context)
        if came.transcript is not None:
            return to_result(question, came.transcript).model_copy(update=update)
        receipt = (came.receipt or Receipt(complete=False, reasons=("no search was made",))).model_dump(mode="json")
        return Result(
            id=item.id, question=item.question, patient=item.patient, as_of=item.as_of, planner=self.name,
            **{"receipt": receipt, **update},
        )  # fmt: skip
