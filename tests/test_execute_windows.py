"""What is told where nothing lies in the time asked about, and how spans are worded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Query
from tools.chart_query import ChartQuery, Compute
from tools.execute.wording import state_absence

_SUBJECT = {"subject": {"reference": "Patient/p"}}


def potassium(number: int, day: str, value: float) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": f"k-{number}", "status": "final", **_SUBJECT, "effectiveDateTime": day,
        "category": [{"coding": [{"code": "laboratory"}]}], "code": {"text": "Potassium"},
        "valueQuantity": {"value": value, "unit": "mmol/L"},
    }  # fmt: skip


CHART = [potassium(1, "2019-03-01", 6.4), potassium(2, "2020-05-01", 4.1), potassium(3, "2023-02-01", 4.4)]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("slots", "nearest"),
    [
        ({"when": "in the last year", "compute": "count"}, ("Observation/k-3", "2023-02-01")),
        ({"when": "in the last year", "compute": "exists"}, ("Observation/k-3", "2023-02-01")),
        ({"when": "in 2021", "compute": "list"}, ("Observation/k-2", "2020-05-01")),
        ({"when": "before 2019", "compute": "list"}, ("Observation/k-1", "2019-03-01")),
        (
            {"when": "since 2020", "compute": "exists", "where": [{"field": "value", "op": ">", "value": "6"}]},
            ("Observation/k-1", "2019-03-01"),
        ),
    ],
)
async def test_where_nothing_lies_in_the_window_the_nearest_record_is_told_and_cited(
    query_over: Query, slots: dict[str, Any], nearest: tuple[str, str]
) -> None:
    found = await query_over(CHART, kind="lab", about=["potassium"], **slots)
    reference, day = nearest
    assert found.statement.startswith("No record of")
    assert "The nearest is Potassium: " in found.statement
    assert day in found.statement
    assert found.rests_on == (reference,)
    assert found.values in ((), (0,), (False,))
    assert found.determinable


@pytest.mark.anyio
async def test_a_chart_without_any_tells_no_nearest(query_over: Query) -> None:
    found = await query_over(CHART, kind="lab", about=["sodium"], when="in 2021", compute="exists")
    assert "nearest" not in found.statement
    assert found.rests_on == ()


def test_an_absence_among_the_records_told_says_so() -> None:
    query = ChartQuery.model_validate({"kind": "lab", "about": ["potassium"], "among": "before_previous_answer"})
    assert state_absence(query, True, ()) == 'No record of "potassium" lab results before those told.'


@pytest.mark.anyio
@pytest.mark.parametrize(("end", "said"), [("2020-01-02", "1 day,"), ("2020-01-03", "2 days,")])
async def test_one_day_is_one_day(query_over: Query, end: str, said: str) -> None:
    stay = {
        "resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "IMP"}, **_SUBJECT,
        "period": {"start": "2020-01-01T10:00:00Z", "end": f"{end}T10:00:00Z"},
    }  # fmt: skip
    found = await query_over([stay], kind="hospital_stay", compute=Compute.DURATION)
    assert said in found.statement
