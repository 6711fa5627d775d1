"""`anamnesis eval`: a suite, a contestant, a log. A thin door to the tasks of evals, which Inspect runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from agent.cli.options import FhirUrl, ModelId, StorePlace, TerminologyUrl
from agent.cli.terminal import tell

SuiteName = Annotated[
    str, typer.Argument(metavar="SUITE", help="chartqa, fhirpath_qa, fhir_agentbench, medagentbench, safety, stories.")
]
Questions = Annotated[
    str | None, typer.Option(metavar="FILE|URL", help="The suite's questions; a URL ends in #sha256=CHECKSUM.")
]
Notes = Annotated[Path | None, typer.Option(metavar="FILE", exists=True, help="What is known of its golds, by id.")]
Ties = Annotated[Path | None, typer.Option(metavar="FILE", exists=True, help="What tied records tell, by id.")]
Charts = Annotated[
    list[Path] | None,
    typer.Option(metavar="FOLDER", exists=True, help="FHIR files: asked where no store is named, and read for golds."),
]
PlannerName = Annotated[
    str, typer.Option("--planner", help="rules, medgemma, the base URL of an OpenAI-compatible server, or a baseline.")
]
TokenizerFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, help="tokenizer.json that counts what a model reads; else estimated."),
]
SplitName = Annotated[
    Literal["train", "dev", "test", "all"] | None,
    typer.Option(help="chartqa: whose questions are asked, patients are split by hash. Default: test."),
]
PerTemplate = Annotated[int | None, typer.Option(min=1, help="chartqa: questions of each template a patient; 2.")]
Results = Annotated[
    Path | None, typer.Option(metavar="FILE", exists=True, help="Grade these results of `batch`; nothing is asked.")
]
JudgeName = Annotated[
    str | None,
    typer.Option("--judge", metavar="MODEL", help="A model of Inspect's that grades too."),
]
LogFolder = Annotated[
    Path | None, typer.Option("--log-dir", metavar="DIR", help="Where the log goes; a run that was stopped goes on.")
]


def evaluate(
    suite: SuiteName,
    questions: Questions = None,
    notes: Notes = None,
    ties: Ties = None,
    charts: Charts = None,
    split: SplitName = None,
    per_template: PerTemplate = None,
    seed: Annotated[int | None, typer.Option(help="chartqa: which questions are drawn. Default: 1.")] = None,
    patients: Annotated[int | None, typer.Option(min=1, help="chartqa: no more than so many.")] = None,
    results: Results = None,
    store: StorePlace = None,
    fhir: FhirUrl = None,
    planner: PlannerName = "rules",
    model: ModelId = None,
    terminology: TerminologyUrl = None,
    tokenizer: TokenizerFile = None,
    judge: JudgeName = None,
    log_dir: LogFolder = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many questions.")] = None,
    epochs: Annotated[int, typer.Option(min=1, help="How often each question is asked.")] = 1,
    at_once: Annotated[int | None, typer.Option(min=1, help="How many questions at once.")] = None,
) -> None:
    """Measure a planner on a suite; the log opens with `inspect view` and `anamnesis report`."""
    from agent.cli.failures import reported_errors

    given = {"questions": questions, "notes": notes and str(notes), "ties": ties and str(ties)}
    drawn = {"split": split, "per_template": per_template, "seed": seed, "patients": patients}
    asked = {
        "store": store, "fhir": fhir, "planner": planner, "model": model, "terminology": terminology,
        "charts": tuple(map(str, charts or ())), "tokenizer": str(tokenizer) if tokenizer else None,
        "judge": judge, "results": results and str(results),
    }  # fmt: skip
    with reported_errors():
        folder = _run(
            suite, {**given, **drawn, **asked}, log_dir, {"limit": limit, "epochs": epochs, "at_once": at_once}
        )
    tell(f"log in {folder}; `anamnesis report {folder}` shows it, `inspect view --log-dir {folder}` every question")


def _run(suite: str, options: dict[str, Any], log_dir: Path | None, how: dict[str, Any]) -> Path:
    from agent.cli.failures import UsageMistake

    try:
        from evals.running import Run, run_suite
        from evals.suites.question_files import QuestionFileError
        from evals.tasks import SUITES
    except ModuleNotFoundError as missing:
        raise UsageMistake(f"{missing.name} is not installed: pip install 'anamnesis-ehr[evals]'") from missing
    if suite not in SUITES:
        raise UsageMistake(f"no suite {suite!r}; the suites are {', '.join(sorted(SUITES))}")
    run = Run(log_dir or _new_folder(suite), **how)
    run.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = sorted(run.folder.glob("*.eval"))
    try:
        log = run_suite(suite, options, run)
    except QuestionFileError as fault:
        raise UsageMistake(str(fault)) from fault
    if log.status != "success":
        raise UsageMistake(f"the run ended as {log.status}; run it again with --log-dir {run.folder} to go on")
    if before and sorted(run.folder.glob("*.eval")) == before:
        tell(f"the run in {run.folder} was finished before: nothing was asked; --log-dir of another folder asks anew")
    return run.folder


def _new_folder(suite: str) -> Path:
    from datetime import datetime

    return Path("runs") / f"{datetime.now().astimezone():%Y-%m-%dT%H-%M-%S}-{suite}"
