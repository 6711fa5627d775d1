"""ChartCache: what was read of one patient from one server, and what could not be. Knows nothing of queries."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.fhir.pages import SearchResult

Json = dict[str, Any]


@dataclass
class ChartCache:
    """What was read of one patient from one server; whoever makes it decides how long it stays fresh."""

    results: dict[str, SearchResult] = field(default_factory=dict)
    linked: dict[str, Json | None] = field(default_factory=dict)
    """By reference; None: not there."""
    unread: dict[str, str] = field(default_factory=dict)
    """References that could not be read, with the reason."""
    converted: dict[str, Any] = field(default_factory=dict)
    """For tools.records: records by search text."""

    def forget_failures(self) -> None:
        """Forget what failed, and what was made of it, so that it is asked for again."""
        kept = {key: result for key, result in self.results.items() if not result.interrupted}
        if len(kept) < len(self.results) or self.unread:
            self.results = kept
            self.unread.clear()
            self.converted.clear()

    def find_unread(self, results: Sequence[SearchResult]) -> list[str]:
        """The references that could not be read, of those that these results hold or lead to."""
        if not self.unread:
            return []
        waiting: list[Json] = [resource for r in results for resource in r.resources]
        seen = dict.fromkeys(f"{resource['resourceType']}/{resource['id']}" for resource in waiting)
        while waiting:
            fresh = [ref for ref in dict.fromkeys(find_references(waiting.pop())) if ref not in seen]
            seen.update(dict.fromkeys(fresh))
            waiting += [linked for ref in fresh if (linked := self.linked.get(ref)) is not None]
        return [ref for ref in seen if ref in self.unread]


@dataclass
class ChartCaches:
    """The caches of the charts asked last."""

    kept: int = 8
    _caches: OrderedDict[str, ChartCache] = field(default_factory=OrderedDict)

    def of(self, patient: str) -> ChartCache:
        """The cache of a patient, new or known; that of the patient not asked for longest is let go.

        >>> caches = ChartCaches(kept=1); first = caches.of("a"); caches.of("a") is first, caches.of("b") is first
        (True, False)
        >>> caches.of("a") is first
        False
        """
        cache = self._caches.setdefault(patient, ChartCache())
        self._caches.move_to_end(patient)
        while len(self._caches) > self.kept:
            self._caches.popitem(last=False)
        return cache


def find_references(content: object) -> Iterator[str]:
    """Every reference in a resource, as `Type/id`; one to another host whole.

    >>> list(find_references({"subject": {"reference": "Patient/1/_history/2"}, "x": [{"reference": "http://b.test/X/1"}]}))
    ['http://b.test/X/1', 'Patient/1']
    """
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
            if isinstance(reference := value.get("reference"), str):
                bare = reference.partition("/_history/")[0]
                yield bare if bare.startswith(("http:", "https:")) else "/".join(bare.split("/")[-2:])
        elif isinstance(value, list):
            waiting += value
