"""Formulas: named clinical calculations with their source, over numbers in fixed units. Knows nothing of charts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tools.errors import ToolError
from tools.records.record import Concept

Numbers = Mapping[str, float]
"""Inputs in the unit of their role; beside them `age` in years and `female`, 1 or 0, where a formula needs them."""


@dataclass(frozen=True)
class Role:
    """What a formula needs of the chart: which records can be it, and in which unit."""

    name: str
    unit: str
    names: re.Pattern[str]
    """A record's name that fits, lower case."""
    codes: frozenset[str]
    """LOINC codes that fit."""
    lowest: float = 0.0
    highest: float = 1e6
    """A value outside is no plausible one, and is refused."""

    def fits(self, name: str, codes: Iterable[str]) -> bool:
        """Whether a record of this name and these codes can be it; what LOINC puts in brackets says nothing here.

        >>> [_CREATININE.fits(name, ()) for name in ("Creatinine [Mass/volume] in Serum", "Urine creatinine")]
        [True, False]
        """
        plain = re.sub(r"\[.*?\]", " ", name.casefold()).strip()
        return bool(self.codes & set(codes)) or self.names.search(plain) is not None


@dataclass(frozen=True)
class Formula:
    """One calculation."""

    title: str
    roles: tuple[Role, ...]
    unit: str
    source: str
    compute: Callable[[Numbers], float]
    digits: int = 1
    """Decimals of the result."""
    of_person: bool = False
    """It needs an adult's age and sex too, which are read from the chart."""


def _role(name: str, unit: str, names: str, codes: str, limits: tuple[float, float]) -> Role:
    return Role(name, unit, re.compile(names), frozenset(codes.split()), *limits)


_OTHER = r"^(?!.*(?:urin|ratio|clearance|fluid|csf|dialys|stool|ionized|ionised|free|micro|/))"
_NO_BODY = r"^(?!.*(?:birth|ideal|for|loss|gain|change|percentile|fetal|uterine|mass index))"
_WEIGHT = _role("weight", "kg", _NO_BODY + r".*(?:\bweight\b|^wt\b)", "29463-7 3141-9", (0.2, 700))
_HEIGHT = _role("height", "cm", _NO_BODY + r".*(?:\bheight\b|\bbody length\b|^ht\b)", "8302-2 8308-9 3137-7", (20, 280))
_CREATININE = _role("creatinine", "mg/dL", _OTHER + r".*\bcreatinine?\b|^cr\b", "2160-0 38483-4 14682-9", (0.05, 40))
_SODIUM = _role("sodium", "mmol/L", _OTHER + r".*\bsodium\b|^na\b", "2951-2 2947-0", (80, 220))
_CHLORIDE = _role("chloride", "mmol/L", _OTHER + r".*\bchloride\b|^cl\b", "2075-0 2069-3", (40, 180))
_BICARBONATE = _role(
    "bicarbonate", "mmol/L", _OTHER + r".*(?:\bbicarb|\bhco3\b|\bcarbon dioxide\b|\bco2\b)", "1963-8 2028-9 1959-6",
    (1, 70),
)  # fmt: skip
_CALCIUM = _role("calcium", "mg/dL", _OTHER + r".*\bcalcium\b|^ca\b", "17861-6 2000-8", (2, 25))
_ALBUMIN = _role("albumin", "g/dL", _OTHER + r".*\balbumin\b", "1751-7 61151-7", (0.3, 8))
_SYSTOLIC = _role("systolic", "mm[Hg]", r"\bsystolic\b", "8480-6", (30, 320))
_DIASTOLIC = _role("diastolic", "mm[Hg]", r"\bdiastolic\b", "8462-4", (10, 220))


def _egfr(n: Numbers) -> float:
    """eGFR by creatinine, without race.

    >>> [round(_egfr({"creatinine": 1.0, "age": 50, "female": female})) for female in (0, 1)]
    [92, 69]
    """
    kappa, alpha = (0.7, -0.241) if n["female"] else (0.9, -0.302)
    ratio = n["creatinine"] / kappa
    scale = 1.012 if n["female"] else 1.0
    value: float = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938 ** n["age"] * scale
    return value


def _clearance(n: Numbers) -> float:
    """Creatinine clearance.

    >>> _clearance({"age": 60, "weight": 72, "creatinine": 1.0, "female": 0})
    80.0
    """
    return (140 - n["age"]) * n["weight"] / (72 * n["creatinine"]) * (0.85 if n["female"] else 1.0)


FORMULAS: dict[str, Formula] = {
    "bmi": Formula(
        "Body mass index", (_WEIGHT, _HEIGHT), "kg/m2", "WHO Technical Report Series 894, 2000",
        lambda n: n["weight"] / (n["height"] / 100) ** 2,
    ),
    "body_surface_area": Formula(
        "Body surface area", (_WEIGHT, _HEIGHT), "m2", "Mosteller, N Engl J Med 1987;317:1098",
        lambda n: (n["height"] * n["weight"] / 3600) ** 0.5, digits=2,
    ),
    "mean_arterial_pressure": Formula(
        "Mean arterial pressure", (_SYSTOLIC, _DIASTOLIC), "mmHg", "(systolic + 2 × diastolic) / 3, the usual estimate",
        lambda n: (n["systolic"] + 2 * n["diastolic"]) / 3,
    ),
    "anion_gap": Formula(
        "Anion gap without potassium", (_SODIUM, _CHLORIDE, _BICARBONATE), "mmol/L",
        "Emmett and Narins, Medicine 1977;56:38", lambda n: n["sodium"] - n["chloride"] - n["bicarbonate"],
    ),
    "corrected_calcium": Formula(
        "Calcium corrected for albumin", (_CALCIUM, _ALBUMIN), "mg/dL", "Payne et al., BMJ 1973;4:643",
        lambda n: n["calcium"] + 0.8 * (4.0 - n["albumin"]),
    ),
    "egfr": Formula(
        "eGFR (CKD-EPI creatinine 2021)", (_CREATININE,), "mL/min/1.73m2", "Inker et al., N Engl J Med 2021;385:1737",
        _egfr, digits=0, of_person=True,
    ),
    "creatinine_clearance": Formula(
        "Creatinine clearance (Cockcroft-Gault)", (_WEIGHT, _CREATININE), "mL/min",
        "Cockcroft and Gault, Nephron 1976;16:31", _clearance, of_person=True,
    ),
}  # fmt: skip
"""Each with the publication it was taken from."""


def to_role_unit(role: Role, value: float, unit: str | None) -> float:
    """A value in a role's unit, plausible. Raises ToolError where it can't be one.

    >>> round(to_role_unit(_CREATININE, 88.4, "umol/L"), 2), round(to_role_unit(_HEIGHT, 1.8, "m"))
    (1.0, 180)
    """
    if not unit:
        raise ToolError(f"the {role.name} has no unit, so it can't be calculated with")
    from tools.units import convert

    told = convert(value, unit, role.unit, Concept(role.name, (role.name,)))
    if not role.lowest <= told <= role.highest:
        raise ToolError(f"{value:g} {unit} is no plausible {role.name}, so nothing is calculated from it")
    return told
