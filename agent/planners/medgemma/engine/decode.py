"""One text on its way: what may come next, what was written, when it ends. Knows no tensors of the model's."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import torch

from agent.planners.medgemma.engine.grammar import Grammars, Matcher, pack_bits
from agent.planners.medgemma.engine.thinking import Thinking

End = Literal["stop", "length", "cancelled"]
OnText = Callable[[str, bool], None]
"""Is given each piece of text as it is written, and whether it is thought."""


@dataclass(frozen=True)
class Request:
    """What to read and how to write."""

    prompt: tuple[int, ...]
    schema: str | None = None
    """The JSON schema that the text has to fit."""
    longest: int = 768
    """Tokens of the answer; nought to read only."""
    reserve: int = 160
    """With a schema: of these tokens, how many are kept for bringing the text to its end."""
    thinking: int = 0
    """Tokens of thought before it."""
    seed: int | None = None
    """Drawn by chance with this seed; greedy without."""
    temperature: float = 1.0
    prefix: int = 0
    """How many of the prompt's first tokens other prompts will begin with: what they become is kept for those."""
    on_text: OnText | None = None
    cancel: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Generated:
    """What was written, and what it cost."""

    text: str
    thought: str
    tokens: tuple[int, ...]
    """As written, thought and stop included."""
    end: End
    read: int
    """Tokens of the prompt."""
    reused: int
    """Of these, how many were in the cache."""
    first_token_seconds: float
    seconds: float


class Language:
    """A tokenizer, the tokens that mean something, and grammars over it."""

    def __init__(self, tokenizer: Any, vocabulary: int) -> None:
        """`vocabulary` is the model's: it has rows for a few more tokens than the tokenizer knows."""
        self.tokenizer = tokenizer
        numbers = tokenizer.convert_tokens_to_ids(["<eos>", "<end_of_turn>", "<unused94>", "<unused95>"])
        self.stops, self.opens, self.closes = tuple(numbers[:2]), numbers[2], numbers[3]
        words = -(-vocabulary // 32)
        known = range(len(tokenizer))
        barred = {*self.stops, self.opens}
        self.any = pack_bits(list(known), words)
        self.in_thought = pack_bits([n for n in known if n not in barred], words)
        self.opening, self.closing = pack_bits([self.opens], words), pack_bits([self.closes], words)
        self.grammars = Grammars(tokenizer, vocabulary, self.stops)

    def decode(self, tokens: list[int]) -> str:
        """Tokens as text, with the marks that are among them."""
        return str(self.tokenizer.decode(tokens, skip_special_tokens=False))


class Text:
    """A text being written. `bits` says what may come next, `take` goes on."""

    def __init__(self, request: Request, language: Language) -> None:
        self.request = request
        self.end: End | None = None
        self.tokens: list[int] = []
        self._answer: list[int] = []
        self._language = language
        self._thinking = Thinking(language.opens, language.closes, request.thinking)
        self._chance = random.Random(request.seed)  # noqa: S311
        self._told = {True: 0, False: 0}
        self._started = time.perf_counter()
        self._first: float | None = None

    @property
    def chance(self) -> float | None:
        """Where the next draw falls; None for a greedy choice."""
        return self._chance.random() if self.request.seed is not None else None

    @cached_property
    def _matcher(self) -> Matcher | None:
        """Compiled when first needed: a GPU reads the prompt meanwhile."""
        schema = self.request.schema
        return None if schema is None else self._language.grammars.start(schema)

    def bits(self) -> torch.Tensor:
        """The tokens that may come next, a bit each. Raises GrammarFailed."""
        if self._thinking.spent:
            return self._language.closing
        if self._thinking.state == "in":
            return self._language.in_thought
        bits = self._answer_bits()
        return bits | self._language.opening if self._thinking.state == "may" else bits

    def _answer_bits(self) -> torch.Tensor:
        if self._matcher is None:
            return self._language.any
        left, matcher = self.request.longest - len(self._answer), self._matcher
        return matcher.closing() if left <= self.request.reserve else matcher.allowed()

    def take(self, token: int) -> None:
        """Go on by a token; `end` is set where the text ends with it. Raises GrammarFailed."""
        self._first = self._first or time.perf_counter()
        self.tokens.append(token)
        if self._thinking.take(token):
            self._tell(self._thinking.tokens, thought=True)
            return
        if token in self._language.stops:
            self.end = "stop"
            return
        self._answer.append(token)
        if self._matcher is not None:
            self._matcher.take(token)
        self._tell(self._answer, thought=False)
        if self._matcher is not None and self._matcher.ended:
            self.end = "stop"
        elif len(self._answer) >= self.request.longest:
            self.end = "length"

    def forced(self) -> list[int]:
        """The tokens that must come next, such as a property's name: no logits are needed for them."""
        if self._matcher is None or self._thinking.state != "over":
            return []
        return self._matcher.forced()[: self.request.longest - len(self._answer)]

    def _tell(self, tokens: list[int], *, thought: bool) -> None:
        """Give the caller what is new; a sign whose bytes are not all there yet waits."""
        if self.request.on_text is None:
            return
        text, told = self._language.decode(tokens), self._told[thought]
        if len(text) > told and not text.endswith("\ufffd"):
            self.request.on_text(text[told:], thought)
            self._told[thought] = len(text)

    def finish(self, reused: int) -> Generated:
        """What was written until its end."""
        now = time.perf_counter()
        return Generated(
            text=self._language.decode(self._answer),
            thought=self._language.decode(self._thinking.tokens),
            tokens=tuple(self.tokens),
            end=self.end or "cancelled",
            read=len(self.request.prompt),
            reused=reused,
            first_token_seconds=(self._first or now) - self._started,
            seconds=now - self._started,
        )
