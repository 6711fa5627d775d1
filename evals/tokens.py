"""Tokens: how many a model reads, by Gemma's tokenizer where its file is given, else by a stated estimate.

Knows what a model planner is sent, and nothing of right and wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from agent.planners.planner import PlannerView, Turn
from agent.prompts import build_messages
from agent.token_counts import CountTokens as CountTokens
from agent.token_counts import estimate_tokens as estimate_tokens
from agent.transcript import Transcript
from tools.overview import Overview
from tools.registry import Tool

_OF_ONE_TURN = 5
"""`<start_of_turn>`, the role, a line break, `<end_of_turn>`, a line break."""
_OF_ONE_DECISION = 4
"""`<bos>`, and the opening of the model's own turn."""


class NoTokenizer(Exception):
    """A tokenizer that can't be had; the text says what to do."""


def load_tokenizer(path: Path) -> CountTokens:
    """The tokenizer of a `tokenizer.json`, or of the folder that holds one. Raises NoTokenizer."""
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise NoTokenizer("reading a tokenizer needs the package `tokenizers`: pip install tokenizers") from error
    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise NoTokenizer(f"there is no tokenizer at {file}")
    tokenizer = Tokenizer.from_file(str(file))

    @lru_cache(maxsize=16_384)
    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    return count


def count_messages(messages: Sequence[Mapping[str, str]], count: CountTokens = estimate_tokens) -> list[int]:
    """How many tokens each message of a conversation is, the marks of its turn included.

    >>> count_messages([{"role": "user", "content": "any gout?"}])
    [8]
    """
    return [_OF_ONE_TURN + _count_lines(message["content"], count) for message in messages]


def _count_lines(text: str, count: CountTokens) -> int:
    """Line by line, so that a counter may keep what comes again and again."""
    lines = text.split("\n")
    return sum(map(count, lines)) + len(lines) - 1


def count_tokens_to_read(
    transcript: Transcript,
    overview: Overview,
    tools: Mapping[str, Tool],
    history: Sequence[Turn] = (),
    count: CountTokens = estimate_tokens,
) -> int:
    """What a model planner that took these steps reads, over all decisions of the question.

    Every decision is sent prompt, tools, overview, question and all steps so far again. What a server keeps of the
    prefix is not taken off; what is sent back for repair is not in a transcript, and not counted.
    """
    if transcript.end_reason == "bad_question":
        return 0
    view = PlannerView(
        transcript.question, transcript.context, transcript.as_of, "auto", overview, tuple(tools.values()),
        tuple(history), transcript.steps,
    )  # fmt: skip
    sizes = count_messages(build_messages(view), count)
    first = len(sizes) - 2 * len(transcript.steps)
    return sum(_OF_ONE_DECISION + sum(sizes[:end]) for end in range(first, len(sizes) + 1, 2))
