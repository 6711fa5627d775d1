"""A PostgreSQL for the tests that need one."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest


def _find_program(name: str) -> str | None:
    """A program of PostgreSQL's: Debian keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL that lives as long as these tests, reached by a socket; skips where none can be."""
    pytest.importorskip("psycopg")
    initdb, server = _find_program("initdb"), _find_program("pg_ctl")
    owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    if not initdb or not server or owner not in {user.pw_name for user in pwd.getpwall()}:
        pytest.skip("PostgreSQL is not installed, or there is no unprivileged user to run it as")
    # Not pytest's own folder: the unprivileged user could not enter it, and a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        shutil.chown(folder, owner)
        run = partial(subprocess.run, user=owner, check=True, cwd=folder, stdout=subprocess.DEVNULL)
        run([initdb, "-D", f"{folder}/data", "-A", "trust", "-U", "tester", "--no-sync", "-E", "UTF8"])
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run([server, "-D", f"{folder}/data", "-l", f"{folder}/log", "-w", "-o", options, "start"])
        try:
            yield f"postgresql://tester@/postgres?host={folder}"
        finally:
            run([server, "-D", f"{folder}/data", "-m", "immediate", "-w", "stop"])
