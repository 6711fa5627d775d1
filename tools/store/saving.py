"""Writes batches of resources: new ones, new versions of known ones, and their index rows. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from tools.store.incoming import Incoming, same_content
from tools.store.raw_json import put_meta
from tools.store.tables import (
    DATE_ENTRY,
    INDEX_TABLES,
    QUANTITY_ENTRY,
    RESOURCE,
    TERM_ENTRY,
    TEXT_VALUE,
    TOKEN,
    VERSION,
)
from tools.store.terms import date_bounds, fold_text, to_micros

_WRITER_LOCK = 4_201_984


class Outcome(StrEnum):
    """What became of one resource."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    OLDER = "older than the version stored"


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a batch is written, and whether a `meta.lastUpdated` that came with a resource is kept."""

    now: datetime
    keep_source: bool

    def of(self, incoming: Incoming) -> tuple[str, int, bool]:
        """lastUpdated as text and in microseconds, and whether it came with the resource."""
        source = incoming.resource.get("meta", {}).get("lastUpdated") if self.keep_source else None
        if source:
            return source, date_bounds(source)[2], True
        text = format_instant(self.now)
        return text, to_micros(self.now.astimezone(UTC).replace(tzinfo=None)), False


def format_instant(moment: datetime) -> str:
    """A moment as a FHIR instant in UTC.

    >>> format_instant(datetime(2020, 1, 2, tzinfo=UTC))
    '2020-01-02T00:00:00.000Z'
    """
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


@dataclass(slots=True)
class _Pending:
    """Rows gathered for one batch; tuples in the order of the tables' columns."""

    resources: list[tuple[Any, ...]] = field(default_factory=list)
    terms: list[tuple[int, ...]] = field(default_factory=list)
    dates: list[tuple[int, ...]] = field(default_factory=list)
    quantities: list[tuple[float, ...]] = field(default_factory=list)
    tokens: dict[int, tuple[str, str]] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)

    def add_index(self, pk: int, incoming: Incoming) -> None:
        rows, patient = incoming.rows, incoming.patient
        self.terms += [(pk, path, term, patient) for path, term in rows.terms]
        self.dates += [(pk, *row, patient) for row in rows.dates]
        self.quantities += [(pk, *row, patient) for row in rows.quantities]
        self.tokens.update(rows.tokens)
        self.texts.update(rows.texts)


def lock_writer(connection: Connection) -> None:
    """One writer at a time: keys are handed out by counting. SQLite's own lock already sees to that."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))


def save_batch(connection: Connection, batch: Sequence[Incoming], stamp: Stamp) -> list[Outcome]:
    """Write resources, each `Type/id` at most once. Returns what became of each, in order."""
    lock_writer(connection)
    known = _find_known(connection, [i.ref for i in batch])
    pending, outcomes = _Pending(), []
    pk = connection.scalar(select(func.coalesce(func.max(RESOURCE.c.pk), 0))) or 0
    for incoming in batch:
        row = known.get(incoming.ref)
        if row is None:
            pk += 1
            _add_new(pending, pk, incoming, stamp)
            outcomes.append(Outcome.CREATED)
        else:
            outcomes.append(_save_known(connection, pending, row, incoming, stamp))
    _write(connection, pending)
    return outcomes


def replace_in_place(connection: Connection, incoming: Incoming) -> None:
    """Give the current version other JSON: its conditional references have found their targets."""
    row = _find_known(connection, [incoming.ref])[incoming.ref]
    pending = _Pending()
    _delete_index(connection, row.pk)
    pending.add_index(row.pk, incoming)
    connection.execute(update(RESOURCE).where(RESOURCE.c.pk == row.pk).values(body=incoming.raw))
    _write(connection, pending)


def judge_repeat(connection: Connection, incoming: Incoming) -> Outcome | None:
    """What a second `Type/id` within one load is: UNCHANGED, OLDER, UPDATED (to be saved), or None for a conflict.

    Without `meta.lastUpdated` on both there is no telling which of two contents is the later one.
    """
    row = _find_known(connection, [incoming.ref])[incoming.ref]
    body = connection.scalar(select(RESOURCE.c.body).where(RESOURCE.c.pk == row.pk)) or b""
    if row.digest == incoming.digest or same_content(bytes(body), incoming.raw):
        return Outcome.UNCHANGED
    source = incoming.resource.get("meta", {}).get("lastUpdated")
    if not (source and row.sourced) or date_bounds(source)[2] == row.updated:
        return None
    return Outcome.UPDATED if date_bounds(source)[2] > row.updated else Outcome.OLDER


def _find_known(connection: Connection, refs: list[int]) -> dict[int, Any]:
    c = RESOURCE.c
    columns = select(c.ref, c.pk, c.version, c.updated, c.sourced, c.digest)
    return {row.ref: row for row in connection.execute(columns.where(c.ref.in_(refs)))}


def _add_new(pending: _Pending, pk: int, incoming: Incoming, stamp: Stamp) -> None:
    pending.add_index(pk, incoming)
    text, updated, sourced = stamp.of(incoming)
    body = put_meta(incoming.raw, incoming.resource, "1", text)
    head = (pk, incoming.ref, incoming.type, incoming.fhir_id, incoming.patient)
    pending.resources.append((*head, 1, updated, sourced, incoming.digest, body))


def _save_known(connection: Connection, pending: _Pending, row: Any, incoming: Incoming, stamp: Stamp) -> Outcome:
    if row.digest == incoming.digest:
        return Outcome.UNCHANGED
    body = connection.scalar(select(RESOURCE.c.body).where(RESOURCE.c.pk == row.pk))
    if same_content(bytes(body or b""), incoming.raw):
        return Outcome.UNCHANGED
    text, updated, sourced = stamp.of(incoming)
    if sourced and row.sourced and updated < row.updated:
        return Outcome.OLDER
    old = select(RESOURCE.c.pk, RESOURCE.c.version, RESOURCE.c.updated, RESOURCE.c.body).where(RESOURCE.c.pk == row.pk)
    connection.execute(insert(VERSION).from_select(["resource", "version", "updated", "body"], old))
    _delete_index(connection, row.pk)
    pending.add_index(row.pk, incoming)
    values = {
        "patient": incoming.patient,
        "version": row.version + 1,
        "updated": updated,
        "sourced": sourced,
        "digest": incoming.digest,
        "body": put_meta(incoming.raw, incoming.resource, str(row.version + 1), text),
    }
    connection.execute(update(RESOURCE).where(RESOURCE.c.pk == row.pk).values(values))
    return Outcome.UPDATED


def _delete_index(connection: Connection, pk: int) -> None:
    for table in INDEX_TABLES:
        connection.execute(delete(table).where(table.c.resource == pk))


def _write(connection: Connection, pending: _Pending) -> None:
    _insert(connection, RESOURCE, pending.resources)
    _insert(connection, TERM_ENTRY, pending.terms)
    _insert(connection, DATE_ENTRY, pending.dates)
    _insert(connection, QUANTITY_ENTRY, pending.quantities)
    _insert(connection, TOKEN, ((key, *token) for key, token in pending.tokens.items()))
    _insert(connection, TEXT_VALUE, ((key, text, fold_text(text)) for key, text in pending.texts.items()))


def _insert(connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows as tuples straight to the driver: five times faster than SQLAlchemy's dictionaries."""
    found = list(rows)
    if not found:
        return
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    columns = ", ".join(column.name for column in table.columns)
    marks = ", ".join(mark for _ in table.columns)
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608
    connection.exec_driver_sql(statement, found)
