"""Charts as they lie in files: Bundles, NDJSON, .gz, folders; one patient's records at a time.

Shares no code with what is measured: a gold must not rest on the reader that it checks.
"""

from __future__ import annotations

import gc
import gzip
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import orjson

from evals.suites.chartqa.clock import Moment, parse_moment

Json = dict[str, Any]
T = TypeVar("T")

SHARED = frozenset({"Medication", "Location", "Practitioner", "PractitionerRole", "Organization"})
UNREAD = frozenset(
    {"Claim", "ExplanationOfBenefit", "Provenance", "SupplyDelivery", "Specimen", "AuditEvent", "OperationOutcome"}
)
"""Types no template asks about."""
_TIMES = (
    "effectiveDateTime", "effectiveInstant", "occurrenceDateTime", "performedDateTime", "authoredOn", "onsetDateTime",
    "date", "dateAsserted", "whenHandedOver", "started", "recordedDate", "issued", "authored", "created", "recorded",
)  # fmt: skip
_PERIODS = ("effectivePeriod", "period", "performedPeriod", "onsetPeriod", "occurrencePeriod")
_ENDS = ("abatementDateTime",)


@dataclass(frozen=True)
class Chart:
    """One patient's records by type, and what they may refer to."""

    patient: Json
    records: dict[str, list[Json]]
    shared: dict[str, Json] = field(repr=False)
    as_of: datetime
    """The wall clock at which it is asked."""
    text: bytes = field(repr=False, default=b"")
    """All of it as written, to make sure that a word is nowhere."""
    by_reference: dict[str, Json] = field(repr=False, default_factory=dict)
    memo: dict[str, Any] = field(repr=False, compare=False, default_factory=dict)
    asked_last: datetime | None = None
    """The day after its last record: where it is asked when no earlier moment is chosen."""

    @property
    def id(self) -> str:
        return str(self.patient["id"])

    def of(self, kind: str) -> list[Json]:
        """The records of a type that count."""
        return self.records.get(kind, [])

    def follow(self, reference: Json | None) -> Json | None:
        """The record that is referred to, of this patient or shared."""
        key = to_key(str((reference or {}).get("reference", "")))
        return self.by_reference.get(key) or self.shared.get(key)

    def once(self, name: str, build: Callable[[], T]) -> T:
        """What is worked out from the chart, kept for the next template."""
        if name not in self.memo:
            self.memo[name] = build()
        found: T = self.memo[name]
        return found

    def at(self, moment: datetime) -> Chart:
        """The chart as it was: what is dated later is not there."""
        kept = {kind: [r for r in rs if _was_there(r, moment)] for kind, rs in self.records.items()}
        return replace(self, records=kept, as_of=moment, memo={})


def to_key(reference: str) -> str:
    """A reference's last part, which is unique in what is read here.

    >>> to_key("Patient/7"), to_key("urn:uuid:7"), to_key("http://x.org/Patient/7/_history/2")
    ('7', '7', '7')
    """
    return re.sub(r"/_history/.*$", "", reference).replace("urn:uuid:", "").rpartition("/")[2]


def reference_of(record: Json) -> str:
    """
    >>> reference_of({"resourceType": "Patient", "id": "7"})
    'Patient/7'
    """
    return f"{record['resourceType']}/{record['id']}"


def references_of(records: Iterable[Json]) -> frozenset[str]:
    return frozenset(map(reference_of, records))


def read_charts(paths: Iterable[Path], told: Callable[[str], None] = lambda _: None) -> Iterator[Chart]:
    """Every patient's chart, in the order of their ids; `told` hears what is read."""
    lines: dict[str, list[bytes]] = defaultdict(list)
    shared: dict[str, Json] = {}
    frozen = gc.isenabled()
    gc.disable()
    try:
        for path in find_files(paths):
            told(path.name)
            for record in read_records(path):
                _sort_in(record, lines, shared)
    finally:
        if frozen:
            gc.enable()
    for patient in sorted(lines):
        told(patient)
        if chart := build_chart([orjson.loads(line) for line in lines.pop(patient)], shared):
            yield chart


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The files of FHIR among paths and folders."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [p for p in inside if re.search(r"\.(json|ndjson)(\.gz)?$", p.name)]
    return found


def read_records(path: Path) -> Iterator[Json]:
    """The resources of one file."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        if ".ndjson" in path.name:
            yield from (orjson.loads(line) for line in file if line.strip())
            return
        whole = orjson.loads(file.read())
    entries = whole.get("entry", []) if whole.get("resourceType") == "Bundle" else [{"resource": whole}]
    yield from (entry["resource"] for entry in entries if "resource" in entry)


def build_chart(records: Sequence[Json], shared: dict[str, Json] | None = None) -> Chart | None:
    """One patient's chart, asked the day after its last record; None without the Patient."""
    patient = next((r for r in records if r.get("resourceType") == "Patient"), None)
    if patient is None:
        return None
    by_type: dict[str, list[Json]] = defaultdict(list)
    for record in records:
        if counts(record):
            by_type[record["resourceType"]].append(record)
    times = [m.wall for r in records for m in moments_of(r)]
    last = max(times, default=datetime(2025, 1, 1))
    as_of = (last + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    everything = b"\n".join(orjson.dumps(r) for r in records if r["resourceType"] != "DocumentReference").lower()
    by_reference = {str(r.get("id")): r for r in records}
    return Chart(patient, dict(by_type), shared or {}, as_of, everything, by_reference, asked_last=as_of)


def counts(record: Json) -> bool:
    """Whether a record stands: what was entered in error, or refuted, never does.

    >>> counts({"id": "1", "status": "final"}), counts({"id": "2", "status": "entered-in-error"})
    (True, False)
    """
    verified = [c.get("code") for c in (record.get("verificationStatus") or {}).get("coding", ())]
    if record.get("doNotPerform") or not record.get("id"):
        return False
    return record.get("status") != "entered-in-error" and not {"entered-in-error", "refuted"} & set(verified)


def moments_of(record: Json) -> list[Moment]:
    """Every time at which something was so or was written down."""
    texts = [record.get(name) for name in (*_TIMES, *_ENDS)]
    for name in _PERIODS:
        period = record.get(name)
        texts += [period.get("start"), period.get("end")] if isinstance(period, dict) else []
    return [m for m in map(parse_moment, (t for t in texts if isinstance(t, str))) if m]


def _was_there(record: Json, moment: datetime) -> bool:
    texts = [record.get(name) for name in _TIMES]
    texts += [(record.get(name) or {}).get("start") for name in _PERIODS if isinstance(record.get(name), dict)]
    return all(m.wall <= moment for m in map(parse_moment, (t for t in texts if isinstance(t, str))) if m)


def _sort_in(record: Json, lines: dict[str, list[bytes]], shared: dict[str, Json]) -> None:
    kind = record.get("resourceType", "")
    if kind in UNREAD or not record.get("id"):
        return
    if kind in SHARED:
        shared[str(record["id"])] = record
        return
    subject = record.get("subject") or record.get("patient") or {}
    owner = str(record["id"]) if kind == "Patient" else to_key(str(subject.get("reference", "")))
    if owner:
        slim = {k: v for k, v in record.items() if k not in {"text", "meta"}}
        lines[owner].append(orjson.dumps(slim))
