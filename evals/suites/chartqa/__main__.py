"""Writes the items as JSON lines: `python -m evals.suites.chartqa OUT.jsonl --charts FOLDER… [--split train]`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from evals.item import Item
from evals.suites.chartqa import TEMPLATES, read_items

_WIDTH = 60


def main() -> None:
    """Read, draw, write, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--charts", type=Path, nargs="+", required=True)
    parser.add_argument("--split", choices=("train", "dev", "test", "all"), default="test")
    parser.add_argument("--per-template", type=int, default=2, help="items of a template for each patient")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patients", type=int, default=None, help="no more than so many")
    said = parser.parse_args()
    drawn = read_items(
        said.charts,
        split=said.split,
        per_template=said.per_template,
        seed=said.seed,
        limit_patients=said.patients,
        told=_show,
    )
    counts: Counter[str] = Counter()
    with said.out.open("wb") as out:
        for item in drawn:
            out.write(orjson.dumps(to_line(item)) + b"\n")
            counts[item.capability] += 1
    _show("")
    for capability, n in sorted(counts.items()):
        print(f"{n:6}  {capability}")
    print(f"{counts.total():6}  items of {len(TEMPLATES)} templates")


def to_line(item: Item) -> dict[str, Any]:
    """The item as JSON, its sets in order."""
    line = asdict(item)
    line["tags"] = sorted(item.tags)
    line["gold"]["references"] = sorted(item.gold.references)
    return line


def _show(what: str) -> None:
    """One line that is written over: which file or patient is read now."""
    if sys.stderr.isatty():
        print(f"\r{what[:_WIDTH]:{_WIDTH}}", end="" if what else "\n", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
