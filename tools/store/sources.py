"""Resources as they lie in files: NDJSON, Bundles, single resources, gzip, folders. Knows nothing of the database."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

import orjson

from tools.store.errors import InvalidResource
from tools.store.incoming import Incoming, build_incoming, check_type, parse_resource
from tools.store.raw_json import entry_resources, put_id, rewrite_links, strip_space

_SUFFIXES = (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz")
_LINES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip", ".7z", ".gz")
_DEEPEST_BUNDLE = 8
_BOM = b"\xef\xbb\xbf"
# Synthea writes hospitals and practitioners in files of their own, to which the patients' files refer.
_REFERRED_TO = ("hospitalInformation", "practitionerInformation")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not taken in, and why."""

    place: str
    """File name and line or entry: `Patient.ndjson line 3`."""
    reference: str | None
    """`Type/id`, where it has one."""
    reason: str


def printable(text: str) -> str:
    """A text without anything that steers a terminal.

    >>> printable("a\x1b[31m.json")
    'a\\\\x1b[31m.json'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def list_files(paths: Sequence[Path]) -> tuple[list[Path], list[Refusal]]:
    """The files to read, each once, and the paths that can't be. Folders are searched for JSON and NDJSON files."""
    files: dict[Path, None] = {}
    refused: list[Refusal] = []
    for path in paths:
        try:
            if path.is_dir():
                files.update(dict.fromkeys(_list_folder(path, refused)))
            elif path.is_file():
                files[path] = None
            else:
                refused.append(Refusal(str(path), None, "no regular file" if path.exists() else "no such file"))
        except OSError as error:
            refused.append(_unreadable(path, error))
    return list(files), refused


def _unreadable(path: object, error: OSError) -> Refusal:
    return Refusal(str(path), None, f"can't be read: {error.strerror or error}")


def _list_folder(folder: Path, refused: list[Refusal]) -> list[Path]:
    """The files of a folder that may hold FHIR, at any depth; links to folders are not followed, so none loops."""
    before, found, archives = len(refused), [], 0
    walk = os.walk(folder, onerror=lambda error: refused.append(_unreadable(error.filename, error)))
    for path in (Path(place, name) for place, _, names in walk for name in names):
        name = path.name.lower()
        archives += name.endswith(_ARCHIVES)
        if name.endswith(_SUFFIXES) and (refusal := _refuse_irregular(path)) is None:
            found.append(path)
        elif name.endswith(_SUFFIXES) and refusal is not None:
            refused.append(refusal)
    if not found and len(refused) == before:
        hint = f"; unpack the archives in it ({archives}) first" if archives else ""
        refused.append(Refusal(str(folder), None, f"the folder holds no .json or .ndjson file{hint}"))
    return sorted(found, key=_reading_order)


def _refuse_irregular(path: Path) -> Refusal | None:
    try:
        return None if path.is_file() else Refusal(str(path), None, "no regular file, or a link to nothing")
    except OSError as error:
        return _unreadable(path, error)


def _reading_order(path: Path) -> tuple[bool, str]:
    return not path.name.startswith(_REFERRED_TO), str(path)


def read_file(path: Path, file: IO[bytes]) -> Iterator[Incoming | Refusal]:
    """Everything in one open file, gzipped or not: what can be taken in, and what can't."""
    try:
        with _unpacked(file) as content:
            first = content.readline().removeprefix(_BOM)
            if (reason := _no_fhir(first)) is not None:
                yield Refusal(path.name, None, reason)
            elif path.name.lower().endswith(_LINES) and first.strip() not in (b"{", b"["):
                yield from _read_lines(path.name, chain((first,) if first else (), content))
            else:
                yield from _read_whole(path.name, first + content.read())
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield Refusal(path.name, None, "the compressed file is cut off or damaged")


def _no_fhir(first: bytes) -> str | None:
    """Why a file that begins like that can't be read at all."""
    if first.startswith((b"PK\x03\x04", b"7z\xbc\xaf")) or first[257:262] == b"ustar":
        return "an archive, not JSON: unpack it and load the folder"
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "not JSON in UTF-8 but UTF-16: save it as UTF-8"
    if first.startswith(b"\x1f\x8b"):
        return "compressed twice: unpack it once"
    if b"\x00" in first[:1024]:
        return "not JSON: the file is no text"
    return "not JSON but XML or HTML" if first.lstrip().startswith(b"<") else None


@contextmanager
def _unpacked(file: IO[bytes]) -> Iterator[IO[bytes]]:
    magic = file.read(2)
    file.seek(0)
    if magic == b"\x1f\x8b":
        with gzip.open(file) as content:
            yield cast(IO[bytes], content)
    else:
        yield file


def _read_lines(name: str, lines: Iterable[bytes]) -> Iterator[Incoming | Refusal]:
    number, blank = 0, True
    try:
        for number, line in enumerate(lines, 1):
            if stripped := line.strip():
                blank = False
                yield from expand(stripped, f"{name} line {number}")
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield Refusal(f"{name} line {number + 1}", None, "the compressed file is cut off or damaged here")
        return
    if blank:
        yield Refusal(name, None, "the file is empty")


def _read_whole(name: str, content: bytes) -> Iterator[Incoming | Refusal]:
    raw = content.strip()
    if not raw:
        yield Refusal(name, None, "the file is empty")
    elif _is_lines(raw):
        for number, line in enumerate(raw.split(b"\n"), 1):
            if line.strip():
                yield from expand(line.strip(), f"{name} line {number}")
    else:
        yield from expand(raw, name)


def _is_lines(raw: bytes) -> bool:
    """NDJSON under another name: the first line is a resource of its own, and more follows."""
    first, _, rest = raw.partition(b"\n")
    if not rest.strip():
        return False
    try:
        parse_resource(first)
    except InvalidResource:
        return False
    return True


def expand(raw: bytes, place: str, depth: int = 0) -> Iterator[Incoming | Refusal]:
    """One JSON text: the resource itself or, of a Bundle, the resources in it."""
    resource: Json = {}
    try:
        resource = parse_resource(raw)
        if resource["resourceType"] != "Bundle":
            yield build_incoming(raw, resource)
        elif depth >= _DEEPEST_BUNDLE:
            yield Refusal(place, None, f"Bundles are nested deeper than {_DEEPEST_BUNDLE}")
        else:
            yield from _expand_bundle(raw, resource, place, depth)
    except InvalidResource as error:
        yield Refusal(place, _name(resource), str(error))


def _name(resource: Json) -> str | None:
    kind, fhir_id = resource.get("resourceType"), resource.get("id")
    return f"{kind}/{fhir_id}"[:128] if isinstance(kind, str) and isinstance(fhir_id, str) else None


def _expand_bundle(raw: bytes, bundle: Json, place: str, depth: int) -> Iterator[Incoming | Refusal]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise InvalidResource("the Bundle's entry is no list")
    ids = {n: _entry_id(entry) for n, entry in enumerate(entries)}
    links = _link_targets(entries, ids)
    pieces = entry_resources(raw)
    for number, entry in enumerate(entries):
        where = f"{place} entry {number + 1}"
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            piece = next(pieces, None) or orjson.dumps(entry["resource"])
            yield from expand(_prepare_piece(piece, entry["resource"], ids[number], links), where, depth + 1)
        elif not isinstance(entry, dict) or "resource" in entry:
            yield Refusal(where, None, "the entry holds no resource")


def _prepare_piece(piece: bytes, resource: Json, fhir_id: str | None, links: Mapping[str, str]) -> bytes:
    piece = strip_space(piece) if b"\n" in piece else piece
    if fhir_id and "id" not in resource:
        piece = put_id(piece, resource, fhir_id)
    return rewrite_links(piece, links.get)


def _entry_id(entry: Any) -> str | None:
    """The id of an entry's resource; where it has none, the UUID that stands for it in the Bundle."""
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, dict):
        return None
    fhir_id, full_url = resource.get("id"), entry.get("fullUrl")
    if isinstance(fhir_id, str):
        return fhir_id
    stands_for_it = isinstance(full_url, str) and full_url.startswith("urn:uuid:")
    return str(full_url).removeprefix("urn:uuid:") if stands_for_it else None


def _link_targets(entries: list[Any], ids: Mapping[int, str | None]) -> dict[str, str]:
    """`fullUrl` → `Type/id`, by which references within the Bundle are rewritten."""
    targets = {}
    for number, entry in enumerate(entries):
        if ids[number] is None or not isinstance(entry.get("fullUrl"), str):
            continue
        kind = entry["resource"].get("resourceType")
        try:
            check_type(kind)
        except InvalidResource:
            continue
        targets[entry["fullUrl"]] = f"{kind}/{ids[number]}"
    return targets
