"""Chooses tokens from logits: the mask first, then the likeliest, or by chance with a seed of one's own."""

from __future__ import annotations

from collections.abc import Sequence

import torch


def mask_logits(logits: torch.Tensor, bits: torch.Tensor) -> torch.Tensor:
    """Logits `[n, vocabulary]` with minus infinity wherever the bit, of `[n, words]`, is not set.

    >>> mask_logits(torch.zeros(1, 3), torch.tensor([[5]], dtype=torch.int32)).tolist()
    [[0.0, -inf, 0.0]]
    """
    places = torch.arange(32, dtype=torch.int32, device=logits.device)
    allowed = ((bits[:, :, None] >> places) & 1).flatten(1)[:, : logits.shape[1]]
    return logits.masked_fill(allowed == 0, float("-inf"))


def choose_tokens(logits: torch.Tensor, chances: Sequence[float | None], temperatures: Sequence[float]) -> list[int]:
    """The likeliest token of each row; where a chance between 0 and 1 is given, the one it falls on.

    >>> choose_tokens(torch.tensor([[0.0, 9.0], [0.0, 0.0]]), [None, 0.2], [1.0, 1.0])
    [1, 0]
    """
    chosen = logits.argmax(-1)
    drawn = [n for n, chance in enumerate(chances) if chance is not None]
    if drawn:
        heat = torch.tensor([[temperatures[n]] for n in drawn], device=logits.device)
        sums = (logits[drawn].double() / heat).softmax(-1).cumsum(-1)
        falls = torch.tensor([[chances[n]] for n in drawn], dtype=torch.float64, device=logits.device)
        chosen[drawn] = torch.searchsorted(sums, falls * sums[:, -1:], right=True).squeeze(1)
    return [int(token) for token in chosen.tolist()]
