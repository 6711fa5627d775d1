"""Opens the database and turns its errors into the store's. Knows nothing of resources.

SQLite file, SQLite in memory (`:memory:`) or any database URL of SQLAlchemy's; PostgreSQL is tested.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel

from tools.private_file import make_private
from tools.store import tables
from tools.store.errors import StoreError, StoreLocked, StoreReadOnly, StoreTooNew, StoreUnusable
from tools.store.read_only import Watch, to_read_only_url, watch

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "cache_size=-131072",
    "temp_store=MEMORY",
    "mmap_size=1073741824",
    "busy_timeout=5000",
)
_IN_MEMORY = "sqlite://"
_FILE_URL = "sqlite:///"
_EXTRA = "; for PostgreSQL: pip install 'anamnesis-ehr[postgres]'"


def open_database(place: str | Path) -> tuple[Engine, Watch | None]:
    """The engine of the database at a path or URL, its tables made where they are missing. Raises StoreError.

    A file that can't be written is opened to be read, with a watch to be checked around every read.
    """
    text = str(place)
    if text.startswith(_FILE_URL) and "?" not in text:
        text = text.removeprefix(_FILE_URL)
    if text == ":memory:" or "://" in text:
        return _open(
            _IN_MEMORY if text == ":memory:" else text.replace("postgresql://", "postgresql+psycopg://", 1)
        ), None
    path = Path(text).expanduser()
    _make_file(path)
    try:
        return _open(URL.create("sqlite", database=str(path))), None
    except StoreReadOnly:
        if not path.stat().st_size:
            raise
    watched = watch(path)
    return _open(to_read_only_url(path)), watched


def _open(url: str | URL) -> Engine:
    try:
        engine = _create_engine(make_url(url))
    except ModuleNotFoundError as error:
        raise StoreUnusable(f"that database needs a package that is not installed: {error.name}{_EXTRA}") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreUnusable(f"no database can be opened there: {type(error).__name__}") from error
    try:
        with translate_errors():
            _prepare_tables(engine)
    except StoreError:
        engine.dispose()
        raise
    return engine


def _make_file(path: Path) -> None:
    """A store's file holds whole charts: made before SQLite would, so that it is its owner's alone."""
    if path.is_dir():
        raise StoreUnusable(f"{path.name} is a folder, not a store; name a file in it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make_private(path)
    except OSError as error:
        raise StoreUnusable(f"no store can be made at {path}: {error.strerror}; name another place") from error


def _create_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    arguments = {"check_same_thread": False}
    if url.database is None:
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
        raise StoreUnusable("the database holds tables of another program; name another place with --store")
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
        return StoreLocked("the store is locked: another process is writing to it; try again when that has ended")
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return StoreReadOnly(
            "the store is read-only: its file or folder can't be written; name another place with --store"
        )
    if "not a database" in text or "malformed" in text:
        return StoreUnusable("the file is no store, or it is damaged; name another place, or load your files anew")
    return StoreUnusable(f"the database failed: {text.splitlines()[0][:200]}")
