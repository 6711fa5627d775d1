"""Puts a client together: the embedded store in this process, or a server at a URL. One path for both."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.failures import UsageMistake
from agent.cli.options import Access, current_access

if TYPE_CHECKING:
    from agent.ask import Observers
    from agent.cli.answering import Asker
    from agent.cli.settings import Settings
    from tools.concepts.terminology import Terminology
    from tools.fhir.auth import ServerAuth
    from tools.fhir.client import FhirClient, Limits
    from tools.store.store import Store

_STORE_URL = "http://store.local/"
_ALL_OF_IT = "system/*.rs"


def default_store() -> Path:
    """The store used where none is named."""
    from platformdirs import user_data_path

    return user_data_path("anamnesis", appauthor=False) / "store.sqlite"


def open_place(place: str | None) -> Store:
    """The store at a place, made where there is none. Raises StoreError."""
    from tools.store.store import open_store

    return open_store(place or default_store())


@asynccontextmanager
async def open_asker(settings: Settings, observers: Observers | None = None) -> AsyncIterator[Asker]:
    """What answers questions with the caller's settings; `observers` in place of theirs."""
    from agent.cli.answering import Asker

    planner = settings.make_planner()
    async with (
        open_client(settings.store, settings.fhir) as client,
        open_terminology(settings.terminology) as terminology,
    ):
        yield Asker(client, planner, observers or settings.to_observers(), terminology)


@asynccontextmanager
async def open_terminology(url: str | None) -> AsyncIterator[Terminology | None]:
    """The terminology server at a URL, where one is named."""
    if not url:
        yield None
        return
    from tools.concepts import terminology_server

    if not url.startswith(("http://", "https://")):
        raise UsageMistake("--terminology takes a URL that begins with http:// or https://")
    async with terminology_server.open_terminology(url) as server:
        yield server


@asynccontextmanager
async def open_client(store: str | None, fhir: str | None) -> AsyncIterator[FhirClient]:
    """A client of the store or server the caller named, else of the default store."""
    from tools.fhir.client import FhirClient

    if store and fhir:
        raise UsageMistake("give --store or --fhir, not both")
    if fhir:
        if not fhir.startswith(("http://", "https://")):
            raise UsageMistake("--fhir takes a URL that begins with http:// or https://")
        access = current_access()
        async with FhirClient(fhir, auth=build_auth(fhir, access), limits=build_limits(access)) as client:
            yield client
        return
    if current_access() != Access():
        raise UsageMistake("--token-env, --client-id, --key, --scope and --wait go with --fhir")
    opened = _open_existing(store)
    try:
        async with serve_store(opened) as client:
            yield client
    finally:
        opened.close()


def build_limits(access: Access) -> Limits:
    """How long the server may be waited for: a search no longer than a question."""
    from tools.fhir.client import Limits

    usual = Limits()
    if access.wait is None:
        return usual
    return replace(usual, question_seconds=access.wait, search_seconds=min(access.wait, usual.search_seconds))


def build_auth(base_url: str, access: Access) -> ServerAuth | None:
    """The authorization that the caller named. Raises UsageMistake, NotAuthorized."""
    from tools.fhir.auth import BearerToken

    if bool(access.client_id) != bool(access.key) or (access.token_env and access.client_id):
        raise UsageMistake("give --token-env NAME, or --client-id ID with --key FILE")
    if access.client_id and access.key:
        from tools.fhir.backend_services import BackendServices, load_client_key

        return BackendServices(base_url, load_client_key(access.client_id, access.key), access.scope or _ALL_OF_IT)
    if name := access.token_env:
        if not os.environ.get(name, "").strip():
            raise UsageMistake(f"there is no token in the environment variable {name}")
        return BearerToken(base_url, lambda: os.environ.get(name, "").strip(), access.scope)
    if access.scope:
        raise UsageMistake("--scope goes with --token-env or --client-id")
    return None


@asynccontextmanager
async def serve_store(store: Store) -> AsyncIterator[FhirClient]:
    """A client of a store that is served within this process."""
    import httpx

    from tools.fhir.capability import EMBEDDED
    from tools.fhir.client import FhirClient
    from tools.store.app import build_app

    transport = httpx.ASGITransport(app=build_app(store))
    async with FhirClient(_STORE_URL, transport=transport, capability=EMBEDDED) as client:
        yield client


def _open_existing(place: str | None) -> Store:
    """A store that is there already: asking must not make an empty one."""
    where = place or str(default_store())
    if "://" not in where and not Path(where).expanduser().exists():
        raise UsageMistake(f"there is no store at {where}; run `anamnesis load PATH` or `anamnesis demo` first")
    return open_place(where)
