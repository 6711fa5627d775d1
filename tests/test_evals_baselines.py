"""The baselines: the whole chart misses nothing, a fetch a type brings just these types, nothing reads nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from evals.contestants.baselines import BASELINES, needed_types
from evals.item import Gold, Item, Result
from evals.scoring.measures import MEASURES
from evals.setup import Setup
from evals.tokens import estimate_tokens
from fhir_fixtures import fixture_paths
from tools.fhir.client import FhirClient
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import open_store

STORE = open_store(":memory:")
load_paths(STORE, fixture_paths())
GLUCOSE = frozenset({"Observation/rosa-glucose-2023"})
HIGHEST = Item("a", "What was the highest glucose?", "rosa-delgado", Gold((10.2,), references=GLUCOSE))
ABSENT = Item("b", "What was her TSH?", "rosa-delgado", Gold(()))
(PATH,) = (path for path in fixture_paths() if path.stem == "rosa-delgado")
OWN = [entry["resource"] for entry in json.loads(PATH.read_text("utf-8"))["entry"]]


@pytest.fixture
async def client() -> AsyncIterator[FhirClient]:
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(STORE))) as client:
        yield client


async def answer(client: FhirClient, name: str, item: Item) -> Result:
    return (await BASELINES[name](client, estimate_tokens).answer(item)).result


def measure(name: str, item: Item, result: Result) -> float | None:
    return MEASURES[name](item, result).value


@pytest.mark.anyio
async def test_the_whole_chart_holds_every_record_of_the_patient_and_of_no_other(client: FhirClient) -> None:
    every = frozenset(f"{r['resourceType']}/{r['id']}" for r in OWN)
    item = replace(HIGHEST, gold=Gold((), references=every))
    result = await answer(client, "whole-chart", item)
    assert set(result["retrieved"]) >= every
    assert not [ref for ref in result["retrieved"] if ref.startswith("Patient/") and "rosa" not in ref]
    assert measure("retrieval_error", item, result) == 0


@pytest.mark.anyio
async def test_the_whole_chart_is_read_as_its_json_and_at_little_precision(client: FhirClient) -> None:
    result = await answer(client, "whole-chart", HIGHEST)
    own = sum(estimate_tokens(json.dumps(r, separators=(",", ":"), ensure_ascii=False)) for r in OWN)
    assert own <= result["tokens_to_read"] < 1.5 * own
    assert measure("retrieval_error", HIGHEST, result) == 0
    assert 0 < (measure("retrieval_precision", HIGHEST, result) or 0) < 0.1
    assert measure("wrong_answered", HIGHEST, result) is None


@pytest.mark.anyio
async def test_a_fetch_a_type_brings_the_types_needed_and_reads_less(client: FhirClient) -> None:
    whole = await answer(client, "whole-chart", HIGHEST)
    result = await answer(client, "one-fetch-per-type", HIGHEST)
    assert {ref.partition("/")[0] for ref in result["retrieved"]} == needed_types(HIGHEST)
    assert measure("retrieval_error", HIGHEST, result) == 0
    assert result["tokens_to_read"] < whole["tokens_to_read"]


@pytest.mark.anyio
async def test_a_fetch_a_type_brings_medications_with_what_refers_to_them_and_no_places(client: FhirClient) -> None:
    wanted = {ref for r in OWN for ref in [r.get("medicationReference", {}).get("reference")] if ref}
    place = "Location/elsewhere"
    gold = Gold((), references=frozenset({"MedicationRequest/rosa-metformin", *wanted, place}))
    result = await answer(client, "one-fetch-per-type", replace(HIGHEST, gold=gold))
    assert gold.references - set(result["retrieved"]) == {place}


@pytest.mark.anyio
async def test_a_fetch_a_type_does_not_apply_where_no_record_is_named(client: FhirClient) -> None:
    result = await answer(client, "one-fetch-per-type", ABSENT)
    assert measure("tokens_to_read", ABSENT, result) is None
    assert measure("retrieval_error", ABSENT, result) is None


@pytest.mark.anyio
async def test_nothing_retrieves_nothing_and_is_right_where_nothing_can_be_told(client: FhirClient) -> None:
    found, absent = await answer(client, "nothing", HIGHEST), await answer(client, "nothing", ABSENT)
    assert [measure("right", i, r) for i, r in ((HIGHEST, found), (ABSENT, absent))] == [0, 1]
    assert measure("retrieval_error", HIGHEST, found) == 1
    assert found["tokens_to_read"] == 0


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["whole-chart", "one-fetch-per-type"])
async def test_a_chart_that_is_not_there_is_an_error_and_no_exception(client: FhirClient, name: str) -> None:
    result = await answer(client, name, replace(HIGHEST, patient="no-such-patient"))
    assert measure("error", HIGHEST, result) == 1


@pytest.mark.parametrize("name", sorted(BASELINES))
def test_a_baseline_is_named_like_a_planner(name: str) -> None:
    Setup(planner=name, store="any").check()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
