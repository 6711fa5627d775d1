"""The harness: carries out a player's actions against a FHIR server and keeps what was said. No POST is executed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from evals.suites.medagentbench.protocol import (
    ACCEPTED,
    INVALID_POST,
    MOST_ROUNDS,
    Finish,
    Get,
    Post,
    Task,
    build_prompt,
    format_failed,
    format_got,
    parse_action,
)

Json = dict[str, Any]
Status = Literal["running", "completed", "invalid action", "round limit"]


class GameOver(Exception):
    """The harness takes no more actions."""


@dataclass(frozen=True)
class Message:
    """One message: `user` is the harness, `agent` the player."""

    role: Literal["user", "agent"]
    content: str


@dataclass
class Game:
    """One task being played; graded by its history and its result."""

    http: httpx.AsyncClient
    task: Task
    functions: Sequence[Json] = ()
    history: list[Message] = field(default_factory=list)
    status: Status = "running"
    result: str | None = None
    rounds: int = 0

    def __post_init__(self) -> None:
        self.history.append(Message("user", build_prompt(self.task, self.functions)))

    async def act(self, text: str) -> str:
        """Carry out an action and say what came of it. Raises GameOver where none is taken any more."""
        if self.status != "running":
            raise GameOver(self.status)
        self.rounds += 1
        self.history.append(Message("agent", text))
        action = parse_action(text)
        if action is None or isinstance(action, Finish):
            self.status = "completed" if action is not None else "invalid action"
            self.result = action.result if action is not None else None
            return ""
        said = await self._get(action) if isinstance(action, Get) else _take(action)
        self.history.append(Message("user", said))
        if self.rounds >= MOST_ROUNDS:
            self.status = "round limit"
        return said

    async def _get(self, action: Get) -> str:
        try:
            answer = await self.http.get(f"{action.url}&_format=json")
            answer.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return format_failed(str(error))
        return format_got(answer.text)


def _take(action: Post) -> str:
    return INVALID_POST if action.payload is None else ACCEPTED
