"""Threads: conversations that persist through LangGraph's checkpointers, each bound to one patient.

Checkpoints hold what was asked and answered about a patient: a file of them made here is the user's alone (mode 0600).
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from pydantic import TypeAdapter

from agent.errors import ThreadUnusable
from agent.planners.planner import Turn
from tools.private_file import make_private

Answering = Callable[[tuple[Turn, ...]], Awaitable[Turn]]
"""Answers one question, given the turns before it."""

_TURN = TypeAdapter(Turn)


class Conversation(TypedDict, total=False):
    """What a checkpoint keeps: plain JSON, no chart."""

    question: str
    patient: str
    """The FHIR logical id that the thread is bound to."""
    turns: list[dict[str, Any]]
    """Each with the `id` of its question, null where it has none."""


@dataclass(frozen=True)
class _Asking:
    """What one question brings along; it is not kept."""

    patient: str
    answering: Answering
    id: str | None
    after: Collection[str] | None


async def _take_turn(state: Conversation, runtime: Runtime[_Asking]) -> Conversation:
    asking, kept = runtime.context, state.get("turns", [])
    if asking.after is not None:
        kept = [t for t in kept if t["id"] in asking.after]
    if kept and state.get("patient") != asking.patient:
        raise ThreadUnusable("the thread belongs to another patient; start a new thread")
    turn = await asking.answering(to_turns(kept))
    return {"patient": asking.patient, "turns": [*kept, to_kept(turn, asking.id)]}


def to_turns(kept: Sequence[dict[str, Any]]) -> tuple[Turn, ...]:
    """The turns of a conversation as they were kept, the inverse of `to_kept`."""
    return tuple(_TURN.validate_python({k: v for k, v in t.items() if k != "id"}) for t in kept)


def to_kept(turn: Turn, question_id: str | None = None) -> dict[str, Any]:
    """A turn as plain JSON values."""
    plain: dict[str, Any] = _TURN.dump_python(turn, mode="json")
    return {"id": question_id, **plain}


@cache
def _graph() -> StateGraph[Conversation, _Asking, Conversation, Conversation]:
    graph = StateGraph(Conversation, context_schema=_Asking)
    graph.add_node("take_turn", _take_turn)
    graph.add_edge(START, "take_turn")
    graph.add_edge("take_turn", END)
    return graph


@dataclass(frozen=True)
class Threads:
    """The conversations of one place."""

    graph: Any
    """Compiled with the place's checkpointer."""

    async def read_turns(self, name: str, patient: str) -> dict[str | None, Turn]:
        """A thread's turns by the id of their question. Raises ThreadUnusable where it is another patient's."""
        kept = (await self.graph.aget_state(_config(name))).values
        if kept.get("patient", patient) != patient:
            raise ThreadUnusable(f"the thread {name!r} belongs to another patient; choose another name")
        turns = kept.get("turns", [])
        return {t["id"] or f"turn {n}": turn for n, (t, turn) in enumerate(zip(turns, to_turns(turns), strict=True), 1)}

    async def ask(
        self,
        name: str,
        patient: str,
        question: tuple[str | None, str],
        answering: Answering,
        after: Collection[str] | None = None,
    ) -> None:
        """Take one more turn, question given by id and text. Of the turns kept, `after` names those it goes on from.

        Raises ThreadUnusable where the thread is another patient's, and what `answering` raises; then no turn is kept.
        """  # fmt: skip
        question_id, text = question
        asking = _Asking(patient, answering, question_id, after)
        try:
            await self.graph.ainvoke({"question": text}, config=_config(name), context=asking)
        except sqlite3.Error as error:
            raise ThreadUnusable(f"the conversation could not be kept: {error}") from error


def _config(name: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": name}}


@asynccontextmanager
async def open_threads(place: str | Path) -> AsyncIterator[Threads]:
    """The conversations kept in a file, made if there is none, or in a PostgreSQL database. Raises ThreadUnusable."""
    async with AsyncExitStack() as stack:
        if "://" in str(place):
            saver = await _open_postgres(str(place), stack)
        else:
            saver = await _open_file(str(place), stack)
        yield Threads(_graph().compile(checkpointer=saver))


async def _open_file(place: str, stack: AsyncExitStack) -> Any:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    try:
        saver = await stack.enter_async_context(AsyncSqliteSaver.from_conn_string(_make_file(place)))
        await saver.setup()
    except (sqlite3.Error, OSError) as error:
        raise ThreadUnusable(f"conversations can't be kept in {place}: {error}") from error
    return saver


def _make_file(place: str) -> str:
    """Make the file where there is none; its path."""
    path = Path(place).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_private(path)
    _check_tables(path)
    return str(path)


def _check_tables(path: Path) -> None:
    """Raise ThreadUnusable for another program's database, sqlite3.Error for what is none."""
    with closing(sqlite3.connect(path)) as file:
        tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "checkpoints" not in tables:
        raise ThreadUnusable(f"{path.name} holds tables of another program; name another file with --threads")


async def _open_postgres(url: str, stack: AsyncExitStack) -> Any:
    try:
        import psycopg
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    except ImportError as error:
        raise ThreadUnusable("keeping conversations in PostgreSQL needs the postgres extra") from error
    try:
        plain = url.replace("+psycopg", "", 1)
        saver = await stack.enter_async_context(AsyncPostgresSaver.from_conn_string(plain))
        await saver.setup()
    except psycopg.Error as error:
        raise ThreadUnusable(f"conversations can't be kept in the database: {type(error).__name__}") from error
    return saver
