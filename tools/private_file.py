"""Files that hold what a chart says: one made here is its owner's alone, whatever the umask; others keep their mode."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_OWNER_ONLY = 0o600


def make_private(path: Path) -> None:
    """Make an empty file that only its owner reads and writes, where there is none. Raises OSError.

    A link that leads nowhere yet is followed, so that what is made there is private too.
    """
    path = path.resolve()
    with suppress(FileExistsError):
        made = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        try:
            path.chmod(_OWNER_ONLY)  # A umask may have taken the owner's own rights away.
        finally:
            os.close(made)
