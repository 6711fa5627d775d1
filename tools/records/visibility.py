"""What of a record could be known at `as_of`: later records do not exist, and an end that lies later is hidden.

Why a record is not shown though it is there: entered in error, or replaced by another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tools.as_of import AsOf
from tools.chart_query import Kind, Slot
from tools.fhir.dates import FhirTime
from tools.records.reading_json import items, reference_of, to_time
from tools.records.record import Record

_COME_WITH_THE_END = frozenset({Slot.DISCHARGE_DISPOSITION, Slot.END})
_LASTING = frozenset({Kind.ENCOUNTER, Kind.WARD_STAY, Kind.CONDITION, Kind.MEDICATION, Kind.CARE_PLAN, Kind.PROCEDURE})
_STAYS = frozenset({Kind.ENCOUNTER, Kind.WARD_STAY})


@dataclass(frozen=True, slots=True)
class Excluded:
    """A record that is on the chart and does not count."""

    reference: str
    name: str
    why: str
    """`entered in error`, `replaced by DocumentReference/2`, `superseded`."""


def visible(record: Record, as_of: AsOf) -> Record | None:
    """The record as it stood at `as_of`; None where it did not exist, was not known yet or was entered in error."""
    if record.standing == "void" or not existed(record, as_of):
        return None
    if Kind.PATIENT in record.kinds:
        return _without_later_death(record, as_of)
    if record.end is not None and as_of.precedes(record.end):
        return _unended(record, as_of)
    if record.planned_end is not None and as_of.precedes(record.planned_end):
        return _before_planned_end(record)
    return record


def existed(record: Record, as_of: AsOf) -> bool:
    """Whether a record had begun and was written down by then; one without any time counts from what it belongs to.

    An observation of the morning whose result came at noon was not known at eleven.
    """
    if Kind.PATIENT in record.kinds:
        return True
    start, recorded = record.start, record.recorded
    if start is None and recorded is None:
        return record.not_before is None or not as_of.precedes(record.not_before)
    later = start is not None and as_of.precedes(start)
    return not later and (recorded is None or recorded is start or not as_of.precedes(recorded))


def _any_later(texts: Iterable[str], as_of: AsOf) -> bool:
    return any(as_of.precedes(t) for text in texts if (t := to_time(text)) is not None)


def _unended(record: Record, as_of: AsOf) -> Record:
    """A record whose end was not known yet: nothing that came with the end is shown."""
    stays = bool(record.kinds & _STAYS)
    standing = "current" if record.kinds & _LASTING and record.standing == "past" else record.standing
    status = "in-progress" if stays else "active" if standing != record.standing else record.status
    hidden = set(_COME_WITH_THE_END)
    if stays and any(_later_place(entry, as_of) for entry in items(record.resource.get("location"))):
        hidden.add(Slot.LOCATION)
    return replace(record, end=None, status=status, standing=standing, fields=_without(record, *hidden))


def _without(record: Record, *hidden: Slot) -> dict[Slot, tuple[str, ...]]:
    return {slot: texts for slot, texts in record.fields.items() if slot not in hidden}


def _later_place(entry: object, as_of: AsOf) -> bool:
    period = entry.get("period") if isinstance(entry, dict) else None
    start: FhirTime | None = to_time(period.get("start")) if isinstance(period, dict) else None
    return start is not None and as_of.precedes(start)


def _before_planned_end(record: Record) -> Record:
    """An order that was to hold longer: the end is hidden, and that it is over by now is not known to be so then."""
    if record.standing != "past":
        return replace(record, fields=_without(record, Slot.END))
    return replace(record, fields=_without(record, Slot.END), standing="unknown", status=None)


def _without_later_death(record: Record, as_of: AsOf) -> Record:
    if not _any_later(record.fields.get(Slot.DEATH, ()), as_of):
        return record
    return replace(record, fields=_without(record, Slot.DEATH))


def split_excluded(records: Sequence[Record], as_of: AsOf) -> tuple[list[Record], list[Excluded]]:
    """What stood at `as_of`, and what is on the chart and does not count, with the reason.

    Of notes: one that was replaced by then does not count; one whose replacement came later still stood.
    """
    replacements = _replacements(records, as_of)
    shown: list[Record] = []
    excluded: list[Excluded] = []
    for record in records:
        why = "entered in error" if record.standing == "void" and existed(record, as_of) else None
        seen = visible(record, as_of)
        if seen is not None and Kind.NOTE in record.kinds:
            seen, why = _note_in_force(seen, replacements)
        if why is not None:
            excluded.append(Excluded(record.reference, record.concept.text, why))
        if seen is not None:
            shown.append(seen)
    return shown, excluded


def _replacements(records: Sequence[Record], as_of: AsOf) -> dict[str, tuple[str, bool]]:
    """By a note's reference: the note that replaces it, and whether that was there at `as_of`."""
    found: dict[str, tuple[str, bool]] = {}
    for record in records:
        if Kind.NOTE not in record.kinds or record.standing == "void":
            continue
        for relation in items(record.resource.get("relatesTo")):
            target = reference_of(relation.get("target")) if relation.get("code") == "replaces" else None
            if target is not None and not found.get(target, ("", False))[1]:
                found[target] = (record.reference, existed(record, as_of))
    return found


def _note_in_force(record: Record, replacements: dict[str, tuple[str, bool]]) -> tuple[Record | None, str | None]:
    by, there = replacements.get(record.reference, (None, False))
    if there:
        return None, f"replaced by {by}"
    if record.status != "superseded":
        return record, None
    if by is None:
        return None, "superseded"
    return replace(record, status="current", standing="current"), None
