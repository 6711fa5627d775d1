"""The openai planner against servers of others with the small model: `make check-serve`, `make check-vllm`.

transformers ignores the schema, so that every decision is sent back and the end is honest; vLLM keeps to it.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from agent.planners.openai import Limits, OpenAIPlanner
from agent.planners.openai.dialect import Dialect
from tests.test_openai_planner import ask_rosa

VLLM = "ANAMNESIS_VLLM"
"""The environment variable that names the Python of an environment with vLLM, which lives apart."""
PATIENCE = 240.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@contextmanager
def running(command: Sequence[str | Path], log: Path) -> Iterator[str]:
    """A server's base URL, as soon as it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = log.parent / "hub"
    kept.mkdir(exist_ok=True)
    environment = {**os.environ, "HF_HOME": str(kept), "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    environment["VLLM_CPU_KVCACHE_SPACE"] = "1"
    with (
        log.open("wb") as told,
        subprocess.Popen([*command, "--port", str(port)], stdout=told, stderr=told, env=environment) as server,
    ):
        try:
            _wait(server, f"http://127.0.0.1:{port}/health", log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE and server.poll() is None:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    pytest.fail(f"the server did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


@pytest.mark.anyio
async def test_transformers_ignores_the_schema_and_the_question_ends_honestly(
    small_gemma: Path, tmp_path: Path
) -> None:
    if importlib.util.find_spec("openai") is None:
        pytest.skip("transformers' server is not installed: make check-serve")
    program = Path(sys.executable).with_name("transformers")
    command = [program, "serve", small_gemma, "--device", "cpu", "--host", "127.0.0.1"]
    with running(command, tmp_path / "log") as url:
        planner = OpenAIPlanner(url, str(small_gemma), limits=Limits(tokens=12))
        told = await ask_rosa(planner)
    assert planner.dialect is Dialect.NONE
    assert (told.end_reason, told.answer.status, told.format_errors) == ("format_limit", "abstained", 4)
    assert told.usage.written == 4 * 12


@pytest.mark.anyio
async def test_vllm_keeps_to_the_schema_so_that_noise_is_still_decisions(small_gemma: Path, tmp_path: Path) -> None:
    python = os.environ.get(VLLM)
    if not python:
        pytest.skip("vLLM is not installed: make check-vllm")
    command = [python, "-m", "vllm.entrypoints.openai.api_server", "--model", small_gemma, "--host", "127.0.0.1"]
    command += ["--max-model-len", "8192", "--dtype", "float32", "--enforce-eager"]
    command += ["--structured-outputs-config", '{"backend": "guidance", "disable_any_whitespace": true}']
    with running(command, tmp_path / "log") as url:
        planner = OpenAIPlanner(url, str(small_gemma))
        told = [
            await ask_rosa(planner, question) for question in ("Any gout?", "Her last glucose?", "Is she on aspirin?")
        ]
    assert (planner.dialect, planner.context) == (Dialect.RESPONSE_FORMAT, 8192)
    assert [t.format_errors for t in told] == [0] * 3
    assert {t.end_reason for t in told} <= {"answered", "abstained", "step_limit"}
