"""`anamnesis ask`: one question, one answer with its citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.options import AsOfText, FhirUrl, ModelId, Order, Patient, PlannerName, StorePlace

if TYPE_CHECKING:
    from agent.cli.answering import Question
    from agent.cli.results import Result


def ask(
    question: Annotated[str, typer.Argument(help="In plain words.")],
    patient: Patient,
    store: StorePlace = None,
    fhir: FhirUrl = None,
    as_of: AsOfText = None,
    date_order: Order = "auto",
    context: Annotated[str, typer.Option("--context", help="What else should be known, beside the question.")] = "",
    planner: PlannerName = "rules",
    model: ModelId = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Answer one question from a patient's chart."""
    from agent.cli.answering import Question
    from agent.cli.failures import run_command

    asked = Question(question, patient, as_of=as_of, context=context, date_order=date_order)
    result = run_command(_ask(asked, store, fhir, planner, model, as_json))
    typer.echo(result.to_line() if as_json else "\n".join(describe_result(result)))
    if result.status == "error":
        raise typer.Exit(1)


async def _ask(
    question: Question, store: str | None, fhir: str | None, planner: str, model: str | None, as_json: bool
) -> Result:
    from agent.cli.answering import Asker
    from agent.cli.composition import open_client
    from agent.cli.failures import describe, expected_errors
    from agent.cli.planning import make_planner
    from agent.cli.results import make_error

    chosen = make_planner(planner, model)
    async with open_client(store, fhir) as client:
        try:
            return (await Asker(client, chosen).ask(question)).result
        except expected_errors() as error:
            if not as_json:
                raise
            fields = {"question": question.text, "patient": question.patient, "as_of": question.as_of}
            return make_error(fields, chosen.name, describe(error))


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
