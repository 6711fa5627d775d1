"""ChartContext: what the caller fixes and a planner can never change, and the one door to the chart's FHIR server."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.as_of import AsOf
from tools.chart_cache import ChartCache
from tools.concepts.terminology import Terminology
from tools.fhir.client import FhirClient, SearchResult
from tools.fhir.dates import FhirDateError, parse_fhir_time
from tools.fhir.errors import (
    ForeignRecord,
    NotFhir,
    NotFound,
    NotServed,
    SearchNotHonoured,
    SearchSyntaxError,
    ServerRefused,
    ServerTimeout,
)
from tools.fhir.linked import build_query, read_many
from tools.fhir.parameters import list_parameters
from tools.fhir.search_query import SearchParam, SearchQuery, format_search
from tools.fhir.search_values import escape_value
from tools.last_moment import find_last_moment
from tools.receipt import Receipt, SearchProof, first_few
from tools.scopes import Scopes, bound_scopes, parse_scopes
from tools.time_window import DateOrder

__all__ = ["AsOf", "ChartCache", "ChartContext", "ChartError", "Scopes", "open_chart", "parse_as_of", "parse_scopes"]

Json = dict[str, Any]

_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_PATIENT_ELEMENTS = ("subject", "patient", "beneficiary")
_PEOPLE = frozenset({"Practitioner", "PractitionerRole", "Organization", "RelatedPerson", "CareTeam"})
"""Types that say who took part; without them a record still says what was so."""
_NOT_GRANTED = "the granted scopes do not allow it"
_LINKED_PAGE = 100


class ChartError(Exception):
    """A chart that can't be opened; the text says what to do."""


class UnknownPatient(ChartError):
    """No patient with that id or identifier."""


class AmbiguousPatient(ChartError):
    """Several patients bear that identifier."""


class UnreadableAsOf(ChartError):
    """`as_of` is no date or time."""


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


@dataclass
class ChartContext:
    """One patient's chart at one moment, through one client."""

    client: FhirClient
    patient: str
    """Logical id."""
    patient_resource: Json
    as_of: AsOf
    date_order: DateOrder = "auto"
    scopes: Scopes = field(default_factory=Scopes)
    cache: ChartCache = field(default_factory=ChartCache)
    doubts: tuple[str, ...] = ()
    """Why the moment looked at may be the wrong one; no receipt is complete then."""
    terminology: Terminology | None = None
    """Settles what is a kind of what, where the tables don't; given nothing but codes and clinical names."""

    async def search(self, resource_type: str, *params: SearchParam) -> SearchResult:
        """A search confined to this patient, kept as long as the cache lives.

        What the scopes deny or the server refuses gives nothing, incomplete, with the reason.
        """
        if not self.scopes.allow(resource_type):
            return _nothing(resource_type, f"{resource_type}: {_NOT_GRANTED}")
        query = self.confine(resource_type, *params)
        key = f"{resource_type}?{format_search(query)}"
        if key not in self.cache.results:
            self.cache.results[key] = self._granted(await self._try_search(query), resource_type)
        return self.cache.results[key]

    @asynccontextmanager
    async def ahead(self, resource_types: Iterable[str]) -> AsyncIterator[None]:
        """For reading all of these types within: see `FhirClient.ahead`."""
        queries = [self.confine(kind) for kind in resource_types if self.scopes.allow(kind)]
        unread = [q for q in queries if f"{q.resource_type}?{format_search(q)}" not in self.cache.results]
        async with self.client.ahead(unread):
            yield

    def kept(self, resource_type: str) -> SearchResult | None:
        """All of a type, where it was read already and is complete."""
        result = self.cache.results.get(f"{resource_type}?{format_search(self.confine(resource_type))}")
        return result if result is not None and result.complete else None

    def confine(self, resource_type: str, *params: SearchParam) -> SearchQuery:
        """A search among this patient's records."""
        return SearchQuery(resource_type, (self._patient_param(resource_type), *params))

    async def fetch(self, query: SearchQuery, *, pages: int | None = None) -> SearchResult:
        """A confined search, not kept. Raises FhirError, ForeignRecord where another patient's record comes."""
        result = await self.client.search(query, pages=pages)
        self._check_owner(result)
        return result

    async def _try_search(self, query: SearchQuery) -> SearchResult:
        try:
            return await self.fetch(query)
        except (ServerRefused, ServerTimeout, NotServed, NotFhir, SearchNotHonoured) as error:
            sent = f"{query.resource_type}?{format_search(query)}"
            return replace(_nothing(sent, f"{query.resource_type}: {error}"), interrupted=True)

    def _granted(self, result: SearchResult, resource_type: str) -> SearchResult:
        if not self.scopes.narrow(resource_type):
            return result
        reason = f"{resource_type}: the granted scopes allow only some of these records"
        return replace(result, complete=False, reason=reason)

    async def read_linked(self, references: Iterable[str]) -> dict[str, Json]:
        """The resources that references point to; those that are not there, or can't be read, are left out.

        A receipt of the records that point to what can't be read is incomplete.
        """
        wanted: dict[str, list[str]] = defaultdict(list)
        asked = list(dict.fromkeys(references))
        for reference in asked:
            if reference.startswith(("http:", "https:")):
                self._leave_unread(reference)
                continue
            kind, _, fhir_id = reference.partition("/")
            if reference in self.cache.linked or reference in self.cache.unread or not _ID.fullmatch(fhir_id):
                continue
            if self.scopes.allow(kind):
                wanted[kind].append(fhir_id)
            elif kind not in _PEOPLE:
                self.cache.unread[reference] = f"{kind}: {_NOT_GRANTED}"
        parts = [
            (k, ids[at : at + _LINKED_PAGE]) for k, ids in wanted.items() for at in range(0, len(ids), _LINKED_PAGE)
        ]
        async with self.client.ahead([build_query(kind, ids) for kind, ids in parts]):
            for kind, ids in parts:
                await self._read_linked(kind, ids)
        return {r: found for r in asked if (found := self.cache.linked.get(r)) is not None}

    def _leave_unread(self, reference: str) -> None:
        """A record at another host is not read, and never taken for the one of that id here."""
        kind = reference.rstrip("/").rpartition("/")[0].rpartition("/")[2]
        if kind in _PEOPLE:
            self.cache.linked[reference] = None
        else:
            self.cache.unread[reference] = f"{reference[:120]}: a record at another host is not read"

    async def _read_linked(self, kind: str, ids: list[str]) -> None:
        read = await read_many(self.client, kind, ids)
        for fhir_id in ids:
            reference, found = f"{kind}/{fhir_id}", read.found.get(fhir_id)
            owners = _owners(found) if found is not None else []
            if fhir_id in read.unread:
                reason = f"{kind}: what records refer to could not be read: {read.unread[fhir_id]}"
                self.cache.unread[reference] = reason
            else:
                self.cache.linked[reference] = found if not owners or any(map(self._is_own, owners)) else None

    def receipt(self, results: Sequence[SearchResult]) -> Receipt:
        """What was asked of the server for one tool call, and whether all of it was seen."""
        unread = self.cache.find_unread(results)
        types = [r.proof.sent.partition("?")[0] for r in results]
        here = (u.partition("/")[0] for u in unread if not u.startswith(("http:", "https:")))
        denied = [t for t in (*types, *here) if not self.scopes.allow(t)]
        reasons = [r.reason for r in results if r.reason] + [self.cache.unread[u] for u in unread] + [*self.doubts]
        return Receipt(
            searches=tuple(p for r, t in zip(results, types, strict=True) if t not in denied for p in r.proofs),
            complete=bool(results) and all(r.complete for r in results) and not unread and not self.doubts,
            reasons=first_few(dict.fromkeys(reasons)) or (() if results else ("no search was made",)),
            denied=tuple(dict.fromkeys(denied)),
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
            if not any(map(self._is_own, _owners(resource))):
                name = str(resource.get("resourceType"))
                raise ForeignRecord(f"the server gave a {name} of another patient; nothing of this answer is used")

    def _is_own(self, owner: str) -> bool:
        """Whether a reference, relative or absolute at this server, is to this patient."""
        return owner.removeprefix(self.client.base_url) == f"Patient/{self.patient}"


def _owners(resource: Json) -> list[str]:
    """Whose a record is: one patient's, or that of each patient who takes part in an Appointment."""
    if resource.get("resourceType") == "Patient":
        return [f"Patient/{resource.get('id')}"]
    people = resource.get("participant") if resource.get("resourceType") == "Appointment" else None
    actors = [p.get("actor") for p in people if isinstance(p, dict)] if isinstance(people, list) else []
    told = [e for e in (*(resource.get(n) for n in _PATIENT_ELEMENTS), *actors) if isinstance(e, dict)]
    named = [str(e["reference"]).partition("/_history/")[0] for e in told if isinstance(e.get("reference"), str)]
    return named if people is not None else named[:1]


def _nothing(sent: str, reason: str) -> SearchResult:
    proof = SearchProof(sent=sent, self_link=None, honoured=False, pages=0, matched=0, total=None)
    return SearchResult((), (), proof, False, reason)


async def open_chart(
    client: FhirClient,
    patient: str,
    as_of: str | None,
    *,
    date_order: DateOrder = "auto",
    scopes: Scopes | None = None,
    cache: ChartCache | None = None,
) -> ChartContext:
    """Open the chart of the patient with this logical id or identifier value. Raises ChartError, FhirError.

    Without `scopes`, those bind that the client was granted.
    Without `as_of` it is looked at now or, where clinical events lie later than that, at the last of them.
    """
    resource = await _find_patient(client, patient)
    cache = cache if cache is not None else ChartCache()
    cache.forget_failures()
    now = datetime.now(UTC)
    clock = AsOf(now.replace(tzinfo=None), timedelta(0), "clock", now.isoformat("T", "seconds"))
    at = parse_as_of(as_of) if as_of else clock
    scopes = bound_scopes(client.scopes) if scopes is None else scopes
    chart = ChartContext(client, str(resource["id"]), resource, at, date_order, scopes, cache)
    if not as_of:
        last, chart.doubts = await find_last_moment(chart)
        if last is not None:
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
    if not found.resources and not found.complete:
        raise UnknownPatient(f"whether a patient has the id or identifier {name[:80]!r} is not known: {found.reason}")
    if not found.resources:
        raise UnknownPatient(f"no patient has the id or identifier {name[:80]!r}; was the record loaded?")
    if not all(_bears(r, name) for r in found.resources):
        raise UnknownPatient(
            f"the server gave a patient who does not bear the identifier {name[:80]!r}; nothing is used"
        )
    if len(found.resources) > 1:
        ids = ", ".join(str(r["id"]) for r in found.resources[:5])
        raise AmbiguousPatient(f"{len(found.resources)} patients bear the identifier {name[:80]!r}; name an id: {ids}")
    return found.resources[0]


def _bears(patient: Json, name: str) -> bool:
    """Whether a Patient has an identifier of that value, `system|value` read as such."""
    value = name.rpartition("|")[2]
    borne = patient.get("identifier")
    borne = borne if isinstance(borne, list) else []
    return any(isinstance(i, dict) and str(i.get("value")) in (name, value) for i in borne)
