"""Problems asked as clinicians say it: families of disease, abbreviations, what was before, over a hospital's codes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.transcript import Transcript

Json = dict[str, Any]
Ask = Callable[..., Awaitable[list[Transcript]]]

pytestmark = pytest.mark.anyio

_ICD = {"9": "http://hl7.org/fhir/sid/icd-9-cm", "10": "http://hl7.org/fhir/sid/icd-10-cm"}


def coded(version: str, code: str, display: str, **elements: Any) -> Json:
    """A diagnosis as billing has it: without a status and without a date."""
    return {
        "resourceType": "Condition", "id": code.lower(), "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": _ICD[version], "code": code, "display": display}]}, **elements,
    }  # fmt: skip


COPD = "Chronic airway obstruction, not elsewhere classified"
FAILURE = "Acute on chronic systolic (congestive) heart failure"
CHART = [
    coded("10", "I5023", FAILURE),
    coded("9", "496", COPD),
    coded("10", "D860", "Sarcoidosis of lung"),
    coded("10", "E1010", "Type 1 diabetes mellitus with ketoacidosis without coma"),
    coded("9", "73300", "Osteoporosis, unspecified"),
    coded("9", "5559", "Regional enteritis of unspecified site"),
    coded("10", "F200", "Paranoid schizophrenia"),
    coded("10", "I252", "Old myocardial infarction"),
    coded("9", "V1005", "Personal history of malignant neoplasm of large intestine"),
    coded("10", "Z86718", "Personal history of other venous thrombosis and embolism"),
    coded("10", "Z8249", "Family history of ischemic heart disease and other diseases of the circulatory system"),
]

_YES = [
    "Does she have heart failure?", "Does this lady carry a diagnosis of COPD?", "Known CHF?", "hx of COPD?", "COPD?",
    "PMH significant for COPD?", "COPD on the problem list?", "Is there a prior MI?", "Did she have DKA?",
    "Does she have any bone disease?", "Any bowel trouble?", "Any psychiatric history?", "Is there lung trouble?",
    "Is there anything wrong with her heart?", "Does she have a history of colon cancer?", "Past DVT?",
    "Has she never had heart failure?", "No history of COPD?", "Is she known to have Crohn's?",
]  # fmt: skip
_NO = [
    "Does she have asthma?", "Known case of gout?", "Does she carry a diagnosis of CKD?",
    "Has she had a stroke before?",
    "Any thyroid trouble?", "No AF?", "Is ESRD among her diagnoses?",
]  # fmt: skip


@pytest.mark.parametrize(("question", "value"), [*((q, True) for q in _YES), *((q, False) for q in _NO)])
async def test_whether_a_problem_is_there_is_told_of_codes_without_a_status(
    ask_over: Ask, question: str, value: bool
) -> None:
    told = (await ask_over(CHART, question))[-1]
    assert told.answer.values == (value,), told.answer.text


async def test_what_has_no_status_is_told_as_perhaps_over_and_is_not_current(ask_over: Ask) -> None:
    told = (await ask_over(CHART, "Does she have COPD?"))[-1]
    assert "no status is on record" in told.answer.text
    now = (await ask_over(CHART, "Does she currently have COPD?"))[-1]
    assert now.answer.status == "abstained", now.answer.text


async def test_what_is_over_by_its_status_is_not_there_beside_what_has_none(ask_over: Ask) -> None:
    over = coded("9", "496", "Chronic airway obstruction", clinicalStatus={"coding": [{"code": "resolved"}]})
    told = (await ask_over([over, *CHART[2:]], "Does she have COPD?"))[-1]
    assert told.answer.values == (False,), told.answer.text


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("Which lung conditions has she been diagnosed with?", {"Sarcoidosis of lung", COPD}),
        ("What kind of diabetes does she have?", {"Type 1 diabetes mellitus with ketoacidosis without coma"}),
        ("Which psychiatric illnesses has she got?", {"Paranoid schizophrenia"}),
        ("What heart problems does she have?", {FAILURE, "Old myocardial infarction"}),
    ],
)  # fmt: skip
async def test_which_problems_of_a_family_there_are(ask_over: Ask, question: str, held: set[str]) -> None:
    told = (await ask_over(CHART, question))[-1]
    assert set(told.answer.values) == held, told.answer.text


@pytest.mark.parametrize(
    "question", ["Any complications of her diabetes?", "What complications of diabetes are there?"]
)
async def test_no_absence_is_told_of_what_comes_of_a_problem(ask_over: Ask, question: str) -> None:
    told = (await ask_over(CHART, question))[-1]
    assert told.answer.status == "abstained", told.answer.text


async def test_a_problem_is_no_drug_that_is_of_a_class_for_it(ask_over: Ask) -> None:
    inhaler = {
        "resourceType": "MedicationRequest", "id": "m", "status": "unknown", "intent": "order",
        "subject": {"reference": "Patient/p"}, "authoredOn": "2020-01-01",
        "medicationCodeableConcept": {"coding": [{"code": "1", "display": "albuterol"}, {"display": "COPD"}]},
    }  # fmt: skip
    told = (await ask_over([inhaler, CHART[0]], "Does she have COPD?"))[-1]
    assert told.answer.values == (False,), told.answer.text


async def test_the_diagnoses_from_a_stay_are_not_admissions_from_somewhere(ask_over: Ask) -> None:
    stay = {
        "resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p"}, "period": {"start": "2020-01-01", "end": "2020-01-05"},
    }  # fmt: skip
    of_stay = coded("9", "496", "Chronic airway obstruction", encounter={"reference": "Encounter/e"})
    told = (await ask_over([stay, of_stay], "List the diagnoses from his first hospitalization."))[-1]
    assert told.answer.values == ("Chronic airway obstruction",), told.answer.text
