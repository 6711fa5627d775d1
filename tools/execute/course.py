"""Course of a value over time: which way it went, from what to what, and whether that is for the better. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from tools.chart_query import Compute
from tools.concepts.match import fold
from tools.fhir.dates import FhirTime
from tools.records.record import Record

MOVED = frozenset({
    Compute.CHANGE, Compute.RISE, Compute.FALL, Compute.INCREASED, Compute.DECREASED, Compute.IMPROVED,
    Compute.WORSENED,
})  # fmt: skip
"""Movements, which have a beginning: how far something fell after an operation starts from the value before it."""
Direction = Literal["rising", "falling", "unchanged", "no one direction"]

_LOWER = re.compile(
    r"\b(?:v?ldl|triglycerides?|total cholesterol|a1c|hba1c|glycated hemoglobin|crp|c reactive protein"
    r"|sedimentation rate|esr|natriuretic peptides?|bnp|probnp|troponin|lactate|lactic acid|prostate specific|psa"
    r"|viral load|pain|phq|gad|uric acid|urate)\b"
)
_HIGHER = re.compile(
    r"\b(?:gfr|egfr|glomerular filtration|creatinine clearance|hdl|peak (?:expiratory )?flow|pef|fev1?"
    r"|oxygen saturation|spo2|cd4|ejection fraction|lvef)\b"
)
_NEITHER = re.compile(r"\b(?:ratio|urine|random)\b")
"""Of these the same words say something else."""
_DAYS_IN_YEAR = 365.25


def better_when(record: Record) -> Literal["higher", "lower"] | None:
    """Which way of an analyte is for the better, where that holds for everyone.

    Sources: what is treated to be low or high in general practice; nothing with a range both of whose ends are bad.
    """
    names = [fold(n) for n in record.concept.names]
    if any(_NEITHER.search(n) for n in names):
        return None
    if any(re.search(r"\bnon hdl\b", n) for n in names):
        return "lower"
    if any(_HIGHER.search(n) for n in names):
        return "higher"
    return "lower" if any(_LOWER.search(n) for n in names) else None


def direction_of(moments: Sequence[FhirTime], values: Sequence[float]) -> Direction:
    """Where values went, in order of time: the last against the first, unless the whole course says otherwise.

    >>> from tools.fhir.dates import parse_fhir_time
    >>> days = [parse_fhir_time(f"2020-01-0{n}") for n in (1, 2, 3, 4)]
    >>> direction_of(days, [4, 5, 5, 6]), direction_of(days, [4, 9, 2, 4.1])
    ('rising', 'no one direction')
    """
    change, slope = values[-1] - values[0], slope_of(moments, values)
    if len(set(values)) == 1:
        return "unchanged"
    if change > 0 and slope > 0:
        return "rising"
    return "falling" if change < 0 and slope < 0 else "no one direction"


def slope_of(moments: Sequence[FhirTime], values: Sequence[float]) -> float:
    """The slope of the line nearest to the values, by year; 0 where all lie at one moment."""
    years = [(m.instant_low - moments[0].instant_low).total_seconds() / 86400 / _DAYS_IN_YEAR for m in moments]
    middle, mean = sum(years) / len(years), sum(values) / len(values)
    spread = sum((y - middle) ** 2 for y in years)
    return sum((y - middle) * (v - mean) for y, v in zip(years, values, strict=True)) / spread if spread else 0.0


def describe_course(moments: Sequence[FhirTime], values: Sequence[float], unit: str | None) -> str:
    """First, last, lowest and highest value, and the slope by year where it spans that long."""
    shown = [f"{v:.6g}" for v in values]
    told = f"from {shown[0]} ({moments[0].raw[:10]}) to {shown[-1]} ({moments[-1].raw[:10]})"
    if len(values) > 2:
        told += f", lowest {min(values):.6g}, highest {max(values):.6g}, {len(values)} values"
        if (moments[-1].instant_low - moments[0].instant_low).days >= _DAYS_IN_YEAR:
            told += f", {slope_of(moments, values):+.2g} a year"
    return f"{told}, in {unit}" if unit else told
