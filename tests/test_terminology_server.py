"""What a terminology server settles, what it leaves open, and what happens when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import ConceptMatch, match_concepts
from tools.concepts.terminology import SNOMED, settle_match
from tools.concepts.terminology_server import open_terminology
from tools.records.record import Coding

HEART_DISEASE, CARDITIS, NAILS = "56265001", "77777001", "77777002"
KINDS = {(HEART_DISEASE, CARDITIS): "subsumes", (HEART_DISEASE, NAILS): "not-subsumed"}


def answer(request: httpx.Request) -> httpx.Response:
    """A small server: one name, two codes under or beside it."""
    asked = request.url.params
    if request.url.path.endswith("$expand"):
        held = [
            {"system": SNOMED, "code": HEART_DISEASE, "display": "Heart disease (disorder)"},
            {"system": SNOMED, "code": "99999009", "display": "Heart disease in mother (disorder)"},
        ]
        return httpx.Response(200, json={"resourceType": "ValueSet", "expansion": {"contains": held}})
    outcome = KINDS.get((asked["codeA"], asked["codeB"]))
    if outcome is None:
        return httpx.Response(404, json={"resourceType": "OperationOutcome"})
    parameter = [{"name": "outcome", "valueCode": outcome}]
    return httpx.Response(200, json={"resourceType": "Parameters", "parameter": parameter})


def entry(code: str, name: str) -> ConceptEntry:
    return ConceptEntry(Kind.CONDITION, name, (name,), (Coding(SNOMED, code, name),), 1)


CHART = (entry(CARDITIS, "Chagas carditis (disorder)"), entry(NAILS, "Brittle nails (disorder)"))


def settled(
    chart: tuple[ConceptEntry, ...], server: Callable[[httpx.Request], httpx.Response] = answer
) -> tuple[ConceptMatch, list[str]]:
    """The match that the server settles, and the requests it got."""
    sent: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        sent.append(str(request.url))
        return server(request)

    async def run() -> ConceptMatch:
        async with open_terminology("https://tx.example/r4", httpx.MockTransport(note)) as terminology:
            before = match_concepts("heart disease", Kind.CONDITION, chart)
            await settle_match(before, "heart disease", chart, terminology)
            return await settle_match(before, "heart disease", chart, terminology)

    return asyncio.run(run()), sent


def test_without_a_server_a_condition_that_nothing_places_is_open() -> None:
    found = match_concepts("heart disease", Kind.CONDITION, CHART)
    assert (found.matched, found.determinable, len(found.undecided)) == ((), False, 2)


def test_a_server_settles_what_is_a_kind_and_what_is_none() -> None:
    found, _ = settled(CHART)
    assert [e.text for e in found.matched] == ["Chagas carditis (disorder)"]
    assert (found.undecided, found.how) == ((), "hierarchy")
    assert found.note == (
        'by the terminology server, no kind of "heart disease": Brittle nails (disorder); '
        'by the terminology server, kinds of "heart disease": Chagas carditis (disorder)'
    )


def test_a_server_is_asked_once_and_learns_nothing_but_codes_and_the_name() -> None:
    _, sent = settled(CHART)
    assert len(sent) == 3
    assert all("atient" not in url and "nails" not in url for url in sent)


def test_what_the_server_does_not_know_stays_open() -> None:
    found, _ = settled((*CHART, entry("123", "Oddity (disorder)")))
    assert [e.text for e in found.undecided] == ["Oddity (disorder)"]


@pytest.mark.parametrize(
    "server",
    [
        lambda request: httpx.Response(500, text="down"),
        lambda request: httpx.Response(401, text="who?"),
        lambda request: httpx.Response(302, headers={"location": "https://elsewhere.example/"}),
        lambda request: httpx.Response(200, text="<html>login</html>"),
        lambda request: httpx.Response(200, json=["not", "FHIR"]),
    ],
)
def test_a_server_that_fails_settles_nothing_and_the_match_says_so(
    server: Callable[[httpx.Request], httpx.Response],
) -> None:
    found, sent = settled(CHART, server)
    assert found.undecided == match_concepts("heart disease", Kind.CONDITION, CHART).undecided
    assert found.note is not None
    assert found.note.startswith("the terminology server could not be asked: ")
    assert len(sent) == 1, "a server that failed is left alone for a while"


@pytest.mark.parametrize(
    "told",
    [
        {"resourceType": "ValueSet"},
        {"resourceType": "ValueSet", "expansion": []},
        {"resourceType": "ValueSet", "expansion": {"contains": [None, "x", {"code": ["y"], "display": 3}]}},
    ],
)
def test_a_server_that_knows_no_such_name_settles_nothing(told: object) -> None:
    found, _ = settled(CHART, lambda request: httpx.Response(200, json=told))
    assert found == match_concepts("heart disease", Kind.CONDITION, CHART)


def test_a_server_that_breaks_off_settles_nothing_and_keeps_what_it_settled() -> None:
    def breaking(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("codeB") == NAILS:
            raise httpx.ConnectError("refused", request=request)
        return answer(request)

    found, _ = settled(CHART, breaking)
    assert [e.text for e in found.matched] == ["Chagas carditis (disorder)"]
    assert [e.text for e in found.undecided] == ["Brittle nails (disorder)"]
    assert "could not be asked" in (found.note or "")


def test_an_answer_that_is_no_outcome_is_no_answer() -> None:
    def vague(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("$expand"):
            return answer(request)
        return httpx.Response(
            200, json={"resourceType": "Parameters", "parameter": [{"name": "outcome", "valueCode": "perhaps"}, None]}
        )

    assert len(settled(CHART, vague)[0].undecided) == 2
