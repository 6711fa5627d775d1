"""Writes a report into a folder: report.md, report.html and plot.png, readable for their owner alone."""

from __future__ import annotations

from pathlib import Path

from evals.report.cost import Prices
from evals.report.document import format_markdown
from evals.report.page import format_page
from evals.report.plot import draw, format_plot, save_png
from evals.report.subjects import Subject
from tools.private_file import make_private


def write_report(folder: Path, subject: Subject, prices: Prices | None = None) -> list[Path]:
    """Write the three files. Raises OSError, NoReport."""
    parts, chart = subject.report(prices, full=True), draw(subject.mark(), subject.title)
    folder.mkdir(parents=True, exist_ok=True)
    text, page, picture = (folder / name for name in ("report.md", "report.html", "plot.png"))
    for path in (text, page, picture):
        make_private(path)
    text.write_text(f"{format_markdown(parts)}\n", "utf-8")
    page.write_text(format_page(subject.title, parts, format_plot(chart)), "utf-8")
    save_png(chart, picture)
    return [text, page, picture]
