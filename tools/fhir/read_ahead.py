"""ReadAhead: the first pages of several searches, got by one batch before they are asked for one by one.

It saves connections, and proves nothing: each page is judged as if it had been asked for by itself, and what a
batch does not give is asked for. https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.fhir.errors import FhirError, NotFhir
from tools.fhir.exchange import Exchange
from tools.fhir.searchset import find_link

Json = dict[str, Any]


class ReadAhead:
    """First pages by address, each handed out once."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._pages: dict[str, tuple[Json, int]] = {}

    async def read(self, urls: Sequence[str]) -> None:
        """Get what lies at these addresses, all at once; nothing where that fails."""
        base = self._exchange.base_url
        try:
            batch, size = await self._exchange.post_batch([url.removeprefix(base) for url in urls])
            pages = [_page_of(entry) for entry in _read_entries(batch, len(urls))]
        except FhirError:
            return
        self._pages |= {url: (page, size // len(urls)) for url, page in zip(urls, pages, strict=True) if page}

    def take(self, url: str) -> tuple[Json, int] | None:
        """The page at an address and its share of the batch in bytes; None where it was not got."""
        return self._pages.pop(url, None)

    def forget(self, urls: Sequence[str]) -> None:
        """Drop what was got and not taken."""
        for url in urls:
            self._pages.pop(url, None)


def _read_entries(batch: Json, expected: int) -> list[Any]:
    """The answers, in the order of what was asked. Raises NotFhir."""
    entries = batch.get("entry")
    if batch.get("type") != "batch-response" or not isinstance(entries, list) or len(entries) != expected:
        raise NotFhir("a batch was not answered entry by entry")
    return entries


def _page_of(entry: object) -> Json | None:
    """The searchset of an entry that succeeded and says which search it answers."""
    if not isinstance(entry, dict):
        return None
    response, page = entry.get("response"), entry.get("resource")
    succeeded = isinstance(response, dict) and str(response.get("status", "")).startswith("200")
    if not succeeded or not isinstance(page, dict) or page.get("resourceType") != "Bundle":
        return None
    return page if find_link(page, "self") is not None else None
