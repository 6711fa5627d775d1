"""load_records: the visible records of one kind, with the searches they came by. Knows nothing of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.chart import ChartContext
from tools.chart_query import Kind
from tools.fhir.client import SearchResult
from tools.fhir.search_query import SearchParam
from tools.records.convert import links_of, to_record, to_ward_stays
from tools.records.kinds import KIND_SEARCHES
from tools.records.record import Record
from tools.records.visibility import visible

Json = dict[str, Any]

_ROUNDS = 3
"""Links of links: administration → request → Medication → ingredient."""


@dataclass(frozen=True)
class LoadedRecords:
    """Records of one kind and the searches they came by."""

    records: tuple[Record, ...]
    results: tuple[SearchResult, ...]


async def load_records(chart: ChartContext, kind: Kind) -> LoadedRecords:
    """Every record of a kind that could be known at the chart's `as_of`. Raises FhirError where the server fails."""
    found: dict[str, Record] = {}
    results = []
    for search in KIND_SEARCHES[kind]:
        result = await chart.search(search.resource_type, *(SearchParam(n, (v,)) for n, v in search.params))
        results.append(result)
        for index, record in enumerate(await _convert(chart, result, kind is Kind.WARD_STAY)):
            if kind in record.kinds and (seen := visible(record, chart.as_of)) is not None:
                found[f"{record.reference}#{index}" if kind is Kind.WARD_STAY else record.reference] = seen
    return LoadedRecords(tuple(found.values()), tuple(results))


async def _convert(chart: ChartContext, result: SearchResult, wards: bool) -> tuple[Record, ...]:
    """The records of one search, converted once as long as the chart's cache lives."""
    key = f"{result.proof.sent} {wards}"
    if key not in chart.cache.converted:
        linked = await follow_links(chart, result.resources)
        if wards:
            records = [r for resource in result.resources for r in to_ward_stays(resource, linked)]
        else:
            records = [to_record(resource, linked) for resource in result.resources]
        chart.cache.converted[key] = tuple(records)
    converted: tuple[Record, ...] = chart.cache.converted[key]
    return converted


async def follow_links(chart: ChartContext, resources: Iterable[Json]) -> Mapping[str, Json]:
    """The resources needed to describe some resources, and those needed to describe these."""
    linked: dict[str, Json] = {f"{r['resourceType']}/{r['id']}": r for r in resources}
    waiting = list(linked.values())
    for _ in range(_ROUNDS):
        wanted = [ref for resource in waiting for ref in links_of(resource) if ref not in linked]
        if not wanted:
            break
        found = await chart.read_linked(wanted)
        waiting = list(found.values())
        linked |= found
    return linked
