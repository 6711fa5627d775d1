"""Names to a chart's concepts: what is meant, what is a kind of it, what is left open, and what is another thing."""

from __future__ import annotations

import time

import pytest

from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import ConceptMatch, match_concepts
from tools.records.record import Coding

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
CONDITION, LAB, VITAL, DRUG = Kind.CONDITION, Kind.LAB, Kind.VITAL, Kind.MEDICATION


def entry(kind: Kind, name: str, system: str = "", code: str = "") -> ConceptEntry:
    return ConceptEntry(kind, name, (name,), (Coding(system, code, name),) if code else (), 1)


def match(kind: Kind, term: str, *names: str) -> ConceptMatch:
    return match_concepts(term, kind, [entry(kind, name) for name in names])


def found(kind: Kind, term: str, *names: str) -> list[str]:
    return [e.text for e in match(kind, term, *names).matched]


@pytest.mark.parametrize(
    ("kind", "term", "other"),
    [
        (CONDITION, "type 1 diabetes mellitus", "Type 2 diabetes mellitus"),
        (CONDITION, "type 2 diabetes", "Diabetes mellitus type I"),
        (CONDITION, "chronic kidney disease stage 2", "Chronic kidney disease stage 3"),
        (CONDITION, "hepatitis a", "Hepatitis B"),
        (CONDITION, "hypothyroidism", "Hyperthyroidism"),
        (CONDITION, "hypotension", "Hypertension"),
        (CONDITION, "hypertension", "Hypotension, unspecified"),
        (CONDITION, "hypokalemia", "Hyperkalemia"),
        (CONDITION, "hyponatremia", "Hypernatremia"),
        (CONDITION, "hypoglycemia", "Hyperglycemia, unspecified"),
        (CONDITION, "hypocholesterolemia", "Hypercholesterolemia"),
        (CONDITION, "left knee pain", "Right knee pain"),
        (CONDITION, "fracture of left femur", "Fracture of right femur"),
        (CONDITION, "diabetes with complication", "Diabetes without complication"),
        (CONDITION, "diabetes without complication", "Diabetes with complication"),
        (CONDITION, "status epilepticus", "Epilepsy, not intractable, without status epilepticus"),
        (CONDITION, "septic shock", "Severe sepsis without septic shock"),
        (CONDITION, "hepatic coma", "Unspecified viral hepatitis C without hepatic coma"),
        (CONDITION, "hypertension", "Pulmonary hypertension"),
        (CONDITION, "hypertension", "Portal hypertension"),
        (CONDITION, "high blood pressure", "Ocular hypertension of left eye"),
        (CONDITION, "HTN", "Idiopathic intracranial hypertension"),
        (CONDITION, "diabetes", "Diabetes insipidus"),
        (CONDITION, "stroke", "Heat stroke"),
        (CONDITION, "fever", "Hay fever"),
        (CONDITION, "lung disease", "Chronic sinusitis (disorder)"),
        (CONDITION, "kidney disease", "Neoplasm of prostate"),
        (CONDITION, "kidney disease", "Hypertension"),
        (CONDITION, "lupus", "Lupus anticoagulant syndrome"),
        (CONDITION, "asthma", "Family history of asthma"),
        (CONDITION, "colon cancer", "Encounter for screening for malignant neoplasm of colon"),
        (CONDITION, "anxiety", "Compressed nerves"),
        (LAB, "bilirubin direct", "Bilirubin indirect"),
        (LAB, "bilirubin", "Bilirubin.direct [Mass/volume] in Serum or Plasma"),
        (LAB, "hepatitis b antibody", "Hepatitis C antibody"),
        (LAB, "hemoglobin", "Hemoglobin A1c"),
        (LAB, "Hgb", "Hemoglobin A1c/Hemoglobin.total in Blood"),
        (LAB, "hemoglobin", "Mean corpuscular hemoglobin"),
        (LAB, "platelets", "Platelet mean volume [Entitic volume] in Blood by Automated count"),
        (LAB, "WBC", "Leukocyte esterase [Presence] in Urine by Test strip"),
        (LAB, "WBC", "Neutrophils/100 leukocytes in Blood by Automated count"),
        (LAB, "glucose", "Glucose tolerance test"),
        (LAB, "glucose", "Glucose [Mass/volume] in Urine by Test strip"),
        (LAB, "protein", "C reactive protein"),
        (LAB, "calcium", "Calcium.ionized [Moles/volume] in Blood"),
        (LAB, "creatinine", "Creatinine renal clearance"),
        (LAB, "creatinine", "Microalbumin/Creatinine [Ratio] in Urine"),
        (LAB, "BUN", "Urea nitrogen/Creatinine ratio"),
        (LAB, "cholesterol", "Cholesterol in HDL [Mass/volume] in Serum or Plasma"),
        (LAB, "BNP", "NT-proBNP"),
        (LAB, "potassium", "Potassium hydroxide preparation"),
        (LAB, "K", "Vitamin K"),
        (LAB, "CA", "CA 125"),
        (VITAL, "pulse", "Pulse oximetry"),
        (VITAL, "heart rate", "Heart rate rhythm"),
        (VITAL, "weight", "Birth weight"),
        (VITAL, "BMI", "Body mass index (BMI) [Percentile] Per age and gender"),
        (DRUG, "vitamin b1", "Vitamin B12"),
        (DRUG, "vitamin a", "Vitamin D"),
        (DRUG, "hydroxyzine", "Hydralazine"),
        (DRUG, "hydralazine", "HydrOXYzine"),
        (DRUG, "prednisone", "Prednisolone"),
        (DRUG, "prednisolone", "Methylprednisolone"),
        (DRUG, "nystatin", "Atorvastatin"),
        (DRUG, "Zyrtec", "Zantac"),
        (DRUG, "Celexa", "Celebrex 200 mg capsule"),
        (DRUG, "Zantac", "Xanax"),
        (DRUG, "clonidine", "Clonazepam"),
        (DRUG, "epinephrine", "Norepinephrine"),
        (DRUG, "morphine", "Hydromorphone"),
        (DRUG, "estradiol", "Ethinyl Estradiol 0.02 MG Oral Tablet"),
        (DRUG, "potassium", "Losartan Potassium 50 mg"),
        (DRUG, "potassium", "Penicillin V Potassium 250 MG Oral Tablet"),
        (DRUG, "calcium", "Rosuvastatin Calcium"),
        (DRUG, "metoprolol succinate", "Metoprolol Tartrate 25 mg"),
        (DRUG, "aripiprazol", "Omeprazole"),
        (DRUG, "lidocaine patch", "Lidocaine Jelly 2%"),
        (CONDITION, "acute pancreatitis", "Chronic pancreatitis"),
        (CONDITION, "CKD stage 3", "Chronic kidney disease, stage 4 (severe)"),
        (Kind.PROCEDURE, "blood transfusion", "Transfusion of prothrombin complex concentrate"),
    ],
)
def test_a_name_that_looks_alike_is_another_thing(kind: Kind, term: str, other: str) -> None:
    assert found(kind, term, other) == []


@pytest.mark.parametrize(
    ("kind", "term", "named"),
    [
        (CONDITION, "hypertnsion", "Hypertension"),
        (CONDITION, "HTN", "Essential hypertension"),
        (CONDITION, "hypertension", "Unspecified essential hypertension"),
        (CONDITION, "asthma", "Mild persistent asthma"),
        (CONDITION, "diabetes", "Type 2 diabetes mellitus"),
        (CONDITION, "type 2 diabetes", "Diabetes mellitus without mention of complication, type II"),
        (CONDITION, "T2DM", "Type 2 diabetes mellitus with hyperglycemia"),
        (CONDITION, "hyperglycemia", "Type 2 diabetes mellitus with hyperglycemia"),
        (CONDITION, "pneumonia", "Pneumonia due to Klebsiella pneumoniae"),
        (CONDITION, "heart failure", "Chronic diastolic (congestive) heart failure"),
        (CONDITION, "CHF", "Hypertensive heart disease with heart failure"),
        (CONDITION, "breast cancer", "Malignant neoplasm of breast"),
        (CONDITION, "kidney disease", "Chronic kidney disease, stage 3 (moderate)"),
        (CONDITION, "chronic kidney disease", "Anemia in chronic kidney disease"),
        (CONDITION, "heart attack", "Old myocardial infarction"),
        (CONDITION, "MI", "Non-ST elevation (NSTEMI) myocardial infarction"),
        (CONDITION, "stroke", "Cerebrovascular accident (disorder)"),
        (CONDITION, "femur fracture", "Fracture of femur"),
        (CONDITION, "HIV", "Human immunodeficiency virus [HIV] disease"),
        (CONDITION, "GERD", "Gastro-esophageal reflux disease without esophagitis"),
        (CONDITION, "sleep apnea", "Obstructive sleep apnea (adult) (pediatric)"),
        (CONDITION, "cancer", "Adenocarcinoma of colon"),
        (CONDITION, "respiratory disease", "Viral sinusitis (disorder)"),
        (CONDITION, "dementia", "Alzheimer's disease (disorder)"),
        (CONDITION, "obesity", "Body mass index 30+ - obesity (finding)"),
        (CONDITION, "infection", "Viral sinusitis (disorder)"),
        (CONDITION, "arrhythmia", "Atrial Fibrillation"),
        (CONDITION, "anaemia", "Iron deficiency anemia, unspecified"),
        (CONDITION, "CKD stage 3", "Chronic kidney disease, Stage III (moderate)"),
        (CONDITION, "history of MI", "History of myocardial infarction (situation)"),
        (CONDITION, "GI bleed", "Hemorrhage of gastrointestinal tract, unspecified"),
        (LAB, "A1c", "Hemoglobin A1c"),
        (LAB, "hemoglobin", "Hemoglobin [Mass/volume] in Blood"),
        (LAB, "WBC", "Leukocytes [#/volume] in Blood by Automated count"),
        (LAB, "bilirubin", "Bilirubin.total [Mass/volume] in Serum or Plasma"),
        (LAB, "serum potassium level", "Potassium"),
        (LAB, "LDL", "Cholesterol in LDL [Mass/volume] in Serum or Plasma"),
        (LAB, "troponin", "Troponin I.cardiac [Mass/volume] in Serum or Plasma by High sensitivity method"),
        (LAB, "INR", "INR in Platelet poor plasma by Coagulation assay"),
        (VITAL, "temp", "Oral temperature"),
        (VITAL, "pulse", "Heart rate"),
        (VITAL, "O2 sat", "Oxygen saturation in Arterial blood by Pulse oximetry"),
        (DRUG, "statin", "Atorvastatin 40 mg tablet"),
        (DRUG, "Lasix", "Furosemide 20 mg"),
        (DRUG, "furosemide", "Lasix 40mg"),
        (DRUG, "aspirin", "Aspirin EC 81mg TAB"),
        (DRUG, "oxycodone", "Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet"),
        (DRUG, "salmeterol", "Fluticasone-Salmeterol Diskus (250/50)"),
        (DRUG, "insulin", "Humalog KwikPen"),
        (DRUG, "blood thinner", "Eliquis 5 mg"),
        (DRUG, "metformin hydrochloride", "MetFORMIN (Glucophage)"),
        (Kind.ALLERGY, "peanut", "Allergy to peanuts"),
        (Kind.ALLERGY, "penicillin", "Amoxicillin"),
        (Kind.ALLERGY, "shellfish allergy", "Shellfish (substance)"),
        (Kind.IMMUNIZATION, "flu shot", "Influenza, seasonal, injectable, preservative free"),
        (Kind.IMMUNIZATION, "hepatitis B vaccine", "Hep B, adult"),
        (Kind.MICROBIOLOGY, "staph aureus", "STAPH AUREUS COAG +"),
        (Kind.PROCEDURE, "dialysis", "Hemodialysis"),
        (Kind.PROCEDURE, "stent", "Insertion of drug-eluting coronary artery stent"),
        (Kind.PROCEDURE, "central line", "Central venous catheter placement with guidance"),
        (Kind.PROCEDURE, "CT", "Computed tomography of chest and abdomen"),
        (Kind.PROCEDURE, "chest x-ray", "Portable Chest X-Ray"),
        (Kind.OUTPUT, "chest tube", "Chest Tube #1"),
    ],
)
def test_a_slip_a_short_form_a_kind_of_it_and_a_class_are_understood(kind: Kind, term: str, named: str) -> None:
    assert found(kind, term, named, "Ingrown nail") == [named]


@pytest.mark.parametrize(
    ("kind", "term", "held"),
    [
        (CONDITION, "kidney", "Cyst of kidney"),
        (CONDITION, "breast", "Malignant neoplasm of breast"),
        (CONDITION, "type 2 diabetes", "Diabetes mellitus"),
        (CONDITION, "left knee pain", "Knee pain"),
        (CONDITION, "left hip fracture", "Closed fracture of hip"),
        (CONDITION, "stage 4 CKD", "Hypertensive heart disease with stage 1 through stage 4 chronic kidney disease"),
        (CONDITION, "hypoxia", "Acute respiratory failure, unspecified whether with hypoxia or hypercapnia"),
        (CONDITION, "respiratory failure with hypoxia", "Respiratory failure, unspecified whether with hypoxia"),
        (CONDITION, "migraine with aura", "Migraine with or without aura"),
        (CONDITION, "myocardial infarction", "History of myocardial infarction"),
        (CONDITION, "pulmonary embolism", "Suspected pulmonary embolism"),
        (CONDITION, "pregnancy", "Miscarriage in first trimester"),
        (CONDITION, "heart disease", "Chagas carditis (disorder)"),
        (LAB, "fasting glucose", "Glucose"),
        (DRUG, "metoprolol succinate", "Metoprolol"),
        (DRUG, "sleeping pill", "Trazodone 50 mg"),
        (DRUG, "inhaler", "Albuterol"),
    ],
)
def test_what_nothing_settles_is_left_open_and_shown(kind: Kind, term: str, held: str) -> None:
    result = match(kind, term, held)
    assert (result.matched, result.determinable) == ((), False)
    assert [e.text for e in result.undecided] == [held]


def test_what_is_settled_as_another_thing_is_determinable_and_still_told() -> None:
    result = match(LAB, "hemoglobin", "Hemoglobin A1c")
    assert result.determinable
    assert [e.text for e in result.alternatives] == ["Hemoglobin A1c"]


def test_one_kind_of_a_condition_is_not_the_other_and_both_are_of_the_whole() -> None:
    held = [entry(Kind.CONDITION, name) for name in ("Viral sinusitis", "Acute bacterial sinusitis")]
    assert [e.text for e in match_concepts("viral sinusitis", Kind.CONDITION, held).matched] == ["Viral sinusitis"]
    assert len(match_concepts("acute sinusitis", Kind.CONDITION, held).matched) == 2


@pytest.mark.parametrize(
    ("term", "named"),
    [
        ("chronic lung disease", "Asthma"),
        ("chronic lung condition", "Pulmonary emphysema"),
        ("mood disorder", "Major depression, single episode"),
        ("heart rhythm disorder", "Atrial fibrillation"),
        ("kidney disorder", "Chronic kidney disease stage 3"),
        ("lung condition", "Asthma"),
        ("foot infection", "Cellulitis of foot"),
        ("memory disorder", "Alzheimer's disease"),
        ("lung trouble", "Sarcoidosis of lung"),
    ],
)
def test_a_family_of_conditions_is_found_by_what_people_call_it(term: str, named: str) -> None:
    held = [entry(Kind.CONDITION, named)]
    assert match_concepts(term, Kind.CONDITION, held).matched == tuple(held)


def test_the_exact_name_of_a_test_wins_over_longer_ones() -> None:
    assert found(LAB, "glucose", "Glucose", "Glucose in urine", "Glucose 2 hours after meal") == ["Glucose"]


def test_kinds_of_a_condition_and_forms_of_a_drug_count_beside_the_exact_name() -> None:
    result = match(DRUG, "aspirin", "Aspirin", "Aspirin EC 81 mg")
    assert [e.text for e in result.matched] == ["Aspirin", "Aspirin EC 81 mg"]
    assert result.note == '"aspirin" was read as Aspirin, Aspirin EC 81 mg'
    assert found(CONDITION, "hypertension", "Hypertension", "Essential hypertension", "Portal hypertension") == [
        "Hypertension",
        "Essential hypertension",
    ]


def test_an_abbreviation_of_two_things_in_the_chart_is_asked_back() -> None:
    result = match(Kind.ORDER, "PT", "Prothrombin time", "Physical therapy")
    assert (result.matched, result.determinable) == ((), False)
    assert [e.text for e in result.undecided] == ["Prothrombin time", "Physical therapy"]
    assert result.note == '"PT" may mean prothrombin time or physical therapy'
    assert found(Kind.ORDER, "PT", "Prothrombin time") == ["Prothrombin time"]


@pytest.mark.parametrize(
    ("term", "held", "determinable"),
    [("kidney disease", "Hypertension", True), ("cancer", "Neoplasm of prostate", False), ("cancer", "Gout", True)],
)
def test_a_name_that_stands_apart_from_a_category_settles_it_and_one_that_overlaps_does_not(
    term: str, held: str, determinable: bool
) -> None:
    assert match(CONDITION, term, held).determinable is determinable


def test_a_remainder_of_a_classification_asked_word_for_word_is_that_alone() -> None:
    names = ("Other cirrhosis of liver", "Alcoholic cirrhosis of liver", "Cirrhosis of liver without ascites")
    assert found(CONDITION, "Other cirrhosis of liver", *names) == ["Other cirrhosis of liver"]
    assert found(CONDITION, "cirrhosis of liver", *names) == list(names)


def test_a_relatives_history_is_found_by_the_disease() -> None:
    named = "Family history of malignant neoplasm of breast"
    assert found(Kind.FAMILY_HISTORY, "breast cancer", named, "Family history of asthma") == [named]


@pytest.mark.parametrize(
    ("kind", "term", "held"),
    [
        (Kind.PROCEDURE, "dementia", "Education about dementia"),
        (Kind.REPORT, "depression", "Patient health questionnaire depression panel"),
        (CONDITION, "cancer", "Carcinoma in situ of prostate (disorder)"),
    ],
)
def test_what_is_only_about_a_disease_is_not_taken_for_it(kind: Kind, term: str, held: str) -> None:
    assert found(kind, term, held) == []


def test_a_chart_of_two_thousand_concepts_is_matched_in_milliseconds() -> None:
    chart = [entry(CONDITION, f"Disorder number {n} of organ {n % 97}") for n in range(2_000)]
    match_concepts("heart failure", CONDITION, chart)
    started = time.process_time()
    for term in ("asthma", "lung disease", "asthma", "stroke", "gout"):
        match_concepts(term, CONDITION, chart)
    assert (time.process_time() - started) / 5 < 0.1
