"""What a medication record is of: product, ingredients, class; the names a drug is asked by. Holds no template."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from evals.suites.chartqa.concepts import contains, lower_first
from evals.suites.chartqa.drug_classes import with_generic
from evals.suites.chartqa.raw import Chart, Json
from evals.suites.chartqa.record import to_names

_LEAD = re.compile(r"^(NDA\d+ )?(\d+(\.\d+)? (HR|ML|ACTUAT|MG|DAY) )+", re.IGNORECASE)
_STRENGTH = re.compile(r"^(?P<what>[A-Za-z][A-Za-z ,\-]*?) ?(\d[\d.,]*) ?(MG|MCG|UNT|G|ML|MEQ|MMOL|%)\b", re.IGNORECASE)
_SALT = re.compile(
    r"[ ,]+(hydrochloride|hydrocholoride|hydrobromide|sodium|potassium|maleate|succinate|bitartrate|tartrate"
    r"|acetate|sulfate|hyclate|propionate|phosphate|citrate|calcium|mesylate|fumarate|besylate|carbonate|chloride|gluconate|bicarbonate|hcl)$",
    re.IGNORECASE,
)
_SALTS_THAT_NAME = re.compile(
    r"^(ferrous|potassium|sodium|calcium|magnesium|zinc|lithium|aluminum|docusate)\b", re.IGNORECASE
)
_PACK = re.compile(r"^(?P<what>[A-Za-z][\w .+/\-]*?) \d+ Day Pack$")
_NOT_ASKED = re.compile(r"[;*<>]|^Bag$|^Vial$|^Syringe$|^Soln$|flush|diluent|\bNF\b| for |\(for", re.IGNORECASE)
ORDERED = frozenset({"active", "completed", "stopped", "on-hold"})
_NO_ORDER = frozenset({"proposal", "plan", "option"})


@dataclass(frozen=True)
class Drug:
    """The orders of one drug, under a name that no other order of the chart shares."""

    name: str
    orders: tuple[Json, ...]


def product_names(chart: Chart, record: Json) -> tuple[str, ...]:
    """The names of what was ordered or given, of a mix those of what is in it; empty where none is told."""
    return _names(chart, record.get("medicationCodeableConcept"), chart.follow(record.get("medicationReference")))


def _names(chart: Chart, concept: Json | None, medication: Json | None) -> tuple[str, ...]:
    if named := to_names(concept):
        return named
    named = to_names((medication or {}).get("code"))
    by_name = [
        i for i in (medication or {}).get("identifier", ()) if str(i.get("system", "")).endswith("medication-name")
    ]
    named += tuple(" ".join(str(i.get("value", "")).split()) for i in by_name)
    if concept and not named:
        codings = [c for c in concept.get("coding", ()) if str(c.get("system", "")).endswith("medication-name")]
        named = tuple(str(c["code"]) for c in codings if c.get("code"))
    if not named and medication:
        parts = [chart.follow(i.get("itemReference")) for i in medication.get("ingredient", ())]
        named = tuple(n for part in parts if part for n in _names(chart, None, part))
    return tuple(dict.fromkeys(n for n in named if n))


def formulary_names(chart: Chart, record: Json) -> set[str]:
    """The names of a drug that was given under a formulary's code alone."""
    by_code = chart.once("formulary", lambda: _read_formulary(chart))
    codes = [str(c.get("code")) for c in (record.get("medicationCodeableConcept") or {}).get("coding", ())]
    return {name for code in codes for name in by_code.get(code, ())}


def _read_formulary(chart: Chart) -> dict[str, set[str]]:
    by_code: dict[str, set[str]] = defaultdict(set)
    for medication in chart.shared.values():
        values = [str(i.get("value")) for i in medication.get("identifier", ())]
        for value in values if medication.get("resourceType") == "Medication" else ():
            by_code[value].update(values)
    return by_code


def other_drug_names(chart: Chart) -> set[str]:
    """What was reported, dispensed or given, by name."""
    kinds = ("MedicationStatement", "MedicationDispense", "MedicationAdministration")
    told = {n for kind in kinds for r in chart.of(kind) for n in product_names(chart, r)}
    return told | {n for r in chart.of("MedicationAdministration") for n in formulary_names(chart, r)}


def names_before_orders(chart: Chart) -> set[str]:
    """What was taken at home or handed out on arrival: it may have begun before its first order."""
    handed = [r for r in chart.of("MedicationDispense") if "whenHandedOver" in r]
    return {n for r in [*chart.of("MedicationStatement"), *handed] for n in product_names(chart, r)}


def is_mix(chart: Chart, record: Json) -> bool:
    return bool((chart.follow(record.get("medicationReference")) or {}).get("ingredient"))


def to_ingredients(product: str) -> tuple[str, ...]:
    """The ingredients a product's name tells, without salts; empty where it can't be told.

    >>> to_ingredients("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet")
    ('metformin',)
    >>> to_ingredients("Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet")
    ('acetaminophen', 'oxycodone')
    >>> to_ingredients("Yaz 28 Day Pack"), to_ingredients("Acetaminophen/Hydrocodone")
    (('yaz',), ())
    """
    if pack := _PACK.match(product):
        return (pack["what"].lower(),)
    found = [_STRENGTH.match(_LEAD.sub("", part)) for part in re.sub(r"\[.*?\]", "", product).split(" / ")]
    if not all(found):
        return ()
    return tuple(_without_salt(m["what"].strip().lower()) for m in found if m)


def _without_salt(name: str) -> str:
    if _SALTS_THAT_NAME.match(name):
        return name
    return _SALT.sub("", _SALT.sub("", name))


def orders(chart: Chart) -> list[Json]:
    """The prescriptions that count."""
    found = chart.of("MedicationRequest")
    return [r for r in found if r.get("status") in ORDERED and r.get("intent") not in _NO_ORDER]


def drugs(chart: Chart) -> list[Drug]:
    """By ingredient and by product: the drugs of which it is clear which orders are meant."""
    return chart.once("drugs", lambda: _find_drugs(chart))


def _find_drugs(chart: Chart) -> list[Drug]:
    by_ingredient: dict[str, list[Json]] = defaultdict(list)
    by_product: dict[str, list[Json]] = defaultdict(list)
    for record in orders(chart):
        for product in (names := product_names(chart, record)):
            by_product[product].append(record)
        for ingredient in to_ingredients(names[0]) if names else ():
            by_ingredient[ingredient].append(record)
    found = [Drug(n, tuple(rs)) for n, rs in by_ingredient.items() if _is_alone(chart, n, rs, list(by_product))]
    known = {d.name for d in found}
    for product, records in by_product.items():
        others = [with_generic(p) for p in by_product if p != product]
        core = _without_salt(product.lower())
        shared = any(contains(o, n) for o in others for n in (product, core, *_generics(product)))
        plain = not shared and not any(is_mix(chart, r) for r in records)
        if plain and _is_sayable(product) and product.lower() not in known:
            found.append(Drug(lower_drug(product), tuple(records)))
    return found


def _is_alone(chart: Chart, ingredient: str, records: list[Json], products: list[str]) -> bool:
    """Whether it is the only ingredient of all products whose name holds it."""
    mine = {n for r in records for n in product_names(chart, r)}
    single = all(len(to_ingredients(product_names(chart, r)[0])) == 1 for r in records)
    others = [with_generic(p) for p in products if p not in mine]
    return single and not any(contains(o, n) for o in others for n in (ingredient, *_generics(ingredient)))


def _generics(name: str) -> list[str]:
    """What the brands in a name stand for."""
    return [g for g in [with_generic(name)[len(name) :].strip()] if g]


def _is_sayable(product: str) -> bool:
    return len(product) <= 60 and not _NOT_ASKED.search(product)


def lower_drug(product: str) -> str:
    """A drug's name as within a sentence.

    >>> lower_drug("CefTRIAXone"), lower_drug("Lisinopril 10 MG Oral Tablet"), lower_drug("NPH")
    ('ceftriaxone', 'lisinopril 10 MG oral tablet', 'NPH')
    """
    tall_man = r"(?<!\w)(?:[A-Z]*[a-z]+[A-Z]{2,}[a-z]*|[A-Z]{2,}[a-z]+)(?!\w)"
    return lower_first(re.sub(tall_man, lambda m: m[0].lower(), product))


def choose_drugs(chart: Chart, dice: random.Random) -> Iterator[Drug]:
    found = drugs(chart)
    yield from dice.sample(found, len(found))
