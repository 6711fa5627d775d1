"""split_excluded: which records stood at `as_of`, and which are on the chart and do not count, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from tools.as_of import AsOf
from tools.chart_query import Kind
from tools.records.appointments import is_booking_undated
from tools.records.reading_json import is_mistaken, items, reference_of
from tools.records.record import Record
from tools.records.visibility import existed, is_undated, visible

Cause = Literal["mistaken", "undated", "replaced"]


@dataclass(frozen=True, slots=True)
class Excluded:
    """A record that is on the chart and does not count."""

    reference: str
    name: str
    why: str
    """`entered in error`, `replaced by DocumentReference/2`, `superseded`, `undated`."""
    cause: Cause
    record: Record = field(compare=False, repr=False)


def split_excluded(
    records: Sequence[Record], as_of: AsOf, goes_on: bool = False
) -> tuple[list[Record], list[Excluded]]:
    """What stood at `as_of`, and what is on the chart and does not count, with the reason.

    `goes_on` says that the chart does beyond `as_of`: an undated record may be of later then. Of notes: one that was
    replaced by then does not count; one whose replacement came later still stood.
    """
    replacements = _replacements(records, as_of)
    shown: list[Record] = []
    excluded: list[Excluded] = []
    for record in records:
        seen, left_out = _judge(record, as_of, goes_on, replacements)
        if left_out is not None:
            excluded.append(left_out)
        elif seen is not None:
            shown.append(seen)
    return shown, excluded


def _judge(
    record: Record, as_of: AsOf, goes_on: bool, replacements: dict[str, tuple[str, bool]]
) -> tuple[Record | None, Excluded | None]:
    if is_booking_undated(record, as_of) and record.standing != "void":
        return None, _exclude(record, "undated", "undated")
    if not existed(record, as_of):
        return None, None
    if record.standing == "void":
        why = "entered in error" if is_mistaken(record.resource) else "part of a record entered in error"
        return None, _exclude(record, why, "mistaken")
    if goes_on and is_undated(record, as_of):
        return None, _exclude(record, "undated", "undated")
    seen = visible(record, as_of, goes_on)
    if seen is None or Kind.NOTE not in record.kinds:
        return seen, None
    seen, replaced = _note_in_force(seen, replacements)
    return seen, _exclude(record, replaced, "replaced") if replaced else None


def _exclude(record: Record, why: str, cause: Cause) -> Excluded:
    return Excluded(record.reference, record.concept.text, why, cause, record)


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
