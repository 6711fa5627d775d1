"""What a patient was discharged on: the orders of that category, where the chart keeps one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio
SUBJECT = {"subject": {"reference": "Patient/p"}}


def stay(name: str, start: str, end: str) -> Json:
    return {"resourceType": "Encounter", "id": name, **SUBJECT, "status": "finished", "class": {"code": "IMP"},
            "period": {"start": start, "end": end}}  # fmt: skip


def order(drug: str, within: str, day: str, category: str | None) -> Json:
    sort = {"category": [{"coding": [{"code": category}]}]} if category else {}
    return {"resourceType": "MedicationRequest", "id": drug, **SUBJECT, "status": "active", "intent": "order",
            "authoredOn": day, "encounter": {"reference": f"Encounter/{within}"},
            "medicationCodeableConcept": {"text": drug}, "requester": {"display": "Dr. Hu"}, **sort}  # fmt: skip


STAYS = [stay("one", "2023-01-01", "2023-01-09"), stay("two", "2024-02-01", "2024-02-06")]
EARLIER = order("Cephalexin", "one", "2023-01-09", "discharge")
DURING = order("Heparin", "two", "2024-02-02", "inpatient")
LEFT_WITH = order("Warfarin", "two", "2024-02-06", "discharge")


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("What was she discharged on?", ("Warfarin",)),
        ("What medications was she sent home with?", ("Warfarin",)),
        ("What were her discharge medications?", ("Warfarin",)),
        ("Was she discharged on warfarin?", (True,)),
        ("Was she discharged on heparin?", (False,)),
        ("How many drugs was she discharged with?", (1,)),
        ("Who prescribed her discharge medications?", ("Dr. Hu",)),
    ],
)
async def test_drugs_at_discharge_are_those_ordered_as_such(ask_over: Ask, question: str, values: Json) -> None:
    told = (await ask_over([*STAYS, EARLIER, DURING, LEFT_WITH], question))[0]
    assert (told.answer.status, told.answer.values) == ("answered", values), told.answer.text


@pytest.mark.parametrize("category", [None, "inpatient"])
async def test_orders_that_don_t_say_so_leave_it_open(ask_over: Ask, category: str | None) -> None:
    orders = [order("Warfarin", "two", "2024-02-06", category)]
    told = await ask_over([*STAYS, *orders], "What was she discharged on?", "Was she discharged on warfarin?")
    assert [t.answer.status for t in told] == ["abstained", "abstained"]
