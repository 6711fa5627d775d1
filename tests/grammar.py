"""A schema as a grammar compiler reads it, byte by byte: what gets through, and random texts that do."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask

_END = 256
_LONGEST = 6_000


class _Bytes:
    """A token a byte, and the end."""

    eos_token_id = _END
    bos_token_id = None
    special_token_ids = (_END,)
    tokens = (*(bytes([n]) for n in range(_END)), b"\xff[end]")

    def __call__(self, text: bytes) -> list[int]:
        return list(text)


_TOKENIZER = LLTokenizer(TokenizerWrapper(_Bytes()), n_vocab=_END + 1)


def compile_schema(schema: dict[str, Any]) -> Any:
    """A matcher at its beginning."""
    grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides={"whitespace_flexible": False})
    matcher = LLMatcher(_TOKENIZER, grammar)
    assert not matcher.is_error(), matcher.get_error()
    return matcher


def lets_through(matcher: Any, text: str) -> bool:
    """Whether a text can be written from its beginning to its end."""
    copy = matcher.deep_copy()
    return copy.try_consume_tokens(list(text.encode())) == len(text.encode()) and bool(copy.is_accepting())


def write_randomly(matcher: Any, dice: random.Random) -> str:
    """A text written by dice, each byte as likely as every other that may come."""
    copy, written = matcher.deep_copy(), bytearray()
    mask = allocate_token_bitmask(1, _END + 1)
    while not copy.is_stopped():
        fill_next_token_bitmask(copy, mask)
        token = int(dice.choice(np.nonzero(np.unpackbits(mask.view(np.uint8), bitorder="little")[: _END + 1])[0]))
        if token == _END:
            break
        written.append(token)
        assert len(written) < _LONGEST, "this never ends"
        copy.consume_token(token)
    return written.decode()
