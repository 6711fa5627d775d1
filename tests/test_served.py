"""The graph that `langgraph dev` serves: what langgraph.json names, run with a checkpointer in memory."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph

from agent.served import Bound, make_graph
from fhir_fixtures import fixture_paths
from tools.store.loading import load_paths
from tools.store.store import open_store

ROOT = Path(__file__).parent.parent
ROSA = Bound("rosa-delgado", as_of="2024-06-01")


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path / "s.sqlite")
    load_paths(store, fixture_paths())
    store.close()
    monkeypatch.setenv("ANAMNESIS_STORE", str(tmp_path / "s.sqlite"))
    monkeypatch.delenv("ANAMNESIS_FHIR", raising=False)


async def say(graph: Any, text: str, bound: Bound, **more: Any) -> dict[str, Any]:
    sent = {"messages": [{"role": "user", "content": text}], **more}
    told: dict[str, Any] = await graph.ainvoke(sent, config={"configurable": {"thread_id": "t"}}, context=bound)
    return told


def served() -> Any:
    return make_graph().compile(checkpointer=InMemorySaver())


def test_langgraph_json_names_a_factory_that_compiles_nothing() -> None:
    (place,) = json.loads((ROOT / "langgraph.json").read_text("utf-8"))["graphs"].values()
    path, _, name = place.partition(":")
    module = importlib.import_module(path.removeprefix("./").removesuffix(".py").replace("/", "."))
    assert isinstance(getattr(module, name)(), StateGraph)


def test_importing_what_is_served_loads_no_model() -> None:
    code = "import sys, agent.served; print([m for m in ('torch', 'transformers', 'openai') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"


@pytest.mark.anyio
async def test_a_message_is_answered_with_its_citations_and_the_turn_is_kept() -> None:
    told = await say(served(), "What is the latest hemoglobin A1c?", ROSA)
    assert "6.9 %" in told["messages"][-1].content
    assert "Observation/rosa-a1c-2024" in told["messages"][-1].content
    assert told["result"]["values"] == [6.9]
    assert len(told["turns"]) == 1


@pytest.mark.anyio
async def test_a_conversation_stays_with_its_patient_whatever_the_messages_bring() -> None:
    graph = served()
    await say(graph, "What is the latest hemoglobin A1c?", ROSA)
    told = await say(graph, "Any allergies?", Bound("walter-quinn"), patient="walter-quinn", turns=[])
    assert told["result"]["status"] == "error"
    assert (told["patient"], len(told["turns"])) == ("rosa-delgado", 1)


@pytest.mark.anyio
@pytest.mark.parametrize(("text", "bound"), [("?", Bound()), ("  ", ROSA), ("How old?", Bound("nobody"))])
async def test_what_cant_be_asked_is_told_as_an_error(text: str, bound: Bound) -> None:
    told = await say(served(), text, bound)
    assert told["result"]["status"] == "error"
    assert told["messages"][-1].content


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
