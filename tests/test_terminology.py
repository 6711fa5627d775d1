"""The reviewed tables: classes of drugs, brands, tests by code, conditions by ICD, and that their rows agree."""

from __future__ import annotations

import pytest

from tools.chart_query import Kind
from tools.concepts.drug_classes import drug_class
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import ConceptMatch, match_concepts
from tools.concepts.products import known_drugs
from tools.concepts.rows import read_rows, split_names
from tools.concepts.words import fold
from tools.records.record import Coding

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
LOINC = "http://loinc.org"
CVX = "http://hl7.org/fhir/sid/cvx"
SNOMED = "http://snomed.info/sct"
TABLES = ("brands", "conditions", "contexts", "drug_classes", "drugs", "habits", "labs", "no_kinds", "organisms",
          "panels", "procedures", "spellings", "vaccines", "vitals")  # fmt: skip


def coded(kind: Kind, system: str, *codes: str) -> list[ConceptEntry]:
    """Entries whose names tell nothing, so that only their codes can."""
    return [ConceptEntry(kind, code, ("Local entry",), (Coding(system, code),), 1) for code in codes]


def texts(match: ConceptMatch) -> list[str]:
    return [e.text for e in match.matched]


@pytest.mark.parametrize(
    ("name", "members", "others"),
    [
        ("statin", "atorvastatin Crestor", "nystatin somatostatin pentostatin cilastatin"),
        ("beta blocker", "metoprolol carvedilol labetalol sotalol Coreg", "stanozolol albuterol"),
        ("ACE inhibitor", "lisinopril enalaprilat", "losartan"),
        ("ARB", "losartan Avapro", "lisinopril"),
        ("PPI", "omeprazole Protonix", "aripiprazole brexpiprazole famotidine"),
        ("blood thinner", "warfarin Eliquis heparin clopidogrel aspirin enoxaparin", "vitamin-k furosemide"),
        ("anticoagulant", "warfarin apixaban argatroban", "aspirin clopidogrel"),
        ("water pill", "Lasix hydrochlorothiazide spironolactone HCTZ torsemide", "amlodipine"),
        ("painkiller", "Percocet ibuprofen acetaminophen Tylenol morphine", "omeprazole"),
        ("NSAID", "ibuprofen Toradol celecoxib aspirin", "acetaminophen"),
        ("opioid", "oxycodone tramadol Dilaudid fentanyl buprenorphine", "naloxone naltrexone apomorphine"),
        ("benzodiazepine", "lorazepam Xanax chlordiazepoxide clorazepate midazolam", "flumazenil zolpidem"),
        ("antibiotic", "aztreonam rifampin vancomycin Bactrim amoxicillin cefepime doxycycline",
         "mitomycin fluconazole acyclovir bleomycin"),
        ("penicillin", "amoxicillin Zosyn ampicillin", "penicillamine cephalexin"),
        ("steroid", "prednisone Medrol dexamethasone", "testosterone stanozolol dapsone spironolactone"),
        ("insulin", "Humalog Lantus Novolog NPH Tresiba insulin", "metformin"),
        ("diabetes medicine", "metformin Ozempic glipizide Jardiance Humalog", "teduglutide"),
        ("antidepressant", "sertraline Wellbutrin trazodone amitriptyline", "atomoxetine"),
        ("antipsychotic", "quetiapine aripiprazole Haldol brexpiprazole", "omeprazole"),
        ("anticonvulsant", "Keppra phenytoin gabapentin", "nitrofurantoin piracetam"),
        ("sleeping pill", "zolpidem Lunesta melatonin", "omeprazole"),
        ("blood pressure medicine", "lisinopril amlodipine metoprolol hydralazine clonidine", "atorvastatin"),
        ("cholesterol medicine", "Lipitor ezetimibe fenofibrate", "metoprolol"),
        ("antiemetic", "Zofran metoclopramide", "alosetron"),
        ("laxative", "Colace senna MiraLAX bisacodyl", "loperamide"),
        ("glaucoma medicine", "latanoprost", "alprostadil epoprostenol"),
        ("antihistamine", "Benadryl cetirizine", "famotidine vinblastine"),
        ("chemotherapy", "cisplatin paclitaxel", "epirubicinol-x prednisone"),
    ],
)  # fmt: skip
def test_a_class_holds_its_members_and_no_drug_that_only_sounds_so(name: str, members: str, others: str) -> None:
    holds = drug_class(fold(name))
    assert holds is not None
    assert {m: holds(m) for m in members.split()} == dict.fromkeys(members.split(), "yes")
    assert {o: holds(o) for o in others.split()} == dict.fromkeys(others.split(), "no")


@pytest.mark.parametrize(
    ("name", "product", "answer"),
    [
        ("sleeping pill", "Trazodone 50 mg", "maybe"),
        ("blood thinner", "Heparin Flush (10 units/mL)", "maybe"),
        ("inhaler", "Albuterol Inhaler", "yes"),
        ("inhaler", "Albuterol 2 mg tablet", "no"),
        ("antibiotic", "Vancomyci 1000mg/200mL 200mL BAG", "yes"),
        ("diuretic", "Diuretic - Loop", "yes"),
        ("statins", "Atorvastatin", "yes"),
        ("statin drug", "Atorvastatin", "yes"),
    ],
)
def test_a_use_a_form_or_a_cut_off_label_decides_where_the_ingredient_alone_does_not(
    name: str, product: str, answer: str
) -> None:
    holds = drug_class(fold(name))
    assert holds is not None
    assert holds(product) == answer


def test_no_stem_takes_a_known_drug_that_its_class_does_not_list() -> None:
    wrong = []
    for row in read_rows("drug_classes"):
        holds = drug_class(fold(split_names(row["names"])[0]))
        listed = " ".join(row[column].replace("|", " ") for column in ("members", "maybe", "not")).split()
        for stem in split_names(row["stems"]):
            alike = [d for d in known_drugs() if d.endswith(stem[1:]) or (stem[-1] == "-" and d.startswith(stem[:-1]))]
            wrong += [(row["names"], d) for d in alike if d not in listed and holds and holds(d) != "yes"]
    assert wrong == []


def test_every_row_of_every_table_tells_its_source() -> None:
    assert [(t, row) for t in TABLES for row in read_rows(t) if not row["source"].strip()] == []


def test_every_range_of_a_condition_begins_and_ends_in_a_category_of_icd_10() -> None:
    categories = {row["code"] for row in read_rows("icd10cm")}
    ends = [
        end[:3] for row in read_rows("conditions") for r in row["icd10cm"].split() for end in r.strip("+?").split("-")
    ]
    assert [end for end in ends if end not in categories] == []


def test_every_class_that_a_class_includes_and_every_test_of_a_panel_exists() -> None:
    inner = [n for row in read_rows("drug_classes") for n in split_names(row["includes"])]
    assert [n for n in inner if drug_class(fold(n)) is None] == []
    labs = {name for row in read_rows("labs") for name in split_names(row["names"])}
    assert [m for row in read_rows("panels") for m in split_names(row["members"]) if m not in labs] == []


def test_no_code_and_no_name_of_a_test_stands_in_two_rows() -> None:
    rows = [row for table in ("labs", "vitals", "habits", "panels") for row in read_rows(table)]
    codes = [code for row in rows for code in row["loinc"].split()]
    names = [name for row in rows for column in ("names", "asked_as") for name in split_names(row[column])]
    assert sorted({c for c in codes + names if (codes + names).count(c) > 1}) == []


def test_every_loinc_code_has_its_check_digit() -> None:
    codes = [
        c for table in ("labs", "panels", "vitals", "habits") for row in read_rows(table) for c in row["loinc"].split()
    ]
    assert [c for c in codes if check_digit(c.split("-")[0]) != c.split("-")[1]] == []


def check_digit(digits: str) -> str:
    doubled = [int(d) * (2 if at % 2 == 0 else 1) for at, d in enumerate(reversed(digits))]
    return str(-sum(n - 9 if n > 9 else n for n in doubled) % 10)


def test_a_number_in_another_code_system_is_no_loinc_code() -> None:
    assert match_concepts("TSH", Kind.LAB, coded(Kind.LAB, "urn:oid:2.16.840.1.113883.6.238", "3016-3")).matched == ()


@pytest.mark.parametrize(
    ("term", "code"),
    [
        ("A1c", "4548-4"), ("TSH", "3016-3"), ("INR", "6301-6"), ("K", "2823-3"), ("BUN", "3094-0"), ("WBC", "6690-2"),
        ("LDL", "13457-7"), ("hgb", "718-7"), ("platelets", "777-3"), ("creatinine", "2160-0"), ("BNP", "30934-4"),
        ("troponin t", "6598-7"), ("CBC", "58410-2"), ("BMP", "51990-0"), ("CMP", "24323-8"), ("LFTs", "24325-3"),
        ("lipid panel", "57698-3"), ("blood pressure", "85354-9"), ("pulse", "8867-4"), ("temp", "8310-5"),
        ("BMI", "39156-5"), ("O2 sat", "59408-5"), ("weight", "29463-7"), ("blood sugar", "2345-7"),
        ("sugar", "41653-7"),
    ],
)  # fmt: skip
def test_a_test_is_found_by_its_loinc_code(term: str, code: str) -> None:
    found = match_concepts(term, Kind.LAB, coded(Kind.LAB, LOINC, code, "99999-9"))
    assert (texts(found), found.how) == ([code], "code")


def test_a_panel_that_the_chart_holds_only_in_parts_is_read_as_its_parts() -> None:
    chart = [ConceptEntry(Kind.LAB, n, (n,), (), 1) for n in ("Sodium", "ALT", "Total bilirubin", "Albumin", "Lipase")]
    found = match_concepts("LFTs", Kind.LAB, chart)
    assert texts(found) == ["ALT", "Total bilirubin", "Albumin"]
    assert found.note == '"LFTs" was read as ALT, Total bilirubin, Albumin'


@pytest.mark.parametrize(
    ("term", "inside", "outside"),
    [
        ("heart failure", "I50.9 I50.22 I11.0 I13.2", "I51.9 I10 I25.10"),
        ("diabetes", "E11.9 E08.00 E13.65", "E23.2 R73.03 Z79.4"),
        ("type 1 diabetes", "E10.9", "E11.9"),
        ("cancer", "C50.911 C00.0 C96.9", "D12.6 D49.9 Z85.3"),
        ("malignancy", "C34.90", "D36.9"),
        ("respiratory disease", "J45.909 J00 J99", "I27.20 R05"),
        ("hypertension", "I10 I16.0 I1A.0", "I27.0 K76.6 H40.059"),
        ("CKD", "N18.3 I12.9", "N17.9"),
        ("UTI", "N39.0", "N20.0"),
        ("diseases of the nervous system", "G40.909", "F32.9"),
        ("cholera", "A00.9", "A01.0"),
    ],
)
def test_the_hierarchy_of_icd_10_settles_what_is_a_kind_of_a_condition(term: str, inside: str, outside: str) -> None:
    found = match_concepts(term, Kind.CONDITION, coded(Kind.CONDITION, ICD10, *inside.split(), *outside.split()))
    assert (texts(found), found.how) == (inside.split(), "hierarchy")


@pytest.mark.parametrize(
    ("term", "inside", "outside"),
    [
        ("heart failure", "4280 42822 40201", "4019 4111"),
        ("type 1 diabetes", "25001 25043", "25000 25002"),
        ("diabetes", "25000 24900", "2535"),
        ("cancer", "1749 20280", "2113 V103"),
        ("hypertension", "4019", "4160 5723"),
    ],
)
def test_so_do_the_ranges_of_icd_9_with_and_without_the_dot(term: str, inside: str, outside: str) -> None:
    system = "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-diagnosis-icd9"
    chart = coded(Kind.CONDITION, system, *inside.split(), *outside.split())
    assert texts(match_concepts(term, Kind.CONDITION, chart)) == inside.split()
    dotted = coded(Kind.CONDITION, ICD9, inside.split()[0][:3] + "." + inside.split()[0][3:])
    assert len(match_concepts(term, Kind.CONDITION, dotted).matched) == 1


def test_procedure_codes_are_no_diagnoses() -> None:
    chart = coded(Kind.CONDITION, "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-procedure-icd9", "4280")
    assert match_concepts("heart failure", Kind.CONDITION, chart).matched == ()


def test_a_category_stays_open_where_neither_code_nor_name_places_a_condition() -> None:
    names = ("Chagas carditis (disorder)", "Viral sinusitis (disorder)", "Full-time employment (finding)", "Pain")
    chart = [ConceptEntry(Kind.CONDITION, n, (n,), (Coding(SNOMED, str(i), n),), 1) for i, n in enumerate(names)]
    found = match_concepts("heart disease", Kind.CONDITION, chart)
    assert (found.matched, found.determinable) == ((), False)
    assert [e.text for e in found.undecided] == ["Chagas carditis (disorder)"]


def test_a_vaccine_is_found_by_its_cvx_code() -> None:
    assert texts(match_concepts("flu shot", Kind.IMMUNIZATION, coded(Kind.IMMUNIZATION, CVX, "140", "03"))) == ["140"]


def test_the_categories_of_icd_10_cm_are_those_of_its_release() -> None:
    icd = pytest.importorskip("simple_icd_10_cm")
    held = {row["code"]: row["title"] for row in read_rows("icd10cm") if "-" not in row["code"]}
    released = {c: icd.get_description(c) for c in icd.get_all_codes(True) if icd.is_category(c)}
    assert held == {code: title.removesuffix(f" ({code})") for code, title in released.items()}
