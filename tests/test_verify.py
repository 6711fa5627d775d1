"""Verification as tables: text × evidence × receipt → what passes, and what is refused for which reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.decision import GiveAnswer
from agent.verify import check_answer, check_text, holds_value
from tools.chart_query import ChartQuery
from tools.evidence import Evidence, Finding, Value
from tools.receipt import Receipt

WHOLE = Receipt(complete=True, as_of="2024-06-01")
CUT = Receipt(complete=False, reasons=("page 2 failed",), as_of="2024-06-01")


def row(handle: str, kind: str, label: str, date: str | None = None, **more: Any) -> Evidence:
    return Evidence(handle, f"Thing/{handle}", "1", kind, label, date, **more)


def found(query: dict[str, Any], *rows: Evidence, values: tuple[Value, ...] = (), **more: Any) -> Finding:
    fields: dict[str, Any] = {"total": len(rows), "statement": "As told.", "receipt": WHOLE, "determinable": True}
    fields |= more
    return Finding(
        handle="Q1", tool="query_chart", query=ChartQuery.model_validate(query), evidence=rows, values=values,
        rests_on=(), retrieved=(), **fields,
    )  # fmt: skip


GLUCOSE = row("E1", "lab", "Glucose", "2020-01-02T09:00:00-05:00", value="95", unit="mg/dL", status="final",
              details=(("interpretation", "Normal"),))  # fmt: skip
SODIUM = row("E2", "lab", "Sodium", "2020-02-03T09:00:00-05:00", value="140", unit="mmol/L", status="final")
LABS = found({"kind": "lab"}, GLUCOSE, SODIUM, values=("Glucose", "Sodium"))
LAST = found({"kind": "lab", "about": ["glucose"], "pick": {"which": "last"}}, GLUCOSE, values=(95,))
WARFARIN = row("E1", "medication_ordered", "Warfarin 5 mg tablet", "2019-11-02", status="on-hold", details=(
    ("route", "oral"), ("reason", "Atrial fibrillation"), ("prescriber", "Dr. Erik Lindgren")))  # fmt: skip
METFORMIN = row("E2", "medication_ordered", "Metformin 500 mg tablet", "2019-11-02", status="active",
                details=(("frequency", "One tablet twice daily. Do not crush."),))  # fmt: skip
DRUGS = found({"kind": "medication_ordered"}, WARFARIN, METFORMIN)
EMBOLISM = row("E1", "condition", "Pulmonary embolism", "2021-01-11", status="refuted")
ASTHMA = row("E2", "condition", "Asthma", "1996", status="active, confirmed")
GOUT = row("E3", "condition", "Gout", "2019-07", status="provisional")
CONDITIONS = found({"kind": "condition"}, EMBOLISM, ASTHMA, GOUT)
STREP = row("E1", "microbiology", "Strep test", "2020-05-01", value="Negative", status="final")
HEPATITIS = row("E2", "microbiology", "Hepatitis B surface antigen", "2020-05-01", value="Positive", status="final")
CULTURES = found({"kind": "microbiology"}, STREP, HEPATITIS)
NO_HIV = found({"kind": "condition", "about": ["HIV"]}, statement='No record of "HIV" conditions.')
NO_HIV_LATELY = found({"kind": "condition", "about": ["HIV"], "when": "since March 2023"}, values=(False,))
NO_ASPIRIN = found({"kind": "medication_administered", "about": ["aspirin"]})
COUNT = found({"kind": "lab", "about": ["glucose"], "compute": "count", "when": "in 2020"}, GLUCOSE, values=(1,))
FIVE = found({"kind": "condition", "compute": "count"}, ASTHMA, values=(5,), total=5)
OVER = found({"kind": "lab", "about": ["glucose"], "compute": "count", "where": [
    {"field": "value", "op": ">", "value": "140"}]}, values=(2,), total=2)  # fmt: skip
MEAN = found({"kind": "lab", "about": ["glucose"], "compute": "mean"}, GLUCOSE, values=(97.66666,), total=3,
             statement='Mean for "glucose" lab results: 97.6667 mg/dL, from Glucose: 95 mg/dL.')  # fmt: skip
FALL = found({"kind": "vital", "about": ["weight"], "compute": "change"}, values=(-3.5,), total=2,
             statement='Change for "weight" vital signs: -3.5 kg, from two.')  # fmt: skip
STAY = row("E1", "hospital_stay", "Hospital stay", "2022-11-03T23:10:00-04:00", end="2022-11-09T14:00:00-05:00",
           status="finished", details=(("reason", "ST elevation myocardial infarct"),))  # fmt: skip
STAYS = found({"kind": "hospital_stay"}, STAY)
IS_IT = found({"kind": "condition", "about": ["asthma"], "compute": "exists"}, ASTHMA, values=(True,))
UNTAKEN = found({"kind": "medication"}, row("E1", "medication", "Fish oil", "2023-03-21", status="not-taken"))
NO_ICU = found({"kind": "icu_stay"})
RELATIVE = found({"kind": "family_history"}, row("E1", "family_history", "mother: Type 2 diabetes", "2023-03-28"))
ORDERED = found({"kind": "order"}, row("E1", "order", "Colonoscopy", "2023-03-28", status="active"))
CULTURE = found({"kind": "microbiology"}, row("E1", "microbiology", "Blood culture", "2023-08-21", details=(
    ("organism", "Escherichia coli"),
    ("susceptibility", "Ceftriaxone: Susceptible (0.5 mcg/mL); Ciprofloxacin: Resistant (4 mcg/mL)"))))  # fmt: skip
ALLERGY = found({"kind": "allergy"}, row("E1", "allergy", "Codeine", "2023-07-11", status="active, confirmed", details=(
    ("reaction", "Hives"), ("severity", "moderate"), ("criticality", "high"))))  # fmt: skip
RANGED = found({"kind": "lab"}, row("E1", "lab", "TSH", "2024-03-05", value="2.6", unit="mIU/L", details=(
    ("reference range", "0.4 mIU/L to 4.5 mIU/L"),)))  # fmt: skip
X_RAY = found({"kind": "report"}, row("E1", "report", "X-ray of the right knee", "2023-08-30",
              value="Severe osteoarthritis. No fracture."))  # fmt: skip
IN_STAY = found({"kind": "lab", "about": ["glucose"], "during": {"which": "last"}}, GLUCOSE, values=(95,))
PRESSURE = found({"kind": "vital"}, row("E1", "vital", "Blood pressure", "2024-08-07", value="Systolic blood pressure "
                 "134 mmHg, Diastolic blood pressure 78 mmHg", status="final"))  # fmt: skip

PASSES = [
    ("Glucose was 95 mg/dL on 2020-01-02.", LABS),
    ("The patient's glucose was 95.0 mg/dL on January 2, 2020.", LABS),
    ("Glucose 95 mg/dL (2020-01-02T09:00), sodium 140 mmol/L (2020-02-03).", LABS),
    ("Glucose was measured in January 2020 and was normal.", LABS),
    ("The latest glucose is 95 mg/dL.", LAST),
    ("Rosa's glucose was 95.", LABS),
    ("Warfarin is on-hold.", DRUGS),
    ("She was prescribed warfarin 5 mg for atrial fibrillation by Dr. Erik Lindgren.", DRUGS),
    ("Metformin 500 mg twice daily is active.", DRUGS),
    ("Metformin is currently prescribed.", DRUGS),
    ("Pulmonary embolism was refuted.", CONDITIONS),
    ("He does not have a pulmonary embolism.", CONDITIONS),
    ("He has asthma since 1996.", CONDITIONS),
    ("Gout is provisional.", CONDITIONS),
    ("Asthma (1996).", CONDITIONS),
    ("Yes: Asthma (1996).", IS_IT),
    ("Fish oil is not-taken.", UNTAKEN),
    ("The strep test was negative.", CULTURES),
    ("Hepatitis B surface antigen was positive.", CULTURES),
    ("There is no record of an HIV condition.", NO_HIV),
    ("No HIV diagnosis is recorded.", NO_HIV),
    ("No HIV condition since March 2023.", NO_HIV_LATELY),
    ("No aspirin administration is recorded.", NO_ASPIRIN),
    ("There was one glucose test in 2020.", COUNT),
    ("There are five conditions.", FIVE),
    ("There are 5 conditions in total.", FIVE),
    ("2 glucose tests are above 140.", OVER),
    ("The mean glucose is 97.67 mg/dL.", MEAN),
    ("Weight fell by 3.5 kg.", FALL),
    ("He was in hospital from 2022-11-03 to 2022-11-09.", STAYS),
    ("Yes, he has asthma.", IS_IT),
    ("No record of ICU stays.", NO_ICU),
    ("Blood pressure was 134/78 mmHg on 2024-08-07.", PRESSURE),
    ("Her mother had type 2 diabetes.", RELATIVE),
    ("A colonoscopy was ordered on 2023-03-28.", ORDERED),
    ("The blood culture grew Escherichia coli.", CULTURE),
    ("Escherichia coli in the blood culture was resistant to ciprofloxacin.", CULTURE),
    ("In the blood culture ceftriaxone was susceptible at 0.5 mcg/mL.", CULTURE),
    ("She is allergic to codeine, with hives.", ALLERGY),
    ("The severity of the codeine allergy is moderate.", ALLERGY),
    ("TSH was 2.6 mIU/L.", RANGED),
    ("The X-ray of the right knee showed severe osteoarthritis and no fracture.", X_RAY),
    ("The reference range of TSH starts at 0.4 mIU/L.".replace("starts at", "is"), RANGED),
    ("Systolic blood pressure was 134 mmHg.", PRESSURE),
    ("95 mg/dL", LABS),
    ("As told.", LABS),
    ("That is what the chart says.", LABS),
]
REFUSED = [
    ("Glucose was 96 mg/dL.", LABS, "number 96"),
    ("Glucose was 95 mmol/L.", LABS, "unit of 95"),
    ("Glucose was 140 mg/dL.", LABS, "140"),
    ("Glucose was 95 mg/dL on 2020-02-03.", LABS, "2020-02-03"),
    ("Glucose was 2020.", LABS, "number 2020"),
    ("Glucose was 2 mg/dL.", LABS, "number 2"),
    ("Glucose was 95 mg/dL at 10:30.", LABS, "10:30"),
    ("Glucose was 95 mg/dL on 01/02/2020.", LABS, "01/02/2020"),
    ("On 2020-02-03 glucose was 95 mg/dL.", LABS, "2020-02-03"),
    ("Glucose was high.", LABS, "high"),
    ("The latest glucose is 95 mg/dL.", LABS, "latest"),
    ("The highest glucose is 95 mg/dL.", LAST, "highest"),
    ("The latest glucose is 95 mg/dL.", IN_STAY, "latest"),
    ("Potassium was 95.", LABS, "potassium"),
    ("HIV is positive.", CULTURES, "hiv"),
    ("Diabetes is recorded.", LABS, "diabete"),
    ("She takes metformin and lisinopril.", DRUGS, "lisinopril"),
    ("She takes metformin 1000 mg.", DRUGS, "1000"),
    ("She takes metformin 500 mcg.", DRUGS, "unit of 500"),
    ("Warfarin is taken.", DRUGS, "on-hold"),
    ("Warfarin is active.", DRUGS, "active"),
    ("Warfarin was given.", DRUGS, "given"),
    ("Metformin was stopped.", DRUGS, "stopped"),
    ("Metformin was prescribed for atrial fibrillation.", DRUGS, "atrial"),
    ("He has a pulmonary embolism.", CONDITIONS, "affirms"),
    ("He does not have asthma.", CONDITIONS, "denies"),
    ("He has asthma, not gout.", CONDITIONS, "denies"),
    ("He has gout.", CONDITIONS, "provisional"),
    ("Gout (2019).", CONDITIONS, "2019"),
    ("Fish oil is active.", UNTAKEN, "active"),
    ("She takes fish oil.", UNTAKEN, "affirms"),
    ("He has had asthma since 1986.", CONDITIONS, "1986"),
    ("He probably has asthma.", CONDITIONS, "probably"),
    ("He only has asthma.", CONDITIONS, "only"),
    ("The strep test was positive.", CULTURES, "affirms"),
    ("Hepatitis B surface antigen was negative.", CULTURES, "denies"),
    ("The strep test was done. It was positive.", CULTURES, "affirms"),
    ("She has HIV.", NO_HIV, "affirms"),
    ("There is no record of HIV.", NO_HIV, "condition"),
    ("There is no record of hepatitis conditions.", NO_HIV, "hepatitis"),
    ("No conditions are recorded.", NO_HIV, "HIV"),
    ("No HIV condition is recorded.", NO_HIV_LATELY, "since March 2023"),
    ("Aspirin was never ordered.", NO_ASPIRIN, "ordered"),
    ("There is no aspirin.", NO_ASPIRIN, "administered"),
    ("There was one glucose test.", COUNT, "in 2020"),
    ("There were two glucose tests in 2020.", COUNT, "two"),
    ("There were 95 glucose tests in 2020.", COUNT, "95"),
    ("There are four conditions.", FIVE, "four"),
    ("There are 5 asthma conditions.", FIVE, "asthma"),
    ("There are several conditions.", FIVE, "several"),
    ("There are 2 glucose tests.", OVER, "140"),
    ("2 glucose tests are below 140.", OVER, "140"),
    ("The mean glucose is 98 mg/dL.", MEAN, "98"),
    ("The mean glucose is 97.67 mmol/L.", MEAN, "unit"),
    ("Weight rose by 3.5 kg.", FALL, "rose"),
    ("He is in hospital.", STAYS, "finished"),
    ("No, he does not have asthma.", IS_IT, "denies"),
    ("Yes, she has HIV conditions.", NO_HIV, "affirms"),
    ("No record of stays.", NO_ICU, "icu stay"),
    ("Blood pressure was 78/134 kPa.", PRESSURE, "unit"),
    ("Systolic blood pressure was 78 mmHg.", PRESSURE, "78"),
    ("She has type 2 diabetes.", RELATIVE, "family history"),
    ("She had a colonoscopy.", ORDERED, "order"),
    ("The blood culture was resistant to ceftriaxone.", CULTURE, "resistant"),
    ("The blood culture was susceptible to ciprofloxacin.", CULTURE, "ciprofloxacin"),
    ("The blood culture's ceftriaxone was 4 mcg/mL.", CULTURE, "4"),
    ("The severity of the codeine allergy is high.", ALLERGY, "high"),
    ("TSH was 4.5 mIU/L.", RANGED, "4.5"),
    ("The X-ray of the right knee showed a fracture.", X_RAY, "affirms"),
    ("The X-ray of the right knee showed no osteoarthritis.", X_RAY, "denies"),
    ("She has severe osteoarthritis.", X_RAY, "about"),
    ("She has ST elevation myocardial infarct.", STAYS, "about"),
    ("She has atrial fibrillation.", DRUGS, "about"),
    ("Warfarin is taken and metformin was prescribed.", DRUGS, "on-hold"),
    ("It is false that as told.", LABS, "false"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "finding"), PASSES, ids=[text for text, _ in PASSES])
def test_a_claim_that_the_evidence_bears_out_passes(text: str, finding: Finding) -> None:
    assert [c.faults for c in check_text(text, (finding,), "Rosa Delgado") if c.faults] == []


@pytest.mark.parametrize(("text", "finding", "why"), REFUSED, ids=[text for text, *_ in REFUSED])
def test_a_claim_that_the_evidence_does_not_bear_out_is_refused(text: str, finding: Finding, why: str) -> None:
    faults = " ".join(f for c in check_text(text, (finding,), "Rosa Delgado") for f in c.faults)
    assert why in faults


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("No HIV diagnosis is recorded.", NO_HIV),
        ("There are five conditions.", FIVE),
        ("There are 5 conditions in total.", FIVE),
        ("There was one glucose test in 2020.", COUNT),
        ("The latest glucose is 95 mg/dL.", LAST),
        ("The mean glucose is 97.67 mg/dL.", MEAN),
    ],
)
def test_an_absence_a_count_or_a_computed_value_needs_a_complete_receipt(text: str, finding: Finding) -> None:
    assert not any(c.faults for c in check_text(text, (finding,)))
    assert any(c.faults for c in check_text(text, (replace(finding, receipt=CUT),)))


def test_a_record_that_was_seen_is_told_whatever_else_could_not_be_read() -> None:
    assert not any(c.faults for c in check_text("Glucose was 95 mg/dL.", (replace(LABS, receipt=CUT),)))


@pytest.mark.parametrize("confined", [{"not_about": ["gout"]}, {"among": "before_previous_answer"}])
def test_an_absence_in_what_no_sentence_can_tell_is_refused(confined: dict[str, Any]) -> None:
    nothing = found({"kind": "condition", "about": ["HIV"], **confined})
    assert any(c.faults for c in check_text("No HIV condition is recorded.", (nothing,)))


def test_a_sentence_that_leans_on_a_refused_one_is_refused_with_it() -> None:
    checked = check_text("Potassium was found. It was 95 mg/dL. Sodium was 140 mmol/L.", (LABS,))
    assert [bool(c.faults) for c in checked] == [True, True, False]


def test_what_was_searched_names_a_record_only_where_one_name_was_searched() -> None:
    one = found({"kind": "medication_ordered", "about": ["biguanide"]}, METFORMIN)
    two = found({"kind": "medication_ordered", "about": ["biguanide", "statin"]}, METFORMIN)
    assert not any(c.faults for c in check_text("A biguanide is active.", (one,)))
    assert any(c.faults for c in check_text("A statin is active.", (two,)))


@pytest.mark.parametrize(
    ("value", "finding", "held"),
    [
        (95, LABS, True),
        (95.0, LABS, True),
        ("glucose", LABS, True),
        ("95 mg/dL", LABS, True),
        ("2020-01-02T09:00:00-05:00", LABS, True),
        ("Normal", LABS, True),
        (2020, LABS, False),
        (9, LABS, False),
        ("g", LABS, False),
        ("", LABS, False),
        (True, LABS, False),
        (True, IS_IT, True),
        (1, IS_IT, False),
        (True, COUNT, False),
        (1, COUNT, True),
    ],
)
def test_a_value_is_one_that_a_finding_gives_or_a_record_holds(value: Value, finding: Finding, held: bool) -> None:
    assert holds_value(value, (finding,)) is held


def test_citations_values_and_text_are_all_checked() -> None:
    answer = GiveAnswer(citations=("Q1", "E9"), text="Glucose was 96.", values=(96,))
    faults = check_answer(answer, (LABS,))
    assert len(faults) == 3
    assert check_answer(GiveAnswer(citations=("Q1",), text="Glucose was 95.", values=(95,)), (LABS,)) == ()
    assert check_answer(GiveAnswer(text="Glucose was 95."), (LABS,)) != ()
    assert check_answer(GiveAnswer(status="abstained", reason="why"), (LABS,)) == ()
