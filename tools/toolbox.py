"""The tools a planner may call, by name. Few beat many: `query_chart` does most. Knows nothing of planners."""

from __future__ import annotations

from tools.calculate import CALCULATE
from tools.chart_query import ChartQuery
from tools.drafts.tool import DRAFT_ORDER
from tools.execute.run import run_query
from tools.notes.search import SEARCH_NOTES
from tools.read_record import READ_RECORD
from tools.registry import Tool


def build_tools(*, allow_drafts: bool = False) -> dict[str, Tool]:
    """Every tool for a chart with a bound patient; orders can be drafted only where the caller allows it."""
    tools = (
        Tool(
            "query_chart",
            "Records of one kind, filtered, ordered and computed by code.",
            ChartQuery,
            run_query,
        ),
        SEARCH_NOTES,
        READ_RECORD,
        CALCULATE,
        *((DRAFT_ORDER,) if allow_drafts else ()),
    )
    return {tool.name: tool for tool in tools}
