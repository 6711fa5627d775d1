"""Questions whose codes, units and words for an absence the caller gives beside them."""

from __future__ import annotations

import pytest

from tests.instructed import (
    NOW,
    PATIENT,
    POTASSIUM,
    Result,
    Told,
    carry_out,
)

pytestmark = pytest.mark.anyio

DAY_SAID = (
    f"{NOW}The code for magnesium is MG. The answer should be -1 if there is no measurement within the last 24 hours."
)
STALE: list[Result] = [("MG", 1.5, "mg/dL", "2025-03-08T06:00:00+00:00")]
FRESH: list[Result] = [*STALE, ("MG", 1.7, "mg/dL", "2025-03-10T06:00:00+00:00")]
ASKED = [
    Told(f"What's the current magnesium level of patient {PATIENT}?", DAY_SAID, STALE, [], [-1]),
    Told(f"What's the current magnesium level of patient {PATIENT}?", DAY_SAID, FRESH, [], [1.7]),
    Told(f"Give me the latest magnesium of {PATIENT} from the past day.", DAY_SAID, FRESH, [], [1.7]),
    Told(f"What was patient {PATIENT}'s last magnesium result in the past 24h?", DAY_SAID, STALE, [], [-1]),
    Told(f"Report the newest Mg level for MRN {PATIENT} over the previous 24 hours.", DAY_SAID, FRESH, [], [1.7]),
    Told(f"How old is {PATIENT}?", NOW, [], [], [63]),
    Told(f"Tell me the age, in years, of the patient whose MRN is {PATIENT}.", NOW, [], [], [63]),
    Told("Please look up the MRN for patient Lucie Moreau, DOB 04/02/1961.", "", [], [], [PATIENT]),
    Told("What's the MRN of the patient with last name Moreau, first name Lucie, born on 2 April 1961?", "", [], [],
         [PATIENT]),
    Told(f"What is the latest hemoglobin of patient {PATIENT} in the past 12 hours?",
         f"{NOW}The code for hemoglobin is HGB. Answer with a single number in g/dL, or -1 if there is no "
         f"measurement in the last 12 hours.",
         [("HGB", 9.1, "g/dL", "2025-03-10T00:10:00+00:00")], [], [-1]),
    Told(f"What was the mean lactate of patient {PATIENT} over the past 48 hours?",
         f"{NOW}The code for lactate is LAC. The answer should be -1 if a measurement is not available.",
         [("LAC", 2.0, "mmol/L", "2025-03-10T00:10:00+00:00"), ("LAC", 4.0, "mmol/L", "2025-03-09T00:10:00+00:00"),
          ("LAC", 9.0, "mmol/L", "2025-03-01T00:10:00+00:00")], [], [3.0]),
    Told(f"What was the lowest hemoglobin for patient {PATIENT} during the last 3 days?", f"{NOW}The code for "
                                                                                          f"hemoglobin is HGB.",
         [("HGB", 9.1, "g/dL", "2025-03-09T00:10:00+00:00"), ("HGB", 8.1, "g/dL", "2025-03-08T10:10:00+00:00"),
          ("HGB", 5.1, "g/dL", "2025-03-01T10:10:00+00:00")], [], [8.1]),
    Told(f"What is the most recent glucose of patient {PATIENT}?",
         f"{NOW}The code for glucose is GLU. The answer should be a single number converted to a unit of mg/dL.",
         [("GLU", 5.0, "mmol/L", "2025-03-10T00:10:00+00:00")], [], [90.078]),
    Told(f"How old is patient {PATIENT} in whole years?", NOW, [], [], [63]),
    Told("Find the MRN of Lucie Moreau, born 1961-04-02. If there is no such patient, answer \"No match\".", "",
         [], [], [PATIENT]),
    Told("What is the MRN for Lucie Morel (DOB 1961-04-02)? If no such patient is found, answer \"No match\".",
         "", [], [], ["No match"]),
]  # fmt: skip


@pytest.mark.parametrize("told", ASKED, ids=lambda t: t.text[:80])
async def test_what_is_asked_is_answered_by_the_codes_given(told: Told) -> None:
    drafts, finish, _ = await carry_out(told)
    assert (drafts, finish) == ([], pytest.approx(told.finish))


async def test_a_name_that_the_caller_gave_no_code_for_is_looked_for_in_the_whole_chart() -> None:
    said = f"{NOW}The code for magnesium is MG."
    told = Told(f"What is the most recent potassium of patient {PATIENT}?", said, POTASSIUM, [], [3.2])
    assert (await carry_out(told))[:2] == ([], [3.2])
