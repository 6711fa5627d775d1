"""The chat agent behind `POST /v1/chat/completions`, as harnesses call it; everything else goes to the FHIR server."""

from __future__ import annotations

import json
from typing import Any

from agent.planners.planner import Planner
from evals.suites.medagentbench.chat import reply
from evals.suites.medagentbench.serving import App, Receive, Scope, Send, read_body, send_json

_PATH = "/v1/chat/completions"


def with_agent(server: App, planner: Planner) -> App:
    """The FHIR server's application with the agent beside it."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != _PATH or scope["method"] != "POST":
            await server(scope, receive, send)
            return
        messages = read_messages(await read_body(receive))
        try:
            said = await reply(messages, planner)
        except ValueError as error:
            await send_json(send, 400, {"error": {"message": str(error), "type": "invalid_request_error"}})
            return
        await send_json(send, 200, _to_completion(said, planner.name))

    return serve


def read_messages(body: bytes) -> list[str]:
    """The texts of a request's messages, the system's left out; none where it is no such request.

    >>> read_messages(b'{"messages": [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]}')
    ['b']
    """
    try:
        given = json.loads(body).get("messages", ())
        return [str(m["content"]) for m in given if m["role"] != "system"]
    except (ValueError, AttributeError, KeyError, TypeError):
        return []


def _to_completion(said: str, model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": said}
    return {
        "id": "chatcmpl-0", "object": "chat.completion", "created": 0, "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }  # fmt: skip
