"""load_records: the visible records of one kind, with the searches they came by. Knows nothing of queries."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.chart import ChartContext
from tools.chart_query import Kind
from tools.fhir.client import SearchResult
from tools.fhir.search_query import SearchParam
from tools.last_moment import goes_on_beyond
from tools.records.convert import to_record, to_ward_stays
from tools.records.encounters import leave_out_doubles
from tools.records.kinds import ASKED_ALONE, KIND_SEARCHES, NEVER_BEFOREHAND
from tools.records.links import Linked
from tools.records.record import Record
from tools.records.shape import UnreadableRecord
from tools.records.sorting_out import Excluded, split_excluded
from tools.records.visibility import needs_to_know

Json = dict[str, Any]

_ROUNDS = 3
"""Links of links: administration → request → Medication → ingredient."""
_OWN_TYPES = frozenset({"Encounter", "MedicationRequest", "Specimen", "Observation", "Condition", "Procedure"})
"""Types of which a patient's can be read at once."""
_BY_PLACE = {Kind.WARD_STAY: (True,), Kind.ICU_STAY: (False, True)}
"""Kinds read off the places of an Encounter; `False` is the Encounter as a whole."""
_MANY = 20
_AT_ONCE = 6
"""Searches that wait for a server at the same time."""


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
        for wards in _BY_PLACE.get(kind, (False,)):
            sorted_out = await _sort_out(chart, result, wards)
            shown += sorted_out.shown.get(kind, ())
            excluded += sorted_out.excluded.get(kind, ())
    if kind is Kind.ICU_STAY:
        shown = leave_out_doubles(shown)
    return LoadedRecords(tuple(shown), tuple(results), tuple(excluded))


async def kinds_beforehand(chart: ChartContext) -> tuple[Kind, ...]:
    """The kinds to read before anything is asked: all but those that many servers and scopes don't give."""
    said = await chart.client.capability()

    def given(kind: Kind) -> bool:
        types = [search.resource_type for search in KIND_SEARCHES[kind]]
        return all(said.offers(t) and chart.scopes.allow(t) for t in types)

    kinds = (kind for kind in Kind if kind not in NEVER_BEFOREHAND)
    return tuple(kind for kind in kinds if kind not in ASKED_ALONE or given(kind))


async def read_types(chart: ChartContext, kinds: Iterable[Kind]) -> None:
    """Read every resource type that these kinds lie in, several at once. Raises FhirError where the server fails."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def read(resource_type: str) -> None:
        async with turn:
            await chart.search(resource_type)

    types = dict.fromkeys(s.resource_type for kind in kinds for s in KIND_SEARCHES[kind] if not s.params)
    async with chart.ahead(types):
        outcomes = await asyncio.gather(*(read(t) for t in types), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


@dataclass(frozen=True)
class _SortedOut:
    """The records of one search by kind: those that stood at one moment, and those that do not count."""

    shown: Mapping[Kind, Sequence[Record]]
    excluded: Mapping[Kind, Sequence[Excluded]]


async def _sort_out(chart: ChartContext, result: SearchResult, wards: bool) -> _SortedOut:
    """What of a search stood at `as_of`, done once as long as the chart's cache lives."""
    key = f"{result.proof.sent} {wards} at {chart.as_of.wall} {chart.as_of.offset}"
    if key not in chart.cache.converted:
        records = await _convert(chart, result, wards)
        goes_on = any(needs_to_know(r) for r in records) and await goes_on_beyond(chart)
        seen, left_out = split_excluded(records, chart.as_of, goes_on)
        shown: dict[Kind, list[Record]] = defaultdict(list)
        excluded: dict[Kind, list[Excluded]] = defaultdict(list)
        for record in seen:
            for kind in record.kinds:
                shown[kind].append(record)
        for one in left_out:
            for kind in one.record.kinds:
                excluded[kind].append(one)
        chart.cache.converted[key] = _SortedOut(shown, excluded)
    sorted_out: _SortedOut = chart.cache.converted[key]
    return sorted_out


async def _convert(chart: ChartContext, result: SearchResult, wards: bool) -> tuple[Record, ...]:
    """The records of one search, converted once as long as the chart's cache lives."""
    key = f"{result.proof.sent} {wards}"
    if key not in chart.cache.converted:
        linked = await follow_links(chart, result.resources)
        records: list[Record] = []
        for resource in result.resources:
            try:
                records += to_ward_stays(resource, linked) if wards else (to_record(resource, linked),)
            except UnreadableRecord as error:
                chart.cache.unread[f"{resource['resourceType']}/{resource['id']}"] = str(error)
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
        wanted = {ref for resource in waiting for ref in linked.links_of(resource) if not linked.knows(ref)}
        if not wanted:
            break
        found = await _read(chart, wanted)
        waiting = list(found.values())
        for reference, resource in found.items():
            linked.add(reference, resource)
    return linked


async def _read(chart: ChartContext, wanted: set[str]) -> dict[str, Json]:
    """What references lead to: from what was read of the chart already, else from the server.

    Where many lead to one of the patient's own types, all of that type is read: one search instead of many.
    """
    found: dict[str, Json] = {}
    for kind, number in Counter(reference.partition("/")[0] for reference in wanted).items():
        if kind not in _OWN_TYPES or not chart.scopes.allow(kind):
            continue
        if chart.kept(kind) is not None or number > _MANY:
            by_reference = _index(chart, await chart.search(kind))
            found.update({r: by_reference[r] for r in wanted if r in by_reference})
    return found | await chart.read_linked(sorted(wanted - set(found)))


def _index(chart: ChartContext, result: SearchResult) -> dict[str, Json]:
    """The resources of a search by reference, made once as long as the chart's cache lives."""
    key = f"{result.proof.sent} by reference"
    if key not in chart.cache.converted:
        chart.cache.converted[key] = {f"{r['resourceType']}/{r['id']}": r for r in result.resources}
    index: dict[str, Json] = chart.cache.converted[key]
    return index
