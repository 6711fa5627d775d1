"""First pages got by one batch: never more than a page of the same search, whatever the batch answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tools.fhir.capability import EMBEDDED, Capability
from tools.fhir.client import FhirClient, Limits
from tools.fhir.errors import SearchNotHonoured
from tools.fhir.pages import SearchResult
from tools.fhir.search_query import parse_search

Json = dict[str, Any]

QUERIES = [parse_search(kind, "patient=Patient/p") for kind in ("Condition", "Procedure")]


def page(kind: str, fhir_id: str, link: str | None = None) -> Json:
    record = {"resourceType": kind, "id": fhir_id, "subject": {"reference": "Patient/p"}}
    links = [{"relation": "self", "url": link or f"http://fhir.local/{kind}?patient=Patient/p&_count=1000"}]
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": [{"resource": record}]}


def answered(content: Json, status: str = "200 OK") -> Json:
    return {"resource": content, "response": {"status": status}}


def batch(*entries: Json, kind: str = "batch-response") -> httpx.Response:
    return httpx.Response(200, json={"resourceType": "Bundle", "type": kind, "entry": list(entries)})


class Server:
    """Answers a batch as told, and single searches with a record called `single`."""

    def __init__(self, answer: Callable[[list[str]], httpx.Response]) -> None:
        self.answer = answer
        self.singles = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return self.answer([e["request"]["url"] for e in json.loads(request.content)["entry"]])
        self.singles += 1
        return httpx.Response(200, json=page(request.url.path.strip("/"), "single"))

    async def search(self, capability: Capability = EMBEDDED) -> list[SearchResult]:
        transport = httpx.MockTransport(self)
        client = FhirClient("http://fhir.local/", transport=transport, limits=Limits(attempts=1), capability=capability)
        async with client, client.ahead(QUERIES):
            return [await client.search(query) for query in QUERIES]


@pytest.mark.anyio
async def test_one_request_answers_several_searches() -> None:
    server = Server(lambda urls: batch(*(answered(page(url.partition("?")[0], "ahead")) for url in urls)))
    results = await server.search()
    assert server.singles == 0
    assert [[r["id"] for r in result.resources] for result in results] == [["ahead"], ["ahead"]]
    assert all(r.complete and r.proof.honoured for r in results)


REFUSED = {"response": {"status": "404", "outcome": {"resourceType": "OperationOutcome"}}}
SILENT = {"resourceType": "Bundle", "type": "searchset"}


@pytest.mark.anyio
@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(405),
        httpx.Response(200, text="<html>"),
        httpx.Response(503),
        batch(),
        batch(answered(page("Condition", "ahead"))),
        batch(answered(page("Condition", "ahead")), answered(page("Procedure", "ahead")), kind="searchset"),
        batch(REFUSED, REFUSED),
        batch(answered(SILENT), answered(SILENT)),
        batch(answered(page("Condition", "ahead"), "500"), answered({"resourceType": "Procedure"})),
        batch({"response": "200"}, {"resource": []}),
    ],
)
async def test_what_a_batch_does_not_give_is_asked_for(reply: httpx.Response) -> None:
    server = Server(lambda urls: reply)
    results = await server.search()
    assert server.singles == 2
    assert [[r["id"] for r in result.resources] for result in results] == [["single"], ["single"]]


@pytest.mark.anyio
async def test_answers_in_another_order_are_not_taken_for_those_of_the_other_search() -> None:
    server = Server(lambda urls: batch(*(answered(page(url.partition("?")[0], "ahead")) for url in reversed(urls))))
    with pytest.raises(SearchNotHonoured, match="answered a search for Procedure"):
        await server.search()


@pytest.mark.anyio
async def test_a_page_got_ahead_is_judged_like_any_other() -> None:
    wide = page("Condition", "ahead", "http://fhir.local/Condition?_count=1000")
    server = Server(lambda urls: batch(answered(wide), answered(page("Procedure", "ahead"))))
    with pytest.raises(SearchNotHonoured, match="without patient"):
        await server.search()


@pytest.mark.anyio
async def test_other_servers_than_the_embedded_one_are_asked_one_by_one() -> None:
    server = Server(lambda urls: pytest.fail("a batch was sent"))
    assert len(await server.search(Capability())) == 2
    assert server.singles == 2
