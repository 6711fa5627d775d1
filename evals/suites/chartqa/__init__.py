"""Executable question templates over any population of charts, gold computed from the raw JSON.

Patients are split by the hash of their id (half train, a fifth dev, three tenths test). A fifth of the templates, by
the hash of the name, is held out: their totals alone are printed. Training takes split=train only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from evals.item import Item
from evals.suites.chartqa import (
    absences,
    allergies,
    condition_times,
    conditions,
    courses,
    cultures,
    demographics,
    dependent,
    emergency_stays,
    family_times,
    immunizations,
    joins,
    measured,
    medications,
    note_authors,
    notes,
    observations,
    ontology,
    order_details,
    order_joins,
    organisms,
    plans,
    prescriptions,
    procedure_times,
    reasons,
    stay_ends,
    stay_events,
    stay_gaps,
    stays,
    thresholds,
    trends,
    vaccinations,
    visit_events,
)
from evals.suites.chartqa.raw import read_charts
from evals.suites.chartqa.sampling import Split, sample_chart, split_of
from evals.suites.chartqa.template import TEMPLATES, Template

__all__ = ["TEMPLATES", "Template", "load_items", "read_items", "split_of"]

FIRST_LOT = (
    conditions, ontology, immunizations, medications, prescriptions, reasons, observations, dependent, trends, joins,
    stays, emergency_stays, stay_events, absences, notes,
)  # fmt: skip
"""The modules of the first 103 templates, on whose failures the planner was changed most."""
SECOND_LOT = (
    measured, thresholds, courses, vaccinations, allergies, demographics, plans,
    stay_gaps, stay_ends, visit_events, cultures, organisms, procedure_times, condition_times,
    order_details, order_joins, family_times, note_authors,
)  # fmt: skip
"""Written after that, without knowledge of the planner."""
REGISTERED = (*FIRST_LOT, *SECOND_LOT)
"""The modules whose templates are in the suite."""


def load_items(
    charts: Sequence[Path],
    *,
    split: Split = "test",
    per_template: int = 2,
    seed: int = 1,
    limit_patients: int | None = None,
) -> list[Item]:
    """The suite over the charts in these files and folders."""
    return list(read_items(charts, split=split, per_template=per_template, seed=seed, limit_patients=limit_patients))


def read_items(
    charts: Sequence[Path],
    *,
    split: Split,
    per_template: int,
    seed: int,
    limit_patients: int | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Iterator[Item]:
    """The same, patient by patient; `told` hears what is read."""
    read = (c for c in read_charts(charts, told) if split in ("all", split_of(c.id)))
    for chart in islice(read, limit_patients):
        yield from map(_tag_lot, sample_chart(chart, per_template, seed))


def _tag_lot(item: Item) -> Item:
    """With the lot its template is of, so that a report tells the lots apart, and what is held out of each."""
    lot = "second lot" if item.template in _SECOND else "first lot"
    return replace(item, tags=item.tags | {lot} | ({f"{lot}, held out"} if item.held_out else set()))


_SECOND = {t.name for t in TEMPLATES if t.build.__module__ in {module.__name__ for module in SECOND_LOT}}
