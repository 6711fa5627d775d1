"""The settings that every asking command shares: which chart, as of when, which planner, what is kept."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from agent.cli.options import AsOfText, FhirUrl, ModelId, Order, PlannerName, StorePlace, TerminologyUrl

if TYPE_CHECKING:
    from agent.ask import Observers
    from agent.cli.answering import Question
    from agent.planners.planner import Planner

TranscriptFile = Annotated[
    Path | None,
    typer.Option("--transcripts", metavar="FILE", dir_okay=False, help="Append a transcript of each question."),
]


@dataclass(frozen=True)
class Settings:
    """What the caller chose; each field is an option."""

    store: StorePlace = None
    fhir: FhirUrl = None
    as_of: AsOfText = None
    date_order: Order = "auto"
    planner: PlannerName = "rules"
    model: ModelId = None
    transcripts: TranscriptFile = None
    terminology: TerminologyUrl = None

    def check(self) -> None:
        """Raise UsageMistake for what can be seen to be wrong before anything is asked."""
        from agent.cli.failures import UsageMistake
        from tools.chart import UnreadableAsOf, parse_as_of

        if self.as_of is not None:
            try:
                parse_as_of(self.as_of)
            except UnreadableAsOf as error:
                raise UsageMistake(f"--{error}".replace("_", "-", 1)) from error
        if self.transcripts is not None and not self.transcripts.parent.is_dir():
            raise UsageMistake(f"--transcripts: there is no folder {self.transcripts.parent}")

    def make_planner(self) -> Planner:
        """The planner chosen. Raises UsageMistake."""
        from agent.cli.planning import make_planner

        return make_planner(self.planner, self.model)

    def to_question(self, text: str, patient: str, context: str = "") -> Question:
        """A question with these settings. Raises UsageMistake for what is no text."""
        from agent.cli.answering import Question
        from agent.cli.failures import UsageMistake

        if not all(is_text(part) for part in (text, patient, context)):
            raise UsageMistake("the command line holds bytes that are no text in this terminal's encoding")
        return Question(text, patient, as_of=self.as_of, context=context, date_order=self.date_order)

    def to_observers(self) -> Observers:
        """What keeps the transcripts asked for."""
        from agent.ask import Observers
        from agent.transcript import save_transcript

        path = self.transcripts
        return Observers(save=(lambda transcript: save_transcript(path, transcript)) if path else None)


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose argument `settings` is given by options."""
    hints = get_type_hints(Settings, include_extras=True)
    options = [
        inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name])
        for f in fields(Settings)
    ]

    @wraps(command)
    def run(**given: Any) -> None:
        from agent.cli.failures import reported_errors

        chosen = Settings(**{option.name: given.pop(option.name) for option in options})
        with reported_errors():
            chosen.check()
        command(settings=chosen, **given)

    own = inspect.signature(command, eval_str=True)
    kept = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own.parameters.values() if p.name != "settings"]
    run.__signature__ = own.replace(parameters=[*kept, *options])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (*kept, *options)}
    return run


def is_text(given: str) -> bool:
    """Whether a text that came from outside holds characters only, no bytes that could not be read.

    >>> is_text("José"), is_text("Jos\\udce9")
    (True, False)
    """
    return not any("\ud800" <= c <= "\udfff" for c in given)
