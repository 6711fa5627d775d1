"""Opens the database and turns its errors into the store's. Knows nothing of resources.

SQLite file, SQLite in memory (`:memory:`) or any database URL of SQLAlchemy's; PostgreSQL is tested.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel

from tools.store import tables
from tools.store.errors import StoreError, StoreLocked, StoreReadOnly, StoreTooNew, StoreUnusable

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "cache_size=-131072",
    "temp_store=MEMORY",
    "mmap_size=1073741824",
    "busy_timeout=5000",
)
_IN_MEMORY = "sqlite://"


def open_database(place: str | Path) -> Engine:
    """The engine of the database at a path or URL, its tables made where they are missing. Raises StoreError."""
    url = _to_url(str(place))
    try:
        engine = _create_engine(url)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreUnusable(f"no database can be opened there: {type(error).__name__}") from error
    with translate_errors():
        _prepare_tables(engine)
    _keep_private(url)
    return engine


def _keep_private(url: str) -> None:
    """A store file holds whole charts: it is readable for its owner alone, where that can be set."""
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and path.is_file():
        with suppress(OSError):
            path.chmod(0o600)


def _to_url(place: str) -> str:
    if place == ":memory:":
        return _IN_MEMORY
    if "://" in place:
        return place.replace("postgresql://", "postgresql+psycopg://", 1)
    path = Path(place).expanduser()
    if path.is_dir():
        raise StoreUnusable(f"{path.name} is a folder, not a store")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(f"no folder for the store can be made: {error.strerror}") from error
    return f"sqlite:///{path}"


def _create_engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    arguments = {"check_same_thread": False}
    if url == _IN_MEMORY:
        engine = create_engine(url, connect_args=arguments, poolclass=StaticPool)
    else:
        engine = create_engine(url, connect_args=arguments)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            # A store on read-only media can still be read: only switching its journal fails.
            if "readonly" not in str(error):
                raise


def _begin(connection: Connection) -> None:
    """Writers take SQLite's lock at once, so that none fails half-way for having read first."""
    write = connection.get_execution_options().get("store_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _prepare_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        known = inspect(connection).get_table_names()
    if not known:
        return _make_tables(engine)
    if "schema_info" not in known:
        raise StoreUnusable("the database holds tables of another program; name another place")
    with engine.connect() as connection:
        version = connection.scalar(select(tables.SCHEMA_INFO.c.version)) or 0
    if version > tables.SCHEMA_VERSION:
        raise StoreTooNew(
            f"the store has layout {version}, this program knows up to {tables.SCHEMA_VERSION}: use a newer program"
        )
    if version < tables.SCHEMA_VERSION:
        raise StoreUnusable(f"the store has layout {version}, this program needs {tables.SCHEMA_VERSION}: load it anew")


def _make_tables(engine: Engine) -> None:
    with engine.connect().execution_options(store_write=True) as connection, connection.begin():
        SQLModel.metadata.create_all(connection, tables=list(tables.ALL_TABLES))
        if connection.scalar(select(tables.SCHEMA_INFO.c.version)) is None:
            connection.execute(tables.SCHEMA_INFO.insert().values(version=tables.SCHEMA_VERSION))


@contextmanager
def translate_errors() -> Iterator[None]:
    """Database errors as StoreErrors, without the statement's parameters: they may hold patient data."""
    try:
        yield
    except DBAPIError as error:
        raise _to_store_error(str(error.orig)) from None


def _to_store_error(text: str) -> StoreError:
    if "locked" in text or "lock timeout" in text:
        return StoreLocked("the store is locked: another process is writing to it")
    if "readonly" in text or "read-only" in text:
        return StoreReadOnly("the store is read-only: no resource can be written to it")
    if "not a database" in text or "malformed" in text:
        return StoreUnusable("the file is no store, or it is damaged")
    return StoreUnusable(f"the database failed: {text.splitlines()[0][:200]}")
