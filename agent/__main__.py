"""`anamnesis`: the command line. Importing this is cheap; a command imports what it needs when it runs."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from agent.cli.asking import ask
from agent.cli.batch import batch
from agent.cli.chatting import chat
from agent.cli.demo import demo
from agent.cli.evaluating import evaluate
from agent.cli.finding import find
from agent.cli.loading import load
from agent.cli.options import with_access
from agent.cli.overviewing import overview
from agent.cli.reporting import report
from agent.cli.terminal import ending_where_nothing_can_be_told, prepare_streams, tell

app = typer.Typer(
    name="anamnesis",
    help="Ask a patient's FHIR record; get answers whose citations are checked.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # Boxes leave no room for words on a narrow terminal.
)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            tell(f"anamnesis {version('anamnesis-ehr')}")
        except PackageNotFoundError:
            tell("anamnesis, not installed: run from its source folder")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Ask a patient's FHIR record; get answers whose citations are checked."""


for command in (demo, load, report):
    app.command()(command)
app.command("eval")(evaluate)
for asking in (ask, chat, batch, overview, find):
    app.command()(with_access(asking))


def main() -> None:
    """Run the command line. Exit status: 0 answered or abstained, 1 error, 2 usage."""
    prepare_streams()
    gc.set_threshold(50_000, 20, 100)  # a chart is many small objects that live long: docs/log.md
    with ending_where_nothing_can_be_told():
        app()


if __name__ == "__main__":
    main()
