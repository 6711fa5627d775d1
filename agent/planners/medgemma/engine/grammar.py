"""Grammars over a tokenizer: which tokens may come next so that the text stays within a JSON schema.

llguidance parses; the mask is applied to the logits elsewhere. Knows nothing of what the schema is for.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch

from agent.planners.medgemma.engine.errors import GrammarFailed

_KEPT = 64
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_COMPACT = {"whitespace_flexible": False}
_CLOSERS = {False: re.compile(r"[}\]]+"), True: re.compile(r'"[}\]]*')}
"""What ends a list or an object; within a quoted text, what ends that first."""


class Grammars:
    """Compiles schemas for one tokenizer; what was compiled is kept by the schema's text."""

    def __init__(self, tokenizer: Any, vocabulary: int, stops: tuple[int, ...]) -> None:
        from llguidance.hf import from_tokenizer

        self._tokenizer = from_tokenizer(tokenizer, n_vocab=vocabulary, eos_token=list(stops))
        self._words = -(-vocabulary // 32)
        self._compiled: OrderedDict[str, Any] = OrderedDict()
        self._closers = {quoted: self._bits_of(shape, tokenizer) for quoted, shape in _CLOSERS.items()}

    def start(self, schema: str) -> Matcher:
        """A matcher at the beginning of a text that fits the schema. Raises GrammarFailed."""
        if schema not in self._compiled:
            self._compiled[schema] = self._compile(schema)
            if len(self._compiled) > _KEPT:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(schema)
        return Matcher(self._compiled[schema].deep_copy(), self._words, self._closers, self._tokenizer.decode_bytes)

    def _compile(self, schema: str) -> Any:
        from llguidance import LLMatcher

        grammar = LLMatcher.grammar_from_json_schema(schema, overrides=_COMPACT)
        matcher = LLMatcher(self._tokenizer, grammar, log_level=0)
        if matcher.is_error():
            raise GrammarFailed(f"the schema is no grammar: {matcher.get_error()}")
        return matcher

    def _bits_of(self, shape: re.Pattern[str], tokenizer: Any) -> torch.Tensor:
        """The tokens of this shape."""
        return pack_bits([n for text, n in tokenizer.get_vocab().items() if shape.fullmatch(text)], self._words)


class Matcher:
    """Where one text stands in its grammar."""

    def __init__(
        self, matcher: Any, words: int, closers: dict[bool, torch.Tensor], to_bytes: Callable[[list[int]], bytes]
    ) -> None:
        self._matcher = matcher
        self._bits = torch.zeros(words, dtype=torch.int32)
        self._closers, self._to_bytes = closers, to_bytes
        self._written = b""

    def allowed(self) -> torch.Tensor:
        """The tokens that may come next, a bit each, `[vocabulary / 32]`; both stop tokens where the text may end."""
        self._matcher.unsafe_compute_mask_ptr(self._bits.data_ptr(), self._bits.numel() * 4)
        self._check()
        return self._bits

    def closing(self) -> torch.Tensor:
        """Of those, the ones that bring the text to its end, if there are any: closing brackets, or a closing quote."""
        bits = self.allowed()
        narrowed = bits & self._closers[is_quoted(self._written)]
        return narrowed if bool(narrowed.any()) else bits

    def forced(self) -> list[int]:
        """The tokens that must come next, whatever the logits say."""
        return list(self._matcher.compute_ff_tokens())

    def take(self, token: int) -> None:
        """Go on by a token that was allowed."""
        self._matcher.consume_token(token)
        self._check()
        self._written += self._to_bytes([token])

    @property
    def complete(self) -> bool:
        """Whether the text may end here."""
        return bool(self._matcher.is_accepting())

    @property
    def ended(self) -> bool:
        """Whether nothing but the end may follow."""
        return bool(self._matcher.is_stopped())

    def _check(self) -> None:
        if self._matcher.is_error():
            raise GrammarFailed(f"the grammar gave up: {self._matcher.get_error()}")


def is_quoted(json: bytes) -> bool:
    """Whether a JSON text breaks off within a quoted text.

    >>> is_quoted(b'{"a":"b'), is_quoted(b'{"a'), is_quoted(b'{"a":"b"'), is_quoted(rb'{"a\\"')
    (True, True, False, True)
    """
    return _ESCAPED.sub(b"", json).count(b'"') % 2 == 1


def pack_bits(numbers: list[int], words: int) -> torch.Tensor:
    """A bit for each number, 32 a word.

    >>> pack_bits([0, 33], 2).tolist()
    [1, 2]
    """
    bits = torch.zeros(words * 32, dtype=torch.int64)
    bits[torch.tensor(numbers, dtype=torch.int64)] = 1
    packed = (bits.view(words, 32) << torch.arange(32)).sum(1)
    return torch.where(packed >= 1 << 31, packed - (1 << 32), packed).to(torch.int32)
