"""Questions to queries, in our own words; what the rules planner must not do; follow-ups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.decision import CallTool
from agent.planners.planner import Turn
from agent.planners.rules.compose import Parsed, compose_queries
from agent.planners.rules.follow_up import compose_follow_up
from agent.planners.rules.notes import compose_notes
from agent.planners.rules.parts import read_parts
from agent.planners.rules.reading import read_question
from tools.chart_query import Compute, Kind
from tools.concepts.entry import ConceptEntry
from tools.overview import Overview
from tools.receipt import Receipt
from tools.records.record import Coding


def entry(kind: Kind, *names: str, code: str = "") -> ConceptEntry:
    return ConceptEntry(kind, names[0], names, (Coding("urn:x", code),) if code else (), 3)


INDEX = (
    entry(Kind.LAB, "Potassium"),
    entry(Kind.LAB, "Creatinine"),
    entry(Kind.LAB, "Hemoglobin A1c"),
    entry(Kind.CONDITION, "Mild persistent asthma"),
    entry(Kind.CONDITION, "Acute sinusitis"),
    entry(Kind.MEDICATION_ORDERED, "Warfarin 5 mg tablet", "Warfarin", code="WARF5"),
    entry(Kind.MEDICATION_ORDERED, "Amoxicillin 500 mg capsule"),
    entry(Kind.MEDICATION_ADMINISTERED, "Ceftriaxone 1 g"),
    entry(Kind.ALLERGY, "Codeine"),
    entry(Kind.PROCEDURE, "Appendectomy"),
    entry(Kind.MICROBIOLOGY, "URINE CULTURE"),
    entry(Kind.SPECIMEN, "Urine"),
    entry(Kind.OUTPUT, "Chest tube"),
    entry(Kind.VITAL, "Body weight"),
    entry(Kind.VITAL, "Diastolic blood pressure"),
    entry(Kind.REPORT, "Chest X-ray, two views"),
)
OVERVIEW = Overview(
    "patient: Ann Lee; birth_date: 1974-06-18; identifier: 5550001", (), (), INDEX, Receipt(complete=True)
)


def parse_question(question: str, overview: Overview = OVERVIEW) -> Parsed:
    return compose_queries(read_question(question, overview))


def status(value: str) -> dict[str, str]:
    return {"field": "status", "value": value}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What was her last potassium?", {"kind": "lab", "about": ["potassium"], "pick": {"which": "last"}}),
        ("How many potassium results since March 2020?", {"compute": "count", "when": "since march 2020"}),
        ("Average potassium in 2021", {"compute": "mean", "when": "in 2021"}),
        ("average over the last 3 potassium readings", {"compute": "mean", "pick": {"which": "last", "n": 3}}),
        ("highest potassium reading", {"compute": "max"}),
        ("Could you please check when my last appendectomy was?", {"compute": "time", "kind": "procedure"}),
        ("Did Ann Lee ever have an appendectomy?", {"compute": "exists", "about": ["appendectomy"]}),
        ("Ann Lee had her last appendectomy at what time?", {"compute": "time", "pick": {"which": "last"}}),
        ("Is she on warfarin?", {"where": [status("active")], "compute": "exists"}),
        ("Was warfarin prescribed during the first hospital stay?", {"during": {"which": "first"}}),
        ("How long was my last ICU stay in hours?", {"compute": "duration", "kind": "icu_stay", "unit": "hours"}),
        ("Does patient 5550001 have asthma?", {"kind": "condition", "about": ["asthma"]}),
        ("Which drugs went through the iv route?", {"where": [{"field": "route", "value": "iv"}]}),
        ("What is the lowest diastolic pressure?", {"about": ["diastolic pressure"], "compute": "min"}),
        ("When was her potassium highest?", {"compute": "max", "field": "time"}),
        ("How old was she when she died?", {"kind": "patient", "compute": "age", "field": "death"}),
        ("At what age was asthma first diagnosed?", {"compute": "age", "pick": {"which": "first"}}),
        ("How old was she when she had the appendectomy?", {"kind": "procedure", "compute": "age"}),
        ("How old was her father when he died?", {"kind": "family_history", "compute": "age", "field": "death"}),
        ("When did her mother die?", {"kind": "family_history", "compute": None, "field": "death"}),
        ("Who is her primary care physician?", {"kind": "patient", "field": "general_practitioner"}),
        ("Is there an active warfarin order?", {"kind": "medication_ordered", "compute": "exists"}),
        ("Has her potassium improved?", {"compute": "improved", "about": ["potassium"]}),
        ("Is the creatinine getting worse?", {"compute": "worsened", "about": ["creatinine"]}),
        ("Is her potassium stable?", {"compute": "stable"}),
        ("Has her potassium changed since 2020?", {"compute": "changed", "when": "since 2020"}),
        ("Is the creatinine going up or down?", {"compute": "trend"}),
        ("What was her potassium by the end of 2020?", {"when": "by the end of 2020", "pick": {"which": "last"}}),
        ("Is the creatinine better or worse?", {"compute": "trend"}),
        ("How far did her potassium fall in 2020?", {"compute": "fall"}),
        ("How much weight has she gained?", {"compute": "rise"}),
        ("How old is she?", {"kind": "patient", "compute": "age"}),
        ("What is the birth date of patient 5550001?", {"kind": "patient", "field": "birth_date"}),
        ("Is the patient a man or a woman?", {"kind": "patient", "field": "gender"}),
        ("Which allergies does she have other than codeine?", {"kind": "allergy", "not_about": ["codeine"]}),
        ("Is codeine prescribed?", {"kind": "medication_ordered", "about": ["codeine"]}),
        ("What was prescribed for sinusitis?", {"where": [{"field": "reason", "value": "sinusitis"}]}),
        ("Why was warfarin stopped?", {"field": "status_reason"}),
        ("What is warfarin for?", {"field": "reason", "kind": "medication"}),
        ("Who prescribed the warfarin?", {"field": "prescriber"}),
        ("How much did her creatinine rise after the appendectomy?",
         {"compute": "rise", "around": {"relation": "after", "kind": "procedure", "about": ["appendectomy"]}}),
        ("Potassium within 24 hours of the appendectomy",
         {"around": {"relation": "within", "kind": "procedure", "about": ["appendectomy"], "hours": 24.0}}),
        ("How often was the potassium above 5.1 mmol/L?",
         {"compute": "count", "where": [{"field": "value", "op": ">", "value": "5.1", "unit": "mmol/l"}]}),
        ("Was her potassium between 4 and 5 in 2020?",
         {"where": [{"field": "value", "op": ">=", "value": "4"}, {"field": "value", "op": "<=", "value": "5"}]}),
        ("Has her weight gone down?", {"compute": "decreased", "kind": "vital"}),
        ("Was the last potassium normal?", {"compute": "normal"}),
        ("Is she in hospital?", {"kind": "hospital_stay", "where": [status("active")], "compute": "exists"}),
        ("When was she last discharged from the hospital?", {"kind": "hospital_stay", "field": "end"}),
        ("How many hospital visits in total?", {"kind": "hospital_stay", "compute": "count"}),
        ("What was the chest tube output on May 2, 2020?", {"kind": "output", "compute": "sum"}),
        ("How many doses of ceftriaxone were given?", {"kind": "medication_administered", "compute": "count"}),
        ("What grew in the last urine culture?", {"kind": "microbiology", "field": "organism"}),
        ("What did the chest x-ray show?", {"kind": "report", "about": ["chest x-ray"], "compute": "value"}),
        ("What dose of WARF5 was ordered first?", {"about": ["WARF5"], "field": "dose", "pick": {"which": "first"}}),
        ("How many potassium and creatinine results are there?", {"about": ["potassium", "creatinine"]}),
        ("What did her last two potassium values show?", {"pick": {"which": "last", "n": 2}}),
        ("the second to last potassium", {"pick": {"which": "last", "skip": 1}}),
        ("Does she have kidney disease?", {"about": ["kidney disease"], "kind": "condition"}),
        ("Has she had a colonoscopy?", {"about": ["colonoscopy"], "kind": "procedure"}),
        ("Did she have asthma in 2019?", {"kind": "condition", "when": "in 2019", "ongoing": True}),
        ("Was asthma diagnosed in 2019?", {"kind": "condition", "when": "in 2019", "ongoing": None}),
        ("What drugs is she on besides warfarin?", {"kind": "medication", "not_about": ["warfarin"]}),
        ("Is the asthma gone?", {"where": [status("resolved")], "compute": "exists"}),
        ("Is she alive?", {"kind": "patient", "where": [{"field": "death", "value": "none"}]}),
        ("Is her potassium above 5?", {"compute": "exists", "pick": {"which": "last"}}),
        ("What was her previous potassium?", {"pick": {"which": "last", "skip": 1}}),
        ("How low did her potassium get?", {"compute": "min"}),
        ("What does she take for asthma?", {"kind": "medication", "about": None,
                                            "where": [{"field": "reason", "value": "asthma"}, status("active")]}),
        ("What is she taking for pain?", {"kind": "medication", "about": ["pain medication"]}),
        ("What did Dr. Hale prescribe?", {"where": [{"field": "prescriber", "value": "Hale"}]}),
        ("Does she have any food allergies?", {"where": [{"field": "category", "value": "food"}, status("active")]}),
        ("Was the urine culture resistant to ceftriaxone?",
         {"where": [{"field": "susceptibility", "value": "ceftriaxone: resistant"}]}),
        ("How long has she had asthma?", {"compute": "time_since", "pick": {"which": "first"}}),
        ("Did she have back pain?", {"kind": "condition", "about": ["back pain"]}),
        ("any new diagnoses in 2019", {"kind": "condition", "when": "in 2019", "compute": "exists"}),
        ("potassium in 2019, 2020 and 2021", {"when": "between 2019 and 2021"}),
        ("last visit w/ Dr. Hale",
         {"kind": "encounter", "about": None, "where": [{"field": "performer", "value": "Hale"}]}),
        ("who gave her the warfarin?", {"kind": "medication", "field": "prescriber"}),
        ("What is her potassium goal?", {"kind": "goal", "about": ["potassium"]}),
        ("Isn't she on warfarin?", {"compute": "exists", "about": ["warfarin"], "where": [status("active")]}),
        ("She isn't allergic to anything, is she?", {"kind": "allergy", "compute": "exists", "about": None}),
        ("She never had an appendectomy, right?", {"compute": "exists", "about": ["appendectomy"]}),
        ("pt is on warfarin, right?", {"compute": "exists", "where": [status("active")]}),
        ("Is she no longer taking warfarin?", {"compute": "exists", "where": [status("stopped")]}),
        ("Did she stop the warfarin?", {"compute": "exists", "where": [status("stopped")]}),
        ("She doesn't have asthma anymore?", {"compute": "exists", "where": [status("resolved")]}),
        ("h/o asthma?", {"compute": "exists", "kind": "condition", "about": ["asthma"]}),
        ("s/p appendectomy?", {"compute": "exists", "about": ["appendectomy"]}),
        ("any potassium above 5?", {"compute": "exists", "where": [{"field": "value", "op": ">", "value": "5"}]}),
        ("rx for asthma", {"kind": "medication_ordered", "where": [{"field": "reason", "value": "asthma"}]}),
        ("tx for sinusitis", {"kind": "medication", "where": [{"field": "reason", "value": "sinusitis"}]}),
        ("PMH", {"kind": "condition"}),
        ("meds?", {"kind": "medication"}),
        ("what is she on right now", {"kind": "medication", "where": [status("active")]}),
        ("What was she on for asthma?", {"kind": "medication", "where": [{"field": "reason", "value": "asthma"}]}),
        ("potassium, last three", {"about": ["potassium"], "pick": {"which": "last", "n": 3}}),
        ("Is her potassium going up or down?", {"compute": "trend"}),
        ("When was her last physical?", {"kind": "encounter", "about": ["checkup"], "compute": "time"}),
        ("Why did she go to the doctor in 2020?", {"kind": "encounter", "field": "reason", "when": "in 2020"}),
        ("What was her weight at age 40?", {"when": "between 2014-06-18 and 2015-06-17"}),
        ("Did she have asthma as a child?", {"when": "before 1992-06-18", "compute": "exists"}),
        ("weight before starting warfarin",
         {"around": {"relation": "before", "kind": "medication", "about": ["warfarin"], "pick": "first"}}),
        ("potassium in the 2 weeks after the appendectomy",
         {"around": {"relation": "after", "kind": "procedure", "about": ["appendectomy"], "hours": 336.0}}),
        ("labs after her surgery", {"around": {"relation": "after", "kind": "procedure", "about": ["surgery"]}}),
        ("lowest potassium during the admission", {"compute": "min", "during": {"which": "any"}}),
        ("How long was she in hospital for asthma?",
         {"kind": "hospital_stay", "compute": "duration", "where": [{"field": "reason", "value": "asthma"}]}),
        ("Has she been to the ER with asthma?",
         {"kind": "ed_visit", "where": [{"field": "reason", "value": "asthma"}], "compute": "exists"}),
        ("What did she get for the asthma?", {"kind": "medication", "where": [{"field": "reason", "value": "asthma"}]}),
        ("What was done for her asthma?", {"kind": "procedure", "where": [{"field": "reason", "value": "asthma"}]}),
        ("How many times has she given birth?", {"kind": "procedure", "about": ["childbirth"], "compute": "count"}),
        ("How tall is she?", {"about": ["height"]}),
        ("What did she weigh at birth?", {"about": ["weight"], "when": "on 1974-06-18"}),
        ("whats her potassium", {"about": ["potassium"], "pick": {"which": "last"}}),
        ("alergies?", {"kind": "allergy"}),
        ("potassium going up?", {"compute": "increased"}),
        ("Was a urine culture done?", {"kind": "microbiology", "compute": "exists"}),
        ("When did she go home?", {"kind": "hospital_stay", "compute": "time", "field": "end"}),
        ("What did the appendectomy show?", {"kind": "report", "about": ["appendectomy"], "compute": "value"}),
        ("Does she have asthma or codeine allergies?", {"kind": "allergy"}),
    ],
)  # fmt: skip
def test_a_question_becomes_the_query_it_means(question: str, wanted: dict[str, Any]) -> None:
    parsed = parse_question(question)
    assert parsed.queries, parsed.reason
    plan = parsed.queries[0].model_dump(mode="json", exclude_defaults=True)
    assert {k: plan.get(k) for k in wanted} == wanted


def test_two_things_asked_are_two_queries() -> None:
    first, second = parse_question("What was her first potassium, and when?").queries
    assert (first.compute, second.compute) == ("list", "time")
    assert first.about == second.about == ("potassium",)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What was the last potassium and when was it taken?",
         [{"kind": "lab", "about": ["potassium"], "pick": {"which": "last"}},
          {"kind": "lab", "about": ["potassium"], "pick": {"which": "last"}, "compute": "time"}]),
        ("Does she have asthma and when was it diagnosed?",
         [{"kind": "condition", "compute": "exists"}, {"kind": "condition", "compute": "time"}]),
        ("Does she have asthma and is she on warfarin?",
         [{"kind": "condition", "about": ["asthma"]}, {"kind": "medication", "about": ["warfarin"]}]),
        ("Has she had an appendectomy, and if so, when?", [{"compute": "exists"}]),
        ("Is she on warfarin? Who prescribed it?", [{"compute": "exists"}, {"field": "prescriber"}]),
        ("last potassium, creatinine and weight",
         [{"about": ["potassium"], "pick": {"which": "last"}}, {"about": ["creatinine"]}, {"kind": "vital"}]),
        ("Does she have asthma and sinusitis?", [{"about": ["asthma"]}, {"about": ["sinusitis"]}]),
        ("Does she have asthma or sinusitis?", [{"about": ["asthma", "sinusitis"]}]),
    ],
)  # fmt: skip
def test_each_question_of_a_sentence_has_its_own_query(question: str, wanted: list[dict[str, Any]]) -> None:
    queries = read_parts(question, OVERVIEW, ()).queries
    plans = [q.model_dump(mode="json", exclude_defaults=True) for q in queries]
    assert [{k: plan.get(k) for k in want} for plan, want in zip(plans, wanted, strict=False)] == wanted


@pytest.mark.parametrize(
    "question",
    ["When is her next procedure?",
     "What drugs was she on at her last admission?"],
)  # fmt: skip
def test_what_no_record_tells_is_said(question: str) -> None:
    parsed = parse_question(question)
    assert not parsed.queries
    assert "can't determine" in (parsed.reason or "")


@pytest.mark.parametrize(
    "question",
    [
        "what was given for it?",
        "is she still taking it?",
        "when was that?",
        "how many of them?",
        "was she admitted for it?",
        "treated how?",
    ],
)
@pytest.mark.parametrize("history", [(), (Turn("Does she frob?", "I did not understand.", (), ()),)])
def test_it_means_nothing_where_nothing_was_told_before(question: str, history: tuple[Turn, ...]) -> None:
    parsed = read_parts(question, OVERVIEW, history)
    assert not parsed.queries
    assert "refers to" in (parsed.reason or "")


def test_a_question_that_names_another_patient_is_not_answered() -> None:
    parsed = parse_question("What was the last potassium of patient 5559999?")
    assert not parsed.queries
    assert "5559999" in (parsed.reason or "")


@pytest.mark.parametrize(
    ("question", "unread"),
    [
        ("What was the potassium of Rosa Delgado?", "rosa delgado"),
        ("Which potassium results were not fasting?", "not fasting"),
        ("Is she up to date on her vaccines?", "up to date"),
        ("Should she stop warfarin?", "should"),
        ("Can she take warfarin?", "can"),
        ("Is her asthma well controlled?", "controlled"),
        ("What was her potassium when she came in?", "when she"),
        ("What is her frobnicity?", "frobnicity"),
        ("Is her potassium higher than her creatinine?", "higher"),
        ("Did the warfarin frobnicate her potassium?", "frobnicate"),
        ("Is her potassium at goal?", "at goal"),
        ("How was the asthma diagnosed?", "how was"),
        ("Has she had a frobby potassium?", "frobby"),
        ("Any frobbing?", "frobbing"),
        ("Was that potassium before or after 2015?", "before or after"),
        ("frobby visits in 2019", "frobby"),
        ("What was her weight when she came in?", "when she"),
        ("Is warfarin what her weight is?", "warfarin"),
    ],
)
def test_a_word_that_no_reader_takes_is_told_and_never_passed_over(question: str, unread: str) -> None:
    parsed = parse_question(question)
    assert not parsed.queries
    assert unread in (parsed.reason or "")


def test_what_is_not_understood_is_said() -> None:
    parsed = parse_question("Sing me a song")
    assert not parsed.queries
    assert "did not understand" in (parsed.reason or "")


def turn(question: str, plan: dict[str, Any], values: tuple[Any, ...] = (4.6,), cited: bool = True) -> Turn:
    return Turn(question, "…", (CallTool(tool="query_chart", arguments=plan),), ("Observation/1",) * cited, values)


POTASSIUM = {"kind": "lab", "about": ["potassium"], "pick": {"which": "last"}}
ASTHMA = {"kind": "condition", "about": ["asthma"], "compute": "exists"}
FOR_ASTHMA = {"kind": "medication", "where": [{"field": "reason", "value": "asthma"}]}
WARFARIN = {"kind": "medication", "about": ["warfarin"], "where": [status("active")], "compute": "exists"}


@pytest.mark.parametrize(
    ("question", "before", "kind"),
    [
        ("How many days was she in the hospital?", ASTHMA, Kind.HOSPITAL_STAY),
        ("Is she in the hospital?", {"kind": "patient", "compute": "age"}, Kind.HOSPITAL_STAY),
        ("Is she taking anything?", {"kind": "procedure", "about": ["appendectomy"]}, Kind.MEDICATION),
    ],
)
def test_what_asks_of_a_stay_or_of_any_drug_does_not_lean(question: str, before: dict[str, Any], kind: Kind) -> None:
    assert compose_follow_up(read_question(question, OVERVIEW), [turn("…", before)]) is None
    assert parse_question(question).queries[0].kind is kind


def test_then_points_to_nothing_where_the_turn_before_was_not_answered() -> None:
    parsed = compose_follow_up(read_question("How old was she then?", OVERVIEW), [Turn("…", "…", (), (), ())])
    assert parsed is not None
    assert parsed.reason


def test_whether_something_was_found_is_said_by_the_test() -> None:
    overview = replace(OVERVIEW, index=(*INDEX, entry(Kind.MICROBIOLOGY, "MRSA SCREEN", "MRSA")))
    found = parse_question("Does she have MRSA?", overview).queries[0]
    assert (found.kind, found.compute) == (Kind.MICROBIOLOGY, Compute.VALUE)


def test_what_was_taken_out_is_no_drug() -> None:
    overview = replace(OVERVIEW, index=(*INDEX, entry(Kind.PROCEDURE, "Extraction of wisdom tooth")))
    assert parse_question("Were her wisdom teeth taken out?", overview).queries[0].kind is Kind.PROCEDURE
    assert not parse_question("Was the stone taken out?").queries


def test_a_name_is_found_without_the_tag_that_its_system_adds() -> None:
    overview = replace(OVERVIEW, index=(*INDEX, entry(Kind.PROCEDURE, "Throat culture (procedure)")))
    assert parse_question("When was her last throat culture?", overview).queries[0].kind is Kind.PROCEDURE


@pytest.mark.parametrize(
    ("question", "before", "wanted"),
    [
        ("and the one before?", POTASSIUM, {"among": "before_previous_answer", "about": ["potassium"]}),
        ("when was that?", POTASSIUM, {"among": "previous_answer", "compute": "time"}),
        ("was that normal?", POTASSIUM, {"among": "previous_answer", "compute": "normal"}),
        ("and the creatinine?", POTASSIUM, {"about": ["creatinine"], "pick": {"which": "last"}}),
        ("Has it ever been below 3?", POTASSIUM, {"compute": "exists", "about": ["potassium"]}),
        ("Is it above 5?", POTASSIUM, {"compute": "exists", "among": "previous_answer"}),
        ("how many are there?", POTASSIUM, {"compute": "count", "about": ["potassium"]}),
        ("and in 2019?", POTASSIUM, {"when": "in 2019", "about": ["potassium"]}),
        ("What was it in 2019?", POTASSIUM, {"when": "in 2019", "about": ["potassium"], "among": None}),
        ("and the first?", POTASSIUM, {"pick": {"which": "first"}, "about": ["potassium"], "among": None}),
        ("since when?", WARFARIN, {"compute": "time", "pick": {"which": "first"}, "where": None}),
        ("who prescribed it?", WARFARIN, {"among": "previous_answer", "field": "prescriber"}),
        ("how often?", WARFARIN, {"among": "previous_answer", "field": "frequency"}),
        ("what does she take for it?", {"kind": "condition", "about": ["asthma"]},
         {"kind": "medication", "where": [status("active"), {"field": "reason", "value": "asthma"}]}),
        ("what was given for it?", ASTHMA, {"kind": "medication", "where": [{"field": "reason", "value": "asthma"}]}),
        ("what meds were given?", ASTHMA, {"kind": "medication", "where": [{"field": "reason", "value": "asthma"}]}),
        ("what is she on for that?", ASTHMA, {"kind": "medication"}),
        ("was she admitted for it?", ASTHMA,
         {"kind": "hospital_stay", "where": [{"field": "reason", "value": "asthma"}]}),
        ("what about her sister?", ASTHMA, {"kind": "family_history", "about": ["asthma"]}),
        ("when did that heal?", FOR_ASTHMA, {"kind": "condition", "about": ["asthma"], "field": "end"}),
        ("is she still on it?", FOR_ASTHMA, {"where": [status("active"), {"field": "reason", "value": "asthma"}]}),
        ("for sinusitis?", WARFARIN,
         {"compute": "exists", "where": [status("active"), {"field": "reason", "value": "sinusitis"}]}),
        ("to codeine?", {"kind": "allergy", "about": ["penicillin"], "compute": "exists"},
         {"kind": "allergy", "about": ["codeine"], "compute": "exists"}),
        ("or amoxicillin?", WARFARIN, {"compute": "exists", "about": ["amoxicillin"]}),
        ("what kind?", ASTHMA, {"among": "previous_answer", "compute": None}),
        ("the one before?", {**POTASSIUM, "compute": "normal"}, {"among": "before_previous_answer", "compute": None}),
        ("ever?", {**POTASSIUM, "compute": "exists", "when": "this year"}, {"compute": "exists", "when": None}),
        ("and the amoxicillin?", {**FOR_ASTHMA, "field": "prescriber"},
         {"about": ["amoxicillin"], "field": "prescriber"}),
        ("normal?", POTASSIUM, {"among": "previous_answer", "compute": "normal"}),
        ("by how much?", {**POTASSIUM, "compute": "increased"}, {"compute": "change"}),
        ("what did it show?", {"kind": "procedure", "about": ["appendectomy"]}, {"kind": "report", "compute": "value"}),
        ("and after?", {**POTASSIUM, "around": {"relation": "before", "kind": "procedure", "about": ["surgery"]}},
         {"about": ["potassium"], "among": None,
          "around": {"relation": "after", "kind": "procedure", "about": ["surgery"]}}),
        ("over 6?", {**POTASSIUM, "compute": "count", "when": "since 2016",
                     "where": [{"field": "value", "op": ">", "value": "5"}]},
         {"compute": "count", "when": "since 2016", "where": [{"field": "value", "op": ">", "value": "6"}]}),
        ("and now?", {**POTASSIUM, "when": "in 2019"}, {"when": None, "pick": {"which": "last"}}),
        ("how many doses?", {"kind": "immunization", "about": ["shingles vaccine"], "compute": "exists"},
         {"kind": "immunization", "about": ["shingles vaccine"], "compute": "count"}),
        ("how many prescriptions since 2018?", WARFARIN, {"about": ["warfarin"], "compute": "count"}),
        ("does she take any other codeine?", WARFARIN, {"not_about": ["warfarin"]}),
        ("and the old amoxicillin?", {**FOR_ASTHMA, "field": "status_reason"}, {"about": ["amoxicillin"]}),
        ("what was she given?", ASTHMA, {"kind": "medication", "where": [{"field": "reason", "value": "asthma"}]}),
        ("what is she taking for it?", {"kind": "hospital_stay", "field": "reason"},
         {"kind": "medication", "where": [status("active"), {"field": "reason", "value": "4.6"}]}),
        ("has she been to the ER for it?", FOR_ASTHMA,
         {"kind": "ed_visit", "where": [{"field": "reason", "value": "asthma"}]}),
        ("did it go away?", FOR_ASTHMA, {"kind": "condition", "about": ["asthma"], "where": [status("resolved")]}),
        ("what about her mother?",
         {"kind": "family_history", "where": [{"field": "name", "value": "father"}], "compute": "age"},
         {"where": [{"field": "name", "value": "mother"}], "compute": "age", "among": None}),
    ],
)  # fmt: skip
def test_a_follow_up_changes_what_it_names_and_keeps_the_rest(
    question: str, before: dict[str, Any], wanted: dict[str, Any]
) -> None:
    parsed = compose_follow_up(read_question(question, OVERVIEW), [turn("…", before)])
    assert parsed is not None
    plan = parsed.queries[0].model_dump(mode="json", exclude_defaults=True)
    assert {k: plan.get(k) for k in wanted} == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("the second one?", {"among": "previous_answer", "pick": {"which": "nth", "n": 2}}),
        ("the highest of those?", {"among": "previous_answer", "compute": "max"}),
        ("the latest of those?", {"among": "previous_answer", "pick": {"which": "last"}}),
        ("and the highest?", {"among": None, "compute": "max"}),
    ],
)
def test_one_of_several_that_were_told_is_looked_for_among_them(question: str, wanted: dict[str, Any]) -> None:
    three = {"kind": "lab", "about": ["potassium"], "pick": {"which": "last", "n": 3}}
    told = Turn(
        "…", "…", (CallTool(tool="query_chart", arguments=three),), ("Observation/1", "Observation/2"), (4.6, 4.8)
    )
    parsed = compose_follow_up(read_question(question, OVERVIEW), [told])
    assert parsed is not None
    plan = parsed.queries[0].model_dump(mode="json", exclude_defaults=True)
    assert {k: plan.get(k) for k in wanted} == wanted


@pytest.mark.parametrize("question", ["is she still taking the first one?", "what drugs did she get during that stay?"])
def test_one_of_several_is_not_guessed(question: str) -> None:
    plan = {"kind": "hospital_stay"} if "stay" in question else FOR_ASTHMA
    told = Turn("…", "…", (CallTool(tool="query_chart", arguments=plan),), ("X/1", "X/2"), ("a", "b"))
    parsed = compose_follow_up(read_question(question, OVERVIEW), [told])
    assert parsed is not None
    assert not parsed.queries


def test_where_nothing_was_found_a_follow_up_leans_on_what_was_asked_first() -> None:
    plans = (
        {"kind": "procedure", "about": ["colonoscopy"], "compute": "exists"},
        {"kind": "condition", "about": ["history of colonoscopy"], "compute": "exists"},
    )
    told = Turn("…", "…", tuple(CallTool(tool="query_chart", arguments=plan) for plan in plans), (), (False,))
    parsed = compose_follow_up(read_question("And when?", OVERVIEW), [told])
    assert parsed is not None
    assert (parsed.queries[0].kind, parsed.queries[0].about) == ("procedure", ("colonoscopy",))


@pytest.mark.parametrize(
    ("question", "before", "where"),
    [
        ("any of these resolved?", {"kind": "condition", "where": [status("active")]}, [status("resolved")]),
        (
            "when first?",
            {"kind": "lab", "about": ["potassium"], "compute": "exists",
             "where": [{"field": "value", "op": "<", "value": "3"}]},
            [{"field": "value", "op": "<", "value": "3"}],
        ),
    ],
)  # fmt: skip
def test_what_a_follow_up_says_and_what_it_leans_on_are_both_kept(
    question: str, before: dict[str, Any], where: list[dict[str, str]]
) -> None:
    parsed = compose_follow_up(read_question(question, OVERVIEW), [turn("…", before)])
    assert parsed is not None
    assert parsed.queries[0].model_dump(mode="json", exclude_defaults=True)["where"] == where


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("total urine output during the first ICU stay", "outputs is meant"),
        ("chest tube output on the second ICU day", "second icu day"),
    ],
)
def test_what_no_record_is_charted_as_is_not_guessed(question: str, said: str) -> None:
    parsed = parse_question(question)
    assert not parsed.queries
    assert said in (parsed.reason or "")


def test_a_positive_culture_is_one_that_grew_something() -> None:
    (query,) = parse_question("Any positive cultures?").queries
    assert (query.kind, query.compute, query.field) == ("microbiology", "exists", "organism")


def test_what_was_diagnosed_is_no_care_plan_of_that_name() -> None:
    planned = Overview(OVERVIEW.patient, (), (), (entry(Kind.CARE_PLAN, "Cancer care plan"),), OVERVIEW.receipt)
    assert [q.kind for q in parse_question("When was her cancer diagnosed?", planned).queries] == [Kind.CONDITION]


def test_doses_after_a_vaccine_are_vaccinations() -> None:
    parsed = compose_follow_up(
        read_question("how many doses?", OVERVIEW), [turn("…", {"kind": "immunization", "about": ["flu shot"]})]
    )
    assert parsed is not None
    assert (parsed.queries[0].kind, parsed.queries[0].about) == ("immunization", ("flu shot",))
    assert parsed.queries[0].compute == "count"


def test_since_when_a_class_of_drugs_is_taken_is_asked_of_the_drugs_told() -> None:
    told = turn(
        "…", {"kind": "medication", "about": ["anticoagulants"], "where": [status("active")]}, ("Warfarin 5 mg",)
    )
    parsed = compose_follow_up(read_question("when was it started?", OVERVIEW), [told])
    assert parsed is not None
    assert (parsed.queries[0].about, parsed.queries[0].pick.which) == (("Warfarin 5 mg",), "first")


@pytest.mark.parametrize(
    "question",
    ["What was she taking when she died?", "Did she die of asthma?", "Which labs did she have before death?"],
)
def test_what_was_so_at_the_death_is_not_answered_with_the_death(question: str) -> None:
    parsed = parse_question(question)
    assert not parsed.queries
    assert "death" in (parsed.reason or "")


def test_a_score_is_not_the_problem_it_screens_for() -> None:
    screened = Overview(
        OVERVIEW.patient,
        (),
        (),
        (entry(Kind.OBSERVATION, "Patient Health Questionnaire 2 item score"),),
        OVERVIEW.receipt,
    )
    assert [q.kind for q in parse_question("Does she have depression?", screened).queries] == [Kind.CONDITION]
    assert [q.kind for q in parse_question("What is her PHQ-2 score?", screened).queries] == [Kind.OBSERVATION]


def test_the_age_then_is_not_the_age_now() -> None:
    parsed = compose_follow_up(read_question("How old was she?", OVERVIEW), [turn("…", ASTHMA)])
    assert parsed is not None
    assert (parsed.queries[0].compute, parsed.queries[0].among) == ("age", "previous_answer")


@pytest.mark.parametrize("question", ["How many allergies?", "Does she have asthma?", "How old is she?"])
def test_a_short_question_that_says_all_stands_on_its_own(question: str) -> None:
    assert compose_follow_up(read_question(question, OVERVIEW), [turn("…", POTASSIUM)]) is None


def test_the_reason_of_a_no_is_asked_of_the_record_that_said_so() -> None:
    parsed = compose_follow_up(read_question("Why not?", OVERVIEW), [turn("…", WARFARIN, (False,))])
    assert parsed is not None
    plan = parsed.queries[0]
    assert (plan.among, plan.field, plan.where) == ("previous_answer", "status_reason", ())


def test_a_question_of_the_notes_searches_their_text() -> None:
    assert compose_notes("What do the notes say about the rash since 2020?") == {"text": "rash", "when": "since 2020"}
    assert compose_notes("What was the last potassium?") is None


NAMED_HEART = replace(
    OVERVIEW, patient="patient: Ivy Heart; identifier: 5550002", index=(*INDEX, entry(Kind.CONDITION, "Heart failure"))
)


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("Does she have heart failure?", ["heart failure"]),
        ("Does she have heart disease?", ["heart disease"]),
        ("Does Heart have heart failure?", ["heart failure"]),
        ("Does Ms. Heart have asthma?", ["asthma"]),
        ("Does Ivy Heart have asthma?", ["asthma"]),
        ("does ivy heart have heart failure?", ["heart failure"]),
        ("What was Heart's last potassium?", ["potassium"]),
        ("Heart, do you have asthma?", ["asthma"]),
        ("does ivy have asthma?", ["asthma"]),
        ("What was the last potassium of Heart?", ["potassium"]),
    ],
)
def test_a_word_of_the_name_is_left_out_only_where_it_is_the_name(question: str, about: list[str]) -> None:
    parsed = parse_question(question, NAMED_HEART)
    assert [a.lower() for q in parsed.queries for a in q.about] == about, parsed.reason


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Does she have RMC-4711 asthma?", "rmc-4711"),
        ("Has she had RMC-4711 sinusitis?", "rmc-4711"),
        ("Is she taking zzyzx warfarin?", "zzyzx"),
    ],
)
def test_a_word_that_nothing_knows_is_said_and_not_dropped(question: str, told: str) -> None:
    parsed = parse_question(question)
    assert parsed.queries == ()
    assert told in (parsed.reason or "")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Has she had a fracture of the wrist?", {"kind": "condition", "about": ["fracture of wrist"]}),
        ("Is she on hormone therapy?", {"about": ["hormone therapy"]}),
        ("Does she have high potassium?", {"kind": "lab", "where": [{"field": "interpretation", "value": "high"}]}),
        ("Does she have high cholesterol?", {"kind": "condition", "about": ["high cholesterol"]}),
    ],
)
def test_a_name_of_several_words_is_asked_whole(question: str, wanted: dict[str, Any]) -> None:
    queries = parse_question(question).queries
    assert queries, parse_question(question).reason
    told = queries[0].model_dump(mode="json", exclude_defaults=True)
    assert {slot: told.get(slot) for slot in wanted} == wanted


def test_the_left_of_a_part_of_the_body_is_no_verb() -> None:
    index = (*INDEX, entry(Kind.REPORT, "X-ray of the right knee"))
    (query,) = parse_question("Has he ever had an x-ray of the left knee?", replace(OVERVIEW, index=index)).queries
    assert query.about == ("x-ray of left knee",)
