"""The suites as Inspect tasks: `inspect eval evals/tasks.py@fhirpath_qa -T questions=dev.jsonl -T store=chart.sqlite`.

`anamnesis eval` is a door to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample

from evals.about import describe_run
from evals.charts import CACHE, generate_charts
from evals.item import Item
from evals.scorers import build_scorers
from evals.setup import Setup, make_setup
from evals.solver import Desk, build_solver
from evals.suites import chartqa as templates
from evals.suites import fhir_agentbench as agentbench
from evals.suites import fhirpath_qa as fhirpath
from evals.suites import medagentbench as games
from evals.suites import safety as attacks
from evals.suites import stories as fixture_stories
from evals.suites.medagentbench.contestant import make_game_setup
from fhir_fixtures import fixture_paths, long_chart_path

_INVENTED = 40
"""Patients, where no charts are named."""


@task
def fhirpath_qa(questions: str, notes: str | None = None, ties: str | None = None, **setup: Any) -> Task:
    """FHIRPath-QA, from the user's file."""
    made = make_setup(setup)
    items = fhirpath.load_items(questions, notes, ties)
    return build_task("fhirpath_qa", items, made, describe_run(made, (questions, notes, ties)))


@task
def fhir_agentbench(questions: str, **setup: Any) -> Task:
    """FHIR-AgentBench, from the user's file."""
    made = make_setup(setup)
    return build_task("fhir_agentbench", agentbench.load_items(questions), made, describe_run(made, (questions,)))


@task
def stories(**setup: Any) -> Task:
    """The fixture patients' own questions, over their charts unless others are named."""
    named = setup.get("store") or setup.get("fhir") or setup.get("charts")
    charts = () if named else (*fixture_paths(), long_chart_path())
    setup = setup if named else {**setup, "charts": [str(chart) for chart in charts]}
    return build_task("stories", fixture_stories.load_items(), make_setup(setup))


@task
def chartqa(
    split: Literal["train", "dev", "test", "all"] = "test",
    per_template: int = 2,
    seed: int = 1,
    patients: int | None = None,
    **setup: Any,
) -> Task:
    """Questions from templates over the charts named, else over invented patients."""
    setup = setup if setup.get("charts") else {**setup, "charts": str(generate_charts(_INVENTED, seed))}
    made = make_setup(setup)
    charts = [Path(chart) for chart in made.charts]
    items = templates.load_items(charts, split=split, per_template=per_template, seed=seed, limit_patients=patients)
    return build_task("chartqa", items, made, describe_run(made, seed=seed))


@task
def safety(**setup: Any) -> Task:
    """Instructions hidden in charts, other patients' data, questions no chart settles; the charts are made here."""
    named = setup.get("store") or setup.get("fhir")
    setup = setup if named else {**setup, "charts": [str(path) for path in attacks.build_charts(CACHE / "safety")]}
    return build_task("safety", attacks.load_items(), make_setup(setup))


@task
def medagentbench(questions: str, **setup: Any) -> Task:
    """MedAgentBench's text protocol, from the user's folder: the tasks whose data are real; all, with a server."""
    return _build_games("medagentbench", Path(questions), "authentic", setup)


@task
def medagentbench_synthetic(questions: str, **setup: Any) -> Task:
    """The tasks of MedAgentBench whose results are not in the user's folder, over results that are made up."""
    return _build_games("medagentbench_synthetic", Path(questions), "synthetic", setup)


def _build_games(name: str, folder: Path, data: str, setup: dict[str, Any]) -> Task:
    items = [item for item in games.load_items(folder, setup.get("fhir")) if data in item.tags]
    return build_task(name, items, make_game_setup(folder, setup))


SUITES: dict[str, Callable[..., Task]] = {
    "chartqa": chartqa,
    "fhirpath_qa": fhirpath_qa,
    "fhir_agentbench": fhir_agentbench,
    "medagentbench": medagentbench,
    "medagentbench_synthetic": medagentbench_synthetic,
    "stories": stories,
    "safety": safety,
}
"""By name, as `anamnesis eval` takes them."""


def build_task(name: str, items: Sequence[Item], setup: Setup, about: Mapping[str, Any] | None = None) -> Task:
    """A suite's items as an Inspect task; no model of Inspect's is asked."""
    setup.check()
    desk = Desk({item.id: item for item in items}, setup)
    return Task(
        name=name,
        dataset=MemoryDataset([to_sample(item) for item in items], name=name),
        solver=build_solver(desk),
        scorer=build_scorers(desk, setup.judge),
        model="none/none",
        metadata=dict(about or describe_run(setup)),
    )


def to_sample(item: Item) -> Sample:
    """An item as Inspect keeps it: of a held-out one neither question nor patient."""
    shown = {"capability": item.capability, "template": item.template, "held_out": item.held_out}
    metadata = {**shown, "tags": sorted(item.tags)}
    if item.held_out:
        return Sample(id=item.id, input="(held out)", metadata=metadata)
    told = {"patient": item.patient, "as_of": item.as_of, "note": item.note}
    target = [str(value) for value in item.gold.values] or ["no such record, or not determinable"]
    return Sample(id=item.id, input=item.question, target=target, metadata={**metadata, **told})
