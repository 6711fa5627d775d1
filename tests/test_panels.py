"""Panels told by their results, and the latest value set against that of the day of something else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def coded(code: str, text: str) -> Json:
    return {"coding": [{"system": "http://loinc.org", "code": code, "display": text}], "text": text}


def lab(name: str, day: str, value: float, code: tuple[str, str], unit: str = "mg/dL") -> Json:
    return {
        "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "category": [{"coding": [{"code": "laboratory"}]}], "effectiveDateTime": f"{day}T10:00:00Z",
        "code": coded(*code), "valueQuantity": {"value": value, "unit": unit},
    }  # fmt: skip


def report(name: str, day: str, *results: str) -> Json:
    return {
        "resourceType": "DiagnosticReport", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "effectiveDateTime": f"{day}T10:00:00Z", "code": coded("57698-3", "Lipid Panel"),
        "result": [{"reference": f"Observation/{r}"} for r in results],
    }  # fmt: skip


HDL, LDL = ("2085-9", "High Density Lipoprotein Cholesterol"), ("18262-6", "Low Density Lipoprotein Cholesterol")
SODIUM, WEIGHT = ("2951-2", "Sodium"), ("29463-7", "Body Weight")
CHART = [
    lab("h1", "2019-05-05", 50, HDL), lab("l1", "2019-05-05", 130, LDL), report("r1", "2019-05-05", "h1", "l1"),
    lab("h2", "2021-05-05", 55, HDL), lab("l2", "2021-05-05", 120, LDL), report("r2", "2021-05-05", "h2", "l2"),
    lab("l3", "2022-05-05", 110, LDL), lab("s1", "2021-05-05", 141, SODIUM, "mmol/L"),
    lab("s0", "2018-01-02", 138, SODIUM, "mmol/L"),
    {
        "resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "onsetDateTime": "2019-05-05",
        "code": {"text": "Gout"}, "clinicalStatus": {"coding": [{"code": "active"}]},
    },
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("What were all the numbers in my last lipid panel?", (55, 120)),
        ("Latest lipid panel: all results?", (55, 120)),
        ("Read out the first lipid profile.", (50, 130)),
        ("What did the lipid panel of 2019 show, all components?", (50, 130)),
        ("What's my lipid panel?", (55, 120)),
        ("What was the LDL cholesterol in my last lipid panel?", (120,)),
        ("How many lipid panels are there?", (2,)),
        ("When was the last lipid panel?", ("2021-05-05T10:00:00Z",)),
    ],
)
async def test_a_panel_is_told_by_the_results_its_report_names(ask_over: Ask, question: str, values: Any) -> None:
    told = (await ask_over(CHART, question))[-1]
    assert told.answer.values == values, told.answer.text


async def test_a_panel_cites_its_report_and_each_result(ask_over: Ask) -> None:
    told = (await ask_over(CHART, "Values from her most recent lipid panel?"))[-1]
    cited = {reference for step in told.steps if step.finding for reference in step.finding.rests_on}
    assert {"DiagnosticReport/r2", "Observation/h2", "Observation/l2"} <= cited


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Is my LDL cholesterol higher now than it was the day I was diagnosed with gout?", (False,)),
        ("Compared with the day of my gout diagnosis, is my latest LDL cholesterol lower?", (True,)),
        ("LDL cholesterol now vs day of gout onset: up?", (False,)),
        ("How much lower is her LDL cholesterol now than on the day gout was diagnosed?", (20,)),
        ("They found my gout and measured my LDL cholesterol the same day. Has it gone down since?", (True,)),
        ("Is her LDL cholesterol lower now than in 2019?", (True,)),
        ("How much lower is the LDL cholesterol now than it was in May 2021?", (10,)),
        ("Has the sodium risen compared with the day gout was diagnosed?", ()),
        ("Has the LDL cholesterol dropped compared with the day of the last lipid panel?", (True,)),
        ("Has the HDL cholesterol dropped compared with the day of the last lipid panel?", ()),
    ],
)
async def test_the_latest_value_is_set_against_that_of_a_day(ask_over: Ask, question: str, values: Any) -> None:
    told = (await ask_over(CHART, question))[-1]
    assert told.answer.values == values, told.answer.text


SINCE = [lab(f"k{n}", day, value, ("2823-3", "Potassium"), "mmol/L") for n, (day, value) in enumerate([
    ("2019-10-14", 2.9), ("2020-03-03", 2.8), ("2021-10-14", 4.1), ("2022-06-07", 4.4),
])]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Was the potassium ever below 3? How often?", (True, 2)),
        ("What was the highest potassium and when?", (4.4, "2022-06-07T10:00:00Z")),
        ("Potassium on 6/7?", (4.4,)),
        ("What was the potassium on March 3?", (2.8,)),
        ("Potassium on 10/14?", ()),
        ("Potassium on 10/14/2019?", (2.9,)),
    ],
)
async def test_a_limit_is_kept_and_a_day_without_a_year_is_of_the_only_year(
    ask_over: Ask, question: str, values: Any
) -> None:
    told = (await ask_over(SINCE, question))[-1]
    assert told.answer.values == values, told.answer.text


async def test_a_day_of_several_years_is_told_with_each(ask_over: Ask) -> None:
    told = (await ask_over(SINCE, "Potassium on 10/14?"))[-1]
    assert "2019-10-14, 2021-10-14; name the year" in told.answer.text
