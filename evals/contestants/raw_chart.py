"""A chart as its raw FHIR JSON: which records, and how many tokens a model would read of each type.

Read through the same client as the agent's; nothing is hidden by `as_of`. Knows nothing of questions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson

from evals.tokens import CountTokens
from tools.chart import ChartContext, open_chart
from tools.chart_cache import find_references
from tools.fhir.client import FhirClient
from tools.fhir.parameters import list_parameters, resource_types

Json = dict[str, Any]

_OF_A_PATIENT = ("patient", "subject", "beneficiary")
_END_OF_TIME = "9999-12-31"


@dataclass(frozen=True)
class RawType:
    """The records of one type."""

    references: tuple[str, ...]
    tokens: int
    """Of their JSON as the server gives it."""
    bare_tokens: int
    """Of their JSON without `meta`."""


@dataclass(frozen=True)
class RawChart:
    """What is kept of a raw chart once it is counted."""

    types: dict[str, RawType]
    """The patient's own records, by type."""
    linked: dict[str, RawType]
    """What those refer to, and what that refers to: medications, places, people."""
    manifest: str
    """Every type with its codes, each once."""

    @property
    def tokens(self) -> int:
        """Of all records, the linked ones too."""
        return sum(part.tokens for part in (*self.types.values(), *self.linked.values()))

    def of_types(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """The references of all records of these types."""
        parts = [part for name in sorted(wanted) for part in (self.types.get(name), self.linked.get(name)) if part]
        return tuple(reference for part in parts for reference in part.references)


@dataclass
class RawCharts:
    """Raw charts by patient, each read and counted once."""

    client: FhirClient
    count: CountTokens
    _kept: dict[str, RawChart] = field(default_factory=dict)

    async def of(self, patient: str) -> RawChart:
        """The raw chart of a patient. Raises ChartError, FhirError."""
        if patient not in self._kept:
            self._kept[patient] = await _read(self.client, patient, self.count)
        return self._kept[patient]


async def _read(client: FhirClient, patient: str, count: CountTokens) -> RawChart:
    chart = await open_chart(client, patient, _END_OF_TIME)
    own: dict[str, list[Json]] = {}
    async with chart.ahead(list_types()):
        for name in list_types():
            own[name] = list((await chart.search(name)).resources)
    linked: dict[str, list[Json]] = defaultdict(list)
    async for resource in _follow([r for found in own.values() for r in found], chart):
        linked[resource["resourceType"]].append(resource)
    return RawChart(_sum_up(own, count), _sum_up(linked, count), format_manifest(own))


@cache
def list_types() -> tuple[str, ...]:
    """The types whose records are of one patient.

    >>> "Observation" in list_types(), "Medication" in list_types(), "Patient" in list_types()
    (True, False, True)
    """
    own = (name for name in resource_types() if any(p in list_parameters(name) for p in _OF_A_PATIENT))
    return ("Patient", *own)


async def _follow(resources: list[Json], chart: ChartContext) -> AsyncIterator[Json]:
    """What records refer to, and so on, each once; the patient's own records are not given again."""
    seen = {f"{r['resourceType']}/{r['id']}" for r in resources}
    while resources:
        fresh = list(dict.fromkeys(ref for r in resources for ref in find_references(r) if ref not in seen))
        seen.update(fresh)
        resources = list((await chart.read_linked(fresh)).values())
        for resource in resources:
            yield resource


def _sum_up(by_type: dict[str, list[Json]], count: CountTokens) -> dict[str, RawType]:
    return {name: _count(resources, count) for name, resources in by_type.items() if resources}


def _count(resources: Sequence[Json], count: CountTokens) -> RawType:
    sizes = [count(to_text(resource)) + 1 for resource in resources]
    meta = [count(to_text(resource["meta"])) for resource in resources if "meta" in resource]
    references = tuple(f"{r['resourceType']}/{r['id']}" for r in resources)
    return RawType(references, sum(sizes), sum(sizes) - sum(meta))


def to_text(value: Json) -> str:
    """JSON as compact as it can be written.

    >>> to_text({"value": 6.8, "unit": "µmol"})
    '{"value":6.8,"unit":"µmol"}'
    """
    return orjson.dumps(value).decode()


def format_manifest(by_type: dict[str, list[Json]]) -> str:
    """Every type with its codes and their displays, each once.

    >>> format_manifest({"Condition": [{"code": {"coding": [{"code": "I10", "display": "Hypertension"}]}}], "Goal": []})
    '{"Condition":["Hypertension=I10"]}'
    """
    return to_text({name: _codes(resources) for name, resources in by_type.items() if resources})


def _codes(resources: Sequence[Json]) -> list[str]:
    concepts = (r.get("code") for r in resources)
    codings = [c for concept in concepts if isinstance(concept, dict) for c in concept.get("coding") or []]
    return list(dict.fromkeys(f"{c.get('display', '')}={c.get('code', '')}" for c in codings))
