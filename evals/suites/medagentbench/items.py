"""load_items: the benchmark's tasks as items, from the user's folder; with them the truth they are graded by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.item import Gold, Item
from evals.suites.medagentbench.grading import ACTIONS, NAMES, expect_values
from evals.suites.medagentbench.serving import FILES
from evals.suites.medagentbench.synthetic import CODES, make_results
from evals.suites.medagentbench.truth import Truth

Json = dict[str, Any]

_TASKS, _FUNCTIONS = "test_data_v2.json", "funcs_v1.json"


@dataclass(frozen=True)
class Suite:
    """Everything a run needs of a folder."""

    items: tuple[Item, ...]
    truth: Truth
    functions: tuple[Json, ...]
    made_up: tuple[Json, ...]
    """Results that are made up, to be loaded beside those of the folder."""


def load_items(folder: Path) -> list[Item]:
    """The tasks; those whose results are made up bear the tag `synthetic`."""
    return list(load_suite(folder).items)


def load_suite(folder: Path) -> Suite:
    """The tasks with their truth. Raises OSError, ValueError for files that are not there or not theirs."""
    cases = json.loads((folder / _TASKS).read_text("utf-8"))
    functions = json.loads((folder / _FUNCTIONS).read_text("utf-8"))
    patients = json.loads((folder / FILES[0]).read_text("utf-8"))
    real = [json.loads(line) for line in (folder / FILES[1]).read_text("utf-8").splitlines() if line.strip()]
    made_up = tuple(_make_up(cases))
    truth = Truth([*patients, *real, *made_up])
    return Suite(tuple(_to_item(case, truth) for case in cases), truth, tuple(functions), made_up)


def type_of(item_id: str) -> str:
    """The type of a task: `task3` of `task3_12`."""
    return item_id.partition("_")[0]


def _make_up(cases: list[Json]) -> Iterator[Json]:
    for code in dict.fromkeys(CODES.values()):
        whose = (c["eval_MRN"] for c in cases if CODES.get(type_of(c["id"])) == code)
        yield from make_results(list(dict.fromkeys(whose)), code)


def _to_item(case: Json, truth: Truth) -> Item:
    kind, patient = type_of(case["id"]), case.get("eval_MRN", "")
    values = tuple(case["sol"]) if "sol" in case else expect_values(kind, patient, truth)
    tags = {"action" if kind in ACTIONS else "query", "synthetic" if kind in CODES else "authentic"}
    return Item(
        id=case["id"], question=case["instruction"], patient=patient, gold=Gold(values), context=case["context"],
        capability=NAMES.get(kind, kind), template=kind, tags=frozenset(tags),
    )  # fmt: skip
