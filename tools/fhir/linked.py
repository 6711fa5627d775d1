"""read_many: resources of one type by their ids, in one search where the server takes it, else one by one.

That one is not there is known only from a search by all ids that certainly looked at all, or from a 404 or 410.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.fhir.client import FhirClient
from tools.fhir.errors import (
    FhirError,
    NotAuthorized,
    NotFound,
    ScopeDenied,
    SearchSyntaxError,
    ServerRefused,
    ServerTimeout,
    ServerUnreachable,
)
from tools.fhir.pages import SearchResult
from tools.fhir.search_query import SearchParam, SearchQuery

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadMany:
    """What came of some ids; those in neither are not there."""

    found: dict[str, Json] = field(default_factory=dict)
    """By id."""
    unread: dict[str, str] = field(default_factory=dict)
    """Why it could not be read, by id."""


def build_query(resource_type: str, ids: Sequence[str]) -> SearchQuery:
    """The search by which `read_many` asks for all of them."""
    return SearchQuery(resource_type, (SearchParam("_id", tuple(ids)),))


async def read_many(client: FhirClient, resource_type: str, ids: Sequence[str]) -> ReadMany:
    """Read resources by their ids. Raises NotAuthorized, ServerUnreachable."""
    try:
        result = await client.search(build_query(resource_type, ids))
    except SearchSyntaxError:
        return ReadMany()
    except (NotAuthorized, ServerUnreachable):
        raise
    except FhirError as error:
        if _is_lasting(error):
            return ReadMany(unread=dict.fromkeys(ids, str(error)))
        return await _read_each(client, resource_type, ids)
    found = {str(r["id"]): r for r in result.resources}
    missing = [fhir_id for fhir_id in ids if fhir_id not in found]
    exact = result.complete and result.proof.honoured and (await client.capability()).exact
    if not missing or exact or _looked_at_all(result, ids):
        return ReadMany(found)
    rest = await _read_each(client, resource_type, missing)
    return ReadMany(found | rest.found, rest.unread)


def _is_lasting(error: FhirError) -> bool:
    """Whether reading one by one would meet with the same: no permission, no time, a server that is down."""
    failing = isinstance(error, ServerRefused) and error.status >= 429 and error.status != 501
    return failing or isinstance(error, ScopeDenied | ServerTimeout)


def _looked_at_all(result: SearchResult, ids: Sequence[str]) -> bool:
    """Some servers look at the first of several ids only: two that were found show that this one does not."""
    return result.complete and result.proof.honoured and (len(ids) == 1 or len(result.resources) > 1)


async def _read_each(client: FhirClient, resource_type: str, ids: Sequence[str]) -> ReadMany:
    slots = asyncio.Semaphore(client.limits.parallel)

    async def read(fhir_id: str) -> Json | str | None:
        async with slots:
            try:
                return await client.read(f"{resource_type}/{fhir_id}")
            except NotFound:
                return None
            except (NotAuthorized, ServerUnreachable):
                raise
            except FhirError as error:
                return str(error)

    read_ones = dict(zip(ids, await asyncio.gather(*(read(fhir_id) for fhir_id in ids)), strict=True))
    return ReadMany(
        {i: r for i, r in read_ones.items() if isinstance(r, dict)},
        {i: r for i, r in read_ones.items() if isinstance(r, str)},
    )
