"""A store in a file or folder that can't be written: opened to be read, and watched, since no lock can be taken there.

SQLite needs a `-shm` file beside a store to lock it. Where none can be made, `immutable=1` opens the file without
locks (https://www.sqlite.org/uri.html#uriimmutable). That is sound only as long as nobody else writes: what was
committed and lies in a `-wal` file would be missed, so such a store is refused, and a file that changes under a read
spoils that read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from tools.store.errors import StoreError, StoreLocked, StoreUnusable


@dataclass(frozen=True)
class Watch:
    """What a file was like when it was opened."""

    path: Path
    stamp: tuple[int, int, int]

    def check(self) -> None:
        """Raise StoreLocked where the file was written since."""
        if _stamp(self.path) != self.stamp:
            raise StoreLocked("the store was written while it was being read without a lock; ask again")


def watch(path: Path) -> Watch:
    """Begin to watch a store's file. Raises StoreUnusable where some of what it holds lies in another file."""
    log = path.with_name(f"{path.name}-wal")
    try:
        unfinished = log.stat().st_size > 0
    except OSError:
        unfinished = False
    if unfinished:
        raise StoreUnusable(
            f"what was written last lies in {log.name}, which can't be taken in where nothing can be written; "
            "copy both files to a folder that you can write, and name that with --store"
        )
    return Watch(path, _stamp(path))


def to_read_only_url(path: Path) -> URL:
    """The URL that opens a file without locks.

    >>> to_read_only_url(Path("/a b/s?.sqlite")).database
    'file:/a%20b/s%3F.sqlite'
    """
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    return URL.create("sqlite", database=f"file:{quote(str(path.absolute()))}", query=query)


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise StoreError(f"the store is gone: {error.strerror}") from error
    return found.st_ino, found.st_size, found.st_mtime_ns
