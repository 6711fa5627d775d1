"""calculate: numbers come from records seen, units are converted or refused, formulas give their published results."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from agent.ask import ask
from agent.decision import CallTool, GiveAnswer
from agent.planners.scripted import ScriptedPlanner
from agent.transcript import Transcript
from tools.arithmetic import Amount, evaluate
from tools.calculate import Calculate, run_calculate
from tools.chart import ChartContext, open_chart
from tools.errors import ToolError
from tools.evidence import Finding
from tools.fhir.client import FhirClient
from tools.formulas import FORMULAS
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import Store, open_store
from tools.toolbox import build_tools

LOINC = "http://loinc.org"
AT = "2024-06-01T12:00:00-04:00"


def measured(
    name: str, value: float, unit: str, date: str = "2024-03-01", code: str = "", **more: Any
) -> dict[str, Any]:
    coding = [{"system": LOINC, "code": code}] if code else []
    return {
        "resourceType": "Observation", "id": name.split()[0].lower() + date[:4], "status": "final",
        "subject": {"reference": "Patient/ann"}, "effectiveDateTime": date,
        "code": {"coding": coding, "text": name}, "valueQuantity": {"value": value, "unit": unit}, **more,
    }  # fmt: skip


PRESSURE = {
    "resourceType": "Observation", "id": "bp", "status": "final", "subject": {"reference": "Patient/ann"},
    "effectiveDateTime": "2024-03-01", "code": {"text": "Blood pressure"}, "component": [
        {"code": {"text": "Systolic blood pressure"}, "valueQuantity": {"value": 120, "unit": "mmHg"}},
        {"code": {"text": "Diastolic blood pressure"}, "valueQuantity": {"value": 90, "unit": "mmHg"}},
    ],
}  # fmt: skip
RESOURCES = [
    {"resourceType": "Patient", "id": "ann", "gender": "female", "birthDate": "1964-02-01"},
    measured("Body weight", 72, "kg"),
    measured("Height", 180, "cm", "2020-03-01"),
    measured("Creatinine", 88.4, "umol/L", code="2160-0"),
    measured("Urine creatinine", 88.4, "mg/dL"),
    measured("Sodium", 140, "mmol/L"),
    measured("Chloride", 100, "mmol/L"),
    measured("Bicarbonate", 24, "meq/L"),
    measured("Calcium", 8.0, "mg/dL"),
    measured("Albumin", 30, "g/L"),
    measured("Glucose", 90, "mg/dL"),
    measured("Glucose", 120, "mg/dL", "2024-04-01", id="glucose-later"),
    measured("Lactate", 2, "mmol/L", valueQuantity={"value": 2, "unit": "mmol/L", "comparator": "<"}),
    measured("Ferritin", 9, "ng/mL", status="entered-in-error"),
    measured("Zinc", 9, "umol/L", "2025-01-01"),
    PRESSURE,
]  # fmt: skip
TWO = {"a": "glucose2024", "b": "glucose-later"}
HANDLES = {r["id"]: f"E{n}" for n, r in enumerate(RESOURCES, 1)}


@pytest.fixture(scope="module")
def store() -> Store:
    opened = open_store(":memory:")
    opened.save([build_incoming(raw, json.loads(raw)) for raw in (json.dumps(r).encode() for r in RESOURCES)])
    return opened


@asynccontextmanager
async def opened(store: Store, as_of: str = AT) -> AsyncIterator[ChartContext]:
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
        yield await open_chart(client, "ann", as_of)


async def calculate(store: Store, what: str, inputs: dict[str, Any], **more: Any) -> Finding:
    """Calculate with every record seen; an input that is a record's id stands for its handle."""
    handles = Handles({f"{r['resourceType']}/{r['id']}": HANDLES[str(r["id"])] for r in RESOURCES})
    named = {name: " ".join(HANDLES.get(word, word) for word in text.split()) for name, text in inputs.items()}
    async with opened(store) as chart:
        return await run_calculate(chart, Calculate(what=what, inputs=named, **more), handles)  # type: ignore[arg-type]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("what", "inputs", "value", "unit"),
    [
        ("bmi", {"weight": "body2024", "height": "height2020"}, 22.2, "kg/m2"),
        ("body_surface_area", {"a": "height2020", "b": "body2024"}, 1.9, "m2"),
        ("mean_arterial_pressure", {"pressure": "bp"}, 100.0, "mmHg"),
        ("anion_gap", {"na": "sodium2024", "cl": "chloride2024", "hco3": "bicarbonate2024"}, 16.0, "mmol/L"),
        ("corrected_calcium", {"calcium": "calcium2024", "albumin": "albumin2024"}, 8.8, "mg/dL"),
        ("egfr", {"creatinine": "creatinine2024"}, 64.0, "mL/min/1.73m2"),
        ("creatinine_clearance", {"weight": "body2024", "creatinine": "creatinine2024"}, 68.0, "mL/min"),
    ],
)
async def test_a_formula_gives_its_published_result_with_its_source(
    store: Store, what: str, inputs: dict[str, Any], value: float, unit: str
) -> None:
    finding = await calculate(store, what, inputs)
    assert finding.values == (value,)
    assert f" {unit}, from " in finding.statement
    assert FORMULAS[what].source in finding.statement
    assert finding.receipt.complete
    assert "Observation/urine2024" not in finding.rests_on


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("what", "inputs", "more", "value", "told"),
    [
        ("expression", TWO, {"expression": "(b - a) / a * 100"}, 33.3333, "is 33.3333,"),
        ("expression", TWO, {"expression": "b - a"}, 30.0, "is 30 mg/dL,"),
        ("expression", {"p": "bp systolic", "q": "bp diastolic"}, {"expression": "p - q"}, 30.0, "is 30 mm"),
        ("convert", {"value": "creatinine2024"}, {"unit": "mmol/L"}, 0.0884, "is 0.0884 mmol/L"),
        ("convert", {"value": "glucose2024"}, {"unit": "mmol/L"}, 4.99567, "is 4.99567 mmol/L"),
        ("time_between", {"from": "glucose2024", "to": "glucose-later"}, {}, 31, "31 days"),
        ("time_between", {"from": "height2020", "to": "as_of"}, {"unit": "years"}, 4, "4 years"),
    ],
)  # fmt: skip
async def test_numbers_and_dates_of_records_are_computed_by_code(
    store: Store, what: str, inputs: dict[str, Any], more: dict[str, Any], value: float, told: str
) -> None:
    finding = await calculate(store, what, inputs, **more)
    assert (finding.values, told in finding.statement) == ((value,), True), finding.statement
    assert finding.rests_on


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("what", "inputs", "more", "why"),
    [
        ("egfr", {"creatinine": "urine2024"}, {}, "none of the inputs is the creatinine"),
        ("egfr", {"creatinine": "lactate2024"}, {}, "creatinine"),
        ("bmi", {"weight": "body2024"}, {}, "height"),
        ("bmi", {"weight": "7000 kg", "height": "height2020"}, {}, "plausible"),
        ("expression", {"a": "E99"}, {"expression": "a"}, "was retrieved"),
        ("expression", {"a": "lactate2024"}, {"expression": "a"}, "bound"),
        ("expression", {"a": "ferritin2024"}, {"expression": "a"}, "does not count"),
        ("expression", {"a": "zinc2025"}, {"expression": "a"}, "does not count"),
        ("expression", {"a": "bp"}, {"expression": "a"}, "several values"),
        ("expression", {"a": "sodium2024", "b": "body2024"}, {"expression": "a + b"}, "converted"),
        ("expression", {"a": "sodium2024"}, {"expression": "a + 1"}, "without unit"),
        ("expression", {"a": "sodium2024"}, {"expression": "a * a"}, "power"),
        ("expression", {"a": "sodium2024"}, {"expression": "__import__('os')"}, "arithmetic"),
        ("expression", {"a": "sodium2024"}, {"expression": "a.real"}, "arithmetic"),
        ("expression", {"a": "sodium2024"}, {"expression": "a / (a - a)"}, "no value"),
        ("expression", {"a": "sodium2024"}, {"expression": "9 ** 9 ** 9"}, "power"),
        ("convert", {"value": "body2024"}, {"unit": "mmol/L"}, "converted"),
        ("time_between", {"from": "2020", "to": "as_of"}, {}, "day"),
        ("time_between", {"from": "height2020", "to": "body2024"}, {"unit": "hours"}, "days only"),
    ],
)
async def test_what_cant_be_calculated_is_an_error_that_says_why(
    store: Store, what: str, inputs: dict[str, Any], more: dict[str, Any], why: str
) -> None:
    with pytest.raises(ToolError, match=why):
        await calculate(store, what, inputs, **more)


@pytest.mark.parametrize(
    "wrong", [{"what": "expression"}, {"what": "convert"}, {"what": "time_between"}, {"what": "bmi", "expression": "a"}]
)
def test_arguments_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Calculate(inputs={"a": "E1"}, **wrong)


def test_a_root_halves_the_power_of_the_unit() -> None:
    assert evaluate("sqrt(a * a)", {"a": Amount(3.0, 1)}) == Amount(3.0, 1)


WEIGHT = CallTool(tool="query_chart", arguments={"kind": "observation", "about": ["body weight"]})


async def tell(store: Store, question: str, height: str) -> Transcript:
    bmi = CallTool(tool="calculate", arguments={"what": "bmi", "inputs": {"weight": "E1", "height": height}})
    answer = GiveAnswer(citations=("Q2",), text="The body mass index is 22.2 kg/m2.")
    async with opened(store) as chart:
        return await ask(chart, question, ScriptedPlanner([WEIGHT, bmi, answer, answer, answer]), build_tools())


@pytest.mark.anyio
async def test_a_number_that_the_question_gives_is_calculated_with(store: Store) -> None:
    told = await tell(store, "What is the BMI at 180 cm?", "180 cm")
    assert (told.answer.text, told.answer.values) == ("The body mass index is 22.2 kg/m2.", (22.2,))
    assert "Observation/body2024" in told.answer.citations


@pytest.mark.anyio
async def test_a_number_from_nowhere_is_sent_back(store: Store) -> None:
    told = await tell(store, "What is the BMI?", "180 cm")
    assert "180 is neither in the question" in (told.steps[1].error or "")
    assert told.answer.status == "abstained"


@pytest.mark.anyio
async def test_records_years_apart_are_said_to_be(store: Store) -> None:
    finding = await calculate(store, "bmi", {"weight": "body2024", "height": "height2020"})
    assert "days apart" in finding.statement


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
