"""The chart of five thousand observations is what its module says, and its answers follow from it."""

from __future__ import annotations

import gzip
from collections import Counter
from typing import Any

import orjson

from fhir_fixtures import load_long_stories, long_chart_path
from fhir_fixtures.checker import check_resources, read_resources
from fhir_fixtures.long_chart import build_long_chart

Json = dict[str, Any]

CHART = build_long_chart()
GLUCOSE = [
    (r["effectiveDateTime"], r["valueQuantity"]["value"])
    for r in CHART
    if r["resourceType"] == "Observation" and r["code"]["text"].startswith("Glucose") and r["status"] == "final"
]


def test_the_file_is_what_the_module_makes() -> None:
    lines = gzip.decompress(long_chart_path().read_bytes()).splitlines()
    assert [orjson.loads(line) for line in lines] == CHART


def test_nothing_is_wrong_with_it() -> None:
    assert check_resources(read_resources([long_chart_path()])) == []
    assert Counter(r["resourceType"] for r in CHART)["Observation"] >= 5_000


def test_the_answers_about_glucose_follow_from_the_values() -> None:
    values = [value for _, value in GLUCOSE]
    assert len(values) == 4376
    assert (max(values), values.count(412), min(values), values.count(38)) == (412, 1, 38, 1)
    assert [v for v in values if v < 54] == [52, 49, 38]
    assert max(GLUCOSE)[1] == 141
    assert sum(at.startswith("2022") for at, _ in GLUCOSE) == 1456
    assert [v for at, v in GLUCOSE if at.startswith("2022-03-14")] == [180, 210, 240, 412]
    assert not [at for at, _ in GLUCOSE if at.startswith("2022-12-25")]


def test_a_planted_day_is_another_in_utc() -> None:
    late = next(at for at, value in GLUCOSE if value == 412)
    assert late == "2022-03-14T22:00:00-04:00"


def test_first_and_last_weight_are_the_extremes_that_were_planted() -> None:
    weights = [r["valueQuantity"]["value"] for r in CHART if r["id"].startswith("selma-weight")]
    assert (weights[0], weights[-1], len(weights)) == (82.4, 76.1, 156)
    assert max(weights[1:]) < 82.4
    assert min(weights[:-1]) > 76.1


def test_every_cited_record_is_in_the_chart_and_bears_the_value() -> None:
    by_reference = {f"{r['resourceType']}/{r['id']}": r for r in CHART}
    for story in load_long_stories():
        for question in (turn for turns in story.conversations() for turn in turns):
            assert set(question.citations) <= set(by_reference), question.question
            if question.unit and len(question.citations) == 1:
                told = by_reference[question.citations[0]]["valueQuantity"]
                assert (told["value"], told["unit"]) == (question.values[0], question.unit), question.question
