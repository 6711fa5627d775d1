"""Organisms and cultures asked for in everyday words: what grew, what it resists, whether one was sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask
from tests.test_cultures import COLI, micro, verdict

pytestmark = pytest.mark.anyio
GROWN = [
    *COLI, micro("t4", 9, "test", "MRSA SCREEN", valueString="No MRSA isolated."),
    micro("t5", 10, "test", "WOUND CULTURE"), micro("o5", 10, "organism", "STAPH AUREUS COAG +", "t5"),
    verdict("v5", 12, "OXACILLIN", "o5", "Resistant"), verdict("v6", 12, "VANCOMYCIN", "o5", "Susceptible"),
    micro("t6", 11, "test", "C. difficile PCR"), micro("o6", 11, "organism", "CANCELLED", "t6"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Any culture ever positive for Acinetobacter?", (False,)),
        ("Any culture ever positive for E. coli?", (True,)),
        ("Hx of Proteus on micro?", (True,)),
        ("Was Stenotrophomonas maltophilia ever found in my samples?", (False,)),
        ("Did the lab ever find Proteus in anything they took from me?", (True,)),
        ("Has she had MRSA?", (True,)),
        ("Did MRSA grow?", (True,)),
        ("Is she colonized with VRE?", (False,)),
        ("First Proteus isolate: date?", ("2020-01-05T10:00:00Z",)),
        ("I was told I had Staph aureus. When was it found for the first time?", ("2020-01-10T10:00:00Z",)),
        ("Date of the first sample of mine that had Staph aureus in it?", ("2020-01-10T10:00:00Z",)),
        ("Staph aureus: vancomycin S, I or R?", ("susceptible",)),
        ("Vancomycin susceptibility of the Staph aureus isolate?", ("susceptible",)),
        ("What did the lab report for oxacillin against my Staph aureus?", ("resistant",)),
        ("They tested the Staph aureus against antibiotics. What was the result for oxacillin?", ("resistant",)),
        ("How did my Proteus respond to ceftriaxone in the lab: was it sensitive or resistant?", ("susceptible",)),
        ("Would ceftriaxone work against the Proteus?", (True,)),
        ("Staph aureus isolate: list resistances.", ("OXACILLIN",)),
        ("What drugs was my Staph aureus resistant to when they tested it?", ("OXACILLIN",)),
        ("Which antibiotics would not work against my Staph aureus, according to the lab?", ("OXACILLIN",)),
        ("Organism(s), last wound culture?", ("STAPH AUREUS COAG +",)),
        ("Which microbe turned up in the latest wound culture I had?", ("STAPH AUREUS COAG +",)),
        ("What bugs have grown?", ("ESCHERICHIA COLI", "PROTEUS MIRABILIS", "STAPH AUREUS COAG +")),
        ("Last wound culture: any organism?", (True,)),
        ("When was the last positive culture?", ("2020-01-10T10:00:00Z",)),
        ("How many positive urine cultures are there?", (2,)),
        ("Was anything ever grown that was resistant to ceftriaxone?", (True,)),
        ("Any growth in the urine cultures?", (True,)),
        ("MRSA screen sent in 2020?", (True,)),
        ("Respiratory culture sent in 2020?", (False,)),
        ("Any fungal culture in 2020?", (False,)),
        ("Counting all of them, how many urine cultures are on file?", (2,)),
    ],
)
async def test_what_grew_and_what_it_resists_is_read_in_everyday_words(
    ask_over: Ask, question: str, values: Any
) -> None:
    told = (await ask_over(GROWN, question))[-1]
    assert told.answer.values == values, told.answer.text


async def test_which_cultures_were_sent_and_whether_any_was_positive_are_two_questions(ask_over: Ask) -> None:
    told = (await ask_over(GROWN, "What cultures were sent and were any positive?"))[-1]
    assert "MRSA SCREEN" in told.answer.text
    assert told.answer.values[-1] is True


async def test_a_blood_pressure_is_no_drug_that_a_visit_was_tested_for(ask_over: Ask) -> None:
    told = (await ask_over(GROWN, "What were the blood pressure results for the last visit?"))[-1]
    assert "susceptib" not in told.answer.text
