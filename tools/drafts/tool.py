"""draft_order: an order or a measured value as a draft, for the bound patient, at the moment looked at."""

from __future__ import annotations

from pydantic import Field

from tools.chart import ChartContext
from tools.chart_query import Plan
from tools.drafts.draft import MedicationDraft, ObservationDraft, ServiceDraft, describe_draft
from tools.drafts.resource import build_resource
from tools.evidence import Finding, clean_text
from tools.receipt import Receipt
from tools.registry import Handles, Tool

NAME = "draft_order"


class DraftOrder(Plan):
    """One draft."""

    draft: ServiceDraft | MedicationDraft | ObservationDraft = Field(discriminator="sort")


async def run_draft_order(chart: ChartContext, arguments: DraftOrder, handles: Handles) -> Finding:
    """Draft it, checked as FHIR. Raises ToolError for what can't be written down so."""
    draft = arguments.draft
    resource = build_resource(draft, chart.patient, chart.as_of.text)
    receipt = Receipt(complete=True, as_of=chart.as_of.text, as_of_source=chart.as_of.source)
    return Finding(
        handle=handles.finding(), tool=NAME, query=None, evidence=(), total=0,
        statement=f"Drafted, and sent nowhere: {clean_text(describe_draft(draft), 1_000)}.",
        values=(), determinable=True, rests_on=(), retrieved=(), receipt=receipt,
        data={"draft": draft.model_dump(mode="json"), "resource": resource},
    )  # fmt: skip


DRAFT_ORDER = Tool(
    NAME,
    "Draft an order (test, referral, drug) or a measured value for the bound patient. It is sent nowhere.",
    DraftOrder,
    run_draft_order,
)
