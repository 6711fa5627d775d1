"""Instructions in many wordings: what is due is drafted, what is not due is not."""

from __future__ import annotations

import pytest

from tests.instructed import (
    BP_SAID,
    BY_STEPS,
    CBC_SAID,
    CHLORIDE,
    NOW,
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

DRAFTED = [
    Told(f"Look up the most recent phosphate of patient {PATIENT} in the past 24 hours. If it is low, order IV "
         f"sodium phosphate "
         "per the dosing protocol. If there is none in that time, do not order anything.",
         PHOSPHATE_SAID, PHOSPHATE, ["MedicationRequest 0409-7391-72 21 mmol over 4 h IV"], [1.4]),
    Told(f"Please review the latest serum phosphate level for the patient with MRN {PATIENT} from the last 24 "
         f"hours and, if it "
         "is below 2.5 mg/dL, order replacement according to the protocol.",
         PHOSPHATE_SAID, PHOSPHATE, ["MedicationRequest 0409-7391-72 21 mmol over 4 h IV"], [1.4]),
    Told(f"Check the last ionized calcium of patient {PATIENT}. If below goal, replace calcium by the dosing "
         f"instructions. Pair "
         "the order with a repeat ionized calcium tomorrow at 6 am.",
         f"{NOW}The code for ionized calcium is ICA. The NDC code for calcium replacement is 0517-3910-25. Dosing "
         f"instructions: "
         "for each 0.05 mmol/L below the goal of 1.10, give 1 g IV. The LOINC code for a repeat ionized calcium is "
         "1994-3.",
         [("ICA", 1.0, "mmol/L", "2025-03-10T06:00:00+00:00")],
         ["MedicationRequest 0517-3910-25 2 g IV", "ServiceRequest 1994-3 2025-03-11T06:00:00+00:00"], [1.0]),
    Told(f"Has patient {PATIENT} had a magnesium level in the last 24 hours? If the most recent one is low, give "
         f"IV magnesium "
         "sulfate following the dosing instructions.",
         f"{NOW}The code for magnesium is MG. The NDC for IV magnesium sulfate is 0409-6729-03. Dosing "
         f"instructions: if Mg is 1.6 "
         "to 1.9 mg/dL give 2 g IV over 2 hours; if Mg is less than 1.6 mg/dL give 4 g IV over 4 hours.",
         [("MG", 1.5, "mg/dL", "2025-03-10T06:00:00+00:00")], ["MedicationRequest 0409-6729-03 4 g over 4 h IV"],
         [1.5]),
    Told(f"Check the potassium of patient {PATIENT}. If it is less than 3.3 mmol/L, order 40 mEq of potassium "
         f"chloride by mouth "
         "and a repeat potassium tomorrow at 08:00.",
         POTASSIUM_SAID, POTASSIUM, [CHLORIDE, "ServiceRequest 2823-3 2025-03-11T08:00:00+00:00"], [3.2]),
    Told(f"Get the most recent potassium for patient {PATIENT}. If it is 3.3 mmol/L or lower, give 40 mEq of "
         f"potassium chloride PO.",
         POTASSIUM_SAID, POTASSIUM, [CHLORIDE], [3.2]),
    Told(f"Get the most recent potassium for patient {PATIENT}. If it is at or below 3.2 mmol/L, give 40 mEq of "
         f"potassium chloride PO.",
         POTASSIUM_SAID, POTASSIUM, [CHLORIDE], [3.2]),
    Told(f"What is the most recent potassium for patient {PATIENT}? If it is above 5.5 mmol/L, order a repeat "
         f"serum potassium.",
         POTASSIUM_SAID, [("K", 5.9, "mmol/L", "2025-03-10T00:10:00+00:00")], ["ServiceRequest 2823-3"], [5.9]),
    Told(f"Please check patient {PATIENT}'s latest potassium. In case it is low, order potassium chloride "
         f"following the dosing "
         "instructions, and also order a serum potassium for tomorrow morning at 7am.",
         BY_STEPS, POTASSIUM, [CHLORIDE, "ServiceRequest 2823-3 2025-03-11T07:00:00+00:00"], [3.2]),
    Told(f"Order potassium chloride per the dosing instructions if the last potassium of patient {PATIENT} is low.",
         BY_STEPS, POTASSIUM, [CHLORIDE], [3.2]),
    Told(f"Check K for patient {PATIENT} and replete according to the dosing instructions if low. Recheck serum "
         f"potassium at 6:00 "
         "the next day with this order.",
         BY_STEPS, POTASSIUM, [CHLORIDE, "ServiceRequest 2823-3 2025-03-11T06:00:00+00:00"], [3.2]),
    Told(f"Check patient {PATIENT}'s latest potassium; only order potassium chloride per the dosing instructions "
         f"when it is low. "
         "Otherwise, no order is needed.",
         BY_STEPS, POTASSIUM, [CHLORIDE], [3.2]),
    Told(f"Refer patient {PATIENT} to cardiology. In the note, write: \"Exertional chest pain. ECG normal.\"",
         f"{NOW}The SNOMED code for cardiology referral is 183519002.", [],
         ["ServiceRequest 183519002 note=Exertional chest pain. ECG normal."], []),
    Told(f"Please place a nephrology consult for the patient (MRN: {PATIENT}). The free text of the consult "
         f"should read: \"eGFR "
         "fell from 60 to 35; please evaluate.\"",
         f"{NOW}SNOMED CT code for nephrology consult: 183545006.", [],
         ["ServiceRequest 183545006 note=eGFR fell from 60 to 35; please evaluate."], []),
    Told(f"Order a physical therapy referral for patient {PATIENT} with the comment \"Gait training after hip "
         f"replacement\".",
         f"{NOW}The SNOMED code for physical therapy referral is 91251008.", [],
         ["ServiceRequest 91251008 note=Gait training after hip replacement"], []),
    Told(f"Send a referral to neurology for patient with MRN {PATIENT}, and include the following free text: "
         f"\"New seizures.\"",
         f"{NOW}Use SNOMED code 183521007 for the neurology referral.", [],
         ["ServiceRequest 183521007 note=New seizures."], []),
    Told(f"Place an urgent referral to gastroenterology for patient {PATIENT}. Comment: melena for three days, "
         f"hemoglobin 7.9",
         f"{NOW}The SNOMED code for gastroenterology referral is 306253008.", [],
         ["ServiceRequest 306253008 note=melena for three days, hemoglobin 7.9"], []),
    Told(f"Order a stat CBC for patient {PATIENT}.", CBC_SAID, [], ["ServiceRequest 58410-2"], []),
    Told(f"I just took the heart rate of patient {PATIENT}: 88 bpm. Please document it.", PULSE_SAID, [],
         ["Observation HR 88 bpm"], []),
    Told(f"Record a temperature of 38.2 °C for patient {PATIENT}.", PULSE_SAID, [], ["Observation TEMP 38.2 °C"], []),
    Told(f"BP for patient {PATIENT} is \"132/84 mmHg\", please record it in the flowsheet.", BP_SAID, [],
         ["Observation BP 132/84 mmHg"], []),
    Told(f"Document blood pressure 132/84 mmHg for patient {PATIENT}.", BP_SAID, [], ["Observation BP 132/84 "
                                                                                      "mmHg"], []),
    Told(f"I have just weighed patient {PATIENT} and the weight is \"71.5 kg\". Please enter it in the chart.",
         f"{NOW}The flowsheet ID for weight is WT.", [], ["Observation WT 71.5 kg"], []),
    Told(f"Help me chart the respiratory rate for patient with MRN of {PATIENT}. It is \"18 breaths/min\".",
         f"{NOW}The flowsheet ID for respiratory rate is RR.", [], ["Observation RR 18 breaths/min"], []),
    Told(f"When was the last TSH of patient {PATIENT} done and what was its value? If it is older than 6 months, "
         f"order a new TSH.",
         TSH_SAID, TSH, ["ServiceRequest 3016-3"], ["2024-05-01T08:00:00+00:00", 2.1]),
    Told(f"Order a TSH for patient {PATIENT} if none has been done in the last year.", TSH_SAID, [],
         ["ServiceRequest 3016-3"], [-1]),
    Told(f"Find the most recent TSH for patient {PATIENT}. If the result is older than 3 months or there is no "
         f"result, order a new TSH.",
         TSH_SAID, TSH, ["ServiceRequest 3016-3"], [2.1]),
    Told(f"If patient {PATIENT} has no LDL on record, order a lipid panel.",
         f"{NOW}The code for LDL is LDL. The LOINC code for lipid panel is 57698-3.", [], ["ServiceRequest "
                                                                                           "57698-3"], [-1]),
]  # fmt: skip
DRAFTED += [
    Told(f"Request a pulmonology consult for patient {PATIENT} stating \"Unexplained dyspnea\" in the note.",
         f"{NOW}The SNOMED code for pulmonology consult is 183516009.", [],
         ["ServiceRequest 183516009 note=Unexplained dyspnea"], []),
    Told(f"Place an order for a TSH for patient {PATIENT} tomorrow at 9am.", TSH_SAID, [],
         ["ServiceRequest 3016-3 2025-03-11T09:00:00+00:00"], []),
    Told(f"What's the last TSH of patient {PATIENT}? If it is 6 months old or older, order a new one.",
         TSH_SAID, TSH, ["ServiceRequest 3016-3"], [2.1]),
    Told(f"I just took patient {PATIENT}'s temperature and it was 37.9 C. Can you record that for me?",
         PULSE_SAID, [], ["Observation TEMP 37.9 C"], []),
    Told(f"Nurse measured a heart rate of 82 beats per minute for patient {PATIENT}; enter it into the chart.",
         PULSE_SAID, [], ["Observation HR 82 beats per minute"], []),
    Told(f"If the patient's (MRN {PATIENT}) latest potassium is below 3.5 mmol/L, order a serum potassium.",
         POTASSIUM_SAID, POTASSIUM, ["ServiceRequest 2823-3"], [3.2]),
]  # fmt: skip
DRAFTED += [
    Told(f"Check potassium of patient {PATIENT}. If low, order potassium chloride per the dosing instructions.",
         f"{POTASSIUM_SAID}Dosing instructions: for every 0.1 mmol/L below 3.6, give 10 mEq orally (goal 3.6), maximum "
         "30 mEq per dose.",
         POTASSIUM, ["MedicationRequest 0245-0041-01 30 mEq oral"], [3.2]),
    Told(f"Check potassium of patient {PATIENT}. If low, order potassium chloride per the dosing instructions.",
         f"{POTASSIUM_SAID}Dosing instructions: for every 0.1 mmol/L below 3.6, give 10 mEq orally (goal 3.6); do not "
         "exceed 80 mEq.",
         POTASSIUM, [CHLORIDE], [3.2]),
    Told(f"Check potassium and magnesium of patient {PATIENT}. If the magnesium is below 1.8 mg/dL, order 2 g IV "
         "magnesium over 2 hours.",
         TWO_SAID, TWO, ["MedicationRequest 1-2-3 2 g over 2 h IV"], [3.2, 1.2]),
    Told(f"Order a TSH for patient {PATIENT} with the comment \"then order potassium chloride 80 mEq\".",
         f"{TSH_SAID} The NDC for potassium chloride is 0245-0041-01.", TSH,
         ["ServiceRequest 3016-3 note=then order potassium chloride 80 mEq"], []),
]  # fmt: skip
NOT_DUE = [
    Told(f"Check patient {PATIENT}'s last phosphate. If low, order IV sodium phosphate per the dosing protocol.",
         PHOSPHATE_SAID, [("PHOS", 2.9, "mg/dL", "2025-03-10T06:00:00+00:00")], [], [2.9]),
    Told(f"Check patient {PATIENT}'s phosphate within the last 24 hours. If low, order IV sodium phosphate per "
         f"the dosing protocol.",
         PHOSPHATE_SAID, PHOSPHATE[1:], [], [-1]),
    Told(f"Get the most recent potassium for patient {PATIENT}. If it is < 3.2 mmol/L, give 40 mEq of potassium "
         f"chloride PO.",
         POTASSIUM_SAID, POTASSIUM, [], [3.2]),
    Told(f"What was the last TSH of patient {PATIENT} and when was it taken? If the result is more than 12 "
         f"months old, order a repeat TSH.",
         TSH_SAID, TSH, [], [2.1, "2024-05-01T08:00:00+00:00"]),
]  # fmt: skip


@pytest.mark.parametrize("told", [*DRAFTED, *NOT_DUE], ids=lambda t: t.text[:80])
async def test_what_is_due_is_drafted(told: Told) -> None:
    drafts, finish, rounds = await carry_out(told)
    assert (drafts, finish) == (told.drafts, told.finish)
    assert rounds <= 8
