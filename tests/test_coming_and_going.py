"""Why someone came, what they took at home, where they went, how they fared: in everyday words, over small charts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio
SUBJECT = {"subject": {"reference": "Patient/p"}}


def made(kind: str, name: str, **elements: Any) -> Json:
    return {"resourceType": kind, "id": name, **SUBJECT, **elements}


def coded(text: str) -> Json:
    return {"text": text}


def visit(name: str, sort: str, start: str, end: str, **elements: Any) -> Json:
    return made("Encounter", name, status="finished", **{"class": {"code": sort}},
                period={"start": start, "end": end}, **elements)  # fmt: skip


def observation(name: str, text: str, time: str, category: str = "laboratory", **elements: Any) -> Json:
    categories = [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": category}]}
    ]
    return made(
        "Observation", name, status="final", category=categories, code=coded(text), effectiveDateTime=time, **elements
    )


def quantity(value: float, unit: str) -> Json:
    return {"valueQuantity": {"value": value, "unit": unit}}


def procedure(name: str, text: str, day: str) -> Json:
    return made("Procedure", name, status="completed", code=coded(text), performedDateTime=day)


def condition(name: str, text: str, onset: str, end: str | None = None) -> Json:
    state = "resolved" if end else "active"
    ended = {"abatementDateTime": end} if end else {}
    return made("Condition", name, code=coded(text), onsetDateTime=onset,
                clinicalStatus={"coding": [{"code": state}]}, **ended)  # fmt: skip


def drug(kind: str, name: str, text: str, **elements: Any) -> Json:
    return made(kind, name, medicationCodeableConcept=coded(text), **elements)


HOME = {"dischargeDisposition": {"text": "HOME"}}
KEPT = {"dischargeDisposition": {"text": "ADMITTED"}}
REHAB = {"dischargeDisposition": {"text": "REHAB"}}
STAYS = [
    visit("e1", "EMER", "2020-01-02T10:00:00Z", "2020-01-02T15:00:00Z", hospitalization=HOME),
    visit("e2", "EMER", "2021-03-04T10:00:00Z", "2021-03-04T15:00:00Z", hospitalization=KEPT),
    visit("h2", "IMP", "2021-03-04T15:00:00Z", "2021-03-09T12:00:00Z", hospitalization=REHAB),
    observation("c1", "Chief complaint - Reported", "2020-01-02T10:00:00Z", "survey", valueString="Wrist pain"),
    observation("c2", "Chief complaint - Reported", "2021-03-04T10:00:00Z", "survey", valueString="Chest pain"),
    observation("r1", "Heart rate", "2020-01-02T10:00:00Z", "vital-signs", **quantity(75, "/min")),
    observation("r2", "Heart rate", "2021-03-04T10:00:00Z", "vital-signs", **quantity(112, "/min")),
]


@pytest.mark.parametrize(
    ("turns", "value"),
    [
        (("What brought her to the emergency room the first time?",), "Wrist pain"),
        (("Why did she come to the ED in 2021?",), "Chest pain"),
        (("What took her to the ER the last time?",), "Chest pain"),
        (("What brought her to the ED the first time?", "How was she discharged?"), "HOME"),
        (("What was the complaint at her last ED visit?", "Was she admitted?"), "ADMITTED"),
        (("When was she last discharged?", "Where to?"), "REHAB"),
        (("Where did she go after the last discharge?",), "REHAB"),
        (("What was her heart rate on arrival?",), 112),
        (("What was her heart rate when she arrived in 2020?",), 75),
    ],
)
async def test_a_visit_tells_why_it_was_and_how_it_ended(ask_over: Ask, turns: tuple[str, ...], value: object) -> None:
    told = (await ask_over(STAYS, *turns))[-1]
    assert told.answer.values == (value,), told.answer.text


DRUGS = [
    drug("MedicationStatement", "s", "Apixaban 5 MG", status="active", effectiveDateTime="2020-01-02"),
    drug("MedicationRequest", "o", "Heparin", status="completed", intent="order", authoredOn="2020-01-03"),
    drug(
        "MedicationAdministration", "a1", "Norepinephrine", status="completed", effectiveDateTime="2020-01-03T08:00:00Z"
    ),
    drug(
        "MedicationAdministration", "a2", "Norepinephrine", status="completed", effectiveDateTime="2020-01-04T09:00:00Z"
    ),
]


@pytest.mark.parametrize(
    ("turns", "values"),
    [
        (("What did she take at home?",), ("Apixaban 5 MG",)),
        (("Was she on apixaban at home?",), (True,)),
        (("List her home meds.",), ("Apixaban 5 MG",)),
        (("Was she ever anticoagulated?",), (True,)),
        (("Was she given norepinephrine?", "When was it stopped?"), ("2020-01-04T09:00:00Z",)),
        (("When was the last dose of norepinephrine?",), ("2020-01-04T09:00:00Z",)),
        (("When did she get her most recent norepinephrine dose?",), ("2020-01-04T09:00:00Z",)),
        (("When was the first dose of norepinephrine given?",), ("2020-01-03T08:00:00Z",)),
    ],
)
async def test_drugs_taken_at_home_and_doses_that_ended(
    ask_over: Ask, turns: tuple[str, ...], values: tuple[object, ...]
) -> None:
    told = (await ask_over(DRUGS, *turns))[-1]
    assert told.answer.values == values, told.answer.text


PLAN = made(
    "CarePlan", "plan", status="active", intent="plan", category=[coded("Diabetes self management plan")],
    activity=[{"detail": {"code": coded("Education about dementia"), "status": "in-progress"}}],
)  # fmt: skip
CHART = [
    PLAN,
    condition("pre", "Prediabetes", "2010-01-01"),
    condition("p1", "Normal pregnancy", "2010-01-01", "2010-09-01"),
    condition("p2", "Normal pregnancy", "2012-01-01", "2012-09-01"),
    condition("fever", "Fever (finding)", "2020-11-21", "2020-12-01"),
    condition("lung", "Acute pulmonary embolism (disorder)", "2020-11-21"),
    condition("kin", "Family history of malignant neoplasm of trachea, bronchus, and lung", "2020-11-21"),
    observation("t1", "Body temperature", "2020-11-21", "vital-signs", **quantity(38.4, "Cel")),
    observation("t2", "Body temperature", "2020-11-22", "vital-signs", **quantity(40.1, "Cel")),
    observation("w1", "Body weight", "2011-01-01", "vital-signs", **quantity(108.5, "kg")),
    observation("w2", "Body weight", "2021-01-01", "vital-signs", **quantity(101, "kg")),
    observation("k1", "Creatinine", "2012-05-01", **quantity(0.9, "mg/dL")),
    observation("k2", "Creatinine", "2021-05-01", **quantity(1.1, "mg/dL")),
    procedure("hiv", "Human immunodeficiency virus antigen test", "2012-05-01"),
    procedure("xray", "Ankle X-ray", "2012-01-04"),
    procedure("cabg", "Coronary artery bypass", "2015-05-05"),
    procedure("valve", "Replacement of aortic valve", "2015-05-05"),
    procedure("carotid", "Extirpation of Matter from Right External Carotid Artery, Open Approach", "2017-07-07"),
    procedure("eeg", "EEG", "2018-08-08"),
]


@pytest.mark.parametrize(
    ("turns", "values"),
    [
        (("Does she have diabetes?",), (False,)),
        (("What is the plan for her dementia?",), ("Education about dementia",)),
        (("How many pregnancies are recorded?",), (2,)),
        (("What was her highest fever?",), (40.1,)),
        (("Did she get a clot in the lung?",), (True,)),
        (("Does lung cancer run in her family?",), (True,)),
        (("Has she lost weight?", "How much?"), (-7.5,)),
        (("Compare her creatinine in 2012 with the latest one.",), (0.9, 1.1)),
        (("Was the creatinine rising?",), (True,)),
        (("Was she screened for HIV?",), (True,)),
        (("Was an x-ray done for the ankle?",), (True,)),
        (("When did she have her bypass?", "What else was done that day?"), ("Replacement of aortic valve",)),
        (("When was her carotid surgery?",), ("2017-07-07",)),
        (("How many operations has she had?",), (3,)),
    ],
)
async def test_what_is_meant_is_asked_of_the_records_that_tell_it(
    ask_over: Ask, turns: tuple[str, ...], values: tuple[object, ...]
) -> None:
    told = (await ask_over(CHART, *turns))[-1]
    assert told.answer.values == values, told.answer.text


async def test_a_follow_up_does_not_guess_which_stay(ask_over: Ask) -> None:
    told = await ask_over([*STAYS, *CHART], "When did she have her bypass?", "Was she admitted?")
    assert told[1].answer.status == "abstained"


async def test_why_someone_was_in_the_emergency_room_leans_on_nothing(ask_over: Ask) -> None:
    told = await ask_over([*STAYS, *DRUGS], "Was she given heparin?", "What brought her to the ED in 2020?")
    assert told[1].answer.values == ("Wrist pain",)


WARD = visit(
    "w", "IMP", "2021-03-04T15:00:00Z", "2021-03-09T12:00:00Z",
    location=[{"location": {"display": name}, "period": {"start": f"{start}T09:00:00Z", "end": f"{end}T09:00:00Z"}}
              for name, start, end in (("Ward 7", "2021-03-04", "2021-03-07"), ("Ward 9", "2021-03-07", "2021-03-09"))],
)  # fmt: skip
INTENSIVE = [
    visit("i1", "IMP", "2022-05-01T15:00:00Z", "2022-05-12T12:00:00Z", hospitalization=REHAB),
    visit("i2", "ACUTE", "2022-05-04T15:00:00Z", "2022-05-09T12:00:00Z", partOf={"reference": "Encounter/i1"},
          type=[coded("Intensive care")], location=[{"location": {"display": "Ward 3"}}]),
    made("Procedure", "colon", status="completed", code=coded("Colectomy"), performedDateTime="2022-05-04",
         encounter={"reference": "Encounter/i1"}),
]  # fmt: skip
TREATED = [
    WARD,
    *INTENSIVE,
    condition("flu", "Pneumonia (disorder)", "2020-11-21", "2020-12-02"),
    condition("psoriasis", "Psoriasis", "2019-01-01"),
    drug("MedicationRequest", "e", "Etanercept", status="active", intent="order", authoredOn="2020-01-03",
         reasonReference=[{"reference": "Condition/psoriasis"}]),
    drug("MedicationRequest", "k", "Levetiracetam", status="stopped", intent="order", authoredOn="2020-01-03"),
    made("CarePlan", "drink", status="active", intent="plan", category=[coded("Lifestyle education")],
         activity=[{"detail": {"code": coded("Counseling about alcohol consumption"), "status": "in-progress"}}]),
    made("CarePlan", "sugar", status="active", intent="plan", category=[coded("Diabetes self management plan")]),
    procedure("room", "Isolation nursing in negative pressure isolation environment", "2020-11-21"),
    observation("v1", "Body weight", "2020-01-01", "vital-signs", **quantity(90, "kg")),
    observation("v2", "Body weight", "2021-01-01", "vital-signs", **quantity(95, "kg")),
    observation("s", "SARS-CoV-2 RNA", "2020-11-21", valueString="Not detected"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("turns", "values"),
    [
        (("Did the pneumonia clear up?", "When?"), ("2020-12-02",)),
        (("Is the pneumonia resolved?", "When?"), ("2020-12-02",)),
        (("Psoriasis treatment?",), ("Etanercept",)),
        (("Does she have psoriasis?", "What do they give for it?"), ("Etanercept",)),
        (("Where was she on March 5, 2021?",), ("Ward 7",)),
        (("Is she diabetic?",), (False,)),
        (("When did she leave the ICU the first time?",), ("2022-05-09T12:00:00Z",)),
        (("Where was she discharged to after the colectomy?",), ("REHAB",)),
    ],
)
async def test_what_follows_from_a_problem_is_told_of_it(
    ask_over: Ask, turns: tuple[str, ...], values: tuple[object, ...]
) -> None:
    told = (await ask_over(TREATED, *turns))[-1]
    assert told.answer.values == values, told.answer.text


@pytest.mark.parametrize(
    "turns",
    [
        ("Was she tested for SARS-CoV-2?", "Were any negative?"),
        ("What was her weight a year before the last one?",),
        ("What medicine stopped the psoriasis?",),
        ("How often was she in rehab for drugs?",),
        ("What does she take for her mood?",),
        ("Which of her problems is the most serious?",),
        ("Did she drink?",),
    ],
)
async def test_what_no_record_tells_is_left_open(ask_over: Ask, turns: tuple[str, ...]) -> None:
    told = (await ask_over(TREATED, *turns))[-1]
    assert told.answer.status == "abstained", told.answer.text


async def test_how_long_someone_has_been_in_hospital_is_a_length_and_only_while_it_goes_on(ask_over: Ask) -> None:
    within = await ask_over(STAYS, "Is she in hospital?", "How long has she been there?", as_of="2021-03-06T15:00:00Z")
    assert within[1].answer.values == (2,), within[1].answer.text
    after = (await ask_over(STAYS, "How long has she been in hospital?"))[0]
    assert after.answer.values == (), after.answer.text


async def test_which_icu_is_not_answered_by_every_ward(ask_over: Ask) -> None:
    def ward(number: int, name: str, start: str, end: str) -> list[Json]:
        place = {"resourceType": "Location", "id": f"place{number}", "name": name}
        at = [{"location": {"reference": f"Location/place{number}"}, "period": {"start": start, "end": end}}]
        return [place, visit(f"t{number}", "IMP", start, end, location=at, partOf={"reference": "Encounter/h2"})]

    wards = [
        *ward(1, "Transplant", "2021-03-04T15:00:00Z", "2021-03-06T12:00:00Z"),
        *ward(2, "Medical Intensive Care Unit", "2021-03-06T12:00:00Z", "2021-03-09T12:00:00Z"),
    ]
    told = (await ask_over([*STAYS, *wards], "Which ICU was she in?"))[-1]
    assert "Transplant" not in told.answer.text
