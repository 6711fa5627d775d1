"""Questions on stays and visits: how they are read, over many everyday wordings."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planners.rules.parts import read_parts
from tests.test_rules_planner import OVERVIEW

FIRST, LAST = {"which": "first"}, {"which": "last"}
SINCE = {"when": "since 2021-03-02"}
THAT_ADMISSION = {"which": "any", "when": "2021-03-02"}
THAT_DAY = {"which": "any", "when": "on 2021-03-02"}
ASTHMA = {"relation": "same_stay", "kind": "condition", "about": ["asthma"], "pick": "any"}


def read_plan(question: str) -> dict[str, Any]:
    parsed = read_parts(question, OVERVIEW, ())
    assert len(parsed.queries) == 1, parsed.reason or parsed.queries
    return parsed.queries[0].model_dump(mode="json", exclude_defaults=True)


@pytest.mark.parametrize(
    ("question", "stay", "pick"),
    [
        ("Which floor was she on when she went home from her last admission?", LAST, LAST),
        ("From which ward was he released at the end of the first stay?", FIRST, LAST),
        ("What ward did she leave from at the end of her last hospital stay?", LAST, LAST),
        ("Discharging ward, first admission?", FIRST, LAST),
        ("Last ward of the last stay before discharge?", LAST, LAST),
        ("Final unit, last admission?", LAST, LAST),
        ("Admitting unit, last admission?", LAST, FIRST),
        ("Which unit was he first brought to in his last stay?", LAST, FIRST),
    ],
)
def test_the_ward_one_left_from_or_came_to_is_one_ward(
    question: str, stay: dict[str, Any], pick: dict[str, Any]
) -> None:
    assert read_plan(question) == {"kind": "ward_stay", "during": stay, "pick": pick, "field": "location"}


@pytest.mark.parametrize(
    "question",
    [
        "How did she get into the hospital for her last stay?",
        "What do you have as the source of her last admission?",
        "Last hospital stay: came in via which route?",
        "Where did he come from for his last admission?",
        "What is recorded as the admission source of the last stay?",
    ],
)
def test_how_someone_came_is_the_source_of_the_stay(question: str) -> None:
    assert read_plan(question) == {"kind": "hospital_stay", "pick": LAST, "field": "admit_source"}


@pytest.mark.parametrize(
    "question",
    [
        "I went into the hospital on 2021-03-02. For how long?",
        "Admitted 2021-03-02: how long until discharge home?",
        "How long did they keep him when he was admitted on 2021-03-02?",
        "How long was the stay that began on 2021-03-02?",
        "How many days did she stay in hospital when she came in on 2021-03-02?",
    ],
)
def test_how_long_one_was_kept_is_the_length_of_the_stay_of_that_day(question: str) -> None:
    plan = read_plan(question)
    assert {**plan, "when": plan["when"].removeprefix("on ")} | {"unit": "days"} == {
        "kind": "hospital_stay", "when": "2021-03-02", "compute": "duration", "unit": "days",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("In how many stays was asthma coded?", {"compute": "count"}),
        ("How many of her admissions mention asthma?", {"compute": "count"}),
        ("Counting only admissions, how many of them list asthma?", {"compute": "count"}),
        ("Number of hospital stays with asthma listed?", {"compute": "count"}),
        ("When did the stay start in which asthma was found?", {"compute": "time"}),
        ("Asthma was listed in one admission: when?", {"compute": "time"}),
        ("When was the last admission with asthma?", {"compute": "time", "pick": LAST}),
        ("How long was the stay with asthma recorded?", {"compute": "duration"}),
        ("Was she ever admitted with asthma?", {"compute": "exists"}),
        ("Which admission carried asthma as a diagnosis? Date of it.", {"compute": "time"}),
    ],
)
def test_a_stay_is_told_by_a_diagnosis_made_in_it(question: str, wanted: dict[str, Any]) -> None:
    assert read_plan(question) == {"kind": "hospital_stay", "around": ASTHMA, **wanted}


@pytest.mark.parametrize(
    ("question", "stay", "compute"),
    [
        ("ER visit of 2021-03-02: admitted?", {"which": "any", "when": "2021-03-02"}, "exists"),
        ("He went to the ED on 2021-03-02. Was he kept afterwards?", THAT_DAY, "exists"),
        ("Did the emergency visit on 2021-03-02 end in an admission?", THAT_DAY, "exists"),
        ("Was she hospitalized following her last ED visit?", LAST, "exists"),
        ("How many ED visits resulted in admission?", {"which": "any"}, "count"),
    ],
)  # fmt: skip
def test_whether_an_emergency_visit_led_to_an_admission(question: str, stay: dict[str, Any], compute: str) -> None:
    assert read_plan(question) == {"kind": "hospital_stay", "during": {"type": "ed", **stay}, "compute": compute}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Date of his longest admission?", {"compute": "max", "field": "time"}),
        ("Find the shortest stay and tell me its start date.", {"compute": "min", "field": "time"}),
        ("Which stay was the longest? Date please.", {"compute": "max", "field": "time"}),
        ("Of all his stays in hospital, which was the longest? I'd like to know when it began.",
         {"compute": "max", "field": "time"}),
        ("When was the admission that kept her the longest?", {"compute": "max", "field": "time"}),
        ("How long was the longest stay in hospital?", {"compute": "max"}),
        ("We last met on 2021-03-02. Any admission in the meantime?", {"compute": "exists", **SINCE}),
        ("Interval admissions since 2021-03-02, yes or no?", {"compute": "exists", **SINCE}),
        ("Not the latest admission, the one before it: when was that?",
         {"compute": "time", "pick": {"which": "last", "skip": 1}}),
    ],
)  # fmt: skip
def test_stays_are_told_apart_by_length_and_time(question: str, wanted: dict[str, Any]) -> None:
    assert read_plan(question) == {"kind": "hospital_stay", **wanted}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How often did she go to a clinic, doctor or hospital in 2020?", {"compute": "count", "when": "in 2020"}),
        ("How many visits in 2020? Count every contact you have.", {"compute": "count", "when": "in 2020"}),
        ("Visit count, all kinds, calendar year 2020?", {"compute": "count", "when": "2020"}),
        ("Last contact on file?", {"pick": LAST}),
    ],
)
def test_visits_of_every_kind_are_counted(question: str, wanted: dict[str, Any]) -> None:
    assert read_plan(question) == {"kind": "encounter", **wanted}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What did they prescribe when he was seen on 2020-02-03?", {"kind": "medication_ordered"}),
        ("I was seen on 2020-02-03. What did they find?", {"kind": "condition"}),
        ("What was done procedurally at the visit on 2020-02-03?", {"kind": "procedure"}),
        ("Which diagnoses did they put down on 2020-02-03?", {"kind": "condition"}),
    ],
)
def test_what_was_done_at_a_visit_is_asked_of_its_day(question: str, wanted: dict[str, Any]) -> None:
    assert read_plan(question) == {**wanted, "when": "on 2020-02-03"}


@pytest.mark.parametrize(
    ("question", "stay", "kind"),
    [
        ("Which procedures were done during the admission of 2021-03-02?", THAT_ADMISSION, "procedure"),
        ("Highest potassium in the hospital stay that began on 2021-03-02?", THAT_DAY, "lab"),
        ("Was warfarin given in the ICU stay of 2021-03-02?", {"type": "icu", **THAT_ADMISSION}, "medication"),
    ],
)
def test_what_was_so_in_the_stay_of_a_day_is_asked_of_all_of_it(question: str, stay: dict[str, Any], kind: str) -> None:
    plan = read_plan(question)
    assert (plan["kind"], plan["during"], "when" in plan) == (kind, stay, False)


@pytest.mark.parametrize(
    "question",
    ["What type of admission was the last one?", "Was the last admission elective or emergency?"],
)
def test_what_sort_of_admission_it_was_is_its_type(question: str) -> None:
    assert read_plan(question) == {"kind": "hospital_stay", "pick": LAST, "field": "admission_type"}


def test_the_longest_stay_and_its_length_are_one_question() -> None:
    assert read_plan("Which stay lasted the longest and how long was it?") == {
        "kind": "hospital_stay",
        "compute": "max",
    }
