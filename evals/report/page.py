"""The report as one HTML file that needs no network: tables and plot."""

from __future__ import annotations

import html
from collections.abc import Sequence

from evals.report.document import Part, format_html

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c1c1c; max-width: 1100px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-top: 1px solid #ddd; padding-top: 1rem }
ul { padding-left: 1.1rem; color: #444 }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid #eee }
th:first-child, td:first-child { text-align: left; white-space: normal; max-width: 24rem }
th { border-bottom: 2px solid #bbb; font-weight: 600 }
.deeper { list-style: none; margin-left: 1rem } .section td { font-weight: 600; padding-top: .7rem }
.plot { overflow-x: auto; margin: 1.5rem 0 }
""".strip()


def format_page(title: str, parts: Sequence[Part], plot: str) -> str:
    """The page; `plot` is HTML, everything else is escaped."""
    return "\n".join([
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(title)}</title>",
        f"<style>\n{_STYLE}\n</style></head><body>",
        format_html(parts, f'<div class="plot">{plot}</div>'),
        "</body></html>\n",
    ])  # fmt: skip
