"""Attention of new tokens over cached keys: which slots each may see, and the sums. Queries share keys in groups."""

from __future__ import annotations

import torch
from torch.nn import functional

from agent.planners.medgemma.engine.cache import ring_positions

_SPLIT = 128
"""Slots summed by one block in the one-token step; over long contexts more blocks read memory at once."""


def see_all(at: torch.Tensor, span: int) -> torch.Tensor:
    """Which of the first `span` slots of a global layer the tokens at positions `[rows, n]` see: `[rows, 1, n, span]`.

    >>> see_all(torch.tensor([[1]]), 3).tolist()
    [[[[True, True, False]]]]
    """
    return (torch.arange(span, device=at.device) <= at[..., None])[:, None]


def see_window(at: torch.Tensor, window: int, ring: int) -> torch.Tensor:
    """Which slots of a local layer's ring they see: `[rows, 1, n, ring]`.

    >>> see_window(torch.tensor([[5]]), 2, 4).tolist()
    [[[[True, True, False, False]]]]
    """
    held = ring_positions(at, ring)
    return ((held >= 0) & (held > at[..., None] - window))[:, None]


def attend(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, seen: torch.Tensor, scale: float
) -> torch.Tensor:
    """The values seen, weighted: `[rows, heads, n, width]` of keys and values `[rows, key heads, slots, width]`."""
    if queries.shape[2] == 1:
        return _attend_one(queries, keys, values, seen, scale)
    rows, heads, n, width = queries.shape
    group = heads // keys.shape[1]
    grouped = queries.reshape(rows, keys.shape[1], group * n, width)
    told = functional.scaled_dot_product_attention(
        grouped, keys, values, attn_mask=seen.repeat(1, 1, group, 1), scale=scale
    )
    return told.reshape(rows, heads, n, width)


def _attend_one(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, seen: torch.Tensor, scale: float
) -> torch.Tensor:
    """For one token: each key is read once for its group of queries, and the slots are summed in parts."""
    rows, heads, _, width = queries.shape
    key_heads, slots = keys.shape[1:3]
    group = heads // key_heads
    grouped = queries.reshape(rows, key_heads, group, width)
    scores = (grouped @ keys.transpose(2, 3)).float() * scale
    weights = scores.masked_fill(~seen, float("-inf")).softmax(-1).to(values.dtype)
    part = _SPLIT if slots % _SPLIT == 0 else slots
    weights = weights.view(rows, key_heads, group, -1, part).transpose(2, 3)
    parted = values.view(rows, key_heads, -1, part, width)
    return torch.matmul(weights, parted).sum(2).reshape(rows, heads, 1, width)
