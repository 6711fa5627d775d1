"""Keys and values of several conversations, one a row. Global layers keep every token, local ones a ring of the last.

A row is append-only, and can be rewound: to any length while its ring has never come round, else by at most `rewind`
tokens. A snapshot of a row forks into any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch


@dataclass(frozen=True)
class CacheShape:
    """How much is kept."""

    rows: int
    capacity: int
    """Tokens a row can hold."""
    window: int
    """What a local layer looks back on, its own token included."""
    rewind: int
    """Tokens beyond the window that a ring keeps: how far it can be taken back, and how much is read at once."""

    @property
    def ring(self) -> int:
        """Slots of a local layer."""
        return self.window + self.rewind


@dataclass(frozen=True)
class LayerShape:
    """What a model's layers need: which are local, and what one token is."""

    local: tuple[bool, ...]
    heads: int
    width: int
    dtype: torch.dtype

    def bytes_a_row(self, shape: CacheShape) -> int:
        """Memory of one row, over all layers."""
        slots = sum(shape.ring if local else shape.capacity for local in self.local)
        return 2 * slots * self.heads * self.width * self.dtype.itemsize


@dataclass
class Row:
    """What one row holds."""

    tokens: list[int] = field(default_factory=list)
    """The tokens whose keys and values are kept, from the first."""
    lost: int = 0
    """Positions below this one are gone from the rings."""

    @property
    def length(self) -> int:
        """How many tokens are kept."""
        return len(self.tokens)


@dataclass(frozen=True)
class Snapshot:
    """A row as it was."""

    tokens: tuple[int, ...]
    lost: int
    keys: tuple[torch.Tensor, ...]
    values: tuple[torch.Tensor, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(t.numel() * t.element_size() for t in (*self.keys, *self.values))


class KeyValueCache:
    """The buffers, `[rows, heads, slots, width]` a layer, and what each row holds."""

    def __init__(self, layers: LayerShape, shape: CacheShape, device: torch.device) -> None:
        self.layers, self.shape = layers, shape
        slots = [shape.ring if local else shape.capacity for local in layers.local]
        sizes = [(shape.rows, layers.heads, n, layers.width) for n in slots]
        self.keys = [torch.zeros(size, dtype=layers.dtype, device=device) for size in sizes]
        self.values = [torch.zeros(size, dtype=layers.dtype, device=device) for size in sizes]
        self.rows = [Row() for _ in range(shape.rows)]

    def append(self, row: int, tokens: Sequence[int]) -> None:
        """Note tokens as written to a row. One more slot may have been written by a step that passed the row by."""
        held = self.rows[row]
        held.tokens += tokens
        held.lost = max(held.lost, held.length + 1 - self.shape.ring)

    def can_rewind(self, row: int, length: int) -> bool:
        """Whether a row still has what its first `length` tokens need."""
        held = self.rows[row]
        return length == 0 or length == held.length or max(0, length - self.shape.window + 1) >= held.lost

    def rewind(self, row: int, length: int) -> None:
        """Take a row back to its first `length` tokens, for which `can_rewind` holds."""
        held = self.rows[row]
        del held.tokens[length:]
        if length == 0:
            held.lost = 0

    def shared(self, row: int, tokens: Sequence[int]) -> int:
        """How many of the first of `tokens` a row holds and can be taken back to."""
        shared = count_shared(self.rows[row].tokens, tokens)
        return shared if self.can_rewind(row, shared) else 0

    def snapshot(self, row: int) -> Snapshot:
        """A copy of a row, no larger than what it holds."""
        held = self.rows[row]
        keys = tuple(k[row, :, : held.length].clone() for k in self.keys)
        values = tuple(v[row, :, : held.length].clone() for v in self.values)
        return Snapshot(tuple(held.tokens), held.lost, keys, values)

    def restore(self, row: int, kept: Snapshot) -> None:
        """Make a row what it was."""
        for buffers, copies in ((self.keys, kept.keys), (self.values, kept.values)):
            for buffer, copy in zip(buffers, copies, strict=True):
                buffer[row, :, : copy.shape[1]] = copy
        self.rows[row] = Row(list(kept.tokens), kept.lost)


def count_shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two sequences have in common from the first.

    >>> count_shared([1, 2, 3], [1, 2, 4, 5]), count_shared([], [1])
    (2, 0)
    """
    for n, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return n
    return min(len(one), len(other))


def ring_positions(at: torch.Tensor, ring: int) -> torch.Tensor:
    """Which position each slot of a ring holds for a token at `at`: the latest up to it. Negative where none yet.

    A slot that was written by a later token, since rewound or of the same chunk, counts as the one a round before:
    that lies outside the window as long as no more than `rewind` tokens were written past `at`.

    >>> ring_positions(torch.tensor([5]), 4).tolist()
    [[4, 5, 2, 3]]
    """
    slots = torch.arange(ring, device=at.device)
    return at[..., None] - (at[..., None] - slots) % ring
