"""When Python's cyclic garbage collector runs. Knows nothing of what is collected."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_pauses = 0
_was_on = True


@contextmanager
def collector_paused() -> Iterator[None]:
    """No collection within: records are many small objects without cycles, and a collection looks at all of them.

    For work that ends: a process that always reads some chart would never collect. Where several pause the
    collector at once, it goes on when the last one ends.

    >>> with collector_paused(): gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    _pause()
    try:
        yield
    finally:
        _resume()


def _pause() -> None:
    global _pauses, _was_on
    with _lock:
        if _pauses == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _pauses += 1


def _resume() -> None:
    global _pauses
    with _lock:
        _pauses -= 1
        if _pauses == 0 and _was_on:
            gc.enable()
