"""Questions bound by another record or by the value before: how they are read, over many everyday wordings."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planners.rules.parts import read_parts
from tests.test_rules_planner import INDEX, OVERVIEW, entry
from tools.chart_query import Kind
from tools.overview import Overview
from tools.receipt import Receipt

CHART = Overview(
    OVERVIEW.patient, (), (), (*INDEX, entry(Kind.IMMUNIZATION, "Influenza vaccine")), Receipt(complete=True)
)  # fmt: skip
ASTHMA = {"kind": "condition", "about": ["asthma"], "pick": "first"}
WARFARIN = {"kind": "medication", "about": ["warfarin"], "pick": "first"}
PRESCRIBED = {**WARFARIN, "kind": "medication_ordered"}
APPENDECTOMY = {"kind": "procedure", "about": ["appendectomy"]}
FLU_SHOT = {"kind": "immunization", "about": ["flu shot"]}
LAST, FIRST, LAST_TWO = {"which": "last"}, {"which": "first"}, {"which": "last", "n": 2}


def read_plan(question: str) -> dict[str, Any]:
    parsed = read_parts(question, CHART, ())
    assert len(parsed.queries) == 1, parsed.reason or parsed.queries
    return parsed.queries[0].model_dump(mode="json", exclude_defaults=True)


@pytest.mark.parametrize(
    ("question", "relation", "event"),
    [
        ("potassium after her asthma was found", "after", ASTHMA),
        ("highest potassium since she developed asthma", "after", ASTHMA),
        ("lowest potassium since the onset of asthma", "after", ASTHMA),
        ("potassium following asthma onset", "after", ASTHMA),
        ("Once she had been put on warfarin, what was her highest potassium?", "after", WARFARIN),
        ("What was the mean potassium from the first warfarin dose on?", "after", WARFARIN),
        ("What was her weight when she started taking warfarin?", "same_day", WARFARIN),
        ("creatinine prior to the initiation of warfarin", "before", WARFARIN),
        ("creatinine before warfarin was first ordered", "before", PRESCRIBED),
        ("Ahead of her appendectomy, how high was her potassium?", "before", APPENDECTOMY),
        ("her weight on the same day as the flu shot", "same_day", FLU_SHOT),
        ("When she got her last flu shot, what did she weigh?", "same_day", FLU_SHOT),
        ("potassium on the day that she underwent the appendectomy", "same_day", APPENDECTOMY),
        ("What did she weigh at the time of the appendectomy?", "same_day", APPENDECTOMY),
        ("Which labs were done during the same visit as the appendectomy?", "same_stay", APPENDECTOMY),
        ("What drugs were given after the appendectomy?", "after", APPENDECTOMY),
    ],
)
def test_what_became_of_another_record_bounds_a_question(question: str, relation: str, event: dict[str, Any]) -> None:
    assert read_plan(question)["around"] == {"relation": relation, **event}


@pytest.mark.parametrize(
    ("question", "hours"),
    [
        ("Was potassium checked within 30 days of the appendectomy?", 720.0),
        ("potassium in the first 24 hours after the appendectomy", 24.0),
        ("Did she have a potassium in the two weeks before the appendectomy?", 336.0),
        ("lowest potassium in the month following the appendectomy", 730.5),
        ("Did anyone check her potassium in the 60 days after her asthma diagnosis?", 1440.0),
        ("Any potassium within 3 days after she was diagnosed with asthma?", 72.0),
    ],
)
def test_a_bound_may_reach_only_so_far(question: str, hours: float) -> None:
    assert read_plan(question)["around"]["hours"] == hours


@pytest.mark.parametrize(
    ("question", "pick"),
    [
        ("What was the next potassium after the appendectomy?", FIRST),
        ("the first potassium once warfarin was started", FIRST),
        ("After she got ibuprofen, what was the next potassium?", FIRST),
        ("What was the next troponin after the appendectomy?", FIRST),
        ("potassium just before the appendectomy", LAST),
        ("potassium right after starting warfarin", FIRST),
        ("What was her weight before she was diagnosed with asthma?", LAST),
        ("potassium values before the appendectomy", None),
        ("all potassium results before the appendectomy", None),
    ],
)
def test_which_value_beside_another_record_is_meant(question: str, pick: dict[str, Any] | None) -> None:
    assert read_plan(question).get("pick") == pick


@pytest.mark.parametrize(
    "question",
    ["When was asthma diagnosed?", "Do you know when I got the flu shot?", "Tell me the day of my last flu shot",
     "What was the date of the appendectomy?", "since when has she had asthma",
     "Can you tell me when the last time was that she had the flu shot?", "when the last appendectomy was, please",
     "Find out when she had the last urine culture done", "the first time when warfarin was given by a nurse",
     "Can you tell me when the last time was that I had a potassium?", "Tell me when I had my first warfarin order",
     "the first occurrence when I had a chest tube output"],
)  # fmt: skip
def test_what_is_asked_for_bounds_nothing(question: str) -> None:
    plan = read_plan(question)
    assert "around" not in plan
    assert plan["compute"] == "time"


@pytest.mark.parametrize(
    ("question", "compute"),
    [
        ("Is her potassium higher than last time?", "increased"),
        ("latest potassium below the previous one?", "decreased"),
        ("Has her weight gone up since the last check?", "increased"),
        ("Compared to the previous reading, did the creatinine fall?", "decreased"),
        ("Is the potassium better than the time before?", "improved"),
        ("How much has her weight changed since the previous measurement?", "change"),
        ("How does her potassium compare with the one before?", "change"),
        ("Is her creatinine up from last time?", "increased"),
    ],
)
def test_the_value_before_is_what_the_last_is_set_against(question: str, compute: str) -> None:
    plan = read_plan(question)
    assert (plan["compute"], plan["pick"]) == (compute, LAST_TWO)


@pytest.mark.parametrize(
    ("question", "unit", "about"),
    [
        ("How many days passed between the asthma diagnosis and the first warfarin order?", "days", "warfarin"),
        ("How long after the appendectomy was warfarin started?", None, "warfarin"),
        ("How many weeks after she was diagnosed with asthma did she start warfarin?", "weeks", "warfarin"),
        ("In months, how long was it from the appendectomy to the first flu shot?", "months", "flu shot"),
    ],
)
def test_a_span_runs_from_one_record_to_another(question: str, unit: str | None, about: str) -> None:
    plan = read_plan(question)
    assert (plan["compute"], plan["around"]["relation"], plan.get("unit")) == ("duration", "from", unit)
    assert (plan["about"], plan["pick"]) == ([about], FIRST)


@pytest.mark.parametrize(
    ("question", "about", "relation"),
    [
        ("Did asthma come before warfarin?", "asthma", "before"),
        ("Did her asthma diagnosis predate the first warfarin prescription?", "asthma", "before"),
        ("Did she already have asthma when warfarin was started?", "asthma", "before"),
        ("Was warfarin started after the appendectomy?", "warfarin", "after"),
    ],
)
def test_which_of_two_came_first_is_asked_of_the_first_of_each(question: str, about: str, relation: str) -> None:
    plan = read_plan(question)
    assert (plan["compute"], plan["about"], plan["pick"]) == ("exists", [about], FIRST)
    assert plan["around"]["relation"] == relation


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("On average, what is her potassium?", {"compute": "mean"}),
        ("mean potassium across all readings", {"compute": "mean"}),
        ("If you put all her potassium values together, what is the average?", {"compute": "mean"}),
        ("Which way is her potassium going?", {"compute": "trend"}),
        ("Over the last four readings, is her weight heading up or down?",
         {"compute": "trend", "pick": {"which": "last", "n": 4}}),
        ("What's her top potassium in 2020?", {"compute": "max", "when": "in 2020"}),
        ("potassium > 5 at any point?", {"compute": "exists"}),
        ("Has her potassium ever been above 2005?",
         {"compute": "exists", "where": [{"field": "value", "op": ">", "value": "2005"}]}),
        ("Was the bottom number of her blood pressure ever over 90?", {"about": ["diastolic blood pressure"]}),
        ("last potassium count", {"compute": "value"}),
        ("Who did she see when she had her appendectomy?",
         {"kind": "encounter", "field": "performer", "around": {"relation": "same_stay", **APPENDECTOMY}}),
        ("With whom was the visit at which she had the appendectomy?", {"kind": "encounter", "field": "performer"}),
    ],
)  # fmt: skip
def test_everyday_words_for_a_course_and_for_a_visit(question: str, wanted: dict[str, Any]) -> None:
    plan = read_plan(question)
    assert {k: plan.get(k) for k in wanted} == wanted


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many days has it been since her hospital admission?", "hospital_stay"),
        ("How long has it been in hours since the first time warfarin was given to her?", "medication"),
        ("How many weeks have passed since she was admitted to the hospital?", "hospital_stay"),
    ],
)
def test_how_long_ago_an_event_was_is_asked_of_the_event(question: str, kind: str) -> None:
    plan = read_plan(question)
    assert (plan["kind"], plan["compute"]) == (kind, "time_since")
    assert "around" not in plan


@pytest.mark.parametrize(
    ("question", "compute"),
    [
        ("What was the potassium from her last test?", None),
        ("Tell me when her last test of potassium was", "time"),
        ("Do you know when the last time was that potassium was measured?", "time"),
    ],
)
def test_from_and_when_set_nothing_against_the_value_before(question: str, compute: str | None) -> None:
    plan = read_plan(question)
    assert plan.get("compute") == compute
    assert plan["pick"] == LAST


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Warfarin given in the first ICU stay?",
         {"compute": "exists", "during": {"type": "icu", "which": "first"}}),
        ("What was the lowest potassium of her last emergency visit?",
         {"compute": "min", "during": {"type": "ed", "which": "last"}}),
        ("How many ICU stays does she have?", {"kind": "icu_stay", "compute": "count", "where": None}),
        ("When was she first admitted to intensive care?", {"kind": "icu_stay", "compute": "time", "pick": FIRST}),
        ("Name of the ICU in her last ICU stay", {"kind": "ward_stay", "during": {"type": "icu", "which": "last"}}),
        ("When did her first hospital stay end?", {"compute": "time", "field": "end", "pick": FIRST}),
        ("When did she last leave the ICU?", {"kind": "icu_stay", "compute": "time", "field": "end"}),
        ("Length of her last hospital stay in hours?", {"compute": "duration", "unit": "hours", "pick": LAST}),
        ("LOS of the first ICU stay?", {"kind": "icu_stay", "compute": "duration", "pick": FIRST}),
        ("When was she last moved to the ICU?", {"kind": "icu_stay", "compute": "time", "pick": LAST}),
        ("Can you give me the count of her hospital visits since 2020?", {"kind": "hospital_stay", "compute": "count"}),
        ("currently hospitalized?", {"kind": "hospital_stay", "compute": "exists"}),
        ("Is her hospital stay still going on?", {"kind": "hospital_stay", "compute": "exists"}),
    ],
)  # fmt: skip
def test_everyday_words_for_a_stay(question: str, wanted: dict[str, Any]) -> None:
    plan = read_plan(question)
    assert {k: plan.get(k) for k in wanted} == wanted


@pytest.mark.parametrize(
    ("question", "relation", "event"),
    [
        ("What was the last potassium before the patient had asthma?", "before", {**ASTHMA, "pick": "last"}),
        ("What was the potassium going into the asthma diagnosis?", "before", ASTHMA),
        ("How many potassium readings followed the diagnosis of asthma?", "after", ASTHMA),
        ("Having been diagnosed with asthma, what was her first potassium?", "after", ASTHMA),
        ("How high was her potassium before she went on warfarin?", "before", WARFARIN),
        ("First potassium with warfarin on board?", "after", WARFARIN),
        ("What was her potassium when warfarin had not yet been started?", "before", WARFARIN),
        ("What was prescribed on the day asthma was diagnosed?", "same_day", ASTHMA),
        ("What was diagnosed at the visit of the last appendectomy?", "same_stay", APPENDECTOMY),
    ],
)
def test_a_bound_is_read_in_other_constructions(question: str, relation: str, event: dict[str, Any]) -> None:
    told = read_plan(question)["around"]
    assert told == {"relation": relation, **{k: v for k, v in event.items() if (k, v) != ("pick", "last")}}


@pytest.mark.parametrize(
    "question",
    [
        "What was the highest potassium between the diagnosis of asthma and the appendectomy?",
        "After asthma was diagnosed but before the appendectomy, what was the highest potassium?",
        "How high did the potassium get from the asthma diagnosis until the appendectomy was done?",
    ],
)
def test_two_records_bound_a_question_on_either_side(question: str) -> None:
    plan = read_plan(question)
    assert (plan["around"]["relation"], plan["around"]["about"]) == ("after", ["asthma"])
    assert (plan["until"]["relation"], plan["until"]["about"]) == ("before", ["appendectomy"])


@pytest.mark.parametrize(
    ("question", "compute"),
    [
        ("Was the potassium higher in 2020 than in 2018?", "increased"),
        ("Comparing 2018 with 2020, was the potassium lower in 2020?", "decreased"),
        ("How much higher was the potassium in 2020 compared with 2018?", "rise"),
        ("Difference in potassium 2018 vs 2020?", "change"),
    ],
)
def test_the_values_of_two_times_are_set_against_each_other(question: str, compute: str) -> None:
    plan = read_plan(question)
    assert (plan["when"], plan["against"], plan["compute"]) == ("in 2020", "in 2018", compute)


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        (
            "By how much did potassium change between the last two measurements?",
            {"compute": "change", "pick": LAST_TWO},
        ),
        ("How much has potassium changed from the first to the last measurement?", {"compute": "change"}),
        ("By what percentage did potassium change since the first reading?", {"compute": "percent_change"}),
        ("What is the difference between the latest potassium and the previous one?", {"pick": LAST_TWO}),
    ],
)
def test_a_change_is_of_two_values_at_least(question: str, slots: dict[str, Any]) -> None:
    plan = read_plan(question)
    assert {k: plan.get(k) for k in ("compute", "pick")} == {"compute": "change", "pick": None} | slots


def test_a_reason_is_asked_after_the_problem_that_a_drug_treats() -> None:
    for question in ("For which condition was warfarin ordered?", "What condition does the warfarin treat?"):
        assert read_plan(question)["field"] == "reason"
