"""The client against servers that lie, loop, drop what was sent or fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tools.chart import open_chart
from tools.fhir.client import FhirClient, Limits
from tools.fhir.errors import (
    ForeignHost,
    ForeignRecord,
    NotFhir,
    PageLoop,
    SearchNotHonoured,
    ServerRefused,
    ServerUnreachable,
)
from tools.fhir.search_query import SearchQuery, parse_search

QUERY = parse_search("Condition", "patient=Patient/p&code:not=x")
PATIENT = {"resourceType": "Patient", "id": "p"}


def bundle(*ids: str, link: dict[str, str] | None = None, owner: str = "p", total: int | None = None) -> dict[str, Any]:
    entries = [
        {"resource": {"resourceType": "Condition", "id": i, "subject": {"reference": f"Patient/{owner}"}}} for i in ids
    ]
    links = [{"relation": k, "url": v} for k, v in (link or {}).items()]
    made = {"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links, "total": total}
    return {k: v for k, v in made.items() if v is not None}


def client(answer: Callable[[httpx.Request], httpx.Response], **limits: Any) -> FhirClient:
    return FhirClient("http://fhir.local/base", transport=httpx.MockTransport(answer), limits=Limits(**limits))


def always(content: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(200, json=content)


@pytest.mark.anyio
async def test_relative_next_links_are_followed_to_the_last_page() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        second = "page=2" in str(request.url)
        return httpx.Response(200, json=bundle("b") if second else bundle("a", link={"next": "Condition?page=2"}))

    result = await client(answer).search(QUERY)
    assert [r["id"] for r in result.resources] == ["a", "b"]
    assert result.complete
    assert result.proof.pages == 2


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("content", "error"),
    [
        (bundle("a", link={"next": "http://elsewhere.local/Condition?page=2"}), ForeignHost),
        (bundle("a", link={"next": "http://fhir.local/base/Condition?page=2"}), PageLoop),
        (bundle("a", link={"self": "Condition?code:not=x"}), SearchNotHonoured),
        (bundle("a", link={"self": "Condition?patient=Patient/p&code=x"}), SearchNotHonoured),
        (bundle("a", link={"self": "Condition?patient=Group/p&code:not=x"}), SearchNotHonoured),
        ({"resourceType": "Patient", "id": "p"}, NotFhir),
        ({"resourceType": "Bundle", "entry": [None]}, NotFhir),
    ],
)
async def test_an_answer_that_can_not_be_trusted_is_an_error(content: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        await client(always(content)).search(QUERY)


@pytest.mark.anyio
async def test_an_html_page_is_no_fhir() -> None:
    with pytest.raises(NotFhir, match="text/html"):
        await client(lambda request: httpx.Response(200, html="<h1>Login</h1>")).search(QUERY)


@pytest.mark.anyio
async def test_a_total_larger_than_what_was_given_is_incomplete() -> None:
    result = await client(always(bundle("a", total=3))).search(QUERY)
    assert not result.complete
    assert "3" in (result.reason or "")


@pytest.mark.anyio
async def test_a_page_budget_cuts_off_with_a_reason() -> None:
    numbers = iter(range(100))

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=bundle("a", link={"next": f"Condition?page={next(numbers)}"}))

    result = await client(answer, pages=3).search(QUERY)
    assert result.proof.pages == 3
    assert not result.complete


@pytest.mark.anyio
async def test_a_busy_server_is_asked_again_after_the_time_it_names() -> None:
    answers = iter([httpx.Response(503, headers={"retry-after": "0"}), httpx.Response(200, json=bundle("a"))])
    assert (await client(lambda request: next(answers)).search(QUERY)).complete


@pytest.mark.anyio
async def test_a_server_that_stays_busy_is_an_error() -> None:
    busy = httpx.Response(429, headers={"retry-after": "0"})
    with pytest.raises(ServerRefused, match="429"):
        await client(lambda request: busy, attempts=2).search(QUERY)


@pytest.mark.anyio
async def test_no_connection_is_said() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ServerUnreachable):
        await client(refuse).search(QUERY)


@pytest.mark.anyio
async def test_a_read_answered_with_another_patient_binds_no_chart() -> None:
    with pytest.raises(ForeignRecord):
        await open_chart(client(always({"resourceType": "Patient", "id": "q"})), "p", "2020-01-01")


@pytest.mark.anyio
async def test_a_search_answered_with_another_patients_record_is_refused() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=PATIENT if "/Patient/p" in request.url.path else bundle("a", owner="q"))

    chart = await open_chart(client(answer), "p", "2020-01-01")
    with pytest.raises(ForeignRecord):
        await chart.search("Condition")


@pytest.mark.anyio
async def test_a_wrong_search_never_leaves() -> None:
    with pytest.raises(ValueError, match="colour"):
        await client(always(bundle())).search(SearchQuery("Condition", parse_search_unchecked("colour=red")))


def parse_search_unchecked(text: str) -> Any:
    from tools.fhir.search_query import parse_param

    key, value = text.split("=")
    return (parse_param(key, value),)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
