"""FHIR answers as bytes: Bundles spliced from stored JSON, OperationOutcomes. Knows nothing of the database.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson

from tools.store.raw_json import subset_members
from tools.store.store import Stored

_ALWAYS = frozenset({"resourceType", "id", "meta"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What one interaction answers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def build_outcome(status: int, code: str, text: str) -> Answer:
    """An OperationOutcome; `code` is an issue-type: https://hl7.org/fhir/R4/valueset-issue-type.html

    >>> build_outcome(404, "not-found", "none").body
    b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","diagnostics":"none"}]}'
    """
    issue = {"severity": "error", "code": code, "diagnostics": text}
    return Answer(status, orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]}))


def build_resource(stored: Stored, status: int = 200, base: str = "") -> Answer:
    """One resource with its version; `base` adds where it was put."""
    moment = datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=stored.updated)
    headers = {"etag": f'W/"{stored.version}"', "last-modified": format_datetime(moment, usegmt=True)}
    if base:
        headers["location"] = f"{base}/{stored.reference}/_history/{stored.version}"
    return Answer(status, stored.body, headers)


@dataclass(frozen=True, slots=True)
class BundleHead:
    """What stands before the entries of a Bundle."""

    type: str
    total: int | None
    links: tuple[tuple[str, str], ...] = ()
    """Relation and URL."""

    def to_json(self) -> dict[str, Any]:
        """The Bundle without its entries."""
        head: dict[str, Any] = {"resourceType": "Bundle", "type": self.type}
        if self.total is not None:
            head["total"] = self.total
        if self.links:
            head["link"] = [{"relation": relation, "url": url} for relation, url in self.links]
        return head


def build_bundle(head: BundleHead, entries: Iterable[bytes]) -> Answer:
    """A Bundle around entries that are JSON already; an empty one has no `entry`."""
    start = orjson.dumps(head.to_json())[:-1]
    joined = b",".join(entries)
    return Answer(200, start + (b',"entry":[' + joined + b"]}" if joined else b"}"))


def build_search_entry(base: str, stored: Stored, mode: str, elements: frozenset[str] | None = None) -> bytes:
    """One entry of a searchset."""
    body = subset_members(stored.body, elements | _ALWAYS) if elements else stored.body
    url = orjson.dumps(f"{base}/{stored.reference}")
    return b'{"fullUrl":' + url + b',"resource":' + body + b',"search":{"mode":"' + mode.encode() + b'"}}'


def build_history_entry(base: str, stored: Stored) -> bytes:
    """One entry of a history."""
    url = orjson.dumps(f"{base}/{stored.reference}")
    method, target = ("POST", stored.type) if stored.version == 1 else ("PUT", stored.reference)
    request = orjson.dumps({"method": method, "url": target})
    response = orjson.dumps({"status": "201" if stored.version == 1 else "200", "etag": f'W/"{stored.version}"'})
    exchange = b',"request":' + request + b',"response":' + response + b"}"
    return b'{"fullUrl":' + url + b',"resource":' + stored.body + exchange


def build_response_entry(answer: Answer) -> bytes:
    """One entry of a batch-response or transaction-response: the resource, or the OperationOutcome of a refusal."""
    response: dict[str, Any] = {"status": str(answer.status)}
    response |= {name: answer.headers[name] for name in ("location", "etag") if name in answer.headers}
    if answer.status < 400:
        return b'{"resource":' + answer.body + b',"response":' + orjson.dumps(response) + b"}"
    return b'{"response":' + orjson.dumps({**response, "outcome": orjson.loads(answer.body)}) + b"}"
