"""load_records: the visible records of one kind, with the searches they came by. Knows nothing of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tools.chart import ChartContext
from tools.chart_query import Kind
from tools.fhir.client import SearchResult
from tools.fhir.search_query import SearchParam
from tools.records.convert import to_record, to_ward_stays
from tools.records.kinds import KIND_SEARCHES
from tools.records.links import Linked, links_of
from tools.records.record import Record
from tools.records.visibility import Excluded, split_excluded

Json = dict[str, Any]

_ROUNDS = 3
"""Links of links: administration → request → Medication → ingredient."""


@dataclass(frozen=True)
class LoadedRecords:
    """Records of one kind and the searches they came by."""

    records: tuple[Record, ...]
    results: tuple[SearchResult, ...]
    excluded: tuple[Excluded, ...] = ()
    """What is on the chart and does not count, with the reason."""


async def load_records(chart: ChartContext, kind: Kind) -> LoadedRecords:
    """Every record of a kind that could be known at the chart's `as_of`. Raises FhirError where the server fails."""
    shown: list[Record] = []
    excluded: list[Excluded] = []
    results = []
    for search in KIND_SEARCHES[kind]:
        result = await chart.search(search.resource_type, *(SearchParam(n, (v,)) for n, v in search.params))
        results.append(result)
        of_kind = [r for r in await _convert(chart, result, kind is Kind.WARD_STAY) if kind in r.kinds]
        seen, left_out = split_excluded(of_kind, chart.as_of)
        shown += seen
        excluded += left_out
    return LoadedRecords(tuple(shown), tuple(results), tuple(excluded))


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


async def follow_links(chart: ChartContext, resources: Iterable[Json]) -> Linked:
    """The resources needed to describe some resources, and those needed to describe these; with the patient's."""
    linked = Linked({f"Patient/{chart.patient}": chart.patient_resource})
    waiting = list(resources)
    for resource in waiting:
        linked.add(f"{resource['resourceType']}/{resource['id']}", resource)
    for _ in range(_ROUNDS):
        wanted = [ref for resource in waiting for ref in links_of(resource) if ref not in linked]
        if not wanted:
            break
        found = await chart.read_linked(wanted)
        waiting = list(found.values())
        for reference, resource in found.items():
            linked.add(reference, resource)
    return linked
