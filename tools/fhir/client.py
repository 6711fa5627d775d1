"""FhirClient: searches and reads over httpx, strict: every page or a reason, never a wider answer than asked.

Pages are followed by the server's own opaque links, never to another host. Knows nothing of clinical meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import orjson
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

from tools.fhir.errors import (
    FhirError,
    ForeignHost,
    ForeignRecord,
    NotFhir,
    NotFound,
    PageLoop,
    ScopeDenied,
    SearchNotHonoured,
    ServerRefused,
    ServerTimeout,
    ServerUnreachable,
)
from tools.fhir.search_query import RESULT_PARAMETERS, SearchParam, SearchQuery, check_search, format_search
from tools.receipt import SearchProof

Json = dict[str, Any]

_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64}")
_RETRIED = (429, 502, 503, 504)
_HEADERS = {"accept": "application/fhir+json", "prefer": "handling=strict"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one search may cost."""

    pages: int = 200
    bytes: int = 200_000_000
    page_size: int = 1000
    timeout_seconds: float = 30.0
    attempts: int = 4
    longest_wait_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found, and the proof of what was asked."""

    resources: tuple[Json, ...]
    """`search.mode = match`, in the server's order, each once."""
    included: tuple[Json, ...]
    proof: SearchProof
    complete: bool
    reason: str | None = None
    """Why it is not complete."""


class _Retry(Exception):
    """An answer worth asking for again."""

    def __init__(self, error: FhirError, wait: float | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


class FhirClient:
    """A FHIR R4 server at a base URL; an async context manager."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        auth: httpx.Auth | None = None,
        limits: Limits = Limits(),
    ) -> None:
        self.base_url = base_url.rstrip("/") + "/"
        self.limits = limits
        self._http = httpx.AsyncClient(
            transport=transport, auth=auth, timeout=limits.timeout_seconds, headers=_HEADERS, follow_redirects=False
        )

    async def __aenter__(self) -> FhirClient:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def read(self, reference: str) -> Json:
        """One resource by `Type/id`. Raises NotFound, and ForeignRecord where the server gives another one."""
        kind, _, fhir_id = reference.partition("/")
        if not _REFERENCE.fullmatch(reference):
            raise NotFound(404, f"{reference[:80]!r} is no reference of the form Type/id")
        resource, _ = await self._get(urljoin(self.base_url, reference))
        if resource.get("resourceType") != kind or resource.get("id") != fhir_id:
            raise ForeignRecord(f"the server answered {reference} with another resource; it is not used")
        return resource

    async def count(self, query: SearchQuery) -> int:
        """How many resources match, by `_summary=count`. Raises NotFhir where the server gives no total."""
        counted = SearchQuery(query.resource_type, (*query.params, SearchParam("_summary", ("count",))))
        bundle, _ = await self._get(self._search_url(counted))
        if not isinstance(bundle.get("total"), int):
            raise NotFhir("the server gave no total for _summary=count")
        return int(bundle["total"])

    async def search(self, query: SearchQuery) -> SearchResult:
        """Every page of a search. What the page or byte budget cuts off makes it incomplete, with the reason."""
        check_search(query)
        if not query.values("_count"):
            paged = SearchParam("_count", (str(self.limits.page_size),))
            query = SearchQuery(query.resource_type, (*query.params, paged))
        pages = _Pages(query)
        url: str | None = self._search_url(query)
        spent = 0
        while url is not None:
            if len(pages.seen) >= self.limits.pages or spent > self.limits.bytes:
                return pages.result(f"stopped after {len(pages.seen)} pages: the answer is larger than the budget")
            if url in pages.seen:
                raise PageLoop(f"{query.resource_type}: a next link leads back to a page already read")
            pages.seen.append(url)
            bundle, size = await self._get(url)
            spent += size
            pages.add(bundle)
            url = self._next_url(bundle, url)
        return pages.result(None)

    def _search_url(self, query: SearchQuery) -> str:
        return f"{self.base_url}{query.resource_type}?{format_search(query)}"

    def _next_url(self, bundle: Json, current: str) -> str | None:
        link = _link(bundle, "next")
        if link is None:
            return None
        url = urljoin(current, link)
        here, there = urlsplit(self.base_url), urlsplit(url)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise ForeignHost(f"a next link leads to another host, {there.hostname}; it was not followed")
        return url

    async def _get(self, url: str) -> tuple[Json, int]:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self.limits.attempts),
            retry=retry_if_exception_type(_Retry),
            wait=self._wait,
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    return await self._get_once(url)
        except _Retry as error:
            raise error.error from None
        raise ServerUnreachable("no attempt was made")

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        given = error.wait if isinstance(error, _Retry) else None
        return min(given if given is not None else 0.2 * 2**state.attempt_number, self.limits.longest_wait_seconds)

    async def _get_once(self, url: str) -> tuple[Json, int]:
        try:
            response = await self._http.get(url)
        except httpx.TimeoutException:
            raise _Retry(ServerTimeout("the server did not answer in time; try again later"), None) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise ServerUnreachable(f"no connection to the server: {type(error).__name__}") from error
        if response.status_code in _RETRIED:
            raise _Retry(_to_error(response), _retry_after(response))
        if response.status_code >= 300:
            raise _to_error(response)
        return _to_json(response), len(response.content)


class _Pages:
    """The pages of one search as they come in."""

    def __init__(self, query: SearchQuery) -> None:
        self.query = query
        self.seen: list[str] = []
        self.matches: dict[str, Json] = {}
        self.included: dict[str, Json] = {}
        self.self_link: str | None = None
        self.total: int | None = None

    def add(self, bundle: Json) -> None:
        if bundle.get("resourceType") != "Bundle":
            raise NotFhir(f"a search was answered with a {bundle.get('resourceType')}, not a Bundle")
        if len(self.seen) == 1:
            self.self_link, self.total = _link(bundle, "self"), bundle.get("total")
            check_self_link(self.query, self.self_link)
        for entry in bundle.get("entry") or []:
            if not isinstance(entry, dict):
                raise NotFhir("a Bundle's entry is no object")
            resource = entry.get("resource") or {}
            name = f"{resource.get('resourceType')}/{resource.get('id')}"
            mode = (entry.get("search") or {}).get("mode", "match")
            if mode == "outcome" or resource.get("resourceType") == "OperationOutcome":
                continue
            if mode == "match" and resource.get("resourceType") == self.query.resource_type:
                self.matches[name] = resource
            else:
                self.included[name] = resource

    def result(self, reason: str | None) -> SearchResult:
        found = tuple(self.matches.values())
        if reason is None and isinstance(self.total, int) and self.total > len(found):
            reason = f"the server says {self.total} match but gave {len(found)}"
        sent = f"{self.query.resource_type}?{format_search(self.query)}"
        proof = SearchProof(
            sent=sent, self_link=self.self_link, honoured=self.self_link is not None, pages=len(self.seen),
            matched=len(found), total=self.total if isinstance(self.total, int) else None,
        )  # fmt: skip
        return SearchResult(found, tuple(self.included.values()), proof, reason is None, reason)


def check_self_link(query: SearchQuery, link: str | None) -> None:
    """Raise SearchNotHonoured where the search the server says it ran lacks a parameter that was sent.

    >>> check_self_link(SearchQuery("Condition", (SearchParam("patient", ("1",)),)), "Condition?_count=5")
    Traceback (most recent call last):
        ...
    tools.fhir.errors.SearchNotHonoured: Condition: the server ran the search without patient
    """
    if link is None:
        return
    ran = {(key, value.replace("\\", "")) for key, value in parse_qsl(urlsplit(link).query, keep_blank_values=True)}
    lacking = []
    for param in query.params:
        if param.name in RESULT_PARAMETERS:
            continue
        value = ",".join(param.values).replace("\\", "")
        if not any(key == param.key and _same_value(v, value) for key, v in ran):
            lacking.append(param.key)
    if lacking:
        raise SearchNotHonoured(f"{query.resource_type}: the server ran the search without {', '.join(lacking)}")


def _same_value(ran: str, sent: str) -> bool:
    """Servers may write alternatives in another order, and `1` or `http://…/Patient/1` for `Patient/1`."""
    one, other = sorted(ran.split(",")), sorted(sent.split(","))
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a == b or b.endswith(f"/{a}") or a.endswith(f"/{b}") for a, b in pairs)


def _link(bundle: Json, relation: str) -> str | None:
    for link in bundle.get("link", []):
        if link.get("relation") == relation and isinstance(link.get("url"), str):
            return str(link["url"])
    return None


def _to_json(response: httpx.Response) -> Json:
    try:
        content = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        kind = response.headers.get("content-type", "no content type")
        raise NotFhir(f"the server's answer is no JSON ({kind}); is this a FHIR base address?") from None
    if not isinstance(content, dict) or "resourceType" not in content:
        raise NotFhir("the server's answer is JSON, but no FHIR resource")
    return content


def _to_error(response: httpx.Response) -> FhirError:
    text = _outcome_text(response)
    kinds: Mapping[int, type[ServerRefused]] = {404: NotFound, 410: NotFound, 401: ScopeDenied, 403: ScopeDenied}
    return kinds.get(response.status_code, ServerRefused)(response.status_code, text)


def _outcome_text(response: httpx.Response) -> str:
    try:
        issues = orjson.loads(response.content)["issue"]
        return "; ".join(str(i.get("diagnostics") or (i.get("details") or {}).get("text") or i["code"]) for i in issues)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return "no OperationOutcome"


def _retry_after(response: httpx.Response) -> float | None:
    given = response.headers.get("retry-after", "")
    return float(given) if given.isascii() and given.isdigit() else None
