"""Draws right and retrieval error with their intervals, by suite and capability: one specification, PNG and HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt

from agent.cli.terminal import clean_line
from evals.report.groups import Line
from evals.report.subjects import Marks

Points = Sequence[Mapping[str, Any]]
_PANELS = {"right": "answers right, %", "retrieval_error": "retrieval error, %; mean precision beside it"}
_INKS = ["#8a8f98", "#0b63b0"]
_STEP = {1: 22, 2: 13}
"""Pixels a row and run, by how many runs there are."""
_WIDTH = 300
_LETTER = 6.4
"""Pixels a letter of a label takes."""
_DRAWN = {"total", "mean", "capability"}
_TOOLTIP = [
    *(alt.Tooltip(f"{name}:N") for name in ("row", "run")),
    *(alt.Tooltip(f"{name}:Q", format=".1f") for name in ("value", "low", "high")),
    alt.Tooltip("n:Q", format=","),
]
_EMBED = {"actions": False}


class _ScriptSafe(json.JSONEncoder):
    """JSON that ends no script element, whatever a name holds."""

    def encode(self, o: Any) -> str:
        return super().encode(o).replace("<", "\\u003c")


def draw(suites: Marks, title: str) -> alt.VConcatChart:
    """The panels of every suite, below each other, on the same scales."""
    points = {suite: list(_to_points(marks)) for suite, marks in suites.items()}
    subtitle = "Point: share of questions. Line: its 95% interval. In brackets: how many questions. Thick: totals."
    heading = alt.TitleParams(clean_line(title), subtitle=subtitle, anchor="start", offset=12)
    every = [point for found in points.values() for point in found]
    runs = list(dict.fromkeys(point["run"] for point in every))
    look = _Look(runs, {measure: _scale(every, measure) for measure in _PANELS}, _measure_labels(every))
    drawn = [_draw_suite(suite, found, look) for suite, found in points.items() if found]
    chart: alt.VConcatChart = alt.vconcat(*drawn, spacing=28, title=heading, padding=16, background="white")
    return _style(chart)


def _style(chart: alt.VConcatChart) -> alt.VConcatChart:
    chart.config = alt.Config(
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelLimit=320, labelFontSize=12, titleFontSize=12, gridColor="#e8e8e8", domainColor="#aaaaaa"
        ),
        title=alt.TitleConfig(fontSize=15, subtitleFontSize=12, subtitleColor="#555555"),
        legend=alt.LegendConfig(labelLimit=480, labelFontSize=12, orient="top", title=None),
    )
    return chart


@dataclass(frozen=True)
class _Look:
    """What all panels share."""

    runs: list[str]
    scales: Mapping[str, alt.Scale]
    label_width: float


def _measure_labels(points: Points) -> float:
    return min(320.0, _LETTER * max((len(f"{point['row']} ({point['n']:,})") for point in points), default=0))


def _to_points(marks: Mapping[str, Sequence[Line]]) -> Iterator[dict[str, Any]]:
    lines = [(run, line) for run, lines in marks.items() for line in lines if line.kind in _DRAWN]
    for run, line in lines:
        precision = line.totals.estimates.get("retrieval_precision")
        for measure in _PANELS:
            found = line.totals.estimates.get(measure)
            if found and found.low is not None and found.high is not None:
                bounds = {"value": found.value * 100, "low": found.low * 100, "high": found.high * 100}
                told = f"{precision.value:.2f}" if precision and measure == "retrieval_error" else ""
                about = {"run": clean_line(run), "row": clean_line(line.name), "kind": line.kind, "n": found.n}
                yield {**about, "measure": measure, "precision": told, **bounds}


def _draw_suite(suite: str, points: Points, look: _Look) -> alt.HConcatChart:
    sizes = {str(point["row"]): point["n"] for point in points if point["measure"] == "right"}
    labelled = [{**p, "row": _label(p["row"], sizes)} for p in points]
    measures = [measure for measure in _PANELS if any(point["measure"] == measure for point in points)]
    panels = [_draw_panel(labelled, measure, look, named=measure == measures[0]) for measure in measures]
    drawn: alt.HConcatChart = alt.hconcat(*panels, spacing=18, title=alt.TitleParams(clean_line(suite), anchor="start"))
    return drawn


def _label(row: str, sizes: Mapping[str, int]) -> str:
    return f"{row} ({sizes[row]:,})" if row in sizes else row


def _draw_panel(labelled: Points, measure: str, look: _Look, *, named: bool) -> alt.LayerChart:
    rows = list(dict.fromkeys(point["row"] for point in labelled))
    points = [dict(point) for point in labelled if point["measure"] == measure]
    base = _place(alt.Chart(alt.InlineData(values=points)), rows, look, named=named)
    thick = alt.datum.kind != "capability"
    axis = alt.Axis(tickCount=6)
    x = alt.X("low:Q", scale=look.scales[measure], title=_PANELS[measure], axis=axis)
    width = alt.condition(thick, alt.value(3.5), alt.value(1.5))
    line = base.mark_rule().encode(x=x, x2="high:Q", strokeWidth=width)
    size = alt.condition(thick, alt.value(90), alt.value(45))
    point = base.mark_point(filled=True, opacity=1).encode(x=alt.X("value:Q", title=_PANELS[measure]), size=size)
    beside = base.mark_text(align="left", fontSize=11).encode(x=alt.value(_WIDTH + 10), text="precision:N")
    layers = [line, point] + [beside] * (measure == "retrieval_error")
    height = alt.Step(_STEP[len(look.runs)])
    drawn: alt.LayerChart = alt.LayerChart(layer=layers, width=_WIDTH, height=height)
    return drawn


def _place(chart: alt.Chart, rows: list[str], look: _Look, *, named: bool) -> alt.Chart:
    """Rows from top to bottom, the runs of each row below each other."""
    names = alt.Axis(title=None, ticks=False, domain=False, labelPadding=8, minExtent=look.label_width)
    y = alt.Y("row:N", sort=rows, axis=names if named else None, scale=alt.Scale(domain=rows, paddingInner=0.3))
    ink = alt.Scale(domain=look.runs, range=_INKS[-len(look.runs) :])
    several = len(look.runs) > 1
    colour = alt.Color("run:N", sort=look.runs, scale=ink, legend=alt.Legend() if named and several else None)
    placed = chart.encode(y=y, color=colour, tooltip=_TOOLTIP)
    return placed.encode(yOffset=alt.YOffset("run:N", scale=alt.Scale(domain=look.runs))) if several else placed


def _scale(points: Points, measure: str) -> alt.Scale:
    """From the ten below the lowest bound to the ten above the highest, so that small differences are seen."""
    found = [point for point in points if point["measure"] == measure]
    low = min((point["low"] for point in found), default=0) // 10 * 10
    high = -(-max((point["high"] for point in found), default=100) // 10) * 10
    return alt.Scale(domain=[low, high], nice=False, zero=False)


def save_png(chart: alt.VConcatChart, path: Path) -> None:
    """Write the plot as a picture, twice as large as on a screen."""
    chart.save(str(path), format="png", scale_factor=2)


def format_plot(chart: alt.VConcatChart) -> str:
    """The plot as a piece of HTML that needs no network."""
    return str(chart.to_html(inline=True, fullhtml=False, json_kwds={"cls": _ScriptSafe}, embed_options=_EMBED))
