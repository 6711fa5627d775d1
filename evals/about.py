"""What a log says of its run: planner, commit, command, and by checksum which files it was measured on."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evals.judging import PROMPT_VERSION
from evals.setup import Setup
from evals.weights import describe_weights

_BLOCK = 1 << 20


def describe_run(setup: Setup, files: Iterable[str | None] = (), seed: int | None = None) -> dict[str, Any]:
    """The metadata of a run; `files` are the suite's own question files."""
    return {
        "planner": "recorded" if setup.results else setup.planner,
        "model": setup.model,
        "weights": describe_weights(setup.model),
        "commit": read_commit(),
        "command": format_command(sys.argv),
        "seed": seed,
        "data": {Path(file).name: digest_file(Path(file)) for file in files if file and Path(file).is_file()},
        "judge": {"model": setup.judge, "prompt": PROMPT_VERSION} if setup.judge else None,
    }


def digest_file(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def format_command(argv: list[str]) -> str:
    """A command without the paths in it.

    >>> format_command(["/x/agent/__main__.py", "eval", "stories", "--store", "/data/a.sqlite"])
    'anamnesis eval stories --store a.sqlite'
    >>> format_command(["/x/bin/anamnesis", "eval", "stories", "--fhir", "https://fhir.test/r4"])
    'anamnesis eval stories --fhir https://fhir.test/r4'
    """
    program, *rest = (Path(part).name if "/" in part and "://" not in part else part for part in argv)
    return " ".join(["anamnesis" if program == "__main__.py" else program, *rest])


def read_commit() -> str:
    """The commit this code is at, `+` where files differ from it; empty outside of a repository."""
    root = Path(__file__).parent
    run = [["git", "rev-parse", "--short", "HEAD"], ["git", "status", "--porcelain", "-uno"]]
    try:
        told = [subprocess.run(r, cwd=root, capture_output=True, text=True, check=True).stdout.strip() for r in run]  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    return told[0] + ("+" if told[1] else "")
