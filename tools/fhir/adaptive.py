"""AdaptiveSearch: one search, asked in the way that a server takes it, to one result. Knows nothing of connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from tools.fhir.capability import Capability
from tools.fhir.dialect import SHAPING, Adapted, Dialect, adapt_search, next_dialects
from tools.fhir.errors import FhirError, ForeignRecord, NotServed, SearchNotHonoured, ServerRefused
from tools.fhir.matching import first_time, matches
from tools.fhir.pages import SearchResult
from tools.fhir.parameters import find_parameter
from tools.fhir.search_query import SearchQuery, format_search
from tools.receipt import SearchProof

Json = dict[str, Any]
Send = Callable[[SearchQuery, int], Awaitable[SearchResult]]

_REFUSALS = (400, 405, 412, 422, 501)
"""Statuses that say "not like this"."""
_MOST_TRIES = 16


class AdaptiveSearch:
    """Searches one server, and remembers by type how it wants to be asked."""

    def __init__(self, send: Send, parallel: int) -> None:
        self._send = send
        self._slots = asyncio.Semaphore(parallel)
        self._dialects: dict[str, Dialect] = {}
        self._left_out: frozenset[str] = frozenset()
        """Of what shapes an answer: what this server does not take, for any type."""
        self._lists: dict[str, bool] = {}
        """Whether it reads lists of codes, by type, where that has shown."""

    async def search(self, query: SearchQuery, capability: Capability, most: int) -> SearchResult:
        """Search as the server takes it. Raises FhirError; NotServed where it says that it does not search the type."""
        if capability.version is not None:
            raise NotServed(f"the server speaks FHIR {capability.version}; only R4 (4.0, 4.3) is read")
        if capability.exact:
            return _doubt_nothing(query, capability, await self._send(query, most))
        if not capability.can_search(query.resource_type):
            raise NotServed(f"the server says that it does not search {query.resource_type}")
        dialect = self._dialects.get(query.resource_type) or Dialect(
            left_out=self._left_out, names=capability.renamed(query.resource_type)
        )
        try:
            result = await self._run(query, dialect, most)
        except ServerRefused as refusal:
            if refusal.status not in _REFUSALS:
                raise
            result = await self._ask_otherwise(query, dialect, refusal, most)
        return _doubt_nothing(query, capability, result)

    async def _ask_otherwise(
        self, query: SearchQuery, dialect: Dialect, refusal: ServerRefused, most: int
    ) -> SearchResult:
        """Try what else may do, and remember what did. Raises the first refusal where nothing does."""
        waiting, tried = list(next_dialects(query, dialect, refusal.outcome)), {dialect}
        while waiting and len(tried) < _MOST_TRIES:
            candidate = waiting.pop(0)
            if candidate in tried:
                continue
            tried.add(candidate)
            try:
                result = await self._run(query, candidate, most)
            except SearchNotHonoured:
                continue
            except ServerRefused as again:
                if again.status in _REFUSALS:
                    waiting[:0] = next_dialects(query, candidate, again.outcome)
                continue
            self._dialects[query.resource_type] = candidate
            self._left_out |= candidate.left_out.intersection(SHAPING)
            return result
        raise refusal

    async def _run(self, query: SearchQuery, dialect: Dialect, most: int) -> SearchResult:
        """Search in a dialect; where lists are not known to be read, also by each code on its own."""
        kind = query.resource_type
        adapted = adapt_search(query, replace(dialect, joined=dialect.joined and self._lists.get(kind, True)))
        first = await self._send(adapted.searches[0], most)
        if adapted.listed is None or self._lists.get(kind, False):
            return await self._send_rest(query, adapted, first, most)
        if first.complete and adapted.shows_lists_read(first.resources):
            self._lists[kind] = True
            return await self._send_rest(query, adapted, first, most)
        adapted = adapt_search(query, replace(dialect, joined=False))
        result = await self._send_rest(query, adapted, await self._send(adapted.searches[0], most), most)
        if len(result.resources) > len(first.resources) or not first.complete:
            self._lists[kind] = False
        return result

    async def _send_rest(self, query: SearchQuery, adapted: Adapted, first: SearchResult, most: int) -> SearchResult:
        """What is needed beside the first search, and all of it as one result."""
        results = [first]
        results += await asyncio.gather(*(self._send_part(part, most) for part in adapted.searches[1:]))
        if adapted.remainder is not None:
            results.append(await self._send_remainder(adapted.remainder, most))
        return _merge(query, adapted, results)

    async def _send_part(self, part: SearchQuery, most: int) -> SearchResult:
        """One of several searches; where it fails, the others still count."""
        try:
            async with self._slots:
                return await self._send(part, most)
        except ForeignRecord:
            raise
        except FhirError as error:
            return _failed(part, f"{part.resource_type}: {error}", True)

    async def _send_remainder(self, remainder: SearchQuery, most: int) -> SearchResult:
        """What has none of the codes asked for; where that can't be asked, the answer is not all there is."""
        try:
            return await self._send(remainder, most)
        except (ServerRefused, SearchNotHonoured):
            reason = (
                f"{remainder.resource_type}: the server answers only by {remainder.params[-1].name}; "
                "records without one, or with one of its own, can't be asked for"
            )
            return _failed(remainder, reason, False)


def _doubt_nothing(query: SearchQuery, capability: Capability, result: SearchResult) -> SearchResult:
    """Finding nothing proves something only where the server says that it looked.

    Some find nothing by a parameter that they don't know. One that does not say which search it ran has to list the
    parameters as its own, and to give a total of none.
    """
    kind = query.resource_type
    if result.resources or not result.complete:
        return result
    unsaid = [p for p in result.proofs if p.self_link is None and not (p.total == 0 and capability.lists(query))]
    if unlisted := ", ".join(capability.unlisted(query)):
        doubt = f"the server does not say that it can search by {unlisted}"
    elif unsaid:
        doubt = "the server does not say which search it ran"
    else:
        return result
    return replace(result, complete=False, reason=f"{kind}: {doubt}; finding nothing proves nothing")


def _failed(query: SearchQuery, reason: str, interrupted: bool) -> SearchResult:
    sent = f"{query.resource_type}?{format_search(query)}"
    proof = SearchProof(sent=sent, self_link=None, honoured=False, pages=0, matched=0, total=None)
    return SearchResult((), (), proof, False, reason, interrupted)


def _merge(query: SearchQuery, adapted: Adapted, results: Sequence[SearchResult]) -> SearchResult:
    """One result of several, with what remained to be done here."""
    if len(results) == 1 and not adapted.notes:
        return results[0]
    found = {f"{r['resourceType']}/{r['id']}": r for result in results for r in result.resources}
    kept = [r for r in found.values() if all(matches(r, check) for check in adapted.checks)]
    included = {f"{r['resourceType']}/{r['id']}": r for result in results for r in result.included}
    proofs = [p.model_copy(update={"adapted": (*adapted.notes, *p.adapted)}) for r in results for p in r.proofs]
    return SearchResult(
        resources=tuple(_sorted(kept, query.resource_type, adapted.sort)),
        included=tuple(included.values()),
        proof=proofs[0],
        complete=all(r.complete for r in results),
        reason="; ".join(dict.fromkeys(r.reason for r in results if r.reason)) or None,
        interrupted=any(r.interrupted for r in results),
        further=tuple(proofs[1:]),
    )


def _sorted(resources: Iterable[Json], resource_type: str, sort: Sequence[str]) -> list[Json]:
    """By dates and ids, as far as that can be done here; what has no date comes last."""
    ordered = list(resources)
    for item in reversed(sort):
        name, down = item.removeprefix("-"), item.startswith("-")
        if name == "_id":
            ordered.sort(key=lambda r: str(r["id"]), reverse=down)
        elif find_parameter(resource_type, name).kind == "date":
            timed = [(r, time) for r in ordered if (time := first_time(r, name)) is not None]
            undated = [r for r in ordered if first_time(r, name) is None]
            ordered = [r for r, _ in sorted(timed, key=lambda pair: pair[1], reverse=down)] + undated
    return ordered
