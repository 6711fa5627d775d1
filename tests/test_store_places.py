"""Where a store lies: in a folder or file that can't be written, locked, or of another program."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.__main__ import app
from fhir_fixtures import fixture_paths
from tools.store.errors import StoreLocked, StoreReadOnly, StoreUnusable
from tools.store.loading import load_paths
from tools.store.store import Store, open_store

RUNNER = CliRunner()
ASK = ["ask", "What is the latest hemoglobin A1c?", "--patient", "rosa-delgado", "--store"]
NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """As a user whom file modes bind: root gives up its powers for the while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an unprivileged user can enter; pytest's own is root's alone."""
    with tempfile.TemporaryDirectory(prefix="anamnesis") as made:
        Path(made).chmod(0o755)
        yield Path(made)
        Path(made).chmod(0o755)


@pytest.fixture
def place(folder: Path) -> Path:
    """A store with the fixture patients; loaded and asked once, so that every module is imported."""
    path = folder / "store.sqlite"
    with closing(open_store(path)) as store:
        load_paths(store, fixture_paths())
    assert RUNNER.invoke(app, [*ASK, str(path)]).exit_code == 0
    assert [p.name for p in folder.iterdir()] == [path.name]
    return path


def lock_up(path: Path, folder_too: bool = True) -> None:
    for file in path.parent.iterdir():
        file.chmod(0o444)
    if folder_too:
        path.parent.chmod(0o555)


def count(store: Store) -> int:
    return sum(store.count_types().values())


@pytest.mark.parametrize("folder_too", [True, False])
def test_a_store_that_cant_be_written_is_asked_and_not_loaded_into(place: Path, folder_too: bool) -> None:
    before = place.read_bytes()
    lock_up(place, folder_too)
    with without_privileges():
        asked = RUNNER.invoke(app, [*ASK, str(place)])
        loaded = RUNNER.invoke(app, ["load", str(fixture_paths()[0]), "--store", str(place)])
    assert (asked.exit_code, "6.9 %" in asked.output) == (0, True), asked.output
    if folder_too or os.geteuid() == 0:  # The owner of a read-only file in a folder of their own locks it as ever.
        assert (loaded.exit_code, "read-only" in loaded.output) in ((1, True), (0, False)), loaded.output
    assert place.read_bytes() == before


def test_a_store_whose_last_writes_lie_beside_it_is_not_read_without_them(place: Path) -> None:
    kept = place.parent / "kept"
    kept.mkdir()
    with closing(sqlite3.connect(place)) as other:
        other.execute("UPDATE schema_info SET version = version")
        other.commit()
        for name in (place.name, f"{place.name}-wal"):
            shutil.copy(place.parent / name, kept / name)
    moved = kept / place.name
    lock_up(moved)
    try:
        with without_privileges(), pytest.raises(StoreUnusable, match=r"store.sqlite-wal, .* copy both files"):
            open_store(moved)
    finally:
        kept.chmod(0o755)


def test_a_store_that_is_written_while_it_is_read_without_a_lock_spoils_the_read(place: Path) -> None:
    lock_up(place)
    with without_privileges(), closing(open_store(place)) as store:
        assert count(store) > 100
        if os.geteuid() != 0:
            os.seteuid(0) if os.getuid() == 0 else place.chmod(0o644)
        os.utime(place, ns=(1, 1))
        with pytest.raises(StoreLocked, match="ask again"):
            count(store)


def test_a_store_that_another_process_writes_to_is_waited_for_and_then_said_to_be_locked(place: Path) -> None:
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        loaded = RUNNER.invoke(app, ["load", str(fixture_paths()[0]), "--store", str(place)])
        assert (loaded.exit_code, "locked" in loaded.output) == (1, True), loaded.output
        assert RUNNER.invoke(app, [*ASK, str(place)]).exit_code == 0
        other.execute("ROLLBACK")


@pytest.mark.parametrize("name", ["a b.sqlite", "what?.sqlite", "100%25.sqlite", "#1.sqlite", "ключ.sqlite"])
def test_a_store_may_have_any_file_name(folder: Path, name: str) -> None:
    with closing(open_store(folder / name)) as store:
        load_paths(store, fixture_paths()[:1])
    assert [p.name for p in folder.iterdir()] == [name]
    lock_up(folder / name)
    with without_privileges(), closing(open_store(folder / name)) as store:
        assert count(store) > 10


def test_a_store_of_a_newer_version_is_said_to_be_one_also_where_it_cant_be_written(place: Path) -> None:
    with closing(sqlite3.connect(place)) as store:
        store.execute("UPDATE schema_info SET version = 999")
        store.commit()
    lock_up(place)
    with without_privileges():
        told = RUNNER.invoke(app, [*ASK, str(place)])
    assert (told.exit_code, "newer program" in told.output) == (1, True), told.output


def test_a_store_is_not_made_where_nothing_can_be_written(folder: Path) -> None:
    folder.chmod(0o555)
    with without_privileges(), pytest.raises((StoreUnusable, StoreReadOnly), match="name another place"):
        open_store(folder / "new.sqlite")


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at " * 50, b"short"])
def test_a_file_that_is_no_store_is_left_alone(folder: Path, content: bytes) -> None:
    path = folder / "notes.txt"
    path.write_bytes(content)
    told = RUNNER.invoke(app, [*ASK, str(path)])
    assert (told.exit_code, "no store" in told.output, path.read_bytes()) == (1, True, content), told.output
