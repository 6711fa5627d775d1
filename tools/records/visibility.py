"""What of a record could be known at `as_of`: later records do not exist, and an end that lies later is hidden.

What is dated later within a record is left out too. A status that came at a time not recorded is not known before.
"""

from __future__ import annotations

from dataclasses import replace

from tools.as_of import AsOf
from tools.chart_query import Kind, Slot
from tools.fhir.dates import FhirTime
from tools.records.appointments import as_booked, was_booked
from tools.records.convert import to_record, to_ward_stays
from tools.records.hindsight import Surroundings, surroundings_at, without_later
from tools.records.links import Linked
from tools.records.patient import without_former
from tools.records.reading_json import to_time
from tools.records.record import Record

_COME_WITH_THE_END = frozenset({Slot.DISCHARGE_DISPOSITION, Slot.END})
_COME_WITH_THE_STATUS = (Slot.STATUS_REASON, Slot.INTERPRETATION, Slot.END)
_RESULTS = frozenset({Kind.OBSERVATION, Kind.REPORT})
_LASTING = frozenset({
    Kind.ENCOUNTER, Kind.WARD_STAY, Kind.CONDITION, Kind.MEDICATION, Kind.CARE_PLAN, Kind.CARE_TEAM, Kind.COVERAGE,
    Kind.PROCEDURE, Kind.ORDER,
})  # fmt: skip
_MAY_BE_OVER = frozenset({
    Kind.CONDITION, Kind.ALLERGY, Kind.MEDICATION_ORDERED, Kind.MEDICATION_REPORTED, Kind.ORDER, Kind.CARE_PLAN,
    Kind.CARE_TEAM, Kind.GOAL, Kind.DEVICE, Kind.COVERAGE,
})  # fmt: skip
"""Kinds of what goes on until a status says that it is over."""
_STAYS = frozenset({Kind.ENCOUNTER, Kind.WARD_STAY})
_DEEPEST_LINK = 3


def visible(record: Record, as_of: AsOf, goes_on: bool = False) -> Record | None:
    """The record as it stood at `as_of`; None where it did not exist, was not known yet or was entered in error.

    `goes_on` says that the chart does beyond `as_of`, so that a status without a date may have come later.
    """
    if record.standing == "void" or not existed(record, as_of):
        return None
    seen = _as_it_read(record, as_of)
    if Kind.PATIENT in record.kinds:
        return replace(seen, fields=_without(seen, Slot.DEATH)) if goes_on and _only_dead(seen) else seen
    if Kind.APPOINTMENT in record.kinds:
        return as_booked(seen, as_of)
    if record.end is not None and as_of.precedes(record.end):
        return _unended(seen, as_of)
    if record.planned_end is not None and as_of.precedes(record.planned_end):
        return _before_planned_end(seen)
    if _came_later(record, as_of, goes_on):
        return _of_unknown_status(seen)
    return seen


def existed(record: Record, as_of: AsOf) -> bool:
    """Whether a record had begun and was written down by then; one without any time counts from what it belongs to.

    An observation of the morning whose result came at noon was not known at eleven.
    """
    if Kind.PATIENT in record.kinds:
        return True
    if Kind.APPOINTMENT in record.kinds:
        return was_booked(record, as_of)
    start, recorded = record.start, record.recorded
    if start is None and recorded is None:
        return record.not_before is None or not as_of.precedes(record.not_before)
    later = start is not None and as_of.precedes(start)
    return not later and (recorded is None or recorded is start or not as_of.precedes(recorded))


def is_undated(record: Record, as_of: AsOf) -> bool:
    """Whether nothing tells if a record was there then: no time of any sort, and stored later."""
    times = (record.start, record.end, record.recorded, record.not_before, record.status_from, record.planned_end)
    if Kind.PATIENT in record.kinds or any(t is not None for t in times):
        return False
    stored = _stored(record)
    return stored is None or as_of.precedes(stored)


def needs_to_know(record: Record) -> bool:
    """Whether what can be told of a record depends on whether the chart goes on beyond the moment looked at."""
    if Kind.PATIENT in record.kinds:
        return _only_dead(record)
    return (record.start is None and record.recorded is None) or _is_over_undated(record)


def _stored(record: Record) -> FhirTime | None:
    return to_time((record.resource.get("meta") or {}).get("lastUpdated"))


def _as_it_read(record: Record, as_of: AsOf) -> Record:
    """The record made of what its JSON, and that of what describes it, said then."""
    around = record.around if isinstance(record.around, Linked) else Linked(record.around)
    then = surroundings_at(around, as_of)
    if around.get(record.reference) is record.resource:
        resource = then.cut.get(record.reference, record.resource)
    else:
        resource = without_later(record.resource, as_of)
    if Kind.PATIENT in record.kinds:
        resource = without_former(resource, as_of)
    if resource is record.resource and not (then.cut and _rests_on_changed(record, around, then)):
        return record
    of_then: tuple[Record, ...] = (to_record(resource, then.linked),)
    if record.encounter == record.reference:
        of_then = tuple(r for r in to_ward_stays(resource, then.linked) if _is_same_stay(r, record)) or (record,)
    return replace(of_then[0], version=record.version)


def _is_same_stay(one: Record, other: Record) -> bool:
    return (one.kinds, one.start, one.concept.text) == (other.kinds, other.start, other.concept.text)


def _rests_on_changed(record: Record, around: Linked, then: Surroundings) -> bool:
    waiting = [record.resource]
    for _ in range(_DEEPEST_LINK):
        told = {reference for resource in waiting for reference in around.told_by(resource)}
        if not told.isdisjoint(then.cut):
            return True
        waiting = [around[r] for r in told if r in around]
    return False


def _unended(seen: Record, as_of: AsOf) -> Record:
    """A record whose end was not known yet: nothing that came with the end is shown, of a result nothing at all."""
    if seen.kinds & _RESULTS and Kind.SOCIAL_HISTORY not in seen.kinds:
        fields = _without(seen, Slot.END, Slot.INTERPRETATION, Slot.ORGANISM, Slot.SUSCEPTIBILITY)
        return replace(
            seen, end=None, status="registered", standing="planned", reading=None, components=(), fields=fields
        )
    ended = bool(seen.kinds & _LASTING) and seen.standing == "past"
    standing = "current" if ended else seen.standing
    status = ("in-progress" if seen.kinds & _STAYS else "active") if ended else seen.status
    return replace(seen, end=None, status=status, standing=standing, fields=_without(seen, *_COME_WITH_THE_END))


def _without(record: Record, *hidden: Slot) -> dict[Slot, tuple[str, ...]]:
    return {slot: texts for slot, texts in record.fields.items() if slot not in hidden}


def _before_planned_end(record: Record) -> Record:
    """An order that was to hold longer: the end is hidden, and that it is over by now is not known to be so then."""
    if record.standing != "past":
        return replace(record, fields=_without(record, Slot.END))
    return _of_unknown_status(record)


def _came_later(record: Record, as_of: AsOf, goes_on: bool) -> bool:
    """Whether the status came after `as_of`, or may have."""
    if record.status_from is not None:
        return as_of.precedes(record.status_from)
    if not goes_on or not _is_over_undated(record):
        return False
    stored = _stored(record)
    began = record.start or record.recorded
    return stored is None or as_of.precedes(stored) or (began is not None and stored.low < began.low)


def _is_over_undated(record: Record) -> bool:
    if record.standing != "past" or not record.kinds & _MAY_BE_OVER:
        return False
    return record.end is None and record.planned_end is None and record.status_from is None


def _of_unknown_status(record: Record) -> Record:
    return replace(record, fields=_without(record, *_COME_WITH_THE_STATUS), standing="unknown", status=None)


def _only_dead(record: Record) -> bool:
    """Whether a patient's death is told without its day."""
    return record.fields.get(Slot.DEATH) == ("yes",)
