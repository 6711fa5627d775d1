"""Compiled: patterns of the tables, each compiled once. `re` keeps 512 at most, and a question is tried on more."""

from __future__ import annotations

import re
from functools import cache


@cache
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern as it stands."""
    return re.compile(pattern, flags)


@cache
def whole(pattern: str) -> re.Pattern[str]:
    """A pattern that stands as whole words."""
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])")


@cache
def said(words: str) -> re.Pattern[str]:
    """Words between two word boundaries."""
    return re.compile(rf"\b(?:{words})\b")
