"""chartqa's golds on small charts written by hand; phrasings, ids, split; no code shared with the agent."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from evals.suites.chartqa import TEMPLATES, load_items
from evals.suites.chartqa.raw import Chart, build_chart, read_charts
from evals.suites.chartqa.sampling import split_of
from evals.suites.chartqa.template import OPENED, Draft

FOLDER = Path(__file__).parent.parent / "evals" / "suites" / "chartqa"
BY_NAME = {t.name: t for t in TEMPLATES}
Json = dict[str, Any]
LOINC = "http://loinc.org"


def chart(*records: Json) -> Chart:
    made = build_chart([{"resourceType": "Patient", "id": "p", "gender": "female"}, *records])
    assert made
    return made


def coded(code: str, text: str) -> Json:
    return {"coding": [{"code": code, "display": text}], "text": text}


def glucose(name: str, day: str, value: float, **more: Any) -> Json:
    quantity = {"value": value, "unit": "mg/dL"}
    return {
        "resourceType": "Observation", "id": name, "status": "final", "code": coded("2345-7", "Glucose"),
        "effectiveDateTime": day, "valueQuantity": quantity, **more,
    }  # fmt: skip


def condition(name: str, text: str, status: str = "active", verified: str = "confirmed", **more: Any) -> Json:
    return {
        "resourceType": "Condition", "id": name, "code": coded(text, text), "onsetDateTime": "2020-01-01",
        "clinicalStatus": coded(status, status), "verificationStatus": coded(verified, verified), **more,
    }  # fmt: skip


def drafts(template: str, of: Chart) -> list[Draft]:
    found: Iterator[Draft] = BY_NAME[template].build(of, random.Random(1))
    return list(found)


def test_nothing_of_the_tools_or_the_agent_is_imported() -> None:
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {n for n in names if n.split(".")[0] in {"tools", "agent", "fhir_fixtures"}}, path


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.name)
def test_a_template_has_five_phrasings_in_both_voices(template: Any) -> None:
    assert len(set(template.phrasings)) == len(template.phrasings) >= 5
    assert template.patient
    assert template.clinician


def test_names_of_templates_are_different() -> None:
    assert len(BY_NAME) == len(TEMPLATES)


def test_the_latest_value_leaves_out_what_was_entered_in_error() -> None:
    asked = chart(
        glucose("a", "2020-01-01T10:00:00Z", 90),
        glucose("b", "2021-01-01T10:00:00Z", 95),
        glucose("c", "2022-01-01T10:00:00Z", 300, status="entered-in-error"),
    )
    (draft,) = drafts("observation_latest", asked)
    assert draft.gold.values == (95,)
    assert draft.gold.references == {"Observation/b"}


def test_values_tied_at_the_last_instant_are_all_told() -> None:
    asked = chart(glucose("a", "2020-01-01T10:00:00Z", 90), glucose("b", "2020-01-01T10:00:00Z", 95))
    (draft,) = drafts("observation_latest", asked)
    assert set(draft.gold.tied) == {(90,), (95,)}
    assert "tie" in draft.tags


def test_a_day_beside_a_time_of_that_day_is_not_asked() -> None:
    asked = chart(glucose("a", "2020-01-01", 90), glucose("b", "2020-01-01T10:00:00Z", 95))
    assert not drafts("observation_latest", asked)


def test_two_units_are_not_asked() -> None:
    other = {"valueQuantity": {"value": 5, "unit": "mmol/L"}}
    assert not drafts(
        "observation_latest", chart(glucose("a", "2020-01-01", 90), glucose("b", "2021-01-01", 5, **other))
    )


def test_a_name_within_another_name_is_not_asked() -> None:
    asked = chart(condition("a", "Sinusitis"), condition("b", "Viral sinusitis"))
    assert {d.slots["condition"] for d in drafts("condition_ever", asked)} == {"viral sinusitis"}


def test_a_refuted_condition_is_none() -> None:
    assert not drafts("condition_ever", chart(condition("a", "Gout", verified="refuted")))


def test_an_earlier_moment_hides_what_came_later() -> None:
    asked = chart(glucose("a", "2020-01-01T10:00:00Z", 90), glucose("b", "2021-01-01T10:00:00Z", 95))
    (draft,) = drafts("observation_latest", asked.at(asked.as_of.replace(year=2020)))
    assert draft.gold.values == (90,)


def write_charts(folder: Path, patients: int) -> Path:
    lines: list[Json] = []
    for number in range(patients):
        subject = {"subject": {"reference": f"Patient/p{number}"}}
        lines.append({"resourceType": "Patient", "id": f"p{number}", "gender": "male"})
        lines += [
            glucose(f"o{number}-{year}", f"{year}-01-01T10:00:00Z", year - 1900, **subject) for year in (2010, 2015)
        ]
    path = folder / "charts.ndjson"
    path.write_bytes(b"\n".join(orjson.dumps(line) for line in lines))
    return path


def test_the_draw_is_the_same_for_the_same_seed_and_ids_do_not_hang_on_it(tmp_path: Path) -> None:
    path = write_charts(tmp_path, 12)
    first, again = (load_items([path], split="all", seed=1) for _ in range(2))
    other = {i.question + i.patient + str(i.as_of): i.id for i in load_items([path], split="all", seed=2)}
    assert first == again
    assert len({i.id for i in first}) == len(first) > 0
    assert all(other.get(i.question + i.patient + str(i.as_of), i.id) == i.id for i in first)


def test_every_patient_is_in_one_split(tmp_path: Path) -> None:
    path = write_charts(tmp_path, 40)
    parts = {s: {i.patient for i in load_items([path], split=s)} for s in ("train", "dev", "test")}
    assert sum(map(len, parts.values())) == len(set.union(*parts.values())) == 40
    assert all(split_of(p) == s for s, ps in parts.items() for p in ps)


def test_a_bundle_is_read_like_lines(tmp_path: Path) -> None:
    entries = [{"resource": r} for r in (
        {"resourceType": "Patient", "id": "x"},
        glucose("o", "2020-01-01", 90, subject={"reference": "urn:uuid:x"}),
    )]  # fmt: skip
    path = tmp_path / "one.json"
    path.write_bytes(orjson.dumps({"resourceType": "Bundle", "entry": entries}))
    (read,) = read_charts([tmp_path])
    assert [r["id"] for r in read.of("Observation")] == ["o"]


def test_a_code_with_two_names_is_not_asked_by_either() -> None:
    other = {**condition("b", "Complete miscarriage"), "code": coded("1", "Complete miscarriage")}
    asked = chart({**condition("a", "Fetus"), "code": coded("1", "Fetus with unknown complication")}, other)
    assert not drafts("condition_ever", asked)


def test_a_condition_that_ended_is_not_there_now_and_one_of_unknown_status_is_not_asked() -> None:
    asked = chart(
        condition("a", "Gout", "resolved", abatementDateTime="2021-01-01"),
        condition("b", "Asthma"),
        {**condition("c", "Psoriasis"), "clinicalStatus": {}},
    )
    assert {(d.slots["condition"], d.gold.values) for d in drafts("condition_now", asked)} == {
        ("gout", (False,)),
        ("asthma", (True,)),
    }


def order(name: str, drug: str, status: str, day: str, **more: Any) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": name, "status": status, "intent": "order", "authoredOn": day,
        "medicationCodeableConcept": coded(drug, drug), **more,
    }  # fmt: skip


LISINOPRIL = "Lisinopril 10 MG Oral Tablet"


def test_a_drug_whose_last_order_is_active_is_taken_now_and_a_stopped_one_is_not() -> None:
    asked = chart(
        order("a", LISINOPRIL, "stopped", "2020-01-01"),
        order("b", LISINOPRIL, "active", "2021-01-01"),
        order("c", "Naproxen sodium 220 MG Oral Tablet", "stopped", "2021-01-01"),
    )
    told = {(d.slots["drug"], d.gold.values, d.gold.references) for d in drafts("medication_current", asked)}
    assert ("lisinopril", (True,), frozenset({"MedicationRequest/b"})) in told
    assert ("naproxen", (False,), frozenset({"MedicationRequest/c"})) in told


def test_a_drug_with_an_active_order_older_than_a_stopped_one_is_not_asked() -> None:
    asked = chart(order("a", LISINOPRIL, "active", "2020-01-01"), order("b", LISINOPRIL, "stopped", "2021-01-01"))
    assert not drafts("medication_current", asked)
    assert not drafts("medication_current_list", asked)


def test_an_ingredient_that_is_in_a_combination_too_is_not_asked_alone() -> None:
    both = "Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG Oral Tablet"
    asked = chart(
        order("a", "Acetaminophen 325 MG Oral Tablet", "active", "2020-01-01"), order("b", both, "active", "2021-01-01")
    )
    assert "acetaminophen" not in {d.slots["drug"] for d in drafts("prescription_last_date", asked)}


def test_an_order_that_names_no_prescriber_can_only_be_abstained_from() -> None:
    (draft, *_) = drafts("prescriber_first", chart(order("a", LISINOPRIL, "active", "2020-01-01")))
    assert draft.gold.abstain
    assert not draft.gold.values


def test_a_family_that_a_diagnosis_might_belong_to_is_not_denied() -> None:
    asked = chart(condition("a", "Hyperglycemia"))
    assert "diabetes" not in {d.slots["family"] for d in drafts("family_ever", asked)}


def test_a_prediabetes_is_no_diabetes() -> None:
    asked = chart(condition("a", "Prediabetes"), condition("b", "Fracture of wrist"))
    told = {d.slots["family"]: d.gold.values for d in drafts("family_ever", asked)}
    assert told.get("diabetes", (False,)) == (False,)


def test_a_drug_that_is_there_under_its_brand_too_is_not_asked() -> None:
    asked = chart(
        order("a", "Lasix 40mg", "active", "2020-01-01"),
        order("b", "10 ML Furosemide 10 MG/ML Injection", "stopped", "2021-01-01"),
    )
    assert not {"furosemide", "lasix", "lasix 40mg"} & {
        d.slots["drug"] for d in drafts("prescription_first_date", asked)
    }


def test_about_a_fifth_of_the_templates_is_held_out_and_none_changes_sides() -> None:
    assert 0.12 < sum(t.held_out or t.name in OPENED for t in TEMPLATES) / len(TEMPLATES) < 0.28
    assert sum(t.held_out for t in TEMPLATES) / len(TEMPLATES) > 0.08
    assert BY_NAME.keys() >= OPENED
    assert BY_NAME["condition_ever"].held_out
    assert not BY_NAME["observation_latest"].held_out
