"""Bundles posted to the server: a batch, each entry for itself, or a transaction, all or nothing.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import orjson

from tools.fhir.errors import SearchSyntaxError
from tools.store.answers import Answer, BundleHead, build_bundle, build_resource, build_response_entry
from tools.store.errors import InvalidResource, StoreError
from tools.store.incoming import parse_resource
from tools.store.raw_json import entry_resources, rewrite_links
from tools.store.reading import check_kind, run_get
from tools.store.refusals import build_refusal
from tools.store.saving import Outcome
from tools.store.store import Store
from tools.store.writing import Draft, make_id, parse_etag, prepare_draft, run_create, run_update, save_drafts


@dataclass(frozen=True, slots=True)
class _Request:
    """One entry of a Bundle: what it asks for."""

    place: str
    method: str
    url: str
    raw: bytes | None
    full_url: str | None
    if_match: str | None

    @property
    def steps(self) -> list[str]:
        return self.url.partition("?")[0].strip("/").split("/")


def run_transaction(store: Store, base: str, raw: bytes) -> Answer:
    """Carry out a batch or a transaction. Raises StoreError where a transaction can't be carried out as a whole."""
    bundle = parse_resource(raw)
    kind = bundle.get("type")
    if bundle["resourceType"] != "Bundle" or kind not in ("batch", "transaction"):
        raise InvalidResource("what is posted to the server must be a Bundle of type batch or transaction")
    requests = _read_requests(raw, bundle)
    run = _run_apart if kind == "batch" else _run_together
    answers = run(store, base, requests)
    return build_bundle(BundleHead(f"{kind}-response", None), map(build_response_entry, answers))


def _read_requests(raw: bytes, bundle: dict[str, Any]) -> list[_Request]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidResource("the Bundle's entry is no list of objects")
    pieces = entry_resources(raw)
    found = []
    for number, entry in enumerate(entries, 1):
        resource = entry.get("resource")
        piece = next(pieces, orjson.dumps(resource)) if isinstance(resource, dict) else None
        found.append(_read_request(f"entry {number}", entry, piece))
    return found


def _read_request(place: str, entry: dict[str, Any], piece: bytes | None) -> _Request:
    request = entry.get("request")
    if not isinstance(request, dict) or not all(isinstance(request.get(name), str) for name in ("method", "url")):
        raise InvalidResource(f"{place}: no request with method and url")
    if refused := request.keys() & {"ifNoneExist", "ifNoneMatch", "ifModifiedSince"}:
        raise InvalidResource(f"{place}: {min(refused)} is not supported")
    url = entry.get("fullUrl")
    full_url = url if isinstance(url, str) else None
    return _Request(place, request["method"], request["url"], piece, full_url, request.get("ifMatch"))


def _run_apart(store: Store, base: str, requests: Sequence[_Request]) -> list[Answer]:
    """Each entry for itself; what only reads sees one state of the store."""
    reads_only = all(request.method == "GET" for request in requests)
    with store.snapshot() if reads_only else nullcontext():
        return [_run_alone(store, base, request) for request in requests]


def _run_alone(store: Store, base: str, request: _Request) -> Answer:
    try:
        return _run_request(store, base, request)
    except (SearchSyntaxError, StoreError) as error:
        return build_refusal(error)


def _run_request(store: Store, base: str, request: _Request) -> Answer:
    if request.method == "GET":
        path, _, query = request.url.partition("?")
        return run_get(store, base, path, query)
    kind, fhir_id, raw = _read_write(request)
    if request.method == "POST":
        return run_create(store, base, kind, raw)
    return run_update(store, base, (kind, fhir_id), raw, request.if_match)


def _read_write(request: _Request) -> tuple[str, str, bytes]:
    """Type, id (a new one for a create) and JSON of an entry that writes. Raises StoreError."""
    if request.method not in ("POST", "PUT"):
        raise InvalidResource(f"{request.place}: {request.method[:10]} is not supported; GET (batch), POST, PUT are")
    if request.raw is None:
        raise InvalidResource(f"{request.place}: no resource")
    if "?" in request.url or len(request.steps) != (1 if request.method == "POST" else 2):
        form = "Type" if request.method == "POST" else "Type/id"
        raise InvalidResource(f"{request.place}: the url of a {request.method} must be {form}")
    check_kind(request.steps[0])
    return request.steps[0], request.steps[1] if request.method == "PUT" else make_id(), request.raw


def _run_together(store: Store, base: str, requests: Sequence[_Request]) -> list[Answer]:
    targets = [_read_write(request) for request in requests]
    references = [f"{kind}/{fhir_id}" for kind, fhir_id, _ in targets]
    if len(set(references)) < len(references):
        raise InvalidResource("a transaction may write each resource once")
    links = {r.full_url: reference for r, reference in zip(requests, references, strict=True) if r.full_url}
    drafts = []
    for request, (kind, fhir_id, raw) in zip(requests, targets, strict=True):
        draft = _prepare(store, request.place, (kind, fhir_id), rewrite_links(raw, links.get))
        drafts.append(Draft(draft.incoming, parse_etag(request.if_match)))
    saved = save_drafts(store, drafts)
    return [build_resource(stored, 201 if outcome is Outcome.CREATED else 200, base) for stored, outcome in saved]


def _prepare(store: Store, place: str, reference: tuple[str, str], raw: bytes) -> Draft:
    try:
        return prepare_draft(store, *reference, raw)
    except InvalidResource as error:
        raise InvalidResource(f"{place}: {error}") from None
