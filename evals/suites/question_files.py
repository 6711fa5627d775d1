"""Question files and data folders of the user's own: read from a path or a URL with its checksum, checked against sums.

Nothing is downloaded whose SHA-256 was not given beforehand.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

import httpx
import orjson
from platformdirs import user_cache_path

_BLOCK = 1 << 20

Source = str | Path
"""A path, or a URL that ends in `#sha256=` and the file's checksum."""


class QuestionFileError(ValueError):
    """A file that can't be had, or isn't the one meant; the message says what to do."""


def load_lines(source: Source, cache: Path | None = None, client: httpx.Client | None = None) -> Iterator[Any]:
    """The JSON lines of a file, `.gz` or not, one at a time.

    A URL ends in `#sha256=` and the file's checksum; it is downloaded once, into the user's cache folder.
    """
    for number, line in enumerate(read_lines(find_file(source, cache, client)), start=1):
        if line.strip():
            yield _parse_line(line, f"{source}, line {number}")


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file as they are, unpacked where it is gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else path.open("rb") as lines:
        yield from lines


def find_file(source: Source, cache: Path | None = None, client: httpx.Client | None = None) -> Path:
    """The local file of a path or URL, downloaded where it isn't here yet."""
    if is_url(source):
        return _download(str(source), cache or user_cache_path("anamnesis", appauthor=False), client)
    if not Path(source).is_file():
        raise QuestionFileError(f"there is no file {source}")
    return Path(source)


def is_url(source: Source) -> bool:
    """Whether a source is fetched over HTTP.

    >>> is_url("https://example.org/dev.jsonl#sha256=0"), is_url("dev.jsonl")
    (True, False)
    """
    return str(source).startswith(("https://", "http://"))


def check_sums(folder: Path) -> tuple[str, ...]:
    """Check a folder against the SHA256SUMS.txt in it or beside it; the names that are listed but absent.

    Raises QuestionFileError where a file differs. A folder without sums is taken as it is.
    """
    sums = next((p for p in (folder / "SHA256SUMS.txt", folder.parent / "SHA256SUMS.txt") if p.is_file()), None)
    if sums is None:
        return ()
    listed = {sums.parent / name: digest for digest, name in _read_sums(sums)}
    inside = {path: digest for path, digest in listed.items() if folder in path.parents}
    missing = tuple(sorted(str(path.relative_to(folder)) for path in inside if not path.is_file()))
    for path, digest in inside.items():
        if path.is_file() and (found := _digest_file(path)) != digest:
            raise QuestionFileError(
                f"{path} has the SHA-256 {found}, but {sums} says {digest}: it was changed or cut off; get it again"
            )
    return missing


def _read_sums(sums: Path) -> Iterator[tuple[str, str]]:
    for line in sums.read_text("utf-8").splitlines():
        digest, _, name = line.strip().partition(" ")
        if name:
            yield digest.lower(), name.strip().lstrip("*")


def _download(source: str, cache: Path, client: httpx.Client | None) -> Path:
    url, fragment = urldefrag(source)
    digest = fragment.removeprefix("sha256=").lower()
    if len(digest) != 64 or not fragment.startswith("sha256="):
        raise QuestionFileError(
            f"{source} has no checksum: write {url}#sha256=… with the 64 digits its publisher gives, or that "
            "`sha256sum` prints for a copy you trust"
        )
    path = cache / "questions" / digest[:16] / (Path(urlsplit(url).path).name or "questions.jsonl")
    if not path.is_file() or _digest_file(path) != digest:
        _fetch(url, digest, path, client or httpx.Client(follow_redirects=True, timeout=60))
    return path


def _fetch(url: str, digest: str, path: Path, client: httpx.Client) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    found = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
        try:
            for block in _stream(url, client):
                found.update(block)
                part.write(block)
            part.close()
            if found.hexdigest() != digest:
                raise QuestionFileError(_differs(url, digest, found.hexdigest()))
            os.replace(part.name, path)
        finally:
            Path(part.name).unlink(missing_ok=True)


def _stream(url: str, client: httpx.Client) -> Iterator[bytes]:
    try:
        with client.stream("GET", url) as response:
            response.raise_for_status()
            yield from response.iter_bytes(_BLOCK)
    except httpx.HTTPError as error:
        raise QuestionFileError(
            f"{url} could not be downloaded: {error}; download it yourself, name its path"
        ) from error


def _differs(url: str, digest: str, found: str) -> str:
    return (
        f"{url} has the SHA-256 {found}, but {digest} was asked for; nothing was kept. If its publisher put up a new "
        "version, look at it and write the new checksum; else do not use it"
    )


def _digest_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parse_line(line: bytes, where: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise QuestionFileError(f"{where} is no JSON: {error}") from error
