"""What a model and its conversations need of memory, what is free, and what would fit instead."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from agent.planners.medgemma.engine.errors import NotEnoughMemory

Precision = Literal["full", "int8", "4bit"]
_PRECISIONS: tuple[Precision, ...] = ("full", "int8", "4bit")
_BYTES_A_WEIGHT = {"int8": 1.0, "4bit": 0.5625}
"""4-bit: one scale of four bytes to 64 weights."""
_WORKSPACE = 0.04
"""Of the weights' bytes, and at least 64 MB: what a pass over the layers needs beside them."""


@dataclass(frozen=True)
class Need:
    """What one model needs."""

    name: str
    parameters: int
    kept_whole: int
    """Of these, the ones that are never quantized: the embedding, which is also the head."""
    row_bytes: int
    """One conversation's keys and values."""
    context: int
    width: int = 2
    """Bytes of a weight that is not quantized."""

    def weights(self, precision: Precision) -> int:
        """Bytes of the weights.

        >>> round(Need("27b", 27_009_346_304, 1_409_630_208, 0, 0).weights("int8") / 1e9, 1)
        28.4
        """
        small = self.width if precision == "full" else _BYTES_A_WEIGHT[precision]
        return round(self.width * self.kept_whole + small * (self.parameters - self.kept_whole))

    def total(self, precision: Precision, rows: int = 1) -> int:
        """Bytes with so many conversations."""
        weights = self.weights(precision)
        return weights + round(max(64e6, _WORKSPACE * weights)) + rows * self.row_bytes


def admit_rows(need: Need, precision: Precision, rows: int, free: int | None, place: str) -> int:
    """How many conversations fit at once, at most `rows`. Raises NotEnoughMemory where not even one does.

    >>> admit_rows(Need("m", 10**9, 0, 10**9, 8192), "full", 8, 5 * 10**9, "cuda")
    2
    """
    if free is None:
        return rows
    fitting = [n for n in range(1, rows + 1) if need.total(precision, n) <= free]
    if fitting:
        return fitting[-1]
    raise NotEnoughMemory(_say_what_fits(need, precision, free, place))


def _say_what_fits(need: Need, precision: Precision, free: int, place: str) -> str:
    names = {"full": "bf16" if need.width == 2 else "float32", "int8": "int8", "4bit": "4-bit"}
    fitting = [p for p in _PRECISIONS if need.total(p) <= free]
    told = " or ".join(f"{names[p]} ({_gigabytes(need.total(p))})" for p in fitting)
    sizes = ", ".join(f"{names[p]} {_gigabytes(need.weights(p))}" for p in _PRECISIONS)
    return (
        f"{need.name} needs {_gigabytes(need.total(precision))} in {names[precision]}, of which"
        f" {_gigabytes(need.row_bytes)} for one conversation of {need.context:,} tokens; {_gigabytes(free)} are free"
        f" on {place}. Its weights: {sizes}. "
        + (f"What fits: {told}." if told else "None of these fits: take a smaller model, or one behind a server.")
    )


def _gigabytes(count: float) -> str:
    """
    >>> _gigabytes(54.02e9)
    '54.0 GB'
    """
    return f"{count / 1e9:.1f} GB"


def read_free_memory(device: torch.device) -> int | None:
    """Bytes that are free on a device; None where that can't be told."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    told = Path("/proc/meminfo")
    if device.type != "cpu" or not told.exists():
        return None
    lines = dict(line.split(":", 1) for line in told.read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024
