"""Reviewed tables: clinical abbreviations, lab names, brands, drug classes by INN stem. Small on purpose.

Sources: LOINC long and short names for labs, WHO's INN stem book (2018) for stems, RxNorm for brands, the Joint
Commission's and common hospital lists for abbreviations.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_SYNONYMS = (
    ("a1c", "hba1c", "hgb a1c", "hemoglobin a1c", "glycated hemoglobin", "hemoglobin a1c/hemoglobin.total in blood"),
    ("bp", "blood pressure", "blood pressure panel", "blood pressure panel with all children optional"),
    ("htn", "hypertension", "high blood pressure", "essential hypertension", "hypertensive disorder"),
    ("dm", "diabetes", "diabetes mellitus"),
    ("dm2", "t2dm", "type 2 diabetes", "type 2 diabetes mellitus", "diabetes mellitus type 2"),
    ("ckd", "chronic kidney disease"),
    ("copd", "chronic obstructive pulmonary disease", "chronic obstructive lung disease"),
    ("chf", "congestive heart failure", "heart failure"),
    ("mi", "heart attack", "myocardial infarction"),
    ("uti", "urinary tract infection"),
    ("afib", "af", "atrial fibrillation"),
    ("cva", "stroke", "cerebrovascular accident"),
    ("gerd", "acid reflux", "gastroesophageal reflux disease", "gastro-esophageal reflux disease"),
    ("hld", "high cholesterol", "hyperlipidemia", "hypercholesterolemia"),
    ("hr", "heart rate", "pulse", "pulse rate"),
    ("rr", "respiratory rate"),
    ("temp", "temperature", "body temperature"),
    ("spo2", "o2 sat", "oxygen saturation", "oxygen saturation in arterial blood by pulse oximetry"),
    ("wt", "weight", "body weight"),
    ("ht", "height", "body height"),
    ("bmi", "body mass index"),
    ("k", "potassium"),
    ("na", "sodium"),
    ("cr", "creatinine"),
    ("bun", "urea nitrogen"),
    ("hgb", "hb", "hemoglobin", "haemoglobin"),
    ("wbc", "white blood cells", "leukocytes", "white count"),
    ("plt", "platelets", "platelet count"),
    ("tsh", "thyrotropin", "thyroid stimulating hormone"),
    ("ldl", "ldl cholesterol", "cholesterol in ldl"),
    ("hdl", "hdl cholesterol", "cholesterol in hdl"),
    ("egfr", "gfr", "glomerular filtration rate"),
    ("cxr", "chest x-ray", "chest xray", "xr chest", "radiograph of chest"),
    ("flu shot", "flu vaccine", "influenza vaccine", "influenza"),
    ("tetanus shot", "tetanus", "tdap", "td"),
    ("tylenol", "acetaminophen", "paracetamol"),
    ("advil", "motrin", "ibuprofen"),
    ("lasix", "furosemide"),
    ("lipitor", "atorvastatin"),
    ("coumadin", "warfarin"),
    ("zofran", "ondansetron"),
    ("glucophage", "metformin"),
    ("epipen", "epinephrine"),
    ("aspirin", "asa", "acetylsalicylic acid"),
    ("smoking", "smoker", "smoke", "tobacco smoking status", "tobacco smoking status nhis"),
)
_STEMS = {
    "statin": r".+vastatin$", "ace inhibitor": r".+pril$", "beta blocker": r".+olol$", "arb": r".+sartan$",
    "proton pump inhibitor": r".+prazole$", "ppi": r".+prazole$", "penicillin": r".+cillin$|penicillin",
    "cephalosporin": r"^(?:cef|ceph).+", "fluoroquinolone": r".+floxacin$", "quinolone": r".+floxacin$",
    "macrolide": r".+thromycin$", "benzodiazepine": r".+(?:azepam|azolam)$", "triptan": r".+triptan$",
    "opioid": r"(?:.*(?:codone|morphone|fentanyl)|morphine|codeine|tramadol|methadone)$",
    "insulin": r"^insulin$", "antifungal": r".+conazole$",
    "antibiotic": r".+(?:cillin|floxacin|thromycin|cycline|penem)$|^(?:cef|ceph).+|^(?:vancomycin|gentamicin|"
    r"tobramycin|amikacin|sulfamethoxazole|trimethoprim|metronidazole|linezolid|clindamycin|nitrofurantoin|meropenem|daptomycin)$",
    "anticoagulant": r"^(?:warfarin|heparin|enoxaparin|dalteparin|fondaparinux|argatroban)$|.+(?:xaban|gatran)$",
    "diuretic": r"^(?:furosemide|bumetanide|torsemide|spironolactone|chlorthalidone|metolazone)$|.+thiazide$",
}  # fmt: skip
_NOT_OF_CLASS = {"statin": {"nystatin"}, "ppi": {"aripiprazole"}, "proton pump inhibitor": {"aripiprazole"}}
_ANY_STEM = re.compile(
    r"(?:pril|olol|sartan|prazole|cillin|floxacin|statin|azole|mycin|cycline|azepam|azolam|zine|sone|olone|pine|mab|nib)$"
)


def synonyms_of(folded: str) -> tuple[str, ...]:
    """The other names of a folded name; empty where none is known.

    >>> "hypertension" in synonyms_of("htn")
    True
    """
    return tuple(n for group in _SYNONYMS if folded in group or folded in _folded(group) for n in group if n != folded)


def _folded(group: tuple[str, ...]) -> set[str]:
    return {n.replace("-", " ").removesuffix("s") for n in group}


def class_members(folded: str) -> Callable[[str], bool] | None:
    """Whether a word names a drug of a class; None where the name is no class.

    >>> class_members("statin")("atorvastatin"), class_members("statin")("nystatin")
    (True, False)
    """
    pattern = _STEMS.get(folded)
    if pattern is None:
        return None
    excluded = _NOT_OF_CLASS.get(folded, set())
    return lambda word: word not in excluded and re.search(pattern, word) is not None


def drug_stem(folded: str) -> bool:
    """Whether a name looks like a drug's: drugs that are spelled alike are different drugs, so none is guessed."""
    return any(_ANY_STEM.search(word) for word in folded.split())
