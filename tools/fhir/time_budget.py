"""How long a server may be waited for, in all, within a search or a question. Knows nothing of connections.

Only waiting counts, several waits at once as one: what a planner or this program takes does not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from tools.fhir.errors import ServerTimeout


@dataclass
class TimeBudget:
    """Seconds of waiting, for one purpose."""

    seconds: float
    purpose: str
    waiting: int = 0
    _spent: float = 0.0
    _since: float = 0.0

    def left(self, now: float) -> float:
        """Seconds that may still be waited."""
        return self.seconds - self._spent - (now - self._since if self.waiting else 0.0)

    def begin(self, now: float) -> None:
        """One wait more."""
        if not self.waiting:
            self._since = now
        self.waiting += 1

    def end(self, now: float) -> None:
        """One wait less."""
        self.waiting -= 1
        if not self.waiting:
            self._spent += now - self._since


_BINDING: ContextVar[tuple[TimeBudget, ...]] = ContextVar("time_budgets", default=())


@contextmanager
def time_budget(seconds: float, purpose: str) -> Iterator[None]:
    """Whatever is asked of servers within it has to be answered in so many seconds; budgets around it bind too."""
    token = _BINDING.set((*_BINDING.get(), TimeBudget(seconds, purpose)))
    try:
        yield
    finally:
        _BINDING.reset(token)


@asynccontextmanager
async def waiting() -> AsyncIterator[None]:
    """Wait for a server, as long as the budgets allow. Raises ServerTimeout."""
    budgets, now = _BINDING.get(), time.monotonic()
    scarce = min(budgets, key=lambda budget: budget.left(now), default=None)
    if scarce is None:
        yield
        return
    if (left := scarce.left(now)) <= 0:
        raise _too_slow(scarce)
    for budget in budgets:
        budget.begin(now)
    try:
        async with asyncio.timeout(left) as limit:
            yield
    except TimeoutError:
        if limit.expired():
            raise _too_slow(scarce) from None
        raise
    finally:
        for budget in budgets:
            budget.end(time.monotonic())


def _too_slow(budget: TimeBudget) -> ServerTimeout:
    return ServerTimeout(
        f"the server took more time than there is for {budget.purpose} ({budget.seconds:g} s); "
        "try again later, or allow more time"
    )
