"""Selection: which of the loaded records a ChartQuery means. Pure; knows nothing of servers and of wording."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from tools.chart_query import UNSAID, Condition, Kind, Slot
from tools.concepts.body_parts import SIDED, places_in, says_side, sides_in
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import match_concepts
from tools.errors import ToolError
from tools.execute.growth import (
    OTHER_SIGN,
    TESTED,
    drugs_with,
    gives,
    grew,
    narrow_to,
    sign_of,
    verdict_on,
)
from tools.execute.pressure import exceeds
from tools.execute.routes import bears, is_written, same_route
from tools.records.record import Concept, Reading, Record
from tools.time_window import Window

_LATE = datetime.max.replace(tzinfo=UTC)
_RANGE = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_LEVELS = {
    "n": "normal", "normal": "normal", "h": "high", "high": "high", "hh": "high", "critical high": "high", "l": "low",
    "low": "low", "ll": "low", "critical low": "low", "hu": "high", "significantly high": "high", "lu": "low",
    "significantly low": "low",
}  # fmt: skip
LEVELS = ("normal", "abnormal", "high", "low")
_WORDS = re.compile(r"[a-z0-9]+")
_EMERGENCY = frozenset({"er", "ed", "a&e", "emergency", "emergency room", "emergency department", "emergency ward"})
_STAYS = frozenset({Kind.ENCOUNTER, Kind.WARD_STAY})
_PLANS = frozenset({Kind.ORDER, Kind.CARE_PLAN, Kind.GOAL, Kind.ENCOUNTER, Kind.APPOINTMENT})
_CURRENT_WORDS = {"active", "current", "currently", "ongoing"}
_PAST_WORDS = {"inactive", "past", "resolved", "ended"}


def time_key(record: Record) -> tuple[datetime, str]:
    """Order of time, records without a time last; ties by reference, so that the order never varies."""
    return (record.start.instant_low if record.start else _LATE, record.reference)


def keep_in_window(records: Iterable[Record], window: Window) -> list[Record]:
    """Records whose own time lies in the window, on the record's wall clock.

    A time less precise than the window's bounds counts where the whole of it lies within.
    """
    kept = []
    for record in records:
        if record.start is None:
            continue
        low, high = record.start.low, record.start.high
        coarse = record.start.precision in ("year", "month")
        if window.holds(low) and (not coarse or window.holds(high)):
            kept.append(record)
    return kept


def nearest_outside(records: Iterable[Record], window: Window) -> Record | None:
    """The last record before a window, else the first after it; None where none is dated."""
    dated = sorted((r for r in records if r.start is not None), key=time_key)
    before = [r for r in dated if r.start and window.start is not None and r.start.high < window.start]
    after = [r for r in dated if r.start and window.end is not None and r.start.low > window.end]
    return before[-1] if before else after[0] if after else None


def keep_ongoing(records: Iterable[Record], window: Window) -> tuple[list[Record], list[Record]]:
    """Records of what was under way in the window, and those of what may have been: begun before, end not recorded."""
    kept, unsure = [], []
    for record in records:
        if record.start is None or (window.end is not None and record.start.low > window.end):
            continue
        began_within = window.start is None or record.start.high >= window.start
        if record.end is not None:
            if window.start is None or record.end.high >= window.start:
                kept.append(record)
        elif began_within or record.standing == "current":
            kept.append(record)
        else:
            unsure.append(record)
    return kept, unsure


def keep_where(records: Iterable[Record], conditions: Sequence[Condition]) -> list[Record]:
    """Records that meet every filter."""
    if not conditions:
        return list(records)
    held = list(records)
    for condition in conditions:
        if condition.field is Slot.ORGANISM and condition.op == "=" and condition.value != "none":
            if len(condition.value.strip(" .")) < 2:
                raise ToolError(f"{condition.value!r} is no organism; give its whole name")
            held = [narrow_to(record, condition.value) for record in held]
    exact = [c for c in conditions if is_written(c, held)]
    other = [c for c in conditions if c not in exact]
    return [r for r in held if all(bears(r, c) for c in exact) and all(meets(r, c) for c in other)]


def meets(record: Record, condition: Condition) -> bool:
    """Whether a record meets one filter. Raises ToolError for a comparison with something that is no number."""
    if condition.field is Slot.STATUS:
        return _meets_status(record, condition)
    if condition.field is Slot.INTERPRETATION and condition.value in OTHER_SIGN and Kind.MICROBIOLOGY in record.kinds:
        return (sign_of(record) == condition.value) == (condition.op == "=")
    if condition.field is Slot.INTERPRETATION and condition.value in LEVELS:
        level = level_of(record)
        wanted = {"abnormal": ("high", "low", "abnormal")}.get(condition.value, (condition.value,))
        return level in wanted
    if condition.field is Slot.ORGANISM and condition.value != "none":
        return grew(record, condition.value) == (condition.op == "=")
    if condition.field is Slot.SUSCEPTIBILITY:
        drug, _, verdict = condition.value.rpartition(": ")
        if verdict == TESTED:
            found = verdict_on(record, drug) is not None
        else:
            found = gives(record, drug, verdict) if drug else bool(drugs_with(record, verdict))
        return found == (condition.op == "=")
    if condition.field is Slot.REASON:
        return (match_reason(record, condition.value)) == (condition.op == "=")
    if condition.field is Slot.BODY_SITE and condition.value == SIDED:
        return any(map(says_side, texts_of(record, Slot.BODY_SITE)))
    if condition.op == "!=" and condition.value == "none":
        return bool(texts_of(record, condition.field))
    if condition.op in ("=", "!="):
        found = any(_same(condition, text) for text in texts_of(record, condition.field))
        return found == (condition.op == "=")
    if condition.field is Slot.VALUE and (compared := exceeds(record, condition)) is not None:
        return compared
    try:
        bound = float(condition.value)
    except ValueError:
        raise ToolError(f"{condition.value!r} is no number to compare with; give a number") from None
    readings = (_in_unit(r, condition.unit, record.concept) for r in readings_of(record, condition.field))
    return any(compare(reading, condition.op, bound) for reading in readings)


def _in_unit(reading: Reading, unit: str | None, of: Concept) -> Reading:
    """A reading in the unit that was asked in. Raises ToolError where it can't be converted."""
    held = reading.unit_code or reading.unit
    if unit is None or held is None or unit.casefold() == held.casefold():
        return reading
    from tools.units import convert

    return Reading(convert(float(reading.value), held, unit, of), unit, reading.comparator)


def is_normal(record: Record) -> bool | None:
    """Whether a record calls its value normal, by interpretation, else by reference range; None: it does not say."""
    level = level_of(record)
    return None if level is None else level == "normal"


def level_of(record: Record) -> str | None:
    """normal, high, low or abnormal, by the record's interpretation, else its range; None: it does not say."""
    for text in texts_of(record, Slot.INTERPRETATION):
        if (said := _LEVELS.get(text.casefold())) is not None:
            return said
    if texts_of(record, Slot.INTERPRETATION):
        return "abnormal"
    amounts = [float(a) for t in texts_of(record, Slot.REFERENCE_RANGE) for a in _RANGE.findall(t)]
    value = record.reading.value if record.reading is not None else None
    if isinstance(value, bool) or not isinstance(value, int | float) or len(amounts) != 2:
        return None
    return "low" if value < amounts[0] else "high" if value > amounts[1] else "normal"


def match_reason(record: Record, reason: str) -> bool:
    """Whether a record was given or done for a problem, by any name of it."""
    texts = texts_of(record, Slot.REASON)
    entries = [ConceptEntry(Kind.CONDITION, t, (t,), (), 1) for t in texts]
    return bool(match_concepts(reason, Kind.CONDITION, entries).matched)


def _meets_status(record: Record, condition: Condition) -> bool:
    word = condition.value.casefold()
    statuses = {s.strip().casefold() for s in (record.status or "").split(",")}
    if word in _CURRENT_WORDS:
        over = record.end is not None and bool(record.kinds & _STAYS)
        found = record.standing == "current" and not over
    elif word == UNSAID:
        found = record.standing in ("current", "unknown")
    elif word in _PAST_WORDS and word not in statuses:
        found = record.standing == "past"
    else:
        found = word in statuses or word == record.standing
    return found == (condition.op == "=")


def _same(condition: Condition, text: str) -> bool:
    asked, held = condition.value.casefold().strip(), text.casefold().strip()
    if asked == held:
        return True
    if condition.field in (Slot.PERFORMER, Slot.PRESCRIBER):
        return re.search(rf"\b{re.escape(asked)}(?:\b|(?=\d))", held) is not None
    if condition.field is Slot.ROUTE:
        return same_route(asked, held)
    if condition.field is Slot.ADMIT_SOURCE and asked in _EMERGENCY:
        return re.search(r"\bemergency\b", held) is not None
    asked_words, held_words = _WORDS.findall(asked), _WORDS.findall(held)
    return bool(asked_words) and all(w in held_words for w in asked_words)


def texts_of(record: Record, slot: Slot) -> tuple[str, ...]:
    """What a record says on an attribute, in its own words."""
    if slot is Slot.NAME:
        return record.concept.names or (record.concept.text,)
    if slot is Slot.VALUE and record.reading is not None:
        return (str(record.reading.value),)
    if slot is Slot.UNIT:
        return tuple(dict.fromkeys(r.unit for r in readings_of(record, Slot.VALUE) if r.unit))
    if slot is Slot.TIME:
        return (record.start.raw,) if record.start else tuple(record.fields.get(Slot.TIME, ()))
    if slot is Slot.END:
        return (record.end.raw,) if record.end else ()
    if slot is Slot.STATUS:
        return (record.status,) if record.status else ()
    told = tuple(record.fields.get(slot, ()))
    if slot is Slot.BODY_SITE and not any(map(says_side, told)):
        return _named_sides(record) or told
    if slot is Slot.LOCATION and not told and Kind.CONDITION in record.kinds:
        return texts_of(record, Slot.BODY_SITE) or places_in(record.concept.text)
    return told


def _named_sides(record: Record) -> tuple[str, ...]:
    """The sides that the first name says that says any: "Arthroscopy of the left knee"."""
    return next((sides for name in record.concept.names if (sides := sides_in(name))), ())


def readings_of(record: Record, slot: Slot) -> tuple[Reading, ...]:
    """The numbers of an attribute; of a record in parts, each part's."""
    if slot is Slot.VALUE and not record.components:
        return (record.reading,) if record.reading is not None and is_number(record.reading.value) else ()
    if slot is Slot.VALUE:
        parts = (record.reading, *(c.reading for c in record.components))
        return tuple(r for r in parts if r is not None and is_number(r.value))
    return tuple(r for text in texts_of(record, slot) if (r := parse_amount(text)) is not None)


def is_number(value: object) -> bool:
    """A number, and no boolean."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def parse_amount(text: str) -> Reading | None:
    """`30 gm` as a reading; None for anything else.

    >>> parse_amount("30 gm")
    Reading(value=30, unit='gm', comparator=None, unit_code=None)
    >>> parse_amount("1-2 tablets") is None
    True
    """
    match = re.fullmatch(r"\s*([-+]?\d+(?:\.\d+)?)\s*([A-Za-z%/\[\]{}\d.^*-]*)\s*", text)
    if match is None or (match[2] and match[2][0].isdigit()) or match[2].startswith("-"):
        return None
    number = float(match[1]) if "." in match[1] else int(match[1])
    return Reading(number, match[2] or None)


def compare(reading: Reading, op: str, bound: float) -> bool:
    """Whether a reading is for certain on that side of the bound; `<5` is below 5, and not known to be above 3."""
    value = float(reading.value)
    if reading.comparator in ("<", "<="):
        return op in ("<", "<=") and value <= bound
    if reading.comparator in (">", ">="):
        return op in (">", ">=") and value >= bound
    return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[op]


def counts_at_all(record: Record, kind: Kind) -> bool:
    """Whether a record stands for what is: not void, refuted or not done; planned only of orders and plans."""
    if record.standing in ("void", "refuted", "not_done"):
        return False
    return record.standing != "planned" or kind in _PLANS
