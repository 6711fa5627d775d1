"""Plays the tasks, one way or the other, and grades them; the do-nothing player beside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from agent.planners.planner import Planner
from evals.item import Item
from evals.suites.medagentbench.chat import reply
from evals.suites.medagentbench.grading import Case, grade
from evals.suites.medagentbench.grading import Played as Left
from evals.suites.medagentbench.harness import Game, GameOver
from evals.suites.medagentbench.items import Suite
from evals.suites.medagentbench.playing import play
from evals.suites.medagentbench.protocol import API_BASE, Task, format_finish

Player = Callable[[Game], Awaitable[None]]


@dataclass(frozen=True)
class Outcome:
    """One task played and graded."""

    item: Item
    fault: str | None
    """None: passed."""
    rounds: int
    game: Game


def play_directly(planner: Planner) -> Player:
    """Our agent, called in this process."""

    async def run(game: Game) -> None:
        await play(game.task, game.act, planner)

    return run


def play_as_chat(planner: Planner) -> Player:
    """Our agent as a chat agent that is given the messages so far."""

    async def run(game: Game) -> None:
        while game.status == "running":
            await game.act(await reply([m.content for m in game.history], planner))

    return run


async def play_nothing(game: Game) -> None:
    """The player that finishes at once."""
    await game.act(format_finish(()))


async def run_item(
    item: Item, suite: Suite, http: httpx.AsyncClient, player: Player, api_base: str = API_BASE
) -> Outcome:
    """Play one task and grade what was left."""
    game = Game(http, Task(item.question, item.context, api_base), suite.functions)
    try:
        await player(game)
    except GameOver as error:
        return Outcome(item, f"the harness ended it: {error}", game.rounds, game)
    solution = item.gold.values if item.template == "task1" else ()
    case = Case(item.template, item.patient, suite.truth, solution, item.question)
    return Outcome(item, grade(case, Left(game.history, api_base)), game.rounds, game)
