"""The store as a FHIR R4 REST server (ASGI). Knows nothing of who asks: whoever mounts it guards it.

SQLite is called on the event loop: a search takes about 2 ms, and handing it to a thread cost more than it
freed. A database elsewhere is called in a thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tools.fhir.errors import SearchSyntaxError
from tools.store.answers import Answer, build_outcome
from tools.store.errors import BadRequest, StoreError
from tools.store.reading import check_kind, run_get, run_type_search
from tools.store.refusals import build_refusal
from tools.store.store import Store
from tools.store.transactions import run_transaction
from tools.store.writing import run_create, run_update

_MEDIA_TYPE = "application/fhir+json"
_FORM = "application/x-www-form-urlencoded"
_P = ParamSpec("_P")


def build_app(store: Store) -> Starlette:
    """The ASGI application that serves a store; mount it anywhere, its links follow the address it is reached by."""
    server = _Server(store)
    routes = [
        Route("/", server.post_bundle, methods=["POST"]),
        Route("/{type}/_search", server.search_by_post, methods=["POST"]),
        Route("/{type}/{id}", server.at_instance, methods=["GET", "PUT"]),
        Route("/{type}", server.at_type, methods=["GET", "POST"]),
        Route("/{path:path}", server.get, methods=["GET"]),
    ]
    handlers = {SearchSyntaxError: _refuse, StoreError: _refuse, HTTPException: _refuse_http, Exception: _refuse_bug}
    return Starlette(routes=routes, exception_handlers=handlers)


class _Server:
    """Takes requests apart and hands them on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_process = store.engine.dialect.name == "sqlite"

    async def get(self, request: Request) -> Response:
        """Everything that is read by an address."""
        _check_accept(request)
        path = request.scope["path"].removeprefix(_mounted_at(request))
        return await self._answer(run_get, self._store, _base(request), path, request.url.query)

    async def at_type(self, request: Request) -> Response:
        """Search, create."""
        if request.method != "POST":
            return await self.get(request)
        kind, raw = request.path_params["type"], await _read_json(request)
        check_kind(kind)
        if "if-none-exist" in request.headers:
            raise BadRequest("If-None-Exist (conditional create) is not supported", 412)
        return await self._answer(run_create, self._store, _base(request), kind, raw)

    async def at_instance(self, request: Request) -> Response:
        """Read, update."""
        if request.method != "PUT":
            return await self.get(request)
        kind, raw = request.path_params["type"], await _read_json(request)
        check_kind(kind)
        reference, if_match = (kind, request.path_params["id"]), request.headers.get("if-match")
        return await self._answer(run_update, self._store, _base(request), reference, raw, if_match)

    async def search_by_post(self, request: Request) -> Response:
        """A search whose parameters stand in the body, so that they stand in no log."""
        _check_accept(request)
        if request.headers.get("content-type", _FORM).partition(";")[0].strip().lower() != _FORM:
            raise BadRequest(f"_search takes {_FORM}", 415)
        body = (await request.body()).decode("utf-8", "replace")
        query = "&".join(part for part in (request.url.query, body) if part)
        return await self._answer(run_type_search, self._store, _base(request), request.path_params["type"], query)

    async def post_bundle(self, request: Request) -> Response:
        """Batch, transaction."""
        return await self._answer(run_transaction, self._store, _base(request), await _read_json(request))

    async def _answer(self, run: Callable[_P, Answer], *args: _P.args, **kwargs: _P.kwargs) -> Response:
        if self._in_process:
            return _to_response(run(*args, **kwargs))
        return _to_response(await run_in_threadpool(run, *args, **kwargs))


def _base(request: Request) -> str:
    return str(request.base_url.replace(path=_mounted_at(request))).rstrip("/")


def _mounted_at(request: Request) -> str:
    """The path under which this application is served, within others too; `base_url` names the outermost one's."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def _check_accept(request: Request) -> None:
    accept = request.headers.get("accept", "*/*").lower()
    if not any(kind in accept for kind in ("json", "*/*", "application/*")):
        raise BadRequest(f"only {_MEDIA_TYPE} is served", 406)


async def _read_json(request: Request) -> bytes:
    if "json" not in request.headers.get("content-type", _MEDIA_TYPE).lower():
        raise BadRequest(f"only {_MEDIA_TYPE} is taken", 415)
    return await request.body()


def _to_response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), _MEDIA_TYPE)


async def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, SearchSyntaxError | StoreError):
        raise error
    return _to_response(build_refusal(error))


async def _refuse_http(request: Request, error: Exception) -> Response:
    """What the router refuses: an unknown path, a method that is not served there."""
    if not isinstance(error, HTTPException):
        raise error
    code = "not-found" if error.status_code == 404 else "not-supported"
    text = f"{request.method[:10]} is not served there" if error.status_code == 405 else error.detail
    response = _to_response(build_outcome(error.status_code, code, text))
    response.headers.update(error.headers or {})
    return response


async def _refuse_bug(request: Request, error: Exception) -> Response:
    """A fault of this program: said without details, which may hold patient data; the error itself is raised on."""
    return _to_response(build_outcome(500, "exception", "the server failed at this request"))
