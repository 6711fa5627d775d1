"""ChartContext: what the caller fixes and a planner can never change, and the one door to the chart's FHIR server."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tools.fhir.client import FhirClient, SearchResult
from tools.fhir.dates import FhirDateError, FhirTime, parse_fhir_time
from tools.fhir.errors import ForeignRecord, NotFound, SearchSyntaxError, ServerRefused
from tools.fhir.parameters import list_parameters
from tools.fhir.search_query import SearchParam, SearchQuery, format_search
from tools.fhir.search_values import escape_value
from tools.receipt import Receipt, SearchProof
from tools.time_window import DateOrder

Json = dict[str, Any]

_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_SCOPE = re.compile(r"(?:patient|user|system)/(\*|[A-Z]\w+)\.(read|write|\*|c?r?u?d?s?)(?:\?.*)?")
_PATIENT_ELEMENTS = ("subject", "patient", "beneficiary")
_EVENT_TYPES = ("Encounter", "Observation", "MedicationRequest", "Procedure")
_LINKED_PAGE = 100


class ChartError(Exception):
    """A chart that can't be opened; the text says what to do."""


class UnknownPatient(ChartError):
    """No patient with that id or identifier."""


class AmbiguousPatient(ChartError):
    """Several patients bear that identifier."""


class UnreadableAsOf(ChartError):
    """`as_of` is no date or time."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment the chart is looked at."""

    wall: datetime
    """Naive wall clock, compared with each record at the record's own offset."""
    offset: timedelta | None
    """None: wall clock at each record's own offset. Given: instants are compared."""
    source: Literal["caller", "clock", "chart"]
    text: str
    """As the caller wrote it, or ISO 8601."""

    def precedes(self, time: FhirTime) -> bool:
        """Whether a record's time lies after this moment.

        >>> at = AsOf(datetime(2020, 1, 1, 12), None, "caller", "2020-01-01T12:00:00")
        >>> at.precedes(parse_fhir_time("2020-01-01T12:00:01-05:00")), at.precedes(parse_fhir_time("2020-01-01"))
        (True, False)
        """
        if self.offset is not None and time.offset is not None:
            return time.low - time.offset > self.wall - self.offset
        return time.low > self.wall


def parse_as_of(text: str) -> AsOf:
    """Read the caller's `as_of`; a day means its last moment. Raises UnreadableAsOf.

    >>> parse_as_of("2020-01-01").wall.isoformat()
    '2020-01-01T23:59:59.999999'
    """
    try:
        time = parse_fhir_time(text.strip().replace(" ", "T", 1))
    except FhirDateError as error:
        raise UnreadableAsOf(f"as_of: {error}") from error
    coarse = time.precision in ("year", "month", "day")
    return AsOf(time.high if coarse else time.low, time.offset, "caller", text)


@dataclass(frozen=True, slots=True)
class Scopes:
    """The resource types that may be read; None: all."""

    types: frozenset[str] | None = None

    def allow(self, resource_type: str) -> bool:
        """Whether a type may be read."""
        return self.types is None or "*" in self.types or resource_type in self.types


def parse_scopes(text: str) -> Scopes:
    """SMART scopes, v1 or v2: the types that may be both read and searched.

    >>> sorted(parse_scopes("launch patient/Observation.rs patient/Condition.read patient/Goal.c").types)
    ['Condition', 'Observation']
    """
    types = set()
    for word in text.split():
        match = _SCOPE.fullmatch(word)
        if match and (match[2] in ("read", "*") or ("r" in match[2] and "s" in match[2] and match[2] != "write")):
            types.add(match[1])
    return Scopes(frozenset(types))


@dataclass
class ChartCache:
    """What was read of one patient from one server; whoever makes it decides how long it stays fresh."""

    results: dict[str, SearchResult] = field(default_factory=dict)
    linked: dict[str, Json | None] = field(default_factory=dict)
    converted: dict[str, Any] = field(default_factory=dict)
    """For tools.records: records by search text."""


@dataclass
class ChartContext:
    """One patient's chart at one moment, through one client."""

    client: FhirClient
    patient: str
    """Logical id."""
    patient_resource: Json
    as_of: AsOf
    date_order: DateOrder = "auto"
    scopes: Scopes = Scopes()
    cache: ChartCache = field(default_factory=ChartCache)

    async def search(self, resource_type: str, *params: SearchParam) -> SearchResult:
        """A search confined to this patient. A type the scopes deny gives nothing, incomplete, with the reason."""
        if not self.scopes.allow(resource_type):
            return _denied(resource_type)
        query = SearchQuery(resource_type, (self._patient_param(resource_type), *params))
        key = f"{resource_type}?{format_search(query)}"
        if key not in self.cache.results:
            result = await self.client.search(query)
            self._check_owner(result)
            self.cache.results[key] = result
        return self.cache.results[key]

    async def read_linked(self, references: Iterable[str]) -> dict[str, Json]:
        """The resources that references point to; those that are not there, or not allowed, are left out."""
        wanted: dict[str, list[str]] = defaultdict(list)
        asked = list(dict.fromkeys(references))
        for reference in asked:
            kind, _, fhir_id = reference.partition("/")
            if reference not in self.cache.linked and _ID.fullmatch(fhir_id) and self.scopes.allow(kind):
                wanted[kind].append(fhir_id)
        for kind, ids in wanted.items():
            for start in range(0, len(ids), _LINKED_PAGE):
                await self._read_linked(kind, ids[start : start + _LINKED_PAGE])
        return {r: found for r in asked if (found := self.cache.linked.get(r)) is not None}

    async def _read_linked(self, kind: str, ids: list[str]) -> None:
        try:
            found = (await self.client.search(SearchQuery(kind, (SearchParam("_id", tuple(ids)),)))).resources
        except (ServerRefused, SearchSyntaxError):
            found = ()
        self.cache.linked.update({f"{kind}/{fhir_id}": None for fhir_id in ids})
        for resource in found:
            owner = _owner(resource)
            if owner is None or owner == f"Patient/{self.patient}":
                self.cache.linked[f"{kind}/{resource['id']}"] = resource

    def receipt(self, results: Sequence[SearchResult]) -> Receipt:
        """What was asked of the server for one tool call, and whether all of it was seen."""
        denied = tuple(dict.fromkeys(r.proof.sent.partition("?")[0] for r in results if r.proof.pages == 0))
        reasons = tuple(dict.fromkeys(r.reason for r in results if r.reason))
        return Receipt(
            searches=tuple(r.proof for r in results if r.proof.pages),
            complete=bool(results) and all(r.complete for r in results),
            reasons=reasons or (() if results else ("no search was made",)),
            denied=denied,
            as_of=self.as_of.text,
            as_of_source=self.as_of.source,
        )

    def _patient_param(self, resource_type: str) -> SearchParam:
        if resource_type == "Patient":
            return SearchParam("_id", (self.patient,))
        known = list_parameters(resource_type)
        for name in ("patient", "subject", "beneficiary"):
            if name in known:
                return SearchParam(name, (f"Patient/{self.patient}",))
        raise SearchSyntaxError(f"{resource_type} is not a record of one patient")

    def _check_owner(self, result: SearchResult) -> None:
        """Raise ForeignRecord for a record that names another patient, or should name one and does not."""
        for resource in result.resources:
            owner = _owner(resource)
            if resource.get("resourceType") == "Patient":
                owner = f"Patient/{resource.get('id')}"
            if owner is None or not (owner == f"Patient/{self.patient}" or owner.endswith(f"/Patient/{self.patient}")):
                name = str(resource.get("resourceType"))
                raise ForeignRecord(f"the server gave a {name} of another patient; nothing of this answer is used")


def _owner(resource: Json) -> str | None:
    for element in _PATIENT_ELEMENTS:
        reference = resource.get(element)
        if isinstance(reference, dict) and isinstance(reference.get("reference"), str):
            return str(reference["reference"]).partition("/_history/")[0]
    return None


def _denied(resource_type: str) -> SearchResult:
    proof = SearchProof(sent=resource_type, self_link=None, honoured=False, pages=0, matched=0, total=None)
    return SearchResult((), (), proof, False, f"{resource_type}: the granted scopes do not allow it")


async def open_chart(
    client: FhirClient,
    patient: str,
    as_of: str | None,
    *,
    date_order: DateOrder = "auto",
    scopes: Scopes = Scopes(),
    cache: ChartCache | None = None,
) -> ChartContext:
    """Open the chart of the patient with this logical id or identifier value. Raises ChartError.

    Without `as_of` it is looked at now or, where clinical events lie later than that, at the last of them.
    """
    resource = await _find_patient(client, patient)
    cache = cache or ChartCache()
    now = datetime.now(UTC)
    clock = AsOf(now.replace(tzinfo=None), timedelta(0), "clock", now.isoformat("T", "seconds"))
    at = parse_as_of(as_of) if as_of else clock
    chart = ChartContext(client, str(resource["id"]), resource, at, date_order, scopes, cache)
    if not as_of and (last := await _last_moment(chart)) is not None:
        chart.as_of = AsOf(last.high, last.offset, "chart", last.raw)
    return chart


async def _find_patient(client: FhirClient, name: str) -> Json:
    if _ID.fullmatch(name):
        try:
            return await client.read(f"Patient/{name}")
        except NotFound:
            pass
    if not name.strip():
        raise UnknownPatient("no patient was named; give a logical id or an identifier value (MRN)")
    found = await client.search(SearchQuery("Patient", (SearchParam("identifier", (escape_value(name),)),)))
    if not found.resources:
        raise UnknownPatient(f"no patient has the id or identifier {name[:80]!r}; was the record loaded?")
    if len(found.resources) > 1:
        ids = ", ".join(str(r["id"]) for r in found.resources[:5])
        raise AmbiguousPatient(f"{len(found.resources)} patients bear the identifier {name[:80]!r}; name an id: {ids}")
    return found.resources[0]


async def _last_moment(chart: ChartContext) -> FhirTime | None:
    """The latest recorded moment of the chart, where it lies after now."""
    latest: FhirTime | None = None
    for kind in _EVENT_TYPES:
        if not chart.scopes.allow(kind):
            continue
        result = await chart.search(kind)
        for time in _moments(result.resources):
            if chart.as_of.precedes(time) and (latest is None or time.instant_high > latest.instant_high):
                latest = time
    return latest


def _moments(resources: Iterable[Json]) -> Iterable[FhirTime]:
    for resource in resources:
        period = resource.get("period") or resource.get("performedPeriod") or {}
        for text in (
            resource.get("effectiveDateTime"), resource.get("authoredOn"), resource.get("performedDateTime"),
            period.get("start"), period.get("end"),
        ):  # fmt: skip
            if isinstance(text, str):
                try:
                    yield parse_fhir_time(text)
                except FhirDateError:
                    continue
