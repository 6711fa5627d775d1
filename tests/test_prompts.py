"""What a model planner is sent: every word it may use stands in it, and it stays short however much a chart holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from agent.brief import format_brief
from agent.decision import CallTool
from agent.planners.planner import PlannerView, Step, Turn
from agent.prompts import build_messages
from agent.signatures import format_tools
from evals.tokens import count_messages, estimate_tokens
from tools.chart_query import ChartQuery, Compute, Kind, Slot
from tools.evidence import Finding
from tools.overview import KindSummary, Overview
from tools.receipt import Receipt
from tools.toolbox import build_tools

TOOLS = tuple(build_tools().values())
EVERY_TOOL = tuple(build_tools(allow_drafts=True).values())
CALL = CallTool(tool="query_chart", arguments={"kind": "lab"})
FINDING = Finding("Q1", "query_chart", None, (), 0, "No record of it.", (), True, (), (), Receipt(complete=True))


def overview(*summaries: KindSummary, absent: Sequence[Kind] = ()) -> Overview:
    return Overview(
        "patient: Ek; gender: male; identifier: 77-123", summaries, tuple(absent), (), Receipt(complete=True)
    )


def view(**more: Any) -> PlannerView:
    return PlannerView("any gout?", "", "2024-06-01", "auto", overview(), **{"tools": TOOLS, **more})


def prompt(**more: Any) -> str:
    return "\n".join(message["content"] for message in build_messages(view(**more)))


def long_kind(kind: Kind) -> KindSummary:
    return KindSummary(
        kind, 1000, "2170-01-01", "2180-01-01", tuple((f"{kind} of a long name {n}", 9) for n in range(99))
    )


@pytest.mark.parametrize("words", [Kind, Compute, Slot], ids=["kinds", "computes", "slots"])
def test_every_word_of_a_list_stands_in_the_prompt(words: type[Kind] | type[Compute] | type[Slot]) -> None:
    told = prompt()
    assert not [word.value for word in words if word.value not in told]


@pytest.mark.parametrize("tool", EVERY_TOOL, ids=[t.name for t in EVERY_TOOL])
def test_every_slot_of_a_tool_stands_in_its_signature_with_what_must_be_given(tool: Any) -> None:
    told = format_tools((tool,))
    schema = tool.arguments.model_json_schema()
    for name in schema["properties"]:
        assert f"\n {name}{'' if name in schema['required'] else '?'}: " in told


def test_the_usual_choice_stands_first_and_a_number_that_is_usual_is_said() -> None:
    told = format_tools(TOOLS)
    assert "pick?: last|first" in told
    assert "limit?: int = 5" in told
    assert "skip?: int (" in told


def test_of_several_forms_each_is_told_with_the_word_that_names_it() -> None:
    told = format_tools(EVERY_TOOL)
    assert all(f"sort: {sort}" in told for sort in ("medication", "service", "observation"))


def test_the_slot_for_an_earlier_answer_is_told_only_where_there_is_one() -> None:
    turn = Turn("any gout?", "Yes.", (), ())
    assert "among" not in prompt()
    assert "among?: previous_answer" in prompt(history=(turn,))
    assert "among" in ChartQuery.model_fields


def test_tools_that_work_on_records_are_told_with_the_first_finding_and_once() -> None:
    failed, found = Step(CALL, None, "unknown kind"), Step(CALL, FINDING)
    assert "calculate" not in prompt(steps=(failed,))
    messages = build_messages(view(steps=(failed, found, found)))
    assert [("calculate" in m["content"]) for m in messages] == [False, False, False, False, False, True, False, False]


def test_where_no_call_is_left_no_tool_is_told() -> None:
    told = prompt(tools=(), steps=(Step(CALL, FINDING),))
    assert "query_chart:" not in told
    assert "calculate" not in told


def test_a_chart_of_every_kind_and_a_hundred_names_each_is_told_in_few_tokens() -> None:
    told = format_brief(overview(*map(long_kind, Kind)))
    assert estimate_tokens(told) < 500
    assert not [kind.value for kind in Kind if kind.value not in told]


def test_the_first_decision_of_a_full_chart_reads_few_tokens() -> None:
    full = PlannerView("any gout?", "", "2024-06-01", "auto", overview(*map(long_kind, Kind)), TOOLS)
    assert sum(count_messages(build_messages(full))) < 1_200


def test_years_that_most_kinds_share_are_said_once_and_identifiers_not_at_all() -> None:
    lab = KindSummary(Kind.LAB, 3, "2019-01-01", "2021-05-05", (("Sodium", 3),))
    vital = KindSummary(Kind.VITAL, 2, "2019-02-02", "2021-05-05", (("Weight", 2),))
    goal = KindSummary(Kind.GOAL, 1, None, None, (("Walk", 1),))
    note = KindSummary(Kind.NOTE, 1, "2020-01-01", "2020-01-01", ())
    told = format_brief(overview(lab, vital, goal, note, absent=(Kind.DEVICE,))).splitlines()
    assert told[:4] == ["patient: Ek; gender: male", "all in 2019-2021 unless said", "lab 3: Sodium", "vital 2: Weight"]
    assert told[4:7] == ["goal 1 undated: Walk", "note 1 2020", "no records: device"]
