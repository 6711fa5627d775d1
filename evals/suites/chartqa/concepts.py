"""How people name what a chart holds: short forms of official names, everyday names of common tests and drugs.

Everyday names are those of patient leaflets and ward talk (MedlinePlus "Medical Tests", LOINC consumer names).
"""

from __future__ import annotations

import re
from functools import lru_cache

TEST_NAMES: dict[str, tuple[str, ...]] = {
    "4548-4": ("A1c", "HbA1c", "hemoglobin A1c"),
    "29463-7": ("weight", "body weight"),
    "8302-2": ("height",),
    "39156-5": ("BMI", "body mass index"),
    "55284-4": ("blood pressure", "BP"),
    "85354-9": ("blood pressure", "BP"),
    "2339-0": ("blood sugar", "glucose"),
    "2345-7": ("blood sugar", "glucose"),
    "6299-2": ("BUN", "urea nitrogen"),
    "3094-0": ("BUN", "urea nitrogen"),
    "38483-4": ("creatinine",),
    "2160-0": ("creatinine",),
    "2093-3": ("total cholesterol",),
    "2571-8": ("triglycerides", "triglyceride level"),
    "18262-6": ("LDL", "LDL cholesterol"),
    "2089-1": ("LDL", "LDL cholesterol"),
    "2085-9": ("HDL", "HDL cholesterol"),
    "8867-4": ("heart rate", "pulse"),
    "9279-1": ("respiratory rate", "breathing rate"),
    "8310-5": ("temperature", "body temperature"),
    "8331-1": ("oral temperature",),
    "2708-6": ("oxygen saturation", "O2 sat"),
    "59408-5": ("oxygen saturation", "O2 sat"),
    "718-7": ("hemoglobin", "Hgb"),
    "777-3": ("platelet count", "platelets"),
    "6690-2": ("white blood cell count", "WBC"),
    "789-8": ("red blood cell count", "RBC"),
    "4544-3": ("hematocrit", "Hct"),
    "20570-8": ("hematocrit", "Hct"),
    "2947-0": ("sodium",),
    "2951-2": ("sodium",),
    "6298-4": ("potassium",),
    "2823-3": ("potassium",),
    "2069-3": ("chloride",),
    "2075-0": ("chloride",),
    "49765-1": ("calcium",),
    "17861-6": ("calcium",),
    "33914-3": ("eGFR", "GFR"),
    "72166-2": ("smoking status",),
    "2857-1": ("PSA",),
    "10230-1": ("ejection fraction",),
    "1742-6": ("ALT",),
    "1920-8": ("AST",),
    "1975-2": ("total bilirubin",),
    "1751-7": ("albumin",),
    "6768-6": ("alkaline phosphatase", "alk phos"),
    "3016-3": ("TSH",),
    "72514-3": ("pain score",),
    "55758-7": ("PHQ-2 score",),
    "70274-6": ("GAD-7 score",),
}
"""By LOINC code; each names this test and no other of the table but its twin of another method."""

VACCINE_NAMES: dict[str, frozenset[str]] = {
    "flu shot": frozenset({"140", "141", "150", "88", "135", "153", "155", "158", "161", "166", "168", "171", "185"}),
    "tetanus shot": frozenset({"09", "113", "115", "139", "20", "28", "106", "107", "110", "120", "50"}),
    "MMR": frozenset({"03", "94"}),
    "shingles vaccine": frozenset({"121", "187", "188"}),
    "chickenpox vaccine": frozenset({"21", "94"}),
    "HPV vaccine": frozenset({"62", "118", "137", "165"}),
    "polio vaccine": frozenset({"10", "02", "89", "110", "120", "130"}),
    "hepatitis A vaccine": frozenset({"52", "83", "84", "85", "104", "31"}),
    "hepatitis B vaccine": frozenset({"08", "43", "44", "45", "42", "104", "110", "189", "51"}),
    "COVID-19 vaccine": frozenset({"207", "208", "210", "211", "212", "213", "217", "218", "219", "228", "229", "300"}),
    "pneumonia vaccine": frozenset({"33", "133", "100", "109", "152", "215", "216"}),
    "meningococcal vaccine": frozenset({"114", "136", "147", "148", "32", "103", "108", "162", "163", "203"}),
}
"""The CVX codes of all products that a name means (CDC, CVX mapped to vaccine groups)."""

CONDITION_NAMES: dict[str, tuple[str, ...]] = {
    "59621000": ("high blood pressure", "hypertension", "HTN"),
    "38341003": ("high blood pressure", "hypertension", "HTN"),
    "44054006": ("type 2 diabetes", "T2DM"),
    "55822004": ("high cholesterol", "hyperlipidemia"),
    "49436004": ("AFib", "atrial fibrillation"),
    "43878008": ("strep throat",),
    "74400008": ("appendicitis",),
    "65363002": ("ear infection", "otitis media"),
    "88805009": ("congestive heart failure", "CHF"),
    "22298006": ("heart attack", "myocardial infarction"),
    "53741008": ("coronary artery disease", "CAD"),
    "185086009": ("COPD",),
    "195967001": ("asthma",),
    "40930008": ("hypothyroidism", "underactive thyroid"),
    "271737000": ("anemia",),
    "128613002": ("seizure disorder",),
    "26929004": ("Alzheimer's", "Alzheimer's disease"),
    "62106007": ("concussion",),
    "398254007": ("preeclampsia",),
    "840539006": ("COVID", "COVID-19"),
}
"""By SNOMED CT code."""

_SEMANTIC_TAG = re.compile(r"\s*\((?:disorder|finding|situation|procedure|substance|organism|regime/therapy)\)?$")
_PROPER = {
    "Escherichia",
    "Doppler",
    "Hodgkin",
    "Foley",
    "Glasgow",
    "Braden",
    "Jackson",
    "Pratt",
    "Morse",
    "Mirena",
    "Tdap",
}
_MEASURED = re.compile(
    r"\s*\[(Mass/volume|Moles/volume|#/volume|Entitic \w+|Enzymatic activity/volume|Volume Fraction|Presence)\]"
    r"( (in|of) (Blood|Serum|Serum or Plasma|Platelet poor plasma|Respiratory specimen))?( by .*)?$"
    r"|\s*\[Reported[^\]]*\]$"
)
"""How something was measured in blood or a swab; what a bracket says of another specimen or a percentile is kept."""


def shorten(name: str) -> str:
    """Without the semantic tag, what was measured how, or a code's commas.

    >>> shorten("Anemia (disorder)"), shorten("Hemoglobin [Mass/volume] in Blood")
    ('Anemia', 'Hemoglobin')
    >>> shorten("Glucose [Mass/volume] in Urine by Test strip")
    'Glucose [Mass/volume] in Urine by Test strip'
    """
    return _MEASURED.sub("", strip_tag(name)).strip() or name


def strip_tag(name: str) -> str:
    """
    >>> strip_tag("Miscarriage (disorder)")
    'Miscarriage'
    """
    return _SEMANTIC_TAG.sub("", name)


def lower_first(name: str) -> str:
    """As within a sentence: only abbreviations and proper names keep their capitals.

    >>> lower_first("Chronic Sinusitis"), lower_first("HPV, quadrivalent"), lower_first("Alzheimer's disease")
    ('chronic sinusitis', 'HPV, quadrivalent', "Alzheimer's disease")
    """
    return re.sub(r"(?<![\w'])[A-Z][a-z]{2,}(?![\w'])", lambda m: m[0] if m[0] in _PROPER else m[0].lower(), name)


@lru_cache(maxsize=1 << 14)
def to_words(name: str) -> frozenset[str]:
    """
    >>> sorted(to_words("Sprain of wrist (disorder)"))
    ['disorder', 'of', 'sprain', 'wrist']
    """
    return frozenset(re.findall(r"[a-z0-9]+", name.lower()))


def contains(longer: str, shorter: str) -> bool:
    """Whether every word of one name is in the other.

    >>> contains("Viral sinusitis", "Sinusitis"), contains("Prediabetes", "Diabetes")
    (True, False)
    """
    return to_words(shorter) <= to_words(longer)
