"""Answers and retrievals are graded by the published rule; the public sets are read as items."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evals.item import Gold
from evals.scoring.answers import grade_answer, grade_retrieval, measure_precision, read_sql_result
from evals.suites import fhir_agentbench, fhirpath_qa


def answered(*values: Any, complete: bool = True) -> dict[str, Any]:
    return {"status": "answered", "values": list(values), "receipt": {"complete": complete}}


ABSTAINED = {"status": "abstained", "values": [], "receipt": {"complete": False}}
FAILED = {"status": "error", "values": [], "receipt": {"complete": False}}


@pytest.mark.parametrize(
    ("gold", "result", "grade"),
    [
        (Gold((1,)), answered(True), "pass"),
        (Gold((0,)), answered(False), "pass"),
        (Gold((0,)), answered(True), "fail"),
        (Gold((0,)), ABSTAINED, "fail"),
        (Gold(()), ABSTAINED, "pass"),
        (Gold(()), answered(), "pass"),
        (Gold(()), answered(complete=False), "fail"),
        (Gold(()), answered(3), "fail"),
        (Gold(()), FAILED, "fail"),
        (Gold((4.19,), whole_numbers=True), answered(4.4), "pass"),
        (Gold((4.19,)), answered(4.4), "fail"),
        (Gold((40,)), answered("40 mg"), "pass"),
        (Gold(("M",)), answered("male"), "pass"),
        (Gold(("M",), marital=True), answered("Married"), "pass"),
        (Gold(("M",), marital=True), answered("Widowed"), "fail"),
        (Gold(("A", "B")), answered("b", "a"), "pass"),
        (Gold(("A", "B")), answered("a"), "fail"),
        (Gold(("A",)), answered("a", "b"), "fail"),
        (Gold(("A", "B"), one_of=True), answered("b"), "pass"),
        (Gold(("A", "B"), one_of=True), answered("b", "c"), "fail"),
        (Gold(("A",), tied=(("A",), ("B",))), answered("a", "b"), "pass"),
        (Gold(("A",), tied=(("A",), ("B",))), answered("a"), "pass"),
        (Gold(("A",), tied=(("A",), ("B",))), answered("b"), "fail"),
        (Gold(("A",), tied=(("A",), ("B",))), answered("a", "b", "c"), "fail"),
        (Gold(("A", "1"), one_of=True, tied=(("A", "1"), ("B", "2"))), answered("a", "2"), "pass"),
        (Gold(("A", "1"), one_of=True, tied=(("A", "1"), ("B", "2"))), answered("2"), "fail"),
        (Gold(("A",), tied=(("A",), ("B", "C"))), answered("a", "b"), "fail"),
        (Gold((), abstain=True), ABSTAINED, "pass"),
        (Gold((), abstain=True), answered(), "fail"),
        (Gold((4.2,), decimals=1), answered(4.19), "pass"),
        (Gold((4.2,), decimals=1), answered(4.3), "fail"),
        (Gold(("2160-04-16T18:14:16-04:00",)), answered("2160-04-16T18:14:59-04:00"), "pass"),
        (Gold(("2160-04-16T18:14:16-04:00",)), answered("2160-04-16T22:14:16Z"), "pass"),
        (Gold(("2160-04-16T18:14:16-04:00",)), answered("2160-04-16"), "fail"),
        (Gold(("2160-04-16 18:14:16",), by_day=True), answered("2160-04-16"), "pass"),
        (Gold(("2160-04-16 18:14:16",), by_day=True), answered("2160-04-17"), "fail"),
        (Gold(("2160-04-16",)), answered("not a date"), "fail"),
    ],
)
def test_an_answer_is_graded_by_the_published_rule(gold: Gold, result: dict[str, Any], grade: str) -> None:
    assert grade_answer(gold, result) == grade


def test_retrieval_is_all_or_nothing_and_does_not_apply_without_needed_records() -> None:
    need = Gold((1,), references=frozenset({"Condition/a", "Encounter/b"}))
    assert grade_retrieval(need, ["Encounter/b", "Condition/a", "Patient/p"]) == "pass"
    assert grade_retrieval(need, ["Condition/a"]) == "fail"
    assert grade_retrieval(Gold((1,)), ["Condition/a"]) == "n/a"


def test_precision_counts_only_types_that_are_needed() -> None:
    need = Gold((1,), references=frozenset({"Condition/a"}))
    assert measure_precision(need, ["Condition/a", "Condition/z", "Encounter/b"]) == 0.5
    assert measure_precision(need, []) == 0.0
    assert measure_precision(Gold((1,)), ["Condition/a"]) is None


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("[]", ()),
        ("[[None]]", ()),
        ("[[0]]", (0,)),
        ("[[\"O'Neil\"]\n ['B']]", ("O'Neil", "B")),
        ("[['2113-08-04 00:00:00']]", ("2113-08-04 00:00:00",)),
    ],
)
def test_a_printed_sql_result_is_read_as_cells(text: str, atoms: tuple[Any, ...]) -> None:
    assert read_sql_result(text) == atoms


AGENTBENCH = {
    "question_id": "q1",
    "question": "When was the visit?",
    "assumption": "Assume the current time is 2101-12-31 23:59:00.",
    "patient_fhir_id": "p1",
    "true_answer": "[['2101-02-03 10:00:00']]",
    "true_fhir_ids": {"Encounter": ["e1"]},
}


def test_the_moment_a_note_assumes_becomes_as_of() -> None:
    item = fhir_agentbench.to_item(AGENTBENCH)
    assert (item.as_of, item.date_order) == ("2101-12-31T23:59:00", "mdy")
    assert item.gold.references == {"Encounter/e1"}
    assert fhir_agentbench.to_item({**AGENTBENCH, "assumption": ""}).as_of is None


FHIRPATH = {
    "id": "a",
    "question": "?",
    "patient_id": "7",
    "now": "2180-01-01",
    "answer": json.dumps(["00123", "Aspirin"]),
}


def test_codings_of_one_record_are_alternative_names() -> None:
    assert fhirpath_qa.to_item({**FHIRPATH, "query": "x.last().code.coding.code"}).gold.one_of
    assert not fhirpath_qa.to_item({**FHIRPATH, "query": "x.code.coding.display"}).gold.one_of


@pytest.mark.parametrize(
    ("note", "tag"),
    [
        ("gold constant false, chart says yes", "adjudicated out"),
        ("tie: gold is one of several records at the same instant", "tie"),
        ("convention: gold counts no emergency-department resources", "convention"),
        ("", "adjudicated"),
    ],
)
def test_a_note_says_whether_a_gold_stands(note: str, tag: str) -> None:
    item = fhirpath_qa.to_item(FHIRPATH, note)
    assert tag in item.tags
    assert ("adjudicated out" in item.tags) != ("adjudicated" in item.tags)


def test_the_split_val_is_held_out() -> None:
    assert fhirpath_qa.to_item({**FHIRPATH, "split": "val"}).held_out
    assert not fhirpath_qa.to_item({**FHIRPATH, "split": "train"}).held_out


def test_tied_records_come_from_their_file() -> None:
    tied = fhirpath_qa.to_item(FHIRPATH, "tie", {"one_of": True, "tied": [["00123", "Aspirin"], ["9", "Senna"]]})
    assert tied.gold.tied == (("00123", "Aspirin"), ("9", "Senna"))
