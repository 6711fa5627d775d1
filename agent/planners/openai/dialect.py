"""Dialects of structured output, and which of them a server honours: found by trying, never guessed from its name."""

from __future__ import annotations

import json
from enum import StrEnum

from agent.errors import PlannerFormatError
from agent.planners.model_output import split_thinking
from agent.planners.openai.exchange import ModelServer, Refused
from agent.planners.openai.reply import Json

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


async def detect_dialect(server: ModelServer, model: str) -> Dialect:
    """The first dialect in which the server makes the model write what it would never write. Raises PlannerUnavailable.

    A reasoning parser can switch a server's grammar off: that shows here too.
    """
    for dialect in Dialect:
        if dialect is Dialect.NONE or await _honours(server, model, dialect):
            return dialect
    return Dialect.NONE


async def _honours(server: ModelServer, model: str, dialect: Dialect) -> bool:
    slots = {name: {"const": value} for name, value in _PROOF.items()}
    schema = {"type": "object", "properties": slots, "required": list(slots), "additionalProperties": False}
    asked = {"model": model, "messages": [{"role": "user", "content": "Name one river."}]}
    longest = min(_LONGEST_PROOF, server.limits.tokens)
    body = {**asked, "temperature": 0, "max_tokens": longest, **to_request(dialect, schema)}
    try:
        reply = await server.complete(body)
        return is_proof(split_thinking(reply.text)[1])
    except Refused as refused:
        if refused.status in _NOT_OF_DIALECTS:
            raise
        return False
    except PlannerFormatError:
        return False


def is_proof(text: str) -> bool:
    """Whether a text is what the schema wants, or its beginning: a server may allow blanks without end between signs.

    >>> is_proof('{"proof" :  \\n'), is_proof('{"river": "Rhine"}'), is_proof("{")
    (True, False, False)
    """
    wanted, written = ("".join(t.split()) for t in (json.dumps(_PROOF), text))
    return len(written) > len('{"proof') and wanted.startswith(written)
