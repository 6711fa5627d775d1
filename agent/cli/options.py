"""The options that several commands share, declared once."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

Patient = Annotated[str, typer.Option("--patient", help="FHIR logical id or identifier value (MRN).")]
StorePlace = Annotated[
    str | None, typer.Option("--store", help="A store's file or database URL. Default: a file in your data directory.")
]
FhirUrl = Annotated[str | None, typer.Option("--fhir", help="Base URL of a FHIR R4 server, instead of a store.")]
AsOfText = Annotated[
    str | None, typer.Option("--as-of", help="Look at the chart as it was then: a date or time, ISO 8601.")
]
Order = Annotated[
    Literal["mdy", "dmy", "auto"], typer.Option("--date-order", help="How 03/04/2020 in a question is read.")
]
PlannerName = Annotated[str, typer.Option("--planner", help="rules, or the base URL of an OpenAI-compatible server.")]
ModelId = Annotated[str | None, typer.Option("--model", help="The model's id, where the planner is a URL.")]
