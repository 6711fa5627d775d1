"""What several tests need: a question asked of a small chart made for it, and a PostgreSQL."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.ask import ask
from agent.planners.planner import Turn
from agent.planners.rules import RulesPlanner
from agent.transcript import Transcript
from tools.chart import open_chart, parse_scopes
from tools.chart_query import ChartQuery
from tools.evidence import Finding
from tools.execute.run import run_query
from tools.fhir.client import FhirClient
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store
from tools.toolbox import build_tools

Query = Callable[..., Awaitable[Finding]]


def _find_program(name: str) -> str | None:
    """A program of PostgreSQL's: Debian keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL that lives as long as these tests, reached by a socket; skips where none can be."""
    pytest.importorskip("psycopg")
    initdb, server = _find_program("initdb"), _find_program("pg_ctl")
    owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    if not initdb or not server or owner not in {user.pw_name for user in pwd.getpwall()}:
        pytest.skip("PostgreSQL is not installed, or there is no unprivileged user to run it as")
    # Not pytest's own folder: the unprivileged user could not enter it, and a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        shutil.chown(folder, owner)
        run = partial(subprocess.run, user=owner, check=True, cwd=folder, stdout=subprocess.DEVNULL)
        run([initdb, "-D", f"{folder}/data", "-A", "trust", "-U", "tester", "--no-sync", "-E", "UTF8"])
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run([server, "-D", f"{folder}/data", "-l", f"{folder}/log", "-w", "-o", options, "start"])
        try:
            yield f"postgresql://tester@/postgres?host={folder}"
        finally:
            run([server, "-D", f"{folder}/data", "-m", "immediate", "-w", "stop"])


@pytest.fixture(scope="session")
def small_gemma(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Gemma 3 of a few million random parameters, built once."""
    from evals.small_gemma import build_small_gemma

    folder = tmp_path_factory.mktemp("small_gemma")
    build_small_gemma(folder)
    return folder


@pytest.fixture
def query_over() -> Query:
    """Asks a query of a chart that holds just these resources, of the patient `p`."""

    async def query(resources: Sequence[dict[str, Any]], as_of: str = "2024-06-01", **slots: Any) -> Finding:
        patient = {"resourceType": "Patient", "id": "p", "birthDate": "1970-03-10", "name": [{"family": "Ek"}]}
        whole = resources if any(r["resourceType"] == "Patient" for r in resources) else [patient, *resources]
        store = open_store(":memory:")
        store.save([build_incoming(json.dumps(r).encode(), r) for r in whole])
        async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
            chart = await open_chart(client, "p", as_of)
            return await run_query(chart, ChartQuery.model_validate(slots), Handles())

    return query


Ask = Callable[..., Awaitable[list[Transcript]]]


@pytest.fixture
def ask_over() -> Ask:
    """Asks questions, as one conversation, of a small chart made for it."""

    async def ask_all(
        resources: Sequence[dict[str, Any]],
        *questions: str,
        as_of: str = "2024-06-01",
        scopes: str | None = None,
        **person: str,
    ) -> list[Transcript]:
        named = {"birthDate": "1970-03-10", "name": [{"family": "Ek"}]}
        patient = {"resourceType": "Patient", "id": "p", **named, **person}
        store = open_store(":memory:")
        store.save([build_incoming(json.dumps(r).encode(), r) for r in (patient, *resources)])
        history: list[Turn] = []
        told: list[Transcript] = []
        async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
            for question in questions:
                chart = await open_chart(client, "p", as_of, scopes=parse_scopes(scopes) if scopes else None)
                told.append(await ask(chart, question, RulesPlanner(), build_tools(), history=history))
                history.append(told[-1].to_turn())
        return told

    return ask_all
