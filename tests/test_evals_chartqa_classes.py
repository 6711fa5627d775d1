"""What belongs to chartqa's families of diseases and classes of drugs, and what only looks as if it did."""

from __future__ import annotations

import pytest

from evals.suites.chartqa.drug_classes import CLASSES
from evals.suites.chartqa.ontology import FAMILIES, sort_by_family
from evals.suites.chartqa.raw import build_chart

BY_ASKED = {c.asked[0]: c for c in CLASSES}
FAMILY = {f.asked[0]: f for f in FAMILIES}

DRUGS = (
    ("a statin", "Atorvastatin 20 MG Oral Tablet", True),
    ("a statin", "Nystatin", False),
    ("an ACE inhibitor", "lisinopril 10 MG Oral Tablet", True),
    ("an ACE inhibitor", "Lidocaine-Prilocaine", False),
    ("an opioid", "Ipratropium Bromide Neb", False),
    ("an opioid", "OxyCODONE (Immediate Release)", True),
    ("a benzodiazepine", "LORazepam", True),
    ("a benzodiazepine", "Dorzolamide 2% Ophth. Soln.", False),
    ("a proton pump inhibitor", "Pantoprazole", True),
    ("a proton pump inhibitor", "ARIPiprazole", False),
    ("insulin", "Insulin Syringe U-500", False),
    ("a diuretic", "10 ML Furosemide 10 MG/ML Injection", True),
)

DISEASES = (
    ("a urinary tract infection", "Acute and chronic cholecystitis", False),
    ("a urinary tract infection", "Escherichia coli urinary tract infection", True),
    ("arthritis", "Hyperuricemia without signs of inflammatory arthritis and tophaceous disease", False),
    ("a broken bone", "Age-related osteoporosis without current pathological fracture", False),
    ("a broken bone", "Displaced fracture of shaft of left femur, initial encounter for closed fracture", True),
    ("high blood pressure", "Adverse effect of other antihypertensive drugs, initial encounter", False),
    ("high blood pressure", "Portal hypertension", False),
    ("high blood pressure", "Hypertensive heart disease with heart failure", True),
    ("heart disease", "Presence of aortocoronary bypass graft", False),
    ("heart disease", "Other primary cardiomyopathies", True),
    ("a chronic lung disease", "Chronic airway obstruction, not elsewhere classified", True),
    ("cancer", "Carcinoma in situ of breast", False),
    ("cancer", "Personal history of malignant neoplasm of breast", False),
    ("diabetes", "Prediabetes", False),
    ("diabetes", "Neuropathy due to type 2 diabetes mellitus (disorder)", True),
)


@pytest.mark.parametrize(("asked", "name", "belongs"), DRUGS, ids=[f"{a}-{n}" for a, n, _ in DRUGS])
def test_a_drug_belongs_to_its_class_only(asked: str, name: str, belongs: bool) -> None:
    assert BY_ASKED[asked].has([name]) is belongs


@pytest.mark.parametrize(("asked", "name", "belongs"), DISEASES, ids=[f"{a}-{n}" for a, n, _ in DISEASES])
def test_a_disease_belongs_to_its_family_only(asked: str, name: str, belongs: bool) -> None:
    disease = {"resourceType": "Condition", "id": "c", "code": {"text": name}}
    chart = build_chart([{"resourceType": "Patient", "id": "p"}, disease])
    assert chart
    assert bool(sort_by_family(chart, FAMILY[asked]).members) is belongs
