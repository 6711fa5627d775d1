"""The pages of one search as they come in, and what they prove. Knows nothing of connections.

https://hl7.org/fhir/R4/http.html#paging
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.fhir.errors import NotFhir, PageLoop
from tools.fhir.replies import clip
from tools.fhir.search_query import SearchQuery, format_search
from tools.fhir.searchset import check_searchset, find_link, labels_of_parts, read_entries, read_total, read_warning
from tools.fhir.self_link import Judgement, check_confined, judge_self_link
from tools.receipt import SearchProof

Json = dict[str, Any]

_MOST_FAULTS = 5
_LONGEST_LINK = 2_000
"""So much of a self link is told."""
_ID = re.compile(r"[\w.~:-]{1,128}")
"""Wider than FHIR's own, which some servers overstep."""


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
        self._totals: dict[int, None] = {}
        self._judgement = Judgement()
        self._faults: dict[str, None] = {}
        names = {param.name for param in query.params}
        self._includes = bool(names & {"_include", "_revinclude"})
        self._part_labels = {"SUBSETTED"} if names & {"_elements", "_summary"} else set()
        """Labels that were to be expected."""

    def add(self, bundle: Json, size: int) -> None:
        """Take in one page. Raises NotFhir, PageLoop for a repeated page, SearchNotHonoured for another search's."""
        check_searchset(bundle)
        self._add_links(bundle)
        if (total := read_total(bundle)) is not None:
            self._totals[total] = None
        entries, before = list(read_entries(bundle)), len(self._matches)
        matches = sum([self._add_entry(resource, mode) for resource, mode in entries])
        if labels := labels_of_parts([bundle, *(resource for resource, _ in entries)]) - self._part_labels:
            self._note(f"the server says that what it gives is only part of the record ({', '.join(sorted(labels))})")
        self.read += 1
        self.bytes += size
        if matches and before == len(self._matches):
            raise PageLoop("a page repeats the records of pages before it")

    def _add_links(self, bundle: Json) -> None:
        own = find_link(bundle, "self")
        if self.read == 0:
            self._self_link, self._judgement = own, judge_self_link(self.query, own)
        for link in (own, find_link(bundle, "next")):
            check_confined(self.query, link)

    def _add_entry(self, resource: Json, mode: str | None) -> bool:
        """Keep a resource; whether it is a match."""
        kind, sought = resource.get("resourceType"), self.query.resource_type
        if kind == "OperationOutcome":
            if warning := read_warning(resource):
                self._note(f"the server says: {warning}")
        elif kind == sought and mode in (None, "match"):
            self._add_match(resource)
            return True
        elif mode == "match" or (kind == sought and not self._includes):
            self._note(f"the server gave a {clip(str(kind), 40)} as {clip(str(mode), 20)!r}, which was not asked for")
        elif isinstance(resource.get("id"), str):
            self._included[f"{kind}/{resource['id']}"] = resource
        return False

    def _add_match(self, resource: Json) -> None:
        kind = self.query.resource_type
        if not isinstance(fhir_id := resource.get("id"), str) or not _ID.fullmatch(fhir_id):
            raise NotFhir(f"the server gave a {kind} without an id, or with one that can't stand in an address")
        before = self._matches.setdefault(f"{kind}/{fhir_id}", resource)
        if before is not resource and before != resource:
            self._note(f"the server gave a {kind} twice, and not alike")

    def _note(self, fault: str) -> None:
        if len(self._faults) < _MOST_FAULTS:
            self._faults[f"{self.query.resource_type}: {fault}"] = None

    def read_count(self) -> int | None:
        """The total of a `_summary=count`; None where it is missing, or not certainly that of this search."""
        sure = self._self_link is not None and self._judgement.settled and not self._faults and len(self._totals) == 1
        return next(iter(self._totals)) if sure else None

    def result(self, reason: str | None, interrupted: bool = False) -> SearchResult:
        """What was found; incomplete for the reason given, or where the server says that there is more.

        Raises ForeignRecord, and SearchNotHonoured where a record can't be checked against what the server dropped.
        """
        found = self._judgement.apply(self._matches.values())
        reasons = [r for r in (reason, *self._faults, self._judgement.doubt) if r] or list(self._doubt_total())
        proof = SearchProof(
            sent=f"{self.query.resource_type}?{format_search(self.query)}",
            self_link=self._self_link and self._self_link[:_LONGEST_LINK],
            honoured=self._self_link is not None and not self._judgement.checks, pages=self.read, matched=len(found),
            total=next(iter(self._totals), None), adapted=self._judgement.notes,
        )  # fmt: skip
        told = "; ".join(reasons) or None
        return SearchResult(found, tuple(self._included.values()), proof, told is None, told, interrupted)

    def _doubt_total(self) -> Iterator[str]:
        for total in self._totals:
            if total != len(self._matches):
                yield f"{self.query.resource_type}: the server says {total} match but gave {len(self._matches)}"
                return
