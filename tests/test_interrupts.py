"""Ctrl-C in the real program: it stops at once, says so, keeps what was done, and goes on from there when run again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from fhir_fixtures import fixture_paths
from tools.store.loading import load_paths
from tools.store.store import open_store

ROOT = Path(__file__).parent.parent
PATIENT = {"resourceType": "Patient", "id": "many", "name": [{"family": "Many"}]}


def start(arguments: Sequence[str], home: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "XDG_DATA_HOME": str(home / "data"), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "agent", *arguments], cwd=ROOT, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def interrupt_when(ready: Callable[[], bool], process: subprocess.Popen[str]) -> tuple[int, str, str]:
    deadline = time.monotonic() + 60
    while not ready() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def run_through(arguments: Sequence[str], home: Path) -> tuple[int, str]:
    process = start(arguments, home)
    out, err = process.communicate(timeout=90)
    return process.returncode, out + err


@pytest.fixture
def observations(tmp_path: Path) -> Path:
    """Enough resources for several batches of a load."""
    path = tmp_path / "many.ndjson"
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(PATIENT) + "\n")
        for number in range(20_000):
            resource = {
                "resourceType": "Observation", "id": f"o{number}", "status": "final", "code": {"text": "Glucose"},
                "subject": {"reference": "Patient/many"}, "valueQuantity": {"value": number, "unit": "mg/dL"},
            }  # fmt: skip
            file.write(json.dumps(resource) + "\n")
    return path


def count_rows(place: Path) -> int:
    """Resources that a load has kept so far."""
    if not place.exists():
        return 0
    try:
        store = open_store(place)
        try:
            return sum(store.count_types().values())
        finally:
            store.close()
    except Exception:  # The load is just making its tables.
        return 0


def test_an_interrupted_load_keeps_what_it_wrote_and_goes_on(tmp_path: Path, observations: Path) -> None:
    place = tmp_path / "s.sqlite"
    arguments = ["load", str(observations), "--store", str(place)]
    status, _, err = interrupt_when(lambda: count_rows(place) > 0, start(arguments, tmp_path))
    assert (status, "stopped" in err, "Traceback" in err) == (130, True, False)
    kept = count_rows(place)
    assert 0 < kept < 20_001
    status, told = run_through(arguments, tmp_path)
    assert (status, count_rows(place)) == (0, 20_001)
    assert f"{kept} unchanged" in told


def test_an_interrupted_batch_keeps_its_answers_and_goes_on(tmp_path: Path) -> None:
    place, source, out = tmp_path / "s.sqlite", tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    store = open_store(place)
    load_paths(store, fixture_paths())
    store.close()
    asked = {"question": "What is the latest glucose?", "patient": "rosa-delgado"}
    lines = [{"id": f"q{n}", **asked, "thread": f"t{n % 3}"} for n in range(80)]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    arguments = ["batch", str(source), str(out), "--store", str(place)]

    def some_answered() -> bool:
        return out.exists() and out.read_text("utf-8").count("\n") >= 3

    status, _, err = interrupt_when(some_answered, start(arguments, tmp_path))
    assert (status, "stopped" in err, "Traceback" in err) == (130, True, False)
    first = out.read_text("utf-8").splitlines()
    assert 3 <= len(first) < 80
    assert run_through(arguments, tmp_path)[0] == 0
    kept = out.read_text("utf-8").splitlines()
    assert kept[: len(first)] == first
    assert [json.loads(line)["id"] for line in kept] == [line["id"] for line in lines]


def test_ctrl_c_at_the_prompt_ends_a_conversation_at_once(tmp_path: Path) -> None:
    place = tmp_path / "s.sqlite"
    store = open_store(place)
    load_paths(store, fixture_paths())
    store.close()
    process = start(["chat", "--patient", "rosa-delgado", "--store", str(place)], tmp_path)
    assert process.stderr is not None
    assert "Ask" in process.stderr.readline()
    time.sleep(0.3)
    status, _, err = interrupt_when(lambda: True, process)
    assert (status, "Traceback" in err) == (130, False)


def test_ctrl_c_on_the_way_to_an_answer_gives_up_that_answer_only(tmp_path: Path) -> None:
    place = tmp_path / "s.sqlite"
    store = open_store(place)
    load_paths(store, fixture_paths())
    store.close()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        planner = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        arguments = ["chat", "--patient", "rosa-delgado", "--store", str(place), "--planner", planner, "--model", "m"]
        process = start(arguments, tmp_path)
        assert process.stdin is not None
        process.stdin.write("What is the latest glucose?\n")
        process.stdin.flush()
        silent.settimeout(60)
        connection, _ = silent.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate("\n/history\n/quit\n", timeout=30)
    assert (process.returncode, "Traceback" in err) == (0, False), err
    assert "stopped; no answer" in err
    assert "Nothing was asked yet." in err


@pytest.fixture
def silent_server() -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that takes connections and says nothing; with the connections it took."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            with suppress(OSError):
                while True:
                    taken.append(listening.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", taken
    for connection in taken:
        connection.close()


def test_waiting_for_a_silent_server_can_be_interrupted(
    tmp_path: Path, silent_server: tuple[str, list[socket.socket]]
) -> None:
    url, taken = silent_server
    process = start(["ask", "Any allergies?", "--patient", "p", "--fhir", url], tmp_path)
    status, out, err = interrupt_when(lambda: bool(taken), process)
    assert (status, out, "stopped" in err, "Traceback" in err) == (130, "", True, False)


def test_a_silent_server_is_given_up_when_the_time_allowed_is_over(
    tmp_path: Path, silent_server: tuple[str, list[socket.socket]]
) -> None:
    asked = ["ask", "Any allergies?", "--patient", "p", "--fhir", silent_server[0], "--wait", "1"]
    status, told = run_through(asked, tmp_path)
    assert (status, "Traceback" in told) == (1, False)
    assert "more time than there is for a question (1 s)" in told


def test_a_batch_over_a_server_that_is_down_says_so_line_by_line(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [{"id": f"q{n}", "question": "Any allergies?", "patient": "p"} for n in range(2)]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    status, told = run_through(["batch", str(source), str(out), "--fhir", url], tmp_path)
    results = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert (status, "Traceback" in told) == (1, False)
    assert [r["status"] for r in results] == ["error", "error"]
    assert all(f"no connection to {url}: refused" in r["answer"] for r in results)
