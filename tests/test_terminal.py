"""What reaches a terminal: nothing that steers it, in every encoding and width; JSON keeps what the chart says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.cli.terminal import clean_line, escape_json
from fhir_fixtures import fixture_paths

ROOT = Path(__file__).parent.parent
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eevil\u2066\r\nforged\x7f"
PATIENT = {
    "resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1950-01-01",
    "name": [{"family": f"Ada{EVIL}", "given": ["Zoë"]}], "identifier": [{"value": f"MRN{EVIL}"}],
}  # fmt: skip
GLUCOSE = {
    "resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p"},
    "category": [{"coding": [{"code": "laboratory"}]}], "effectiveDateTime": "2020-01-02",
    "code": {"text": f"Glucose{EVIL}", "coding": [{"system": "http://loinc.org", "code": "2345-7"}]},
    "valueQuantity": {"value": 5.5, "unit": f"µmol/L{EVIL}"},
}  # fmt: skip
BAD_ID = {**GLUCOSE, "id": f"x{EVIL}"}
COMMANDS = {
    "find": (["find", "Ada"], ""),
    "find by identifier": (["find", f"1{EVIL}"], ""),
    "ask": (["ask", "What is the latest glucose?", "--patient", "p"], ""),
    "ask of nobody": (["ask", "How old?", "--patient", f"nobody{EVIL}"], ""),
    "ask what is odd": (["ask", f"What is the {EVIL}?", "--patient", "p"], ""),
    "overview": (["overview", "--patient", "p"], ""),
    "chat": (["chat", "--patient", "p", "--thread", "t"], f"What is the latest glucose?\nWho {EVIL}\n"),
    "chat again": (["chat", "--patient", "p", "--thread", "t"], "And the one before?\n"),
}


def run(arguments: Sequence[str], home: Path, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    names = {**os.environ, "XDG_DATA_HOME": str(home / "data"), **environment}
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments], cwd=ROOT, env=names, capture_output=True,
        encoding="utf-8", errors="surrogateescape", input=typed, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose store holds a patient whose every text tries to steer the terminal."""
    made = tmp_path_factory.mktemp("home")
    path = made / f"evil{EVIL}.ndjson"
    path.write_text("".join(json.dumps(r) + "\n" for r in (PATIENT, GLUCOSE, BAD_ID)), "utf-8")
    told = run(["load", str(path), str(fixture_paths()[0])], made)
    assert told.returncode == 0, told.stderr
    assert "1 refused" in told.stdout
    check_harmless(told.stdout + told.stderr)
    return made


def check_harmless(shown: str) -> None:
    steering = [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n"]
    assert not steering, (steering, shown)
    assert not re.search("^forged", shown, re.MULTILINE), shown


@pytest.mark.parametrize("name", COMMANDS)
def test_no_text_of_a_chart_or_a_caller_steers_the_terminal(home: Path, name: str) -> None:
    arguments, typed = COMMANDS[name]
    told = run(arguments, home, typed)
    assert "Traceback" not in told.stderr
    check_harmless(told.stdout + told.stderr)


@pytest.mark.parametrize("arguments", [["find", "Ada"], ["ask", "What is the latest glucose?", "--patient", "p"]])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_json_holds_what_the_chart_says_and_steers_no_terminal(home: Path, arguments: list[str], encoding: str) -> None:
    told = run([*arguments, "--json"], home, PYTHONIOENCODING=encoding)
    check_harmless(told.stdout)
    assert (encoding == "utf-8") or told.stdout.isascii()
    assert "5.5" in told.stdout or "Zoë Ada\x1b" in json.loads(told.stdout)["patients"][0]["name"]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
@pytest.mark.parametrize("name", [*COMMANDS, "help", "demo"])
def test_no_encoding_of_a_terminal_ends_a_command(home: Path, name: str, encoding: str) -> None:
    arguments, typed = COMMANDS.get(name, ([name.replace("help", "--help")], ""))
    if encoding != "ascii" and name not in ("ask", "chat"):
        pytest.skip("one encoding is enough where nothing is typed")
    told = run(arguments, home, typed, PYTHONIOENCODING=encoding, NO_COLOR="1", COLUMNS="40")
    assert "Traceback" not in told.stderr, told.stderr
    assert told.returncode == (1 if "nobody" in name else 0), told.stderr
    if name == "ask" and encoding == "ascii":
        assert "5.5 umol/L" in told.stdout


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Zoë, 5 µg/m²", "Zoë, 5 µg/m²"),
        ("a\tb\x00c\x1b", "a b\ufffdc\ufffd"),
        ("na\u00advel\u200b ra\u200cz", "navel ra\u200cz"),
        ("\u202dabc\u2069", "\ufffdabc\ufffd"),
    ],
)
def test_a_line_is_shown_without_what_would_steer(given: str, shown: str) -> None:
    assert clean_line(given) == shown


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", None])
def test_escaped_json_is_the_same_value(encoding: str | None) -> None:
    value = {"a": EVIL, "b": "µ😀\u2028", "c": ["\\", '"', "\x00"]}
    text = escape_json(json.dumps(value, ensure_ascii=False), encoding)
    assert json.loads(text) == value
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf")]


@pytest.mark.parametrize("command", ["ask", "chat", "batch", "load", "find", "overview"])
@pytest.mark.parametrize("columns", ["40", "80"])
def test_help_names_every_option_whole_however_narrow_the_terminal(tmp_path: Path, command: str, columns: str) -> None:
    shown = run([command, "--help"], tmp_path, COLUMNS=columns, NO_COLOR="1").stdout
    cut = re.findall(r"--[a-z-]*…", shown)
    assert (cut, "--store" in shown, max(map(len, shown.splitlines())) <= max(int(columns), 50)) == ([], True, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("arguments", [["find", "Ada"], ["find", "Ada", "--json"], ["overview", "--patient", "p"]])
def test_an_output_that_cant_be_written_is_an_error_without_traceback(home: Path, arguments: list[str]) -> None:
    names = {**os.environ, "XDG_DATA_HOME": str(home / "data")}
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(
            [sys.executable, "-m", "agent", *arguments], cwd=ROOT, env=names, stdout=full, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
    assert (told.returncode, "Traceback" in told.stderr) == (1, False), told.stderr
    assert told.stderr.startswith("anamnesis: what was to be told can't be written: ")
