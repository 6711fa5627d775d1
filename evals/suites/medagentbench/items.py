"""load_items: the benchmark's tasks as items, from the user's folder; with them the truth they are graded by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evals.item import Gold, Item
from evals.suites.medagentbench.fetching import fetch_results
from evals.suites.medagentbench.grading import ACTIONS, LOOKED_AT, NAMES, expect_values, needed_records
from evals.suites.medagentbench.serving import FILES
from evals.suites.medagentbench.synthetic import MADE_UP, is_made_up, make_results
from evals.suites.medagentbench.truth import Truth

Json = dict[str, Any]
Data = Literal["authentic", "synthetic", "absent"]

_TASKS, _FUNCTIONS = "test_data_v2.json", "funcs_v1.json"


@dataclass(frozen=True)
class Suite:
    """Everything a run needs of a folder."""

    items: tuple[Item, ...]
    truth: Truth
    functions: tuple[Json, ...]
    made_up: tuple[Json, ...]
    """Results that are made up, to be loaded beside those of the folder."""


def load_items(folder: Path, fhir: str | None = None) -> list[Item]:
    """The tasks, tagged `query` or `action`, and by whether the results they look at are real."""
    return list(load_suite(folder, fhir).items)


def load_suite(folder: Path, fhir: str | None = None) -> Suite:
    """The tasks with their truth: by the folder, or, with `fhir`, by the server there, which then has all results.

    Raises OSError and ValueError for files that are not there or not theirs, httpx.HTTPError where the server fails.
    """
    cases = json.loads((folder / _TASKS).read_text("utf-8"))
    functions = json.loads((folder / _FUNCTIONS).read_text("utf-8"))
    patients = json.loads((folder / FILES[0]).read_text("utf-8"))
    made_up = () if fhir else tuple(_make_up(cases))
    results = [*(fetch_results(fhir, _looked_at(cases)) if fhir else _read_results(folder)), *made_up]
    truth = Truth([*patients, *results])
    data = {code: _tell_data(code, results) for code in LOOKED_AT.values()}
    items = tuple(_to_item(case, truth, data) for case in cases)
    return Suite(items, truth, tuple(functions), made_up)


def type_of(item_id: str) -> str:
    """The type of a task: `task3` of `task3_12`."""
    return item_id.partition("_")[0]


def _read_results(folder: Path) -> list[Json]:
    lines = (folder / FILES[1]).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def _looked_at(cases: list[Json]) -> Iterator[tuple[str, str]]:
    """The patients and codes that the tasks look at."""
    asked = ((case["eval_MRN"], LOOKED_AT.get(type_of(case["id"]))) for case in cases if "eval_MRN" in case)
    yield from dict.fromkeys((patient, code) for patient, code in asked if code is not None)


def _make_up(cases: list[Json]) -> Iterator[Json]:
    for code in dict.fromkeys(MADE_UP.values()):
        whose = (c["eval_MRN"] for c in cases if MADE_UP.get(type_of(c["id"])) == code)
        yield from make_results(list(dict.fromkeys(whose)), code)


def _tell_data(code: str, results: list[Json]) -> Data:
    """Whether the results of a code are real, made up, or not there at all."""
    held = [r for r in results if any(c["code"] == code for c in r["code"]["coding"])]
    return "absent" if not held else "synthetic" if any(map(is_made_up, held)) else "authentic"


def _to_item(case: Json, truth: Truth, data: Mapping[str, Data]) -> Item:
    kind, patient = type_of(case["id"]), case.get("eval_MRN", "")
    values = tuple(case["sol"]) if "sol" in case else expect_values(kind, patient, truth)
    gold = Gold(values, references=needed_records(kind, patient, truth))
    tags = {"action" if kind in ACTIONS else "query", data.get(LOOKED_AT.get(kind, ""), "authentic")}
    return Item(
        id=case["id"], question=case["instruction"], patient=patient, gold=gold, context=case["context"],
        capability=NAMES.get(kind, kind), template=kind, tags=frozenset(tags),
    )  # fmt: skip
