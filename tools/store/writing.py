"""Create and update of one resource, its structure checked. Knows nothing of files and of who asks.

https://hl7.org/fhir/R4/http.html#create
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from tools.store.answers import Answer, build_resource
from tools.store.conditional import Resolver
from tools.store.errors import BadRequest, InvalidResource, UnknownPlace, VersionConflict
from tools.store.extraction import UNRESOLVED
from tools.store.incoming import Incoming, build_incoming, parse_resource
from tools.store.raw_json import put_id, strip_space
from tools.store.saving import Outcome, Stamp, lock_writer, save_batch
from tools.store.store import Store, Stored, read_current
from tools.store.validation import check_structure

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked resource that is about to be written, and the version it must rest on (None: any)."""

    incoming: Incoming
    expected: int | None = None


def run_create(store: Store, base: str, resource_type: str, raw: bytes) -> Answer:
    """Write a new resource under an id of the store's. Raises InvalidResource."""
    draft = prepare_draft(store, resource_type, make_id(), raw)
    stored, _ = save_drafts(store, [draft])[0]
    return build_resource(stored, 201, base)


def run_update(store: Store, base: str, reference: tuple[str, str], raw: bytes, if_match: str | None) -> Answer:
    """Write a resource under the id given: 201 where there was none. Raises InvalidResource, VersionConflict."""
    resource_type, fhir_id = reference
    given = parse_resource(raw).get("id")
    if given != fhir_id:
        raise InvalidResource(f"the resource's id must be {fhir_id!r}, as in the address")
    draft = prepare_draft(store, resource_type, fhir_id, raw)
    stored, outcome = save_drafts(store, [Draft(draft.incoming, parse_etag(if_match))])[0]
    return build_resource(stored, 201 if outcome is Outcome.CREATED else 200, base)


def make_id() -> str:
    """A new logical id."""
    return str(uuid.uuid4())


def parse_etag(text: str | None) -> int | None:
    """The version in an If-Match header. Raises BadRequest.

    >>> parse_etag('W/"3"')
    3
    """
    if text is None:
        return None
    match = _ETAG.fullmatch(text.strip())
    if match is None:
        raise BadRequest('If-Match must be a version, such as W/"3"')
    return int(match[1])


def prepare_draft(store: Store, resource_type: str, fhir_id: str, raw: bytes) -> Draft:
    """Check a resource and give it its id. Raises InvalidResource."""
    raw = raw.strip().removeprefix(b"\xef\xbb\xbf")
    resource = parse_resource(raw)
    if resource["resourceType"] != resource_type:
        raise InvalidResource(f"the resource is a {resource['resourceType']}, the address is of a {resource_type}")
    raw = strip_space(raw) if b"\n" in raw else raw
    if resource.get("id") != fhir_id:
        raw = put_id(raw, resource, fhir_id)
        resource = orjson.loads(raw)
    check_structure(resource)
    incoming = Resolver(store).resolve(build_incoming(raw, resource))
    if any(path == UNRESOLVED for path, _ in incoming.rows.terms):
        raise InvalidResource("a conditional reference fits no resource here, or more than one")
    return Draft(incoming)


def save_drafts(store: Store, drafts: Sequence[Draft]) -> list[tuple[Stored, Outcome]]:
    """Write all of them or none, each `Type/id` at most once. Raises VersionConflict."""
    with store.writing() as connection:
        lock_writer(connection)
        for draft in drafts:
            _check_version(read_current(connection, draft.incoming.type, draft.incoming.fhir_id), draft)
        outcomes = save_batch(connection, [d.incoming for d in drafts], Stamp(datetime.now(UTC), keep_source=False))
        stored = [read_current(connection, d.incoming.type, d.incoming.fhir_id) for d in drafts]
    return [(_present(one), outcome) for one, outcome in zip(stored, outcomes, strict=True)]


def _present(stored: Stored | None) -> Stored:
    if stored is None:
        raise UnknownPlace("the resource was not kept")
    return stored


def _check_version(current: Stored | None, draft: Draft) -> None:
    found = current.version if current else None
    if draft.expected is not None and found != draft.expected:
        state = f"version {found}" if found else "not there"
        raise VersionConflict(f"{draft.incoming.reference} is {state}, the update rests on version {draft.expected}")
