"""Conditions, tests and procedures in everyday words: what a name means in a chart, may mean, and never means."""

from __future__ import annotations

import pytest

from agent.planners.rules.concepts import find_spans
from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import match_concepts
from tools.records.reading_json import name_of
from tools.records.record import Coding

CONDITION, PROCEDURE, OBSERVATION = Kind.CONDITION, Kind.PROCEDURE, Kind.OBSERVATION
Case = tuple[str, list[str], list[str], list[str]]

ESRD, DIABETIC = "End-stage renal disease (disorder)", "Diabetic renal disease (disorder)"
WRIST, FOREARM, ANKLE = "Fracture subluxation of wrist", "Fracture of forearm", "Fracture of ankle"
HAND = "Localized, primary osteoarthritis of the hand"
PROSTATE = "Neoplasm of prostate"
IN_SITU, SPREAD = "Carcinoma in situ of prostate (disorder)", "Metastasis from malignant tumor of prostate (disorder)"
LUNG = "Non-small cell carcinoma of lung, TNM stage 1 (disorder)"
SECONDARY_LUNG = "Secondary malignant neoplasm of lung"

CONDITIONS: list[Case] = [
    ("prostate cancer", [SPREAD, "Adenocarcinoma of prostate"], [PROSTATE], [IN_SITU, "Benign prostatic hyperplasia"]),
    ("prostate cancer", [], [PROSTATE], [IN_SITU]),
    ("prostate tumor", [PROSTATE], [], ["Benign neoplasm of colon"]),
    ("lung cancer", [LUNG], ["Suspected lung cancer (situation)", SECONDARY_LUNG], ["Benign neoplasm of lung"]),
    ("small cell lung cancer", [], [], [LUNG]),
    ("colon cancer", ["Overlapping malignant neoplasm of colon", "Adenocarcinoma of sigmoid colon"],
     ["Neoplasm of colon"], ["Polyp of colon", "Benign neoplasm of colon", "Carcinoma in situ of colon"]),
    ("breast cancer", ["Malignant neoplasm of breast (disorder)"], ["Lump or mass in breast"],
     ["Fibroadenoma of breast", "Carcinoma in situ of breast"]),
    ("liver cancer", ["Hepatocellular carcinoma"], ["Secondary malignant neoplasm of liver"], ["Cirrhosis of liver"]),
    ("bone cancer", ["Osteosarcoma"], ["Metastatic malignant neoplasm to bone"], [PROSTATE]),
    ("left breast cancer", ["Malignant neoplasm of left breast"], ["Malignant neoplasm of breast"],
     ["Malignant neoplasm of right breast"]),
    ("blood clots", ["Acute pulmonary embolism (disorder)", "Deep venous thrombosis"], [], ["Stroke"]),
    ("MIs", ["Myocardial Infarction"], ["History of myocardial infarction (situation)"], ["Mitral regurgitation"]),
    ("UTIs", ["Escherichia coli urinary tract infection", "Cystitis"], [], ["Upper respiratory infection"]),
    ("TIAs", ["Transient ischemic attack"], [], ["Stroke"]),
    ("broken bones", [ANKLE, FOREARM, WRIST], [], ["Sprain of ankle"]),
    ("bone fractures", [ANKLE], [], ["Osteoporosis"]),
    ("broken arm", [FOREARM, "Closed fracture of humerus"], [], [ANKLE, "Fracture of clavicle"]),
    ("broken wrist", [WRIST], [], [FOREARM]),
    ("broken collarbone", ["Fracture of clavicle"], [], [FOREARM]),
    ("sprained ankle", ["Sprain of ankle"], [], ["Sprain of wrist", ANKLE]),
    ("cut on the hand", ["Laceration of hand"], [], ["Laceration of foot"]),
    ("laceration of the arm", ["Laceration of forearm"], [], ["Laceration of thigh", "Laceration of hand"]),
    ("left arm fracture", ["Fracture of left forearm"], [FOREARM], ["Fracture of right forearm"]),
    ("knee arthritis", ["Osteoarthritis of knee"], [], ["Osteoarthritis of hip", HAND]),
    ("osteoarthritis", ["Osteoarthritis of knee", HAND], [], ["Gout"]),
    ("high cholesterol", ["Hyperlipidemia"], [], ["Hypertriglyceridemia (disorder)"]),
    ("high triglycerides", ["Hypertriglyceridemia (disorder)"], [], ["Pure hypercholesterolemia"]),
    ("kidney failure", [ESRD, "Acute kidney injury"], [], ["Chronic kidney disease stage 2 (disorder)"]),
    ("CKD stage 3", ["Chronic kidney disease stage 3 (disorder)"], [DIABETIC], [ESRD]),
    ("CKD", ["Chronic kidney disease stage 1 (disorder)", ESRD], [DIABETIC], ["Kidney stone"]),
    ("strep throat", ["Streptococcal sore throat (disorder)"], [], ["Acute viral pharyngitis (disorder)"]),
    ("hay fever", ["Seasonal allergic rhinitis"], [], ["Fever (finding)", "Allergic asthma"]),
    ("diabetic neuropathy", ["Neuropathy due to type 2 diabetes mellitus (disorder)"], [], ["Diabetes", DIABETIC]),
    ("diabetic eye disease", ["Diabetic retinopathy associated with type II diabetes mellitus (disorder)"], [],
     [DIABETIC]),
    ("prediabetes", ["Prediabetes"], [], ["Diabetes"]),
    ("PTSD", ["Posttraumatic stress disorder"], [], ["Stress (finding)"]),
    ("stress", ["Stress (finding)"], [], ["Posttraumatic stress disorder", "Stress fracture of foot"]),
    ("heart disease", ["Mitral valve regurgitation (disorder)"], [], ["Acute pulmonary embolism (disorder)", HAND]),
    ("ectopic pregnancy", ["Tubal pregnancy"], [], ["Normal pregnancy"]),
    ("domestic violence", ["Victim of intimate partner abuse (finding)"], [], ["Opioid abuse (disorder)"]),
    ("employment", ["Full-time employment (finding)", "Not in labor force (finding)"], [], ["Stress (finding)"]),
    ("hypothyroidism", ["Acquired hypothyroidism"], [], ["Hyperthyroidism"]),
    ("iron deficiency anemia", ["Iron deficiency anemia"], ["Anemia (disorder)"], ["Aplastic anemia"]),
]  # fmt: skip
PROCEDURES: list[Case] = [
    ("pregnancy test", ["Standard pregnancy test"], [], ["Induced termination of pregnancy", "Pregnancy care"]),
    ("HIV test", ["Human immunodeficiency virus antigen test"], [], ["HIV counseling"]),
    ("TB test", ["Skin test for tuberculosis"], [], ["Treatment of tuberculosis"]),
    ("hepatitis B test", ["Hepatitis B Surface Antigen Measurement"], [], ["Hepatitis C antibody test"]),
    ("strep test", ["Rapid strep test"], ["Streptococcus pneumoniae group B antigen test"], ["Throat culture"]),
    ("anxiety screening", ["Assessment of anxiety (procedure)"], [], ["Depression screening", "Asthma screening"]),
    ("fall risk assessment", ["Assessment using Morse Fall Scale (procedure)"], [], ["Suicide risk assessment"]),
    ("mammogram", ["Screening mammography (procedure)"], [], ["Ultrasonography of bilateral breasts"]),
    ("chest x-ray", ["Plain chest X-ray"], [], ["Ankle X-ray", "Computed tomography of chest"]),
    ("breathing test", ["Measurement of respiratory function (procedure)", "Spirometry"], [], ["Respiratory therapy"]),
    ("pap smear", ["Cytopathology procedure, preparation of smear, genital source"], [], ["Peripheral blood smear"]),
    ("IUD removal", ["Removal of intrauterine device"], [], ["Insertion of intrauterine contraceptive device"]),
    ("stitches", ["Suture open wound"], [], ["Wound care"]),
    ("blood type", ["Blood typing, RH typing"], [], ["Blood transfusion"]),
    ("EKG", ["Electrocardiographic procedure", "12 lead ECG"], [], ["Electroencephalogram", "Echocardiography"]),
    ("echo", ["Transthoracic echocardiography"], [], ["Electrocardiogram"]),
    ("abortion", ["Induced termination of pregnancy"], ["Physical exam following abortion"], ["Childbirth"]),
]  # fmt: skip


def _match(kind: Kind, case: Case) -> tuple[list[str], list[str]]:
    term, means, may_mean, never = case
    result = match_concepts(term, kind, [ConceptEntry(kind, n, (n,), (), 1) for n in (*means, *may_mean, *never)])
    return [e.text for e in result.matched], [e.text for e in result.undecided]


@pytest.mark.parametrize("case", CONDITIONS, ids=[case[0] for case in CONDITIONS])
def test_everyday_words_for_conditions_mean_these_and_no_others(case: Case) -> None:
    assert _match(CONDITION, case) == (case[1], case[2])


@pytest.mark.parametrize("case", PROCEDURES, ids=[case[0] for case in PROCEDURES])
def test_everyday_words_for_procedures_mean_these_and_no_others(case: Case) -> None:
    assert _match(PROCEDURE, case) == (case[1], case[2])


@pytest.mark.parametrize(
    ("term", "loinc", "name"),
    [
        ("PHQ-2", "55758-7", "Patient Health Questionnaire 2 item (PHQ-2) total score [Reported]"),
        ("anxiety score", "70274-6", "Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]"),
        ("AUDIT-C", "75626-2", "Total score [AUDIT-C]"),
        ("drug use score", "82667-7", "Total score [DAST-10]"),
        ("falls risk", "59460-6", "Fall risk total [Morse Fall Scale]"),
        ("pain score", "72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported"),
        ("housing", "71802-3", "What is your housing situation today?"),
        ("job", "67875-5", "What is your current work situation?"),
        ("education level", "82589-3", "What is the highest level of school that you have finished?"),
        ("COVID test", "94531-1", "SARS-CoV-2 RNA Pnl Resp NAA+probe"),
        ("drug test", "65750-2", "Drugs of abuse 5 panel - Urine by Screen method"),
        ("stool test", "57905-2", "Hemoglobin.gastrointestinal [Presence] in Stool by Immunologic method"),
        ("peanut allergy test", "6206-7", "Peanut IgE Ab in Serum"),
        ("oxygen", "2708-6", "Oxygen saturation in Arterial blood"),
    ],
)  # fmt: skip
def test_scores_social_questions_and_tests_are_found_by_everyday_words(term: str, loinc: str, name: str) -> None:
    others = (
        ("Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]", "44261-6"),
        ("Are you worried about losing your housing?", "93033-9"),
        ("FEV1/FVC", "19926-5"),
        ("Hemoglobin [Mass/volume] in Blood", "718-7"),
        ("Egg white IgE Ab in Serum", "6106-9"),
        ("Urea nitrogen [Mass/volume] in Serum or Plasma", "3094-0"),
    )
    chart = [
        ConceptEntry(OBSERVATION, text, (text,), (Coding("http://loinc.org", code, text),), 1)
        for text, code in ((name, loinc), *others)
    ]
    assert [e.text for e in match_concepts(term, OBSERVATION, chart).matched] == [name]


def test_a_question_after_a_score_finds_it_under_the_long_name_that_charts_give_it() -> None:
    name = "Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]"
    gad = ConceptEntry(OBSERVATION, name, (name,), (Coding("http://loinc.org", "70274-6", name),), 1)
    found = find_spans("What is the anxiety score?", (gad,))
    assert [(span.text, span.entries) for span in found] == [("anxiety score", (gad,))]


def test_a_test_that_the_chart_has_not_is_asked_for_as_such_and_not_as_the_disease() -> None:
    disease = ConceptEntry(CONDITION, "COVID-19", ("COVID-19",), (), 1)
    assert [(s.text, s.entries) for s in find_spans("Has he had a COVID test?", (disease,))] == [("COVID test", ())]
    assert [s.entries for s in find_spans("Has he had COVID?", (disease,))] == [(disease,)]


@pytest.mark.parametrize(
    ("term", "never"),
    [("FEV1", "FEV1/FVC"), ("LDL", "Cholesterol in HDL [Mass/volume] in Serum or Plasma"), ("troponin T", "Troponin I"),
     ("total bilirubin", "Bilirubin.direct [Mass/volume]"), ("depression score", "Total score [HARK]"),
     ("urine test", "Drugs of abuse 5 panel - Urine by Screen method"), ("A1c", "Hemoglobin [Mass/volume] in Blood"),
     ("blood glucose", "Glucose [Presence] in Urine by Test strip"), ("ionized calcium", "Calcium")],
)  # fmt: skip
def test_a_measurement_that_is_named_alike_is_another_one(term: str, never: str) -> None:
    assert match_concepts(term, OBSERVATION, [ConceptEntry(OBSERVATION, never, (never,), (), 1)]).matched == ()


@pytest.mark.parametrize(
    ("system", "code", "told"),
    [
        ("v3-ActCode", "AMB", "ambulatory"),
        ("v3-MaritalStatus", "S", "Never Married"),
        ("discharge-disposition", "snf", "Skilled nursing facility"),
        ("admit-source", "emd", "From accident/emergency department"),
        ("v3-ActReason", "PATOBJ", "patient objection"),
        ("condition-clinical", "active", "active"),
    ],
)
def test_a_code_of_hl7_without_display_is_told_in_words(system: str, code: str, told: str) -> None:
    assert name_of({"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}) == told
    assert name_of({"coding": [{"system": "http://hospital.example/codes", "code": code}]}) == code
