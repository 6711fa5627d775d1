"""Units of measure: chart spellings to UCUM, and conversion by pint and ucumvert (imported late: 1 s).

A conversion that depends on what is measured (mg/dL to mmol/L, meq/L to mmol/L, A1c's two scales) is made where that is
known, by a table of molar masses and charges, and refused with the reason where it is not.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import match_concepts
from tools.concepts.names import ReadName, read_name
from tools.concepts.relation import relate
from tools.concepts.rows import read_rows, split_names
from tools.errors import ToolError
from tools.records.record import Concept

_POWER = re.compile(r"^x?\s*10\s*(?:\^|\*|e|exp)?\(?(\d+)\)?$")
_EQUIVALENTS = re.compile(r"(?<![a-z])[munk]?eq(?![a-z])")
_ANNOTATION = re.compile(r"\{[^}]*\}")
_A1C = read_name("hemoglobin a1c")
_NGSP_SLOPE, _NGSP_OFFSET = 0.09148, 2.152
"""NGSP % = 0.09148 × IFCC mmol/mol + 2.152 (Weykamp et al., Clin Chem 2008; ngsp.org)."""
_DIGITS = 12
_THE_SAME = ("exact", "code", "synonym")


@dataclass(frozen=True)
class Analyte:
    """What is measured: grams a mole and, of an ion, its charge."""

    name: str
    molar_mass: float
    valence: int | None


@lru_cache(maxsize=2_000)
def to_ucum(written: str) -> str:
    """A unit as charts write it, in UCUM; what is not known stays as it is.

    >>> [to_ucum(u) for u in ("K/uL", "mm Hg", "lbs", "mcg/dL", "IU/L", "x10^3/uL", "mL/min/1.73m2", "°F")]
    ['10*3/uL', 'mm[Hg]', '[lb_av]', 'ug/dL', 'U/L', '10*3/uL', 'mL/min/{1.73_m2}', '[degF]']
    """
    said = unicodedata.normalize("NFKC", written).replace("μ", "u").replace("°", "").strip()
    exact, loose = _spellings()
    if found := exact.get(said) or loose.get(said.casefold()):
        return found
    return "/".join(_spell_factor(part.strip()) for part in said.split("/"))


def _spell_factor(part: str) -> str:
    exact, loose = _spellings()
    if power := _POWER.match(part.casefold()):
        return f"10*{power[1]}"
    return exact.get(part) or loose.get(part.casefold(), part)


@cache
def _spellings() -> tuple[dict[str, str], dict[str, str]]:
    """Spellings whose case tells, written with "=" before them, and those in any case."""
    rows = [(row["written"], row["ucum"]) for row in read_rows("units")]
    return {w[1:]: u for w, u in rows if w.startswith("=")}, {w: u for w, u in rows if not w.startswith("=")}


def convert(value: float, source: str, target: str, of: Concept | None = None) -> float:
    """A value in another unit, of what is measured where that matters.

    Raises ToolError, saying why, where a unit is unknown, the two measure different things, or the conversion needs a
    molar mass or a charge that is not known.

    >>> round(convert(1, "g", "mg"))
    1000
    >>> round(convert(90, "mg/dL", "mmol/L", Concept("Glucose", ("Glucose",))), 2)
    5.0
    """
    left, right = to_ucum(source), to_ucum(target)
    if left == right:
        return value
    if {left, right} == {"mmol/mol", "%"}:
        return _convert_a1c(value, right, of)
    analyte = find_analyte(of) if of is not None else None
    have, want = _parse(left, source), _parse(right, target)
    measured = _Measured(source, target, of, analyte)
    quantity = _to_substance(type(have)(value * have.magnitude, have.units), want, measured)
    factor = measured.charges(left, right)
    try:
        made = quantity.to(want.units).magnitude / want.magnitude * factor
    except Exception as error:
        raise ToolError(f"{source} can't be converted to {target}: they measure different things") from error
    return float(f"{made:.{_DIGITS}g}")


@dataclass(frozen=True)
class _Measured:
    """One conversion asked for, for its refusals and its constants."""

    source: str
    target: str
    of: Concept | None
    analyte: Analyte | None

    def refuse(self, needed: str, known: str) -> ToolError:
        what = f" of {self.of.text}" if self.of is not None else ""
        return ToolError(
            f"{self.source}{what} can't be converted to {self.target}: that needs {needed}; it is known of {known}"
        )

    def charges(self, left: str, right: str) -> float:
        """The factor between equivalents and moles: 1 where both or neither are equivalents."""
        had, wanted = (bool(_EQUIVALENTS.search(unit.casefold())) for unit in (left, right))
        if had == wanted:
            return 1.0
        if self.analyte is None or self.analyte.valence is None:
            raise self.refuse("the charge of the ion measured", _names_with("valence"))
        return self.analyte.valence if wanted else 1 / self.analyte.valence


def _to_substance(quantity: Any, want: Any, measured: _Measured) -> Any:
    """The quantity in moles where grams are held and moles wanted, or the other way round."""
    molar = _parse("g/mol", "g/mol")
    ratio = quantity.dimensionality / want.dimensionality
    if ratio not in (molar.dimensionality, molar.dimensionality**-1):
        return quantity
    if measured.analyte is None:
        raise measured.refuse("the molar mass of what is measured", _names_with("molar_mass"))
    whole = molar * measured.analyte.molar_mass
    return quantity / whole if ratio == molar.dimensionality else quantity * whole


def _convert_a1c(value: float, target: str, of: Concept | None) -> float:
    if of is None or not any(relate(_A1C, read_name(n)) in ("equal", "narrower") for n in (of.text, *of.names)):
        raise ToolError("mmol/mol and % are converted only for hemoglobin A1c, which has a scale of its own in each")
    return _NGSP_SLOPE * value + _NGSP_OFFSET if target == "%" else (value - _NGSP_OFFSET) / _NGSP_SLOPE


def find_analyte(concept: Concept) -> Analyte | None:
    """The substance that a test measures, by its names; None where the table does not hold it.

    >>> find_analyte(Concept("Calcium.ionized [Moles/volume] in Blood"))
    Analyte(name='calcium', molar_mass=40.078, valence=2)
    >>> find_analyte(Concept("K")).name
    'potassium'
    """
    held = [read_name(name) for name in dict.fromkeys((concept.text, *concept.names))]
    for asked, analyte in _analytes():
        if any(asked.words == h.plain for h in held):
            return analyte
    found = {a for asked, a in _analytes() if any(relate(asked, h) == "narrower" for h in held)} or _by_synonym(concept)
    return next(iter(found)) if len(found) == 1 else None


def _by_synonym(concept: Concept) -> set[Analyte]:
    """The substances of which the test is known by another name: K is potassium."""
    entry = ConceptEntry(Kind.LAB, concept.text, concept.names or (concept.text,), concept.codings, 1)
    return {a for _, a in _analytes() if match_concepts(a.name, Kind.LAB, (entry,)).how in _THE_SAME}


@cache
def _analytes() -> tuple[tuple[ReadName, Analyte], ...]:
    made: list[tuple[ReadName, Analyte]] = []
    for row in read_rows("analytes"):
        names = split_names(row["names"])
        analyte = Analyte(names[0], float(row["molar_mass"]), int(row["valence"]) if row["valence"] else None)
        made += [(read_name(name), analyte) for name in names]
    return tuple(made)


def _names_with(column: str) -> str:
    return ", ".join(split_names(row["names"])[0] for row in read_rows("analytes") if row[column])


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@lru_cache(maxsize=2_000)
def _parse(ucum: str, written: str) -> Any:
    """One of a unit, as a pint quantity. Raises ToolError for what is no unit."""
    bare = _ANNOTATION.sub("", ucum).strip()
    if not bare or bare.startswith("/"):
        bare = f"1{bare}"
    for spelled in dict.fromkeys((bare, bare.casefold())):
        try:
            return _registry().from_ucum(spelled)
        except Exception:  # noqa: S112
            continue
    raise ToolError(
        f"{written!r} is no unit that is known; give a UCUM code: mg/dL, mmol/L, 10*3/uL, mm[Hg], kg, Cel, h"
    )
