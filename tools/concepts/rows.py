"""Reviewed tables beside this file, in `data/`: tab-separated, a header line, a source a row. Read when used."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

Row = dict[str, str]


@cache
def read_rows(table: str) -> tuple[Row, ...]:
    """The rows of a table, by column name.

    >>> read_rows("vitals")[0]["loinc"].split()[0]
    '85354-9'
    """
    text = files("tools.concepts").joinpath("data", f"{table}.tsv").read_text("utf-8")
    header, *lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(dict(zip(header, line, strict=True)) for line in lines)


def split_names(cell: str) -> tuple[str, ...]:
    """The names in a cell.

    >>> split_names("a1c|hba1c")
    ('a1c', 'hba1c')
    """
    return tuple(name for part in cell.split("|") if (name := part.strip()))
