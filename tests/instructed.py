"""What tests of instructions share: what is said beside them, small charts, and what comes of carrying one out."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import httpx

from agent.planners.rules import RulesPlanner
from evals.suites.medagentbench.harness import Game
from evals.suites.medagentbench.playing import play
from evals.suites.medagentbench.protocol import Post, Task, parse_action
from evals.suites.medagentbench.serving import build_server
from tools.store.incoming import build_incoming
from tools.store.store import open_store

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
TWO_SAID = (
    f"{NOW}The code for potassium is K. The code for magnesium is MG. The NDC for potassium chloride is 0245-0041-01. "
    "The NDC for IV magnesium is 1-2-3. "
)
TWO: list[Result] = [*POTASSIUM, ("MG", 1.2, "mg/dL", "2025-03-10T00:10:00+00:00")]


class Told(NamedTuple):
    """One instruction and what has to come of it."""

    text: str
    said: str
    results: list[Result]
    drafts: list[str]
    finish: list[Any]


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
