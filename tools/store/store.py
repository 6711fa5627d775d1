"""The store: reads, writes and searches resources in one database. Knows nothing of HTTP and of who asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, bindparam, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.pool import StaticPool

from tools.fhir.search_query import SearchQuery
from tools.store.database import open_database, translate_errors
from tools.store.incoming import Incoming
from tools.store.read_only import Watch
from tools.store.saving import Outcome, Stamp, save_batch
from tools.store.selection import build_count, build_selection
from tools.store.tables import RESOURCE, VERSION
from tools.store.terms import text_key


class Stored(NamedTuple):
    """One version of a resource."""

    type: str
    fhir_id: str
    version: int
    updated: int
    """Microseconds since year 1, UTC."""
    body: bytes
    """Its JSON, as served."""

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.fhir_id}"


@dataclass(frozen=True, slots=True)
class Matches:
    """What a search found: the keys of all matches, in order."""

    keys: tuple[int, ...]
    newest: int
    """The highest of them when it was searched; a later page leaves out what came after."""


class Store:
    """FHIR resources in a database. Safe to use from several threads."""

    def __init__(self, engine: Engine, watch: Watch | None = None) -> None:
        """`watch`: of a file that is read without locks."""
        self.engine = engine
        self._watch = watch
        # One connection serves an in-memory database: its users take turns.
        self._turn: AbstractContextManager[object] = (
            threading.RLock() if isinstance(engine.pool, StaticPool) else nullcontext()
        )
        self._kept = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store; that of `snapshot` within one."""
        kept: Connection | None = getattr(self._kept, "connection", None)
        if kept is not None:
            yield kept
            return
        with translate_errors(), self._turn, self.engine.connect() as connection:
            yield connection
        if self._watch is not None:
            self._watch.check()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that this thread reads within sees one state of the store. Nothing may be written within."""
        with self.reading() as connection:
            self._kept.connection = connection
            try:
                yield
            finally:
                self._kept.connection = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are kept together, or not at all."""
        with translate_errors(), self._turn, self.engine.connect() as connection:
            connection.execution_options(store_write=True)
            with connection.begin():
                yield connection

    def save(self, batch: Sequence[Incoming], keep_source: bool = False) -> list[Outcome]:
        """Write resources in one transaction, each `Type/id` at most once."""
        with self.writing() as connection:
            return save_batch(connection, batch, Stamp(datetime.now(UTC), keep_source))

    def read(self, resource_type: str, fhir_id: str) -> Stored | None:
        """The current version of a resource, None where there is none."""
        with self.reading() as connection:
            return read_current(connection, resource_type, fhir_id)

    def read_history(self, resource_type: str, fhir_id: str) -> list[Stored]:
        """All versions of a resource, newest first."""
        current = self.read(resource_type, fhir_id)
        if current is None:
            return []
        statement = (
            select(VERSION)
            .join(RESOURCE, RESOURCE.c.pk == VERSION.c.resource)
            .where(RESOURCE.c.ref == text_key(current.reference))
            .order_by(VERSION.c.version.desc())
        )
        with self.reading() as connection:
            older = connection.execute(statement).all()
        return [current, *(Stored(resource_type, fhir_id, r.version, r.updated, bytes(r.body)) for r in older)]

    def search(self, query: SearchQuery, upto: int | None = None) -> Matches:
        """The keys of all resources that match, in the order asked for. Raises SearchSyntaxError."""
        selection = build_selection(query)
        statement = selection.statement if upto is None else selection.statement.where(RESOURCE.c.pk <= upto)
        with self.reading() as connection:
            keys = tuple(connection.execute(statement, selection.values).scalars())
        return Matches(keys, max(keys, default=0) if upto is None else upto)

    def count(self, query: SearchQuery) -> int:
        """How many resources match. Raises SearchSyntaxError."""
        with self.reading() as connection:
            return connection.scalar(build_count(query)) or 0

    def read_keys(self, keys: Sequence[int]) -> list[Stored]:
        """The resources with these keys, in their order."""
        if not keys:
            return []
        with self.reading() as connection:
            return read_keys(connection, keys)

    def count_types(self) -> dict[str, int]:
        """How many resources of each type there are."""
        statement = select(RESOURCE.c.type, func.count()).group_by(RESOURCE.c.type).order_by(RESOURCE.c.type)
        with self.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(statement)}

    def close(self) -> None:
        """Give the database's connections back."""
        self.engine.dispose()


def open_store(place: str | Path) -> Store:
    """Open the store at a path, `:memory:` or a database URL; make it where there is none. Raises StoreError."""
    return Store(*open_database(place))


def read_current(connection: Connection, resource_type: str, fhir_id: str) -> Stored | None:
    """The current version of a resource within a transaction."""
    row = connection.execute(
        select(RESOURCE.c.version, RESOURCE.c.updated, RESOURCE.c.body).where(
            RESOURCE.c.ref == text_key(f"{resource_type}/{fhir_id}")
        )
    ).first()
    return Stored(resource_type, fhir_id, row.version, row.updated, bytes(row.body)) if row else None


_CHUNK = 5_000
_BY_KEY = select(
    RESOURCE.c.pk, RESOURCE.c.type, RESOURCE.c.fhir_id, RESOURCE.c.version, RESOURCE.c.updated, RESOURCE.c.body
).where(RESOURCE.c.pk.in_(bindparam("keys", expanding=True)))


def read_keys(connection: Connection, keys: Sequence[int]) -> list[Stored]:
    """The resources with these keys, in their order, within a transaction."""
    found: dict[int, Stored] = {}
    for start in range(0, len(keys), _CHUNK):
        rows = connection.execute(_BY_KEY, {"keys": keys[start : start + _CHUNK]})
        for key, kind, fhir_id, version, updated, body in rows:
            found[key] = Stored(kind, fhir_id, version, updated, bytes(body))
    return [found[key] for key in keys]
