"""Overview: what a chart holds, counted and dated, as text for people and as the concept index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tools.chart import ChartContext
from tools.chart_query import Kind, Slot
from tools.concepts.entry import ConceptEntry
from tools.evidence import clean_text
from tools.fhir.client import SearchResult
from tools.receipt import Receipt
from tools.records.loading import kinds_beforehand, load_records, read_types
from tools.records.record import Record, distinct_concepts

_LEFT_OUT = frozenset({Kind.MEDICATION, Kind.ORDER, Kind.WARD_STAY, Kind.INTAKE})
"""Kinds whose records stand under another kind already."""
_NAMED = 4
_LONGEST_NAME = 40


@dataclass(frozen=True)
class KindSummary:
    """One kind: how many, from when to when, and what is most frequent."""

    kind: Kind
    count: int
    first: str | None
    last: str | None
    concepts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Overview:
    """What a chart holds at `as_of`."""

    patient: str
    """One line: name, sex, birth date, identifiers."""
    kinds: tuple[KindSummary, ...]
    absent: tuple[Kind, ...]
    index: tuple[ConceptEntry, ...]
    receipt: Receipt

    @property
    def text(self) -> str:
        """For people: a line per kind, then what is absent."""
        lines = [self.patient]
        for summary in self.kinds:
            named = "; ".join(f"{clean_text(text, _LONGEST_NAME)} ({n})" for text, n in summary.concepts[:_NAMED])
            more = f" and {len(summary.concepts) - _NAMED} more" if len(summary.concepts) > _NAMED else ""
            dates = f" {summary.first} to {summary.last}" if summary.first else ""
            lines.append(f"{summary.kind.value}: {summary.count}{dates}: {named}{more}")
        if self.absent:
            lines.append("no records: " + ", ".join(kind.value for kind in self.absent))
        return "\n".join(lines)


async def build_overview(chart: ChartContext) -> Overview:
    """Read the whole chart once and count it, once per chart, moment and scopes. Raises FhirError."""
    key = f"overview {chart.as_of} {chart.scopes}"
    if key not in chart.cache.converted:
        chart.cache.converted[key] = await _build_overview(chart)
    kept: Overview = chart.cache.converted[key]
    return kept


async def build_bare_overview(chart: ChartContext) -> Overview:
    """Who the patient is and nothing else: for where every search is dear. Raises FhirError."""
    loaded = await load_records(chart, Kind.PATIENT)
    line = _patient_line(loaded.records[0]) if loaded.records else "patient not readable"
    if chart.patient not in line:
        line += f"; identifier: {clean_text(chart.patient, 80)}"
    return Overview(line, (), (), (), chart.receipt(loaded.results))


async def _build_overview(chart: ChartContext) -> Overview:
    kinds = await kinds_beforehand(chart)
    await read_types(chart, kinds)
    summaries: list[KindSummary] = []
    absent: list[Kind] = []
    results: list[SearchResult] = []
    index: list[ConceptEntry] = []
    for kind in kinds:
        loaded = await load_records(chart, kind)
        results += loaded.results
        if kind in _LEFT_OUT:
            continue
        if not loaded.records:
            doubted = any(e.cause == "undated" for e in loaded.excluded)
            absent += [kind] if not doubted and all(r.complete for r in loaded.results) else []
            continue
        entries = build_entries(kind, loaded.records)
        index += [*entries, *build_entries(kind, split_parts(loaded.records))]
        dates = sorted(r.start.raw[:10] for r in loaded.records if r.start)
        concepts = tuple((e.text, e.count) for e in sorted(entries, key=lambda e: (-e.count, e.text)))
        first, last = (dates[0], dates[-1]) if dates else (None, None)
        summaries.append(KindSummary(kind, len(loaded.records), first, last, concepts))
    patient = (await load_records(chart, Kind.PATIENT)).records
    line = _patient_line(patient[0]) if patient else "patient not readable"
    each_once = tuple({id(result): result for result in results}.values())
    return Overview(line, tuple(summaries), tuple(absent), tuple(index), chart.receipt(each_once))


def build_entries(kind: Kind, records: tuple[Record, ...] | list[Record]) -> tuple[ConceptEntry, ...]:
    """The concepts of some records, by the name shown."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record.concept.text].append(record)
    return tuple(_build_entry(kind, text, members) for text, members in groups.items())


def split_parts(records: Sequence[Record]) -> list[Record]:
    """Each part of a record that has several, as a record of its own: systolic and diastolic of a blood pressure."""
    return [
        replace(record, concept=part.concept, reading=part.reading, components=())
        for record in records
        for part in record.components
        if part.reading is not None
    ]


def _build_entry(kind: Kind, text: str, members: list[Record]) -> ConceptEntry:
    dates = [r.start.raw for r in members if r.start]
    concepts = distinct_concepts(members)
    return ConceptEntry(
        kind=kind,
        text=text,
        names=tuple(dict.fromkeys(n for c in concepts for n in c.names)),
        codings=tuple(dict.fromkeys(x for c in concepts for x in c.codings)),
        count=len(members),
        first=min(dates, default=None),
        last=max(dates, default=None),
    )


def _patient_line(record: Record) -> str:
    parts = [f"{slot.value}: {', '.join(texts)}" for slot in (Slot.GENDER, Slot.BIRTH_DATE, Slot.DEATH, Slot.IDENTIFIER)
             if (texts := record.fields.get(slot))]  # fmt: skip
    return f"patient: {clean_text(record.concept.text, 80)}; " + "; ".join(clean_text(p, 80) for p in parts)
