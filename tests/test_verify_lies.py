"""Lies told beside true evidence, one row each: swapped, shifted, borrowed, overstated. All are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.ask import ask
from agent.decision import CallTool, GiveAnswer
from agent.planners.scripted import ScriptedPlanner
from agent.verify import check_text
from tests.test_agent_loop import opened
from tests.test_verify import (
    ALLERGY,
    CONDITIONS,
    CUT,
    DRUGS,
    FALL,
    LABS,
    MEAN,
    PRESSURE,
    STAYS,
    found,
    row,
)
from tools.evidence import Finding
from tools.toolbox import build_tools

AGE = found({"kind": "condition", "about": ["asthma"], "compute": "age"}, row("E1", "condition", "Asthma", "1996"),
            values=(26,), statement='Age for "asthma" conditions: 26 years, from Asthma (1996).')  # fmt: skip
RISE = found({"kind": "vital", "about": ["weight"], "compute": "rise"}, values=(-3.5,), total=2,
             statement='Rise for "weight" vital signs: -3.5 kg, from two.')  # fmt: skip
ENTERED = found({"kind": "condition"}, row("E1", "condition", "Diabetes", "2023-10-05", details=(
    ("time", "when it was recorded"),)))  # fmt: skip
BOUND = found({"kind": "lab"}, row("E1", "lab", "Troponin", "2024-01-02", value="<0.3", unit="ng/mL"))
ABOVE = found({"kind": "lab", "about": ["glucose"], "compute": "exists", "where": [
    {"field": "value", "op": ">", "value": "140"}]}, row("E2", "lab", "Glucose", "2021-03-04", value="180"),
    values=(True,))  # fmt: skip
NOTE = replace(
    found({"kind": "note"}, row("E1", "note", "Letter", "2024-04", value="Warfarin stopped. Rash after penicillin.")),
    tool="search_notes", query=None, data={"text": "warfarin"},
)  # fmt: skip
REFUSED = found({"kind": "immunization"}, row("E1", "immunization", "Influenza", "2023-10-01", status="completed"),
                row("E2", "immunization", "Tetanus vaccine", "2015-05-02", status="not-done"))  # fmt: skip
FATHER = found({"kind": "family_history"}, row("E1", "family_history", "father: Heart attack", "2023-03-28", details=(
    ("death", "at age 68 years"),)))  # fmt: skip
KNEES = found({"kind": "procedure"}, row("E1", "procedure", "Total knee replacement", "2023-11-06", details=(
    ("body site", "Right knee"),)), row("E2", "procedure", "Knee arthroscopy", "2010-06-02", details=(
        ("body site", "Left knee"),)))  # fmt: skip
NO_ALLERGY = found({"kind": "allergy", "about": ["penicillin"], "compute": "exists"}, values=(False,))
UNSEEN = replace(NO_ALLERGY, receipt=CUT, determinable=False, values=())
THREE = found({"kind": "ed_visit", "compute": "count"}, values=(3,), total=3)

LIES = [
    ("Blood pressure was 78/134 mmHg.", PRESSURE),
    ("Blood pressure 78/134.", PRESSURE),
    ("Diastolic blood pressure was 134 mmHg.", PRESSURE),
    ("Sodium and glucose were normal.", LABS),
    ("Sodium and glucose were 95 mg/dL.", LABS),
    ("Glucose was 95 mg/dL since 2020-01-02.", LABS),
    ("Glucose was 9.5 mg/dL.", LABS),
    ("Glucose was -95 mg/dL.", LABS),
    ("Glucose was 95 mg/dL twice.", LABS),
    ("The glucose is 97.67 mg/dL.", MEAN),
    ("The median glucose is 97.67 mg/dL.", MEAN),
    ("Troponin was 0.3 ng/mL.", BOUND),
    ("Troponin was >0.3 ng/mL.", BOUND),
    ("Glucose was above 180.", ABOVE),
    ("Weight rose by 3.5 kg.", FALL),
    ("Weight rose by 3.5 kg.", RISE),
    ("He was admitted on 2022-11-09.", STAYS),
    ("He was discharged on 2022-11-03.", STAYS),
    ("He was in hospital from 2022-11-09 to 2022-11-03.", STAYS),
    ("She is 26 years old.", AGE),
    ("Asthma began at age 27.", AGE),
    ("Diabetes was diagnosed on 2023-10-05.", ENTERED),
    ("Rash after warfarin.", NOTE),
    ("Warfarin was not stopped.", NOTE),
    ("She had two vaccines.", REFUSED),
    ("The tetanus vaccine was given on 2015-05-02.", REFUSED),
    ("Her father died at 86.", FATHER),
    ("Her mother died at age 68.", FATHER),
    ("She had a heart attack.", FATHER),
    ("The left knee was replaced.", KNEES),
    ("Knee arthroscopy on 2023-11-06.", KNEES),
    ("Right knee arthroscopy.", KNEES),
    ("There were 4 emergency visits.", THREE),
    ("There were three emergency visits in 2022.", THREE),
    ("She is not allergic to penicillin.", UNSEEN),
    ("She has no allergies.", NO_ALLERGY),
    ("She is allergic to penicillin.", NO_ALLERGY),
    ("She is not allergic to codeine.", ALLERGY),
    ("John Brown has asthma.", CONDITIONS),
    ("Metformin was prescribed by Dr. Erik Lindgren.", DRUGS),
]
TRUE = [
    ("Blood pressure was 134/78 mmHg.", PRESSURE),
    ("Troponin was <0.3 ng/mL.", BOUND),
    ("Weight fell by 3.5 kg.", RISE),
    ("He was admitted on 2022-11-03.", STAYS),
    ("He was discharged on 2022-11-09.", STAYS),
    ("Diabetes was recorded on 2023-10-05.", ENTERED),
    ("Asthma: age 26 years.", AGE),
    ("There were 3 emergency visits.", THREE),
    ("Glucose and sodium were measured.", LABS),
]


@pytest.mark.parametrize(("text", "finding"), LIES, ids=[text for text, _ in LIES])
def test_a_lie_beside_true_evidence_is_refused(text: str, finding: Finding) -> None:
    assert [f for c in check_text(text, (finding,), "Rosa Delgado") for f in c.faults]


@pytest.mark.parametrize(("text", "finding"), TRUE, ids=[text for text, _ in TRUE])
def test_the_truth_in_the_same_words_passes(text: str, finding: Finding) -> None:
    assert [c.faults for c in check_text(text, (finding,), "Rosa Delgado") if c.faults] == []


def asks(**arguments: object) -> CallTool:
    return CallTool(tool="query_chart", arguments=arguments)


PRESSURES = asks(kind="vital", about=["blood pressure"], pick={"which": "last"})
STAY = asks(kind="hospital_stay", pick={"which": "first"})


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("patient", "call", "lie"),
    [
        ("edith-brown", PRESSURES, "Blood pressure was 78/134 mmHg."),
        ("edith-brown", PRESSURES, "Blood pressure was 134/78 mmHg on 2024-07-08."),
        ("edith-brown", PRESSURES, "Rosa Delgado's blood pressure was 134/78 mmHg."),
        ("theo-lindqvist", STAY, "He was discharged on 2022-11-03."),
        ("martin-keller", asks(kind="allergy", about=["penicillin"]), "He is allergic to penicillin."),
        ("martin-keller", asks(kind="lab", about=["INR"], compute="count"), "There are 17 INR results."),
    ],
)
async def test_a_planner_that_lies_twice_has_its_claim_taken_out(patient: str, call: CallTool, lie: str) -> None:
    told = GiveAnswer(citations=("Q1",), text=lie)
    async with opened(patient, "2024-09-01") as chart:
        transcript = await ask(chart, "Tell me.", ScriptedPlanner((call, told, told)), build_tools())
    assert lie not in transcript.answer.text
    assert transcript.answer.removed


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
