"""A terminology server behind a whole question: what it settles, what it learns, and what is said when it fails."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from agent.__main__ import app
from agent.cli.answering import Asked, Asker, Question
from agent.cli.composition import serve_store
from agent.decision import CallTool, GiveAnswer
from agent.planners.rules import RulesPlanner
from agent.planners.scripted import ScriptedPlanner
from tools.concepts.terminology_server import open_terminology
from tools.execute.settling import is_clinical
from tools.store.loading import load_paths
from tools.store.store import open_store

SNOMED = "http://snomed.info/sct"
HEART_DISEASE, CARDITIS, SINUSITIS = "56265001", "77777001", "77777002"
PATIENT = {
    "resourceType": "Patient", "id": "p-1", "birthDate": "1950-01-02", "identifier": [{"value": "RMC-4711"}],
    "name": [{"family": "Quibble", "given": ["Ada"]}],
}  # fmt: skip


def condition(code: str, name: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition", "id": f"c-{code}", "subject": {"reference": "Patient/p-1"},
        "code": {"coding": [{"system": SNOMED, "code": code, "display": name}]}, "onsetDateTime": "2020-01-01",
        "clinicalStatus": {"coding": [{"code": "active"}]}, "recordedDate": "2020-01-01",
    }  # fmt: skip


BOTH = (condition(CARDITIS, "Chagas carditis (disorder)"), condition(SINUSITIS, "Viral sinusitis (disorder)"))


@dataclass
class FakeServer:
    """Knows one name and what is under it; notes what it is sent."""

    kinds: frozenset[str] = frozenset({CARDITIS})
    status: int = 200
    sent: list[str] = field(default_factory=list)

    def build_app(self) -> Starlette:
        routes = [Route("/r4/ValueSet/$expand", self.expand), Route("/r4/CodeSystem/$subsumes", self.subsumes)]
        return Starlette(routes=routes)

    async def expand(self, request: Request) -> Response:
        self.sent.append(f"{request.url} {dict(request.headers)} {await request.body()!r}")
        held = [{"system": SNOMED, "code": HEART_DISEASE, "display": "Heart disease (disorder)"}]
        named = held if request.query_params["filter"].casefold() == "heart disease" else []
        return JSONResponse({"resourceType": "ValueSet", "expansion": {"contains": named}}, self.status)

    async def subsumes(self, request: Request) -> Response:
        self.sent.append(f"{request.url} {dict(request.headers)} {await request.body()!r}")
        outcome = "subsumes" if request.query_params["codeB"] in self.kinds else "not-subsumed"
        told = {"resourceType": "Parameters", "parameter": [{"name": "outcome", "valueCode": outcome}]}
        return JSONResponse(told, self.status)


@asynccontextmanager
async def asker_of(server: FakeServer | None, *resources: dict[str, Any], folder: Path) -> AsyncIterator[Asker]:
    path = folder / "chart.ndjson"
    whose = () if any(r["resourceType"] == "Patient" for r in resources) else (PATIENT,)
    path.write_text("\n".join(json.dumps(r) for r in (*whose, *resources)), "utf-8")
    store = open_store(":memory:")
    load_paths(store, [path])
    async with serve_store(store) as client:
        if server is None:
            yield Asker(client, RulesPlanner())
        else:
            transport = httpx.ASGITransport(app=server.build_app())
            async with open_terminology("http://tx.local/r4", transport) as terminology:
                yield Asker(client, RulesPlanner(), terminology=terminology)
    store.close()


async def ask(server: FakeServer | None, text: str, folder: Path, *resources: dict[str, Any]) -> Asked:
    async with asker_of(server, *(resources or BOTH), folder=folder) as asker:
        return await asker.ask(Question(text, "p-1", as_of="2024-01-01"))


@pytest.mark.anyio
async def test_without_a_server_it_is_not_determinable_and_no_server_is_spoken_of(tmp_path: Path) -> None:
    told = (await ask(None, "Does she have heart disease?", tmp_path)).result
    assert (told.status, "not settled" in told.answer, "server" in told.answer) == ("abstained", True, False)


@pytest.mark.anyio
async def test_a_kind_that_the_server_tells_answers_the_question_and_is_cited(tmp_path: Path) -> None:
    told = (await ask(FakeServer(), "Does she have heart disease?", tmp_path)).result
    assert (told.status, told.values, told.citations) == ("answered", (True,), (f"Condition/c-{CARDITIS}",))
    assert 'by the terminology server, kinds of "heart disease": Chagas carditis' in told.answer


@pytest.mark.anyio
async def test_what_the_server_rules_out_is_absent_on_its_word(tmp_path: Path) -> None:
    told = (await ask(FakeServer(kinds=frozenset()), "Does she have heart disease?", tmp_path)).result
    assert (told.status, told.values) == ("answered", (False,))
    assert 'by the terminology server, no kind of "heart disease": Chagas carditis' in told.answer


@pytest.mark.anyio
async def test_a_server_that_fails_is_said_to_be_why_nothing_is_settled(tmp_path: Path) -> None:
    told = (await ask(FakeServer(status=500), "Does she have heart disease?", tmp_path)).result
    assert told.status == "abstained"
    assert "not settled: Chagas carditis" in told.answer
    assert "the terminology server could not be asked: " in told.answer


@pytest.mark.anyio
async def test_the_server_learns_codes_and_the_name_asked_for_and_nothing_of_the_patient(tmp_path: Path) -> None:
    server = FakeServer()
    await ask(server, "Does she have heart disease?", tmp_path)
    assert len(server.sent) == 3
    for secret in ("ada", "quibble", "4711", "p-1", "1950", "2020", "carditis"):
        assert not [text for text in server.sent if secret in text.casefold()]


@pytest.mark.anyio
async def test_a_word_of_the_patients_name_is_not_sent_whatever_a_planner_asks(tmp_path: Path) -> None:
    server, named_so = FakeServer(), {**PATIENT, "name": [{"family": "Heart", "given": ["Ada"]}]}
    call = CallTool(
        tool="query_chart", arguments={"kind": "condition", "about": ["heart disease"], "compute": "exists"}
    )
    async with asker_of(server, named_so, *BOTH, folder=tmp_path) as asker:
        scripted = ScriptedPlanner((call, GiveAnswer(citations=("Q1",))))
        told = await replace(asker, planner=scripted).ask(Question("Q?", "p-1", as_of="2024-01-01"))
    assert (server.sent, told.result.status) == ([], "abstained")


@pytest.mark.anyio
async def test_what_the_tables_settle_is_not_asked(tmp_path: Path) -> None:
    server = FakeServer()
    told = (await ask(server, "Does she have viral sinusitis?", tmp_path)).result
    assert (told.values, server.sent) == ((True,), [])


@pytest.mark.parametrize(
    ("term", "sent"),
    [
        ("type 2 diabetes", True),
        ("stage 3 CKD", True),
        ("diabetes since 2015-03-02", False),
        ("what 555-1234 has", False),
        ("Ada's carditis", False),
        ("a " * 60, False),
    ],
)
def test_a_name_is_sent_where_it_tells_of_no_person(term: str, sent: bool) -> None:
    assert is_clinical(term, frozenset({"ada"})) is sent


def test_the_command_line_says_which_server_could_not_be_reached(tmp_path: Path) -> None:
    path, store = tmp_path / "chart.ndjson", str(tmp_path / "s.sqlite")
    path.write_text("\n".join(json.dumps(r) for r in (PATIENT, *BOTH)), "utf-8")
    run = CliRunner().invoke
    run(app, ["load", str(path), "--store", store])
    ask_it = ["ask", "Does she have heart disease?", "--patient", "p-1", "--store", store]
    for told in (
        run(app, [*ask_it, "--terminology", "http://127.0.0.1:9/r4"]),
        run(app, ask_it, env={"ANAMNESIS_TERMINOLOGY": "http://127.0.0.1:9/r4"}),
    ):
        assert (told.exit_code, "the terminology server could not be asked" in told.output) == (0, True), told.output
    assert run(app, [*ask_it, "--terminology", "tx.example"]).exit_code == 2
    assert run(app, [*ask_it, "--terminology", "https://user:pw@tx.example"]).exit_code in (1, 2)
