"""The pages of one search as they come in, and what they prove. Knows nothing of connections.

https://hl7.org/fhir/R4/http.html#paging
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from tools.fhir.errors import ForeignHost, NotFhir, PageLoop, SearchNotHonoured
from tools.fhir.exchange import outcome_text
from tools.fhir.search_query import RESULT_PARAMETERS, SearchQuery, format_search
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
        self._fault: str | None = None

    def add(self, bundle: Json, size: int) -> None:
        """Take in one page. Raises NotFhir, and SearchNotHonoured where it is the answer to another search."""
        if bundle.get("resourceType") != "Bundle":
            raise NotFhir(f"a search was answered with a {bundle.get('resourceType')}, not a Bundle")
        entries = [_to_entry(entry) for entry in _list(bundle, "entry")]
        if self.read == 0:
            total = bundle.get("total")
            self._self_link, self._total = find_link(bundle, "self"), total if isinstance(total, int) else None
            check_self_link(self.query, self._self_link)
        for resource, mode in entries:
            self._add(resource, mode)
        self.read += 1
        self.bytes += size

    def _add(self, resource: Json, mode: object) -> None:
        kind, fhir_id = resource.get("resourceType"), resource.get("id")
        if kind == "OperationOutcome":
            self._note_outcome(resource)
        elif kind == self.query.resource_type and mode == "match":
            if not isinstance(fhir_id, str) or not fhir_id:
                raise NotFhir(f"the server gave a {kind} without an id")
            self._matches[f"{kind}/{fhir_id}"] = resource
        elif mode != "outcome":
            self._included[f"{kind}/{fhir_id}"] = resource

    def _note_outcome(self, outcome: Json) -> None:
        if any(i.get("severity") in ("error", "fatal") for i in _list(outcome, "issue") if isinstance(i, dict)):
            self._fault = f"the server says: {outcome_text(outcome)}"

    def result(self, reason: str | None, interrupted: bool = False) -> SearchResult:
        """What was found; incomplete for the reason given, or where the server says that there is more."""
        found = tuple(self._matches.values())
        reason = reason or self._fault
        if reason is None and self._total is not None and self._total > len(found):
            reason = f"the server says {self._total} match but gave {len(found)}"
        proof = SearchProof(
            sent=f"{self.query.resource_type}?{format_search(self.query)}", self_link=self._self_link,
            honoured=self._self_link is not None, pages=self.read, matched=len(found), total=self._total,
        )  # fmt: skip
        return SearchResult(found, tuple(self._included.values()), proof, reason is None, reason, interrupted)


def _to_entry(entry: object) -> tuple[Json, object]:
    """The resource of an entry and its search mode."""
    if not isinstance(entry, dict):
        raise NotFhir("a Bundle's entry is no object")
    resource, search = entry.get("resource"), entry.get("search")
    if not isinstance(resource, dict):
        raise NotFhir("a Bundle's entry holds no resource")
    return resource, (search.get("mode") or "match") if isinstance(search, dict) else "match"


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


def check_self_link(query: SearchQuery, link: str | None) -> None:
    """Raise SearchNotHonoured where the search the server says it ran lacks a parameter that was sent.

    >>> from tools.fhir.search_query import SearchParam
    >>> check_self_link(SearchQuery("Condition", (SearchParam("patient", ("1",)),)), "Condition?_count=5")
    Traceback (most recent call last):
        ...
    tools.fhir.errors.SearchNotHonoured: Condition: the server ran the search without patient
    """
    lacking = find_dropped(query, link) if link is not None else []
    if lacking:
        raise SearchNotHonoured(f"{query.resource_type}: the server ran the search without {', '.join(lacking)}")


def find_dropped(query: SearchQuery, link: str) -> list[str]:
    """The selecting parameters of a search that the server's account of it lacks."""
    ran = {(key, value.replace("\\", "")) for key, value in parse_qsl(urlsplit(link).query, keep_blank_values=True)}
    lacking = []
    for param in query.params:
        if param.name in RESULT_PARAMETERS:
            continue
        value = ",".join(param.values).replace("\\", "")
        if not any(key == param.key and _same_value(v, value) for key, v in ran):
            lacking.append(param.key)
    return lacking


def _same_value(ran: str, sent: str) -> bool:
    """Servers may write alternatives in another order, and `1` or `http://…/Patient/1` for `Patient/1`."""
    one, other = sorted(ran.split(",")), sorted(sent.split(","))
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a == b or b.endswith(f"/{a}") or a.endswith(f"/{b}") for a, b in pairs)
