"""`anamnesis ask`: one question, one answer with its citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.options import Patient
from agent.cli.settings import Settings, with_settings

if TYPE_CHECKING:
    from agent.cli.answering import Question
    from agent.cli.results import Result


@with_settings
def ask(
    question: Annotated[str, typer.Argument(help="In plain words.")],
    patient: Patient,
    settings: Settings,
    context: Annotated[str, typer.Option("--context", help="What else should be known, beside the question.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Answer one question from a patient's chart."""
    from agent.cli.failures import run_command

    result = run_command(_ask(settings.to_question(question, patient, context), settings, as_json))
    typer.echo(result.to_line() if as_json else "\n".join(describe_result(result)))
    if result.status == "error":
        raise typer.Exit(1)


async def _ask(question: Question, settings: Settings, as_json: bool) -> Result:
    from agent.cli.answering import Asker
    from agent.cli.composition import open_client
    from agent.cli.failures import describe, expected_errors
    from agent.cli.results import make_error

    planner = settings.make_planner()
    async with open_client(settings.store, settings.fhir) as client:
        try:
            return (await Asker(client, planner, settings.to_observers()).ask(question)).result
        except expected_errors() as error:
            if not as_json:
                raise
            fields = {"question": question.text, "patient": question.patient, "as_of": question.as_of}
            return make_error(fields, planner.name, describe(error))


def describe_result(result: Result) -> list[str]:
    """An answer for people: the text, what it rests on, and whether everything was seen."""
    lines = [result.answer]
    if result.citations:
        lines.append(f"  cites {', '.join(result.citations)}")
    count = len(result.receipt.get("searches", ()))
    seen = "complete" if result.receipt.get("complete") else "incomplete"
    when = result.receipt.get("as_of") or result.as_of
    lines.append(f"  {result.status}; {count} {'search' if count == 1 else 'searches'}, {seen}; as of {when}")
    lines += [f"  incomplete: {reason}" for reason in result.receipt.get("reasons", ())]
    return lines
