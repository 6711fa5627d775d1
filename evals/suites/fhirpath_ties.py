"""What is tied with a FHIRPath-QA gold: the records at the instant of the first or last one, and what each tells.

    python -m evals.suites.fhirpath_ties dev.jsonl FOLDER_OF_NDJSON ties.jsonl

A gold `….sort(x).first().tail` takes one of them by the order of the file. Knows raw charts alone.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from fhirpathpy import compile as compile_path
from fhirpathpy.models import models

from evals.item import Atom
from evals.scoring.answers import read_json_atoms
from evals.suites.question_files import check_sums, load_lines, read_lines

Record = dict[str, Any]
Expression = Callable[[Any, None], list[Any]]

_FORM = re.compile(
    r"Bundle\.entry\.resource\.where\(resourceType='(?P<type>\w+)'(?P<where>.*?)\)"
    r"\.sort\((?P<key>[\w.()]+?)\)\.(?P<end>first|last)\(\)\.(?P<tail>.+)"
)
_EITHER_CHOICE = {
    "performed.start": "(performed.start | performedDateTime)",
    "effectiveDateTime": "(effectiveDateTime | effectivePeriod.start)",
}
"""A key that reads one type of a choice leaves the records of the other undated: both are read."""
_REFERRED_TO = {"Encounter", "Specimen"}
"""What queries read through a reference, beside the records that belong to no patient."""
_OLDER_ADDRESSES = (
    ("http://fhir.mimic.mit.edu/CodeSystem/", "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-"),
    ("http://fhir.mimic.mit.edu/identifier/", "http://mimic.mit.edu/fhir/mimic/identifier/"),
)
_TO_THE_MILLISECOND = re.compile(r"(T[\d:]+\.\d{3}Z)\.highBoundary\(\)")
_NAMES_ONE_THING = re.compile(r"(coding\.(code|display|select\(.*\))|identifier\.value)\)?$")
_NAMES_SEVERAL = re.compile(r"\bhasMember\b")


@dataclass(frozen=True)
class Ties:
    """The records tied at the instant of an item's gold, as what each tells."""

    id: str
    tied: tuple[tuple[Atom, ...], ...]
    one_of: bool
    """A record's values are alternative names of one thing; else it tells them all."""

    def to_line(self) -> dict[str, Any]:
        """As a line of the file."""
        return {"id": self.id, "one_of": self.one_of, "tied": [list(values) for values in self.tied]}


@dataclass(frozen=True)
class SortedQuery:
    """A query that takes the first or last record by a time, and tells something of it."""

    type: str
    where: str
    key: str
    last: bool
    tail: str

    @property
    def one_of(self) -> bool:
        """Whether the tail reads the codings of one concept: alternative names of one thing."""
        return bool(_NAMES_ONE_THING.search(self.tail)) and not _NAMES_SEVERAL.search(self.tail)


@dataclass
class Charts:
    """The records of many patients as their JSON lines, so that only one patient's are parsed at a time."""

    lines: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    shared: dict[str, Record] = field(default_factory=dict)
    patients: dict[str, str] = field(default_factory=dict)
    """Identifier value → `Patient/id`."""


def parse_query(query: str) -> SortedQuery | None:
    """The parts of a query of that form; `resolve()` becomes a member, as the records are put into their references.

    >>> whole = "Bundle.entry.resource.where(resourceType='A' and b = 1).sort(c.resolve().d).last().e.coding.code"
    >>> q = parse_query(whole)
    >>> q.where, q.key, q.last, q.tail, q.one_of
    ('b = 1', 'c.resolved.d', True, 'e.coding.code', True)
    >>> parse_query("Bundle.entry.resource.where(resourceType='A').count()")
    """
    for older, newer in _OLDER_ADDRESSES:
        query = query.replace(older, newer)
    query = _TO_THE_MILLISECOND.sub(r"\1", query.replace(".resolve()", ".resolved"))
    match = _FORM.fullmatch(query)
    if match is None:
        return None
    where = match["where"].strip().removeprefix("and ") or "true"
    key = _EITHER_CHOICE.get(match["key"], match["key"])
    return SortedQuery(match["type"], where, key, match["end"] == "last", match["tail"])


def find_ties(row: Mapping[str, Any], query: SortedQuery, records: Sequence[Record]) -> Ties | None:
    """The ties of one item; none where no record at the instant yields the gold, or all tell the same."""
    told = [_tell(query.tail, record) for record in _at_the_end(query, records)]
    gold = orjson.loads(row["answer"]) if isinstance(row["answer"], str) else row["answer"]
    distinct = tuple(sorted({values for values in told if values}, key=repr))
    if len(distinct) < 2 or _in_order(gold) not in distinct:
        return None
    return Ties(str(row["id"]), distinct, query.one_of)


def _at_the_end(query: SortedQuery, records: Sequence[Record]) -> list[Record]:
    """The selected records at the first or last instant that any of them has."""
    where, key = _compile(f"Bundle.entry.resource.where({query.where}).id"), _compile(query.key)
    entries = [{"resource": record} for record in records if record["resourceType"] == query.type]
    selected = set(where({"resourceType": "Bundle", "entry": entries}, None))
    timed = [
        (entry["resource"], key(entry["resource"], None)) for entry in entries if entry["resource"]["id"] in selected
    ]
    dated = [(record, min(map(_to_instant, times))) for record, times in timed if times]
    if not dated:
        return []
    instants = [instant for _, instant in dated]
    end = max(instants) if query.last else min(instants)
    return [record for record, instant in dated if instant == end]


def _tell(tail: str, record: Record) -> tuple[Atom, ...]:
    return _in_order(_compile(tail)(record, None))


def _in_order(values: Iterable[Any]) -> tuple[Atom, ...]:
    """Values as atoms in an order of their own: a union has none."""
    return tuple(sorted(read_json_atoms(getattr(value, "asStr", value) for value in values), key=repr))


def _to_instant(time: Any) -> datetime:
    """A time as text, as a node of a record or as the package's own type; a day starts in UTC."""
    time = getattr(time, "data", time)
    instant = datetime.fromisoformat(str(getattr(time, "asStr", time)))
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@lru_cache(maxsize=64)
def _compile(path: str) -> Expression:
    functions = {"sort": {"fn": _sort, "arity": {0: [], 1: ["Expr"]}}}
    compiled: Expression = compile_path(path, models["r4"], {"userInvocationTable": functions})
    return compiled


def _sort(values: list[Any], key: Callable[[Any], Any] | None = None) -> list[Any]:
    """FHIRPath's `sort` over times, which the package lacks; what has no time comes first."""

    def read_key(value: Any) -> list[datetime]:
        return [_to_instant(time) for time in (key(value) if key else [value])]

    return sorted(values, key=read_key)


def read_charts(folder: Path, types: set[str]) -> Charts:
    """The records of some types, and those without a patient, of a folder of NDJSON files.

    The golds were drawn from charts without the files of the emergency department.
    """
    charts = Charts()
    names = (".ndjson", ".ndjson.gz")
    emergency = tuple(f"ED{name}" for name in names)
    for path in sorted(p for p in folder.iterdir() if p.name.endswith(names) and not p.name.endswith(emergency)):
        for line in read_lines(path):
            _keep(charts, line, types)
    return charts


def _keep(charts: Charts, line: bytes, types: set[str]) -> None:
    record = orjson.loads(line)
    patient = (record.get("subject") or record.get("patient") or {}).get("reference")
    reference = f"{record['resourceType']}/{record['id']}"
    if record["resourceType"] == "Patient":
        charts.patients |= {str(i["value"]): reference for i in record.get("identifier", ())}
    elif patient is None:
        charts.shared[reference] = record
    elif record["resourceType"] in types:
        charts.lines[patient].append(line)


def open_chart(charts: Charts, identifier: str) -> list[Record]:
    """One patient's records, each put into the references to it."""
    records = [orjson.loads(line) for line in charts.lines.get(charts.patients.get(identifier, ""), ())]
    there = charts.shared | {f"{record['resourceType']}/{record['id']}": record for record in records}
    references = [node for record in records for node in _find_references(record)]
    for node in references:
        if target := there.get(node["reference"]):
            node["resolved"] = target
    return records


def _find_references(node: Any) -> Iterator[Record]:
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node
        for value in node.values():
            yield from _find_references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _find_references(value)


def compute_ties(rows: Iterable[Mapping[str, Any]], folder: Path) -> Iterator[tuple[Mapping[str, Any], Ties | None]]:
    """Each item whose query has that form, with its ties, patient by patient."""
    asked: dict[str, list[tuple[Mapping[str, Any], SortedQuery]]] = defaultdict(list)
    for row in rows:
        if query := parse_query(str(row.get("query") or "")):
            asked[str(row["patient_id"])].append((row, query))
    queries = [query for items in asked.values() for _, query in items]
    charts = read_charts(folder, {query.type for query in queries} | _REFERRED_TO)
    for patient, items in asked.items():
        records = open_chart(charts, patient)
        yield from ((row, find_ties(row, query, records)) for row, query in items)


def main() -> None:
    """Read the command line, write the ties."""
    from rich.console import Console
    from rich.progress import track

    parser = argparse.ArgumentParser(prog="python -m evals.suites.fhirpath_ties", description=__doc__.splitlines()[0])
    parser.add_argument("questions", help="the set's questions: a file, or a URL with #sha256=…")
    parser.add_argument("charts", type=Path, help="the folder of its patients' NDJSON files")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    if missing := check_sums(arguments.charts):
        print(f"not in {arguments.charts}, so that no record of them is tied: {', '.join(missing)}")
    rows = list(load_lines(arguments.questions))
    count = sum(parse_query(str(row.get("query") or "")) is not None for row in rows)
    console = Console(stderr=True)
    found = track(compute_ties(rows, arguments.charts), "Looking for ties", total=count, console=console)
    ties = [tie for _, tie in found if tie]
    arguments.out.write_bytes(b"".join(orjson.dumps(tie.to_line()) + b"\n" for tie in ties))
    print(f"{len(ties)} of {count} golds are one of several records at an instant; they are in {arguments.out}")


if __name__ == "__main__":
    main()
