"""Classes of drugs by the names of their members (WHO ATC groups). Knows nothing of charts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class DrugClass:
    """A class as it is asked for, what names its members, and what might count as one."""

    asked: tuple[str, ...]
    members: str
    possible: str = r"^$"

    def has(self, names: Iterable[str]) -> bool:
        return any(re.search(self.members, n, re.IGNORECASE) for n in names)

    def may_have(self, names: Iterable[str]) -> bool:
        return any(re.search(self.possible, n, re.IGNORECASE) for n in names)


BRANDS = {
    "lasix": "furosemide", "tylenol": "acetaminophen", "valium": "diazepam", "klonopin": "clonazepam",
    "toprol": "metoprolol", "ativan": "lorazepam", "dilaudid": "hydromorphone", "percocet": "oxycodone",
    "vicodin": "hydrocodone", "coumadin": "warfarin", "glucophage": "metformin", "nexium": "esomeprazole",
    "protonix": "pantoprazole", "prilosec": "omeprazole", "zocor": "simvastatin", "lipitor": "atorvastatin",
    "crestor": "rosuvastatin", "avapro": "irbesartan", "januvia": "sitagliptin", "androgel": "testosterone",
    "moviprep": "polyethylene glycol", "golytely": "polyethylene glycol", "miralax": "polyethylene glycol",
    "fleet": "sodium phosphate", "neutra": "phosphate", "metamucil": "psyllium", "ambisome": "amphotericin",
    "dilantin": "phenytoin", "keppra": "levetiracetam", "zosyn": "piperacillin", "unasyn": "ampicillin",
    "augmentin": "amoxicillin", "humalog": "insulin", "humulin": "insulin", "lantus": "insulin", "novolog": "insulin",
    "epogen": "epoetin alfa", "ventolin": "albuterol", "proventil": "albuterol", "benadryl": "diphenhydramine",
    "zofran": "ondansetron", "colace": "docusate", "maalox": "aluminum", "advair": "fluticasone",
    "flonase": "fluticasone", "plavix": "clopidogrel", "advil": "ibuprofen", "motrin": "ibuprofen", "aleve": "naproxen",
    "mirena": "levonorgestrel", "kyleena": "levonorgestrel", "liletta": "levonorgestrel",
    "jolivette": "norethindrone", "camila": "norethindrone",
    "errin": "norethindrone", "enovid": "mestranol", "benemid": "probenecid",
}  # fmt: skip
"""What a brand's name stands for (RxNorm)."""


def with_generic(name: str) -> str:
    """A product's name with what its brands stand for.

    >>> with_generic("Lasix 40mg")
    'Lasix 40mg furosemide'
    """
    words = re.findall(r"[a-z]+", name.lower())
    return " ".join([name, *(BRANDS[w] for w in words if w in BRANDS)])


CLASSES = (
    DrugClass(
        ("a statin", "any statin"),
        r"\b(atorva|lova|prava|rosuva|simva|simvi|fluva|pitava)statin|lipitor|crestor|zocor|pravachol",
    ),
    DrugClass(
        ("an opioid", "any opioid painkiller"),
        r"oxycodone|hydrocodone|morphine|hydromorphone|fentanyl|tramadol|meperidine|codeine|methadone|buprenorphine",
        r"\bopium|loperamide|diphenoxylate|dextromethorphan|naltrexone|pentazocine|nalbuphine",
    ),
    DrugClass(
        ("an NSAID", "an anti-inflammatory like ibuprofen"),
        r"ibuprofen|naproxen|ketorolac|diclofenac|meloxicam|celecoxib|indomethacin",
        r"aspirin|salicyl|salsalate|coxib|profen",
    ),
    DrugClass(("an ACE inhibitor",), r"\b(lisino|capto|enala|rami|benaze|quina|fosino|perindo)pril", r"pril\b"),
    DrugClass(
        ("a beta blocker", "any beta-blocker"),
        r"metoprolol|atenolol|carvedilol|propranolol|labetalol|bisoprolol|nadolol|esmolol|sotalol|toprol",
        r"olol\b|alol\b|timolol",
    ),
    DrugClass(
        ("a benzodiazepine",),
        r"diazepam|lorazepam|clonazepam|alprazolam|midazolam|temazepam|valium|ativan|klonopin|xanax",
        r"azepam|azolam\b|chlordiazepoxide",
    ),
    DrugClass(
        ("warfarin or another anticoagulant", "a blood thinner like warfarin or heparin"),
        r"warfarin|coumadin|apixaban|rivaroxaban|dabigatran|enoxaparin|edoxaban|fondaparinux|argatroban|bivalirudin",
        r"heparin|parin|clopidogrel|aspirin|alteplase|ticagrelor|plavix",
    ),
    DrugClass(
        ("insulin", "any kind of insulin"), r"insulin(?! syringe| pump)|humalog|lantus|humulin|novolog", r"insulin"
    ),
    DrugClass(
        ("a penicillin", "a penicillin-type antibiotic"),
        r"penicillin|amoxicillin|ampicillin|piperacillin|nafcillin|dicloxacillin|oxacillin",
        r"cillin|augmentin|zosyn|unasyn",
    ),
    DrugClass(
        ("a diuretic", "a water pill"),
        r"hydrochlorothiazide|furosemide|lasix|torsemide|bumetanide|chlorthalidone|spironolactone|metolazone",
        r"thiazide|semide|mannitol|acetazolamide|triamterene|eplerenone|conivaptan|tolvaptan|hctz|hydrodiuril",
    ),
    DrugClass(
        ("a proton pump inhibitor", "a PPI"),
        r"\b(ome|panto|lanso|esome|rabe|dexlanso)prazole",
        r"protonix|prilosec|nexium",
    ),
    DrugClass(
        ("an SSRI",), r"fluoxetine|sertraline|citalopram|paroxetine|fluvoxamine", r"faxine|oxetine|zoloft|prozac"
    ),
)
