"""Folders of FHIR files as a store, loaded once and kept in the user's cache. Knows nothing of questions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
from platformdirs import user_cache_path

from evals.suites.question_files import check_sums
from fhir_fixtures.generator import generate_patients
from tools.private_file import make_private
from tools.store.loading import load_paths
from tools.store.store import open_store

CACHE = user_cache_path("anamnesis", appauthor=False) / "charts"


def build_store(paths: Sequence[Path], folder: Path | None = None) -> Path:
    """The store of these files and folders, made where it is not there yet; it is anew where a file has changed.

    A folder that has its SHA256SUMS.txt is checked against it first. Raises FileNotFoundError for a path that is not
    there, QuestionFileError where a sum differs, StoreError where nothing could be loaded.
    """
    kept = folder or CACHE
    place = kept / f"{fingerprint(paths)}.sqlite"
    if place.exists():
        return place
    for folder_of_files in filter(Path.is_dir, paths):
        check_sums(folder_of_files)
    kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = place.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    make_private(unfinished)
    store = open_store(unfinished)
    try:
        load_paths(store, list(paths))
    finally:
        store.close()
    unfinished.rename(place)
    return place


def generate_charts(number: int, seed: int, folder: Path | None = None) -> Path:
    """A file of so many invented patients, made where it is not there yet; same number and seed, same patients."""
    kept = folder or CACHE
    place = kept / f"invented-{number}-{seed}.ndjson"
    if not place.exists():
        kept.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = [orjson.dumps(r) for patient in generate_patients(number, seed) for r in patient]
        unfinished = place.with_suffix(".part")
        unfinished.write_bytes(b"".join(line + b"\n" for line in lines))
        unfinished.rename(place)
    return place


def fingerprint(paths: Sequence[Path]) -> str:
    """Which files these are: their names, sizes and times of change.

    >>> fingerprint([]) == fingerprint([]), len(fingerprint([]))
    (True, 16)
    """
    digest = hashlib.sha256()
    for file in _files(paths):
        about = file.stat()
        digest.update(f"{file.resolve()}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}")
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
