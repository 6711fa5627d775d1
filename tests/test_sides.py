"""Which side and where: from the body site, else from the words of the name; where neither says it, it is open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio
SUBJECT = {"subject": {"reference": "Patient/p"}}


def procedure(name: str, text: str, day: str, site: str | None = None) -> Json:
    sites = {"bodySite": [{"text": site}]} if site else {}
    return {"resourceType": "Procedure", "id": name, **SUBJECT, "status": "completed", "code": {"text": text},
            "performedDateTime": day, **sites}  # fmt: skip


def condition(name: str, text: str, site: str | None = None) -> Json:
    sites = {"bodySite": [{"text": site}]} if site else {}
    return {"resourceType": "Condition", "id": name, **SUBJECT, "code": {"text": text}, "onsetDateTime": "2020-01-02",
            "clinicalStatus": {"coding": [{"code": "active"}]}, **sites}  # fmt: skip


KNEE = procedure("knee", "Total knee replacement", "2023-11-06", "right knee")
EYE = procedure("eye", "Cataract surgery", "2017-05-02", "left eye")
SCOPED = procedure("scoped", "Arthroscopy", "2015-09-22", "left knee")
OTHER_KNEE = procedure("other", "Knee replacement", "2020-05-05", "left knee")
HIP = procedure("hip", "Left total hip replacement", "2019-03-02")
WRIST = condition("wrist", "Closed fracture of left wrist")
FOREARM = condition("forearm", "Closed fracture of forearm")
CANCER = condition("cancer", "Malignant neoplasm of breast", "left breast")
CHART = [KNEE, EYE, HIP, WRIST, CANCER]


@pytest.mark.parametrize(
    ("chart", "question", "values"),
    [
        (CHART, "Which knee was replaced?", ("right knee",)),
        (CHART, "Which knee did she have replaced?", ("right knee",)),
        (CHART, "Which hip was replaced?", ("left hip",)),
        (CHART, "Which eye was operated on?", ("left eye",)),
        (CHART, "Which wrist did she break?", ("left wrist",)),
        (CHART, "On which side was the knee replacement?", ("right knee",)),
        (CHART, "Was the knee replacement on the left or the right?", ("right knee",)),
        (CHART, "Which side is the breast cancer on?", ("left breast",)),
        (CHART, "Where was the fracture?", ("left wrist",)),
        ([FOREARM], "Where was the fracture?", ("forearm",)),
        ([KNEE, procedure("two", "Knee replacement", "2021-01-01", "left knee")], "Which knee was replaced?",
         ("left knee", "right knee")),
        ([procedure("x", "Knee replacement", "2021-01-01")], "Which knee was replaced?", None),
        ([procedure("x", "Knee replacement", "2021-01-01", "knee")], "Which knee was replaced?", None),
    ],
)  # fmt: skip
async def test_the_side_is_told_where_the_chart_says_it(
    ask_over: Ask, chart: list[Json], question: str, values: tuple[str, ...] | None
) -> None:
    told = (await ask_over(chart, question))[0]
    assert told.answer.status == ("answered" if values else "abstained"), told.answer.text
    assert set(told.answer.values) == set(values or ())


async def test_a_side_told_can_be_asked_further(ask_over: Ask) -> None:
    told = await ask_over(CHART, "Which knee was replaced?", "when?")
    assert told[1].answer.values == ("2023-11-06",)


@pytest.mark.parametrize(
    ("chart", "question", "values"),
    [
        (CHART, "has the left one been operated on?", (False,)),
        ([*CHART, SCOPED], "has the left one been operated on?", (True,)),
        ([*CHART, OTHER_KNEE], "when was the left one?", ("2020-05-05",)),
    ],
)
async def test_the_other_side_is_asked_of_that_part(
    ask_over: Ask, chart: list[Json], question: str, values: tuple[Any, ...]
) -> None:
    told = await ask_over(chart, "When was her knee replacement?", question)
    assert told[1].answer.values == values, told[1].answer.text
