"""`anamnesis chat`: questions and follow-ups about one patient; a named thread goes on where it stopped."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.options import Patient
from agent.cli.settings import Settings, with_settings
from agent.cli.terminal import clean_line, tell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

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
_HELP = """\
Ask in plain words, one question a line; a follow-up may lean on the answer before ("and the one before?").
  /who      whose chart this is
  /history  what was asked until now
  /quit     ends the conversation, as Ctrl-D and Ctrl-C do
Ctrl-C while an answer is on its way gives up that answer only."""
_RECALLED = 5


@with_settings
def chat(patient: Patient, settings: Settings, thread: ThreadName = None, threads: ThreadsPlace = None) -> None:
    """Ask question after question; /help says what else can be typed, /quit or Ctrl-D ends it."""
    from agent.cli.failures import run_command

    if thread is not None and not thread.strip():
        raise typer.BadParameter("--thread takes a name")
    if threads and not thread:
        raise typer.BadParameter("--threads needs --thread NAME, the conversation's name")
    run_command(_chat(patient, settings, thread, threads))


async def _chat(patient: str, settings: Settings, thread: str | None, place: str | None) -> None:
    from agent.cli.composition import open_asker
    from agent.cli.planning import read_ahead
    from agent.cli.whose import describe_moment, describe_patient
    from tools.chart import ChartCache, open_chart

    observers = replace(settings.to_observers(), moves=_show_move)
    first = settings.to_question("", patient)
    async with open_asker(settings, observers) as asker, _open_threads(thread, place) as kept:
        cache = ChartCache()
        chart = await open_chart(asker.client, patient, settings.as_of, date_order=settings.date_order, cache=cache)
        await read_ahead(asker.planner, chart)
        whose = f"{describe_patient(chart.patient_resource)}; {describe_moment(chart.as_of.text, chart.as_of.source)}"
        talk = _Talk(asker, first, chart.patient, whose, thread, kept)
        await talk.run(cache)


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
    whose: str
    """The patient and the moment, in a line."""
    thread: str | None
    threads: Threads | None
    turns: tuple[Turn, ...] = ()

    async def run(self, cache: ChartCache) -> None:
        """Ask until the person ends it."""
        from agent.cli.typed import read_line

        self.turns = await self._kept()
        tell(self.whose)
        tell("\n".join(_recall(self.turns)) if self.turns else "Ask; /help says what else can be typed.", err=True)
        while (text := read_line(f"{self.whose.partition(';')[0][:24]}> ")) is not None:
            if text.startswith("/"):
                self._obey(text.casefold())
            elif text:
                await self._answer(text, cache)

    def _obey(self, command: str) -> None:
        told = {
            "/help": _HELP,
            "/who": self.whose,
            "/history": "\n".join(_recall(self.turns, len(self.turns))) if self.turns else "Nothing was asked yet.",
        }
        tell(told.get(command, f"There is no {command}.\n{_HELP}"), err=True)

    async def _answer(self, text: str, cache: ChartCache) -> None:
        """Answer one question; what goes wrong with it does not end the conversation."""
        from agent.cli.asking import describe_result
        from agent.cli.failures import describe, expected_errors
        from agent.cli.typed import run_stoppable

        if (kept := await self._kept()) != self.turns:
            self.turns = kept
            told = ["This conversation went on elsewhere meanwhile; your question was not asked.", *_recall(kept)]
            tell("\n".join(told), err=True)
            return
        try:
            asked = await run_stoppable(self._ask(replace(self.first, text=text), cache))
        except expected_errors() as error:
            tell(f"anamnesis: {describe(error)}", err=True)
            return
        tell("  … stopped; no answer" if asked is None else "\n".join(describe_result(asked.result)), err=asked is None)

    async def _kept(self) -> tuple[Turn, ...]:
        """The turns of the conversation, where it has a name as they are kept now."""
        if self.threads is None or self.thread is None:
            return self.turns
        return tuple((await self.threads.read_turns(self.thread, self.patient)).values())

    async def _ask(self, question: Question, cache: ChartCache) -> Asked:
        done: list[Asked] = []

        async def answer(turns: tuple[Turn, ...]) -> Turn:
            done.append(await self.asker.ask(question, turns, cache))
            return done[0].turn

        if self.threads is not None and self.thread is not None:
            await self.threads.ask(self.thread, self.patient, (None, question.text), answer)
        else:
            await answer(self.turns)
        self.turns = (*self.turns, done[0].turn)
        return done[0]


def _recall(turns: Sequence[Turn], most: int = _RECALLED) -> list[str]:
    """The last of what was asked, and what was answered."""
    count = len(turns)
    lines = [f"{count} {'question was' if count == 1 else 'questions were'} asked before" + (
        f"; the last {most}:" if count > most else ":")]  # fmt: skip
    for turn in turns[-most:] if most else ():
        lines += [f"> {_shorten(turn.question)}", f"  {_shorten(turn.answer)}"]
    return lines


def _shorten(text: str) -> str:
    shown = clean_line(text)
    return shown if len(shown) <= 160 else f"{shown[:159]}…"


def _show_move(move: Move) -> None:
    """What happens on the way to an answer, as it happens."""
    from agent.cli.moves import describe_move

    if line := describe_move(move):
        tell(f"  … {clean_line(line)}", err=True)
