"""find_last_moment: the latest recorded moment of a chart, where it lies after now. Knows nothing of queries.

The server is asked for its newest record and then for whatever reaches beyond it, so that no order has to be trusted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tools.fhir.dates import FhirDateError, FhirTime, parse_fhir_time
from tools.fhir.errors import NotFhir, NotFound, NotServed, ScopeDenied, SearchNotHonoured, ServerRefused, ServerTimeout
from tools.fhir.pages import SearchResult
from tools.fhir.search_query import SearchParam
from tools.records.reading_json import is_mistaken

if TYPE_CHECKING:
    from tools.chart import ChartContext

Json = dict[str, Any]

_DATES = {"Encounter": "date", "Observation": "date", "MedicationRequest": "authoredon", "Procedure": "date"}
"""Types that date a chart, with the search parameter that holds their times."""
_MOMENTS = ("effectiveDateTime", "authoredOn", "performedDateTime", "deceasedDateTime")
_NOT_YET = ("planned", "cancelled", "draft", "preparation", "not-done")
_OFFSETS = timedelta(hours=15)
"""A time without offset may be taken at any: so much earlier it is looked for."""


async def find_last_moment(chart: ChartContext) -> tuple[FhirTime | None, tuple[str, ...]]:
    """The latest moment, None where none lies after now, and why it may not be the latest.

    Where all that can be seen lies before now, records that can't be asked for raise no doubt.
    """
    kinds = [kind for kind in _DATES if chart.scopes.allow(kind)]
    found = [r for r in await asyncio.gather(*(_find_late(chart, kind) for kind in kinds)) if r is not None]
    late = [t for result in found for t in _moments(result.resources) if chart.as_of.precedes(t)]
    late += [t for t in _moments((chart.patient_resource,)) if chart.as_of.precedes(t)]
    doubted = [r.reason for r in found if not r.complete and (late or r.interrupted)]
    doubts = tuple(f"the chart's last moment is not known: {reason}" for reason in doubted)
    return max(late, key=lambda t: t.instant_high, default=None), doubts


async def goes_on_beyond(chart: ChartContext) -> bool:
    """Whether the chart holds something later than the moment that the caller looks at it, asked once."""
    if chart.as_of.source != "caller":
        return False
    key = f"goes on beyond {chart.as_of.wall} {chart.as_of.offset} {chart.scopes}"
    if key not in chart.cache.converted:
        kinds = [kind for kind in _DATES if chart.scopes.allow(kind)]
        found = await asyncio.gather(*(_newest_beyond(chart, kind) for kind in kinds))
        chart.cache.converted[key] = any(chart.as_of.precedes(t) for r in found for t in _moments(r))
    known: bool = chart.cache.converted[key]
    return known


async def _newest_beyond(chart: ChartContext, kind: str) -> Sequence[Json]:
    """The newest records of a type, beyond the moment looked at; all of them where those can't be asked for."""
    whole = chart.kept(kind)
    if whole is None:
        after = _later_than(kind, chart.as_of.wall.replace(tzinfo=UTC))
        try:
            newest = await chart.fetch(chart.confine(kind, after, *_newest_first(kind)), pages=1)
        except (NotFound, NotServed, ScopeDenied, ServerRefused, ServerTimeout, NotFhir, SearchNotHonoured):
            newest = None
        if newest is not None and newest.proof.honoured and all(map(_dates_a_chart, newest.resources)):
            return newest.resources
        whole = await chart.search(kind)
    return whole.resources


async def _find_late(chart: ChartContext, kind: str) -> SearchResult | None:
    """Records of a type among which its latest is; None where the server does not give that type."""
    whole = chart.kept(kind)
    if whole is None:
        try:
            whole = await _search_late(chart, kind)
        except (NotFound, NotServed, ScopeDenied):
            return None
        except (ServerRefused, ServerTimeout, NotFhir, SearchNotHonoured):
            whole = None
    if whole is None or not whole.complete:
        whole = await chart.search(kind)
    return whole


async def _search_late(chart: ChartContext, kind: str) -> SearchResult | None:
    """The newest records of a type that reach beyond now; None where the server does not say what it searched for."""
    now = datetime.now(UTC)
    first = await chart.fetch(chart.confine(kind, _later_than(kind, now), *_newest_first(kind)), pages=1)
    if not first.proof.honoured or first.complete:
        return first if first.proof.honoured else None
    latest = max((t.instant_high for t in _moments(first.resources)), default=now)
    rest = await chart.fetch(chart.confine(kind, _later_than(kind, max(latest, now))))
    return rest if rest.proof.honoured else None


def _newest_first(kind: str) -> tuple[SearchParam, SearchParam]:
    return SearchParam("_sort", (f"-{_DATES[kind]}",)), SearchParam("_count", ("1",))


def _later_than(kind: str, moment: datetime) -> SearchParam:
    return SearchParam(_DATES[kind], (f"gt{moment - _OFFSETS:%Y-%m-%dT%H:%M:%SZ}",))


def _dates_a_chart(resource: Json) -> bool:
    """Whether a record says that something was: what was entered in error or is only planned does not."""
    return resource.get("status") not in _NOT_YET and not is_mistaken(resource)


def _moments(resources: Iterable[Json]) -> Iterator[FhirTime]:
    for resource in filter(_dates_a_chart, resources):
        periods = [resource.get(name) for name in ("period", "performedPeriod")]
        ends = [p.get(end) for p in periods if isinstance(p, dict) for end in ("start", "end")]
        for text in (*(resource.get(n) for n in _MOMENTS), *ends):
            if isinstance(text, str):
                try:
                    yield parse_fhir_time(text)
                except FhirDateError:
                    continue
