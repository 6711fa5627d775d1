"""Led to: the hospital stays in which visits to the emergency department ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from tools.chart_query import Slot
from tools.execute.selection import texts_of
from tools.execute.stays import part_of
from tools.records.record import Record

_ADMITTED = re.compile(r"\b(?:admit(?:ted)?|admission|inpatient|hospital ward|observation)\b", re.IGNORECASE)
_EMERGENCY = re.compile(r"\b(?:emergency|casualty|a&e)\b", re.IGNORECASE)
_UNTOLD = re.compile(r"\b(?:other|unknown|not available)\b", re.IGNORECASE)
_NEAR = timedelta(days=1)


def keep_led_to(visits: Sequence[Record], stays: Sequence[Record]) -> list[Record]:
    """The stays that visits are part of; of one that does not say how it ended, those begun within a day of its end."""
    kept = []
    for visit in visits:
        whole = [s for s in stays if s.reference == part_of(visit)]
        kept += whole or ([] if _went_elsewhere(visit) else [s for s in stays if _follows(s, visit)])
    return [s for s in stays if s in kept]


def came_through(stay: Record) -> bool:
    """Whether a stay says that the patient came from the emergency department."""
    return any(map(_EMERGENCY.search, texts_of(stay, Slot.ADMIT_SOURCE)))


def _went_elsewhere(visit: Record) -> bool:
    told = [t for t in texts_of(visit, Slot.DISCHARGE_DISPOSITION) if not _UNTOLD.search(t)]
    return bool(told) and not any(map(_ADMITTED.search, told))


def _follows(stay: Record, visit: Record) -> bool:
    if stay.start is None or visit.start is None:
        return False
    end = visit.end.instant_high if visit.end is not None else visit.start.instant_high
    return visit.start.instant_low <= stay.start.instant_high and stay.start.instant_low <= end + _NEAR
