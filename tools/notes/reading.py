"""read_notes: the notes and reports of a chart with their text, and what of it could not be read. Knows no search.

Entered-in-error, superseded and replaced notes are left out, and whatever lies after the chart's `as_of`.
"""

from __future__ import annotations

import asyncio
import binascii
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin

from tools.chart import ChartContext
from tools.chart_query import Kind
from tools.execute.selection import counts_at_all, time_key
from tools.fhir.client import SearchResult
from tools.fhir.errors import FhirError, ForeignRecord
from tools.notes.attachments import ReadText, Unreadable, to_text
from tools.receipt import SearchProof
from tools.records.loading import load_records
from tools.records.reading_json import items, reference_of, to_time
from tools.records.record import Record

Json = dict[str, Any]

_NOT_GRANTED = "the granted scopes do not allow Binary"


@dataclass(frozen=True)
class Note:
    """A note or a report and all the text there is of it."""

    record: Record
    kind: Kind
    texts: tuple[str, ...]
    """Title, description, conclusion, then each attachment."""
    problems: tuple[str, ...] = ()
    """Why some of its text is missing."""
    hidden: bool = False
    """Text that it hides from its reader was left out."""
    read: tuple[SearchProof, ...] = ()
    """Binaries that were read for it."""


async def load_notes(chart: ChartContext) -> tuple[list[tuple[Kind, Record]], list[SearchResult]]:
    """The notes and reports that stand at `as_of`, not yet read, and the searches they came by."""
    found: list[tuple[Kind, Record]] = []
    results: list[SearchResult] = []
    for kind in (Kind.NOTE, Kind.REPORT):
        loaded = await load_records(chart, kind)
        results += loaded.results
        found += [(kind, r) for r in loaded.records if counts_at_all(r, kind) and not _written_later(chart, r)]
    replaced = {reference for _, record in found for reference in _replaced_by(record)}
    return [(kind, record) for kind, record in found if record.reference not in replaced], results


def _written_later(chart: ChartContext, record: Record) -> bool:
    return record.recorded is not None and chart.as_of.precedes(record.recorded)


def _replaced_by(record: Record) -> Iterator[str]:
    for relation in items(record.resource.get("relatesTo")):
        target = reference_of(relation.get("target")) if relation.get("code") == "replaces" else None
        if target is not None:
            yield target


async def read_note(chart: ChartContext, kind: Kind, record: Record) -> Note:
    """A note with its text. Raises ForeignRecord for an attachment that belongs to another patient."""
    texts, problems = list(_plain_texts(record)), list[str]()
    hidden, proofs = False, list[SearchProof]()
    attachments = _attachments(record.resource)
    if not attachments and kind is Kind.NOTE:
        problems.append("it has no attachment")
    for attachment in attachments:
        try:
            content, content_type, proof = await _content(chart, record, attachment)
            proofs += [proof] if proof else []
            read = await _cached_text(chart, content, content_type)
        except Unreadable as error:
            problems.append(str(error))
            continue
        texts.append(read.text)
        problems += [read.problem] if read.problem else []
        hidden = hidden or read.hidden
    return Note(record, kind, tuple(texts), tuple(dict.fromkeys(problems)), hidden, tuple(proofs))


def _plain_texts(record: Record) -> Iterator[str]:
    titles = [a.get("title") for a in _attachments(record.resource)]
    given = [record.concept.text, *record.concept.names, *titles]
    given += [record.resource.get("description"), record.resource.get("conclusion")]
    seen: set[str] = set()
    for text in given:
        if isinstance(text, str) and text.strip() and text.strip().casefold() not in seen:
            seen.add(text.strip().casefold())
            yield text


def _attachments(resource: Json) -> list[Json]:
    contents = [c.get("attachment") for c in items(resource.get("content")) if isinstance(c, dict)]
    return [a for a in [*contents, *items(resource.get("presentedForm"))] if isinstance(a, dict)]


async def _content(
    chart: ChartContext, record: Record, attachment: Json
) -> tuple[bytes, str | None, SearchProof | None]:
    """The bytes of an attachment, their type, and the proof of the read where there was one. Raises Unreadable."""
    made = to_time(attachment.get("creation"))
    if made is not None and chart.as_of.precedes(made):
        raise Unreadable(f"its text is of {made.raw}, later than the moment looked at")
    if isinstance(attachment.get("data"), str):
        return _decode(attachment["data"]), attachment.get("contentType"), None
    if not isinstance(attachment.get("url"), str):
        raise Unreadable("its attachment holds neither data nor an address")
    reference, version = _to_binary(chart.client.base_url, attachment["url"])
    binary = await _read_binary(chart, reference)
    _check_owner(chart, record, binary)
    if version and (binary.get("meta") or {}).get("versionId") != version:
        raise Unreadable(f"{reference} is no longer the version it names")
    proof = SearchProof(sent=reference, self_link=None, honoured=True, pages=1, matched=1, total=None)
    given = attachment.get("contentType") or binary.get("contentType")
    return _decode(str(binary.get("data") or "")), given, proof


def _decode(data: str) -> bytes:
    try:
        return b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("its data is no base64") from None


def _to_binary(base_url: str, url: str) -> tuple[str, str]:
    """`Binary/1` and the version named, of an address on the server's own host. Raises Unreadable."""
    full = urljoin(base_url, url)
    if not full.startswith(base_url):
        raise Unreadable("its text lies on another host, which is not asked")
    reference, _, version = full[len(base_url) :].partition("/_history/")
    if not reference.startswith("Binary/"):
        raise Unreadable("its text lies at an address that is no Binary")
    return reference, version


async def _read_binary(chart: ChartContext, reference: str) -> Json:
    if not chart.scopes.allow("Binary"):
        raise Unreadable(_NOT_GRANTED)
    if (kept := chart.cache.linked.get(reference)) is not None:
        return kept
    try:
        binary = await chart.client.read(reference)
    except ForeignRecord:
        raise
    except FhirError as error:
        raise Unreadable(f"{reference} could not be had ({error})") from error
    chart.cache.linked[reference] = binary
    return binary


def _check_owner(chart: ChartContext, record: Record, binary: Json) -> None:
    """Raise ForeignRecord where a Binary says that it belongs to another patient or another note."""
    owner = reference_of(binary.get("securityContext")) or ""
    mine = {"Patient": f"Patient/{chart.patient}", record.reference.partition("/")[0]: record.reference}
    if mine.get(owner.partition("/")[0], owner) != owner:
        raise ForeignRecord("an attachment belongs to another patient or note; it is not used")


async def _cached_text(chart: ChartContext, content: bytes, content_type: str | None) -> ReadText:
    """The text of some bytes, made once as long as the chart's cache lives. Raises Unreadable."""
    key = f"text {content_type} {sha256(content).hexdigest()}"
    if key not in chart.cache.converted:
        chart.cache.converted[key] = await asyncio.to_thread(to_text, content, content_type)
    read: ReadText = chart.cache.converted[key]
    return read


def denies_binary(notes: Sequence[Note]) -> bool:
    """Whether some text is missing because the scopes leave it out."""
    return any(_NOT_GRANTED in n.problems for n in notes)


async def read_notes(chart: ChartContext, keep: Callable[[Record], bool]) -> tuple[list[Note], list[SearchResult]]:
    """The notes and reports to be kept, newest first, undated last, with the searches they came by."""
    found, results = await load_notes(chart)
    kept = [(kind, record) for kind, record in found if keep(record)]
    undated = [(kind, record) for kind, record in kept if record.start is None]
    dated = [(kind, record) for kind, record in kept if record.start is not None]
    dated.sort(key=lambda pair: time_key(pair[1]), reverse=True)
    return [await read_note(chart, kind, record) for kind, record in [*dated, *undated]], results
