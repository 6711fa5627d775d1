"""Dialects of structured output, and which of them a server honours: found by trying, never guessed from its name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from agent.errors import PlannerFormatError
from agent.planners.model_output import split_thinking
from agent.planners.openai.exchange import ModelServer, Refused
from agent.planners.openai.reply import Json
from agent.planners.planner import Usage

_PROOF = {"proof": "heron 4471"}
"""What nobody would say who is not made to."""
_LONGEST_PROOF = 256
_NOT_OF_DIALECTS = frozenset({401, 403, 404, 429})
"""Refusals that say nothing about how the schema was sent."""


class Dialect(StrEnum):
    """How a schema is sent."""

    RESPONSE_FORMAT = "response_format"
    """OpenAI, vLLM, SGLang, llama.cpp, Ollama."""
    STRUCTURED_OUTPUTS = "structured_outputs"
    """vLLM's own."""
    JSON_SCHEMA = "json_schema"
    """llama.cpp's own: it makes a grammar of it."""
    NONE = "none"
    """The server honours none: the model is told of the schema in words alone."""

    @property
    def told(self) -> str:
        """In words."""
        return "ignores the schema" if self is Dialect.NONE else f"schema by {self.value}"


@dataclass(frozen=True)
class Detected:
    """What was found, and what it cost to find out."""

    dialect: Dialect
    usage: Usage


def to_request(dialect: Dialect, schema: Json) -> Json:
    """The part of a request that holds the schema.

    >>> to_request(Dialect.JSON_SCHEMA, {"const": 1})
    {'json_schema': {'const': 1}}
    """
    if dialect is Dialect.RESPONSE_FORMAT:
        told = {"name": "decision", "schema": schema, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": told}}
    if dialect is Dialect.STRUCTURED_OUTPUTS:
        return {"structured_outputs": {"json": schema}}
    return {"json_schema": schema} if dialect is Dialect.JSON_SCHEMA else {}


async def detect_dialect(server: ModelServer, model: str) -> Detected:
    """The first dialect in which the server makes the model write what it would never write. Raises PlannerUnavailable.

    A reasoning parser can switch a server's grammar off: that shows here too.
    """
    spent = Usage()
    for dialect in list(Dialect)[:-1]:
        honoured, cost = await _try(server, model, dialect)
        spent += cost
        if honoured:
            return Detected(dialect, spent)
    return Detected(Dialect.NONE, spent)


async def _try(server: ModelServer, model: str, dialect: Dialect) -> tuple[bool, Usage]:
    """Whether a dialect is honoured, and the tokens of finding out."""
    slots = {name: {"const": value} for name, value in _PROOF.items()}
    schema = {"type": "object", "properties": slots, "required": list(slots), "additionalProperties": False}
    asked = {"model": model, "messages": [{"role": "user", "content": "Name one river."}]}
    longest = min(_LONGEST_PROOF, server.limits.tokens)
    body = {**asked, "temperature": 0, "max_tokens": longest, **to_request(dialect, schema)}
    try:
        reply = await server.complete(body)
        return is_proof(split_thinking(reply.text)[1]), reply.usage
    except Refused as refused:
        if refused.status in _NOT_OF_DIALECTS:
            raise
        return False, Usage()
    except PlannerFormatError:
        return False, Usage()


def is_proof(text: str) -> bool:
    """Whether a text is what the schema wants, or its beginning: a server may allow blanks without end between signs.

    >>> is_proof('{"proof" :  \\n'), is_proof('{"river": "Rhine"}'), is_proof("{")
    (True, False, False)
    """
    wanted, written = ("".join(t.split()) for t in (json.dumps(_PROOF), text))
    return len(written) > len('{"proof') and wanted.startswith(written)
