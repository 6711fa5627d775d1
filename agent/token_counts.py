"""How many tokens a text is: a planner's own tokenizer says it, else an estimate does. Knows nothing of prompts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

CountTokens = Callable[[str], int]
"""How many tokens a text is."""

_PIECE = re.compile(r"\d|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_]+|\n+|\s\s+|[^\w\s]+|_")


def estimate_tokens(text: str) -> int:
    """How many tokens of Gemma 3 a text is, estimated: a token a digit, as Gemma does, and the rest by its words.

    A word, or a part of one in camel case, is 1.05 tokens and 0.2 more a letter beyond the eighth; capitals are 1.8; a
    run of punctuation is 1.05 and 0.2 more a sign beyond the third; a line break, or a run of blanks, is one.

    Measured against Gemma 3's own tokenizer (262,145 entries), which gives 1.7 to 2.9 characters a token on FHIR JSON,
    2.35 on MIMIC's: MIMIC-IV-on-FHIR as a whole is met within 0.3%, Synthea within 0.8%, each of their 28 resource
    types within 4%; the prompt with its tools +1%, evidence +2%, calls +1%, questions 0%, the brief of a chart -6%.
    The mean absolute error of a single text is at most 4%, of a brief 6%.

    >>> estimate_tokens('{"effectiveDateTime":"2180-05-06"}'), estimate_tokens("Hemoglobin A1c"), estimate_tokens("")
    (17, 5, 0)
    """
    pieces = Counter(_PIECE.findall(text))
    return round(sum(_weigh(piece) * n for piece, n in pieces.items()))


@lru_cache(maxsize=65_536)
def _weigh(piece: str) -> float:
    if piece.isdigit() or piece.isspace():
        return 1.0
    if not piece.isalpha():
        return 1.05 + 0.2 * max(0, len(piece) - 3)
    return 1.8 if piece.isupper() else 1.05 + 0.2 * max(0, len(piece) - 8)
