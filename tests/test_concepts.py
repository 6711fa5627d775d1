"""Names to a chart's concepts: what a slip of the pen may mean, and what is another thing altogether."""

from __future__ import annotations

import pytest

from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import match_concepts


def found(term: str, *names: str) -> list[str]:
    entries = [ConceptEntry(Kind.CONDITION, name, (name,), (), 1) for name in names]
    return [e.text for e in match_concepts(term, Kind.CONDITION, entries).matched]


@pytest.mark.parametrize(
    ("term", "other"),
    [
        ("type 1 diabetes mellitus", "Type 2 diabetes mellitus"),
        ("chronic kidney disease stage 2", "Chronic kidney disease stage 3"),
        ("bilirubin direct", "Bilirubin indirect"),
        ("hepatitis b antibody", "Hepatitis C antibody"),
        ("hepatitis a", "Hepatitis B"),
        ("vitamin b1", "Vitamin B12"),
        ("hydroxyzine", "Hydralazine"),
        ("prednisone", "Prednisolone"),
        ("nystatin", "Atorvastatin"),
        ("hypothyroidism", "Hyperthyroidism"),
        ("hypotension", "Hypertension"),
    ],
)
def test_a_name_that_looks_alike_is_another_thing(term: str, other: str) -> None:
    assert found(term, other) == []


@pytest.mark.parametrize(
    ("term", "named"),
    [
        ("hypertnsion", "Hypertension"),
        ("HTN", "Essential hypertension"),
        ("A1c", "Hemoglobin A1c"),
        ("asthma", "Mild persistent asthma"),
        ("statin", "Atorvastatin 40 mg tablet"),
        ("Lasix", "Furosemide 20 mg"),
    ],
)
def test_a_slip_a_short_form_a_part_and_a_class_are_understood(term: str, named: str) -> None:
    assert found(term, named, "Gout") == [named]


def test_the_exact_name_wins_over_longer_ones() -> None:
    assert found("glucose", "Glucose", "Glucose in urine") == ["Glucose"]
