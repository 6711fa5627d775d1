"""A resource on its way into the store: checked, hashed, ready to be indexed. Knows nothing of the database."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from tools.fhir.dates import FhirDateError, parse_fhir_time
from tools.fhir.parameters import resource_types
from tools.store.errors import InvalidResource
from tools.store.extraction import IndexRows
from tools.store.indexing import build_rows, patient_key
from tools.store.terms import text_key

Json = dict[str, Any]

_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_TYPES = frozenset(resource_types())
# Elements that hold a date wherever they stand, searched or not: `period.start`, `recordedDate`, `valueDateTime` …
_DATED = re.compile(
    rb'"(?:[a-zA-Z]*(?:Date|DateTime|Instant)|date|start|end|issued|authoredOn|recorded|sent|received|created|authored'
    rb'|lastUpdated|whenPrepared|whenHandedOver)"\s*:\s*"([^"]*)"'
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One resource as it came in, its links resolved."""

    type: str
    fhir_id: str
    ref: int
    """Hash of `Type/id`."""
    resource: Json
    raw: bytes
    digest: bytes
    """Hash of the bytes as they came in, before conditional references were resolved."""
    rows: IndexRows
    patient: int
    """Key of the patient it is about, 0 for none."""

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.fhir_id}"


def parse_resource(raw: bytes) -> Json:
    """JSON bytes as a resource. Raises InvalidResource.

    >>> parse_resource(b'{"resourceType": "Patient"')
    Traceback (most recent call last):
        ...
    tools.store.errors.InvalidResource: not JSON: unexpected end of data at byte 26
    """
    try:
        resource = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidResource(_why_no_json(error)) from None
    if not isinstance(resource, dict):
        raise InvalidResource("not a resource: the JSON is no object")
    check_type(resource.get("resourceType"))
    return resource


def _why_no_json(error: orjson.JSONDecodeError) -> str:
    if error.msg.startswith("unexpected content after document"):
        return (
            f"not one JSON text: more follows at byte {error.pos}; put each resource on a line of its own, in .ndjson"
        )
    return f"not JSON: {error.msg.partition(':')[0]} at byte {error.pos}"


def _check_members(raw: bytes, resource: Json) -> None:
    """Refuse a name given twice, of which every reader may take another, and nesting that can't be written again."""
    try:
        written = orjson.dumps(resource)
    except TypeError:
        raise InvalidResource("nested too deep") from None
    if _count_names(raw) > _count_names(written):
        raise InvalidResource("a property is given twice in one object")


def _count_names(raw: bytes) -> int:
    """How many names of properties there are, and what looks like one within texts."""
    return raw.count(b'":') + raw.count(b'" :')


def check_type(resource_type: object) -> None:
    """Raise InvalidResource unless it is a resource type of R4."""
    if resource_type is None:
        raise InvalidResource("no resourceType")
    if not isinstance(resource_type, str) or resource_type not in _TYPES:
        raise InvalidResource(f"unknown resource type {str(resource_type)[:64]!r}")


def build_incoming(raw: bytes, resource: Json, digest: bytes | None = None) -> Incoming:
    """Check a parsed resource. Raises InvalidResource for a missing or malformed id and for dates that don't exist."""
    fhir_id = resource.get("id")
    if fhir_id is None:
        raise InvalidResource("no id")
    if not isinstance(fhir_id, str) or not _ID.fullmatch(fhir_id):
        raise InvalidResource("malformed id: 1 to 64 of A-Z a-z 0-9 - .")
    _check_meta(resource.get("meta", {}))
    if _NUL.search(raw):
        raise InvalidResource("a text holds the character NUL, which FHIR forbids")
    _check_members(raw, resource)
    for text in _DATED.findall(raw):
        _check_date(text)
    kind, rows, patient = resource["resourceType"], build_rows(resource), patient_key(resource)
    ref = text_key(f"{kind}/{fhir_id}")
    return Incoming(kind, fhir_id, ref, resource, raw, digest or hash_bytes(raw), rows, patient)


def _check_meta(meta: object) -> None:
    if not isinstance(meta, dict) or not isinstance(meta.get("lastUpdated", ""), str):
        raise InvalidResource("meta has the wrong shape")


def hash_bytes(raw: bytes) -> bytes:
    """The digest by which a resource loaded again is recognised."""
    return blake2b(raw, digest_size=16).digest()


@lru_cache(maxsize=65_536)
def _check_date(text: bytes) -> None:
    try:
        parse_fhir_time(text.decode("utf-8", "replace"))
    except FhirDateError as error:
        raise InvalidResource(str(error)) from None


def same_content(one: bytes, other: bytes) -> bool:
    """Equal JSON, numbers digit by digit, but for `meta.versionId` and `meta.lastUpdated`, which servers set.

    >>> same_content(b'{"meta":{"versionId":"2"},"v":1.10}', b'{ "v": 1.10 }')
    True
    >>> same_content(b'{"v":1.10}', b'{"v":1.1}')
    False
    """
    return _content(one) == _content(other)


def _content(raw: bytes) -> Json:
    resource: Json = json.loads(raw, parse_float=lambda digits: ("number", digits))
    meta = {k: v for k, v in resource.pop("meta", {}).items() if k not in ("versionId", "lastUpdated")}
    return {**resource, "meta": meta} if meta else resource
