"""FHIRPath-QA: questions over MIMIC-IV on FHIR, answers by FHIRPath (arXiv 2602.23479), from the user's own file.

Knows nothing of how an answer is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from evals.item import Atom, Gold, Item
from evals.scoring.answers import read_json_atoms
from evals.suites.question_files import Source, load_lines

ADJUDICATED_OUT = ("gold text absent", "constant false", "sort ignores", "exact-instant", "arbitrary second", "other")
"""Parts of the notes of items whose gold contradicts the chart or is not in it."""

_TAGS = {"tie": "tie", "convention": "convention", "only from Specimen": "specimens only"}


def load_items(questions: Source, notes: Source | None = None, ties: Source | None = None) -> list[Item]:
    """The items of a question file, or of a URL with its checksum.

    `notes` says which golds are not plain, `ties` what tied records tell.
    Both are JSON lines by `id`, with `note`, and with `one_of` and `tied` (evals.suites.fhirpath_ties).
    """
    noted = {str(n["id"]): str(n["note"]) for n in _read(notes)}
    tied = {str(t["id"]): t for t in _read(ties)}
    return [to_item(row, noted.get(str(row["id"]), ""), tied.get(str(row["id"]))) for row in _read(questions)]


def to_item(row: Mapping[str, Any], note: str = "", ties: Mapping[str, Any] | None = None) -> Item:
    """One row as an item.

    >>> made = to_item({"id": "a", "question": "Q?", "patient_id": "7", "now": "2180-01-01T00:00:00", "answer": "[3]"})
    >>> made.patient, made.as_of, made.gold.values
    ('7', '2180-01-01T00:00:00', (3,))
    """
    answer = json.loads(row["answer"]) if isinstance(row["answer"], str) else row["answer"]
    values = read_json_atoms(answer)
    records = tuple(tuple(record) for record in (ties or {}).get("tied", ()))
    gold = Gold(
        values,
        one_of=bool((ties or {}).get("one_of")) or _names_one_thing(str(row.get("query", "")), values),
        tied=records if len(records) > 1 else (),
    )
    return Item(
        id=str(row["id"]),
        question=row["question"],
        patient=str(row["patient_id"]),
        gold=gold,
        as_of=row["now"],
        date_order="dmy",
        capability=str(row.get("question_template_id", "")),
        held_out=row.get("split") == "val",
        tags=frozenset(_tags(str(row.get("perspective", "")), note, gold)),
        note=note,
    )


def _tags(perspective: str, note: str, gold: Gold) -> list[str]:
    out = any(part in note for part in ADJUDICATED_OUT)
    tags = [
        "adjudicated out" if out else "adjudicated",
        *(tag for start, tag in _TAGS.items() if note.startswith(start)),
    ]
    if perspective:
        tags.append(f"{perspective} phrasing")
    return tags if gold.values else [*tags, "empty"]


def _names_one_thing(query: str, values: Sequence[Atom]) -> bool:
    """Several codings of one record, where the gold's query ends in its codes."""
    return len(values) > 1 and bool(re.search(r"(coding\.code|\(code \| display)\)*$", query))


def _read(source: Source | None) -> list[dict[str, Any]]:
    return [] if source is None else list(load_lines(source))
