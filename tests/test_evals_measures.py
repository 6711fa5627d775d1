"""Every measure: a case where it is 1 or good, one where it is 0 or bad, and one where it does not apply."""

from __future__ import annotations

from typing import Any

import pytest

from evals.item import Gold, Item
from evals.scoring.measures import MEASURES

NEEDED = frozenset({"Observation/a", "Observation/b"})


def item(*values: Any, abstain: bool = False, references: frozenset[str] = frozenset()) -> Item:
    return Item("i", "Q?", "p", Gold(values, abstain=abstain, references=references))


def result(status: str = "answered", complete: bool = True, **fields: Any) -> dict[str, Any]:
    return {"status": status, "receipt": {"complete": complete}, **fields}


@pytest.mark.parametrize(
    ("measure", "asked", "given", "value"),
    [
        ("right", item(1), result(values=[1]), 1),
        ("right", item(1), result(values=[2]), 0),
        ("right", item(abstain=True), result("abstained"), 1),
        ("wrong_answered", item(1), result(values=[2]), 1),
        ("wrong_answered", item(1), result(values=[1]), 0),
        ("wrong_answered", item(1), result("abstained"), None),
        ("abstained", item(1), result("abstained"), 1),
        ("abstained", item(1), result(values=[1]), 0),
        ("abstention_right", item(abstain=True), result("abstained"), 1),
        ("abstention_right", item(), result("abstained"), 1),
        ("abstention_right", item(1), result("abstained"), 0),
        ("abstention_right", item(abstain=True), result(values=[1]), 0),
        ("abstention_right", item(1), result(values=[1]), None),
        ("retrieval_error", item(1, references=NEEDED), result(retrieved=["Observation/a"]), 1),
        ("retrieval_error", item(1, references=NEEDED), result(retrieved=[*NEEDED, "Patient/p"]), 0),
        ("retrieval_error", item(1), result(retrieved=["Observation/a"]), None),
        ("retrieval_precision", item(1, references=NEEDED), result(retrieved=[*NEEDED, "Observation/c"]), 2 / 3),
        ("retrieval_precision", item(1, references=NEEDED), result(retrieved=[]), 0),
        ("retrieval_precision", item(1), result(retrieved=["Observation/a"]), None),
        ("citation_recall", item(1, references=NEEDED), result(citations=["Observation/a"]), 0.5),
        ("citation_recall", item(1, references=NEEDED), result("abstained"), None),
        ("citation_precision", item(1, references=NEEDED), result(citations=["Observation/a", "Observation/c"]), 0.5),
        ("citation_precision", item(1), result(citations=["Observation/a"]), None),
        ("receipt_honoured", item(), result(values=[]), 1),
        ("receipt_honoured", item(0), result(values=[False], complete=False), 0),
        ("receipt_honoured", item(3), result(values=[3], computes=["count"], complete=False), 0),
        ("receipt_honoured", item(3), result(values=[3], complete=False), None),
        ("error", item(1), result("error", answer="no such patient"), 1),
        ("error", item(1), result(values=[1]), 0),
        ("format_errors", item(1), result(format_errors=2), 2),
        ("format_errors", item(1), result(), None),
        ("tokens", item(1), result(tokens=30), 30),
        ("tokens_to_read", item(1), result(tokens_to_read=900), 900),
        ("tokens_to_read", item(1), result(), None),
        ("steps", item(1), result(steps=2), 2),
        ("seconds", item(1), result(seconds=0.5), 0.5),
    ],
)
def test_a_measure_is_what_it_says_or_does_not_apply(
    measure: str, asked: Item, given: dict[str, Any], value: float | None
) -> None:
    assert MEASURES[measure](asked, given).value == (None if value is None else pytest.approx(value))


def test_a_missed_record_is_named() -> None:
    told = MEASURES["retrieval_error"](item(1, references=NEEDED), result(retrieved=["Observation/a"]))
    assert told.why == "missed Observation/b"
