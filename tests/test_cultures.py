"""Cultures: whether one is positive, when something grew, to what it is susceptible; what no organism stands for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask

Json = dict[str, Any]
pytestmark = pytest.mark.anyio


def micro(name: str, day: int, system: str, text: str, of: str | None = None, **more: Any) -> Json:
    coding = {"system": f"http://example.org/microbiology-{system}", "code": name, "display": text}
    derived = {"derivedFrom": [{"reference": f"Observation/{of}"}]} if of else {}
    return {
        "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "effectiveDateTime": f"2020-01-{day:02}T10:00:00Z", "code": {"coding": [coding]}, **derived, **more,
    }  # fmt: skip


def verdict(name: str, day: int, drug: str, of: str, said: str) -> Json:
    return micro(name, day, "antibiotic", drug, of, interpretation=[{"text": said}])


COLI = [
    micro("t1", 1, "test", "URINE CULTURE"), micro("o1", 1, "organism", "ESCHERICHIA COLI", "t1"),
    verdict("v1", 3, "CEFTRIAXONE", "o1", "Susceptible"),
    micro("t2", 5, "test", "URINE CULTURE"), micro("o2", 5, "organism", "ESCHERICHIA COLI", "t2"),
    verdict("v2", 7, "CEFTRIAXONE", "o2", "Resistant"), micro("o3", 5, "organism", "PROTEUS MIRABILIS", "t2"),
    verdict("v3", 7, "CEFTRIAXONE", "o3", "Susceptible"),
    {
        "resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "onsetDateTime": "2019-05-05",
        "code": {"text": "Other and unspecified Escherichia coli [E. coli]"},
    },
]  # fmt: skip
BLOOD = "Blood Culture, Routine"


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Is E. coli sensitive to ceftriaxone?", (False,)),
        ("Is the E. coli resistant to ceftriaxone?", (True,)),
        ("Was the E. coli ever sensitive to ceftriaxone?", (True,)),
        ("Is the proteus sensitive to ceftriaxone?", (True,)),
        ("Is the proteus sensitive to cefepime?", ()),
        ("Is Klebsiella sensitive to ceftriaxone?", ()),
        ("When did E. coli grow?", ("2020-01-01T10:00:00Z", "2020-01-05T10:00:00Z")),
        ("When was E. coli first found?", ("2020-01-01T10:00:00Z",)),
        ("Did Klebsiella grow?", (False,)),
    ],
)
async def test_an_organism_is_asked_of_the_cultures_it_grew_in(ask_over: Ask, question: str, values: Any) -> None:
    told = (await ask_over(COLI, question))[-1]
    assert told.answer.values == values, told.answer.text


async def test_a_verdict_says_which_culture_gave_it_and_that_others_differ(ask_over: Ask) -> None:
    told = (await ask_over(COLI, "Is E. coli sensitive to ceftriaxone?"))[-1]
    assert "CEFTRIAXONE resistant (2020-01-05" in told.answer.text
    assert "susceptible in 1, resistant in 1" in told.answer.text


async def test_an_organism_in_no_culture_is_no_record_with_a_complete_receipt(ask_over: Ask) -> None:
    for question in ("Is Klebsiella sensitive to ceftriaxone?", "When did Klebsiella grow?"):
        told = (await ask_over(COLI, question))[-1]
        assert told.answer.status == "answered"
        assert told.answer.text.startswith("No record of microbiology tests with organism klebsiella"), told.answer.text
        assert told.receipt.complete


@pytest.mark.parametrize(
    ("last", "values"),
    [
        ([micro("x", 9, "test", BLOOD, valueString="NO GROWTH.")], (False,)),
        ([micro("x", 9, "test", BLOOD), micro("y", 9, "organism", "STAPH AUREUS COAG +", "x")], (True,)),
        ([micro("x", 9, "test", BLOOD), micro("y", 9, "organism", "CANCELLED", "x")], ()),
        ([micro("x", 9, "test", BLOOD, valueString="< 10,000 CFU/mL.")], ()),
        ([micro("x", 9, "test", BLOOD), micro("y", 9, "organism", "MIXED BACTERIAL FLORA", "x")], ()),
    ],
    ids=["no growth", "grew", "called off", "a count", "flora"],
)
async def test_a_culture_is_positive_by_what_grew_and_negative_by_its_words(
    ask_over: Ask, last: list[Json], values: tuple[bool, ...]
) -> None:
    earlier = micro("w", 2, "test", BLOOD, valueString="NO GROWTH.")
    told = await ask_over(
        [earlier, *last], "Was the last blood culture positive?", "Was the last blood culture negative?"
    )
    assert told[0].answer.values == values, told[0].answer.text
    assert told[1].answer.values == tuple(not v for v in values), told[1].answer.text


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("staphylococcus aureus", "STAPH AUREUS COAG +"),
        ("coag negative staph", "STAPHYLOCOCCUS, COAGULASE NEGATIVE"),
        ("strep viridans", "VIRIDANS STREPTOCOCCI"),
    ],
)
async def test_an_organism_is_known_by_a_name_cut_short(ask_over: Ask, asked: str, held: str) -> None:
    chart = [micro("t", 1, "test", BLOOD), micro("o", 1, "organism", held, "t")]
    told = (await ask_over(chart, f"Did {asked} grow?"))[-1]
    assert told.answer.values == (True,), told.answer.text


def done(name: str, text: str) -> Json:
    return {
        "resourceType": "Procedure", "id": name, "status": "completed", "subject": {"reference": "Patient/p"},
        "performedDateTime": "2020-01-01T10:00:00Z", "code": {"text": text},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("procedures", "values"),
    [
        (["Insertion of endotracheal tube"], (True,)),
        (["Invasive Ventilation"], ()),
        (["Non-invasive Ventilation"], (False,)),
        (["Chest X-Ray"], (False,)),
    ],
)
async def test_a_tube_is_not_denied_where_only_what_goes_with_it_is_on_record(
    ask_over: Ask, procedures: list[str], values: tuple[bool, ...]
) -> None:
    chart = [done(f"p{n}", text) for n, text in enumerate(procedures)]
    told = await ask_over(chart, "Was she intubated?", "How long was she intubated?")
    assert told[0].answer.values == values, told[0].answer.text
    assert told[1].answer.values == ()


async def test_the_code_status_is_told_by_the_problem_list(ask_over: Ask) -> None:
    status = {
        "resourceType": "Condition", "id": "z", "subject": {"reference": "Patient/p"}, "onsetDateTime": "2020-02-02",
        "code": {"text": "Do not resuscitate status"}, "clinicalStatus": {"coding": [{"code": "active"}]},
    }  # fmt: skip
    told = await ask_over([status], "What is the code status?", "Is she DNR?")
    assert told[0].answer.values == ("Do not resuscitate status",), told[0].answer.text
    assert told[1].answer.values == (True,), told[1].answer.text
    absent = (await ask_over([done("p", "Chest X-Ray")], "What is the code status?"))[-1]
    assert (absent.answer.values, absent.receipt.complete) == ((), True), absent.answer.text
    assert "code status" in absent.answer.text
