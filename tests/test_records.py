"""Resources in clinical terms: what each kind must tell, one row for each trap."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from tools.chart import open_chart
from tools.chart_query import Kind, Slot
from tools.errors import ToolError
from tools.fhir.client import FhirClient
from tools.records.convert import CONVERTERS, to_record, to_ward_stays
from tools.records.kinds import KIND_SEARCHES
from tools.records.links import Linked, links_of
from tools.records.loading import LoadedRecords, load_records
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store

Json = dict[str, Any]

NONE = Linked()


def made(kind: str, **elements: Any) -> Json:
    return {"resourceType": kind, "id": "x", **elements}


def test_every_type_that_a_kind_is_read_from_has_a_converter() -> None:
    assert {s.resource_type for searches in KIND_SEARCHES.values() for s in searches} <= set(CONVERTERS)


def test_a_type_that_is_no_clinical_record_is_refused_with_those_that_are() -> None:
    with pytest.raises(ToolError, match=r"Claim is no clinical record; those that are: .*Observation"):
        to_record(made("Claim"), NONE)


@pytest.mark.parametrize("kind", sorted(CONVERTERS))
def test_a_record_with_nothing_but_an_id_is_described(kind: str) -> None:
    record = to_record(made(kind), NONE)
    assert record.kinds
    assert record.concept.text


ACTIVE = {"status": "active", "medicationCodeableConcept": {"text": "Warfarin"}, "authoredOn": "2020-01-01"}


@pytest.mark.parametrize(
    ("elements", "standing", "status"),
    [
        ({"intent": "order"}, "current", "active"),
        ({"intent": "instance-order"}, "current", "active"),
        ({"intent": "plan"}, "planned", "active, intent plan"),
        ({"intent": "proposal"}, "planned", "active, intent proposal"),
        ({"intent": "option"}, "planned", "active, intent option"),
        ({"intent": "draft"}, "planned", "active, intent draft"),
        ({"intent": "order", "status": "draft"}, "planned", "draft"),
        ({"intent": "order", "doNotPerform": True}, "not_done", "active, do not perform"),
        ({"intent": "plan", "status": "entered-in-error"}, "void", "entered-in-error"),
    ],
)
@pytest.mark.parametrize("kind", ["MedicationRequest", "ServiceRequest"])
def test_only_an_order_looks_like_one(kind: str, elements: Json, standing: str, status: str) -> None:
    record = to_record(made(kind, **{**ACTIVE, **elements}), NONE)
    assert (record.standing, record.status) == (standing, status)


def test_a_plan_reported_by_the_patient_is_a_drug_taken_and_no_order() -> None:
    record = to_record(made("MedicationRequest", **ACTIVE, intent="plan", reportedBoolean=True), NONE)
    assert record.kinds == {Kind.MEDICATION, Kind.MEDICATION_REPORTED}
    assert record.standing == "current"


def stay(**elements: Any) -> Json:
    return made(
        "Encounter", status="finished", partOf={"reference": "Encounter/h"}, **{"class": {"code": "IMP"}, **elements}
    )


@pytest.mark.parametrize(
    ("name", "intensive"),
    [
        ("Medical Intensive Care Unit (MICU)", True), ("Trauma SICU (TSICU)", True), ("ICU 3", True), ("CVICU", True),
        ("Surgical critical care", True), ("Ward Vicuna", False), ("Difficult Airway Clinic", False),
        ("Ventricular Assist Clinic", False), ("Neuro Intermediate", False), ("Particular Care", False),
    ],
)  # fmt: skip
def test_an_icu_is_named_by_a_word_not_by_letters_within_one(name: str, intensive: bool) -> None:
    record = to_record(stay(location=[{"location": {"display": name}}]), NONE)
    assert (Kind.ICU_STAY in record.kinds) is intensive


def test_an_icu_is_known_by_the_code_of_its_location() -> None:
    place = {"resourceType": "Location", "id": "l", "name": "5 West", "type": [{"coding": [{"code": "ICU"}]}]}
    record = to_record(stay(location=[{"location": {"reference": "Location/l"}}]), Linked({"Location/l": place}))
    assert Kind.ICU_STAY in record.kinds


def test_a_visit_without_a_place_was_where_its_provider_is() -> None:
    provider = {"serviceProvider": {"reference": "Organization/o", "display": "Hill Clinic"}}
    assert to_record(stay(**provider), NONE).fields[Slot.LOCATION] == ("Hill Clinic",)
    placed = to_record(stay(location=[{"location": {"display": "5 West"}}], **provider), NONE)
    assert placed.fields[Slot.LOCATION] == ("5 West",)


def test_the_place_of_an_office_visit_is_no_ward_and_a_ward_without_dates_has_those_of_its_stay() -> None:
    place = [{"location": {"display": "5 West"}}]
    period = {"start": "2020-01-01", "end": "2020-01-05"}
    assert to_ward_stays(made("Encounter", **{"class": {"code": "AMB"}}, location=place, period=period), NONE) == ()
    (ward,) = to_ward_stays(stay(location=place, period=period), NONE)
    assert (ward.start.raw if ward.start else None, ward.end.raw if ward.end else None) == ("2020-01-01", "2020-01-05")


@pytest.mark.parametrize(
    ("resource", "name", "slots"),
    [
        (
            made("Coverage", type={"text": "PPO"}, payor=[{"display": "Acme"}], subscriberId="77", status="active"),
            "PPO", {Slot.PERFORMER: ("Acme",), Slot.IDENTIFIER: ("77",)},
        ),
        (made("Coverage", payor=[{"display": "Medicare"}], status="active"), "Medicare", {}),
        (made("CareTeam", name="Diabetes team", status="active"), "Diabetes team", {}),
        (
            made("CarePlan", status="active", category=[
                {"coding": [{"code": "assess-plan"}]}, {"text": "Diabetes self management plan"}
            ]),
            "Diabetes self management plan", {},
        ),
        (made("CarePlan", status="active", title="After surgery", category=[{"text": "Rehab"}]), "After surgery", {}),
        (
            made("Goal", lifecycleStatus="active", description={"text": "Walk a mile"},
                 achievementStatus={"text": "In progress"}, target=[{"dueDate": "2020-05-05"}]),
            "Walk a mile", {Slot.INTERPRETATION: ("In progress",), Slot.END: ("2020-05-05",)},
        ),
        (
            made("Device", type={"text": "CPAP machine"}, deviceName=[{"name": "DreamAir 10"}], serialNumber="S1"),
            "CPAP machine", {Slot.NAME: ("DreamAir 10",), Slot.IDENTIFIER: ("serial number S1",)},
        ),
        (made("Device", deviceName=[{"name": "Walker"}]), "Walker", {}),
        (
            made("FamilyMemberHistory", status="completed", relationship={"text": "father"}, deceasedBoolean=True,
                 condition=[{"code": {"text": "Gout", "coding": [{"code": "1", "display": "Gout (disorder)"}]},
                             "onsetAge": {"value": 45, "code": "a"}}]),
            "father: Gout", {Slot.TIME: ("Gout at age 45 years",), Slot.DEATH: ("yes",)},
        ),
        (
            made("ImagingStudy", status="available", description="CT chest", modality=[{"code": "CT"}],
                 series=[{"bodySite": {"display": "Chest"}}]),
            "CT chest", {Slot.CATEGORY: ("CT",), Slot.BODY_SITE: ("Chest",)},
        ),
        (
            made("Immunization", status="completed", vaccineCode={"text": "Pneumovax"}, occurrenceString="about 2012"),
            "Pneumovax", {Slot.TIME: ("about 2012",)},
        ),
        (
            made("AllergyIntolerance", code={"text": "Latex"}, category=["environment"], criticality="high"),
            "Latex", {Slot.CATEGORY: ("environment",), Slot.CRITICALITY: ("high",)},
        ),
    ],
)  # fmt: skip
def test_each_kind_tells_what_it_holds(resource: Json, name: str, slots: dict[Slot, tuple[str, ...]]) -> None:
    record = to_record(resource, NONE)
    assert record.concept.text == name
    assert {slot: record.fields[slot] for slot in slots} == slots


def test_a_cancelled_coverage_is_over_and_not_called_off() -> None:
    assert to_record(made("Coverage", status="cancelled"), NONE).standing == "past"


def test_a_care_team_tells_who_fills_each_role() -> None:
    team = made("CareTeam", participant=[{"role": [{"text": "Cardiologist"}], "member": {"display": "Dr. Hu"}}])
    (part,) = to_record(team, NONE).components
    assert (part.concept.text, part.reading.text if part.reading else None) == ("Cardiologist", "Dr. Hu")


def test_a_questionnaire_tells_each_answer_nested_ones_too() -> None:
    packs = {"text": "Packs", "answer": [{"valueInteger": 2}]}
    smokes = {"text": "Smokes?", "answer": [{"valueBoolean": True, "item": [packs]}]}
    record = to_record(made("QuestionnaireResponse", status="completed", item=[smokes]), NONE)
    told = [(c.concept.text, c.reading.value if c.reading else None) for c in record.components]
    assert told == [("Smokes?", True), ("Packs", 2)]


@pytest.mark.parametrize("element", ["effectiveInstant", "effectiveTiming", "effectivePeriod", "issued"])
def test_an_observation_is_dated_by_every_form_of_time(element: str) -> None:
    forms: Json = {"effectiveTiming": {"event": ["2020-01-01"]}, "effectivePeriod": {"end": "2020-01-01"}}
    record = to_record(made("Observation", status="final", **{element: forms.get(element, "2020-01-01")}), NONE)
    assert record.start is not None


def micro(name: str, system: str, text: str, **elements: Any) -> Json:
    coding = {"system": f"http://example.org/microbiology-{system}", "code": name, "display": text}
    return {
        "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2020-01-01", "code": {"coding": [coding]}, **elements,
    }  # fmt: skip


CULTURE = [
    micro("t", "test", "Blood culture"),
    micro("g", "organism", "E. coli", derivedFrom=[{"reference": "Observation/t"}]),
    micro("bad", "organism", "Staph", derivedFrom=[{"reference": "Observation/t"}], status="entered-in-error"),
    micro(
        "s", "antibiotic", "Ciprofloxacin", derivedFrom=[{"reference": "Observation/g"}],
        valueQuantity={"value": 4, "unit": "mcg/mL"}, interpretation=[{"text": "Resistant"}],
    ),
]  # fmt: skip


def load(kind: Kind) -> LoadedRecords:
    store = open_store(":memory:")
    resources = [{"resourceType": "Patient", "id": "p", "birthDate": "1950-06-02"}, *CULTURE]
    store.save([build_incoming(r, json.loads(r)) for r in (json.dumps(x).encode() for x in resources)])

    async def run() -> LoadedRecords:
        async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
            return await load_records(await open_chart(client, "p", "2021-01-01"), kind)

    return asyncio.run(run())


def test_what_grew_is_found_where_only_the_parts_say_what_they_derive_from() -> None:
    (culture,) = load(Kind.MICROBIOLOGY).records
    assert culture.fields[Slot.ORGANISM] == ("E. coli",)
    assert culture.fields[Slot.SUSCEPTIBILITY] == ("Ciprofloxacin: Resistant (4 mcg/mL)",)
    assert {"Observation/g", "Observation/s"} <= set(culture.links)


@pytest.mark.parametrize(
    ("elements", "kinds"),
    [
        (CULTURE[0], {Kind.MICROBIOLOGY}),
        ({**CULTURE[0], "category": [{"coding": [{"code": "laboratory"}]}]}, {Kind.MICROBIOLOGY}),
        ({**CULTURE[1], "category": [{"coding": [{"code": "laboratory"}]}]}, set()),
        (made("Observation", code={"text": "Urine culture"}, specimen={"display": "urine"}), {Kind.MICROBIOLOGY}),
        (made("Observation", code={"text": "Culture shock scale"}), set()),
        (made("Observation", category=[{"coding": [{"code": "Laboratory"}]}], code={"text": "Sodium"}), {Kind.LAB}),
        (made("Observation", category=[{"coding": [{"code": "vital-signs"}]}]), {Kind.VITAL}),
    ],
)
def test_a_culture_is_microbiology_and_no_lab(elements: Json, kinds: set[Kind]) -> None:
    assert to_record(elements, NONE).kinds == kinds | {Kind.OBSERVATION}


def test_what_does_not_count_is_told_with_its_reason() -> None:
    excluded = load(Kind.OBSERVATION).excluded
    assert [(e.reference, e.why) for e in excluded] == [("Observation/bad", "entered in error")]


def test_an_administration_that_names_its_drug_needs_no_request() -> None:
    given = made("MedicationAdministration", request={"reference": "MedicationRequest/r"}, effectiveDateTime="2020")
    named = {"coding": [{"code": "1", "display": "Albumin"}]}
    bare = {"coding": [{"code": "FLUT110"}]}
    assert links_of({**given, "medicationCodeableConcept": named}) == ()
    assert links_of({**given, "medicationCodeableConcept": bare}) == ("MedicationRequest/r",)


def test_attributes_and_links_are_read_when_asked_for_and_no_sooner() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "Heparin"}}
    linked = Linked({"Medication/m": medication})
    order = made(
        "MedicationRequest", medicationReference={"reference": "Medication/m"}, requester={"display": "Dr. Hu"}
    )
    record = to_record(order, linked)
    order["requester"] = {"display": "Dr. Late"}
    assert record.fields[Slot.PRESCRIBER] == ("Dr. Late",)
    order["requester"] = {"display": "Dr. Later"}
    assert record.fields[Slot.PRESCRIBER] == ("Dr. Late",)
    assert (tuple(record.links), len(record.links), record.links[0]) == (("Medication/m",), 1, "Medication/m")


def test_the_links_of_one_resource_are_not_those_of_another_at_the_same_address() -> None:
    linked = Linked()
    for number in range(50):
        fresh = made("MedicationRequest", medicationReference={"reference": f"Medication/{number}"})
        assert linked.links_of(fresh) == (f"Medication/{number}",)
        del fresh


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ({"text": "Levothyroxine 50 mcg tablet"}, "Levothyroxine 50 mcg tablet"),
        ({"coding": [{"code": "1", "display": "Levothyroxine 50 mcg"}]}, "Levothyroxine 50 mcg"),
        ({"coding": [{"code": "1"}]}, "levothyroxine"),
        (None, "levothyroxine"),
    ],
)
def test_a_drug_is_named_by_its_own_words_before_its_ingredients(code: Json | None, name: str) -> None:
    medication = {
        "resourceType": "Medication",
        "id": "m",
        "ingredient": [{"itemCodeableConcept": {"text": "levothyroxine"}}],
    }
    contained = {**medication, **({"code": code} if code else {})}
    order = made("MedicationRequest", contained=[contained], medicationReference={"reference": "#m"})
    assert to_record(order, NONE).concept.text == name
