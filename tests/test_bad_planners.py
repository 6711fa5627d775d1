"""Whatever is wrong with a model or its server: a clear error or an abstention, and the conversation goes on."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import torch

from agent.ask import ask
from agent.errors import PlannerUnavailable
from agent.planners.medgemma.engine import Options
from agent.planners.medgemma.manner import Manner
from agent.planners.medgemma.planner import MedGemmaPlanner
from agent.planners.openai import Limits, OpenAIPlanner
from agent.planners.planner import Planner, Turn
from agent.planners.rules import RulesPlanner
from agent.threads import open_threads
from fhir_fixtures import fixture_paths
from tests.model_server import Served, serve_model
from tools.chart import open_chart
from tools.fhir.client import FhirClient
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import open_store
from tools.toolbox import build_tools

PATIENT = "rosa-delgado"
QUICK = Limits(tokens=64, seconds=5, silence=0.4, connect=0.4, pause=0.01)
CPU = Options(device="cpu", context=12_288)
STORE = open_store(":memory:")
load_paths(STORE, fixture_paths())


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve_model() as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def folder(small_gemma: Path, tmp_path: Path) -> Path:
    """A copy of the small model, to be spoiled."""
    return Path(shutil.copytree(small_gemma, tmp_path / "model"))


@asynccontextmanager
async def conversation(tmp_path: Path) -> AsyncIterator[Callable[[str, Planner], Awaitable[Turn]]]:
    """Asks one question after another in one kept thread."""
    transport = httpx.ASGITransport(app=build_app(STORE))
    async with (
        open_threads(tmp_path / "threads.sqlite") as threads,
        FhirClient("http://s/", transport=transport) as http,
    ):

        async def say(question: str, planner: Planner) -> Turn:
            taken: list[Turn] = []

            async def answer(turns: tuple[Turn, ...]) -> Turn:
                chart = await open_chart(http, PATIENT, "2024-06-01")
                taken.append((await ask(chart, question, planner, build_tools(), history=turns)).to_turn())
                return taken[0]

            await threads.ask("kept", PATIENT, (question, question), answer)
            return taken[0]

        yield say


async def go_through(bad: Planner, tmp_path: Path) -> str:
    """A good question, the bad planner's, good ones when the thread is opened anew; what the bad one came to."""
    told = ""
    async with conversation(tmp_path) as say:
        first = await say("What is the latest hemoglobin A1c?", RulesPlanner())
        try:
            told = (await say("Does she have gout?", bad)).answer
        except PlannerUnavailable as error:
            told = f"error: {error}"
    async with conversation(tmp_path) as say:
        after = await say("And the one before?", RulesPlanner()) if told.startswith("error") else None
        later = await say("What is the latest glucose?", RulesPlanner())
    assert first.citations
    assert later.citations
    assert after is None or (after.citations and after.citations != first.citations)
    return told


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("unknown", "error: the planner at .* answered with status 404: no such model"),
        ("down", "error: the planner at .* answered with status 503: loading"),
        ("hangs", "error: the planner at .* can't be reached"),
        ("a web page", "error: the planner at .* did not answer in JSON"),
        ("ignores, cut off", "could not be read, though it was sent back three times"),
        ("ignores", "could not be read, though it was sent back three times"),
        ("ignores, two calls", "could not be read, though it was sent back three times"),
        ("ignores, refuses", "The model refused"),
        ("tiny", "the model takes 1436"),
    ],
)
async def test_a_bad_server_leaves_the_thread_as_it_was(served: Served, tmp_path: Path, model: str, told: str) -> None:
    bad = OpenAIPlanner(served.url, model, limits=QUICK)
    assert re.search(told, await go_through(bad, tmp_path))


def without_weights(folder: Path) -> Options:
    (folder / "model.safetensors").unlink()
    return CPU


def with_another_tokenizer(folder: Path) -> Options:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        file = folder / name
        file.write_text(file.read_text().replace("<end_of_turn>", "<|im_end|>"))
    return CPU


def too_large(folder: Path) -> Options:
    """Of 16 times the 27B's weights, 1.5 TB of them."""
    config = json.loads((folder / "config.json").read_text())
    config |= {"num_hidden_layers": 62, "hidden_size": 21_504, "intermediate_size": 86_016, "layer_types": None}
    (folder / "config.json").write_text(json.dumps(config))
    return CPU


def on_a_gpu(folder: Path) -> Options:
    return Options(device="cuda")


def gone(folder: Path) -> Options:
    shutil.rmtree(folder)
    return CPU


def with_little_context(folder: Path) -> Options:
    return Options(device="cpu", context=1024)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (gone, "error: there is no folder"),
        (without_weights, "error: .* holds a configuration and no weights"),
        (with_another_tokenizer, "error: the tokenizer of .* is not Gemma's"),
        (too_large, "error: .* needs .* GB in float32.* are free on cpu.*None of these fits"),
        (on_a_gpu, "error: there is no CUDA device here"),
        (with_little_context, "The conversation no longer fits"),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
async def test_a_model_that_cannot_be_run_leaves_the_thread_as_it_was(
    folder: Path, tmp_path: Path, spoil: Callable[[Path], Options], told: str
) -> None:
    if spoil is on_a_gpu and torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    bad = MedGemmaPlanner(str(folder), spoil(folder))
    assert re.search(told, await go_through(bad, tmp_path))


@pytest.mark.anyio
async def test_a_question_given_up_while_the_model_writes_leaves_the_thread_as_it_was(
    small_gemma: Path, tmp_path: Path
) -> None:
    writing = threading.Event()
    slow = MedGemmaPlanner(str(small_gemma), CPU, Manner(bound=False, longest=5_000))
    slow.on_text = lambda text: writing.set()
    async with conversation(tmp_path) as say:
        first = await say("What is the latest hemoglobin A1c?", RulesPlanner())
        asked = asyncio.create_task(say("Does she have gout?", slow))
        assert await asyncio.to_thread(writing.wait, 60)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        after = await say("And the one before?", RulesPlanner())
    slow.open().close()
    assert after.citations
    assert after.citations != first.citations


class _Hub(BaseHTTPRequestHandler):
    """Answers as huggingface.co does for a model that is gated, and for one that there is not."""

    def do_GET(self) -> None:
        gated = "gated" in self.path
        self.send_response(401 if gated else 404)
        self.send_header("X-Error-Code", "GatedRepo" if gated else "RepoNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *given: object) -> None:
        """Say nothing."""


def test_an_id_that_is_gated_or_unknown_is_told_with_what_to_do(tmp_path: Path) -> None:
    code = (
        "from agent.planners.medgemma.engine import ModelUnavailable, Options, check_model\n"
        "for name in ('some/gated', 'some/unknown'):\n"
        "    try: check_model(name, Options(device='cpu'))\n"
        "    except ModelUnavailable as error: print(error)\n"
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hub) as hub:
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        place = {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "0"}
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **place}, timeout=60
        )
        hub.shutdown()
    gated, unknown = ran.stdout.splitlines()
    assert "some/gated is gated. Accept its terms at https://huggingface.co/some/gated" in gated
    assert "there is no model some/unknown on huggingface.co, nor a folder of that name" in unknown
