"""In which intensive care unit someone was: told once, by the ICU stay itself, without the hospital's wards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.transcript import Transcript

Json = dict[str, Any]
Ask = Callable[..., Awaitable[list[Transcript]]]

pytestmark = pytest.mark.anyio


def place(name: str, start: str, end: str) -> Json:
    return {"location": {"display": name}, "period": {"start": start, "end": end}}


def stay(key: str, code: str, start: str, end: str, places: list[Json], **elements: Any) -> Json:
    return {
        "resourceType": "Encounter", "id": key, "status": "finished", "class": {"code": code},
        "subject": {"reference": "Patient/p"}, "period": {"start": start, "end": end}, "location": places, **elements,
    }  # fmt: skip


ICU = place("Coronary Care Unit", "2020-01-02T00:00:00Z", "2020-01-03T00:00:00Z")
WARD = place("Medicine", "2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z")
CHART = [
    stay("h", "IMP", "2020-01-01T00:00:00Z", "2020-01-04T00:00:00Z", [WARD, ICU]),
    stay("i", "ACUTE", "2020-01-02T00:00:00Z", "2020-01-03T00:00:00Z", [ICU], partOf={"reference": "Encounter/h"},
         identifier=[{"system": "http://example.org/encounter-icu", "value": "1"}]),
]  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "What ICU was she in?",
        "Which ICU did she stay in, the first time?",
        "What unit was she in during her last ICU stay?",
    ],
)
async def test_the_unit_is_told_by_the_stay_in_it_alone(ask_over: Ask, question: str) -> None:
    told = (await ask_over(CHART, question))[-1]
    assert told.answer.values == ("Coronary Care Unit",), told.answer.text
    assert told.answer.text.count("Coronary") == 1
