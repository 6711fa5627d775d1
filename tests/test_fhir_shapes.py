"""Records of another JSON shape than R4 gives them: never misread, never a traceback, and the others are still read."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_fixtures import fixture_paths
from tools.chart import ChartCache
from tools.fhir.capability import parse_capability
from tools.fhir.pages import SearchResult
from tools.receipt import SearchProof
from tools.records.convert import CONVERTERS, to_record, to_ward_stays
from tools.records.links import Linked
from tools.records.shape import UnreadableRecord, check_shape

Json = dict[str, Any]


def read_fixtures() -> list[Json]:
    files = [f for p in fixture_paths() for f in ([p] if p.is_file() else sorted(Path(p).rglob("*.json")))]
    return [entry["resource"] for file in files for entry in json.loads(file.read_text("utf-8"))["entry"]]


RESOURCES = read_fixtures()
RECORDS = [r for r in RESOURCES if r["resourceType"] in CONVERTERS]
ODD = [7, "x", [], {}, None, True, [[["x"]]], [7], ["x"], {"x": 1}, [{}], [None], -1.5, "2019-02-30"]


def paths_of(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inside:
        yield from paths_of(part, (*at, step))


def put(resource: Json, path: tuple[Any, ...], odd: Any) -> Json:
    changed = copy.deepcopy(resource)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = odd
    return changed


def read_whole(resource: Json) -> None:
    linked = Linked({f"{r['resourceType']}/{r['id']}": r for r in (*RESOURCES[:20], resource)})
    linked.links_of(resource)
    record = to_record(resource, linked)
    assert record.version
    assert all(isinstance(text, str) for texts in record.fields.values() for text in texts)
    assert all(isinstance(link, str) for link in record.links)
    if resource["resourceType"] == "Encounter":
        to_ward_stays(resource, linked)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_record_of_any_shape_is_read_or_named_as_unreadable(data: st.DataObject) -> None:
    resource = data.draw(st.sampled_from(RECORDS))
    path = data.draw(st.sampled_from([p for p in paths_of(resource) if p not in (("id",), ("resourceType",))]))
    with suppress(UnreadableRecord):
        read_whole(put(resource, path, data.draw(st.sampled_from(ODD))))


def test_what_is_shaped_as_it_should_be_passes() -> None:
    for resource in RECORDS:
        check_shape(resource)


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("status", ["entered-in-error"]),
        ("status", {"coding": [{"code": "final"}]}),
        ("verificationStatus", "entered-in-error"),
        ("clinicalStatus", "resolved"),
        ("subject", "Patient/p"),
        ("effectiveDateTime", 2019),
        ("effectivePeriod", "2019"),
        ("valueQuantity", {"value": "7"}),
        ("valueQuantity", {"value": True}),
        ("valueQuantity", {"value": 7, "unit": ["mg"]}),
        ("valueBoolean", "false"),
        ("doNotPerform", "true"),
        ("component", [7]),
        ("component", [{"valueQuantity": {"value": "7"}}]),
        ("meta", "1"),
        ("birthDate", "1960-02-30"),
        ("deceasedDateTime", "soon"),
    ],
)
def test_what_would_be_misread_is_not_read(element: str, value: Any) -> None:
    with pytest.raises(UnreadableRecord, match=r"Observation/o can't be read"):
        check_shape({"resourceType": "Observation", "id": "o", element: value})


def test_attributes_that_can_not_be_read_fail_each_time_they_are_asked_for() -> None:
    encounter = next(r for r in RESOURCES if r["resourceType"] == "Encounter")
    record = to_record({**encounter, "reasonCode": [{"coding": 7}]}, {})
    for _ in range(2):
        with pytest.raises(UnreadableRecord):
            dict(record.fields)


@pytest.mark.parametrize("result", [{"valueQuantity": {"value": None, "unit": "mg"}}, {"valueString": None}])
def test_a_value_that_is_null_is_none(result: Json) -> None:
    record = to_record({"resourceType": "Observation", "id": "o", "status": "final", **result}, {})
    assert record.reading is None


def test_a_coding_whose_display_is_no_text_is_not_read() -> None:
    odd = {"resourceType": "Condition", "id": "c", "code": {"coding": [{"code": "x", "display": {}}]}}
    with pytest.raises(UnreadableRecord):
        to_record(odd, {})


def test_an_unreadable_record_is_named_only_where_it_was_asked_for() -> None:
    proof = SearchProof(sent="x", self_link="x", honoured=True, pages=1, matched=1, total=1)
    bad, good = ({"resourceType": "Condition", "id": i} for i in ("bad", "good"))
    cache = ChartCache(unread={"Condition/bad": "why"})
    assert cache.find_unread([SearchResult((bad, good), (), proof, True)]) == ["Condition/bad"]
    assert cache.find_unread([SearchResult((good,), (), proof, True)]) == []


@pytest.mark.parametrize(
    ("version", "read"), [("4.0.1", True), ("4.3.0", True), (None, True), ("3.0.2", False), ("5.0.0", False)]
)
def test_only_r4_is_read(version: str | None, read: bool) -> None:
    statement = {"resourceType": "CapabilityStatement", "fhirVersion": version}
    assert (parse_capability(statement).version is None) is read
