"""`anamnesis chat`: questions and follow-ups about one patient; a named thread goes on where it stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.options import AsOfText, FhirUrl, ModelId, Order, Patient, PlannerName, StorePlace

if TYPE_CHECKING:
    from agent.cli.answering import Asker, Question


def chat(
    patient: Patient,
    store: StorePlace = None,
    fhir: FhirUrl = None,
    as_of: AsOfText = None,
    date_order: Order = "auto",
    planner: PlannerName = "rules",
    model: ModelId = None,
    thread: Annotated[str | None, typer.Option("--thread", help="Keep the conversation under this name.")] = None,
) -> None:
    """Ask question after question; an empty line or `exit` ends it."""
    from agent.cli.answering import Question
    from agent.cli.failures import run_command

    first = Question("", patient, as_of=as_of, date_order=date_order)
    run_command(_chat(first, (store, fhir), (planner, model), thread))


async def _chat(
    first: Question, place: tuple[str | None, str | None], choice: tuple[str, str | None], thread: str | None
) -> None:
    from agent.cli.answering import Asker
    from agent.cli.composition import open_client
    from agent.cli.planning import make_planner

    planner = make_planner(*choice)
    async with open_client(*place) as client:
        await _talk(Asker(client, planner), first, thread)


async def _talk(asker: Asker, first: Question, thread: str | None) -> None:
    from dataclasses import replace

    from agent.cli.asking import describe_result
    from agent.cli.conversations import append_turn, read_turns
    from tools.chart import ChartCache, open_chart

    chart = await open_chart(asker.client, first.patient, first.as_of, date_order=first.date_order)
    turns = read_turns(thread, chart.patient) if thread else ()
    typer.echo(f"{len(turns)} earlier turns" if turns else "Ask; an empty line ends the conversation.", err=True)
    cache = ChartCache()
    while text := _read_question():
        asked = await asker.ask(replace(first, text=text), turns, cache)
        typer.echo("\n".join(describe_result(asked.result)))
        turns = (*turns, asked.turn)
        if thread:
            append_turn(thread, chart.patient, asked.turn)


def _read_question() -> str:
    try:
        text = input("> ").strip()
    except EOFError:
        return ""
    return "" if text in ("exit", "quit") else text
