"""Our agent as a chat agent: given the messages so far, the next action. Keeps nothing between turns.

The task is played anew each time with the harness's own replies, up to the first action that has none: planners that
decide alike over the same messages, as `rules` does, need no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from agent.planners.planner import Planner
from evals.suites.medagentbench.playing import Played, play
from evals.suites.medagentbench.protocol import format_finish, parse_prompt


async def reply(messages: Sequence[str], planner: Planner) -> str:
    """The next action; `messages`: the prompt, then action and answer in turns. Raises ValueError for no prompt."""
    task, answers = parse_prompt("".join(messages[:1])), list(messages[2::2])
    due = asyncio.Queue[str](1)

    async def act(action: str) -> str:
        if answers:
            return answers.pop(0)
        await due.put(action)
        await asyncio.Event().wait()
        return ""

    playing, waiting = asyncio.create_task(play(task, act, planner)), asyncio.create_task(due.get())
    try:
        await asyncio.wait({playing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        return waiting.result() if waiting.done() else _ended(playing)
    finally:
        playing.cancel()
        waiting.cancel()
        await asyncio.gather(playing, waiting, return_exceptions=True)


def _ended(playing: asyncio.Task[Played]) -> str:
    """What is said after the end, which no harness asks for; or the error that ended it."""
    playing.result()
    return format_finish(())
