"""find_patients: patients by name, birth date or identifier, for where no patient is bound. Knows no charts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import Field, field_validator, model_validator

from tools.chart import Scopes
from tools.chart_query import Kind, Plan
from tools.errors import ToolError
from tools.evidence import Evidence, Finding, clean_text
from tools.execute.finding import to_evidence
from tools.fhir.client import FhirClient, SearchResult
from tools.fhir.dates import FhirDateError, parse_fhir_time
from tools.fhir.search_query import SearchParam, SearchQuery
from tools.fhir.search_values import escape_value
from tools.receipt import Receipt
from tools.records.convert import to_record
from tools.records.record import Record
from tools.registry import Handles

FIND_PATIENTS = "find_patients"
_ALL = Scopes()
_TITLES = frozenset("mr mrs ms miss dr prof".split())  # noqa: SIM905
_SHOWN_SLOTS = ("birth date", "gender", "identifier", "death")


class FindPatients(Plan):
    """Whom to look for; all that is given has to fit."""

    name: str | None = Field(default=None, max_length=200, description="Given or family name, or both.")
    birth_date: str | None = Field(default=None, description="Date of birth as YYYY-MM-DD.")
    identifier: str | None = Field(default=None, max_length=200, description="Medical record number, or system|value.")
    limit: int = Field(default=10, ge=1, le=50, description="How many patients are shown.")

    @field_validator("birth_date")
    @classmethod
    def _is_a_date(cls, text: str | None) -> str | None:
        if text is None:
            return None
        try:
            if parse_fhir_time(text).precision == "day":
                return text
        except FhirDateError as error:
            raise ValueError(str(error)) from None
        raise ValueError(f"{text[:40]!r} is no day; give YYYY-MM-DD")

    @model_validator(mode="after")
    def _says_whom(self) -> FindPatients:
        if not (_name_words(self.name) or self.birth_date or (self.identifier or "").strip(" |")):
            raise ValueError("give a name, a birth_date or an identifier")
        return self


async def run_find_patients(
    client: FhirClient, arguments: FindPatients, handles: Handles, scopes: Scopes = _ALL
) -> Finding:
    """Look for patients. Raises ToolError where the scopes leave patients out, FhirError where the server fails."""
    if not scopes.allow("Patient"):
        raise ToolError("the granted scopes do not allow looking for patients; the caller has to name one")
    result = await client.search(SearchQuery("Patient", tuple(_params(arguments))))
    records = [to_record(resource, {}) for resource in result.resources]
    records.sort(key=lambda r: (not _bears_all(r, arguments.name), r.concept.text.casefold(), r.reference))
    return _build_finding(arguments, records, result, handles)


def _params(arguments: FindPatients) -> Iterator[SearchParam]:
    for word in _name_words(arguments.name):
        yield SearchParam("name", (escape_value(word),))
    if arguments.birth_date:
        yield SearchParam("birthdate", (arguments.birth_date,))
    if arguments.identifier and arguments.identifier.strip(" |"):
        parts = [escape_value(p.strip()) for p in arguments.identifier.split("|", 1)]
        yield SearchParam("identifier", ("|".join(parts),))


def _name_words(name: str | None) -> list[str]:
    """The words of a name, without titles: servers match one word at a time.

    >>> _name_words("Dr. Hu, Lian")
    ['Hu', 'Lian']
    """
    words = [w.rstrip(".") for w in re.split(r"[\s,]+", name or "")]
    return [w for w in words if w and w.casefold() not in _TITLES]


def _bears_all(record: Record, name: str | None) -> bool:
    """Whether the name holds each word whole, not only its beginning."""
    held = {w.casefold() for w in _name_words(record.concept.text)}
    return all(w.casefold() in held for w in _name_words(name))


def _build_finding(
    arguments: FindPatients, records: Sequence[Record], result: SearchResult, handles: Handles
) -> Finding:
    shown = records[: arguments.limit]
    rows = tuple(_to_row(r, handles) for r in shown)
    known = result.complete or bool(records)
    return Finding(
        handle=handles.finding(),
        tool=FIND_PATIENTS,
        query=None,
        evidence=rows,
        total=len(records),
        statement=_state(arguments, rows, len(records), result),
        values=tuple(clean_text(r.concept.text) for r in shown),
        determinable=known,
        rests_on=tuple(r.reference for r in shown),
        retrieved=tuple(r.reference for r in records),
        receipt=Receipt(
            searches=(result.proof,), complete=result.complete, reasons=(result.reason,) if result.reason else ()
        ),
        data={"patients": [r.reference.partition("/")[2] for r in shown]},
    )


def _to_row(record: Record, handles: Handles) -> Evidence:
    """A patient as a line: who it is, not where they live."""
    row = to_evidence(record, Kind.PATIENT, handles)
    details = [d for d in row.details if d[0] in _SHOWN_SLOTS]
    active = record.resource.get("active")
    return replace(row, details=tuple(details), status="inactive" if active is False else None)


def _state(arguments: FindPatients, rows: Sequence[Evidence], total: int, result: SearchResult) -> str:
    asked = [
        (f'named "{clean_text(arguments.name, 80)}"' if arguments.name else ""),
        (f"born on {arguments.birth_date}" if arguments.birth_date else ""),
        (f'with identifier "{clean_text(arguments.identifier, 80)}"' if arguments.identifier else ""),
    ]
    whom = " ".join(a for a in asked if a)
    if not rows:
        return f"No patient {whom}." if result.complete else f"Not determinable: {result.reason}."
    told = "; ".join(f"{clean_text(r.label)} ({', '.join(f'{n} {clean_text(t)}' for n, t in r.details)})" for r in rows)
    least = "" if result.complete else "At least "
    more = f" ({total} in all, {len(rows)} shown)" if total > len(rows) else ""
    return f"{least}{total} {'patient' if total == 1 else 'patients'} {whom}: {told}{more}."
