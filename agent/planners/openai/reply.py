"""Reply: what a server said to one request, whole or in pieces: text, how it ended, tokens. Knows nothing of HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.errors import PlannerFormatError
from agent.planners.planner import Usage

Json = dict[str, Any]
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Reply:
    """One completion."""

    text: str
    ending: str | None = None
    """`stop`, `length`, `content_filter`; None where the server does not say."""
    refusal: bool = False
    """The model's maker declined, and says so."""
    usage: Usage = field(default_factory=Usage)

    @property
    def cut_off(self) -> bool:
        """The limit of tokens was reached."""
        return self.ending == "length"


def read_reply(content: object) -> Reply:
    """The reply that a JSON body holds. Raises PlannerFormatError where it holds none."""
    try:
        choice = content["choices"][0]  # type: ignore[index]
        message = choice["message"]
        text = _text_of(message.get("content")) or _calls_of(message.get("tool_calls"))
        ending = choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise PlannerFormatError("the server's answer holds no message") from None
    refused = bool(message.get("refusal")) or ending == "content_filter"
    return Reply(text, ending, refused, read_usage(content))


def join_pieces(pieces: Sequence[Json], text: str) -> Reply:
    """The reply that came in pieces, whose text is given."""
    choices = [c for piece in pieces for c in piece.get("choices") or () if isinstance(c, dict)]
    endings = [c["finish_reason"] for c in choices if c.get("finish_reason")]
    refused = any((c.get("delta") or {}).get("refusal") for c in choices) or "content_filter" in endings
    usages = [read_usage(piece) for piece in pieces if piece.get("usage")]
    return Reply(text, endings[-1] if endings else None, refused, usages[-1] if usages else Usage())


def read_piece(piece: Json) -> str:
    """The text that a piece adds."""
    choices = piece.get("choices")
    delta = choices[0].get("delta") if isinstance(choices, list) and choices and isinstance(choices[0], dict) else None
    return _text_of(delta.get("content")) if isinstance(delta, dict) else ""


def read_usage(content: object) -> Usage:
    """The tokens that the server counted.

    >>> read_usage({"usage": {"prompt_tokens": 7, "completion_tokens": None}})
    Usage(read=7, written=0)
    """
    told = content.get("usage") if isinstance(content, Mapping) else None
    counts = [told.get(name) if isinstance(told, Mapping) else 0 for name in ("prompt_tokens", "completion_tokens")]
    return Usage(*(n if isinstance(n, int) and n > 0 else 0 for n in counts))


@dataclass(frozen=True)
class Listing:
    """What a server's list of models tells of one."""

    context: int | None = None
    """How many tokens it takes: vLLM and SGLang tell it, and llama.cpp."""
    owner: str = ""
    """Whose it is; servers put their own name there."""


def read_listing(listed: object, model: str) -> Listing:
    """What a list of models tells of one of them.

    >>> read_listing({"data": [{"id": "m", "max_model_len": 8192, "owned_by": "vllm"}]}, "m")
    Listing(context=8192, owner='vllm')
    """
    data = listed.get("data") if isinstance(listed, dict) else None
    entry = (
        next((e for e in data if isinstance(e, dict) and e.get("id") == model), {}) if isinstance(data, list) else {}
    )
    meta = entry.get("meta")
    told = entry.get("max_model_len") or (meta.get("n_ctx") if isinstance(meta, dict) else None)
    owner = entry.get("owned_by")
    return Listing(
        told if isinstance(told, int) and told > 0 else None, owner[:_LONGEST_NAME] if isinstance(owner, str) else ""
    )


def _text_of(content: object) -> str:
    """Text as such, or in parts."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return content if isinstance(content, str) else ""


def _calls_of(calls: object) -> str:
    """A server's own tool calls as decisions, one a line."""
    if not isinstance(calls, list):
        return ""
    return "\n".join(_to_decision(call["function"]) for call in calls if isinstance(call.get("function"), dict))


def _to_decision(function: Json) -> str:
    given = function.get("arguments")
    try:
        arguments = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        arguments = given
    return json.dumps({"action": "call", "tool": function.get("name"), "arguments": arguments})
