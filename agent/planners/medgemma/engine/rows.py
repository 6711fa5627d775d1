"""Which row of the cache a prompt is read into: where most of it stands already, or a copy of a kept beginning."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

import torch

from agent.planners.medgemma.engine.cache import KeyValueCache, Snapshot


class Rows:
    """Rows by when they were last used, and the beginnings of prompts that are kept for others."""

    def __init__(self, cache: KeyValueCache, snapshot_bytes: int) -> None:
        self._cache, self._most = cache, snapshot_bytes
        self._used: OrderedDict[int, None] = OrderedDict((row, None) for row in range(cache.shape.rows))
        self._kept: OrderedDict[tuple[int, ...], Snapshot] = OrderedDict()

    def place(self, prompt: tuple[int, ...], busy: Collection[int]) -> int | None:
        """A free row, taken back or filled to what it shares with the prompt; None where all are busy.

        The prompt's last token is always left to read, for its logits.
        """
        free = [row for row in self._used if row not in busy]
        if not free:
            return None
        ahead = prompt[:-1]
        shared = {row: self._cache.shared(row, ahead) for row in free}
        row = max(free, key=shared.__getitem__)
        kept = self._find(ahead)
        if kept is not None and len(kept.tokens) >= shared[row]:
            row = free[0]
            self._cache.restore(row, kept)
        else:
            self._cache.rewind(row, shared[row])
        self._used.move_to_end(row)
        return row

    def _find(self, ahead: tuple[int, ...]) -> Snapshot | None:
        """The longest beginning kept."""
        fitting = [tokens for tokens in self._kept if ahead[: len(tokens)] == tokens]
        if not fitting:
            return None
        longest = max(fitting, key=len)
        self._kept.move_to_end(longest)
        return self._kept[longest]

    def keep(self, row: int) -> None:
        """Keep what a row holds now as a beginning of later prompts; the ones used longest ago give way."""
        try:
            kept = self._cache.snapshot(row)
        except torch.OutOfMemoryError:
            self._kept.clear()  # conversations need the memory more
            return
        self._kept[kept.tokens] = kept
        while sum(snapshot.size for snapshot in self._kept.values()) > self._most:
            self._kept.popitem(last=False)

    def keeps(self, tokens: tuple[int, ...]) -> bool:
        """Whether a beginning is kept already."""
        return tokens in self._kept
