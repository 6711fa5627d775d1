"""Our server in the place of the benchmark's: the embedded store under /fhir, to be read. No POST is executed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any

from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.loading import load_paths
from tools.store.store import Store, open_store

Json = dict[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

FILES = ("patients_500.json", "observations_a1c.ndjson")
_MOUNTED = "/fhir"
_NOT_DONE = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "information", "code": "informational", "diagnostics": "accepted, not executed"}],
}


def open_population(folder: Path, further: Iterable[Json] = ()) -> Store:
    """The patients and observations of the benchmark's folder, and further resources, in memory."""
    store = open_store(":memory:")
    resources = [*json.loads((folder / FILES[0]).read_text("utf-8")), *further]
    store.save([build_incoming(json.dumps(r).encode(), r) for r in resources])
    load_paths(store, [folder / FILES[1]])
    return store


def build_server(store: Store) -> App:
    """The ASGI application: searches and reads of the store; whatever would write is accepted and not executed."""
    app = build_app(store)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):
            await app({**scope, "root_path": _MOUNTED}, receive, send)
        else:
            await _accept(receive, send)

    return serve


async def _accept(receive: Receive, send: Send) -> None:
    try:
        known = isinstance(json.loads(await read_body(receive)), dict)
    except ValueError:
        known = False
    await send_json(send, 200 if known else 400, _NOT_DONE)


async def read_body(receive: Receive) -> bytes:
    """The body of a request."""
    body, more = b"", True
    while more:
        part = await receive()
        body += part.get("body", b"")
        more = part.get("more_body", False)
    return body


async def send_json(send: Send, status: int, content: Json) -> None:
    """Answer with JSON."""
    body = json.dumps(content, ensure_ascii=False).encode()
    kind = b"application/fhir+json" if "resourceType" in content else b"application/json"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
