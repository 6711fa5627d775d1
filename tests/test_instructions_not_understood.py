"""Instructions of which a word is not understood: nothing is drafted, and nothing is told."""

from __future__ import annotations

import pytest

from tests.instructed import (
    BY_STEPS,
    CBC_SAID,
    MAGNESIUM_SAID,
    PATIENT,
    PHOSPHATE,
    PHOSPHATE_SAID,
    POTASSIUM,
    POTASSIUM_SAID,
    PULSE_SAID,
    TSH,
    TSH_SAID,
    TWO,
    TWO_SAID,
    Told,
    carry_out,
)

pytestmark = pytest.mark.anyio

NOT_UNDERSTOOD = [
    Told(text, said, results, [], [])
    for text, said, results in (
        (f"Order a CBC for patient {PATIENT} but only after talking to the surgeon.", CBC_SAID, []),
        (f"Order a CBC for patient {PATIENT} unless she is pregnant.", CBC_SAID, []),
        (f"Do not order a CBC for patient {PATIENT}.", CBC_SAID, []),
        (f"Order a chest film for patient {PATIENT}.", CBC_SAID, []),
        (f"Order a CBC for patient {PATIENT}, and have the family called.", CBC_SAID, []),
        (f"Check the potassium of patient {PATIENT}. If low, order potassium chloride per the dosing "
         f"instructions unless the "
         "patient has renal failure.", BY_STEPS, POTASSIUM),
        (f"If the potassium of patient {PATIENT} is low and the magnesium is normal, order potassium chloride "
         f"per the dosing "
         "instructions.", BY_STEPS, POTASSIUM),
        (f"Check the potassium of patient {PATIENT}. If it is not low, order potassium chloride per the dosing "
         f"instructions.",
         BY_STEPS, POTASSIUM),
        (f"If the potassium of patient {PATIENT} is falling, order 40 mEq of potassium chloride orally.",
         POTASSIUM_SAID, POTASSIUM),
        (f"Order potassium chloride by mouth for patient {PATIENT}.", POTASSIUM_SAID, POTASSIUM),
        (f"Check the potassium of patient {PATIENT}. If it is below 3.5 mg/dL, order 40 mEq potassium chloride "
         f"by mouth.",
         POTASSIUM_SAID, [("K", 3.2, "furlong", "2025-03-10T00:10:00+00:00")]),
        (f"Check the phosphate of patient {PATIENT}. If low, order potassium chloride per the dosing protocol.",
         PHOSPHATE_SAID, PHOSPHATE),
        (f"Check patient {PATIENT}'s last magnesium. If low, order IV magnesium per the dosing instructions.",
         MAGNESIUM_SAID, [("MG", 1.45, "mg/dL", "2025-03-10T00:10:00+00:00")]),
        (f"Check patient {PATIENT}'s last magnesium. If low, order IV magnesium per the dosing instructions.",
         MAGNESIUM_SAID, [("MG", 0.8, "mg/dL", "2025-03-10T00:10:00+00:00")]),
        (f"Check potassium of patient {PATIENT}. If low, order potassium chloride per the dosing instructions.",
         f"{BY_STEPS}Halve the dose in renal impairment.", POTASSIUM),
        (f"Check potassium of patient {PATIENT}. If low, order potassium chloride per the dosing instructions.",
         f"{BY_STEPS}Do not give potassium if the creatinine is above 2.", POTASSIUM),
        (f"Check potassium of patient {PATIENT}. If low, order potassium chloride per the dosing instructions.",
         f"{POTASSIUM_SAID}Dosing instructions: 0.5 mEq/kg orally if potassium is 3.0-3.5 mmol/L.", POTASSIUM),
        (f"Check potassium and magnesium of patient {PATIENT}. If it is below 3.5 mmol/L, order 40 mEq potassium "
         f"chloride "
         "by mouth.", TWO_SAID, TWO),
        (f"Check magnesium of patient {PATIENT}. If low, order IV magnesium per the dosing instructions.",
         f"{TWO_SAID}Dosing instructions: magnesium 1.5-1.9 mg/dL: 1 g over 1 hour; potassium 3.0-3.4 mmol/L: 40 "
         f"mEq over "
         "4 hours.", TWO),
        (f"If the last 2 potassium values of patient {PATIENT} are low, order potassium chloride per the dosing "
         "instructions.", BY_STEPS, POTASSIUM),
        (f"Check potassium of patient {PATIENT}. If low, order potassium chloride per the dosing instructions. If the "
         "patient takes digoxin, order twice the dose.", BY_STEPS, POTASSIUM),
        (f"What was the last TSH of patient {PATIENT}? If it is not older than 6 months, order a new TSH.",
         TSH_SAID, TSH),
        (f"Order a new TSH for patient {PATIENT} if the last one is no more than 2 years old.", TSH_SAID, TSH),
        (f"Order a TSH daily for three days for patient {PATIENT}.", TSH_SAID, TSH),
        (f"Order a TSH for patient {PATIENT} and patient Q7712346.", TSH_SAID, TSH),
        (f"Should I order a TSH for patient {PATIENT}?", TSH_SAID, TSH),
        (f"Cancel the TSH order of patient {PATIENT}.", TSH_SAID, TSH),
        ("Order a CBC for patient Q9999999.", CBC_SAID, []),
        (f"Record a heart rate of 88 bpm and a temperature of 37 °C for patient {PATIENT}.", PULSE_SAID, []),
        (f"Record that the heart rate of patient {PATIENT} was 88 bpm yesterday.", PULSE_SAID, []),
        (f"Record a pain score of 4 for patient {PATIENT}.", PULSE_SAID, []),
    )
]  # fmt: skip


@pytest.mark.parametrize("told", NOT_UNDERSTOOD, ids=lambda t: t.text[:80])
async def test_where_a_word_is_not_understood_nothing_is_drafted(told: Told) -> None:
    assert (await carry_out(told))[:2] == ([], [])
