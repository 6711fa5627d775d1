"""Searchsets that lie: each is refused, or makes the receipt incomplete with the reason; none is just believed."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from tools.fhir.capability import EMBEDDED, Capability, TypeCapability
from tools.fhir.client import FhirClient, Limits, SearchResult
from tools.fhir.errors import NotFhir
from tools.fhir.linked import read_many
from tools.fhir.search_query import parse_search

Json = dict[str, Any]

QUERY = parse_search("Condition", "patient=Patient/p")
SENT = "Condition?patient=Patient/p&_count=1000"
SELF = {"relation": "self", "url": SENT}
LISTED = Capability({"Condition": TypeCapability(parameters=frozenset({"patient"}))})
VALUES = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"


def condition(fhir_id: str, **more: Any) -> Json:
    return {"resourceType": "Condition", "id": fhir_id, "subject": {"reference": "Patient/p"}, **more}


def found(*resources: Json, mode: Any = "match", **more: Any) -> Json:
    entries = [{"resource": r, "search": {"mode": mode}} for r in resources]
    return {"resourceType": "Bundle", "type": "searchset", "link": [SELF], "entry": entries, **more}


def with_next(url: Any, *resources: Json, **more: Any) -> Json:
    return found(*resources, link=[SELF, {"relation": "next", "url": url}], **more)


def said(severity: str | None, code: str, text: str) -> Json:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code, "diagnostics": text}]}


def beside(outcome: Any, mode: str | None = "outcome") -> Json:
    bundle = found(condition("a"))
    bundle["entry"].append({"resource": outcome, "search": {"mode": mode}} if mode else {"resource": outcome})
    return bundle


def labelled(place: str, code: str, system: str | None = VALUES) -> Json:
    return condition("a", meta={place: [{"system": system, "code": code}]})


def client(*pages: Json, capability: Capability | None = None) -> FhirClient:
    """A server that gives these pages in order, whatever is asked."""
    waiting = iter(pages)
    given = httpx.MockTransport(lambda request: httpx.Response(200, json=next(waiting, pages[-1])))
    said = capability or Capability()
    return FhirClient("https://fhir.test/r4", transport=given, limits=Limits(attempts=1), capability=said)


async def search(*pages: Json, capability: Capability | None = None) -> SearchResult:
    return await client(*pages, capability=capability).search(QUERY)


A, B = condition("a"), condition("b")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("bundle", "told"),
    [
        (found(A, type="history"), "type 'history'"),
        (found(A, type="batch-response"), "batch-response"),
        (found(A, type=None), "no searchset"),
        (found(A, type=["searchset"]), "no searchset"),
        (said("error", "exception", "index lost"), "index lost"),
        (found(total="1"), "no count"),
        (found(total=-1), "no count"),
        (found(total=1.0), "no count"),
        (found(total=True), "no count"),
        (found(total={"value": 1}), "no count"),
        (found(entry={}), "no list"),
        (found(entry="none"), "no list"),
        (found(entry=0), "no list"),
        (found(entry=["Condition/a"]), "no list"),
        (found(entry=[{"fullUrl": "https://fhir.test/r4/Condition/a"}]), "no resource"),
        (found(entry=[{"resource": "Condition/a"}]), "no resource"),
        (found(entry=[{"resource": A, "search": "match"}]), "no word"),
        (found(entry=[{"resource": A, "search": {"mode": 1}}]), "no word"),
        (found(condition("a", id=7)), "without an id"),
        (found(condition("")), "without an id"),
        (found(link="next"), "no list"),
        (found(link=["next"]), "no list"),
        (found(link=[{"url": "x"}]), "no relation"),
        (with_next(7, A), "no address"),
        (with_next("", A), "no address"),
        (with_next({"url": "x"}, A), "no address"),
        (found(A, link=[SELF, {"relation": "next", "url": "?a"}, {"relation": "next", "url": "?b"}]), "several next"),
    ],
)  # fmt: skip
async def test_what_is_no_searchset_is_an_error(bundle: Json, told: str) -> None:
    with pytest.raises(NotFhir, match=told):
        await search(bundle)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("bundle", "told"),
    [
        (found(A, B, total=1), "says 1 match but gave 2"),
        (found(A, total=2), "says 2 match but gave 1"),
        (found(total=1), "says 1 match but gave 0"),
        (found(A, mode="include"), "not asked for"),
        (found(A, mode="outcome"), "not asked for"),
        (found(A, mode="MATCH"), "not asked for"),
        (found({"resourceType": "Goal", "id": "g"}), "gave a Goal"),
        (found({"resourceType": 7, "id": "g"}), "gave a 7"),
        (found(A, condition("a", code={"text": "x"})), "twice, and not alike"),
        (beside(said("warning", "suppressed", "Some data withheld")), "Some data withheld"),
        (beside(said("error", "incomplete", "Archive offline")), "Archive offline"),
        (beside(said("fatal", "too-costly", "Cut at 100")), "Cut at 100"),
        (beside(said("information", "suppressed", "Held back")), "Held back"),
        (beside(said(None, "processing", "Odd")), "Odd"),
        (beside(said("warning", "processing", "No mode"), None), "No mode"),
        (beside(said("warning", "processing", "A match"), "match"), "A match"),
        (beside({"resourceType": "OperationOutcome"}), "can't be read"),
        (beside({"resourceType": "OperationOutcome", "issue": {"severity": "error"}}), "can't be read"),
        (beside(said("warning", "processing", "<b>\x1b[1m\nyes</b>" + "x" * 900)), "b [1m yes /b xx"),
        (found(labelled("tag", "SUBSETTED")), "only part of the record (SUBSETTED)"),
        (found(labelled("security", "REDACTED")), "REDACTED"),
        (found(labelled("security", "MASKED", None)), "MASKED"),
        (found(labelled("security", "ABSTRED")), "ABSTRED"),
        (found(A, meta={"security": [{"system": VALUES, "code": "REDACTED"}]}), "REDACTED"),
    ],
)  # fmt: skip
async def test_what_a_server_gives_away_of_what_is_missing_makes_the_receipt_incomplete(
    bundle: Json, told: str
) -> None:
    result = await search(bundle)
    assert not result.complete
    assert told in (result.reason or "")
    assert len(result.reason or "") < 500
    assert not set("<>\n\x1b") & set(result.reason or "")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "bundle",
    [
        found(A, B, total=2),
        found(A, A, total=1),
        found(total=0),
        {"resourceType": "Bundle", "type": "searchset", "link": [SELF], "total": 0},
        found(A, mode=None),
        beside(said("information", "informational", "Welcome")),
        beside({"resourceType": "Medication", "id": "m"}, "include"),
        beside({"resourceType": "Medication"}, "include"),
        found(labelled("security", "R")),
        found(labelled("security", "ANONYED")),
        found(labelled("security", "PSEUDED")),
        found(labelled("tag", "SUBSETTED", "urn:mine")),
        found(condition("a", meta="x"), condition("b", meta={"tag": "x", "security": [7]})),
    ],
)
async def test_what_tells_of_nothing_missing_does_not(bundle: Json) -> None:
    result = await search(bundle)
    assert (result.complete, result.reason) == (True, None)


@pytest.mark.anyio
async def test_what_a_server_says_is_told_as_far_as_anyone_reads_it() -> None:
    many = [{"resource": said("warning", "processing", f"{n} {'x' * 900}")} for n in range(1_000)]
    link = [{"relation": "self", "url": f"{SENT}&key={'x' * 100_000}"}]
    result = await search(found(entry=many, link=link))
    assert len(result.reason or "") < 2_000
    assert len(result.proof.self_link or "") <= 2_000


@pytest.mark.anyio
async def test_a_part_that_was_asked_for_is_no_fault() -> None:
    few = parse_search("Condition", "patient=Patient/p&_elements=code")
    link = [{"relation": "self", "url": f"{SENT}&_elements=code"}]
    assert (await client(found(labelled("tag", "SUBSETTED"), link=link)).search(few)).complete


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("capability", "bundle", "complete"),
    [
        (Capability(), found(total=0), True),
        (Capability(), found(total=0, link=[]), False),
        (EMBEDDED, found(total=0, link=[]), False),
        (LISTED, found(total=0, link=[]), True),
        (LISTED, found(link=[]), False),
        (Capability({"Condition": TypeCapability()}), found(total=0, link=[]), False),
        (Capability(), found(A, link=[]), True),
    ],
    ids=["says it", "silent", "says it is ours", "listed, none", "listed, silent", "not listed", "gives some"],
)
async def test_finding_nothing_proves_something_only_where_the_server_says_that_it_looked(
    capability: Capability, bundle: Json, complete: bool
) -> None:
    result = await search(bundle, capability=capability)
    assert result.complete is complete, result.reason


@pytest.mark.anyio
async def test_a_server_that_calls_itself_ours_is_not_believed_that_linked_records_are_not_there() -> None:
    read = await read_many(client(found(link=[], total=0), capability=EMBEDDED), "Medication", ["m"])
    assert read.unread


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("following", "told"),
    [
        ("https://elsewhere.test/r4/Condition?page=2", "leads to https://elsewhere.test, not to https://fhir.test"),
        ("http://fhir.test/r4/Condition?page=2", "leads to http://fhir.test, not to https://fhir.test"),
        ("https://fhir.test:444/r4/Condition?page=2", "leads to https://fhir.test:444"),
        ("https://ann@fhir.test/r4/Condition?page=2", "user name"),
        ("https://fhir.test@elsewhere.test/Condition?page=2", "user name"),
        ("//elsewhere.test/Condition?page=2", "leads to https://elsewhere.test"),
        ("https://[/", "no address"),
        ("https://fhir.test:x/", "no address"),
        ("javascript:alert(1)", "leads to javascript://"),
        ("?patient=Patient/q&page=2", "search of another patient"),
        ("?subject=q&page=2", "search of another subject"),
        (f"https://fhir.test/r4/{SENT}", "already read"),
        ("?page=" + "x" * 70_000, "no address"),
    ],
)
async def test_a_next_link_that_leads_astray_is_not_followed(following: str, told: str) -> None:
    result = await search(
        found(B, link=[SELF, {"relation": "next", "url": "?page=2"}]), with_next(following, A), found()
    )
    assert not result.complete
    assert [r["id"] for r in result.resources] in (["b"], ["b", "a"])
    assert told in (result.reason or "")


@pytest.mark.anyio
async def test_a_next_link_that_names_the_same_place_in_other_words_is_followed() -> None:
    result = await search(with_next("HTTPS://FHIR.test:443/r4/Condition?page=2&patient=p", A), found(B))
    assert result.complete, result.reason


@pytest.mark.anyio
async def test_a_page_given_again_under_another_link_ends_the_search() -> None:
    result = await search(*(with_next(f"?page={n}", A) for n in range(9)))
    assert (result.proof.pages, result.complete) == (2, False)
    assert "repeats" in (result.reason or "")


@pytest.mark.anyio
async def test_a_record_that_changes_between_pages_or_a_total_that_does_is_not_believed() -> None:
    changed = await search(with_next("?page=2", A), found(B, condition("a", code={"text": "x"})))
    assert "not alike" in (changed.reason or "")
    total = await search(with_next("?page=2", A, total=2), found(B, total=3))
    assert "says 3 match but gave 2" in (total.reason or "")


@pytest.mark.anyio
async def test_empty_pages_without_end_are_cut_off() -> None:
    pages = (with_next(f"?page={n}") for n in itertools.count())
    answer = httpx.MockTransport(lambda request: httpx.Response(200, json=next(pages)))
    asked = FhirClient("https://fhir.test/r4", transport=answer, limits=Limits(pages=5), capability=Capability())
    result = await asked.search(QUERY)
    assert (result.proof.pages, result.complete) == (5, False)


@pytest.mark.anyio
@pytest.mark.parametrize("total", [None, -1, "3", True, 2.0])
async def test_a_count_that_is_none_is_not_taken(total: Any) -> None:
    link = [{"relation": "self", "url": "Condition?patient=Patient/p&_summary=count"}]
    asked = client({"resourceType": "Bundle", "type": "searchset", "total": total, "link": link}, found(A, B))
    if total is None:
        assert await asked.count(QUERY) == 2
        return
    with pytest.raises(NotFhir, match="no count"):
        await asked.count(QUERY)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
