"""FHIR-AgentBench: EHRSQL's questions over MIMIC-IV on FHIR (arXiv 2509.19319), from the user's own file.

Knows nothing of how an answer is made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from evals.item import Gold, Item
from evals.scoring.answers import read_sql_result
from evals.suites.question_files import Source, load_lines

_NOW = re.compile(r"current time is (\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?)", re.IGNORECASE)
_CLOCK = re.compile(r"\btimes? of\b|\bhours?\b|\bwhat time\b|\bminutes?\b", re.IGNORECASE)


def load_items(questions: Source) -> list[Item]:
    """The items of a question file, or of a URL with its checksum. Raises QuestionFileError."""
    return [to_item(row) for row in load_lines(questions)]


def to_item(row: Mapping[str, Any]) -> Item:
    """One row as an item; the moment that its note assumes becomes `as_of`."""
    note = str(row.get("assumption") or "")
    now = _NOW.search(note)
    gold = read_gold(row)
    return Item(
        id=str(row["question_id"]),
        question=row["question"],
        patient=row["patient_fhir_id"],
        gold=gold,
        as_of=now[1].replace(" ", "T") if now else None,
        context=note,
        date_order="mdy",
        capability=str(row.get("main_table_name") or "none"),
        tags=frozenset() if gold.values else frozenset({"empty"}),
    )


def read_gold(row: Mapping[str, Any]) -> Gold:
    """A printed SQL result: numbers by nearest integer, times by day unless a time is asked for."""
    ids = row.get("true_fhir_ids") or {}
    return Gold(
        read_sql_result(row["true_answer"]),
        whole_numbers=True,
        by_day=not _CLOCK.search(row["question"]),
        marital="marital" in row["question"].casefold(),
        references=frozenset(f"{kind}/{i}" for kind, found in ids.items() for i in found),
    )
