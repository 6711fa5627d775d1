"""Servers that are slow in ways no single timeout sees: a byte at a time, a page at a time, busy for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import orjson
import pytest

from agent.cli.answering import Asker, Question
from agent.cli.composition import build_limits
from agent.cli.options import Access
from agent.planners.rules import RulesPlanner
from tools.fhir.capability import Capability
from tools.fhir.client import FhirClient, Limits, SearchResult
from tools.fhir.errors import FhirError, ServerRefused, ServerTimeout
from tools.fhir.search_query import parse_search
from tools.fhir.time_budget import time_budget, waiting

QUERY = parse_search("Condition", "patient=Patient/p")
Answer = Callable[[httpx.Request], Awaitable[httpx.Response]]


def client(answer: Answer, capability: Capability | None = Capability(), **limits: Any) -> FhirClient:  # noqa: B008
    transport = httpx.MockTransport(answer)
    return FhirClient("https://fhir.test/", transport=transport, limits=Limits(**limits), capability=capability)


class Drip(httpx.AsyncByteStream):
    """A body that comes a byte at a time, and would take a minute."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> Any:
        for byte in self._body:
            await asyncio.sleep(60 / len(self._body))
            yield bytes([byte])


def page(request: httpx.Request, number: int) -> dict[str, Any]:
    condition = {"resourceType": "Condition", "id": f"c{number}", "subject": {"reference": "Patient/p"}}
    links = [{"relation": "self", "url": str(request.url)}, {"relation": "next", "url": f"?page={number + 1}"}]
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": [{"resource": condition}]}


async def drip(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, stream=Drip(orjson.dumps(page(request, 1))))


async def never(request: httpx.Request) -> httpx.Response:
    await asyncio.sleep(60)
    return httpx.Response(200)


async def busy(request: httpx.Request) -> httpx.Response:
    return httpx.Response(429, headers={"retry-after": "20"})


async def timed(work: Awaitable[SearchResult]) -> tuple[SearchResult | FhirError, float]:
    started = time.monotonic()
    try:
        result: SearchResult | FhirError = await work
    except FhirError as error:
        result = error
    return result, time.monotonic() - started


@pytest.mark.anyio
@pytest.mark.parametrize("answer", [drip, never, busy])
async def test_a_server_that_never_gets_done_ends_with_the_time_there_is(answer: Answer) -> None:
    fault, took = await timed(client(answer, search_seconds=0.2).search(QUERY))
    assert isinstance(fault, ServerTimeout)
    assert "more time than there is for a search (0.2 s)" in str(fault)
    assert took < 5


@pytest.mark.anyio
async def test_a_server_that_stays_busy_is_given_up_after_some_attempts() -> None:
    async def at_once(request: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers={"retry-after": "0"})

    fault, _ = await timed(client(at_once).search(QUERY))
    assert isinstance(fault, ServerRefused)


@pytest.mark.anyio
async def test_pages_that_each_come_late_are_kept_as_far_as_they_came() -> None:
    numbers = iter(range(1, 1_000))

    async def slowly(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.05)
        return httpx.Response(200, json=page(request, next(numbers)))

    result, took = await timed(client(slowly, search_seconds=0.3).search(QUERY))
    assert isinstance(result, SearchResult)
    assert result.resources
    assert (result.complete, result.interrupted) == (False, True)
    assert "0.3 s" in (result.reason or "")
    assert took < 5


@pytest.mark.anyio
async def test_a_statement_of_what_a_server_can_do_is_not_waited_for_as_long_as_a_search() -> None:
    async def slow_metadata(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/metadata":
            return await drip(request)
        bundle = page(request, 1)
        return httpx.Response(200, json={**bundle, "link": bundle["link"][:1]})

    asked = client(slow_metadata, None, timeout_seconds=0.1, search_seconds=20.0)
    result, took = await timed(asked.search(QUERY))
    assert isinstance(result, SearchResult)
    assert result.complete
    assert took < 5


@pytest.mark.anyio
async def test_a_question_is_told_as_open_when_its_time_is_over() -> None:
    async def all_but_the_patient(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/Patient/p":
            return httpx.Response(200, json={"resourceType": "Patient", "id": "p"})
        return await drip(request)

    started = time.monotonic()
    async with client(all_but_the_patient, question_seconds=0.5) as asked:
        told = await Asker(asked, RulesPlanner()).ask(Question("Does he have diabetes?", "p", as_of="2024"))
    assert time.monotonic() - started < 10
    assert told.result.status == "abstained"
    assert not told.result.receipt["complete"]
    assert any("time than there is for a question (0.5 s)" in reason for reason in told.result.receipt["reasons"])


@pytest.mark.anyio
async def test_only_waiting_counts_and_several_waits_at_once_count_once() -> None:
    async def wait(times: int = 1) -> None:
        for _ in range(times):
            async with waiting():
                await asyncio.sleep(0.1)

    with time_budget(0.5, "a test"):
        await asyncio.gather(*(wait() for _ in range(9)))
        await asyncio.sleep(0.6)
        await wait()
        with pytest.raises(ServerTimeout, match=r"0\.5 s\)"):
            await wait(9)
    await wait()


def test_the_time_for_a_question_can_be_set() -> None:
    assert build_limits(Access()) == Limits()
    assert build_limits(Access(wait=20)) == Limits(question_seconds=20, search_seconds=20)
    assert build_limits(Access(wait=900)) == Limits(question_seconds=900)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
