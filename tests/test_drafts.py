"""Drafts: typed, valid FHIR, of the bound patient alone, and there only where the caller allows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from tools.chart import open_chart
from tools.drafts.draft import Code, Draft, MedicationDraft, ObservationDraft, Quantity, ServiceDraft
from tools.drafts.resource import Standing, build_resource
from tools.drafts.tool import DRAFT_ORDER, DraftOrder
from tools.errors import ToolError
from tools.evidence import Finding
from tools.fhir.client import FhirClient
from tools.registry import Handles, run_tool
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store
from tools.toolbox import build_tools

NOW = "2024-02-03T10:15:00+00:00"
LOINC = "http://loinc.org"
LEVEL = ServiceDraft(what=Code(name="potassium", code="2823-3", system=LOINC), when="2024-02-04T08:00:00+00:00")
INFUSION = MedicationDraft(
    what=Code(name="magnesium sulfate", code="0338-1715-40", system="http://hl7.org/fhir/sid/ndc"),
    dose=Quantity(value=2, unit="g"), over=Quantity(value=4, unit="h"), route="IV", note="slowly",
)  # fmt: skip
PULSE = ObservationDraft(what=Code(name="heart rate", code="HR"), value="88 bpm")


@pytest.mark.parametrize("draft", [LEVEL, INFUSION, PULSE], ids=lambda d: d.sort)
def test_a_draft_is_valid_fhir_of_the_patient_at_that_moment(draft: Draft) -> None:
    resource = build_resource(draft, "p1", NOW)
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    assert resource["subject"] == {"reference": "Patient/p1"}
    assert resource["status"] in ("draft", "preliminary")
    assert NOW in (resource.get("authoredOn"), resource.get("effectiveDateTime"))


def test_how_far_a_draft_has_come_is_said_by_the_caller() -> None:
    signed = Standing(status="active", intent="order", observed="final")
    assert [build_resource(d, "p1", NOW, signed)["status"] for d in (LEVEL, INFUSION, PULSE)] == [
        "active",
        "active",
        "final",
    ]
    assert build_resource(LEVEL, "p1", NOW, signed)["intent"] == "order"


def test_an_infusion_is_told_as_so_much_per_time() -> None:
    (dosage,) = build_resource(INFUSION, "p1", NOW)["dosageInstruction"]
    (dose,) = dosage["doseAndRate"]
    assert dose["doseQuantity"] == {"value": 2, "unit": "g"}
    assert dose["rateRatio"] == {"numerator": {"value": 2, "unit": "g"}, "denominator": {"value": 4, "unit": "h"}}


def test_a_code_of_no_system_is_the_house_s_own_word() -> None:
    assert build_resource(PULSE, "p1", NOW)["code"] == {"text": "HR"}


def test_a_time_without_offset_is_told_by_its_day() -> None:
    assert build_resource(LEVEL, "p1", "2024-02-03T10:15")["authoredOn"] == "2024-02-03"


@pytest.mark.parametrize(
    "arguments",
    [
        {"sort": "medication", "what": {"name": "x"}},
        {"sort": "medication", "what": {"name": "x"}, "dose": {"value": -1, "unit": "g"}},
        {"sort": "medication", "what": {"name": "x"}, "dose": {"value": float("nan"), "unit": "g"}},
        {"sort": "service", "what": {"name": "x"}, "priority": "soon"},
        {"sort": "service", "what": {"name": "x"}, "patient": "p2"},
        {"sort": "service", "what": {"name": "x"}, "subject": {"reference": "Patient/p2"}},
        {"sort": "observation", "what": {"name": "x"}, "value": ""},
        {"sort": "letter", "what": {"name": "x"}},
    ],
    ids=lambda a: str(a)[:60],
)
def test_what_is_no_draft_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DraftOrder.model_validate({"draft": arguments})


def test_a_time_that_is_none_is_an_error_the_planner_reads() -> None:
    with pytest.raises(ToolError, match="time"):
        build_resource(LEVEL.model_copy(update={"when": "tomorrow"}), "p1", NOW)


def test_without_leave_there_is_no_such_tool_in_the_schema() -> None:
    assert "draft_order" not in build_tools()
    assert "draft" not in json.dumps([t.arguments.model_json_schema() for t in build_tools().values()])
    assert "draft_order" in build_tools(allow_drafts=True)


def test_nothing_but_the_benchmark_s_player_allows_drafts() -> None:
    root = Path(__file__).parent.parent
    packages = ("agent", "evals", "fhir_fixtures", "tools")
    files = [path for package in packages for path in (root / package).rglob("*.py")]
    allowing = [path for path in files if "allow_drafts=True" in path.read_text("utf-8")]
    assert [path.relative_to(root).as_posix() for path in allowing] == ["evals/suites/medagentbench/playing.py"]


class Noting(httpx.AsyncBaseTransport):
    """Keeps what is asked of a server."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        return await self.inner.handle_async_request(request)


async def run_draft(arguments: dict[str, Any], allowed: bool = True) -> tuple[Finding, list[str]]:
    """What drafting gives, and every request that was made of the server meanwhile."""
    store = open_store(":memory:")
    patient = {"resourceType": "Patient", "id": "p1", "birthDate": "1970-01-01"}
    store.save([build_incoming(json.dumps(patient).encode(), patient)])
    noting = Noting(httpx.ASGITransport(app=build_app(store)))
    async with FhirClient("http://store.local/", transport=noting) as client:
        chart = await open_chart(client, "p1", NOW)
        noting.asked.clear()
        found = await run_tool(build_tools(allow_drafts=allowed), chart, "draft_order", arguments, Handles())
        return found, noting.asked


@pytest.mark.anyio
async def test_drafting_asks_and_sends_the_server_nothing() -> None:
    finding, asked = await run_draft({"draft": INFUSION.model_dump(mode="json")})
    assert asked == []
    assert finding.data["draft"] == INFUSION.model_dump(mode="json")
    assert finding.data["resource"]["subject"] == {"reference": "Patient/p1"}
    assert finding.statement.startswith("Drafted, and sent nowhere: magnesium sulfate (0338-1715-40) 2 g IV over 4 h")
    assert finding.values == ()


@pytest.mark.anyio
async def test_a_call_without_leave_is_an_unknown_tool() -> None:
    with pytest.raises(ToolError, match="unknown tool"):
        await run_draft({"draft": PULSE.model_dump(mode="json")}, allowed=False)


def test_the_tool_takes_no_patient() -> None:
    assert "patient" not in json.dumps(DRAFT_ORDER.arguments.model_json_schema()["properties"])
