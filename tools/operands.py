"""Operands of a calculation: numbers and moments of records already seen, and of the caller. Knows no arithmetic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from tools.chart import ChartContext
from tools.chart_query import Kind, Slot
from tools.errors import ToolError
from tools.evidence import clean_text
from tools.execute.selection import texts_of
from tools.fhir.client import SearchResult
from tools.fhir.dates import FhirDateError, FhirTime, parse_fhir_time
from tools.fhir.search_query import SearchParam
from tools.formulas import Role
from tools.overview import split_parts
from tools.records.convert import to_record
from tools.records.loading import load_records
from tools.records.record import Concept, Record
from tools.records.visibility import visible
from tools.registry import Handles

_HANDLE = re.compile(r"([Ee]\d+)(?:[ .:]+(\S.*))?")
_QUANTITY = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([^\d\s].*)?")
_UNUSABLE = ("refuted", "not_done", "planned", "void")


@dataclass(frozen=True)
class Operand:
    """A number with its unit, of a record or as it was given."""

    value: float
    unit: str | None
    record: Record | None

    @property
    def concept(self) -> Concept | None:
        """What was measured, where a record says it."""
        return self.record.concept if self.record is not None else None

    @property
    def told(self) -> str:
        """In words: `Body weight 88 kg (2024-03-12)`."""
        amount = f"{self.value:g} {self.unit}" if self.unit else f"{self.value:g}"
        if self.record is None:
            return amount
        when = f" ({self.record.start.raw[:10]})" if self.record.start else ""
        return f"{clean_text(self.record.concept.text, 80)} {amount}{when}"


@dataclass(frozen=True)
class Moment:
    """A point in time, of a record, as it was given, or `as_of`."""

    wall: datetime
    offset: timedelta | None
    by_day: bool
    told: str
    record: Record | None = None


@dataclass
class OperandReader:
    """Reads the records that handles name, and remembers what it read."""

    chart: ChartContext
    handles: Handles
    results: list[SearchResult] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    given: list[float] = field(default_factory=list)
    """Numbers that were given as such."""
    given_dates: list[str] = field(default_factory=list)
    """Dates that were given as such."""

    async def read_record(self, handle: str) -> Record:
        """The record of a handle. Raises ToolError for one that was not seen or does not count."""
        by_handle = {h: reference for reference, h in self.handles.records.items()}
        reference = by_handle.get(handle.strip().upper())
        if reference is None:
            seen = ", ".join(list(by_handle)[:20]) or "none yet; retrieve records first"
            raise ToolError(f"no record {handle[:40]!r} was retrieved; those retrieved are: {seen}")
        kind, _, fhir_id = reference.partition("/")
        result = await self.chart.search(kind, SearchParam("_id", (fhir_id,)))
        found = [r for r in result.resources if r.get("id") == fhir_id]
        record = visible(to_record(found[0], {}), self.chart.as_of) if found else None
        if record is None or record.standing in _UNUSABLE:
            raise ToolError(f"the record {handle} does not count, so nothing is calculated from it")
        self.results.append(result)
        self.records[record.reference] = record
        return record

    async def read_operand(self, text: str | float) -> Operand:
        """A number: of the record that a handle names, or given, as 70 or `70 kg`. Raises ToolError."""
        named = _HANDLE.fullmatch(text.strip()) if isinstance(text, str) else None
        if named is not None:
            record = await self.read_record(named[1])
            return _to_operand(_find_part(record, named[2], named[1]) if named[2] else record, named[1])
        match = _QUANTITY.fullmatch(str(text))
        if match is None:
            raise ToolError(f"{str(text)[:40]!r} is neither a record's handle nor a number")
        self.given.append(float(match[1]))
        return Operand(float(match[1]), (match[2] or "").strip() or None, None)

    async def read_operand_or_record(self, text: str | float) -> Operand | Record:
        """A record, which may hold several numbers, or a number that was given. Raises ToolError."""
        if isinstance(text, str) and _HANDLE.fullmatch(text.strip()):
            return await self.read_record(text)
        return await self.read_operand(text)

    async def read_moment(self, text: str) -> Moment:
        """A point in time: of the record that a handle names, a date, or `as_of`. Raises ToolError."""
        if text.strip().casefold() in ("as_of", "now"):
            as_of = self.chart.as_of
            return Moment(as_of.wall, as_of.offset, False, f"as of {as_of.text}")
        if _HANDLE.fullmatch(text.strip()):
            record = await self.read_record(text)
            if record.start is None:
                raise ToolError(f"the record {text} has no date")
            return _to_moment(record.start, f"{clean_text(record.concept.text, 80)} ({record.start.raw})", record)
        self.given_dates.append(text.strip())
        try:
            return _to_moment(parse_fhir_time(text.strip()), text.strip(), None)
        except FhirDateError as error:
            raise ToolError(f"{text[:40]!r} is neither a record's handle nor a date: {error}") from error

    async def read_person(self, at: FhirTime | None) -> dict[str, float]:
        """Age in years at a time, else at `as_of`, and sex. Raises ToolError where the chart does not say."""
        loaded = await load_records(self.chart, Kind.PATIENT)
        self.results += loaded.results
        births = [b for r in loaded.records for b in texts_of(r, Slot.BIRTH_DATE) if len(b) == 10]
        sexes = [g for r in loaded.records for g in texts_of(r, Slot.GENDER) if g in ("male", "female")]
        if not births or not sexes:
            raise ToolError("the chart gives no full birth date and sex (male or female), which this needs")
        until = at.low if at is not None else self.chart.as_of.wall
        age = relativedelta(until, datetime.fromisoformat(births[0])).years
        if age < 18:
            raise ToolError(f"this holds for adults only; the patient was {age}")
        self.records |= {r.reference: r for r in loaded.records}
        return {"age": float(age), "female": float(sexes[0] == "female")}


def find_operand(role: Role, records: Sequence[Record]) -> Operand:
    """The one record, or part of one, that a role means. Raises ToolError where none or several can be it."""
    parts = [*records, *split_parts(records)]
    fits = [r for r in parts if r.reading is not None and _fits(role, r)]
    if len(fits) != 1:
        what = "none of the inputs is" if not fits else f"{len(fits)} of the inputs could be"
        raise ToolError(f"{what} the {role.name}; give the handle of one such record")
    return _to_operand(fits[0], role.name)


def _fits(role: Role, record: Record) -> bool:
    of_urine = any("urin" in text.casefold() for text in texts_of(record, Slot.SPECIMEN))
    return not of_urine and role.fits(record.concept.text, [c.code for c in record.concept.codings])


def _find_part(record: Record, part: str, handle: str) -> Record:
    """The part of a record that is meant: systolic of a blood pressure."""
    found = [p for p in split_parts([record]) if part.casefold() in p.concept.text.casefold()]
    if len(found) != 1:
        names = ", ".join(p.concept.text for p in split_parts([record])) or "it has none"
        raise ToolError(f"{handle} has no one part {part[:40]!r}; its parts: {names}")
    return found[0]


def _to_operand(record: Record, name: str) -> Operand:
    reading = record.reading
    if reading is None and len(record.components) > 1:
        parts = " and ".join(c.concept.text for c in record.components)
        raise ToolError(f"{name} holds several values ({parts}); say which, as in 'E3 systolic'")
    if reading is None or isinstance(reading.value, bool) or not isinstance(reading.value, int | float):
        raise ToolError(f"{name} holds no number")
    if reading.comparator:
        raise ToolError(f"{name} is only a bound ({reading.text}), so nothing is calculated from it")
    return Operand(float(reading.value), reading.unit_code or reading.unit, record)


def _to_moment(time: FhirTime, told: str, record: Record | None) -> Moment:
    if time.precision in ("year", "month"):
        raise ToolError(f"the day of {told} is not known")
    return Moment(time.low, time.offset, time.precision == "day", told, record)
