"""Units as charts write them, and conversions: what holds for anything, what depends on what is measured."""

from __future__ import annotations

import re

import pytest

from tools.concepts.rows import read_rows
from tools.errors import ToolError
from tools.records.record import Concept
from tools.units import convert, to_ucum


@pytest.mark.parametrize(
    ("written", "ucum"),
    [
        ("K/uL", "10*3/uL"), ("k/µL", "10*3/uL"), ("x10E3/uL", "10*3/uL"), ("10^3/uL", "10*3/uL"),
        ("thou/mcL", "10*3/uL"), ("MG/DL", "mg/dL"), ("Mg/dL", "mg/dL"),
        ("G/L", "10*9/L"), ("x10^9/L", "10*9/L"), ("m/uL", "10*6/uL"), ("mmHg", "mm[Hg]"), ("mm Hg", "mm[Hg]"),
        ("lbs", "[lb_av]"), ("inches", "[in_i]"), ("degF", "[degF]"), ("°F", "[degF]"), ("C", "Cel"), ("°C", "Cel"),
        ("deg C", "Cel"), ("%", "%"), ("IU/L", "U/L"), ("[IU]/L", "U/L"), ("uIU/mL", "uU/mL"), ("mIU/L", "mU/L"),
        ("units/hr", "U/h"), ("mcg/kg/min", "ug/kg/min"), ("mEq/L", "meq/L"), ("MEQ/L", "meq/L"), ("gm", "g"),
        ("cc", "mL"), ("bpm", "{beats}/min"), ("mL/min/1.73 m2", "mL/min/{1.73_m2}"), ("mM", "mmol/L"), ("mm", "mm"),
        ("kg/m2", "kg/m2"),
    ],
)  # fmt: skip
def test_a_spelling_seen_in_charts_is_read_as_its_ucum_code(written: str, ucum: str) -> None:
    assert to_ucum(written) == ucum


@pytest.mark.parametrize(
    ("value", "source", "target", "made"),
    [
        (98.6, "degF", "Cel", 37.0), (37, "°C", "°F", 98.6), (180, "lbs", "kg", 81.6466266),
        (70, "inches", "cm", 177.8), (7.5, "K/uL", "10*9/L", 7.5), (4500, "/uL", "K/uL", 4.5),
        (12.5, "g/dL", "g/L", 125), (5, "mg/L", "mg/dL", 0.5),
        (0.04, "ng/mL", "ng/L", 40), (35, "IU/L", "U/L", 35), (2.5, "uIU/mL", "mIU/L", 2.5),
        (45, "%", "L/L", 0.45),
        (120, "mmHg", "kPa", 15.9986864898), (90, "min", "h", 1.5), (2, "weeks", "days", 14),
        (1, "U/L", "ukat/L", 1 / 60),
        (80, "{beats}/min", "/min", 80), (90, "MG/DL", "g/L", 0.9), (4, "mEq/L", "meq/L", 4),
        (60, "mL/min/1.73m2", "mL/min/{1.73_m2}", 60),
    ],
)  # fmt: skip
def test_what_holds_for_anything_is_converted(value: float, source: str, target: str, made: float) -> None:
    assert convert(value, source, target) == pytest.approx(made, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "value", "source", "target", "made"),
    [
        ("Glucose [Mass/volume] in Serum or Plasma", 90, "mg/dL", "mmol/L", 4.996),
        ("Glucose", 5.5, "mmol/L", "mg/dL", 99.09),
        ("Total Cholesterol", 200, "mg/dL", "mmol/L", 5.172),
        ("Cholesterol in LDL [Mass/volume] in Serum or Plasma", 100, "mg/dL", "mmol/L", 2.586),
        ("Triglycerides", 150, "mg/dL", "mmol/L", 1.694),
        ("Creatinine", 1.0, "mg/dL", "umol/L", 88.40),
        ("Urea nitrogen", 14, "mg/dL", "mmol/L", 4.998),
        ("Urea [Mass/volume] in Serum", 30, "mg/dL", "mmol/L", 4.995),
        ("Uric acid", 6, "mg/dL", "umol/L", 356.9),
        ("Bilirubin.total [Mass/volume] in Serum or Plasma", 1, "mg/dL", "umol/L", 17.10),
        ("Calcium", 10, "mg/dL", "mmol/L", 2.495),
        ("Calcium.ionized [Moles/volume] in Blood", 2.4, "meq/L", "mmol/L", 1.2),
        ("Magnesium", 2.0, "meq/L", "mg/dL", 2.4305),
        ("Magnesium", 1.0, "mmol/L", "meq/L", 2.0),
        ("Potassium", 4.2, "meq/L", "mmol/L", 4.2),
        ("K", 4.2, "mmol/L", "meq/L", 4.2),
        ("GLU", 5.0, "mmol/L", "mg/dL", 90.08),
        ("Sodium [Moles/volume] in Blood", 140, "mmol/L", "mEq/L", 140),
        ("Hemoglobin A1c", 48, "mmol/mol", "%", 6.54),
        ("Hemoglobin A1c/Hemoglobin.total in Blood", 7.0, "%", "mmol/mol", 52.99),
        ("25-hydroxyvitamin D", 30, "ng/mL", "nmol/L", 74.88),
    ],
)
def test_what_depends_on_what_is_measured_is_converted_where_that_is_known(
    name: str, value: float, source: str, target: str, made: float
) -> None:
    assert convert(value, source, target, Concept(name, (name,))) == pytest.approx(made, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "source", "target", "why"),
    [
        (None, "mg/dL", "mmol/L", "the molar mass of what is measured"),
        (None, "meq/L", "mmol/L", "the charge of the ion measured"),
        ("Phosphate", "meq/L", "mmol/L", "the charge of the ion measured"),
        ("Ferritin", "ng/mL", "nmol/L", "of Ferritin can't be converted"),
        ("Microalbumin/Creatinine ratio", "mg/g", "mg/mmol", "the molar mass"),
        (None, "mmol/mol", "%", "only for hemoglobin A1c"),
        ("Hematocrit", "%", "mmol/mol", "only for hemoglobin A1c"),
        (None, "mg/dL", "mm[Hg]", "measure different things"),
        (None, "kg", "h", "measure different things"),
        (None, "U", "mg", "measure different things"),
        (None, "[degF]", "kg", "measure different things"),
        (None, "furlongs", "m", "'furlongs' is no unit that is known"),
    ],
)
def test_a_conversion_that_is_not_settled_is_refused_with_the_reason(
    name: str | None, source: str, target: str, why: str
) -> None:
    with pytest.raises(ToolError, match=re.escape(why)):
        convert(1, source, target, Concept(name, (name,)) if name else None)


def test_the_molar_masses_are_those_of_the_formulas() -> None:
    weights = {"H": 1.008, "Li": 6.94, "C": 12.011, "N": 14.007, "O": 15.999, "Na": 22.990, "Mg": 24.305, "P": 30.974,
               "S": 32.06, "Cl": 35.45, "K": 39.098, "Ca": 40.078, "Fe": 55.845, "Co": 58.933, "Cu": 63.546,
               "Zn": 65.38, "I": 126.904}  # fmt: skip
    for row in read_rows("analytes"):
        atoms = re.findall(r"([A-Z][a-z]?)(\d*)", row["formula"])
        assert float(row["molar_mass"]) == pytest.approx(sum(weights[e] * int(n or 1) for e, n in atoms), abs=5e-4)


def test_every_ucum_code_in_the_table_of_spellings_can_be_read() -> None:
    codes = {row["ucum"] for row in read_rows("units")} - {"[pH]", "Cel", "[degF]"}
    assert [code for code in sorted(codes) if convert(3, f"{code}/s", f"{code}/s.1") != 3] == []
