"""FhirClient: searches and reads over httpx, strict: every page or a reason, never a wider answer than asked.

Pages are followed by the server's own opaque links, never to another host. Knows nothing of clinical meaning.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any
from urllib.parse import urljoin

import httpx

from tools.fhir.adaptive import AdaptiveSearch
from tools.fhir.auth import ServerAuth
from tools.fhir.capability import Capability, parse_capability
from tools.fhir.errors import FhirError, ForeignRecord, NotAuthorized, NotFhir, NotFound, ServerRefused
from tools.fhir.exchange import Exchange, Limits
from tools.fhir.pages import Pages, SearchResult
from tools.fhir.read_ahead import ReadAhead
from tools.fhir.search_query import SearchParam, SearchQuery, check_search, format_search
from tools.fhir.searchset import next_url
from tools.fhir.time_budget import time_budget

__all__ = ["FhirClient", "Limits", "SearchResult"]

Json = dict[str, Any]

_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64}")


class FhirClient:
    """A FHIR R4 server at a base URL; an async context manager."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        auth: httpx.Auth | None = None,
        limits: Limits | None = None,
        capability: Capability | None = None,
    ) -> None:
        """`capability`: what the server can do, where that is known; else the server is asked, once."""
        self.base_url = base_url.rstrip("/") + "/"
        self.limits = limits or Limits()
        self._auth = auth
        self._exchange = Exchange(self.base_url, transport, auth, self.limits)
        self._adaptive = AdaptiveSearch(self._read_pages, self.limits.parallel)
        self._ahead = ReadAhead(self._exchange)
        self._capability = capability
        self._asking = asyncio.Lock()

    @property
    def scopes(self) -> tuple[str, ...]:
        """Scope texts that all bind; none where nothing is known of scopes."""
        return self._auth.scopes if isinstance(self._auth, ServerAuth) else ()

    async def __aenter__(self) -> FhirClient:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._exchange.aclose()

    def question(self) -> AbstractContextManager[None]:
        """All that is asked within it may together wait as long as one question may."""
        return time_budget(self.limits.question_seconds, "a question")

    async def capability(self) -> Capability:
        """What the server says it can do, asked once; a server without a CapabilityStatement says nothing."""
        async with self._asking:
            if self._capability is None:
                try:
                    with time_budget(self.limits.timeout_seconds, "metadata"):
                        statement, _ = await self._exchange.get(urljoin(self.base_url, "metadata"), attempts=2)
                    self._capability = parse_capability(statement)
                except NotAuthorized:
                    raise
                except FhirError:
                    self._capability = Capability()
            return self._capability

    async def read(self, reference: str) -> Json:
        """One resource by `Type/id`. Raises NotFound, and ForeignRecord where the server gives another one."""
        kind, _, fhir_id = reference.partition("/")
        if not _REFERENCE.fullmatch(reference):
            raise NotFound(404, f"{reference[:80]!r} is no reference of the form Type/id")
        with time_budget(self.limits.search_seconds, "a record"):
            resource, _ = await self._exchange.get(urljoin(self.base_url, reference))
        if resource.get("resourceType") != kind or resource.get("id") != fhir_id:
            raise ForeignRecord(f"the server answered {reference} with another resource; it is not used")
        return resource

    async def count(self, query: SearchQuery) -> int:
        """How many resources match: by `_summary=count` or, where that can't be trusted, by reading them.

        Raises FhirError, NotFhir where they can't all be read.
        """
        check_search(query)
        try:
            if (total := await self._read_total(query)) is not None:
                return total
        except ServerRefused:
            pass
        result = await self.search(query)
        if not result.complete:
            raise NotFhir(f"the server gave no total, and not all could be read: {result.reason}")
        return len(result.resources)

    async def _read_total(self, query: SearchQuery) -> int | None:
        """The total of `_summary=count`; None where it is missing, or not certainly that of this search."""
        counted = SearchQuery(query.resource_type, (*query.params, SearchParam("_summary", ("count",))))
        pages = Pages(counted)
        pages.add(*await self._exchange.get(self._search_url(counted)))
        return pages.read_count()

    async def search(self, query: SearchQuery, *, pages: int | None = None) -> SearchResult:
        """Every page of a search, or so many of them, asked in the way that the server takes it.

        What the page or byte budget cuts off, or an error after the first page, makes it incomplete, with the reason.
        """
        check_search(query)
        most = min(pages or self.limits.pages, self.limits.pages)
        with time_budget(self.limits.search_seconds, "a search"):
            return await self._adaptive.search(self._paged(query), await self.capability(), most)

    @asynccontextmanager
    async def ahead(self, queries: Sequence[SearchQuery]) -> AsyncIterator[None]:
        """For searches made within: their first pages are got at once where the server is the embedded one.

        Others answer several searches faster side by side than one after the other in a batch.
        """
        urls = [self._search_url(self._paged(query)) for query in queries]
        if len(urls) > 1 and (await self.capability()).exact:
            with time_budget(self.limits.search_seconds, "a search"):
                await self._ahead.read(urls)
        try:
            yield
        finally:
            self._ahead.forget(urls)

    def _paged(self, query: SearchQuery) -> SearchQuery:
        if query.values("_count"):
            return query
        return SearchQuery(query.resource_type, (*query.params, SearchParam("_count", (str(self.limits.page_size),))))

    async def _read_pages(self, query: SearchQuery, most: int) -> SearchResult:
        pages, url = Pages(query), self._search_url(query)
        while True:
            pages.asked.add(url)
            try:
                bundle, size = self._ahead.take(url) or await self._exchange.get(url)
                pages.add(bundle, size)
                following = next_url(bundle, url, self.base_url, pages.asked)
            except FhirError as error:
                if pages.read == 0:
                    raise
                return pages.result(f"{query.resource_type}: stopped after page {pages.read}: {error}", True)
            if following is None:
                return pages.result(None)
            if pages.read >= most or pages.bytes > self.limits.bytes:
                return pages.result(f"stopped after {pages.read} pages: the answer is larger than the budget")
            url = following

    def _search_url(self, query: SearchQuery) -> str:
        return f"{self.base_url}{query.resource_type}?{format_search(query)}"
