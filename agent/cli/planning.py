"""Chooses the planner that the caller named."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agent.cli.failures import UsageMistake

if TYPE_CHECKING:
    from agent.planners.planner import Planner
    from tools.chart import ChartContext
    from tools.overview import Overview
    from tools.registry import Tool

PLANNER_KEY = "ANAMNESIS_PLANNER_KEY"
"""The environment variable whose value is sent as bearer token to the planner's server, and nowhere else."""


MEDGEMMA = "ANAMNESIS_MEDGEMMA"
"""How MedGemma is run in this process: `precision=int8 context=16384 rows=4 thinking=1024 seed=1 device=cuda`."""


def make_planner(name: str, model: str | None) -> Planner:
    """The planner called `rules` or `medgemma`, or the one behind a URL. Raises UsageMistake."""
    if name == "rules":
        from agent.planners.rules import RulesPlanner

        return RulesPlanner()
    if name == "medgemma":
        return _make_medgemma(model, os.environ.get(MEDGEMMA, ""))
    if name.startswith(("http://", "https://")):
        if not model:
            raise UsageMistake("a planner behind a URL needs --model, the id its server knows")
        from agent.planners.openai import OpenAIPlanner

        return OpenAIPlanner(name, model, key=os.environ.get(PLANNER_KEY) or None)
    raise UsageMistake(f"no planner {name!r}; choose rules, medgemma or the base URL of an OpenAI-compatible server")


def check_planner(planner: Planner) -> None:
    """Make sure that a planner that has to be loaded can be. Raises PlannerUnavailable."""
    check: Callable[[], None] | None = getattr(planner, "check", None)
    if check is not None:
        check()


async def read_ahead(planner: Planner, chart: ChartContext) -> None:
    """Let a model begin to read what every question about a chart begins with, while the first one is typed."""
    prepare: Callable[[Overview, Sequence[Tool]], object] | None = getattr(planner, "prepare", None)
    if prepare is not None:
        from tools.overview import build_overview
        from tools.toolbox import build_tools

        prepare(await build_overview(chart), tuple(build_tools().values()))


def _make_medgemma(model: str | None, chosen: str) -> Planner:
    """MedGemma in this process; its weights are read at the first question. Raises UsageMistake."""
    if not model:
        raise UsageMistake("medgemma needs --model: an id such as google/medgemma-27b-text-it, or a model's folder")
    try:
        from agent.planners.medgemma.choices import parse_choices
        from agent.planners.medgemma.planner import MedGemmaPlanner
    except ModuleNotFoundError as missing:
        raise UsageMistake(f"{missing.name} is not installed: pip install 'anamnesis-ehr[local]'") from missing
    try:
        options, manner = parse_choices(chosen)
    except ValueError as error:
        raise UsageMistake(f"{MEDGEMMA}: {error}") from error
    return MedGemmaPlanner(model, options, manner)
