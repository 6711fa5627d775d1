"""Pages of a search: an opaque token holds the search, the place in it and what the store held at its start."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import orjson

from tools.fhir.errors import SearchSyntaxError
from tools.fhir.search_query import SearchQuery, format_search, parse_search

DEFAULT_COUNT = 100
MAX_COUNT = 5_000
_FOREIGN = "the page link was not made by this server"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search."""

    query: SearchQuery
    offset: int = 0
    newest: int | None = None
    """Highest key in the store when the first page was made; later pages hold nothing newer."""

    @property
    def size(self) -> int:
        """Matches on a page: `_count`, a hundred without it, five thousand at most."""
        given = self.query.values("_count")
        return min(int(given[0]), MAX_COUNT) if given else DEFAULT_COUNT


def format_page(page: Page) -> str:
    """A page as an opaque token, the inverse of `parse_page`."""
    return format_token([page.query.resource_type, format_search(page.query), page.offset, page.newest])


def parse_page(token: str) -> Page:
    """Read a page's token. Raises SearchSyntaxError.

    >>> page = Page(parse_search("Patient", "name=ann&_count=2"), 2, 7)
    >>> parse_page(format_page(page)) == page
    True
    """
    content = parse_token(token)
    try:
        kind, text, offset, newest = content
        return Page(parse_search(kind, text), max(int(offset), 0), int(newest))
    except (ValueError, TypeError, AttributeError) as error:
        raise SearchSyntaxError(_FOREIGN) from error


def format_token(content: list[Any]) -> str:
    """JSON as an opaque token, the inverse of `parse_token`."""
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def parse_token(token: str) -> list[Any]:
    """What is in an opaque token. Raises SearchSyntaxError.

    >>> parse_token(format_token(["Patient", 2]))
    ['Patient', 2]
    """
    try:
        content = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, binascii.Error) as error:
        raise SearchSyntaxError(_FOREIGN) from error
    if not isinstance(content, list):
        raise SearchSyntaxError(_FOREIGN)
    return content
