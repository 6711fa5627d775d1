"""The tokens that every prompt about a chart begins with: role, tools and the chart's brief, up to the moment asked."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from agent.planners.medgemma.engine import Engine
from agent.planners.medgemma.engine.cache import count_shared
from agent.prompts import format_system
from tools.overview import Overview
from tools.registry import Tool

_KEPT = 32
_MOMENTS = ("0", "A")
"""Two moments that begin with different tokens."""


class Prefixes:
    """Beginnings of prompts by the text they are of."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, ...]] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def of(
        self, engine: Engine, overview: Overview, tools: Sequence[Tool], to_system: Callable[[str], str]
    ) -> tuple[int, ...]:
        """What the prompts of a chart have in common; `to_system` is what becomes of the system's words."""
        texts = [to_system(format_system(overview, tools, moment)) for moment in _MOMENTS]
        with self._one_at_a_time:
            if texts[0] not in self._kept:
                one, other = (engine.render([{"role": "system", "content": t}, _ASKED]) for t in texts)
                self._kept[texts[0]] = one[: count_shared(one, other)]
                if len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            return self._kept[texts[0]]


_ASKED = {"role": "user", "content": "?"}
