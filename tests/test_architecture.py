"""The house's rules: imports go down only, in no circle; heavy packages stay behind walls; files stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("agent", "tools", "fhir_fixtures", "evals")
MAY_IMPORT = {
    "tools.fhir": {"tools.fhir"},
    "tools.store": {"tools.store", "tools.fhir"},
    "tools": {"tools", "tools.fhir", "tools.store"},
    "fhir_fixtures": {"fhir_fixtures", "tools", "tools.fhir", "tools.store"},
    "agent": {"agent", "tools", "tools.fhir"},
    "evals": {"evals", "agent", "tools", "tools.fhir", "tools.store", "fhir_fixtures"},
}
FOUNDATIONS = {"tools.garbage_collection", "tools.private_file", "tools.receipt"}
"""What every layer may import, and that import nothing of ours."""
BENCHES = ("evals.small_gemma", "evals.bench_planner", "evals.device_timing", "evals.random_gemma")
ENTRY_POINTS = ("agent.__main__", "agent.cli")
WALLS = {
    "langgraph": ("agent.graph", "agent.threads", "agent.served"),
    "torch": ("agent.planners.medgemma", "tools.imaging", *BENCHES),
    "transformers": ("agent.planners.medgemma", "tools.imaging", *BENCHES),
    "llguidance": ("agent.planners.medgemma", "evals.bench_grammar"),
    "fastapi": (),
    "typer": ENTRY_POINTS,
    "rich": (*ENTRY_POINTS, "evals.suites.fhirpath_ties"),
    "fhirpathpy": ("evals.suites.fhirpath_ties",),
    "starlette": ("tools.store",),
    "sqlalchemy": ("tools.store",),
    "sqlmodel": ("tools.store",),
    "inspect_ai": (
        "evals.tasks",
        "evals.solver",
        "evals.scorers",
        "evals.running",
        "evals.judging",
        "evals.report.logs",
    ),
    "altair": ("evals.report",),
}
FILES = [p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))]
NAMES = [str(p.relative_to(ROOT)) for p in FILES]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(module: str) -> str:
    two = ".".join(module.split(".")[:2])
    return two if two in MAY_IMPORT else module.split(".")[0]


def belongs(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith((f"{place}.", f"{place}_")) for place in places)


def is_typing_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Each imported module and whether it is imported when the file is, outside functions and typing blocks."""
    pending: list[tuple[ast.AST, bool]] = [(ast.parse(path.read_text("utf-8")), True)]
    while pending:
        node, at_once = pending.pop()
        if isinstance(node, ast.Import):
            yield from ((alias.name, at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((full_name(node.module, alias.name), at_once) for alias in node.names)
        inside = at_once and not (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or is_typing_block(node))
        pending += [(child, inside) for child in ast.iter_child_nodes(node)]


def full_name(module: str, name: str) -> str:
    """`from tools.store import tables` imports a module, `from tools.errors import ToolError` does not."""
    below = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if below.with_suffix(".py").exists() or below.is_dir() else module


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_imports_go_down_only(path: Path) -> None:
    module = module_name(path)
    allowed = MAY_IMPORT[layer(module)] | (set(MAY_IMPORT) if belongs(module, ENTRY_POINTS) else set())
    ours = {name for name, _ in imports(path) if name.split(".")[0] in PACKAGES}
    assert not {name for name in ours - FOUNDATIONS if layer(name) not in allowed}
    assert module not in FOUNDATIONS or not ours


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_heavy_packages_stay_behind_their_walls(path: Path) -> None:
    module = module_name(path)
    used = {name.split(".")[0] for name, _ in imports(path)}
    assert not {name for name in used & set(WALLS) if not belongs(module, WALLS[name])}


def test_no_imports_go_in_a_circle() -> None:
    graph = {module_name(p): {name for name, at_once in imports(p) if at_once} - {module_name(p)} for p in FILES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_file_stays_small_and_says_what_it_holds(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_no_file_is_named_after_nothing(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc"}


def test_the_command_line_imports_nothing_heavy_until_a_command_runs() -> None:
    heavy = ("httpx", "pydantic", "sqlalchemy", "langgraph", "torch", "orjson", "pint")
    code = f"import sys, agent.__main__; print([m for m in {heavy!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"
