"""Where a value went and whether for the better; blood pressures in parts, alone, as panels, and without a part."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Query

Json = dict[str, Any]
pytestmark = pytest.mark.anyio
VITAL = [{"coding": [{"code": "vital-signs"}]}]
LAB = [{"coding": [{"code": "laboratory"}]}]
PANEL, SYSTOLIC, DIASTOLIC = (
    {"text": t, "coding": [{"system": "http://loinc.org", "code": c}]}
    for t, c in (("Blood pressure", "85354-9"), ("Systolic", "8480-6"), ("Diastolic", "8462-4"))
)


def observation(name: str, day: str, category: list[Json], code: Json, **elements: Any) -> Json:
    return {
        "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "code": code, "category": category, "effectiveDateTime": f"2024-{day}", **elements,
    }  # fmt: skip


def amount(value: float, unit: str = "mmHg") -> Json:
    return {"valueQuantity": {"value": value, "unit": unit}}


def pressure(name: str, day: str, systolic: float, diastolic: float | None) -> Json:
    parts = [{"code": SYSTOLIC, **amount(systolic)}]
    parts.append({"code": DIASTOLIC, **(amount(diastolic) if diastolic else {"dataAbsentReason": {"text": "unknown"}})})
    return observation(name, day, VITAL, PANEL, component=parts)


ALONE = observation("alone", "04-01", VITAL, SYSTOLIC, **amount(151))
PRESSURES = [
    pressure("one", "01-01", 120, 95), pressure("two", "02-01", 148, 86), pressure("gap", "03-01", 142, None), ALONE,
    pressure("last", "05-01", 134, 78),
]  # fmt: skip
MEMBERS = [
    observation("panel", "01-01", VITAL, PANEL, hasMember=[{"reference": f"Observation/{m}"} for m in ("sys", "dia")]),
    observation("sys", "01-01", VITAL, SYSTOLIC, **amount(131)),
    observation("dia", "01-01", VITAL, DIASTOLIC, **amount(81)),
]


def above(value: str, op: str = ">") -> Json:
    return {"where": [{"field": "value", "op": op, "value": value}]}


@pytest.mark.parametrize(
    ("slots", "values", "cited"),
    [
        ({"pick": {"which": "last"}}, ("134/78",), {"last"}),
        ({"pick": {"which": "last", "skip": 1}}, (151,), {"alone"}),
        ({"pick": {"which": "last", "skip": 2}}, (142,), {"gap"}),
        ({"compute": "max"}, (151,), {"alone"}),
        ({"compute": "min"}, ("120/95",), {"one"}),
        ({"compute": "mean"}, (139,), {"one", "two", "gap", "alone", "last"}),
        ({"compute": "count", **above("140")}, (3,), {"two", "gap", "alone"}),
        ({"compute": "count", **above("90", "<")}, (0,), set()),
        ({"compute": "count", **above("130/90")}, (5,), {"one", "two", "gap", "alone", "last"}),
        ({"compute": "count", **above("150/90", "<")}, (2,), {"two", "last"}),
        ({"about": ["diastolic"], "compute": "min"}, (78,), {"last"}),
        ({"about": ["systolic"], "compute": "count"}, (5,), {"one", "two", "gap", "alone", "last"}),
    ],
)
async def test_a_pressure_goes_by_its_systolic_and_is_told_whole(
    query_over: Query, slots: Json, values: tuple[Any, ...], cited: set[str]
) -> None:
    found = await query_over(PRESSURES, kind="vital", **{"about": ["blood pressure"], **slots})
    assert (found.values, {r.partition("/")[2] for r in found.rests_on}) == (values, cited)


async def test_a_part_without_a_value_is_not_determinable_and_not_absent(query_over: Query) -> None:
    found = await query_over(PRESSURES, kind="vital", about=["diastolic"], when="on 2024-03-01")
    assert (found.determinable, found.rests_on) == (False, ("Observation/gap",))


@pytest.mark.parametrize(
    ("about", "compute", "values"),
    [("blood pressure", "value", ("131/81",)), ("systolic", "count", (1,)), ("diastolic", "value", (81,))],
)
async def test_a_panel_takes_its_values_from_its_members_and_counts_none_twice(
    query_over: Query, about: str, compute: str, values: tuple[Any, ...]
) -> None:
    assert (await query_over(MEMBERS, kind="vital", about=[about], compute=compute)).values == values


def series(name: str, *values: float, unit: str = "mg/dL", **elements: Any) -> list[Json]:
    return [
        observation(f"o{n}", f"0{n}-01", LAB, {"text": name}, **amount(v, unit), **elements)
        for n, v in enumerate(values, 1)
    ]


HIGH = {"interpretation": [{"coding": [{"code": "H"}]}]}
NORMAL = {"interpretation": [{"coding": [{"code": "N"}]}]}
RECOVERED = [*series("Potassium", 6.1, **HIGH), *series("Potassium", 0, 4.2, **NORMAL)[1:]]


@pytest.mark.parametrize(
    ("chart", "compute", "values"),
    [
        (series("LDL cholesterol", 160, 110), "improved", (True,)),
        (series("LDL cholesterol", 160, 110), "worsened", (False,)),
        (series("HDL cholesterol", 40, 52), "improved", (True,)),
        (series("Non-HDL cholesterol", 140, 152), "improved", (False,)),
        (series("Glomerular filtration rate", 60, 45), "worsened", (True,)),
        (series("Potassium", 4, 5), "improved", ()),
        (series("Albumin/creatinine ratio, urine", 4, 5), "worsened", ()),
        (RECOVERED, "improved", (True,)),
        (series("Potassium", 4, 4), "stable", (True,)),
        (series("Potassium", 4, 4.2), "stable", ()),
        (series("Potassium", 4, 4.2), "changed", (True,)),
        (series("Potassium", 4, 4), "changed", (False,)),
        (series("Potassium", 4), "improved", ()),
        (series("Potassium", 4, 4.5, 5), "trend", ("rising",)),
        (series("Potassium", 4, 9, 2, 4.1), "trend", ("no one direction",)),
        (series("Potassium", 5, 4), "fall", (1,)),
        (series("Potassium", 5, 4), "rise", (-1,)),
        ([*series("Potassium", 5), *series("Potassium", 0, 4, unit="g")[1:]], "trend", ()),
    ],
)
async def test_a_course_is_for_the_better_only_where_that_is_settled(
    query_over: Query, chart: list[Json], compute: str, values: tuple[Any, ...]
) -> None:
    found = await query_over(chart, kind="lab", compute=compute)
    assert (found.values, found.determinable) == (values, bool(values))


async def test_a_trend_is_told_from_first_to_last_with_the_extremes(query_over: Query) -> None:
    found = await query_over(series("Potassium", 4, 5.5, 4.5), kind="lab", compute="trend")
    for told in ("rising", "from 4 (2024-01-01) to 4.5 (2024-03-01)", "lowest 4, highest 5.5, 3 values"):
        assert told in found.statement


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_fall_after_an_event_starts_from_the_last_value_before_it(query_over: Query) -> None:
    def hemoglobin(name: str, day: str, value: float) -> dict[str, Any]:
        return {"resourceType": "Observation", "id": name, "status": "final", "code": {"text": "Hemoglobin"},
                "category": [{"coding": [{"code": "laboratory"}]}], "subject": {"reference": "Patient/p"},
                "effectiveDateTime": day, "valueQuantity": {"value": value, "unit": "g/dL"}}  # fmt: skip

    operation = {"resourceType": "Procedure", "id": "op", "status": "completed", "code": {"text": "Appendectomy"},
                 "subject": {"reference": "Patient/p"}, "performedDateTime": "2023-11-06T12:00:00Z"}  # fmt: skip
    values = [("long", "2020-01-01", 15.0), ("before", "2023-11-06T07:00:00Z", 14.2), ("after", "2023-11-07", 11.6)]
    chart = [operation, *(hemoglobin(*v) for v in values)]
    asked: dict[str, Any] = {"kind": "lab", "about": ["hemoglobin"]}
    asked["around"] = {"relation": "after", "kind": "procedure", "about": ["appendectomy"]}
    found = await query_over(chart, **asked, compute="fall")
    assert found.values == (2.6,)
    assert "from 14.2 (2023-11-06) to 11.6 (2023-11-07)" in found.statement
    assert (await query_over(chart, **asked)).values == (11.6,)
