"""What the generator draws from: names, illnesses with their drugs, tests with their usual values, vaccines.

Codes are SNOMED CT, RxNorm, LOINC and CVX; values are of the usual order of size, not epidemiology.
"""

from __future__ import annotations

from dataclasses import dataclass

GIVEN_NAMES = {
    "female": ("Alba", "Dorothea", "Mina", "Solveig", "Tamsin", "Yesenia"),
    "male": ("Anselm", "Bram", "Iker", "Osric", "Tobias", "Yusuf"),
}
FAMILY_NAMES = ("Aldervane", "Brightwater", "Castellan", "Dunmore", "Eskildsen", "Farrow", "Grennan", "Halloway")


@dataclass(frozen=True)
class Illness:
    """An illness, how likely it is, how long it lasts (0: for good), and what is ordered for it."""

    code: str
    name: str
    chance: float
    days: int
    drugs: tuple[tuple[str, str], ...]


CONDITIONS = (
    Illness("38341003", "Hypertension", 0.45, 0, (("314076", "Lisinopril 10 MG Oral Tablet"),)),
    Illness("44054006", "Type 2 diabetes mellitus", 0.25, 0, (("860975", "Metformin 500 MG Extended Release Tablet"),)),
    Illness("55822004", "Hyperlipidemia", 0.35, 0, (("617312", "Atorvastatin 20 MG Oral Tablet"),)),
    Illness("195967001", "Asthma", 0.15, 0, (("745752", "Albuterol 0.09 MG/ACTUAT Inhaler"),)),
    Illness("444814009", "Viral sinusitis", 0.3, 14, ()),
    Illness("10509002", "Acute bronchitis", 0.25, 14, (("308182", "Amoxicillin 250 MG Oral Capsule"),)),
    Illness("40930008", "Hypothyroidism", 0.12, 0, (("966224", "Levothyroxine Sodium 0.075 MG Oral Tablet"),)),
)


@dataclass(frozen=True)
class Test:
    """A measurement with its usual value; `follows` are the illnesses for which it is always done."""

    code: str
    name: str
    unit: str
    mean: float
    spread: float
    digits: int
    category: str = "laboratory"
    always: bool = False
    follows: tuple[str, ...] = ()
    when_ill: float = 0
    """How much higher it usually is with one of those illnesses."""


MEASURES = (
    Test("29463-7", "Body weight", "kg", 78, 9, 1, "vital-signs", True),
    Test("8867-4", "Heart rate", "/min", 74, 8, 0, "vital-signs", True),
    Test("8310-5", "Body temperature", "Cel", 36.8, 0.3, 1, "vital-signs"),
)
LABS = (
    Test("4548-4", "Hemoglobin A1c", "%", 5.5, 0.3, 1, follows=("Type 2 diabetes mellitus",), when_ill=1.8),
    Test("2823-3", "Potassium", "mmol/L", 4.2, 0.3, 1, follows=("Hypertension",)),
    Test("2160-0", "Creatinine", "mg/dL", 0.95, 0.15, 2, follows=("Hypertension",), when_ill=0.1),
    Test("2089-1", "LDL cholesterol", "mg/dL", 108, 18, 0, follows=("Hyperlipidemia",), when_ill=42),
    Test("3016-3", "Thyrotropin", "m[IU]/L", 2.2, 0.6, 2, follows=("Hypothyroidism",), when_ill=3.1),
)
SYSTOLIC = Test("8480-6", "Systolic blood pressure", "mm[Hg]", 122, 8, 0, follows=("Hypertension",), when_ill=18)
DIASTOLIC = Test("8462-4", "Diastolic blood pressure", "mm[Hg]", 76, 5, 0, follows=("Hypertension",), when_ill=9)
BOUNDS = {
    "29463-7": (2, 350), "8867-4": (20, 250), "8310-5": (30, 44), "4548-4": (3, 20), "2823-3": (1.5, 9),
    "2160-0": (0.1, 25), "2089-1": (10, 600), "3016-3": (0.001, 200), "8480-6": (40, 300), "8462-4": (20, 200),
}  # fmt: skip
"""By LOINC code, in the unit of the table above: beyond these a value is none of a living person's."""
ALLERGIES = (
    ("716186003", "No known allergy", 0.45), ("91936005", "Allergy to penicillin", 0.12),
    ("300916003", "Latex allergy", 0.04),
)  # fmt: skip
"""With how likely each is; the rest have no allergy record at all."""
SMOKING = (("266919005", "Never smoker"), ("8517006", "Former smoker"), ("77176002", "Smoker"))
STAY_REASONS = (("233604007", "Pneumonia"), ("74400008", "Appendicitis"), ("56265001", "Heart disease"))
VACCINES = (("140", "Influenza, seasonal, injectable"), ("115", "Tdap"), ("33", "Pneumococcal polysaccharide PPV23"))
