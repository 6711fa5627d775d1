"""`anamnesis chat`: questions and follow-ups about one patient; a named thread goes on where it stopped."""

from __future__ import annotations

import signal
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.options import Patient
from agent.cli.settings import Settings, with_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from agent.ask import Move
    from agent.cli.answering import Asked, Asker, Question
    from agent.planners.planner import Turn
    from agent.threads import Threads
    from tools.chart import ChartCache

ThreadName = Annotated[str | None, typer.Option("--thread", help="Keep the conversation under this name.")]
ThreadsPlace = Annotated[
    str | None,
    typer.Option("--threads", metavar="FILE|URL", help="Where conversations are kept; default: your data folder."),
]


@with_settings
def chat(patient: Patient, settings: Settings, thread: ThreadName = None, threads: ThreadsPlace = None) -> None:
    """Ask question after question; an empty line, `exit` or Ctrl-C ends it."""
    from agent.cli.failures import run_command

    if threads and not thread:
        raise typer.BadParameter("--threads needs --thread NAME, the conversation's name")
    run_command(_chat(patient, settings, thread, threads))


async def _chat(patient: str, settings: Settings, thread: str | None, place: str | None) -> None:
    from agent.cli.answering import Asker
    from agent.cli.composition import open_client
    from tools.chart import ChartCache, open_chart

    planner = settings.make_planner()
    observers = replace(settings.to_observers(), moves=_show_move)
    async with open_client(settings.store, settings.fhir) as client, _open_threads(thread, place) as kept:
        chart = await open_chart(client, patient, settings.as_of, date_order=settings.date_order)
        talk = _Talk(Asker(client, planner, observers), settings.to_question("", patient), chart.patient, thread, kept)
        await talk.run(ChartCache())


@asynccontextmanager
async def _open_threads(thread: str | None, place: str | None) -> AsyncIterator[Threads | None]:
    """The place of named conversations, where one is named."""
    if thread is None:
        yield None
        return
    from agent.cli.composition import default_store
    from agent.threads import open_threads

    async with open_threads(place or default_store().parent / "threads.sqlite") as threads:
        yield threads


@dataclass
class _Talk:
    asker: Asker
    first: Question
    patient: str
    """Its FHIR logical id."""
    thread: str | None
    threads: Threads | None
    turns: tuple[Turn, ...] = ()
    asked: list[Asked] = field(default_factory=list)

    async def run(self, cache: ChartCache) -> None:
        """Ask until the person ends it."""
        from agent.cli.asking import describe_result

        if self.threads is not None and self.thread is not None:
            self.turns = tuple((await self.threads.read_turns(self.thread, self.patient)).values())
        known = f"{len(self.turns)} earlier turns" if self.turns else "Ask; an empty line ends the conversation."
        typer.echo(known, err=True)
        while text := _read_question():
            asked = await self._ask(replace(self.first, text=text), cache)
            typer.echo("\n".join(describe_result(asked.result)))

    async def _ask(self, question: Question, cache: ChartCache) -> Asked:
        async def answer(turns: tuple[Turn, ...]) -> Turn:
            self.asked = [await self.asker.ask(question, turns, cache)]
            self.turns = (*turns, self.asked[0].turn)
            return self.asked[0].turn

        if self.threads is not None and self.thread is not None:
            await self.threads.ask(self.thread, self.patient, (None, question.text), answer)
        else:
            await answer(self.turns)
        return self.asked[0]


def _show_move(move: Move) -> None:
    """What happens on the way to an answer, as it happens."""
    from agent.cli.moves import describe_move

    if line := describe_move(move):
        typer.echo(f"  … {line}", err=True)


def _read_question() -> str:
    try:
        with _interruptible():
            text = input("> ").strip()
    except EOFError:
        return ""
    return "" if text in ("exit", "quit") else text


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends a wait for input; asyncio's own handler would only note it until the next line is read."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
