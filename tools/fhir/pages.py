"""The pages of one search as they come in, and what they prove. Knows nothing of connections.

https://hl7.org/fhir/R4/http.html#paging
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from tools.fhir.errors import ForeignHost, NotFhir, PageLoop
from tools.fhir.replies import clip, outcome_text
from tools.fhir.search_query import SearchQuery, format_search
from tools.fhir.self_link import Judgement, judge_self_link
from tools.receipt import SearchProof

Json = dict[str, Any]


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
    interrupted: bool = False
    """An error cut it off: asked again it may give more."""
    further: tuple[SearchProof, ...] = ()
    """Where the server needed several searches for one: those after the first."""

    @property
    def proofs(self) -> tuple[SearchProof, ...]:
        """Every search that was sent for it."""
        return (self.proof, *self.further)


class Pages:
    """What one search gave so far."""

    def __init__(self, query: SearchQuery) -> None:
        self.query = query
        self.read = 0
        self.asked: set[str] = set()
        self.bytes = 0
        self._matches: dict[str, Json] = {}
        self._included: dict[str, Json] = {}
        self._self_link: str | None = None
        self._total: int | None = None
        self._judgement = Judgement()
        self._fault: str | None = None

    def add(self, bundle: Json, size: int) -> None:
        """Take in one page. Raises NotFhir, and SearchNotHonoured where it is the answer to another search."""
        if bundle.get("resourceType") != "Bundle":
            raise NotFhir(f"a search was answered with a {clip(bundle['resourceType'], 40)}, not a Bundle")
        if self.read == 0:
            total = bundle.get("total")
            self._self_link, self._total = find_link(bundle, "self"), total if isinstance(total, int) else None
            self._judgement = judge_self_link(self.query, self._self_link)
        kind = self.query.resource_type
        for entry in _list(bundle, "entry"):
            if not isinstance(entry, dict) or not isinstance(resource := entry.get("resource"), dict):
                raise NotFhir("a Bundle's entry holds no resource")
            search = entry.get("search")
            mode = search.get("mode", "match") if isinstance(search, dict) else "match"
            if resource.get("resourceType") != kind or mode != "match":
                self._add_other(resource, mode)
            elif isinstance(fhir_id := resource.get("id"), str) and fhir_id:
                self._matches[f"{kind}/{fhir_id}"] = resource
            else:
                raise NotFhir(f"the server gave a {kind} without an id")
        self.read += 1
        self.bytes += size

    def _add_other(self, resource: Json, mode: object) -> None:
        kind = resource.get("resourceType")
        if kind == "OperationOutcome":
            self._note_outcome(resource)
        elif mode != "outcome":
            self._included[f"{kind}/{resource.get('id')}"] = resource

    def _note_outcome(self, outcome: Json) -> None:
        if any(i.get("severity") in ("error", "fatal") for i in _list(outcome, "issue") if isinstance(i, dict)):
            self._fault = f"the server says: {outcome_text(outcome)}"

    def result(self, reason: str | None, interrupted: bool = False) -> SearchResult:
        """What was found; incomplete for the reason given, or where the server says that there is more.

        Raises ForeignRecord, and SearchNotHonoured where a record can't be checked against what the server dropped.
        """
        found = self._judgement.apply(self._matches.values())
        reason = reason or self._fault or self._judgement.doubt
        if reason is None and self._total is not None and self._total > len(self._matches):
            reason = f"the server says {self._total} match but gave {len(self._matches)}"
        proof = SearchProof(
            sent=f"{self.query.resource_type}?{format_search(self.query)}", self_link=self._self_link,
            honoured=self._self_link is not None and not self._judgement.checks, pages=self.read, matched=len(found),
            total=self._total, adapted=self._judgement.notes,
        )  # fmt: skip
        return SearchResult(found, tuple(self._included.values()), proof, reason is None, reason, interrupted)


def _list(content: Json, name: str) -> list[Any]:
    value = content.get(name) or []
    if not isinstance(value, list):
        raise NotFhir(f"{name} of a {content.get('resourceType')} is no list")
    return value


def next_url(bundle: Json, current: str, base_url: str, asked: set[str]) -> str | None:
    """Where the next page lies. Raises ForeignHost and PageLoop.

    >>> links = [{"relation": "next", "url": "?page=2"}]
    >>> next_url({"link": links}, "http://a.test/Condition?x=1", "http://a.test/", set())
    'http://a.test/Condition?page=2'
    """
    link = find_link(bundle, "next")
    if link is None:
        return None
    url = urljoin(current, link)
    here, there = urlsplit(base_url), urlsplit(url)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise ForeignHost(f"a next link leads to another host, {there.hostname}; it was not followed")
    if url in asked:
        raise PageLoop("a next link leads back to a page already read")
    return url


def find_link(bundle: Json, relation: str) -> str | None:
    """The link of a Bundle with this relation."""
    for link in _list(bundle, "link"):
        if isinstance(link, dict) and link.get("relation") == relation and isinstance(link.get("url"), str):
            return str(link["url"])
    return None
