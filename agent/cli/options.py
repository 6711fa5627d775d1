"""The options that several commands share, declared once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

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
PlannerName = Annotated[
    str, typer.Option("--planner", help="rules, medgemma, or the base URL of an OpenAI-compatible server.")
]
TerminologyUrl = Annotated[
    str | None,
    typer.Option(
        "--terminology", metavar="URL", envvar="ANAMNESIS_TERMINOLOGY",
        help="A FHIR terminology server, asked what is a kind of what; it is sent codes and clinical names only.",
    ),
]  # fmt: skip
ModelId = Annotated[
    str | None, typer.Option("--model", help="The model's id at the server of a URL; for medgemma its id or folder.")
]
TokenEnv = Annotated[
    str | None, typer.Option("--token-env", metavar="NAME", help="Environment variable that holds a token for --fhir.")
]
ClientId = Annotated[
    str | None, typer.Option("--client-id", help="This program's id at the server of --fhir (SMART Backend Services).")
]
KeyFile = Annotated[
    Path | None, typer.Option("--key", metavar="FILE", help="The private key that goes with it: JWK, RSA or EC P-384.")
]
ScopeText = Annotated[
    str | None, typer.Option("--scope", help='SMART scopes asked for, and kept to. With --key: "system/*.rs".')
]
MostWait = Annotated[
    float | None,
    typer.Option("--wait", metavar="SECONDS", min=1, help="How long a question may wait for --fhir in all; 300."),
]


@dataclass(frozen=True)
class Access:
    """How a command is authorized at the FHIR server, and how long it waits for it."""

    token_env: str | None = None
    client_id: str | None = None
    key: Path | None = None
    scope: str | None = None
    wait: float | None = None


_ACCESS: ContextVar[Access] = ContextVar("access")
_ACCESS_OPTIONS: dict[str, Any] = {
    "token_env": TokenEnv, "client_id": ClientId, "key": KeyFile, "scope": ScopeText, "wait": MostWait,
}  # fmt: skip


def with_access(command: Callable[..., None]) -> Callable[..., None]:
    """A command that takes the options which authorize it at a FHIR server; `current_access` has their values."""
    own = inspect.signature(command, eval_str=True)
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for name, option in _ACCESS_OPTIONS.items()
    ]

    @wraps(command)
    def run(**given: Any) -> None:
        token = _ACCESS.set(Access(**{name: given.pop(name) for name in _ACCESS_OPTIONS}))
        try:
            command(**given)
        finally:
            _ACCESS.reset(token)

    signature = own.replace(parameters=[*own.parameters.values(), *options])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {name: p.annotation for name, p in signature.parameters.items()}
    return run


def current_access() -> Access:
    """How the command under way is authorized."""
    return _ACCESS.get(Access())
