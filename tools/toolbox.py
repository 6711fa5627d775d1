"""The tools a planner may call, by name. Few beat many: `query_chart` does most. Knows nothing of planners."""

from __future__ import annotations

from tools.calculate import CALCULATE
from tools.chart_query import ChartQuery
from tools.execute.run import run_query
from tools.notes.search import SEARCH_NOTES
from tools.read_record import READ_RECORD
from tools.registry import Tool


def build_tools() -> dict[str, Tool]:
    """Every tool for a chart with a bound patient."""
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
    )
    return {tool.name: tool for tool in tools}
