"""The documents agree with the code: every folder on the map, every command and option described, no dead link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from agent.__main__ import app

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS_TEXT = (ROOT / "docs" / "commands.md").read_text("utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_the_map_names_every_folder_and_no_other() -> None:
    named = set(re.findall(r"^\| `(\w+)/` \|", README, re.MULTILINE))
    there = {p.name for p in ROOT.iterdir() if p.is_dir() and (any(p.glob("*.py")) or any(p.glob("*.md")))}
    assert named == {name for name in there if not name.startswith(".")}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_described(name: str) -> None:
    assert f"`anamnesis {name}" in COMMANDS_TEXT
    assert f"anamnesis {name}" in README or name == "demo"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_described(name: str) -> None:
    options = {o for p in COMMANDS[name].params for o in p.opts if o.startswith("--")}
    assert not {o for o in options if o not in COMMANDS_TEXT}


def test_no_command_is_described_that_is_not_there() -> None:
    described = set(re.findall(r"`anamnesis (\w+)", README + COMMANDS_TEXT))
    assert described <= set(COMMANDS)


@pytest.mark.parametrize("path", DOCUMENTS, ids=[p.name for p in DOCUMENTS])
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target
