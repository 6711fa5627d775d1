"""Dying: whether a death fell within a stay. Said only where a stay spans it or ended with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.chart_query import Slot
from tools.execute.attributes import Computed
from tools.execute.selection import texts_of
from tools.fhir.dates import FhirTime
from tools.records.reading_json import to_time
from tools.records.record import Record

_DIED = re.compile(r"\b(?:died|expired|deceased|death|dead|exp)\b", re.IGNORECASE)


def compute_place(patients: Sequence[Record], stays: Sequence[Record]) -> Computed:
    """Whether the death lies in one of the stays. No stay that spans it says nothing: not all stays are recorded."""
    death = next((t for p in patients for text in texts_of(p, Slot.DEATH) if (t := to_time(text))), None)
    if death is None:
        return Computed((), tuple(patients), None, "no date of death is recorded")
    begun = sorted((s for s in stays if s.start and s.start.low <= death.high), key=lambda s: s.start.low)  # type: ignore[union-attr]
    if within := next((s for s in begun if _holds(s, death)), None):
        return Computed((True,), (*patients, within))
    last = max(begun, key=lambda s: s.end.low if s.end else s.start.low, default=None)  # type: ignore[union-attr]
    told = f"the last ended {last.end.raw}" if last and last.end else "the last has no end" if last else "there is none"
    to = ", ".join(texts_of(last, Slot.DISCHARGE_DISPOSITION)) if last else ""
    said = f"{told}{f', discharge disposition {to}' if to else ''}"
    problem = f"death {death.raw}; no stay on record is known to span it ({said})"
    return Computed((), (*patients, *((last,) if last else ())), None, problem)


def _holds(stay: Record, death: FhirTime) -> bool:
    """Whether a stay spans a death, to the day at least, or ended by it."""
    if stay.end is None or stay.end.high < death.low:
        return False
    ended_so = any(_DIED.search(text) for text in texts_of(stay, Slot.DISCHARGE_DISPOSITION))
    whole = stay.end.low >= death.high
    precise = death.precision not in ("year", "month", "day") and stay.end.high >= death.high
    return ended_so or whole or precise
