"""Times work on the GPU, or on the processor where there is none, and what the machine gives at best."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import torch


def on_gpu() -> bool:
    """Whether there is a GPU."""
    return torch.cuda.is_available()


def device() -> torch.device:
    """Where it runs."""
    return torch.device("cuda" if on_gpu() else "cpu")


def once(work: Callable[[], Any]) -> float:
    """The seconds that some work takes, to its end on the device."""
    _wait()
    begun = time.perf_counter()
    work()
    _wait()
    return time.perf_counter() - begun


def _median_seconds(work: Callable[[], Any], times: int) -> float:
    work()
    return median(once(work) for _ in range(times))


def _wait() -> None:
    if on_gpu():
        torch.cuda.synchronize()


def measure_ceilings() -> Iterator[tuple[str, float]]:
    """Nothing above it is to be expected."""
    size = 1 << 30 if on_gpu() else 1 << 26
    one = torch.empty(size, dtype=torch.uint8, device=device())
    other = torch.empty_like(one)
    yield "copy bandwidth, GB/s", 2 * size / 1e9 / _median_seconds(lambda: other.copy_(one), 10)
    side = 8192 if on_gpu() else 512
    a = torch.randn(side, side, device=device(), dtype=torch.bfloat16 if on_gpu() else torch.float32)
    yield "matrix product, TFLOP/s", 2 * side**3 / 1e12 / _median_seconds(lambda: a @ a, 10)
