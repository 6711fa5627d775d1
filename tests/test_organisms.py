"""Organisms asked by name: found by what grew, also beside a diagnosis of that name, with their own verdicts alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.transcript import Transcript

Json = dict[str, Any]
Ask = Callable[..., Awaitable[list[Transcript]]]

pytestmark = pytest.mark.anyio


def micro(name: str, system: str, text: str, of: str | None = None, verdict: str | None = None) -> Json:
    coding = {"system": f"http://example.org/microbiology-{system}", "code": name, "display": text}
    elements: Json = {"derivedFrom": [{"reference": f"Observation/{of}"}]} if of else {}
    if verdict:
        elements["interpretation"] = [{"text": verdict}]
    return {
        "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2020-01-01T10:00:00Z", "code": {"coding": [coding]}, **elements,
    }  # fmt: skip


CHART = [
    micro("t", "test", "URINE CULTURE"),
    micro("coli", "organism", "ESCHERICHIA COLI", "t"),
    micro("entero", "organism", "ENTEROCOCCUS SP.", "t"),
    micro("c1", "antibiotic", "CEFTRIAXONE", "coli", "Susceptible"),
    micro("c2", "antibiotic", "AMPICILLIN", "coli", "Resistant"),
    micro("e1", "antibiotic", "VANCOMYCIN", "entero", "Susceptible"),
    micro("e2", "antibiotic", "TETRACYCLINE", "entero", "Resistant"),
    {
        "resourceType": "Condition", "id": "sepsis", "subject": {"reference": "Patient/p"},
        "onsetDateTime": "2020-01-02", "code": {"text": "Septicemia due to escherichia coli [E. coli]"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
    },
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("What is the Escherichia coli resistant to?", ("AMPICILLIN",)),
        ("What was the Escherichia coli sensitive to?", ("CEFTRIAXONE",)),
        ("What is the enterococcus resistant to?", ("TETRACYCLINE",)),
        ("What is the enterococcus sensitive to?", ("VANCOMYCIN",)),
    ],
)
@pytest.mark.parametrize("chart", [CHART, CHART[:-1]], ids=["with a diagnosis of that name", "without"])
async def test_an_organism_is_told_its_own_verdicts(
    ask_over: Ask, chart: list[Json], question: str, values: tuple[str, ...]
) -> None:
    told = (await ask_over(chart, question))[-1]
    assert told.answer.values == values, told.answer.text
    other = {"AMPICILLIN": "TETRACYCLINE", "TETRACYCLINE": "AMPICILLIN"}.get(values[0])
    assert other is None or other not in told.answer.text


async def test_no_absence_is_told_of_a_genus_that_is_cut_to_a_letter(ask_over: Ask) -> None:
    told = (await ask_over(CHART[:-1], "What is the E. coli resistant to?"))[-1]
    assert told.answer.values == ("AMPICILLIN",) or told.answer.status == "abstained", told.answer.text
