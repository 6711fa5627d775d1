"""`anamnesis ask`: one question, one answer with its citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.options import Patient
from agent.cli.settings import Settings, with_settings
from agent.cli.terminal import clean_line, tell, tell_json

if TYPE_CHECKING:
    from agent.cli.answering import Asked, Question
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
    from agent.cli.failures import reported_errors, run_command

    with reported_errors():
        asking = settings.to_question(question, patient, context)
    result = run_command(_ask_json(asking, settings) if as_json else _ask_and_tell(asking, settings))
    if result.status == "error":
        raise typer.Exit(1)


async def _ask_and_tell(question: Question, settings: Settings) -> Result:
    asked = await _ask(question, settings)
    tell("\n".join(describe_asked(asked, question.text)))
    return asked.result


async def _ask_json(question: Question, settings: Settings) -> Result:
    from agent.cli.failures import describe, expected_errors
    from agent.cli.results import make_error

    try:
        result = (await _ask(question, settings)).result
    except expected_errors() as error:
        fields = {"question": question.text, "patient": question.patient, "as_of": question.as_of}
        result = make_error(fields, settings.make_planner().name, describe(error))
    tell_json(result.to_line())
    return result


async def _ask(question: Question, settings: Settings) -> Asked:
    from agent.cli.composition import open_asker

    async with open_asker(settings) as asker:
        return await asker.ask(question)


def describe_asked(asked: Asked, question: str) -> list[str]:
    """Whose chart it is, the question as it was asked, and the answer."""
    from agent.cli.whose import describe_moment, describe_patient

    receipt = asked.result.receipt
    moment = describe_moment(receipt.get("as_of") or asked.result.as_of, receipt.get("as_of_source"))
    shown = clean_line(question)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return [f"{describe_patient(asked.patient)}; {moment}", f"> {shown}", *describe_result(asked.result)]


_SHOWN = 1_000


def describe_result(result: Result) -> list[str]:
    """An answer for people: the text, what it rests on, and whether everything was seen."""
    first, *more = result.answer.split("\n")
    lines = [first, *(f"    {line}" for line in more)]
    if result.citations:
        lines.append(f"  cites {clean_line(', '.join(result.citations))}")
    count = len(result.receipt.get("searches", ()))
    seen = "complete" if result.receipt.get("complete") else "incomplete"
    lines.append(f"  {result.status}; {count} {'search' if count == 1 else 'searches'}, {seen}")
    lines += [f"  incomplete: {clean_line(reason)}" for reason in result.receipt.get("reasons", ())]
    return lines
