"""read_record: one record already seen, with everything it says. Knows nothing of planners."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import Field

from tools.chart import ChartContext
from tools.chart_query import Kind, Plan
from tools.errors import ToolError
from tools.evidence import Evidence, Finding, Value, clean_text
from tools.execute.finding import to_evidence
from tools.fhir.client import SearchResult
from tools.fhir.search_query import SearchParam
from tools.last_moment import goes_on_beyond
from tools.receipt import Receipt
from tools.records.convert import to_record
from tools.records.loading import follow_links
from tools.records.reading_json import to_time
from tools.records.record import Record
from tools.records.visibility import needs_to_know, visible
from tools.registry import Handles, Tool

Json = dict[str, Any]

_MOST = 60
_NOT_TOLD = frozenset("resourceType id meta text contained data extension modifierExtension subject patient".split())  # noqa: SIM905
_TOLD_ABOVE = ("value", "component", "code")
"""Elements that the converters tell in full, at the top of a resource."""
_WORD_END = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TIMES = re.compile(r"\d{4}-\d\d(?:-\d\d.*)?")


class ReadRecord(Plan):
    """Which record to read in full."""

    record: str = Field(min_length=1, max_length=100, description="'E3'")


async def run_read_record(chart: ChartContext, arguments: ReadRecord, handles: Handles) -> Finding:
    """Read a record in full. Raises ToolError for one that was not seen, FhirError where the server fails."""
    reference = _find_reference(arguments.record.strip(), handles)
    kind, _, fhir_id = reference.partition("/")
    result = await chart.search(kind, SearchParam("_id", (fhir_id,)))
    receipt = chart.receipt((result,))
    record = await _read(chart, result, reference)
    seen = await _as_it_stood(chart, record) if record is not None else None
    if record is None or seen is None:
        return _absent(arguments, receipt, handles)
    details, later = _details(chart, record, seen)
    row = to_evidence(seen, _kind_of(seen), handles)
    return _build_finding(arguments, seen, _with_details(row, details), receipt, later, handles)


def _find_reference(name: str, handles: Handles) -> str:
    """The reference of a handle or reference; only what was seen in this turn can be read."""
    by_handle = {handle: reference for reference, handle in handles.records.items()}
    if name.upper() in by_handle:
        return by_handle[name.upper()]
    if name in handles.records:
        return name
    seen = ", ".join(list(by_handle)[:20]) or "none yet; retrieve records first"
    raise ToolError(f"no record {name[:40]!r} was retrieved; those retrieved are: {seen}")


async def _read(chart: ChartContext, result: SearchResult, reference: str) -> Record | None:
    for resource in result.resources:
        if f"{resource['resourceType']}/{resource['id']}" == reference:
            return to_record(resource, await follow_links(chart, (resource,)))
    return None


async def _as_it_stood(chart: ChartContext, record: Record) -> Record | None:
    return visible(record, chart.as_of, needs_to_know(record) and await goes_on_beyond(chart))


def _kind_of(record: Record) -> Kind:
    """The narrowest name for what it is: the kind listed last of those it answers to."""
    order = list(Kind)
    return max(record.kinds, key=order.index)


def _details(chart: ChartContext, record: Record, seen: Record) -> tuple[list[tuple[str, str]], bool]:
    """Every attribute in words, and whether some were left out as later than `as_of`.

    Where how it ended was not known yet, only what the converters know to be of the time before is told.
    """
    known = list(_known_details(seen))
    if (seen.end, seen.status, seen.reading) != (record.end, record.status, record.reading):
        return known, True
    leaves = list(_leaves(seen.resource))
    of_then = [(name, text) for name, text in leaves if not _is_later(chart, text)]
    told = {text.casefold() for _, text in known}
    later = seen.resource is not record.resource or len(of_then) < len(leaves)
    return known + [(name, text) for name, text in of_then if text.casefold() not in told], later


def _is_later(chart: ChartContext, text: str) -> bool:
    time = to_time(text) if _TIMES.fullmatch(text) else None
    return time is not None and chart.as_of.precedes(time)


def _known_details(record: Record) -> Iterator[tuple[str, str]]:
    for slot, texts in record.fields.items():
        yield slot.value.replace("_", " "), "; ".join(texts)
    for component in record.components:
        yield component.concept.text, component.reading.text if component.reading else "no value"
    for name in record.concept.names:
        if name != record.concept.text:
            yield "also named", name
    for coding in record.concept.codings:
        if coding.code:
            yield "code", f"{coding.system}|{coding.code}" if coding.system else coding.code
    if record.ingredients and record.ingredients != (record.concept.text,):
        yield "ingredients", ", ".join(record.ingredients)
    if record.recorded is not None:
        yield "recorded", record.recorded.raw


def _leaves(resource: Json) -> Iterator[tuple[str, str]]:
    """Each single value of a resource with the words of its path; ids, narrative and attached data left out."""
    pending: list[tuple[tuple[str, ...], object]] = [((), resource)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            inner = [((*path, k), v) for k, v in value.items() if not _skips(k, path)]
            pending += reversed(inner)
        elif isinstance(value, list):
            pending += reversed([(path, v) for v in value])
        elif path[-1] not in ("reference", "system", "code", "url", "status"):
            yield _path_words(path), str(value).lower() if isinstance(value, bool) else str(value)


def _skips(name: str, path: tuple[str, ...]) -> bool:
    """`text` is a narrative at the top only; further down it is what someone wrote."""
    if not path:
        return name in _NOT_TOLD or name.startswith(_TOLD_ABOVE)
    return name in _NOT_TOLD and name != "text"


def _path_words(path: tuple[str, ...]) -> str:
    """`dosageInstruction.text` as `dosage instruction`."""
    named = [p for p in path if p not in ("text", "coding", "display", "value")] or [path[-1]]
    return " ".join(_WORD_END.sub(" ", p).lower() for p in named)


def _with_details(row: Evidence, details: list[tuple[str, str]]) -> Evidence:
    kept = tuple(dict.fromkeys((clean_text(name, 80), clean_text(text)) for name, text in details if text.strip()))
    more = (("more", f"{len(kept) - _MOST} further attributes"),) if len(kept) > _MOST else ()
    return replace(row, details=kept[:_MOST] + more)


def _build_finding(
    arguments: ReadRecord, record: Record, row: Evidence, receipt: Receipt, later: bool, handles: Handles
) -> Finding:  # fmt: skip
    notes = ("what is later than the moment looked at is left out",) if later else ()
    values: tuple[Value, ...] = (record.reading.value,) if record.reading is not None else ()
    return Finding(
        handle=handles.finding(),
        tool="read_record",
        query=None,
        evidence=(row,),
        total=1,
        statement=row.line.partition(" ")[2] + "." + (f" ({notes[0]})" if notes else ""),
        values=values,
        determinable=True,
        rests_on=(record.reference,),
        retrieved=(record.reference, *record.links),
        receipt=receipt,
        notes=notes,
        data={"record": arguments.record},
    )


def _absent(arguments: ReadRecord, receipt: Receipt, handles: Handles) -> Finding:
    why = "; ".join(receipt.reasons) or "it is no longer there, or not at the moment looked at"
    return Finding(
        handle=handles.finding(),
        tool="read_record",
        query=None,
        evidence=(),
        total=0,
        statement=f"Not determinable: {clean_text(arguments.record, 40)} could not be read ({why}).",
        values=(),
        determinable=False,
        rests_on=(),
        retrieved=(),
        receipt=receipt,
        data={"record": arguments.record},
    )


READ_RECORD = Tool(
    "read_record",
    "Every attribute of one record.",
    ReadRecord,
    run_read_record,
    needs_records=True,
)
