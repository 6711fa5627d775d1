"""A report's parts, headings, lines and tables, as text for a terminal, as Markdown and as HTML."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from agent.cli.terminal import clean_line

WIDTH = 100
"""Columns of a terminal that a table keeps to."""
_GAP = _INDENT = "  "
_LEAST = 14
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$&])")


@dataclass(frozen=True)
class Heading:
    """What the parts after it are about."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Lines:
    """Sentences, a line each; one that is indented belongs to the one before."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Columns under a header; the first is a name, the others are figures."""

    header: tuple[str, ...]
    """A line's end within one is a place to break it on a terminal."""
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Plot:
    """Where the plot stands, in a form that can show one."""


Part = Heading | Lines | Table | Plot


def format_text(parts: Sequence[Part], width: int = WIDTH) -> str:
    """For a terminal; a long name goes on in the next line.

    >>> print(format_text([Table(("row", "n"), (("all", "3"),))]))
    row  n
    all  3
    """
    return "\n\n".join("\n".join(_text(part, width)) for part in parts if not isinstance(part, Plot))


def _text(part: Heading | Lines | Table, width: int) -> list[str]:
    if isinstance(part, Heading):
        line = "=" if part.level == 1 else "-"
        text = clean_line(part.text)
        return [text, line * min(width, len(text))]
    if isinstance(part, Lines):
        return [line for text in part.lines for line in _wrap(text, width)]
    return _text_table(part, width)


def _wrap(text: str, width: int) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return textwrap.wrap(clean_line(text), width, subsequent_indent=indent, break_on_hyphens=False) or [""]


def _text_table(table: Table, width: int) -> list[str]:
    rows = [tuple(map(clean_line, row)) for row in (*_stack(table.header), *table.rows)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(table.header))]
    room = max(_LEAST, width - sum(widths[1:]) - len(_GAP) * (len(widths) - 1))
    widths[0] = min(widths[0], room)
    return [line for row in rows for line in _text_row(row, widths)]


def _stack(header: Sequence[str]) -> list[tuple[str, ...]]:
    """A header's words under each other, down to the last line.

    >>> _stack(("row", "format\\nerrors"))
    [('', 'format'), ('row', 'errors')]
    """
    cells = [cell.split("\n") for cell in header]
    height = max(map(len, cells))
    return list(zip(*[[""] * (height - len(words)) + words for words in cells], strict=True))


def _text_row(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    name, *more = textwrap.wrap(row[0], widths[0], subsequent_indent="  ") or [""]
    figures = [cell.rjust(size) for cell, size in zip(row[1:], widths[1:], strict=True)]
    return [_GAP.join([name.ljust(widths[0]), *figures]).rstrip(), *more]


def format_markdown(parts: Sequence[Part]) -> str:
    r"""As Markdown; nothing that a question says becomes markup.

    >>> print(format_markdown([Table(("row", "n"), (("a|b", "3"),))]))
    | row | n |
    |---|---:|
    | a\|b | 3 |
    """
    return "\n\n".join("\n".join(_markdown(part)) for part in parts)


def _markdown(part: Part) -> list[str]:
    if isinstance(part, Heading):
        return [f"{'#' * part.level} {_escape_markdown(part.text)}"]
    if isinstance(part, Plot):
        return ["![plot](plot.png)"]
    if isinstance(part, Lines):
        return [f"{_INDENT * line.startswith(_INDENT)}- {_escape_markdown(line.strip())}" for line in part.lines]
    rule = "|".join(["---", *["---:"] * (len(part.header) - 1)])
    header, *rows = [f"| {' | '.join(map(_escape_markdown, row))} |" for row in (part.header, *part.rows)]
    return [header, f"|{rule}|", *rows]


def _escape_markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", clean_line(text))


def format_html(parts: Sequence[Part], plot: str = "") -> str:
    """As HTML without a page around it; everything that is shown is escaped, but for the plot, which is HTML.

    >>> format_html([Lines(("<b> & c",))])
    '<ul>\\n<li>&lt;b&gt; &amp; c</li>\\n</ul>'
    """
    return "\n".join(line for part in parts for line in ([plot] if isinstance(part, Plot) else _html(part)))


def _html(part: Heading | Lines | Table) -> list[str]:
    if isinstance(part, Heading):
        return [f"<h{part.level}>{_escape_html(part.text)}</h{part.level}>"]
    if isinstance(part, Lines):
        return ["<ul>", *[_html_line(line) for line in part.lines], "</ul>"]
    header = "".join(f"<th>{_escape_html(cell)}</th>" for cell in part.header)
    return [f"<table><thead><tr>{header}</tr></thead><tbody>", *map(_html_row, part.rows), "</tbody></table>"]


def _html_line(line: str) -> str:
    deeper = ' class="deeper"' if line.startswith(_INDENT) else ""
    return f"<li{deeper}>{_escape_html(line.strip())}</li>"


def _html_row(row: Sequence[str]) -> str:
    section = "" if any(row[1:]) else ' class="section"'
    return f"<tr{section}>{''.join(f'<td>{_escape_html(cell)}</td>' for cell in row)}</tr>"


def _escape_html(text: str) -> str:
    return html.escape(clean_line(text))
