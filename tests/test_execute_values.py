"""What is computed of records and which a name means, without a server: yes or no, extremes, doses, codes, surgery."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from tools.chart import AsOf, open_chart
from tools.chart_query import ChartQuery, Compute, Condition, Kind, Pick, Slot
from tools.evidence import Value
from tools.execute.attributes import slot_values
from tools.execute.computing import compute_values
from tools.execute.naming import keep_named
from tools.execute.run import run_query
from tools.execute.selection import is_normal, meets
from tools.fhir.client import FhirClient
from tools.fhir.dates import parse_fhir_time
from tools.records.record import Coding, Component, Concept, Reading, Record
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import open_store

AS_OF = AsOf(datetime(2020, 6, 1, 12), None, "caller", "2020-06-01T12:00:00")


def record(number: int, name: str, kind: Kind = Kind.LAB, value: Value | None = None, **more: Any) -> Record:
    """A record of January 2020, its number the day."""
    start = parse_fhir_time(f"2020-01-{number:02}")
    fields: dict[str, Any] = {"status": "final", "standing": "current", "end": None, "recorded": None} | more
    reading = Reading(value, fields.pop("unit", None)) if value is not None else None
    code = fields.pop("code", None)
    concept = Concept(name, (name,), (Coding("urn:x", code),) if code else ())
    return Record(f"X/{number}", "1", frozenset({kind}), concept, start, reading=reading, **fields)


POTASSIUM = [record(n, "Potassium", value=v, unit="mmol/L") for n, v in ((1, 4.0), (2, 5.5), (3, 4.5))]


@pytest.mark.parametrize(
    ("compute", "records", "values"),
    [
        (Compute.INCREASED, POTASSIUM, (True,)),
        (Compute.DECREASED, POTASSIUM, (False,)),
        (Compute.DECREASED, POTASSIUM[1:], (True,)),
        (Compute.INCREASED, POTASSIUM[:1], ()),
        (Compute.CHANGE, POTASSIUM, (0.5,)),
    ],
)
def test_first_and_last_tell_whether_a_value_rose(
    compute: Compute, records: list[Record], values: tuple[Value, ...]
) -> None:
    query = ChartQuery(kind=Kind.LAB, about=("potassium",), compute=compute)
    assert compute_values(query, records, AS_OF).values == values


def test_one_value_alone_tells_no_change_and_says_why() -> None:
    query = ChartQuery(kind=Kind.LAB, compute=Compute.INCREASED)
    assert "not two dated values" in (compute_values(query, POTASSIUM[:1], AS_OF).problem or "")


def test_the_time_of_an_extreme_is_that_of_the_record_that_holds_it() -> None:
    query = ChartQuery(kind=Kind.LAB, compute=Compute.MAX, field=Slot.TIME)
    assert compute_values(query, POTASSIUM, AS_OF).values == ("2020-01-02",)


@pytest.mark.parametrize(
    ("text", "now", "ever"),
    [("Former smoker", False, True), ("Never smoker", False, False), ("Current every day smoker", True, True)],
)
def test_a_habit_is_told_as_of_now_or_of_all_times(text: str, now: bool, ever: bool) -> None:
    smoking = [record(1, "Tobacco smoking status", Kind.SOCIAL_HISTORY, text)]
    for pick, wanted in ((Pick(which="last"), now), (Pick(), ever)):
        query = ChartQuery(kind=Kind.SOCIAL_HISTORY, about=("smoking",), pick=pick, compute=Compute.EXISTS)
        assert compute_values(query, smoking, AS_OF).values == (wanted,)


def test_a_habit_in_words_that_settle_nothing_is_not_determinable() -> None:
    odd = [record(1, "Tobacco smoking status", Kind.SOCIAL_HISTORY, "see note")]
    query = ChartQuery(kind=Kind.SOCIAL_HISTORY, about=("smoking",), compute=Compute.EXISTS)
    computed = compute_values(query, odd, AS_OF)
    assert (computed.values, "see note" in (computed.problem or "")) == ((), True)


def test_a_test_whose_every_result_is_negative_is_a_no() -> None:
    query = ChartQuery(kind=Kind.LAB, about=("SARS-CoV-2",), compute=Compute.EXISTS)
    assert compute_values(query, [record(1, "SARS-CoV-2 PCR", value="Not detected")], AS_OF).values == (False,)
    assert compute_values(query, [record(1, "SARS-CoV-2 PCR", value="Detected")], AS_OF).values == (True,)


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({Slot.INTERPRETATION: ("High",), Slot.REFERENCE_RANGE: ("3 to 9",)}, False),
        ({Slot.INTERPRETATION: ("Normal",)}, True),
        ({Slot.REFERENCE_RANGE: ("3.5 mmol/L to 5.1 mmol/L",)}, True),
        ({Slot.REFERENCE_RANGE: ("<= 4",)}, None),
        ({}, None),
    ],
)
def test_normal_is_what_the_record_itself_calls_so(fields: dict[Slot, tuple[str, ...]], verdict: bool | None) -> None:
    assert is_normal(record(1, "Potassium", value=4.6, fields=fields)) is verdict


def test_a_comparison_is_made_in_the_unit_it_was_asked_in() -> None:
    weight = record(1, "Body weight", Kind.VITAL, 100, unit="kg")
    assert meets(weight, Condition(field=Slot.VALUE, op=">", value="200", unit="lb"))
    assert not meets(weight, Condition(field=Slot.VALUE, op=">", value="230", unit="lb"))


def test_a_stay_that_is_over_is_not_current_whatever_its_parent_says() -> None:
    ward = record(1, "4 West", Kind.WARD_STAY, end=parse_fhir_time("2020-01-03"))
    active = Condition(field=Slot.STATUS, value="active")
    assert not meets(ward, active)
    assert meets(record(2, "ICU", Kind.WARD_STAY), active)


@pytest.mark.parametrize(
    ("name", "dose", "values"),
    [
        ("Lisinopril 20 mg tablet", "1", ("20 mg",)),
        ("Lisinopril 20 mg tablet", "2 tablet", ("40 mg",)),
        ("Amoxicillin 250 mg / clavulanate 125 mg tablet", "1", (1,)),
        ("Ceftriaxone", "2 g", (2,)),
        ("Fluticasone 44 mcg/actuation inhaler", "2 puffs", (2,)),
    ],
)
def test_a_dose_in_tablets_is_told_by_strength_where_there_is_one(
    name: str, dose: str, values: tuple[Value, ...]
) -> None:
    order = record(1, name, Kind.MEDICATION_ORDERED, fields={Slot.DOSE: (dose,)})
    assert slot_values(order, Slot.DOSE) == values


def test_a_pressure_is_said_systolic_first() -> None:
    parts = (
        Component(Concept("Diastolic", ("Diastolic",), (Coding("http://loinc.org", "8462-4"),)), Reading(70)),
        Component(Concept("Systolic", ("Systolic",), (Coding("http://loinc.org", "8480-6"),)), Reading(120)),
    )
    assert slot_values(record(1, "Blood pressure", Kind.VITAL, components=parts), Slot.VALUE) == ("120/70",)


def test_a_code_means_the_records_that_bear_it_and_no_others_of_their_name() -> None:
    orders = [record(n, "Insulin", Kind.MEDICATION_ORDERED, code=c) for n, c in ((1, "GLAR100"), (2, "REG100"))]
    assert [r.reference for r in keep_named(orders, Kind.MEDICATION_ORDERED, ("GLAR100",)).records] == ["X/1"]
    assert len(keep_named(orders, Kind.MEDICATION_ORDERED, ("insulin",)).records) == 2


def test_surgery_is_no_screening_and_what_may_be_either_is_left_undecided() -> None:
    names = ("Appendectomy", "Depression screening", "Percutaneous procedure")
    done = [record(n, name, Kind.PROCEDURE) for n, name in enumerate(names, 1)]
    assert [r.concept.text for r in keep_named(done, Kind.PROCEDURE, ("surgery",)).records] == ["Appendectomy"]
    assert keep_named(done[1:], Kind.PROCEDURE, ("surgery",)).undecided == ("Percutaneous procedure",)


def test_relatives_are_named_by_who_they_are() -> None:
    mother = record(1, "mother: Type 2 diabetes", Kind.FAMILY_HISTORY)
    mother = Record(**{**mother.__dict__, "concept": Concept(mother.concept.text, (mother.concept.text, "mother"))})
    query = ChartQuery(kind=Kind.FAMILY_HISTORY, about=("diabetes",))
    assert compute_values(query, [mother], AS_OF).values == ("mother",)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("value", "values"),
    [
        ({"valueQuantity": {"value": 6, "unit": "mmol/L"}}, (True,)),
        ({"valueQuantity": {"value": 4, "unit": "mmol/L"}}, (False,)),
        ({"valueQuantity": {"value": 4, "comparator": "<", "unit": "mmol/L"}}, (False,)),
        ({"valueQuantity": {"value": 4, "comparator": ">", "unit": "mmol/L"}}, ()),
        ({"valueString": "hemolyzed"}, ()),
    ],
)
async def test_whether_the_last_value_is_above_is_told_only_where_it_can_be_compared(
    value: dict[str, Any], values: tuple[Value, ...]
) -> None:
    potassium = {
        "resourceType": "Observation", "id": "k", "status": "final", "code": {"text": "Potassium"},
        "category": [{"coding": [{"code": "laboratory"}]}], "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2020-01-02", **value,
    }  # fmt: skip
    store = open_store(":memory:")
    store.save([build_incoming(json.dumps(r).encode(), r) for r in ({"resourceType": "Patient", "id": "p"}, potassium)])
    above = Condition(field=Slot.VALUE, op=">", value="5")
    query = ChartQuery(
        kind=Kind.LAB, about=("potassium",), where=(above,), pick=Pick(which="last"), compute=Compute.EXISTS
    )
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
        finding = await run_query(await open_chart(client, "p", "2021-01-01"), query, Handles())
    assert (finding.values, finding.determinable) == (values, bool(values))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
