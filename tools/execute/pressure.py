"""Blood pressures: a reading in two parts is told whole and, as a number, stands for its systolic part. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tools.chart_query import Condition
from tools.errors import ToolError
from tools.records.record import Component, Concept, Reading, Record, distinct_concepts

_SYSTOLIC, _DIASTOLIC = "8480-6", "8462-4"
BY_SYSTOLIC = "blood pressures go by the systolic"


def is_systolic(concept: Concept) -> bool:
    """Whether a part or a reading is of the systolic pressure."""
    return any(c.code == _SYSTOLIC for c in concept.codings) or "systolic" in concept.text.casefold()


def is_diastolic(concept: Concept) -> bool:
    """Whether a part or a reading is of the diastolic pressure."""
    return any(c.code == _DIASTOLIC for c in concept.codings) or "diastolic" in concept.text.casefold()


def pressure_of(record: Record) -> tuple[Reading | None, Reading | None] | None:
    """Systolic and diastolic of a record that holds them as parts; None of any other record."""
    if record.reading is not None or not record.components:
        return None
    if not any(is_systolic(c.concept) for c in record.components):
        return None
    return _part(record.components, is_systolic), _part(record.components, is_diastolic)


def _part(parts: Sequence[Component], which: Callable[[Concept], bool]) -> Reading | None:
    return next((c.reading for c in parts if which(c.concept) and c.reading is not None), None)


def to_numbers(records: Sequence[Record]) -> tuple[list[Record], bool]:
    """The records with each pressure as its systolic; beside systolics, a diastolic that stands alone is left out."""
    pressures = {id(r): p for r in records if (p := pressure_of(r)) is not None}
    concepts = distinct_concepts(records)
    diastolic = {id(c) for c in concepts if is_diastolic(c)}
    mixed = bool(diastolic) and any(map(is_systolic, concepts))
    if not pressures and not mixed:
        return list(records), False
    kept = [r for r in records if id(r.concept) not in diastolic]
    return [_as_systolic(r, pressures[id(r)][0]) if id(r) in pressures else r for r in kept], True


def _as_systolic(record: Record, systolic: Reading | None) -> Record:
    return replace(record, reading=systolic, components=())


def exceeds(record: Record, condition: Condition) -> bool | None:
    """A pressure against `140` or `140/90`; None of a record that is none.

    Above 140/90 is either part above, below it is both parts below.
    """
    pressure = pressure_of(record)
    if pressure is None and "/" in condition.value and is_systolic(record.concept):
        pressure = record.reading, None
    if pressure is None:
        return None
    bounds = condition.value.split("/")
    try:
        limits = [float(b) for b in bounds]
    except ValueError:
        raise ToolError(f"{condition.value!r} is no pressure to compare with; give 140 or 140/90") from None
    told = [_beyond(part, condition.op, limit) for part, limit in zip(pressure, limits, strict=False)]
    return any(told) if condition.op.startswith(">") else all(told)


def _beyond(part: Reading | None, op: str, limit: float) -> bool:
    if part is None or isinstance(part.value, bool) or not isinstance(part.value, int | float):
        return False
    value = float(part.value)
    return {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}[op]
