"""What a model is told of a chart before it asks: every kind there is, how many, of which years, and a few names.

Bounded, however much the chart holds. Knows nothing of FHIR.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tools.chart_query import Kind
from tools.evidence import clean_text
from tools.overview import KindSummary, Overview

_NAMELESS = frozenset({Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT})
"""Kinds whose records have no names but that of the kind."""
_MOST_NAMES = 4
_LONGEST_NAME = 30
_ROOM = 200
"""Characters of all names together."""


def format_brief(overview: Overview) -> str:
    """About 300 tokens, a line a kind. All kinds stand in it, so that they need not be listed elsewhere."""
    summaries = [s for s in overview.kinds if s.kind is not Kind.PATIENT]
    names, usual = _fill_names(summaries), _usual_years(summaries)
    told = {Kind.PATIENT, *overview.absent, *(s.kind for s in summaries)}
    patient = overview.patient.partition("; identifier:")[0]
    lines = [patient, *[f"all in {usual} unless said"] * bool(usual)]
    lines += [_format_kind(s, names[s.kind], usual) for s in summaries]
    for title, kinds in (("no records", overview.absent), ("other kinds", [k for k in Kind if k not in told])):
        lines += [f"{title}: {', '.join(kinds)}"] * bool(kinds)
    return "\n".join(lines)


def _usual_years(summaries: Sequence[KindSummary]) -> str:
    """The years that most kinds lie in."""
    told = Counter(years for s in summaries if (years := _years(s)))
    return told.most_common(1)[0][0] if told else ""


def _years(summary: KindSummary) -> str:
    if not summary.first or not summary.last:
        return "undated"
    first, last = summary.first[:4], summary.last[:4]
    return first if first == last else f"{first}-{last}"


def _format_kind(summary: KindSummary, names: Sequence[str], usual: str) -> str:
    years = f" {_years(summary)}" if _years(summary) != usual else ""
    return f"{summary.kind.value} {summary.count}{years}" + (f": {'; '.join(names)}" if names else "")


def _fill_names(summaries: Sequence[KindSummary]) -> dict[Kind, list[str]]:
    """The names that there is room for: the most frequent of each kind first, then the next of each."""
    names: dict[Kind, list[str]] = {s.kind: [] for s in summaries}
    room = _ROOM
    for rank in range(_MOST_NAMES):
        for summary in summaries:
            if summary.kind in _NAMELESS or rank >= len(summary.concepts):
                continue
            name = clean_text(summary.concepts[rank][0], _LONGEST_NAME)
            room -= len(name)
            if room < 0:
                return names
            names[summary.kind].append(name)
    return names
