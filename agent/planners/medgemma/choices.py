"""How MedGemma is run, read from one line of words: `precision=int8 thinking=1024`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent.planners.medgemma.engine import Options
from agent.planners.medgemma.manner import Manner

_WHOLE = {"context": 1024, "rows": 1, "thinking": 0, "seed": 0}
"""Whole numbers, each with the least that is taken."""
_WORDS = {"precision": ("full", "int8", "4bit"), "device": ("cuda", "cpu"), "backend": ("inductor", "none")}
_OF_MANNER = frozenset({"thinking", "seed"})
_ROWS = 8
"""Conversations at once where nothing else is said; fewer where memory is short."""


def parse_choices(text: str) -> tuple[Options, Manner]:
    """Options of the engine and the manner of deciding. Raises ValueError that lists what may be chosen.

    >>> parse_choices("precision=int8 thinking=512")[0].precision, parse_choices("thinking=512")[1].thinking
    ('int8', 512)
    >>> parse_choices("speed=9")
    Traceback (most recent call last):
    ...
    ValueError: no choice 'speed=9'; choose of backend, context, device, precision, rows, seed, thinking
    """
    chosen = dict(_parse_choice(word) for word in text.replace(",", " ").split())
    manner = {name: value for name, value in chosen.items() if name in _OF_MANNER}
    options = {name: value for name, value in chosen.items() if name not in _OF_MANNER}
    return replace(Options(rows=_ROWS), **options), Manner(**manner)


def _parse_choice(word: str) -> tuple[str, Any]:
    name, _, value = word.partition("=")
    if name in _WORDS and value in _WORDS[name]:
        return name, value
    if name in _WHOLE and value.isdecimal() and int(value) >= _WHOLE[name]:
        return name, int(value)
    if name in _WORDS:
        raise ValueError(f"{name} is one of {', '.join(_WORDS[name])}, not {value!r}")
    if name in _WHOLE:
        raise ValueError(f"{name} is a whole number from {_WHOLE[name]} on, not {value!r}")
    raise ValueError(f"no choice {word!r}; choose of {', '.join(sorted({*_WORDS, *_WHOLE}))}")
