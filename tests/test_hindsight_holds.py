"""Whatever lies after the moment looked at may be anything: what is told of the chart stays the same, word for word.

Generated lives, with parts of every kind that can be dated later; what is later is rewritten by brute force.
"""

from __future__ import annotations

import asyncio
import json
import re
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from fhir_fixtures.generator import generate_patients
from tools.chart import ChartContext, open_chart
from tools.chart_query import Kind
from tools.execute.finding import to_evidence
from tools.fhir.client import FhirClient
from tools.overview import build_overview
from tools.read_record import ReadRecord, run_read_record
from tools.records.loading import load_records
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store

Json = dict[str, Any]

_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?")
_KEPT = frozenset(
    {"dueDate", "resourceType", "id", "reference", "status", "intent", "use", "system", "unit", "birthDate"}
)


def _day(text: object) -> str:
    return text[:10] if isinstance(text, str) and _DATE.fullmatch(text) else ""


def _begins(holder: Json) -> list[str]:
    periods = [v for n, v in holder.items() if n.lower().endswith("period") and isinstance(v, dict)]
    ends = ("end", "birthDate", "deceasedDateTime", "abatementDateTime", "statusDate", "dueDate", "expirationDate")
    return [_day(v) for n, v in holder.items() if n not in ends] + [_day(p.get("start")) for p in periods]


def rewritten(value: Any, moment: str, later: bool = False) -> Any:
    """The same JSON with other words, numbers and times wherever it is dated after a day."""
    if isinstance(value, list):
        return [rewritten(v, moment, later) for v in value]
    if isinstance(value, dict):
        began_later = later or any(day > moment for day in _begins(value))
        return {n: v if n in _KEPT else rewritten(v, moment, began_later) for n, v in value.items()}
    if _day(value) > moment:
        return "2999-01-01" + value[10:]
    if not later or isinstance(value, bool) or value is None or re.fullmatch(r"\d{4}(?:-\d\d)*(?:T.*)?", str(value)):
        return value
    return "rewritten" if isinstance(value, str) else value + 90


def enriched(resources: list[Json]) -> list[Json]:
    """A generated life with parts of every sort spread over it."""
    patient = resources[0]
    days = sorted(_day(r.get("effectiveDateTime")) for r in resources if r.get("effectiveDateTime"))
    marks = [days[len(days) * n // 6] for n in range(6)]
    after = [(date.fromisoformat(m) + timedelta(days=40)).isoformat() for m in marks]
    spans = [{"start": m, "end": a} for m, a in zip(marks, after, strict=True)]
    person = {"reference": f"Patient/{patient['id']}"}
    patient["address"] = [{"city": f"Town {n}", "period": s} for n, s in enumerate(spans)]
    patient["telecom"] = [{"system": "phone", "value": f"555-{n}", "period": s} for n, s in enumerate(spans)]
    notes = [{"time": m, "text": f"note {n}"} for n, m in enumerate(marks)]
    inside = {"subject": person, "note": notes}
    extras = [
        {"resourceType": "AllergyIntolerance", "patient": person, "code": {"text": "Latex"}, "recordedDate": marks[0],
         "note": notes, "reaction": [
             {"onset": m, "manifestation": [{"text": f"rash {n}"}]} for n, m in enumerate(marks)]},
        {"resourceType": "CareTeam", **inside, "name": "Team", "status": "active", "period": {"start": marks[0]},
         "participant": [{"role": [{"text": f"role {n}"}], "member": {"display": f"Dr. {n}"}, "period": s}
                         for n, s in enumerate(spans)]},
        {"resourceType": "Encounter", "subject": person, "status": "finished", "class": {"code": "IMP"},
         "period": {"start": marks[0], "end": after[5]},
         "location": [{"location": {"display": f"Ward {n}"}, "period": s} for n, s in enumerate(spans)],
         "participant": [{"individual": {"display": f"Nurse {n}"}, "period": s} for n, s in enumerate(spans)]},
        {"resourceType": "CarePlan", **inside, "title": "Plan", "status": "active", "period": {"start": marks[1]},
         "activity": [{"progress": [n], "detail": {"description": f"step {n['text']}"}} for n in notes]},
        {"resourceType": "Goal", "subject": person, "lifecycleStatus": "completed", "startDate": marks[1],
         "statusDate": marks[4], "description": {"text": "Walk"}, "note": notes},
        {"resourceType": "DocumentReference", "subject": person, "status": "current", "type": {"text": "Letter"},
         "date": marks[0], "content": [{"attachment": {"title": f"Page {n}", "creation": m, "data": "YQ=="}}
                                       for n, m in enumerate(marks)]},
        *({"resourceType": "Observation", "subject": person, "status": "final", "code": {"text": "Urine volume"},
           "effectivePeriod": s, "valueQuantity": {"value": n, "unit": "mL"}, "note": notes}
          for n, s in enumerate(spans)),
        *({"resourceType": "Condition", **inside, "code": {"text": f"Illness {n}"}, "recordedDate": s["start"],
           "abatementDateTime": s["end"], "clinicalStatus": {"coding": [{"code": "resolved"}]}}
          for n, s in enumerate(spans)),
    ]  # fmt: skip
    return [*resources, *({**extra, "id": f"extra-{n}"} for n, extra in enumerate(extras))]


async def _tell(chart: ChartContext) -> list[str]:
    """Everything that can be told of a chart: each record of each kind, in a line and in full, and the overview."""
    handles, said = Handles(), [(await build_overview(chart)).text]
    for kind in Kind:
        loaded = await load_records(chart, kind)
        said += [to_evidence(record, kind, handles).line for record in loaded.records]
        said += [f"{e.name} {e.why}" for e in loaded.excluded]
    for reference in list(handles.records):
        said.append((await run_read_record(chart, ReadRecord(record=reference), handles)).statement)
    return said


def told_of(resources: list[Json], patient: str, moment: str) -> list[str]:
    """What is told of a chart as it stood at the end of a day."""
    store = open_store(":memory:")
    raw = [json.dumps(r).encode() for r in resources]
    store.save([build_incoming(r, json.loads(r)) for r in raw])

    async def run() -> list[str]:
        async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
            return await _tell(await open_chart(client, patient, moment))

    return asyncio.run(run())


@pytest.mark.parametrize("index", range(2))
def test_what_lies_after_the_moment_changes_nothing_that_is_told(index: int) -> None:
    life = enriched(list(generate_patients(2, seed=11))[index])
    patient = life[0]["id"]
    days = sorted({day for r in life for day in _begins(r) if day})
    for moment in (days[len(days) // 4], days[len(days) * 3 // 5]):
        told = told_of(life, patient, moment)
        assert told == told_of([rewritten(r, moment) for r in life], patient, moment)
        assert [t for t in told for day in _DATE.findall(t) if day[:10] > moment] == []
