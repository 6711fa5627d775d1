"""Named conversations of `chat`, kept as JSON lines in the user's data directory; each bound to one patient."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from agent.cli import composition
from agent.cli.failures import UsageMistake

if TYPE_CHECKING:
    from agent.planners.planner import Turn


def read_turns(name: str, patient: str) -> tuple[Turn, ...]:
    """The turns kept under a name. Raises UsageMistake where it belongs to another patient."""
    from agent.planners.planner import Turn

    path = _path(name)
    if not path.exists():
        return ()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    if any(line["patient"] != patient for line in lines):
        raise UsageMistake(f"the thread {name!r} belongs to another patient; choose another name")
    adapter = TypeAdapter(Turn)
    return tuple(adapter.validate_python(line["turn"]) for line in lines)


def append_turn(name: str, patient: str, turn: Turn) -> None:
    """Keep one more turn; only the user may read the file, for it holds what a chart says."""
    from agent.planners.planner import Turn as TurnType

    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"patient": patient, "turn": TypeAdapter(TurnType).dump_python(turn, mode="json")})
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write(line + "\n")


def _path(name: str) -> Path:
    digest = hashlib.sha256(name.encode()).hexdigest()[:32]
    return composition.default_store().parent / "threads" / f"{digest}.jsonl"
