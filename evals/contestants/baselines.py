"""What the agent is compared with: nothing, the whole chart in context, one fetch a resource type. None answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agent.cli.failures import describe
from agent.cli.results import Result, make_error
from evals.contestants.contestant import Answered, Contestant
from evals.contestants.raw_chart import RawChart, RawCharts
from evals.item import Item
from evals.tokens import CountTokens
from tools.fhir.client import FhirClient
from tools.receipt import Receipt

_NO_MODEL = "A baseline retrieves and does not answer."


@dataclass(frozen=True)
class Retrieved:
    """What a baseline retrieves for an item, and how much a model would read of it."""

    references: tuple[str, ...] = ()
    tokens: int | None = None
    """None: not known for this item."""


@dataclass(frozen=True)
class Nothing:
    """Abstains from everything, reads nothing."""

    name: str = "nothing"

    async def answer(self, item: Item) -> Answered:
        """Abstain."""
        return Answered(_to_result(item, self.name, Retrieved(tokens=0), 0.0))


@dataclass(frozen=True)
class RawReader:
    """Retrieves by a rule from the raw chart."""

    name: str
    charts: RawCharts
    retrieve: Callable[[Item, RawChart, CountTokens], Retrieved]

    async def answer(self, item: Item) -> Answered:
        """Retrieve, and abstain."""
        started = time.perf_counter()
        try:
            chart = await self.charts.of(item.patient)
        except Exception as error:  # An item that fails, for whatever reason, is a result.
            fields = {"id": item.id, "question": item.question, "patient": item.patient, "as_of": item.as_of}
            return Answered(make_error(fields, self.name, f"{type(error).__name__}: {describe(error)}").model_dump())
        found = self.retrieve(item, chart, self.charts.count)
        return Answered(_to_result(item, self.name, found, time.perf_counter() - started))


def retrieve_whole_chart(item: Item, chart: RawChart, count: CountTokens) -> Retrieved:
    """Every record of the chart and what it refers to: nothing needed can be missing.

    Of the types that no needed record has none is listed: the grades do not look at them, and logs stay small.
    """
    return Retrieved(chart.of_types(needed_types(item)), chart.tokens + count(_asked(item)))


def retrieve_type_by_type(item: Item, chart: RawChart, count: CountTokens) -> Retrieved:
    """As Google's EHR Navigator does without a filter: a manifest of types and codes, then one fetch a type, all pages.

    The choice of types, a model's there, is ideal here: just those of the needed records, so it does not apply where
    none is named. Medications come with the types that refer to them; `meta` is left out; every fetch is read beside
    the question once. Summaries and the answer would be read on top.
    """
    needed = needed_types(item)
    if not needed:
        return Retrieved()
    fetched = [name for name in sorted(needed) if name in chart.types]
    includes = {"Medication"} if any("Medication" in name for name in fetched) else set()
    parts = [chart.types[name] for name in fetched] + [chart.linked[n] for n in includes if n in chart.linked]
    asked = count(_asked(item))
    tokens = count(chart.manifest) + asked + sum(part.bare_tokens + asked for part in parts)
    return Retrieved(tuple(reference for part in parts for reference in part.references), tokens)


def needed_types(item: Item) -> set[str]:
    """The resource types of the records that an item needs."""
    return {reference.partition("/")[0] for reference in item.gold.references}


def _asked(item: Item) -> str:
    return f"{item.context}\n{item.question}".strip()


def _to_result(item: Item, name: str, found: Retrieved, seconds: float) -> dict[str, Any]:
    result = Result(
        id=item.id, question=item.question, patient=item.patient, as_of=item.as_of, answer=_NO_MODEL,
        retrieved=found.references, status="abstained", planner=name, seconds=round(seconds, 6),
        receipt=Receipt(complete=False, reasons=(_NO_MODEL,)).model_dump(mode="json"),
    )  # fmt: skip
    return {**result.model_dump(mode="json"), "tokens_to_read": found.tokens}


BASELINES: dict[str, Callable[[FhirClient, CountTokens], Contestant]] = {
    "nothing": lambda client, count: Nothing(),
    "whole-chart": lambda client, count: RawReader("whole-chart", RawCharts(client, count), retrieve_whole_chart),
    "one-fetch-per-type": lambda client, count: RawReader(
        "one-fetch-per-type", RawCharts(client, count), retrieve_type_by_type
    ),
}
"""By name, as `--planner` takes them."""
