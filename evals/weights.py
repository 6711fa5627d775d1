"""What a model named by its folder is: its size, and whether its weights are random. Reads none of them."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

RANDOM = "random_weights"
"""The mark in `config.json` of a model whose weights are random."""
_LONGEST_HEADER = 100_000_000


def describe_weights(model: str | None) -> str:
    """A model's size and the mark, as a report tells them; empty where the model is no folder of this machine.

    >>> describe_weights("google/medgemma-27b-text-it"), describe_weights(None)
    ('', '')
    """
    folder = Path(model or "").expanduser()
    if not model or not (folder / "config.json").is_file():
        return ""
    count = sum(_count_parameters(path) for path in folder.glob("*.safetensors"))
    told = [f"{count / 1e6:,.1f} million parameters"] * bool(count)
    return ", ".join([*told, *["random weights"] * bool(_read_config(folder).get(RANDOM))])


def mark_random(folder: Path) -> None:
    """Note in a model's folder that its weights are random."""
    config = folder / "config.json"
    config.write_text(json.dumps({**_read_config(folder), RANDOM: True}, indent=2) + "\n")


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except ValueError:
        return {}
    return config if isinstance(config, dict) else {}


def _count_parameters(file: Path) -> int:
    """https://huggingface.co/docs/safetensors: the header's length, eight bytes, then the header, in JSON."""
    try:
        with file.open("rb") as opened:
            (length,) = struct.unpack("<Q", opened.read(8))
            header = json.loads(opened.read(length)) if length < _LONGEST_HEADER else {}
        return sum(math.prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")
    except (ValueError, struct.error, KeyError, TypeError):
        return 0
