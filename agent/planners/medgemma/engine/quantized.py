"""Linear layers whose weights are whole numbers of eight bits, with a scale a row: half the memory of bfloat16."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class Int8Linear(nn.Module):
    """A linear layer without bias; what goes in and comes out keeps its type."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        scale = weight.float().abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        whole = (weight.float() / scale).round().to(torch.int8)
        self.weight = nn.Buffer(whole)
        self.scale = nn.Buffer(scale[:, 0].to(weight.dtype))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The product, scaled after it is summed."""
        return functional.linear(x, self.weight.to(x.dtype)) * self.scale


def quantize_linears(module: nn.Module, device: torch.device) -> None:
    """Put Int8Linear in place of every linear layer below, one after another, each moved to the device."""
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Linear):
            setattr(module, name, Int8Linear(child.weight.data.to(device)))
        else:
            quantize_linears(child, device)
