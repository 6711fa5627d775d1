"""Edits to raw JSON bytes that leave every other byte alone, so that no number changes its digits.

Knows nothing of FHIR beyond `id`, `meta`, `reference` and the shape of a Bundle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

Json = dict[str, Any]

_STRING = rb'"(?:[^"\\]|\\.)*"'
_MARK = re.compile(_STRING + rb"|[{}\[\]:,]", re.DOTALL)
_BRACKET_OR_KEY = re.compile(rb"(" + _STRING + rb")(\s*:)?|[{}\[\]]", re.DOTALL)
_SPACE = re.compile(rb"(" + _STRING + rb")|\s+", re.DOTALL)
_LINK = re.compile(rb'("(?:reference|url)"\s*:\s*)(' + _STRING + rb")", re.DOTALL)
_META = re.compile(rb'"meta"\s*:\s*\{\s*')
_LOSSY_NUMBER = re.compile(rb"\d\.\d*0[,}\]\s]|\d[eE][-+\d]|\d{16}")


def member_spans(raw: bytes) -> dict[str, tuple[int, int]]:
    """Where the values of a JSON object's own members lie.

    >>> raw = b'{"a": [1, {"b": 2}], "c": 1.10}'
    >>> [raw[start:end] for start, end in member_spans(raw).values()]
    [b'[1, {"b": 2}]', b'1.10']
    """
    spans: dict[str, tuple[int, int]] = {}
    depth, key, text, start = 0, "", b"", 0
    for match in _MARK.finditer(raw):
        mark = match[0]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
            if depth == 0 and start:
                spans[key] = _trim(raw, start, match.start())
        elif depth == 1 and mark == b":":
            key, start = orjson.loads(text), match.end()
        elif depth == 1 and mark == b",":
            spans[key] = _trim(raw, start, match.start())
        else:
            text = mark
    return spans


def _trim(raw: bytes, start: int, end: int) -> tuple[int, int]:
    value = raw[start:end]
    return start + len(value) - len(value.lstrip()), end - (len(value) - len(value.rstrip()))


def entry_resources(raw: bytes) -> Iterator[bytes]:
    """The raw `resource` of each entry of a Bundle, in order; entries without one are passed over.

    >>> list(entry_resources(b'{"entry": [{"resource": {"v": 1.0}}, {"request": {}}], "type": "x"}'))
    [b'{"v": 1.0}']
    """
    depth, start = 0, -1
    keys = [b"", b"", b"", b""]
    for match in _BRACKET_OR_KEY.finditer(raw):
        if match[1]:
            if match[2] and depth <= 3:
                keys[depth] = match[1]
        elif match[0] in b"{[":
            depth += 1
            if depth == 4 and keys[1] == b'"entry"' and keys[3] == b'"resource"':
                start = match.start()
        else:
            if depth == 4 and start >= 0:
                yield raw[start : match.end()]
                start = -1
            depth -= 1
            if depth == 3:
                keys[3] = b""


def strip_space(raw: bytes) -> bytes:
    """JSON without the space between its tokens.

    >>> strip_space(b'{ "a" : "b  c",\\n "d": 1.10 }')
    b'{"a":"b  c","d":1.10}'
    """
    return _SPACE.sub(rb"\1", raw)


def rewrite_links(raw: bytes, resolve: Callable[[str], str | None]) -> bytes:
    """Replace references and URLs for which `resolve` gives another.

    >>> rewrite_links(b'{"reference": "urn:uuid:1"}', {"urn:uuid:1": "Patient/1"}.get)
    b'{"reference": "Patient/1"}'
    """

    def replace(match: re.Match[bytes]) -> bytes:
        target = resolve(orjson.loads(match[2]))
        return match[0] if target is None else match[1] + orjson.dumps(target)

    return _LINK.sub(replace, raw)


def put_id(raw: bytes, resource: Json, fhir_id: str) -> bytes:
    """The resource with this logical id.

    >>> put_id(b'{"resourceType":"Patient","id":"a"}', {"id": "a"}, "b")
    b'{"resourceType":"Patient","id":"b"}'
    """
    if "id" in resource:
        start, end = member_spans(raw)["id"]
        return raw[:start] + orjson.dumps(fhir_id) + raw[end:]
    return _insert_first(raw, resource, b'"id":' + orjson.dumps(fhir_id))


def put_meta(raw: bytes, resource: Json, version: str, updated: str) -> bytes:
    """The resource with `meta.versionId` and `meta.lastUpdated` set.

    >>> put_meta(b'{"id":"a","meta":{"profile":["p"]}}', {"id": "a", "meta": {"profile": ["p"]}}, "1", "2020")
    b'{"id":"a","meta":{"versionId":"1","lastUpdated":"2020","profile":["p"]}}'
    """
    stamp = f'"versionId":"{version}","lastUpdated":"{updated}"'.encode()
    meta = resource.get("meta")
    if not isinstance(meta, dict):
        return _insert_first(raw, resource, b'"meta":{' + stamp + b"}")
    if "versionId" in meta or "lastUpdated" in meta:
        start, end = member_spans(raw)["meta"]
        return raw[:start] + orjson.dumps({**meta, "versionId": version, "lastUpdated": updated}) + raw[end:]
    start = _meta_start(raw)
    return raw[:start] + stamp + (b"," if meta else b"") + raw[start:]


def _meta_start(raw: bytes) -> int:
    """Just after the opening brace of the resource's own `meta`."""
    if raw.count(b'"meta"') == 1 and (match := _META.search(raw)):
        return match.end()
    return member_spans(raw)["meta"][0] + 1


def _insert_first(raw: bytes, resource: Json, member: bytes) -> bytes:
    start = raw.index(b"{") + 1
    return raw[:start] + member + (b"," if resource else b"") + raw[start:]


def subset_members(raw: bytes, names: frozenset[str]) -> bytes:
    """The JSON object with only these members; numbers keep their digits.

    >>> subset_members(b'{"a":1.10,"b":2}', frozenset({"a"}))
    b'{"a":1.10}'
    """
    if not _LOSSY_NUMBER.search(raw):
        return orjson.dumps({k: v for k, v in orjson.loads(raw).items() if k in names})
    spans = member_spans(raw)
    kept = (orjson.dumps(k) + b":" + raw[a:b] for k, (a, b) in spans.items() if k in names)
    return b"{" + b",".join(kept) + b"}"
