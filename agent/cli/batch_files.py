"""The files of a batch: input lines checked one by one, and an output that a later run goes on with."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.cli.failures import UsageMistake
from tools.private_file import make_private

_RESULT = b'{"id":'
"""How a line of results begins."""


class BatchLine(BaseModel):
    """One question of a batch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    patient: str = Field(min_length=1)
    as_of: str | None = None
    context: str = ""
    date_order: Literal["mdy", "dmy", "auto"] | None = None
    thread: str | None = None


@dataclass(frozen=True)
class BadLine:
    """An input line that is no question; what could be read of it, and what is wrong."""

    fields: dict[str, Any]
    reason: str

    @property
    def id(self) -> str:
        """The id it gave, or `line N`."""
        return str(self.fields["id"])


def read_batch(path: Path) -> list[BatchLine | BadLine]:
    """The lines of a batch in file order; empty ones are left out. An id that was used before is a fault."""
    lines: list[BatchLine | BadLine] = []
    seen: set[str] = set()
    for number, text in enumerate(path.read_bytes().splitlines(), start=1):
        if not text.strip():
            continue
        line = read_line(text, number)
        if line.id in seen:
            line = BadLine({"id": f"line {number}"}, f"the id {line.id!r} was used on an earlier line")
        seen.add(line.id)
        lines.append(line)
    return _bind_threads(lines)


def read_line(text: bytes, number: int) -> BatchLine | BadLine:
    """One line, checked.

    >>> read_line(b'{"id": "a", "question": "Q?", "patient": "p"}', 1).question
    'Q?'
    >>> read_line(b'{"id": "a", "question": "Q?"}', 1)
    BadLine(fields={'id': 'a', 'question': 'Q?'}, reason='patient: Field required')
    >>> read_line(b'{"id": ', 7).id
    'line 7'
    """
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        return BadLine({"id": f"line {number}"}, f"not JSON: {error}")
    if not isinstance(fields, dict):
        return BadLine({"id": f"line {number}"}, "not a JSON object")
    if isinstance(fields.get("id"), int) and not isinstance(fields["id"], bool):
        fields["id"] = str(fields["id"])
    try:
        return BatchLine.model_validate({k: v for k, v in fields.items() if v is not None})
    except ValidationError as error:
        reason = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        usable = isinstance(fields.get("id"), str) and fields["id"]
        return BadLine({**fields, "id": fields["id"] if usable else f"line {number}"}, reason)


def recover_done(path: Path, retry: bool = False) -> dict[str, str]:
    """The ids that an output file holds already, each with its status; a last line that was cut off is dropped from it.

    With `retry` the lines of errors are dropped too. Raises UsageMistake, and leaves the file alone, where it is no
    output of a batch.
    """
    if not path.exists():
        return {}
    content = path.read_bytes()
    *whole, cut = content.split(b"\n")
    try:
        done = {line: _read_done(line) for line in whole if line.strip()}
    except (ValueError, KeyError, TypeError) as error:
        raise UsageMistake(f"{path} holds other things than results; name another file") from error
    if cut.strip() and not cut.lstrip().startswith(_RESULT[: len(cut.lstrip())]):
        raise UsageMistake(f"{path} holds other things than results; name another file")
    kept = [line for line, (_, status) in done.items() if not (retry and status == "error")]
    if retry and len(kept) < len(done):
        _replace(path, b"".join(line + b"\n" for line in kept))
    elif cut:
        with path.open("r+b") as file:
            file.truncate(len(content) - len(cut))
    return dict(done[line] for line in kept)


def _read_done(line: bytes) -> tuple[str, str]:
    result = json.loads(line)
    return str(result["id"]), str(result["status"])


def _replace(path: Path, content: bytes) -> None:
    """Put other content in a file's place, whole or not at all, under the same mode."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    make_private(fresh)
    fresh.write_bytes(content)
    shutil.copymode(path, fresh)
    fresh.replace(path)


def _bind_threads(lines: list[BatchLine | BadLine]) -> list[BatchLine | BadLine]:
    """A thread belongs to the patient of its first line; a line that changes it is a fault."""
    owners: dict[str, str] = {}
    bound: list[BatchLine | BadLine] = []
    for line in lines:
        if isinstance(line, BatchLine) and line.thread is not None:
            owner = owners.setdefault(line.thread, line.patient)
            if owner != line.patient:
                reason = f"the thread {line.thread!r} belongs to another patient; start a new thread"
                bound.append(BadLine(line.model_dump(exclude_none=True), reason))
                continue
        bound.append(line)
    return bound
