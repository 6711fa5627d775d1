"""Instructions in many wordings: what is drafted and answered; where a word is not understood, nothing is drafted."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import httpx
import pytest

from agent.planners.rules import RulesPlanner
from evals.suites.medagentbench.harness import Game
from evals.suites.medagentbench.playing import play
from evals.suites.medagentbench.protocol import Post, Task, parse_action
from evals.suites.medagentbench.serving import build_server
from tools.store.incoming import build_incoming
from tools.store.store import open_store

pytestmark = pytest.mark.anyio

PATIENT = "Q7712345"
NOW = "The current date and time is 2025-03-10T14:20:00+00:00. "
Result = tuple[str, float, str, str]
"""Code, value, unit, time."""

PHOSPHATE: list[Result] = [
    ("PHOS", 1.4, "mg/dL", "2025-03-10T06:00:00+00:00"),
    ("PHOS", 2.9, "mg/dL", "2025-03-08T06:00:00+00:00"),
]
PHOSPHATE_SAID = (
    f'{NOW}The code for phosphate is "PHOS". The NDC for IV sodium phosphate is 0409-7391-72. Dosing protocol: '
    f"phosphate "
    "2.0-2.4 mg/dL: 15 mmol IV over 4 hours; 1.0-1.9 mg/dL: 21 mmol IV over 4 hours; below 1.0 mg/dL: 30 mmol IV "
    "over 6 hours."
)
POTASSIUM: list[Result] = [("K", 3.2, "mmol/L", "2025-03-10T00:10:00+00:00")]
POTASSIUM_SAID = (
    f"{NOW}The code for potassium is K. The NDC for potassium chloride is 0245-0041-01. The LOINC code for serum "
    f"potassium is "
    "2823-3. "
)
BY_STEPS = f"{POTASSIUM_SAID}Dosing instructions: for every 0.1 mmol/L below 3.6, give 10 mEq orally (goal 3.6). "
CHLORIDE = "MedicationRequest 0245-0041-01 40 mEq oral"
MAGNESIUM_SAID = (
    f"{NOW}The code for magnesium is MG. The NDC for IV magnesium is 1-2-3. Dosing instructions: 1.0-1.4 mg/dL: 2 g"
    f" over 2 "
    "hours; 1.5-1.9 mg/dL: 1 g over 1 hour."
)
TSH: list[Result] = [("TSH", 2.1, "mIU/L", "2024-05-01T08:00:00+00:00")]
TSH_SAID = (
    f"{NOW}The code for TSH is TSH. The LOINC code for ordering TSH is 3016-3. The answer should be [-1] if none is "
    "available."
)
CBC_SAID = f"{NOW}The LOINC code for CBC is 58410-2."
PULSE_SAID = f"{NOW}The flowsheet ID for heart rate is HR. The flowsheet ID for temperature is TEMP."
BP_SAID = f"{NOW}The flowsheet ID for blood pressure is BP."


class Told(NamedTuple):
    """One instruction and what has to come of it."""

    text: str
    said: str
    results: list[Result]
    drafts: list[str]
    finish: list[Any]


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
        (f"Record a heart rate of 88 bpm and a temperature of 37 °C for patient {PATIENT}.", PULSE_SAID, []),
        (f"Record that the heart rate of patient {PATIENT} was 88 bpm yesterday.", PULSE_SAID, []),
        (f"Record a pain score of 4 for patient {PATIENT}.", PULSE_SAID, []),
    )
]  # fmt: skip
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


def build_chart(results: list[Result]) -> list[dict[str, Any]]:
    patient = {"resourceType": "Patient", "id": PATIENT, "identifier": [{"value": PATIENT}], "gender": "female",
               "name": [{"family": "Moreau", "given": ["Lucie"]}], "birthDate": "1961-04-02"}  # fmt: skip
    lab = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
    return [patient] + [
        {"resourceType": "Observation", "id": f"o{at}", "status": "final", "category": [lab],
         "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": code},
         "subject": {"reference": f"Patient/{PATIENT}"}, "effectiveDateTime": time,
         "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}}
        for at, (code, value, unit, time) in enumerate(results)
    ]  # fmt: skip


async def carry_out(told: Told) -> tuple[list[str], list[Any] | None, int]:
    """What is posted, in short, what is finished with, and in how many rounds."""
    store = open_store(":memory:")
    store.save([build_incoming(json.dumps(r).encode(), r) for r in build_chart(told.results)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=build_server(store))) as http:
        game = Game(http, Task(told.text, told.said))
        await play(game.task, game.act, RulesPlanner())
    posts = [a for m in game.history if m.role == "agent" and isinstance(a := parse_action(m.content), Post)]
    assert game.result is not None
    return [shorten(p.payload or {}) for p in posts], json.loads(game.result), game.rounds


def shorten(resource: dict[str, Any]) -> str:
    kind = resource["resourceType"]
    assert resource["subject"] == {"reference": f"Patient/{PATIENT}"}
    if kind == "Observation":
        return f"{kind} {resource['code']['text']} {resource['valueString']}"
    if kind == "ServiceRequest":
        note = f"note={resource['note']['text']}" if "note" in resource else None
        parts = (kind, resource["code"]["coding"][0]["code"], resource.get("occurrenceDateTime"), note)
        return " ".join(part for part in parts if part)
    (given,) = resource["dosageInstruction"]
    (dose,) = given["doseAndRate"]
    over = f" over {dose['rateQuantity']['value']} {dose['rateQuantity']['unit']}" if "rateQuantity" in dose else ""
    amount = f"{dose['doseQuantity']['value']} {dose['doseQuantity']['unit']}{over}"
    return f"{kind} {resource['medicationCodeableConcept']['coding'][0]['code']} {amount} {given['route']}"


@pytest.mark.parametrize("told", [*DRAFTED, *NOT_DUE, *ASKED], ids=lambda t: t.text[:80])
async def test_what_is_due_is_drafted_and_what_was_asked_is_answered(told: Told) -> None:
    drafts, finish, rounds = await carry_out(told)
    assert drafts == told.drafts
    assert finish == pytest.approx(told.finish) if told in ASKED else finish == told.finish
    assert rounds <= 8


@pytest.mark.parametrize("told", NOT_UNDERSTOOD, ids=lambda t: t.text[:80])
async def test_where_a_word_is_not_understood_nothing_is_drafted(told: Told) -> None:
    assert (await carry_out(told))[:2] == ([], [])


async def test_an_instruction_about_another_patient_is_not_carried_out() -> None:
    told = Told("Order a CBC for patient Q9999999.", CBC_SAID, [], [], [])
    assert (await carry_out(told))[:2] == ([], [])


async def test_a_name_that_the_caller_gave_no_code_for_is_looked_for_in_the_whole_chart() -> None:
    said = f"{NOW}The code for magnesium is MG."
    told = Told(f"What is the most recent potassium of patient {PATIENT}?", said, POTASSIUM, [], [3.2])
    assert (await carry_out(told))[:2] == ([], [3.2])
