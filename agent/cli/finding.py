"""`anamnesis find`: patients by name, birth date or identifier, for where none is known yet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli.options import FhirUrl, StorePlace
from agent.cli.terminal import clean_line, tell, tell_json

if TYPE_CHECKING:
    from tools.evidence import Finding


def find(
    who: Annotated[str, typer.Argument(help="A name, or an identifier (MRN); or leave it out and give --born.")] = "",
    born: Annotated[str | None, typer.Option("--born", metavar="YYYY-MM-DD", help="Date of birth.")] = None,
    store: StorePlace = None,
    fhir: FhirUrl = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, help="How many patients are shown.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print the patients as one JSON object.")] = False,
) -> None:
    """Find patients; prints the ids that --patient takes."""
    from agent.cli.failures import UsageMistake, reported_errors, run_command

    with reported_errors():
        if not who.strip() and not born:
            raise UsageMistake("give a name, an identifier (MRN), or --born DATE")
    finding = run_command(_find(who.strip(), born, (store, fhir), limit))
    if as_json:
        tell_json(json.dumps(to_json(finding), ensure_ascii=False))
    else:
        tell("\n".join(map(clean_line, describe(finding))))


async def _find(who: str, born: str | None, place: tuple[str | None, str | None], limit: int) -> Finding:
    from pydantic import ValidationError

    from agent.cli.composition import open_client
    from agent.cli.failures import UsageMistake
    from tools.find_patients import FindPatients, run_find_patients
    from tools.registry import Handles

    try:
        asked = FindPatients(**{_slot(who): who or None, "birth_date": born, "limit": limit})
    except ValidationError as error:
        raise UsageMistake("; ".join(e["msg"].removeprefix("Value error, ") for e in error.errors())) from error
    async with open_client(*place) as client:
        return await run_find_patients(client, asked, Handles())


def _slot(who: str) -> str:
    """A word with a digit or a bar in it is an identifier, anything else a name.

    >>> _slot("RMC-100411"), _slot("http://hospital.test|7"), _slot("Rosa Delgado")
    ('identifier', 'identifier', 'name')
    """
    return "identifier" if any(c.isdigit() or c == "|" for c in who) else "name"


def to_json(finding: Finding) -> dict[str, Any]:
    """The patients found, and whether all of them were seen."""
    patients = [
        {"id": row.reference.partition("/")[2], "name": row.label, **{n.replace(" ", "_"): t for n, t in row.details}}
        for row in finding.evidence
    ]
    return {"patients": patients, "total": finding.total, "complete": finding.receipt.complete}


def describe(finding: Finding) -> list[str]:
    """A line a patient, id first."""
    if not finding.evidence:
        return [finding.statement]
    lines = [
        f"{row.reference.partition('/')[2]}  {row.label}; " + "; ".join(f"{n} {t}" for n, t in row.details)
        for row in finding.evidence
    ]
    more = finding.total - len(finding.evidence)
    lines += [f"and {more} more; --limit shows up to 50"] if more else []
    return lines + ([] if finding.receipt.complete else [f"incomplete: {r}" for r in finding.receipt.reasons])
