"""What of a resource stood at a moment: whatever in it is dated later is left out, however deep it lies.

Knows nothing of kinds and converters; what was known beforehand, such as the day a goal is due, stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from tools.as_of import AsOf
from tools.records.links import Linked
from tools.records.reading_json import items, to_time

Json = dict[str, Any]

_TIME = re.compile(r"\d{4}-\d\d(?:-\d\d(?:T\S+)?)?")
_WRITTEN = re.compile(rb'"([123]\d{3}(?:-\d\d(?:-\d\d(?:T[^"\s]+)?)?)?)"')
_BEFOREHAND = frozenset(
    "dueDate expirationDate validityPeriod timing dosageInstruction occurrenceDateTime occurrencePeriod "  # noqa: SIM905
    "occurrenceTiming scheduledPeriod scheduledTiming boundsPeriod target".split()
)
"""Elements that say what is to come: known when they were written."""
_UNDATED = frozenset(
    "meta code category subject patient encounter type medicationCodeableConcept medicationReference dosage coding "  # noqa: SIM905
    "serviceProvider bodySite priority physicalType serviceType hospitalization".split()
)
_PASSED = _BEFOREHAND | _UNDATED
_BOOKED = frozenset({"start", "end", "requestedPeriod"})
"""When an Appointment is due: known when it was booked."""
_FIRST_DIGITS = ("1", "2", "3")
_ENDS = frozenset({"end", "deceasedDateTime"})
_BEGINNINGS = frozenset(
    "effectiveDateTime effectiveInstant effectivePeriod issued authoredOn authored recordedDate recorded date "  # noqa: SIM905
    "dateAsserted performedDateTime performedPeriod onsetDateTime onsetPeriod occurrenceDateTime started period "
    "whenHandedOver startDate receivedTime".split()
)
"""Elements before which a resource was not there."""
_HISTORIES = (("classHistory", "class"), ("statusHistory", "status"))
_OFFSETS = timedelta(hours=30)
"""A text compared letter by letter may be of any offset."""
_GONE = object()


def without_later(resource: Json, as_of: AsOf) -> Json:
    """The resource without what is dated after `as_of`; itself where nothing is.

    An entry that began later goes whole, of one that ended later only the end.

    >>> from datetime import datetime
    >>> at = AsOf(datetime(2020, 1, 1), None, "caller", "2020-01-01")
    >>> without_later({"note": [{"time": "2019-05-01", "text": "a"}, {"time": "2021-05-01", "text": "b"}]}, at)
    {'note': [{'time': '2019-05-01', 'text': 'a'}]}
    >>> without_later({"address": [{"city": "Bonn", "period": {"start": "2018", "end": "2021-03"}}]}, at)
    {'address': [{'city': 'Bonn', 'period': {'start': '2018'}}]}
    """
    if latest_text(resource) <= horizon(as_of):
        return resource
    cut = _cut_members(resource, as_of, top=True)
    return resource if cut is resource else _with_histories(resource, cut)


def horizon(as_of: AsOf) -> str:
    """A text that sorts before every time after `as_of`, at whatever offset."""
    return (as_of.wall - _OFFSETS).isoformat() if as_of.wall.year > 1 else ""


def latest_text(resource: Json) -> str:
    """A text that no time within sorts after, as times are written; what only looks like a time counts too.

    >>> latest_text({"meta": {"lastUpdated": "2024-01-01"}, "issued": "2019-05-01T10:00:00Z", "note": {"time": "2019"}})
    '2019-05-01T10:00:00Z'
    """
    written = orjson.dumps({name: part for name, part in resource.items() if name != "meta"})
    return max(_WRITTEN.findall(written), default=b"").decode()


def _is_time(name: str, text: str) -> bool:
    """Whether an element is a time; a value is what was found, not when."""
    if name in _BEFOREHAND or name.startswith("value"):
        return False
    return bool(_TIME.fullmatch(text)) or (len(text) == 4 and (name in _ENDS or name in _BEGINNINGS or name == "start"))


def _passes(name: str) -> bool:
    return name in _PASSED or name.startswith("value")


def _cut(value: Any, as_of: AsOf) -> Any:
    if isinstance(value, list):
        kept = [_cut(v, as_of) for v in value]
        if all(new is old for new, old in zip(kept, value, strict=True)):
            return value
        return [v for v in kept if v is not _GONE] or _GONE
    return _cut_members(value, as_of, top=False) if isinstance(value, dict) else value


def _cut_members(holder: Json, as_of: AsOf, top: bool) -> Any:
    """A resource or a part of one; a part that began later is gone, a resource is only shortened."""
    changed: dict[str, Any] = {}
    booked = _BOOKED if top and holder.get("resourceType") == "Appointment" else ()
    for name, part in holder.items():
        if name in booked:
            continue
        if isinstance(part, str):
            if _is_later(name, part, as_of):
                changed[name] = _GONE
        elif not _passes(name) and (cut := _cut(part, as_of)) is not part:
            changed[name] = {"creation": part["creation"]} if cut is _GONE and name == "attachment" else cut
    if not changed:
        return holder
    if not top and any(n not in _ENDS and _dates(n, holder[n]) for n, new in changed.items() if new is _GONE):
        return _GONE
    return {n: v for n, part in holder.items() if (v := changed.get(n, part)) is not _GONE} or _GONE


def _dates(name: str, part: object) -> bool:
    """Whether an element dates what holds it: a time, or a Period."""
    return isinstance(part, str) or (isinstance(part, dict) and (name == "period" or name.endswith("Period")))


def _is_later(name: str, text: str, as_of: AsOf) -> bool:
    if text[:1] not in _FIRST_DIGITS or not _is_time(name, text):
        return False
    time = to_time(text)
    return time is not None and as_of.precedes(time)


def _with_histories(resource: Json, cut: Json) -> Json:
    """An Encounter's class and status as they were, where it says how they changed."""
    for history, element in _HISTORIES:
        if history in cut and cut[history] is not resource[history]:
            last = max(items(cut[history]), key=lambda e: str((e.get("period") or {}).get("start", "")))
            cut[element] = last.get(element, cut.get(element))
    return cut


@dataclass(frozen=True)
class Surroundings:
    """The resources around some records as they stood at a moment."""

    linked: Linked
    cut: Mapping[str, Json]
    """By reference those that read otherwise then, or were not there, as far as they stood."""


def surroundings_at(linked: Linked, as_of: AsOf) -> Surroundings:
    """The resources that describe records, as they stood; made once for each moment."""
    key = (as_of.wall, as_of.offset)
    if key not in linked.moments:
        linked.moments.clear()
        linked.moments[key] = _build_surroundings(linked, as_of)
    found: Surroundings = linked.moments[key]
    return found


def _build_surroundings(linked: Linked, as_of: AsOf) -> Surroundings:
    edge, cut = horizon(as_of), {}
    for reference, resource in linked.items():
        if reference not in linked.latest:
            linked.latest[reference] = latest_text(resource)
        if linked.latest[reference] > edge and (then := without_later(resource, as_of)) is not resource:
            cut[reference] = then
    if not cut:
        return Surroundings(linked, {})
    stood = {r: cut.get(r, resource) for r, resource in linked.items() if r not in cut or _was_there(resource, cut[r])}
    return Surroundings(Linked(stood), cut)


def _was_there(resource: Mapping[str, Any], cut: Mapping[str, Any]) -> bool:
    return not any(name in resource and name not in cut for name in _BEGINNINGS)
