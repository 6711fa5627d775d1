"""Unrecorded: which records may meet a filter and don't carry the attribute it is on, or leave it open.

Their silence is no absence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tools.chart_query import ChartQuery, Condition, Kind, Slot
from tools.concepts.body_parts import says_side
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import match_concepts
from tools.execute.attributes import DRUGS
from tools.execute.growth import OTHER_SIGN, sign_of
from tools.execute.selection import LEVELS, counts_at_all, is_normal, keep_where, meets, texts_of
from tools.records.record import Record

_CARRIED = frozenset({
    Slot.REASON, Slot.ROUTE, Slot.DOSE, Slot.FREQUENCY, Slot.PRESCRIBER, Slot.PERFORMER, Slot.BODY_SITE, Slot.CATEGORY,
    Slot.STATUS_REASON, Slot.SEVERITY, Slot.CRITICALITY, Slot.REACTION, Slot.LOCATION, Slot.ADMISSION_TYPE,
    Slot.ADMIT_SOURCE, Slot.DISCHARGE_DISPOSITION, Slot.SPECIMEN, Slot.INTERPRETATION,
})  # fmt: skip
"""Attributes that hold of every such record, written down or not."""


def asked_attributes(conditions: Sequence[Condition]) -> tuple[Slot, ...]:
    """The attributes that are filtered on and that a record may fail to carry."""
    return tuple(dict.fromkeys(c.field for c in conditions if _leaves_open(c)))


def keep_untold(records: Iterable[Record], conditions: Sequence[Condition]) -> list[Record]:
    """Records that meet every filter whose attribute they carry, and lack one at least."""
    return [
        r for r in records
        if any(_is_untold(r, c) for c in conditions) and all(_is_untold(r, c) or meets(r, c) for c in conditions)
    ]  # fmt: skip


def keep_uncategorized(query: ChartQuery, loaded: Sequence[Record]) -> list[Record]:
    """All orders of drugs, where none in the chart bears the category asked for: the chart may not keep it."""
    categories = [c for c in query.where if c.field is Slot.CATEGORY]
    if query.kind not in DRUGS or not categories or keep_where(loaded, categories):
        return []
    return [r for r in loaded if counts_at_all(r, query.kind)]


def _is_untold(record: Record, condition: Condition) -> bool:
    if condition.field is Slot.INTERPRETATION and condition.value in LEVELS:
        return is_normal(record) is None
    if condition.field is Slot.INTERPRETATION and condition.value in OTHER_SIGN and Kind.MICROBIOLOGY in record.kinds:
        return sign_of(record) is None
    told = texts_of(record, condition.field)
    if condition.field is Slot.BODY_SITE and told and not any(map(says_side, told)):
        return _leaves_open(condition) and says_side(condition.value)
    return _leaves_open(condition) and (not told or _may_be_reason(record, condition))


def _may_be_reason(record: Record, condition: Condition) -> bool:
    """Whether nothing settles if a record's reason is the problem asked for: "knee", of osteoarthritis of the knee."""
    if condition.field is not Slot.REASON:
        return False
    entries = [ConceptEntry(Kind.CONDITION, t, (t,), (), 1) for t in texts_of(record, Slot.REASON)]
    found = match_concepts(condition.value, Kind.CONDITION, entries)
    return bool(found.undecided) and not found.matched


def _leaves_open(condition: Condition) -> bool:
    return condition.field in _CARRIED and condition.value != "none" and condition.op != "!="
