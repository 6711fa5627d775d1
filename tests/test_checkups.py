"""The last checkup: visits that are routine examinations, by their type or reason; a mere visit leaves it open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask
from tools.concepts.checkups import is_checkup

Json = dict[str, Any]


def visit(name: str, day: str, sort: str, **more: Any) -> Json:
    told = {"status": "finished", "class": {"code": "AMB"}, "period": {"start": day, "end": day}, **more}
    return {
        "resourceType": "Encounter",
        "id": name,
        "subject": {"reference": "Patient/p"},
        "type": [{"text": sort}],
        **told,
    }


PROBLEM = visit("cough", "2024-05-01", "Encounter for symptom")
ROUTINE = visit("routine", "2023-09-12", "Annual wellness visit")
CODED = visit("coded", "2024-02-03", "Office visit", reasonCode=[{"coding": [{"code": "Z00.00"}]}])
BARE = visit("bare", "2024-03-01", "Office visit")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("chart", "question", "values"),
    [
        ([PROBLEM, ROUTINE], "When was her last checkup?", ("2023-09-12",)),
        ([PROBLEM, ROUTINE, CODED], "When was her last physical?", ("2024-02-03",)),
        ([PROBLEM, ROUTINE], "When was her last annual wellness visit?", ("2023-09-12",)),
        ([PROBLEM, ROUTINE], "Has she had a wellness visit?", (True,)),
        ([PROBLEM, ROUTINE], "How many preventive visits has she had?", (1,)),
        ([PROBLEM], "Has she had an annual exam?", (False,)),
        ([PROBLEM, BARE], "Has she had an annual exam?", None),
    ],
)
async def test_a_checkup_is_a_visit_for_no_problem(
    ask_over: Ask, chart: list[Json], question: str, values: tuple[Any, ...] | None
) -> None:
    told = (await ask_over(chart, question))[0]
    assert told.answer.status == ("answered" if values else "abstained"), told.answer.text
    assert told.answer.values == (values or ())


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("Well child visit (procedure)", True),
        ("Encounter for check up (procedure)", True),
        ("Periodic health examination", True),
        ("Encounter for general adult medical examination without abnormal findings", True),
        ("Prenatal visit", False),
        ("Eye exam", False),
        ("Follow-up encounter", False),
        ("Physical therapy visit", False),
        ("Encounter for problem (procedure)", None),
        ("Outpatient visit", None),
    ],
)
def test_what_a_visit_is_called_tells_whether_it_is_routine(name: str, verdict: bool | None) -> None:
    assert is_checkup([name], []) is verdict
