"""The schema of a decision: all that gets through parses and validates, and nothing beyond this chart gets through."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.decision import DECISION, CallTool
from agent.planners.planner import PlannerView, Step, Turn
from agent.step_schema import build_step_schema
from agent.step_schema.answer import list_values
from agent.step_schema.times import spell_times
from agent.step_schema.units import list_divided, list_divisors, list_units
from agent.verify import holds_value
from tests.grammar import compile_schema, lets_through, write_randomly
from tools.chart_query import ChartQuery, Kind
from tools.concepts.entry import ConceptEntry
from tools.errors import ToolError
from tools.evidence import Evidence, Finding
from tools.overview import KindSummary, Overview
from tools.receipt import Receipt
from tools.records.kinds import KIND_SEARCHES
from tools.records.record import Coding
from tools.time_window import parse_window
from tools.toolbox import build_tools
from tools.units import convert

TOOLS = build_tools(allow_drafts=True)
NOW = datetime(2024, 6, 1, 12)
QUESTION = "Since March 2015, was any gout or heart attack recorded?"
INDEX = (
    ConceptEntry(Kind.LAB, "Hemoglobin A1c", ("HbA1c",), (Coding("http://loinc.org", "4548-4"),), 5),
    ConceptEntry(Kind.LAB, 'Sodium "corrected"', (), (), 2),
    ConceptEntry(Kind.CONDITION, "Ménière's disease", (), (Coding("http://snomed.info/sct", "13445001"),), 1),
    ConceptEntry(Kind.MEDICATION_ORDERED, "Metformin 500 mg", (), (), 1),
)
ROW = Evidence("E1", "Observation/1", "1", "lab", "Hemoglobin A1c", "2020-01-02", None, "6.8", "%", "final")
BLOOD_PRESSURE = Evidence(
    "E2", "Observation/2", "1", "vital", "Blood pressure", "2020-01-02", None, "120/80", "mm[Hg]", "final",
    (("interpretation", "High"),),
)  # fmt: skip
FINDING = Finding(
    "Q1", "query_chart", ChartQuery(kind=Kind.LAB), (ROW, BLOOD_PRESSURE), 2, "6.8 %.", (6.8, "2020-01-02"), True,
    ("Observation/1",), (), Receipt(complete=True),
)  # fmt: skip
SEEN = Step(CallTool(tool="query_chart", arguments={"kind": "lab"}), FINDING)
ODD_UNIT = replace(SEEN, finding=replace(FINDING, evidence=(replace(ROW, unit="EU / dl"),)))
CREATININE = replace(ROW, handle="E3", label="Creatinine", value="1.1", unit="mg/dL")
WITH_CREATININE_SEEN = replace(SEEN, finding=replace(FINDING, evidence=(ROW, CREATININE)))
TURN = Turn(
    "Does she take warfarin?",
    "No.",
    (CallTool(tool="query_chart", arguments={"about": ["coumadin"]}),),
    ("Condition/9",),
)


def overview(denied: tuple[str, ...] = ()) -> Overview:
    kinds = tuple(KindSummary(kind, 1, None, None, ()) for kind in dict.fromkeys(e.kind for e in INDEX))
    absent = (Kind.DEVICE, Kind.VITAL)
    return Overview("patient: Ek", kinds, absent, INDEX, Receipt(complete=True, denied=denied))


def view(denied: tuple[str, ...] = (), **more: Any) -> PlannerView:
    told = {"tools": tuple(TOOLS.values()), **more}
    return PlannerView(QUESTION, "", "2024-06-01", "auto", overview(denied), **told)


def query(**arguments: Any) -> str:
    return call("query_chart", **arguments)


def call(tool: str, **arguments: Any) -> str:
    return json.dumps({"action": "call", "tool": tool, "arguments": arguments}, separators=(",", ":"))


def answer(**told: Any) -> str:
    return json.dumps({"action": "answer", **told}, separators=(",", ":"))


FIRST, LATER = view(), view(steps=(SEEN,), history=(TURN,))
WEIGHED = replace(LATER, question="She weighs 70 kg on 2020-05-02; how much is that in pounds?")
WITH_CREATININE = replace(LATER, steps=(WITH_CREATININE_SEEN,))
NOTHING_TOLD = replace(LATER, history=(replace(TURN, citations=()),))
MAY = [
    (FIRST, query(kind="lab")),
    (FIRST, query(kind="lab", about=["Hemoglobin A1c"], when="since March 2015", pick={"which": "last"})),
    (FIRST, query(kind="lab", about=["4548-4"])),
    (FIRST, query(kind="lab", about=['Sodium "corrected"'])),
    (FIRST, query(kind="medication", about=["Metformin 500 mg"])),
    (FIRST, query(kind="observation", about=["HbA1c"])),
    (FIRST, query(kind="device", about=["heart attack"])),
    (FIRST, query(kind="condition", about=["gout", "heart attack"], compute="exists")),
    (FIRST, query(kind="condition", about=["myocardial infarction"])),
    (FIRST, query(kind="condition", when="Since March 2015")),
    (FIRST, query(kind="lab", during={"type": "icu", "which": "nth", "n": 2})),
    (FIRST, query(kind="lab", where=[{"field": "value", "op": "<", "value": "7.5", "unit": "%"}])),
    (FIRST, query(kind="lab", where=[{"field": "status", "value": "active"}])),
    (FIRST, query(kind="lab", around={"relation": "after", "kind": "condition", "about": ["gout"], "hours": 24})),
    (FIRST, call("search_notes", text="heart attack", when="last 3 months")),
    (FIRST, answer(status="abstained")),
    (LATER, query(kind="condition", about=["warfarin"], among="previous_answer")),
    (LATER, query(kind="condition", about=["coumadin"])),
    (LATER, call("read_record", record="E2")),
    (WITH_CREATININE, call("calculate", what="egfr", inputs={"creatinine": "E3"})),
    (LATER, call("calculate", what="mean_arterial_pressure", inputs={"systolic": "E2", "diastolic": "E2"})),
    (LATER, call("calculate", what="time_between", inputs={"from": "E1", "to": "as_of"}, unit="days")),
    (LATER, call("calculate", what="time_between", inputs={"from": "2020-01-02", "to": "as_of"})),
    (WEIGHED, call("calculate", what="expression", inputs={"a": "E1", "b": "70 kg"}, expression="(a - b) / a * 100")),
    (WEIGHED, call("calculate", what="convert", inputs={"a": "70 kg"}, unit="[lb_av]")),
    (WEIGHED, call("calculate", what="convert", inputs={"a": "70"}, unit="mL/min/1.73m2")),
    (WEIGHED, call("calculate", what="time_between", inputs={"from": "2020-05-02", "to": "E1"})),
    (replace(LATER, steps=(ODD_UNIT,)), query(kind="lab", unit="EU / dl")),
    (LATER, answer(status="answered", citations=["Q1"])),
    (LATER, answer(status="answered", citations=["Q1", "E2"], text="It was 6.8 %.", values=[6.8, "120/80 mm[Hg]"])),
]
MAY_NOT = [
    (FIRST, call("drop_tables"), "a tool that there is not"),
    (FIRST, query(kind="mood"), "a kind that there is not"),
    (FIRST, query(kind="lab", about=["Metformin 500 mg"]), "a name of another kind"),
    (FIRST, query(kind="lab", about=["Creatinine"]), "a name that neither chart nor question has"),
    (FIRST, query(kind="vital", about=["Hemoglobin A1c"]), "a name for a kind that the chart has none of"),
    (FIRST, query(kind="lab", patient="2"), "another patient"),
    (FIRST, query(about=["gout"], kind="condition"), "the kind after what is chosen by it"),
    (FIRST, query(kind="lab", among="previous_answer"), "an earlier answer where there is none"),
    (FIRST, query(kind="lab", when="whenever"), "a time that cannot be read"),
    (FIRST, query(kind="lab", when="2015-02-31"), "a day that does not exist"),
    (FIRST, query(kind="lab", during={"which": "nth"}), "the nth stay without its number"),
    (FIRST, query(kind="lab", where=[{"field": "value", "op": "<", "value": "low"}]), "less than a word"),
    (FIRST, query(kind="lab", about=[]), "a list of nothing"),
    (FIRST, call("read_record", record="E1"), "a record where none was seen"),
    (FIRST, call("calculate", what="egfr", inputs={"creatinine": "E1"}), "a calculation where nothing was seen"),
    (FIRST, answer(status="answered", citations=["Q1"]), "an answer where nothing was retrieved"),
    (LATER, call("read_record", record="E3"), "a record that was not seen"),
    (LATER, call("calculate", what="convert", inputs={"a": "E1"}), "a conversion to nothing"),
    (LATER, call("calculate", what="egfr", inputs={"creatinine": "E1"}), "a formula of what it does not take"),
    (LATER, call("calculate", what="convert", inputs={"a": "E2"}, unit="g"), "a conversion of no single number"),
    (LATER, call("calculate", what="convert", inputs={"a": "E1"}, unit="whec"), "a unit that there is not"),
    (LATER, query(kind="lab", unit="EU / dl"), "a spelling of a unit that no record has"),
    (LATER, call("calculate", what="convert", inputs={"a": "70 kg"}, unit="g"), "a number that nobody said"),
    (LATER, call("calculate", what="time_between", inputs={"from": "1896-04-13", "to": "E1"}), "a day nobody said"),
    (LATER, query(kind="lab", among="previous_answer"), "among records of a type the answer does not rest on"),
    (NOTHING_TOLD, query(kind="condition", among="previous_answer"), "among the records of an abstention"),
    (FIRST, call("search_notes", text="%"), "a search for no word"),
    (LATER, answer(status="answered", citations=["E3"]), "a citation of what was not seen"),
    (LATER, answer(status="answered"), "an answer without citations"),
    (LATER, answer(status="answered", citations=["Q1"], values=[7.1]), "a value that no record holds"),
    (view(denied=("Condition",)), query(kind="condition"), "a kind that the scopes deny"),
    (view(tools=(), steps=(SEEN,)), query(kind="lab"), "a call where none is left"),
    (view(tools=(TOOLS["query_chart"],)), call("search_notes", text="gout"), "a tool that was not given"),
]


@pytest.mark.parametrize(("seen", "text"), MAY, ids=[text for _, text in MAY])
def test_what_the_chart_and_the_question_allow_can_be_written(seen: PlannerView, text: str) -> None:
    assert lets_through(compile_schema(build_step_schema(seen)), text)


@pytest.mark.parametrize(("seen", "text", "what"), MAY_NOT, ids=[what for *_, what in MAY_NOT])
def test_what_is_not_there_cannot_be_written(seen: PlannerView, text: str, what: str) -> None:
    assert not lets_through(compile_schema(build_step_schema(seen)), text)


@pytest.mark.parametrize("seen", [FIRST, LATER, view(tools=(), steps=(SEEN,))], ids=["first", "later", "no call left"])
def test_all_that_can_be_written_is_a_decision_whose_arguments_the_tool_takes(seen: PlannerView) -> None:
    matcher, dice = compile_schema(build_step_schema(seen)), random.Random(5)
    for _ in range(150):
        decision = DECISION.validate_json(write_randomly(matcher, dice))
        if isinstance(decision, CallTool):
            TOOLS[decision.tool].arguments.model_validate(decision.arguments)


@pytest.mark.parametrize("tool", list(TOOLS))
def test_whatever_one_tool_can_be_called_with_it_takes(tool: str) -> None:
    seen = replace(LATER, tools=(TOOLS[tool],))
    schema = build_step_schema(seen)
    matcher, dice = compile_schema({**schema, "anyOf": schema["anyOf"][:1]}), random.Random(7)
    for _ in range(150):
        decision = DECISION.validate_json(write_randomly(matcher, dice))
        assert isinstance(decision, CallTool)
        TOOLS[decision.tool].arguments.model_validate(decision.arguments)


@contextmanager
def suppress_only(message: str) -> Iterator[None]:
    try:
        yield
    except ToolError as error:
        if message not in str(error):
            raise


@settings(max_examples=400, deadline=None)
@given(st.from_regex(spell_times()["pattern"], fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_every_time_that_can_be_written_can_be_read(phrase: str) -> None:
    if "02-29" not in phrase:  # of which only leap years have one
        with suppress_only("don't overlap"):  # "between 2020 and 2019": no schema puts two times in order
            parse_window(phrase.rstrip("\n"), NOW)


def test_every_value_that_can_be_written_is_one_that_verification_traces() -> None:
    traced = [v for v in list_values([FINDING]) if not isinstance(v, bool)]
    assert 6.8 in traced
    assert [v for v in traced if not holds_value(v, [FINDING])] == []


def test_the_same_view_gives_the_same_schema_and_it_is_small() -> None:
    told = json.dumps(build_step_schema(LATER))
    assert told == json.dumps(build_step_schema(replace(LATER, repair=None)))
    assert len(told) < 26_000


def test_a_long_question_gives_a_bounded_schema() -> None:
    long = replace(FIRST, question=" ".join(f"word{n}" for n in range(2_500)))
    assert len(json.dumps(build_step_schema(long))) < 40_000


def test_where_the_scopes_deny_every_type_notes_can_still_be_asked_and_records_cannot() -> None:
    types = tuple({search.resource_type for searches in KIND_SEARCHES.values() for search in searches})
    matcher = compile_schema(build_step_schema(view(denied=types)))
    assert lets_through(matcher, call("search_notes", text="gout"))
    assert not lets_through(matcher, query(kind="patient"))


def test_a_chart_that_was_not_read_beforehand_can_be_asked_for_what_the_question_names() -> None:
    bare = replace(FIRST, overview=Overview("patient: Ek", (), (), (), Receipt(complete=True)))
    assert lets_through(compile_schema(build_step_schema(bare)), query(kind="vital", about=["gout"]))


QUOTIENTS = [*(f"{unit}/L" for unit in list_divided()), *(f"mg/{unit}/kg" for unit in list_divisors())]


@pytest.mark.parametrize("unit", [*list_units(), *QUOTIENTS])
def test_every_unit_that_can_be_written_is_known(unit: str) -> None:
    with suppress_only("can't be converted to mg/dL: "):
        convert(1, unit, "mg/dL")
