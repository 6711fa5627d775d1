"""`anamnesis load`: files into the store, with a count of what came in and what was refused and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.options import StorePlace
from agent.cli.terminal import clean_line, tell

if TYPE_CHECKING:
    from tools.store.loading import LoadReport
    from tools.store.sources import Refusal

_SHOWN = 10


def load(
    paths: Annotated[list[Path], typer.Argument(help="Bundles, NDJSON, .gz files, or folders of them.")],
    store: StorePlace = None,
    validate: Annotated[
        bool, typer.Option("--validate", help="Check every resource's structure; ten times slower.")
    ] = False,
) -> None:
    """Load FHIR R4 files into the store."""
    from agent.cli.failures import reported_errors

    missing = [str(p) for p in paths if not p.exists()]
    if missing:
        raise typer.BadParameter(clean_line(f"no such file or folder: {', '.join(missing)}"))
    with reported_errors():
        report = _load(paths, store, validate)
    tell("\n".join(map(clean_line, describe_report(report))))
    if report.refused_total and not (report.created or report.updated or report.unchanged):
        raise typer.Exit(1)


def _load(paths: list[Path], place: str | None, validate: bool) -> LoadReport:
    from rich.console import Console
    from rich.progress import Progress as Bar

    from agent.cli.composition import open_place
    from tools.store.loading import Progress, load_paths

    store = open_place(place)
    try:
        with Bar(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("loading", total=None)

            def show(now: Progress) -> None:
                bar.update(task, completed=now.bytes_done, total=now.bytes_total)

            return load_paths(store, paths, validate=validate, progress=show)
    finally:
        store.close()


def describe_report(report: LoadReport) -> list[str]:
    """What a load did, in lines."""
    lines = [f"{report.files} files in {report.seconds:.1f} s"]
    for name, counts in (("new", report.created), ("changed", report.updated), ("unchanged", report.unchanged)):
        if counts:
            types = ", ".join(f"{kind} {n}" for kind, n in sorted(counts.items()))
            lines.append(f"{sum(counts.values())} {name}: {types}")
    if report.unresolved:
        lines.append(f"{report.unresolved} resources refer to something that is not in the store")
    if report.refused_total:
        lines.append(f"{report.refused_total} refused:")
        lines += [f"  {refusal}" for refusal in map(_describe_refusal, report.refused[:_SHOWN])]
        if report.refused_total > _SHOWN:
            lines.append(f"  and {report.refused_total - _SHOWN} more")
    return lines


def _describe_refusal(refusal: Refusal) -> str:
    name = f" ({refusal.reference})" if refusal.reference else ""
    return f"{refusal.place}{name}: {refusal.reason}"
