"""Drugs, packs and devices in everyday words: the products a class or a brand means, may mean, and never means."""

from __future__ import annotations

import pytest

from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import match_concepts

YAZ, CAMILA, JOLIVETTE = (
    "Yaz 28 Day Pack",
    "Camila 28 Day Pack",
    "{28 (norethindrone 0.35 MG Oral Tablet) } Pack [Jolivette]",
)
MIRENA, LILETTA = "Mirena 52 MG Intrauterine System", "Liletta 52 MG Intrauterine System"
IMPLANT, OLD_IMPLANT = "Etonogestrel 68 MG Drug Implant", "Levonorgestrel 0.00354 MG/HR Drug Implant"
RING = "NuvaRing 0.12/0.015 MG per 24HR 21 Day Vaginal Ring"
PATCH = "168 HR Ethinyl Estradiol 0.00146 MG/HR / norelgestromin 0.00625 MG/HR Transdermal System"
SHOT = "1 ML medroxyPROGESTERone acetate 150 MG/ML Injection"
PEN, VIAL = "NDA020800 0.3 ML Epinephrine 1 MG/ML Auto-Injector", "1 ML Epinephrine 1 MG/ML Injection"
ALBUTEROL = "NDA020503 200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler"
NEBULIZED = "albuterol 0.21 MG/ML Inhalation Solution"
STEROID_INHALER = "120 ACTUAT Fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler"
PERCOCET = "Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet"
TYLENOL, SUBOXONE = "Acetaminophen 325 MG Oral Tablet", "buprenorphine 2 MG / naloxone 0.5 MG Sublingual Tablet"
ASPIRIN, CLOPIDOGREL, WARFARIN = (
    "Aspirin 81 MG Oral Tablet",
    "Clopidogrel 75 MG Oral Tablet",
    "Warfarin Sodium 5 MG Oral Tablet",
)
LISINOPRIL, LASIX, STATIN = "lisinopril 10 MG Oral Tablet", "10 ML Furosemide 10 MG/ML Injection", "Simvistatin 10 MG"
LUPRON, TAMOXIFEN, ESTRADIOL = (
    "0.25 ML Leuprolide Acetate 30 MG/ML Prefilled Syringe",
    "tamoxifen",
    "estradiol 1 MG Oral Tablet",
)
CISPLATIN, LEUCOVORIN = "Cisplatin 50 MG Injection", "Leucovorin 100 MG Injection"
KWIKPEN, INSULIN, NEEDLES = (
    "insulin lispro [Humalog KwikPen]",
    "insulin glargine [Lantus]",
    "insulin needles (disposable) [BD Pen Needle]",
)

CASES = [
    ("birth control", [YAZ, CAMILA, JOLIVETTE, MIRENA, IMPLANT, OLD_IMPLANT, RING, PATCH, SHOT], [], [ESTRADIOL]),
    ("the pill", [YAZ, CAMILA, JOLIVETTE], [], [MIRENA, IMPLANT, RING, PATCH, SHOT]),
    ("IUD", [MIRENA, LILETTA], ["levonorgestrel"], [OLD_IMPLANT, "Levora 0.15/30 28 Day Pack", RING]),
    ("Mirena", [MIRENA], [LILETTA], [OLD_IMPLANT, "Seasonique 91 Day Pack"]),
    ("Nexplanon", [IMPLANT], ["etonogestrel"], [RING, OLD_IMPLANT]),
    ("birth control implant", [IMPLANT, OLD_IMPLANT], [], [MIRENA, RING, YAZ]),
    ("birth control shot", [SHOT], ["medroxyprogesterone"], ["medroxyprogesterone 10 MG Oral Tablet", YAZ]),
    ("birth control patch", [PATCH], [], [RING, YAZ]),
    ("NuvaRing", [RING], [], [IMPLANT, PATCH]),
    ("Jolivette", [JOLIVETTE], [CAMILA], [YAZ]),
    ("norethindrone", [JOLIVETTE, CAMILA, "Errin 28 Day Pack"], [], [YAZ]),
    ("drospirenone", [YAZ], [], [CAMILA]),
    ("EpiPen", [PEN], ["epinephrine"], [VIAL]),
    ("rescue inhaler", [ALBUTEROL], ["albuterol sulfate"], [NEBULIZED, STEROID_INHALER]),
    ("inhaler", [ALBUTEROL, STEROID_INHALER], ["tiotropium bromide"], [NEBULIZED, "fluticasone [Flonase]"]),
    ("inhaled steroid", [STEROID_INHALER], ["fluticasone"], ["Hydrocortisone 10 MG/ML Topical Cream", ALBUTEROL]),
    ("insulin pen", [KWIKPEN], [INSULIN], [NEEDLES, "metformin"]),
    ("insulin", [KWIKPEN, INSULIN], [], [NEEDLES]),
    ("painkiller", [TYLENOL, PERCOCET], [ASPIRIN, SUBOXONE], [LISINOPRIL]),
    ("opioid", [PERCOCET, SUBOXONE], [], [TYLENOL, "naloxone 4 MG nasal spray"]),
    ("Tylenol", [TYLENOL, "Mapap 500 mg"], [PERCOCET], ["Ibuprofen 200 MG Oral Tablet"]),
    ("Percocet", [PERCOCET], [], [TYLENOL]),
    ("blood thinner", [ASPIRIN, CLOPIDOGREL, WARFARIN], ["Heparin Flush"], ["blood-glucose meter", LASIX]),
    ("anticoagulant", [WARFARIN], [], [ASPIRIN, CLOPIDOGREL]),
    ("antiplatelet", [ASPIRIN, CLOPIDOGREL], [], [WARFARIN]),
    ("heart medication", [LISINOPRIL, LASIX, WARFARIN, STATIN, "Digoxin"], [], ["Lidocaine 5% Patch", TYLENOL]),
    ("water pill", [LASIX, "Hydrochlorothiazide 25 MG"], [], [LISINOPRIL]),
    ("statin", [STATIN, "Atorvastatin 80 MG"], [], ["Nystatin cream", "pentostatin"]),
    ("hormone replacement", [ESTRADIOL], ["progesterone 100 MG"], [YAZ, LUPRON, TAMOXIFEN]),
    ("hormone therapy", [ESTRADIOL, LUPRON, TAMOXIFEN], [], [YAZ, CAMILA, "levothyroxine 50 MCG"]),
    ("chemo", [CISPLATIN], [], [LEUCOVORIN, TAMOXIFEN, "pembrolizumab"]),
    ("cancer drug", [CISPLATIN, TAMOXIFEN, LUPRON, "imatinib"], [LEUCOVORIN], [STATIN]),
    ("steroid", ["predniSONE 5 MG", STEROID_INHALER], [], ["testosterone gel", "spironolactone 25 mg"]),
    ("estrogen", [ESTRADIOL, "Estrogens Conjugated"], [], ["tamoxifen", "Ethinyl Estradiol 0.02 MG"]),
    ("Fosamax", ["Alendronic acid 10 MG Oral Tablet"], [], ["Zoledronic acid 5 mg"]),
    ("controlled substance", [PERCOCET, "Diazepam 5 MG", "Methylphenidate 20 MG"], [], [TYLENOL, "naloxone"]),
    ("sodium", ["Sodium chloride 1 g tablet"], [], ["Docusate sodium 100 mg", "Naproxen sodium 220 MG"]),
    ("metoprolol", ["Metoprolol Tartrate 25 mg", "24 HR metoprolol succinate 100 MG [Toprol]"], [], ["Methyldopa"]),
    ("supplement", ["ferrous sulfate 325 MG", "Vitamin B12 5 MG/ML"], [], ["amlodipine", "Calcium Channel Blockers"]),
]  # fmt: skip


@pytest.mark.parametrize(("term", "means", "may_mean", "never"), CASES, ids=[case[0] for case in CASES])
def test_everyday_words_for_drugs_mean_these_products_and_no_others(
    term: str, means: list[str], may_mean: list[str], never: list[str]
) -> None:
    chart = [ConceptEntry(Kind.MEDICATION, name, (name,), (), 1) for name in (*means, *may_mean, *never)]
    result = match_concepts(term, Kind.MEDICATION, chart)
    assert [e.text for e in result.matched] == means
    assert [e.text for e in result.undecided] == may_mean
