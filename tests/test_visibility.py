"""What of a record could be known at a moment: one row for each way of knowing too much, or too little."""

from __future__ import annotations

from typing import Any

import pytest

from tools.chart import parse_as_of
from tools.chart_query import Kind, Slot
from tools.records.convert import to_record
from tools.records.links import Linked
from tools.records.record import Record
from tools.records.sorting_out import split_excluded
from tools.records.visibility import visible

Json = dict[str, Any]

PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1950-06-02"}
WARD = {"resourceType": "Location", "id": "w", "name": "Ward 5"}
VISIT = {
    "resourceType": "Encounter", "id": "v", "status": "finished", "class": {"code": "IMP"},
    "period": {"start": "2020-03-01T08:00:00Z", "end": "2020-03-09T08:00:00Z"},
}  # fmt: skip
ORDER = {
    "resourceType": "MedicationRequest", "id": "o", "status": "completed", "intent": "order",
    "authoredOn": "2020-03-02T08:00:00Z", "medicationCodeableConcept": {"text": "Heparin"},
}  # fmt: skip
LINKED = Linked({f"{r['resourceType']}/{r['id']}": r for r in (PATIENT, VISIT, ORDER, WARD)})


def made(kind: str, **elements: Any) -> Json:
    return {"resourceType": kind, "id": "x", "subject": {"reference": "Patient/p"}, **elements}


def seen(resource: Json, as_of: str) -> Record | None:
    return visible(to_record(resource, LINKED), parse_as_of(as_of))


LAB = made(
    "Observation", status="final", code={"text": "Potassium"}, effectiveDateTime="2020-03-01T08:00:00Z",
    issued="2020-03-01T12:00:00Z", valueQuantity={"value": 4.1, "unit": "mmol/L"},
)  # fmt: skip
REPORT = made(
    "DiagnosticReport",
    status="final",
    code={"text": "CT"},
    effectiveDateTime="2020-03-01",
    issued="2020-03-04T12:00:00Z",
)
CONDITION = made("Condition", code={"text": "Gout"}, onsetDateTime="2019-01-01", recordedDate="2020-03-01")
DISPENSE = made(
    "MedicationDispense", status="completed", medicationCodeableConcept={"text": "Heparin"},
    authorizingPrescription=[{"reference": "MedicationRequest/o"}],
)  # fmt: skip
UNDATED = made("Procedure", status="completed", code={"text": "Dialysis"}, encounter={"reference": "Encounter/v"})
DEVICE = made("Device", status="active", type={"text": "Stent"}, manufactureDate="2020-03-01")
ASSERTED = made(
    "MedicationStatement", status="active", medicationCodeableConcept={"text": "Aspirin"},
    effectivePeriod={"start": "2015-01-01"}, dateAsserted="2020-03-01",
)  # fmt: skip
SHOT = made(
    "Immunization",
    status="completed",
    vaccineCode={"text": "Tdap"},
    occurrenceDateTime="2015-01-01",
    recorded="2020-03-01",
)


@pytest.mark.parametrize(
    ("resource", "before", "after"),
    [
        pytest.param(
            LAB, "2020-03-01T11:59:59Z", "2020-03-01T12:00:00Z", id="a result is not known before it is issued"
        ),
        pytest.param(REPORT, "2020-03-04T11:00:00Z", "2020-03-05", id="a report is not known before it is issued"),
        pytest.param(CONDITION, "2020-02-29", "2020-03-01", id="a condition is not known before it is recorded"),
        pytest.param(ASSERTED, "2020-02-29", "2020-03-01", id="a statement is not known before it is asserted"),
        pytest.param(SHOT, "2020-02-29", "2020-03-01", id="a shot is not known before it is recorded"),
        pytest.param(DISPENSE, "2020-03-01", "2020-03-02", id="an undated dispense not before its order"),
        pytest.param(UNDATED, "2020-02-29", "2020-03-01", id="an undated procedure not before its encounter"),
        pytest.param(DEVICE, "2020-02-29", "2020-03-01", id="a device not before it was made"),
    ],
)
def test_a_record_is_there_from_the_moment_it_could_be_known(resource: Json, before: str, after: str) -> None:
    assert seen(resource, before) is None
    assert seen(resource, after) is not None


def test_a_result_that_names_no_issue_is_there_from_its_own_time() -> None:
    unissued = {k: v for k, v in LAB.items() if k != "issued"}
    assert seen(unissued, "2020-03-01T08:00:00Z") is not None


def test_an_undated_dispense_bears_the_time_of_its_order_and_says_so() -> None:
    record = seen(DISPENSE, "2021-01-01")
    assert record is not None
    assert record.start is not None
    assert record.start.raw == "2020-03-02T08:00:00Z"
    assert record.fields[Slot.TIME] == ("that of the order it fills",)


def test_a_dispense_whose_order_can_t_be_followed_is_undated() -> None:
    lost = {**DISPENSE, "authorizingPrescription": [{"reference": "MedicationRequest/gone"}]}
    record = seen(lost, "2000-01-01")
    assert record is not None
    assert record.start is None


def test_a_dispense_with_a_time_of_its_own_keeps_it() -> None:
    record = seen({**DISPENSE, "whenHandedOver": "2020-03-05"}, "2021-01-01")
    assert record is not None
    assert (record.start.raw if record.start else None, Slot.TIME in record.fields) == ("2020-03-05", False)


def test_the_day_a_device_was_made_is_not_the_day_it_was_put_in() -> None:
    record = seen(DEVICE, "2021-01-01")
    assert record is not None
    assert record.start is None


GONE: Json = {"code": {"text": "Eczema"}, "clinicalStatus": {"coding": [{"code": "active"}]}}


@pytest.mark.parametrize(
    ("elements", "start", "end", "standing"),
    [
        pytest.param({"onsetAge": {"value": 40, "code": "a"}}, "1990/1991", None, "current", id="age at onset"),
        pytest.param({"onsetAge": {"value": 2, "unit": "years"}}, "1952/1953", None, "current", id="unit in words"),
        pytest.param({"onsetAge": {"value": 18, "code": "mo"}}, "1951-12/1952-01", None, "current", id="age in months"),
        pytest.param(
            {"onsetRange": {"low": {"value": 40, "code": "a"}, "high": {"value": 49, "code": "a"}}},
            "1990/2000", None, "current", id="range of ages",
        ),
        pytest.param({"onsetAge": {"value": 5, "comparator": "<", "code": "a"}}, None, None, "current", id="bound"),
        pytest.param({"onsetString": "in childhood", "recordedDate": "2015-01-01"}, None, None, "current", id="words"),
        pytest.param({"recordedDate": "2015-01-01"}, "2015-01-01", None, "current", id="recorded only"),
        pytest.param({"onsetPeriod": {"end": "2015"}}, "2015", None, "current", id="a period without start"),
        pytest.param({"abatementString": "outgrown"}, None, None, "past", id="ended, in words"),
        pytest.param({"abatementAge": {"value": 50, "code": "a"}}, None, "2000/2001", "past", id="ended at an age"),
        pytest.param(
            {"abatementRange": {"low": {"value": 5, "code": "a"}, "high": {"value": 6, "code": "a"}}},
            None, "1955/1957", "past", id="ended between ages",
        ),
        pytest.param({"abatementPeriod": {"start": "2001", "end": "2002"}}, None, "2002", "past", id="in a period"),
    ],
)  # fmt: skip
def test_onset_and_end_are_read_in_every_form(
    elements: Json, start: str | None, end: str | None, standing: str
) -> None:
    record = to_record(made("Condition", **GONE, **elements), LINKED)
    assert (record.start.raw if record.start else None) == start
    assert (record.end.raw if record.end else None) == end
    assert record.standing == standing


def test_an_age_at_onset_spans_the_whole_year_of_life_and_stands_in_words_too() -> None:
    record = to_record(made("Condition", **GONE, onsetAge={"value": 40, "code": "a"}), LINKED)
    assert record.start is not None
    assert (str(record.start.low), str(record.start.high)) == ("1990-06-02 00:00:00", "1991-06-01 23:59:59.999999")
    assert record.start.precision == "year"
    assert record.fields[Slot.TIME] == ("onset at age 40 years",)


def test_an_age_at_onset_without_a_birth_date_stays_words() -> None:
    record = to_record(made("Condition", **GONE, onsetAge={"value": 40, "code": "a"}), Linked())
    assert record.start is None
    assert record.fields[Slot.TIME] == ("onset at age 40 years",)


@pytest.mark.parametrize("kind", ["performedAge", "performedString"])
def test_a_procedure_at_an_age_is_not_undated_without_a_word(kind: str) -> None:
    value: Any = {"value": 30, "code": "a"} if kind == "performedAge" else "as a young man"
    record = to_record(made("Procedure", status="completed", code={"text": "Hernia repair"}, **{kind: value}), LINKED)
    assert record.fields[Slot.TIME]


def test_the_end_of_a_stay_and_where_it_led_are_not_known_before() -> None:
    stay = {**VISIT, "hospitalization": {"dischargeDisposition": {"text": "Home"}}, "location": [
        {"location": {"display": "Ward 5"}, "period": {"start": "2020-03-01"}},
        {"location": {"display": "Ward 9"}, "period": {"start": "2020-03-07"}},
    ]}  # fmt: skip
    record = seen(stay, "2020-03-05")
    assert record is not None
    assert (record.end, record.status, record.standing) == (None, "in-progress", "current")
    assert Slot.DISCHARGE_DISPOSITION not in record.fields
    assert record.fields[Slot.LOCATION] == ("Ward 5",)
    after = seen(stay, "2020-03-10")
    assert after is not None
    assert after.fields[Slot.LOCATION] == ("Ward 5", "Ward 9")


def test_whether_an_order_was_over_before_its_planned_end_is_not_known() -> None:
    order = {**ORDER, "dispenseRequest": {"validityPeriod": {"end": "2020-03-08T08:00:00Z"}}}
    record = seen(order, "2020-03-05")
    assert record is not None
    assert (record.standing, record.status, Slot.END in record.fields) == ("unknown", None, False)
    after = seen(order, "2020-03-09")
    assert after is not None
    assert (after.standing, after.status) == ("past", "completed")


def test_an_order_due_later_is_not_known_to_be_carried_out() -> None:
    order = made(
        "ServiceRequest", status="completed", intent="order", code={"text": "Mammogram"}, authoredOn="2020-03-01",
        occurrenceDateTime="2020-06-01",
    )  # fmt: skip
    before, after = seen(order, "2020-03-02"), seen(order, "2020-06-02")
    assert before is not None
    assert after is not None
    assert (before.standing, before.status, after.standing) == ("unknown", None, "past")


def test_a_condition_dated_by_its_entry_says_so() -> None:
    record = seen(made("Condition", code={"text": "Gout"}, recordedDate="2020-03-01"), "2021-01-01")
    assert record is not None
    assert record.fields[Slot.TIME] == ("when it was recorded",)
    assert Slot.TIME not in to_record(CONDITION, LINKED).fields


def test_when_a_goal_is_due_is_known_beforehand() -> None:
    goal = made(
        "Goal", lifecycleStatus="active", description={"text": "Walk"}, startDate="2020-01-01",
        target=[{"dueDate": "2020-12-31"}],
    )  # fmt: skip
    record = seen(goal, "2020-03-01")
    assert record is not None
    assert record.fields[Slot.END] == ("2020-12-31",)


def test_a_later_death_is_not_known() -> None:
    record = seen({**PATIENT, "deceasedDateTime": "2021-05-05"}, "2020-03-01")
    assert record is not None
    assert Slot.DEATH not in record.fields


def note(name: str, status: str, date: str, replaces: str | None = None) -> Record:
    relation = [{"code": "replaces", "target": {"reference": f"DocumentReference/{replaces}"}}] if replaces else []
    resource = {
        "resourceType": "DocumentReference", "id": name, "status": status, "type": {"text": "Summary"}, "date": date,
        "relatesTo": relation,
    }  # fmt: skip
    return to_record(resource, LINKED)


OLD = note("old", "superseded", "2020-01-01T08:00:00Z")
NEW = note("new", "current", "2020-02-01T08:00:00Z", replaces="old")


def test_a_replaced_note_does_not_count_and_it_is_said_why() -> None:
    shown, excluded = split_excluded([OLD, NEW], parse_as_of("2020-06-01"))
    assert [r.reference for r in shown] == ["DocumentReference/new"]
    assert [(e.reference, e.name, e.why) for e in excluded] == [
        ("DocumentReference/old", "Summary", "replaced by DocumentReference/new")
    ]


def test_a_note_that_is_replaced_later_still_stands() -> None:
    shown, excluded = split_excluded([OLD, NEW], parse_as_of("2020-01-15"))
    assert [(r.reference, r.status, r.standing) for r in shown] == [("DocumentReference/old", "current", "current")]
    assert excluded == []


def test_a_superseded_note_without_its_replacement_does_not_count() -> None:
    shown, excluded = split_excluded([OLD], parse_as_of("2020-06-01"))
    assert shown == []
    assert [e.why for e in excluded] == ["superseded"]


def test_a_note_marked_current_but_replaced_does_not_count() -> None:
    shown, _ = split_excluded([note("old", "current", "2020-01-01"), NEW], parse_as_of("2020-06-01"))
    assert [r.reference for r in shown] == ["DocumentReference/new"]


def test_what_was_entered_in_error_is_named_as_such_and_only_once_it_was_there() -> None:
    mistaken = to_record({**LAB, "status": "entered-in-error"}, LINKED)
    shown, (left_out,) = split_excluded([mistaken], parse_as_of("2020-06-01"))
    assert (shown, left_out.reference, left_out.name, left_out.why) == (
        [], "Observation/x", "Potassium", "entered in error"
    )  # fmt: skip
    assert split_excluded([mistaken], parse_as_of("2019-06-01")) == ([], [])


def test_a_cancelled_test_was_asked_for_and_has_no_value() -> None:
    record = seen(
        {**LAB, "status": "cancelled", "component": [{"code": {"text": "part"}, "valueInteger": 1}]}, "2021-01-01"
    )
    assert record is not None
    assert (record.standing, record.reading, record.components) == ("not_done", None, ())
    assert Kind.OBSERVATION in record.kinds
