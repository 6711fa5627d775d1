"""What is dated later within a record, or stands around it, is not known before: one row for each place it may lie."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Query
from tools.chart import parse_as_of
from tools.chart_query import Kind, Slot
from tools.records.convert import to_record, to_ward_stays
from tools.records.links import Linked
from tools.records.record import Record
from tools.records.sorting_out import split_excluded
from tools.records.visibility import visible

Json = dict[str, Any]

THEN = "2020-03-05"
BEFORE, LATER = "2020-03-01", "2020-03-07"


def made(kind: str, **elements: Any) -> Json:
    return {"resourceType": kind, "id": "x", "subject": {"reference": "Patient/p"}, **elements}


def seen(resource: Json, *around: Json, as_of: str = THEN, goes_on: bool = False) -> Record | None:
    linked = Linked({f"{r['resourceType']}/{r['id']}": r for r in (resource, *around)})
    return visible(to_record(resource, linked), parse_as_of(as_of), goes_on)


def told(record: Record | None) -> str:
    """Everything a record says, in one text."""
    assert record is not None
    said = [
        record.concept.names,
        dict(record.fields),
        record.components,
        record.reading,
        record.status,
        record.resource,
    ]
    return repr(said)


def dated(name: str, **elements: Any) -> list[Json]:
    """An entry known then, and one that came later."""
    return [{**elements, name: "kept"}, {**elements, name: "later", "period": {"start": LATER}}]


SHOT = {"vaccineCode": {"text": "kept"}, "occurrenceDateTime": BEFORE}


@pytest.mark.parametrize(
    "resource",
    [
        made("Patient", address=dated("city"), name=[{"text": "kept"}]),
        made("Patient", telecom=dated("value", system="phone"), name=[{"text": "kept"}]),
        made("Patient", name=[{"text": "later", "use": "official", "period": {"start": LATER}}, {"text": "kept"}]),
        made(
            "AllergyIntolerance", code={"text": "kept"}, recordedDate=BEFORE,
            reaction=[{"manifestation": [{"text": "hives"}], "onset": BEFORE},
                      {"manifestation": [{"text": "later"}], "onset": LATER, "severity": "severe"}],
        ),
        made("AllergyIntolerance", code={"text": "kept"}, recordedDate=BEFORE,
             note=[{"time": LATER, "text": "later"}]),
        made("CareTeam", period={"start": BEFORE}, name="kept", participant=[
            {"role": [{"text": "Nurse"}], "member": {"display": "later"}, "period": {"start": LATER}}]),
        made("Encounter", status="finished", period={"start": BEFORE, "end": LATER}, type=[{"text": "kept"}],
             participant=[{"individual": {"display": "later"}, "period": {"start": LATER}}]),
        made("Encounter", status="finished", period={"start": BEFORE}, type=[{"text": "kept"}],
             location=[{"location": {"display": "later"}, "period": {"start": LATER}}]),
        made("DocumentReference", date=BEFORE, status="current", type={"text": "kept"},
             content=[{"attachment": {"title": "later", "creation": LATER}}]),
        made("Goal", startDate=BEFORE, description={"text": "kept"}, lifecycleStatus="completed", statusDate=LATER,
             achievementStatus={"text": "later"}),
        made("CarePlan", period={"start": BEFORE}, title="kept",
             activity=[{"progress": [{"time": LATER, "text": "later"}]}]),
        made("Immunization", status="completed", **SHOT, reaction=[
            {"date": LATER, "detail": {"display": "later"}}]),
        made("Condition", code={"text": "kept"}, recordedDate=BEFORE, abatementString="later, in 2021"),
        made("Observation", status="final", code={"text": "kept"}, effectivePeriod={"start": BEFORE, "end": LATER},
             valueString="later", component=[{"code": {"text": "part"}, "valueString": "later"}]),
        made("DiagnosticReport", status="final", code={"text": "kept"},
             effectivePeriod={"start": BEFORE, "end": LATER}, conclusion="later"),
    ],
)  # fmt: skip
def test_what_is_dated_later_is_not_told(resource: Json) -> None:
    record = seen(resource)
    assert record is not None
    shown = repr((record.concept.names, dict(record.fields), record.components, record.reading))
    assert "kept" in shown
    assert "later" not in shown
    assert "later" in told(seen(resource, as_of="2022-01-01"))


@pytest.mark.parametrize(
    ("resource", "as_of", "there"),
    [
        (made("Procedure", performedString="2020-03-07"), THEN, False),
        (made("Procedure", performedString="in the spring of 2021"), THEN, False),
        (made("Procedure", performedString="in the spring of 2021"), "2021-06-01", True),
        (made("Condition", onsetString="since 2021"), THEN, False),
        (made("Immunization", occurrenceString="about 2012"), "2010-01-01", False),
        (made("Immunization", occurrenceString="about 2012"), THEN, True),
        (made("Condition", onsetDateTime="2019", extension=[{
            "url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate", "valueDateTime": LATER,
        }]), THEN, False),
    ],
)  # fmt: skip
def test_a_date_in_words_or_an_extension_is_a_date(resource: Json, as_of: str, there: bool) -> None:
    assert (seen(resource, as_of=as_of) is not None) is there


def test_the_address_that_held_is_told_and_none_that_is_over() -> None:
    moves = [
        {"city": "Bonn", "use": "old", "period": {"start": "2010", "end": "2018-01-01"}},
        {"city": "Köln", "period": {"start": "2018-01-02"}},
    ]
    patient = {"resourceType": "Patient", "id": "p", "address": moves}
    for as_of, city in (("2015-01-01", "Bonn"), ("2020-01-01", "Köln")):
        record = seen(patient, as_of=as_of)
        assert record is not None
        assert record.fields[Slot.ADDRESS] == (city,)


def test_an_encounter_has_the_class_and_status_that_it_had() -> None:
    visit = made(
        "Encounter", status="finished", period={"start": "2020-03-01", "end": "2020-03-09"},
        classHistory=[
            {"class": {"code": "EMER", "display": "emergency"}, "period": {"start": "2020-03-01"}},
            {"class": {"code": "IMP", "display": "inpatient"}, "period": {"start": "2020-03-07"}},
        ],
        statusHistory=[
            {"status": "triaged", "period": {"start": "2020-03-01", "end": "2020-03-06"}},
            {"status": "in-progress", "period": {"start": "2020-03-06"}},
        ],
        **{"class": {"code": "IMP", "display": "inpatient"}},
    )  # fmt: skip
    record = seen(visit)
    assert record is not None
    assert (Kind.ED_VISIT in record.kinds, Kind.HOSPITAL_STAY in record.kinds) == (True, False)
    assert (record.status, record.standing) == ("triaged", "current")


def test_a_stay_read_off_places_has_none_of_later() -> None:
    wards = [("MICU", "2020-03-01", "2020-03-07"), ("SICU", "2020-03-07", "2020-03-09")]
    stay = made(
        "Encounter", status="finished", period={"start": "2020-03-01", "end": "2020-03-09"},
        location=[{"location": {"display": n}, "period": {"start": a, "end": b}} for n, a, b in wards],
        **{"class": {"code": "IMP"}},
    )  # fmt: skip
    linked = Linked({"Encounter/x": stay})
    shown = [r for s in to_ward_stays(stay, linked) if (r := visible(s, parse_as_of(THEN))) is not None]
    assert [r.fields[Slot.LOCATION] for r in shown] == [("MICU",), ("MICU",)]
    assert [(r.end, r.status) for r in shown] == [(None, "in-progress")] * 2
    assert {Kind.ICU_STAY, Kind.WARD_STAY} <= {k for r in shown for k in r.kinds}


def test_the_record_keeps_its_version_though_parts_are_left_out() -> None:
    plan = made("CarePlan", period={"start": BEFORE}, note=[{"time": LATER, "text": "later"}])
    now, then = seen(plan, as_of="2022-01-01"), seen(plan)
    assert now is not None
    assert then is not None
    assert then.version == now.version


CULTURE = made(
    "Observation", status="final", effectiveDateTime=BEFORE, hasMember=[{"reference": "Observation/g"}],
    code={"coding": [{"system": "http://x/microbiology-test", "code": "1", "display": "Blood culture"}]},
)  # fmt: skip
GROWTH = {
    **made("Observation", status="final", effectiveDateTime=BEFORE, issued=LATER, code={"text": "E. coli"}),
    "id": "g",
}


def test_what_grew_is_not_known_before_it_was_issued() -> None:
    assert "E. coli" not in told(seen(CULTURE, GROWTH))
    assert "E. coli" in told(seen(CULTURE, GROWTH, as_of="2020-03-08"))


def test_a_reason_that_was_found_later_is_not_told() -> None:
    gout = {**made("Condition", code={"text": "Gout"}, recordedDate=LATER), "id": "c"}
    order = made(
        "MedicationRequest", status="active", intent="order", authoredOn=BEFORE,
        medicationCodeableConcept={"text": "Colchicine"}, reasonReference=[{"reference": "Condition/c"}],
    )  # fmt: skip
    assert "Gout" not in told(seen(order, gout))
    assert "Gout" in told(seen(order, gout, as_of="2020-03-08"))


DRUG = {"medicationCodeableConcept": {"text": "Heparin"}, "intent": "order", "authoredOn": BEFORE}
STOPPED = made("MedicationRequest", status="stopped", **DRUG)
RESOLVED = made(
    "Condition", recordedDate=BEFORE, clinicalStatus={"coding": [{"code": "resolved"}]}, code={"text": "Flu"}
)
GIVEN = made("MedicationAdministration", status="completed", effectiveDateTime=BEFORE, medicationCodeableConcept={})


@pytest.mark.parametrize(
    ("resource", "goes_on", "standing"),
    [
        (STOPPED, True, "unknown"),
        (STOPPED, False, "past"),
        ({**STOPPED, "status": "active"}, True, "current"),
        ({**STOPPED, "meta": {"lastUpdated": "2020-03-02T00:00:00Z"}}, True, "past"),
        ({**STOPPED, "meta": {"lastUpdated": "2021-03-02T00:00:00Z"}}, True, "unknown"),
        ({**STOPPED, "meta": {"lastUpdated": "2019-03-02T00:00:00Z"}}, True, "unknown"),
        ({**STOPPED, "dispenseRequest": {"validityPeriod": {"end": "2020-03-02"}}}, True, "past"),
        (RESOLVED, True, "unknown"),
        ({**RESOLVED, "abatementDateTime": LATER}, True, "current"),
        ({**RESOLVED, "abatementDateTime": BEFORE}, True, "past"),
        (GIVEN, True, "past"),
    ],
)
def test_a_status_is_not_told_where_it_may_have_come_later(resource: Json, goes_on: bool, standing: str) -> None:
    record = seen(resource, goes_on=goes_on)
    assert record is not None
    assert record.standing == standing
    assert (record.status is None) is (standing == "unknown")


def test_why_an_order_was_stopped_is_not_told_where_that_may_be_of_later() -> None:
    order = made("MedicationRequest", status="stopped", statusReason={"text": "Bleeding"}, **DRUG)
    record = seen(order, goes_on=True)
    assert record is not None
    assert Slot.STATUS_REASON not in record.fields


def test_a_death_without_a_day_is_not_told_of_one_whose_chart_goes_on() -> None:
    patient = {"resourceType": "Patient", "id": "p", "deceasedBoolean": True}
    then, now = seen(patient, goes_on=True), seen(patient)
    assert then is not None
    assert now is not None
    assert (Slot.DEATH in then.fields, Slot.DEATH in now.fields) == (False, True)


@pytest.mark.parametrize(("goes_on", "shown"), [(True, 0), (False, 1)])
def test_an_undated_record_is_left_out_and_told_where_the_chart_goes_on(goes_on: bool, shown: int) -> None:
    allergy = made("AllergyIntolerance", code={"text": "Latex"})
    kept, left_out = split_excluded([to_record(allergy, Linked())], parse_as_of(THEN), goes_on)
    assert (len(kept), [e.why for e in left_out]) == (shown, ["undated"] * (1 - shown))


def test_an_undated_record_that_was_stored_before_was_there() -> None:
    allergy = made("AllergyIntolerance", code={"text": "Latex"}, meta={"lastUpdated": "2020-01-01T00:00:00Z"})
    kept, left_out = split_excluded([to_record(allergy, Linked())], parse_as_of(THEN), goes_on=True)
    assert (len(kept), left_out) == (1, [])


@pytest.mark.anyio
async def test_how_many_may_have_been_active_then_is_told_beside_those_that_were(query_over: Query) -> None:
    owner = {"subject": {"reference": "Patient/p"}}
    known = {**STOPPED, "id": "a", "status": "active"}
    later = {"resourceType": "Encounter", "id": "e", "status": "finished", "period": {"start": "2021-01-01"}, **owner}
    active = [{"field": "status", "op": "=", "value": "active"}]
    found = await query_over([known, STOPPED, later], THEN, kind="medication", where=active)
    assert (found.total, found.notes) == (1, ("1 whose status then is not on record left out",))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
