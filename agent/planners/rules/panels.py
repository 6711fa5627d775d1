"""Panels: names of several tests that are ordered and reported as one, and one of their values asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planners.rules.concepts import Span
from tools.chart_query import Kind
from tools.concepts.match import fold
from tools.concepts.reading import has_row

_WHICH = r"(?:(?:the|my|his|her|their|an?) )?(?:(?:very )?(?:first|last|latest|most recent|newest|earliest) )?"


def of_panel(named: Sequence[Span]) -> bool:
    """Whether one panel is named, of which the chart holds reports."""
    return len(named) == 1 and is_panel(named[0]) and any(e.kind is Kind.REPORT for e in named[0].entries)


def is_panel(span: Span) -> bool:
    """Whether a name is of a panel that the chart holds."""
    reported = any(e.kind in (Kind.REPORT, Kind.LAB) for e in span.entries)
    return reported and has_row(fold(span.text), "panels", loosely=False)


def write_panels(text: str, spans: Sequence[Span]) -> str:
    """A text in which one value of a panel is asked for as what was measured on its day: "C0 in the last C1"."""
    for number, span in enumerate(spans):
        if is_panel(span):
            within = rf"(?<=[\w] )(?:in|from|of|on|with|within|part of|at) (?P<which>{_WHICH}C{number})\b"
            if re.search(rf"C\d+(?: (?:levels?|values?|results?))? {within}", text):
                text = re.sub(within, r"on the day of \g<which>", text, count=1)
    return text
