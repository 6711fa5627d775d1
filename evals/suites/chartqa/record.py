"""What one raw record says: names, codes, time, value. Knows nothing of questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from evals.item import Atom
from evals.suites.chartqa.clock import Moment, is_before, is_tied, parse_moment
from evals.suites.chartqa.raw import Chart, Json

Codeable = Json | None
_LONGEST = 60
"""Characters of a text that still is a value."""
_STARTS = {
    "Observation": ("effectiveDateTime", "effectiveInstant", "effectivePeriod"),
    "Immunization": ("occurrenceDateTime",),
    "Procedure": ("performedDateTime", "performedPeriod"),
    "Encounter": ("period",),
    "Condition": ("onsetDateTime", "onsetPeriod"),
    "MedicationRequest": ("authoredOn",),
    "MedicationAdministration": ("effectiveDateTime", "effectivePeriod"),
    "DocumentReference": ("date",),
}


def to_names(concept: Codeable) -> tuple[str, ...]:
    """Its text and displays, each once, the text first.

    >>> to_names({"text": "Gout", "coding": [{"display": "Gout (disorder)"}, {"display": "Gout"}]})
    ('Gout', 'Gout (disorder)')
    """
    found = [(concept or {}).get("text"), *((c.get("display")) for c in (concept or {}).get("coding", ()))]
    return tuple(dict.fromkeys(" ".join(str(n).replace("\u200b", "").split()) for n in found if n))


def to_codes(concept: Codeable) -> frozenset[str]:
    """
    >>> sorted(to_codes({"coding": [{"code": "a"}, {"code": "b"}]}))
    ['a', 'b']
    """
    return frozenset(str(c["code"]) for c in (concept or {}).get("coding", ()) if c.get("code"))


def started(record: Json) -> Moment | None:
    """When it was, by its own clinical time; None where it is not told to the day."""
    for name in _STARTS.get(record["resourceType"], ()):
        if time := record.get(name):
            return parse_moment(time.get("start") if isinstance(time, dict) else time)
    return None


def ended(record: Json) -> Moment | None:
    period = record.get("period") or record.get("performedPeriod") or record.get("effectivePeriod") or {}
    return parse_moment(period.get("end"))


def to_value(record: Json) -> tuple[Atom, ...]:
    """An observation's value, other ways to say it after it; empty where it has none or none that is plain.

    >>> to_value({"valueQuantity": {"value": 5.5}}), to_value({"valueQuantity": {"value": 5, "comparator": "<"}})
    ((5.5,), ())
    """
    if record.get("status") in {"cancelled", "registered", "unknown"} or "dataAbsentReason" in record:
        return ()
    if quantity := record.get("valueQuantity"):
        return () if quantity.get("comparator") or "value" not in quantity else (quantity["value"],)
    if "valueCodeableConcept" in record:
        coded = record["valueCodeableConcept"]
        unknown = any("NullFlavor" in str(c.get("system")) for c in coded.get("coding", ()))
        return () if unknown else to_names(coded)
    if "valueString" in record:
        said = str(record["valueString"]).strip()
        return (said,) if said and len(said) <= _LONGEST else ()
    return _pressure(record)


def component(record: Json, code: str) -> Atom | None:
    """The number under a component's code."""
    for part in record.get("component", ()):
        if code in to_codes(part.get("code")):
            value = (part.get("valueQuantity") or {}).get("value")
            return value if isinstance(value, int | float) else None
    return None


def _pressure(record: Json) -> tuple[Atom, ...]:
    high, low = component(record, "8480-6"), component(record, "8462-4")
    if high is None or low is None:
        return ()
    written, whole = f"{high}/{low}", f"{_trim(high)}/{_trim(low)}"
    return tuple(dict.fromkeys(f"{said}{unit}" for said in (written, whole) for unit in ("", " mmHg", " mm[Hg]")))


def _trim(value: Atom) -> Atom:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def status_of(record: Json, name: str) -> str:
    """The first code of a status that is a CodeableConcept."""
    return next((str(c.get("code")) for c in (record.get(name) or {}).get("coding", ())), "")


def unit_of(record: Json) -> str:
    quantity = record.get("valueQuantity") or {}
    return str(quantity.get("unit") or quantity.get("code") or "")


def latest(records: Sequence[Json], last: bool = True) -> list[Json]:
    """The last (or first) of them, with all that tie with it; empty where one isn't dated to the day."""
    dated = [(m, r) for r in records if (m := started(r))]
    if not dated or len(dated) < len(records):
        return []
    end = dated[0][0]
    for moment, _ in dated:
        if is_before(end, moment) if last else is_before(moment, end):
            end = moment
    tied = [(m, r) for m, r in dated if is_tied(m, end)]
    mixed = any(m.whole_day for m, _ in tied) and not all(m.whole_day for m, _ in tied)
    return [] if mixed else [r for _, r in tied]


def in_order(records: Iterable[Json]) -> list[Json]:
    """The records by time; empty where one isn't dated or two tie."""
    dated = sorted(((m, r) for r in records if (m := started(r))), key=lambda pair: pair[0].instant)
    if any(is_tied(a, b) for (a, _), (b, _) in pairwise(dated)):
        return []
    return [r for _, r in dated]


def encounter_of(chart: Chart, record: Json) -> Json | None:
    return chart.follow(record.get("encounter") or record.get("context"))
