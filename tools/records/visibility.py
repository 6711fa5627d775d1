"""What of a record could be known at `as_of`: later records do not exist, and an end that lies later is hidden."""

from __future__ import annotations

from dataclasses import replace

from tools.as_of import AsOf
from tools.chart_query import Kind, Slot
from tools.records.reading_json import to_time
from tools.records.record import Record

_COME_WITH_THE_END = frozenset({Slot.DISCHARGE_DISPOSITION, Slot.END})
_LASTING = frozenset({Kind.ENCOUNTER, Kind.WARD_STAY, Kind.CONDITION, Kind.MEDICATION, Kind.CARE_PLAN, Kind.PROCEDURE})


def visible(record: Record, as_of: AsOf) -> Record | None:
    """The record as it stood at `as_of`; None where it did not exist then or was entered in error."""
    if record.standing == "void":
        return None
    own = record.start or record.recorded
    if Kind.PATIENT in record.kinds:
        return _without_later_death(record, as_of)
    if own is not None and as_of.precedes(own):
        return None
    if record.start is None and record.recorded is not None and as_of.precedes(record.recorded):
        return None
    if record.end is not None and as_of.precedes(record.end):
        return _unended(record)
    ends = [t for text in record.fields.get(Slot.END, ()) if (t := to_time(text))]
    if any(as_of.precedes(end) for end in ends):
        return replace(record, fields={k: v for k, v in record.fields.items() if k is not Slot.END})
    return record


def _unended(record: Record) -> Record:
    """A record whose end was not known yet: nothing that came with the end is shown."""
    stays = Kind.ENCOUNTER in record.kinds or Kind.WARD_STAY in record.kinds
    standing = "current" if record.kinds & _LASTING and record.standing == "past" else record.standing
    status = "in-progress" if stays else "active" if standing != record.standing else record.status
    known = {slot: texts for slot, texts in record.fields.items() if slot not in _COME_WITH_THE_END}
    return replace(record, end=None, status=status, standing=standing, fields=known)


def _without_later_death(record: Record, as_of: AsOf) -> Record:
    died = next((t for text in record.fields.get(Slot.DEATH, ()) if (t := to_time(text))), None)
    if died is None or not as_of.precedes(died):
        return record
    return replace(record, fields={k: v for k, v in record.fields.items() if k is not Slot.DEATH})
