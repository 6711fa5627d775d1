"""Everyday and jotted forms whose nearest reading is false: each is read as what it asks, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.planners.rules.notes import compose_notes
from agent.planners.rules.parts import read_parts
from tests.test_rules_planner import OVERVIEW, entry, status
from tools.chart_query import Kind

CHART = replace(
    OVERVIEW,
    index=(
        *OVERVIEW.index,
        entry(Kind.IMMUNIZATION, "Influenza, seasonal, injectable"),
        entry(Kind.VITAL, "Blood pressure"),
        entry(Kind.VITAL, "Systolic blood pressure"),
        entry(Kind.MEDICATION_ORDERED, "Metformin 500 MG Oral Tablet"),
        entry(Kind.MEDICATION_ORDERED, "Ceftriaxone 1 g"),
    ),
)
EXISTS = {"compute": "exists"}
ACTIVE = {"where": [status("active")], **EXISTS}


def query_of(question: str) -> dict[str, Any]:
    parsed = read_parts(question, CHART, ())
    assert parsed.reason is None, parsed.reason
    (query,) = parsed.queries
    return query.model_dump(mode="json", exclude_defaults=True)


def reason_of(question: str) -> str:
    parsed = read_parts(question, CHART, ())
    return parsed.reason or f"read as {parsed.queries}"


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Any prior metformin use?", {"kind": "medication", "about": ["metformin"], **EXISTS}),
        ("Prior metformin?", {"kind": "medication", "about": ["metformin"], **EXISTS}),
        ("Has she had any previous ICU stays?", {"kind": "icu_stay", **EXISTS,
                                                 "where": [status("active") | {"op": "!="}]}),
        ("How many previous admissions?", {"kind": "hospital_stay", "compute": "count",
                                           "where": [status("active") | {"op": "!="}]}),
        ("List her previous surgeries", {"kind": "procedure", "about": ["surgery"]}),
        ("What was the previous potassium?", {"kind": "lab", "about": ["potassium"],
                                              "pick": {"which": "last", "skip": 1}}),
    ],
)  # fmt: skip
def test_prior_says_that_it_was_so_once_unless_the_one_before_is_meant(question: str, wanted: dict[str, Any]) -> None:
    assert query_of(question) == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("On 6/23/2020 they gave me something in the arm. Which vaccines were they?", {"when": "on 6/23/2020"}),
        ("Needle in my shoulder in 2020. Which shots were those?", {"when": "in 2020"}),
    ],
)
def test_where_a_shot_goes_names_no_vaccine(question: str, wanted: dict[str, Any]) -> None:
    assert query_of(question) == {"kind": "immunization", **wanted}


def test_a_part_of_the_body_is_no_vaccine_that_is_not_there() -> None:
    assert "left arm" in reason_of("I got a jab in my left arm in 2020. Which vaccine was that?")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When did he leave the hospital after his latest admission?",
         {"kind": "hospital_stay", "pick": {"which": "last"}, "compute": "time", "field": "end"}),
        ("When was she discharged after her first admission?",
         {"kind": "hospital_stay", "pick": {"which": "first"}, "compute": "time", "field": "end"}),
        ("ICU LOS, most recent stay?", {"kind": "icu_stay", "pick": {"which": "last"}}),
        ("Was I put on metformin while I was in the hospital for my first admission?",
         {"kind": "medication", "about": ["metformin"], "during": {"which": "first"}, **EXISTS}),
        ("In the ED the most recent time, what was my highest potassium?",
         {"kind": "lab", "about": ["potassium"], "during": {"type": "ed", "which": "last"}, "compute": "max"}),
        ("Did he receive ceftriaxone in the ICU during his first stay there?",
         {"kind": "medication_administered", "about": ["ceftriaxone"], "during": {"type": "icu", "which": "first"},
          **EXISTS}),
        ("Number of times she has been in the unit (ICU)?", {"kind": "icu_stay", "compute": "count"}),
        ("When did I last end up in the emergency room?",
         {"kind": "ed_visit", "pick": {"which": "last"}, "compute": "time"}),
        ("Inpatient at present?", {"kind": "hospital_stay", **ACTIVE}),
        ("Total inpatient admissions?", {"kind": "hospital_stay", "compute": "count"}),
        ("How many days was he in house during the last hospitalization?",
         {"kind": "hospital_stay", "pick": {"which": "last"}, "compute": "duration"}),
    ],
)  # fmt: skip
def test_a_stay_is_the_one_the_words_single_out(question: str, wanted: dict[str, Any]) -> None:
    found = query_of(question)
    assert {k: found.get(k) for k in wanted} == wanted
    assert found.get("during") == wanted.get("during")
    assert "around" not in found


@pytest.mark.parametrize(
    ("question", "when"),
    [
        ("What potassium value do we have from 2020?", "in 2020"),
        ("My potassium from Jan 17, 2018 - what was it?", "on jan 17, 2018"),
        ("Vaccines from last year?", "last year"),
        ("What potassium values do we have from 2020 on?", "from 2020"),
        ("Potassium values from 2020 onward?", "from 2020"),
        ("How many visits has she had from 2020?", "from 2020"),
        ("How has her potassium changed from 2019?", "from 2019"),
        ("List the potassium from 2019 to 2021", "from 2019 to 2021"),
    ],
)
def test_what_a_value_is_from_it_is_of(question: str, when: str) -> None:
    assert query_of(question)["when"] == when


@pytest.mark.parametrize(
    "question",
    [
        "After I was diagnosed with asthma, how many days went by until I was first prescribed metformin?",
        "From asthma onset, how many days until metformin was first ordered?",
    ],
)
def test_days_from_one_thing_to_another_are_no_count_of_records(question: str) -> None:
    found = query_of(question)
    assert (found["compute"], found["unit"], found["about"]) == ("duration", "days", ["metformin"])
    assert found["around"]["relation"] == "from"


def test_a_number_of_days_from_nowhere_is_not_counted() -> None:
    assert "length of time" in reason_of("How many days until metformin?")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What number did I start out with for potassium?", {"pick": {"which": "first"}, "compute": "value"}),
        ("What was the number for her last potassium?", {"pick": {"which": "last"}, "compute": "value"}),
        ("Do you have my potassium? I'd like to know the number.", {"pick": {"which": "last"}, "compute": "value"}),
        ("Do you have my lipase? I'd like to know the number.", {"kind": "lab", "compute": "value"}),
        ("Number of potassium results?", {"compute": "count"}),
        ("# of times potassium was measured?", {"compute": "count"}),
        ("What is the number for hospital stays?", {"compute": "count"}),
    ],
)
def test_a_number_is_a_value_unless_it_is_a_number_of_something(question: str, wanted: dict[str, Any]) -> None:
    found = query_of(question)
    assert {k: found.get(k) for k in wanted} == wanted


@pytest.mark.parametrize(
    ("question", "op"),
    [
        ("Did my systolic ever go past 140?", ">"),
        ("Has her systolic ever topped 140?", ">"),
        ("Has the systolic ever reached 140?", ">="),
    ],
)
def test_a_bound_is_read_by_the_verb_that_says_it(question: str, op: str) -> None:
    assert query_of(question)["where"] == [{"field": "value", "op": op, "value": "140"}]


def test_losing_track_is_no_fall() -> None:
    found = query_of("I've lost track of things here. Am I still in the hospital?")
    assert found == {"kind": "hospital_stay", **ACTIVE}


def test_a_number_behind_past_is_no_count_of_the_last_records() -> None:
    assert "140" in reason_of("systolic past 140?")


@pytest.mark.parametrize(
    "question", ["Metformin ordered 2/10/2012 - by whom?", "Metformin order of 2/10/2012: from whom?"]
)
def test_by_whom_asks_for_a_person(question: str) -> None:
    found = query_of(question)
    assert found["field"] == "prescriber"
    assert "compute" not in found


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Current meds include an opioid?", {"about": ["opioid"], **ACTIVE}),
        ("My medication list contains metformin?", {"about": ["metformin"], **ACTIVE}),
        ("Currently active: asthma?", {"about": ["asthma"], **ACTIVE}),
        ("Asthma active?", {"about": ["asthma"], **ACTIVE}),
        ("Right now, is asthma on my list of problems?", {"about": ["asthma"], **ACTIVE}),
        ("Asthma dx prior to 2017?", {"about": ["asthma"], "when": "prior to 2017", **EXISTS}),
        ("Asthma dx predates first metformin order?", EXISTS),
        ("Asthma first noted before metformin was ordered?", EXISTS),
        ("Metformin on the current med list?", {"about": ["metformin"], **ACTIVE}),
        ("Potassium obtained within 60 days following asthma dx?", EXISTS),
        ("Asthma treated with medication?", EXISTS),
        ("Codeine allergy documented?", EXISTS),
        ("Second hospitalization: was metformin among the orders?", {"during": {"which": "nth", "n": 2}, **EXISTS}),
    ],
)
def test_a_question_without_its_auxiliary_in_front_is_answered_by_yes_or_no(
    question: str, wanted: dict[str, Any]
) -> None:
    found = query_of(question)
    assert {k: found.get(k) for k in wanted} == wanted | ({"about": [found["about"][0]]} if "about" in wanted else {})


@pytest.mark.parametrize("question", ["Flu shot: last given?", "Potassium last checked?", "Asthma: first noted?"])
def test_last_with_what_was_done_asks_when(question: str) -> None:
    assert query_of(question)["compute"] == "time"


def test_the_one_first_prescribed_is_asked_for_itself() -> None:
    found = query_of("List the drug prescribed since 2015, specifically the one first prescribed.")
    assert found["pick"] == {"which": "first"}
    assert "compute" not in found


def test_a_part_of_a_blood_pressure_is_meant_where_the_pressure_is_named_beside_it() -> None:
    assert query_of("What systolic did she have at the most recent BP check?")["about"] == ["systolic"]


def test_where_someone_was_seen_is_asked_of_the_visit() -> None:
    found = query_of("Where was he seen on 2000-02-20?")
    assert (found["kind"], found["field"]) == ("encounter", "location")


@pytest.mark.parametrize(
    ("question", "compute"),
    [
        ("Avg potassium, all readings?", "mean"),
        ("If you average all my potassium results, what do you get?", "mean"),
        ("What do her potassium readings average out to?", "mean"),
        ("Last three potassium: rising or falling?", "trend"),
        ("Over the last 3 readings, potassium: lower or higher?", "trend"),
        ("How has his potassium been trending across the last three values?", "trend"),
        ("Comparing my last two potassium results, is the newer one higher?", "increased"),
    ],
)
def test_an_average_and_a_trend_are_read_in_other_words(question: str, compute: str) -> None:
    found = query_of(question)
    assert ([name.lower() for name in found["about"]], found["compute"]) == (["potassium"], compute)


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("What brought him in on 2006-12-19?", "reason"),
        ("What led her to the clinic on 2006-12-19?", "reason"),
        ("Why was I at the doctor's on 2006-12-19?", "reason"),
        ("Why did she see her doctor on 2006-12-19?", "reason"),
        ("Which clinic or hospital did I go to on 2006-12-19?", "location"),
        ("At which facility was he seen on 2006-12-19?", "location"),
        ("Site of the 2006-12-19 encounter?", "location"),
        ("Which doctor saw her on 2006-12-19?", "performer"),
        ("Which doctor did I see at the visit where I last had my appendectomy?", "performer"),
        ("Clinician at the encounter of the last appendectomy?", "performer"),
    ],
)
def test_who_why_and_where_of_a_visit_are_read_in_plain_words(question: str, field: str) -> None:
    found = query_of(question)
    assert (found["kind"], found["field"]) == ("encounter", field)


@pytest.mark.parametrize(
    "question",
    [
        "10/31/2005 note: headache documented?",
        "Note of 10/31/2005: any headache?",
        "In what my doctor wrote on 10/31/2005, is there anything about a headache?",
    ],
)
def test_a_note_is_searched_however_it_is_called(question: str) -> None:
    found = compose_notes(question)
    assert found is not None
    assert found["text"] == "headache"


def test_what_a_note_says_of_two_alternatives_is_looked_for_by_their_topic() -> None:
    found = compose_notes("The note from 10/31/2005 says whether I'm married or single. What does it say?")
    assert found is not None
    assert found["text"] == "marital status"


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("Where did I come from when I was admitted for my last hospital stay?", {"field": "admit_source"}),
        ("Warfarin ordered to date: names?", {"kind": "medication_ordered"}),
        ("Blood pressure and potassium on 5/6/2021?", {"kind": "observation"}),
    ],
)
def test_what_is_asked_for_by_its_name_is_listed(question: str, slots: dict[str, str]) -> None:
    query = query_of(question)
    assert {k: query.get(k) for k in slots} == slots
    assert query.get("compute", "list") in ("list", "value")


@pytest.mark.parametrize("question", ["Was she sent home?", "Did he go home?", "Was the patient discharged home?"])
def test_whether_someone_went_home_is_told_by_where_they_went(question: str) -> None:
    query = query_of(question)
    assert (query["kind"], query["field"]) == ("hospital_stay", "discharge_disposition")


def test_what_was_sent_is_no_organism() -> None:
    assert "where" not in query_of("Which cultures were sent?")
