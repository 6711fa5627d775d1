"""Conversations that persist: in a file of the user's own or in PostgreSQL, each bound to one patient."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.decision import CallTool
from agent.errors import ThreadUnusable
from agent.planners.planner import Turn
from agent.threads import Threads, open_threads, to_kept, to_turns

GLUCOSE = CallTool(tool="query_chart", arguments={"kind": "lab", "about": ["glucose"], "pick": {"which": "last"}})


def turn(question: str) -> Turn:
    return Turn(question, "Glucose: 95 mg/dL.", (GLUCOSE,), ("Observation/1",), (95, 1.5, True, "x"))


async def say(threads: Threads, name: str, text: str, patient: str = "rosa", after: list[str] | None = None) -> int:
    """Ask, and give the number of turns that were there before."""
    seen: list[int] = []

    async def answer(turns: tuple[Turn, ...]) -> Turn:
        seen.append(len(turns))
        return turn(text)

    await threads.ask(name, patient, (text, text), answer, after)
    return seen[0]


def test_a_turn_comes_back_as_it_was_kept() -> None:
    assert to_turns([to_kept(turn("Q?"), "a")]) == (turn("Q?"),)


@pytest.fixture(params=["file", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return str(tmp_path / "folder" / "threads.sqlite")
    return str(request.getfixturevalue("postgres"))


@pytest.mark.anyio
async def test_a_conversation_goes_on_after_the_program_ended(place: str) -> None:
    async with open_threads(place) as threads:
        assert [await say(threads, "morning", "a"), await say(threads, "evening", "b")] == [0, 0]
    async with open_threads(place) as threads:
        assert await say(threads, "morning", "c") == 1
        assert await threads.read_turns("morning", "rosa") == {"a": turn("a"), "c": turn("c")}
        assert await threads.read_turns("noon", "rosa") == {}


@pytest.mark.anyio
async def test_a_thread_stays_with_its_patient(place: str) -> None:
    async with open_threads(place) as threads:
        await say(threads, "bound", "a")
        with pytest.raises(ThreadUnusable):
            await say(threads, "bound", "b", patient="walter")
        with pytest.raises(ThreadUnusable):
            await threads.read_turns("bound", "walter")
        assert list(await threads.read_turns("bound", "rosa")) == ["a"]


@pytest.mark.anyio
async def test_a_question_that_fails_leaves_no_turn(place: str) -> None:
    async def fail(turns: tuple[Turn, ...]) -> Turn:
        raise ConnectionError("gone")

    async with open_threads(place) as threads:
        await say(threads, "failing", "a")
        with pytest.raises(ConnectionError):
            await threads.ask("failing", "rosa", ("b", "b"), fail)
        assert await say(threads, "failing", "c") == 1


@pytest.mark.anyio
async def test_a_conversation_can_go_on_from_some_of_its_turns(place: str) -> None:
    async with open_threads(place) as threads:
        for text in "abc":
            await say(threads, "t", text)
        assert await say(threads, "t", "d", after=["a"]) == 1
        assert list(await threads.read_turns("t", "rosa")) == ["a", "d"]
        assert await say(threads, "t", "e", patient="walter", after=[]) == 0


@pytest.mark.anyio
async def test_the_file_and_what_lies_beside_it_are_the_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "threads.sqlite"
    async with open_threads(path) as threads:
        await say(threads, "t", "a")
        assert set(modes(tmp_path)) == {0o600}


def modes(folder: Path) -> list[int]:
    return [path.stat().st_mode & 0o777 for path in folder.iterdir()]


@pytest.mark.anyio
async def test_a_file_that_is_no_database_is_said_to_be_unusable(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to be looked at as one " * 50)
    with pytest.raises(ThreadUnusable):
        async with open_threads(tmp_path / "notes.txt"):
            pass


@pytest.mark.anyio
async def test_a_database_that_is_not_there_is_said_to_be_unusable() -> None:
    with pytest.raises(ThreadUnusable):
        async with open_threads("postgresql://nobody@127.0.0.1:1/none"):
            pass


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_a_folder_and_a_database_of_another_program_are_no_place_for_conversations(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as other:
        other.execute("CREATE TABLE resource (id TEXT)")
        other.commit()
    before = (tmp_path / "store.sqlite").read_bytes()
    for place in (tmp_path, tmp_path / "store.sqlite"):
        with pytest.raises(ThreadUnusable):
            async with open_threads(place):
                pass
    assert (tmp_path / "store.sqlite").read_bytes() == before
