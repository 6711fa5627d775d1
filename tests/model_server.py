"""An OpenAI-compatible server at the loopback that writes by dice: well behaved, or in one of many ways not.

Which of them is said by the name of the model that is asked for. What it was sent is kept.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.grammar import compile_schema, write_randomly

Json = dict[str, Any]
PROSE = "The patient seems well."
CALL = '{"action":"call","tool":"query_chart","arguments":{"kind":"lab"}}'
OTHER = '{"action":"call","tool":"query_chart","arguments":{"kind":"vital"}}'
ABSTAINED = '{"action":"answer","status":"abstained"}'


@dataclass
class Served:
    """A server that runs, and what it was sent."""

    url: str = ""
    bodies: list[Json] = field(default_factory=list)
    gone_away: threading.Event = field(default_factory=threading.Event)
    """Set when a caller left before the answer was whole."""
    dice: random.Random = field(default_factory=lambda: random.Random(11))

    def sent_to(self, model: str) -> list[Json]:
        """The requests for one model."""
        return [body for body in self.bodies if body["model"] == model]

    async def complete(self, request: Request) -> Response:
        """Answer as the model that is named behaves."""
        body = await request.json()
        self.bodies.append(body)
        model = body["model"]
        tries = Counter(b["model"] for b in self.bodies)[model]
        if (failed := _fail(model, tries)) is not None:
            return failed
        if model == "hangs":
            await self._wait_for_the_end(request)
        text = self._write(model, body)
        if body.get("stream"):
            return StreamingResponse(self._stream(request, model, text), media_type="text/event-stream")
        return JSONResponse(_to_completion(model, text))

    async def _wait_for_the_end(self, request: Request) -> None:
        for _ in range(200):
            if await request.is_disconnected():
                self.gone_away.set()
                return
            await asyncio.sleep(0.02)

    def _write(self, model: str, body: Json) -> str:
        if (schema := _schema_of(model, body)) is not None and not model.startswith("ignores"):
            return write_randomly(compile_schema(schema), self.dice)
        return TEXTS.get(model, PROSE)

    async def _stream(self, request: Request, model: str, text: str) -> AsyncIterator[str]:
        for at in range(0, len(text), 7):
            yield _event({"choices": [{"index": 0, "delta": {"content": text[at : at + 7]}}]})
            if model == "breaks off":
                return
            if model == "ignores, slowly":
                await asyncio.sleep(0.05)
            if await request.is_disconnected():
                self.gone_away.set()
                return
        yield _event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        yield _event({"choices": [], "usage": {"prompt_tokens": 50, "completion_tokens": 9}})
        yield "data: [DONE]\n\n"


TEXTS = {
    "ignores, two calls": f"{CALL}\n{OTHER}",
    "ignores, cut off": CALL[:-9],
    "ignores, empty": "",
    "ignores, thinks": f"<unused94>thought\nHm.<unused95>{ABSTAINED}",
    "ignores, slowly": ABSTAINED * 3,
    "breaks off": ABSTAINED,
    "flaky": ABSTAINED,
    "busy": ABSTAINED,
}


def _fail(model: str, tries: int) -> Response | None:
    """How some models fail before anything is written."""
    if model == "flaky" and tries <= 2:
        return JSONResponse({"error": {"message": "out of memory"}}, 503)
    if model == "busy" and tries <= 1:
        return JSONResponse({"error": {"message": "too many"}}, 429, {"retry-after": "0"})
    if model == "unknown":
        return JSONResponse({"error": {"message": "no such model:\nunknown"}}, 404)
    if model == "down":
        return JSONResponse({"detail": "loading"}, 503)
    if model == "a web page":
        return PlainTextResponse("<html>Welcome</html>")
    return JSONResponse({"object": "nothing"}) if model == "no message" else None


def _schema_of(model: str, body: Json) -> Json | None:
    """The schema, where it was sent as this model's server takes it."""
    if model == "vllm":
        return (body.get("structured_outputs") or {}).get("json")
    if model == "llama":
        return body.get("json_schema")
    told = body.get("response_format")
    schema: Json | None = told["json_schema"]["schema"] if told else None
    return None if model == "small schemas only" and len(json.dumps(schema)) > 500 else schema


def _to_completion(model: str, text: str) -> Json:
    message: Json = {"role": "assistant", "content": text}
    if model == "ignores, refuses":
        message |= {"content": None, "refusal": "I can't help with that."}
    if model == "ignores, calls a tool":
        told = {"name": "query_chart", "arguments": '{"kind": "lab"}'}
        message |= {"content": None, "tool_calls": [{"type": "function", "function": told}]}
    ending = "length" if model == "ignores, cut off" else "stop"
    usage = {"prompt_tokens": 50, "completion_tokens": 9}
    return {"choices": [{"index": 0, "message": message, "finish_reason": ending}], "usage": usage}


async def _list_models(request: Request) -> Response:
    return JSONResponse(
        {"data": [{"id": "tiny", "max_model_len": 1_500}, {"id": "vllm", "max_model_len": 8_192, "owned_by": "vllm"}]}
    )


def _event(piece: Json) -> str:
    return f"data: {json.dumps(piece)}\n\n"


@contextmanager
def serve_model() -> Iterator[Served]:
    """The server, for as long as it is needed."""
    served = Served()
    paths = [Route("/v1/chat/completions", served.complete, methods=["POST"]), Route("/v1/models", _list_models)]
    app = Starlette(routes=paths)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        served.url = f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
        config = uvicorn.Config(app, lifespan="off", ws="none", log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            yield served
        finally:
            server.should_exit = True
            thread.join()
