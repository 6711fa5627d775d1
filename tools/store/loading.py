"""Loads files into a store, in batches: what is refused is counted with its reason, the rest is kept.

A batch is kept whole or not at all, and a resource that is already there is left alone: a load that was
interrupted is continued by running it again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tools.garbage_collection import collector_paused
from tools.store.conditional import Resolver, resolve_stored
from tools.store.errors import InvalidResource
from tools.store.incoming import Incoming
from tools.store.saving import Outcome, judge_repeat
from tools.store.sources import Refusal, list_files, printable, read_file
from tools.store.store import Store
from tools.store.validation import check_structure

_BATCH_RESOURCES = 5_000
_BATCH_BYTES = 16_000_000
_KEPT_REFUSALS = 1_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is; sizes are those of the files as they lie on the disk."""

    file: str
    bytes_done: int
    bytes_total: int
    resources: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, counted by resource type."""

    created: Mapping[str, int]
    updated: Mapping[str, int]
    unchanged: Mapping[str, int]
    refused: tuple[Refusal, ...]
    """The first thousand, with their reasons; `refused_total` counts all."""
    refused_total: int
    unresolved: int
    """Resources in the store with conditional references whose target is not there."""
    files: int
    seconds: float


def load_paths(
    store: Store,
    paths: Sequence[str | Path],
    validate: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> LoadReport:
    """Load files and folders. Raises StoreError only where the store itself fails.

    `validate` checks each resource's structure against FHIR R4B's models, which takes ten times as long.
    """
    files, refused = list_files([Path(p) for p in paths])
    load = _Load(store, validate, progress, sum(_size(f) for f in files))
    for refusal in refused:
        load.refuse(refusal)
    with collector_paused():
        for file in files:
            load.read(file)
        load.flush()
    return load.report(len(files), resolve_stored(store))


def _size(path: Path) -> int:
    """Of a file that is gone by now, nothing."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@dataclass
class _Load:
    store: Store
    validate: bool
    progress: Callable[[Progress], None] | None
    bytes_total: int
    bytes_done: int = 0
    counts: dict[Outcome, Counter[str]] = field(default_factory=lambda: {o: Counter() for o in Outcome})
    refused: list[Refusal] = field(default_factory=list)
    refused_total: int = 0
    batch: list[Incoming] = field(default_factory=list)
    batch_bytes: int = 0
    seen: set[int] = field(default_factory=set)
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.resolver = Resolver(self.store)

    def read(self, path: Path) -> None:
        """Load one file."""
        try:
            with path.open("rb") as file:
                self._read_open(path, file)
        except OSError as error:
            self.refuse(Refusal(str(path), None, f"can't be read: {error.strerror or error}"))
        self.bytes_done += _size(path)

    def _read_open(self, path: Path, file: IO[bytes]) -> None:
        for item in read_file(path, file):
            if isinstance(item, Refusal):
                self.refuse(item)
            elif self._is_sound(path, item):
                self._add(path, item)
            if len(self.batch) >= _BATCH_RESOURCES or self.batch_bytes >= _BATCH_BYTES:
                self.flush()
                self._show(path.name, file.tell())

    def _is_sound(self, path: Path, incoming: Incoming) -> bool:
        if not self.validate:
            return True
        try:
            check_structure(incoming.resource)
        except InvalidResource as error:
            self.refuse(Refusal(path.name, incoming.reference, str(error)))
            return False
        return True

    def _add(self, path: Path, incoming: Incoming) -> None:
        if incoming.ref in self.seen and not self._is_later(path, incoming):
            return
        self.seen.add(incoming.ref)
        self.batch.append(incoming)
        self.batch_bytes += len(incoming.raw)

    def _is_later(self, path: Path, incoming: Incoming) -> bool:
        """Whether a `Type/id` that was met before in this load is a later version, to be saved."""
        self.flush()
        with self.store.reading() as connection:
            outcome = judge_repeat(connection, incoming)
        if outcome is None:
            reason = "duplicate id with other content; the first was kept"
            self.refuse(Refusal(path.name, incoming.reference, reason))
        elif outcome is not Outcome.UPDATED:
            self.count(incoming, outcome)
        return outcome is Outcome.UPDATED

    def refuse(self, refusal: Refusal) -> None:
        """Count a refusal, and keep its reason, safe to print."""
        self.refused_total += 1
        if len(self.refused) < _KEPT_REFUSALS:
            named = None if refusal.reference is None else printable(refusal.reference)
            self.refused.append(Refusal(printable(refusal.place), named, printable(refusal.reason)))

    def count(self, incoming: Incoming, outcome: Outcome) -> None:
        """Count what became of a resource."""
        self.counts[outcome][incoming.type] += 1
        if outcome is Outcome.OLDER:
            self.refuse(Refusal("", incoming.reference, outcome))

    def flush(self) -> None:
        """Write what has been gathered."""
        batch, self.batch, self.batch_bytes = self.batch, [], 0
        self.resolver.forget_missing()
        resolved = [self.resolver.resolve(incoming) for incoming in batch]
        if resolved:
            for incoming, outcome in zip(resolved, self.store.save(resolved, keep_source=True), strict=True):
                self.count(incoming, outcome)

    def _show(self, file: str, position: int) -> None:
        if self.progress:
            done = sum(c.total() for c in self.counts.values())
            self.progress(Progress(printable(file), self.bytes_done + position, self.bytes_total, done))

    def report(self, files: int, unresolved: int) -> LoadReport:
        """The load's result."""
        created, updated, unchanged = (
            dict(sorted(self.counts[o].items())) for o in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
        )
        seconds = time.monotonic() - self.started
        return LoadReport(
            created, updated, unchanged, tuple(self.refused), self.refused_total, unresolved, files, seconds
        )
