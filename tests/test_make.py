"""`make` where something is missing: it says what happened and what to do next, and leaves nothing half made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOO_OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = '#!/bin/sh\ncase "$1" in -c) exit 0;; esac\nmkdir -p .venv/bin; touch .venv/bin/python; exit 1\n'
WITHOUT_INDEX = """#!/bin/sh
case "$*" in *pip*) exit 1;; *venv*) mkdir -p .venv/bin; cp "$0" .venv/bin/python;; esac
"""

if shutil.which("make") is None:
    pytest.skip("make is not there", allow_module_level=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("python", "told"),
    [
        (None, "needs Python 3.11 or later"),
        (TOO_OLD, "needs Python 3.11 or later"),
        (WITHOUT_VENV, "apt install python3-venv"),
        (WITHOUT_INDEX, "is the package index reachable?"),
    ],
)
@pytest.mark.parametrize("target", ["demo", "test", "bench"])
def test_make_says_what_is_missing_and_what_to_do(folder: Path, target: str, python: str | None, told: str) -> None:
    program = folder / "python"
    if python is not None:
        program.write_text(python, "utf-8")
        program.chmod(0o755)
    ran = subprocess.run(
        ["make", target, f"PYTHON={program}"], cwd=folder, capture_output=True, text=True, check=False, env=os.environ
    )
    assert (ran.returncode, told in ran.stderr) == (2, True), ran.stderr
    assert not (folder / ".venv" / ".core").exists()
    assert (folder / ".venv").exists() == (python == WITHOUT_INDEX)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (None, "no folder was named; name a folder of FHIR files: make bench FOLDER=PATH"),
        ("missing", "there is no "),
        ("empty", "holds no Patient that can be loaded"),
    ],
)
def test_the_bench_says_that_there_is_nothing_to_time(tmp_path: Path, made: str | None, told: str) -> None:
    if made == "empty":
        (tmp_path / made).mkdir()
    folder = [] if made is None else [str(tmp_path / made)]
    ran = subprocess.run(
        [sys.executable, "-m", "evals.bench", *folder], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, told in ran.stderr, "Traceback" in ran.stderr) == (2, True, False), ran.stderr


def test_the_core_install_takes_no_model_library() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert [p for p in project["dependencies"] if p.startswith(("torch", "transformers"))] == []


WITHOUT_PIP = """#!/bin/sh
echo "$*" >> "$(dirname "$0")/../../said"
case "$*" in *ensurepip*) touch "$(dirname "$0")/pip";; *"-m pip"*) test -e "$(dirname "$0")/pip";; esac
"""


def test_an_environment_without_pip_as_uv_makes_it_is_given_one(folder: Path) -> None:
    program = folder / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(WITHOUT_PIP, "utf-8")
    program.chmod(0o755)
    told = subprocess.run(["make", ".venv/.core"], cwd=folder, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert [line.split()[1] for line in (folder / "said").read_text().splitlines()] == ["pip", "ensurepip", "pip"]
