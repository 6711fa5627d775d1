"""Servers that want searches asked in another way, or don't do what they are asked: the same records, or a reason."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import orjson
import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.chart import UnknownPatient, open_chart
from tools.chart_query import Kind
from tools.fhir.capability import EMBEDDED, Capability, parse_capability
from tools.fhir.client import FhirClient, Limits, SearchResult
from tools.fhir.errors import FhirError, ForeignRecord, NotServed, SearchNotHonoured, ServerRefused
from tools.fhir.matching import can_match, matches
from tools.fhir.required_codes import SPLITS
from tools.fhir.search_query import parse_search
from tools.overview import build_overview
from tools.store.app import build_app
from tools.store.incoming import build_incoming
from tools.store.store import Store, open_store

Json = dict[str, Any]
Params = list[tuple[str, str]]

ROOT = Path(__file__).parent.parent
OWNER = {"subject": {"reference": "Patient/p"}}


def order(fhir_id: str, intent: str, **elements: Any) -> Json:
    made = {"resourceType": "MedicationRequest", "id": fhir_id, "status": "active", "intent": intent}
    return {**made, **OWNER, **elements}


def person(fhir_id: str, number: str) -> Json:
    identifier = {"system": "urn:mrn", "value": number}
    return {"resourceType": "Patient", "id": fhir_id, "identifier": [identifier], "name": [{"family": "Ek"}]}


def lab(fhir_id: str, category: str | None, at: str | None = None) -> Json:
    made: Json = {"resourceType": "Observation", "id": fhir_id, "status": "final", "code": {"text": fhir_id}, **OWNER}
    made |= {"category": [{"coding": [{"code": category}]}]} if category else {}
    return made | ({"effectiveDateTime": at} if at else {})


RESOURCES: list[Json] = [
    person("p", "17"),
    person("q", "18"),
    order("o1", "order", authoredOn="2020-05-01"),
    order("o2", "order", authoredOn="2019-05-01"),
    order("o3", "plan", authoredOn="2021-05-01"),
    order("o4", "filler-order"),
    {**order("other", "order"), "subject": {"reference": "Patient/q"}},
    lab("l1", "laboratory", "2019-12-31T23:30:00-05:00"),
    lab("l2", "laboratory", "2019"),
    lab("v1", "vital-signs", "2020-01-01"),
    lab("s1", "social-history"),
    *({"resourceType": "Medication", "id": f"m{n}", "code": {"text": f"Drug {n}"}} for n in range(3)),
]  # fmt: skip


@cache
def serve(resources: str) -> httpx.ASGITransport:
    """The embedded server with some resources; nothing here writes to it."""
    store = open_store(":memory:")
    store.save([build_incoming(raw, json.loads(raw)) for raw in map(orjson.dumps, json.loads(resources))])
    return httpx.ASGITransport(app=build_app(store))


@dataclass
class Server(httpx.AsyncBaseTransport):
    """The embedded server with habits of others."""

    refuse: Callable[[str, Params], str | None] = lambda kind, params: None
    """What it says when it refuses a search with 400."""
    run: Callable[[str, Params], Params] = lambda kind, params: params
    """The search it runs, and says it ran."""
    says: bool = True
    """Whether it says which search it ran."""
    lies: bool = False
    """It says it ran what was sent."""
    metadata: Json | str | Exception | None = None
    resources: Sequence[Json] = field(default_factory=lambda: RESOURCES)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inner = serve(json.dumps(self.resources))

    def client(self, **more: Any) -> FhirClient:
        return FhirClient("http://fhir.local/", transport=self, limits=Limits(attempts=1), **more)

    async def search(self, search: str, client: FhirClient | None = None) -> SearchResult:
        kind, _, query = search.partition("?")
        return await (client or self.client()).search(parse_search(kind, query))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        kind = request.url.path.strip("/")
        self.asked.append(request.url.raw_path.decode())
        if kind == "metadata":
            return self._tell()
        params = parse_qsl(request.url.query.decode(), keep_blank_values=True)
        if "/" in kind:
            return await self.inner.handle_async_request(request)
        if (refusal := self.refuse(kind, params)) is not None:
            return httpx.Response(400, json={"issue": [{"diagnostics": refusal}]} if refusal else {})
        ran = self.run(kind, params)
        asked = httpx.Request("GET", request.url.copy_with(query=urlencode(ran).encode()), headers=request.headers)
        response = await self.inner.handle_async_request(asked)
        content = orjson.loads(await response.aread())
        if not self.says:
            content["link"] = [link for link in content.get("link", []) if link["relation"] != "self"]
        if self.lies:
            content["link"] = [{"relation": "self", "url": str(request.url)}]
        return httpx.Response(response.status_code, json=content)

    def _tell(self) -> httpx.Response:
        if isinstance(self.metadata, Exception):
            raise self.metadata
        if isinstance(self.metadata, str):
            return httpx.Response(200, html=self.metadata)
        return httpx.Response(200, json=self.metadata) if self.metadata else httpx.Response(404)


def ids(result: SearchResult) -> list[str]:
    return sorted(str(r["id"]) for r in result.resources)


def names(params: Params) -> set[str]:
    return {key.partition(":")[0] for key, _ in params}


def needs(name: str, text: str = "") -> Callable[[str, Params], str | None]:
    """Refuses searches without one of some parameters."""
    needed = set(name.split("|"))
    return lambda kind, params: None if needed & names(params) else text or f"a search must name {name}"


ORDERS = "MedicationRequest?patient=Patient/p"


def no_lists(kind: str, params: Params) -> str | None:
    if "intent" not in names(params):
        return "intent is required"
    return "one intent at a time" if "," in dict(params)["intent"] else None


def first_of_a_list(kind: str, params: Params) -> Params:
    return [(key, value.split(",")[0] if key in ("intent", "_id") else value) for key, value in params]


def whole_list_as_one_code(kind: str, params: Params) -> Params:
    return [(key, value.replace(",", r"\,") if key == "intent" else value) for key, value in params]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "habits",
    [
        {"refuse": needs("intent")},
        {"refuse": needs("intent", " ")},
        {"refuse": needs("intent|status", "give a status")},
        {"refuse": no_lists},
        {"refuse": needs("intent"), "run": first_of_a_list, "lies": True},
        {"refuse": needs("intent"), "run": whole_list_as_one_code, "lies": True},
    ],
    ids=["names it", "says nothing of use", "wants a status", "no lists", "first of a list", "list as one code"],
)
async def test_orders_that_are_given_by_intent_only_are_all_found(habits: Json) -> None:
    server = Server(**habits)
    client = server.client()
    result = await server.search(ORDERS, client)
    assert ids(result) == ["o1", "o2", "o3", "o4"]
    assert result.complete, result.reason
    assert any("intent" in note or "status" in note for note in result.proof.adapted)
    asked = len(server.asked)
    assert ids(await server.search("MedicationRequest?patient=Patient/q", client)) == ["other"]
    assert len(server.asked) - asked == len(result.proofs)


@pytest.mark.anyio
async def test_observations_that_are_given_by_category_only_may_not_be_all() -> None:
    def refuse(kind: str, params: Params) -> str | None:
        plain = dict(params)
        return None if "category" in plain or "code" in plain else "Must have either code or category."

    result = await Server(refuse=refuse).search("Observation?patient=Patient/p")
    assert ids(result) == ["l1", "l2", "s1", "v1"]
    assert not result.complete
    assert "answers only by category" in (result.reason or "")
    without = Server(refuse=needs("category|code"), resources=[*RESOURCES, lab("x1", None), lab("x2", "local")])
    everything = await without.search("Observation?patient=Patient/p")
    assert ids(everything) == ["l1", "l2", "s1", "v1", "x1", "x2"]
    assert everything.complete


@pytest.mark.anyio
async def test_records_that_can_not_be_asked_for_cast_no_doubt_on_a_moment_that_is_past() -> None:
    def refuse(kind: str, params: Params) -> str | None:
        if kind != "Observation" or "category" in dict(params):
            return None
        return "Must have either code or category."

    chart = await open_chart(Server(refuse=refuse).client(), "p", None)
    assert (chart.as_of.source, chart.doubts) == ("clock", ())
    assert chart.receipt([await chart.search("MedicationRequest")]).complete
    later = [*RESOURCES, lab("z", "laboratory", "2150-01-01")]
    chart = await open_chart(Server(refuse=refuse, resources=later).client(), "p", None)
    assert (chart.as_of.source, chart.as_of.text) == ("chart", "2150-01-01")
    assert "by category" in chart.doubts[0]


@pytest.mark.anyio
@pytest.mark.parametrize(("misread", "lies"), [("first", True), ("as one code", True), ("as one code", False)])
async def test_categories_whose_list_the_server_misreads_are_asked_for_one_by_one(misread: str, lies: bool) -> None:
    def read(kind: str, params: Params) -> Params:
        as_read = {"first": lambda v: v.split(",")[0], "as one code": lambda v: v.replace(",", r"\,")}[misread]
        return [(k, as_read(v) if k == "category" else v) for k, v in params]

    both = lab("l3", "laboratory") | {"category": [{"coding": [{"code": "laboratory"}, {"code": "exam"}]}]}
    server = Server(
        refuse=lambda kind, params: None if "category" in dict(params) else "category is required",
        run=read,
        lies=lies,
        resources=[*RESOURCES, both],
    )
    assert ids(await server.search("Observation?patient=Patient/p")) == ["l1", "l2", "l3", "s1", "v1"]


@pytest.mark.anyio
@pytest.mark.parametrize("date", ["2019", "ge2019-12", "gt2019", "lt2020-01", "le2019", "sa2018", "eb2021", "ne2019"])
async def test_a_server_that_takes_no_partial_dates_gives_the_same_records(date: str) -> None:
    def refuse(kind: str, params: Params) -> str | None:
        given = dict(params).get("date", "2020-01-01").lstrip("egltsanb")
        return "dates must be given to the day" if len(given) < 10 else None

    search = f"Observation?patient=Patient/p&date={date}"
    expected = await Server().search(search)
    result = await Server(refuse=refuse).search(search)
    assert ids(result) == ids(expected)
    assert result.complete
    assert any("date" in note for note in result.proof.adapted)


@pytest.mark.anyio
@pytest.mark.parametrize("date", ["2019", "ge2019", "le2019-12"])
async def test_days_are_asked_for_so_widely_that_a_servers_time_zone_loses_nothing(date: str) -> None:
    def refuse(kind: str, params: Params) -> str | None:
        return "give the day" if len(dict(params).get("date", "2020-01-01").lstrip("gel")) < 10 else None

    def in_utc(kind: str, params: Params) -> Params:
        ends = {"ge": "T00:00:00Z", "le": "T23:59:59Z"}
        return [(k, v + ends[v[:2]] if k == "date" and len(v) == 12 else v) for k, v in params]

    edges = ["2019-01-01T00:30:00+14:00", "2019-12-31T23:30:00-11:00", "2018-12-31T23:59:00-05:00"]
    resources = [*RESOURCES, *(lab(f"e{n}", "laboratory", at) for n, at in enumerate(edges))]
    search = f"Observation?patient=Patient/p&date={date}"
    result = await Server(refuse=refuse, run=in_utc, lies=True, resources=resources).search(search)
    assert ids(result) == ids(await Server(resources=resources).search(search))


@pytest.mark.anyio
@pytest.mark.parametrize("text", ["", "unknown parameter: {}", "not supported"])
@pytest.mark.parametrize("shaping", ["_count", "_sort", "_elements", "_summary"])
async def test_what_shapes_an_answer_is_left_out_or_done_here(shaping: str, text: str) -> None:
    def refuse(kind: str, params: Params) -> str | None:
        return text.format(shaping) if shaping in names(params) else None

    server = Server(refuse=refuse)
    result = await server.search(f"{ORDERS}&_sort=-authoredon&_elements=authoredOn")
    assert [r["id"] for r in result.resources] == ["o3", "o1", "o2", "o4"]
    assert result.complete
    query = parse_search("MedicationRequest", "patient=Patient/p")
    assert await server.client().count(query) == await Server(says=False).client().count(query) == 4


@pytest.mark.anyio
async def test_a_parameter_that_is_refused_is_applied_here() -> None:
    def refuse(kind: str, params: Params) -> str | None:
        return "intent is not supported" if "intent" in names(params) else None

    result = await Server(refuse=refuse).search(f"{ORDERS}&intent=order")
    assert (ids(result), result.complete) == (["o1", "o2"], True)
    assert "intent not sent, applied here" in result.proof.adapted


def drop(name: str) -> Callable[[str, Params], Params]:
    return lambda kind, params: [(k, v) for k, v in params if k.partition(":")[0] != name]


@pytest.mark.anyio
async def test_a_parameter_that_is_dropped_is_applied_here_where_that_is_exact() -> None:
    result = await Server(run=drop("intent")).search(f"{ORDERS}&intent=order")
    assert (ids(result), result.complete) == (["o1", "o2"], True)
    assert result.proof.adapted == ("intent dropped by the server, applied here",)
    assert not result.proof.honoured
    client = Server(run=drop("intent")).client()
    assert await client.count(parse_search("MedicationRequest", "patient=Patient/p&intent=order")) == 2


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("search", "run"),
    [
        (ORDERS, drop("patient")),
        ("Patient?identifier=17", drop("identifier")),
        ("Patient?name=ek&identifier=17", drop("name")),
        (f"{ORDERS}&intent=order", lambda kind, params: [*drop("intent")(kind, params), ("status", "active")]),
        (f"{ORDERS}&intent=order", lambda kind, params: [*drop("intent")(kind, params), ("intent", "plan")]),
    ],
    ids=["patient", "identifier", "a name", "another instead", "another value"],
)
async def test_a_search_that_was_not_run_and_can_not_be_made_up_for_is_an_error(
    search: str, run: Callable[[str, Params], Params]
) -> None:
    with pytest.raises(SearchNotHonoured):
        await Server(run=run).search(search)


@pytest.mark.anyio
async def test_a_search_that_the_server_narrowed_is_not_complete() -> None:
    result = await Server(run=lambda kind, params: [*params, ("intent", "order")]).search(ORDERS)
    assert (ids(result), result.complete) == (["o1", "o2"], False)
    assert "searched by intent too" in (result.reason or "")


@pytest.mark.anyio
async def test_a_server_that_does_not_say_what_it_ran_is_checked_row_by_row() -> None:
    result = await Server(says=False, run=drop("intent")).search(f"{ORDERS}&intent=order")
    assert (ids(result), result.complete) == (["o1", "o2"], True)
    for unclear in ("Patient?name=ek", f"{ORDERS}&intent:not=plan", "MedicationRequest?_id=o1,o2"):
        found = await Server(says=False).search(unclear)
        assert found.resources
        assert not found.complete
    for search, dropped in ((ORDERS, "patient"), ("Patient?identifier=17", "identifier")):
        with pytest.raises(ForeignRecord):
            await Server(says=False, run=drop(dropped)).search(search)
    with pytest.raises(ForeignRecord):
        await open_chart(Server(says=False, run=drop("identifier")).client(), "17", "2021-01-01")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "metadata",
    [
        None,
        "<h1>Log in</h1>",
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        {"resourceType": "CapabilityStatement"},
        {"resourceType": "CapabilityStatement", "rest": [{"resource": None}, 7], "software": "x"},
        {"resourceType": "CapabilityStatement", "rest": [{"resource": [{"type": 1, "searchParam": [{"name": 2}]}]}]},
    ],
)
async def test_a_server_without_a_capability_statement_works(metadata: Json | str | Exception | None) -> None:
    server = Server(metadata=metadata)
    client = server.client()
    results = await asyncio.gather(*(server.search(ORDERS, client) for _ in range(3)))
    assert all(r.complete and len(r.resources) == 4 for r in results)
    assert len([target for target in server.asked if target == "/metadata"]) <= 2


def statement(**types: list[str]) -> Json:
    kinds = [{"type": kind, "searchParam": [{"name": name} for name in listed]} for kind, listed in types.items()]
    return {"resourceType": "CapabilityStatement", "rest": [{"mode": "server", "resource": kinds}]}


@pytest.mark.anyio
async def test_a_type_that_the_server_does_not_search_is_not_asked_for_and_not_called_absent() -> None:
    server = Server(metadata=statement(Patient=[], Condition=["patient"]))
    with pytest.raises(NotServed):
        await server.search("Goal?patient=Patient/p")
    chart = await open_chart(server.client(), "p", None)
    overview = await build_overview(chart)
    assert chart.doubts == ()
    assert overview.absent == (Kind.CONDITION,)
    assert "Goal: the server says that it does not search Goal" in overview.receipt.reasons
    asked = {target.partition("?")[0] for target in server.asked}
    assert asked == {"/metadata", "/Patient/p", "/Condition", "/Patient"}


@pytest.mark.anyio
async def test_a_type_that_can_be_read_but_not_searched_is_read_one_by_one() -> None:
    kinds = [{"type": "Medication", "interaction": [{"code": "read"}]}, {"type": "Patient"}]
    server = Server(metadata={"resourceType": "CapabilityStatement", "rest": [{"resource": kinds}]})
    chart = await open_chart(server.client(), "p", "2021-01-01")
    found = await chart.read_linked(["Medication/m0", "Medication/m1", "Medication/gone"])
    assert sorted(found) == ["Medication/m0", "Medication/m1"]
    assert chart.cache.unread == {}


@pytest.mark.anyio
@pytest.mark.parametrize("lies", [True, False])
async def test_a_server_that_looks_at_the_first_id_only_loses_no_drug(lies: bool) -> None:
    server = Server(run=first_of_a_list, lies=lies)
    chart = await open_chart(server.client(), "p", "2021-01-01")
    assert len(await chart.read_linked([f"Medication/m{n}" for n in range(3)])) == 3


@pytest.mark.anyio
async def test_another_name_of_the_patient_parameter_is_used_where_the_server_lists_it() -> None:
    server = Server(metadata=statement(MedicationRequest=["subject", "intent"]))
    result = await server.search(ORDERS)
    assert (ids(result), result.complete) == (["o1", "o2", "o3", "o4"], True)
    assert result.proof.adapted == ("patient sent as subject",)


@pytest.mark.anyio
async def test_finding_nothing_by_a_parameter_that_the_server_does_not_list_proves_nothing() -> None:
    def nothing(kind: str, params: Params) -> Params:
        return [*params, ("_id", "none")]

    result = await Server(metadata=statement(MedicationRequest=["code"]), run=nothing, lies=True).search(ORDERS)
    assert (ids(result), result.complete) == ([], False)
    listed = await Server(metadata=statement(MedicationRequest=["patient"]), run=nothing, lies=True).search(ORDERS)
    assert listed.complete


@pytest.mark.anyio
async def test_a_server_that_refuses_whatever_is_tried_is_given_up_soon_with_its_own_words() -> None:
    server = Server(refuse=lambda kind, params: "a search must be lucky")
    with pytest.raises(ServerRefused, match="lucky"):
        await server.search(f"{ORDERS}&authoredon=ge2019")
    assert len(server.asked) < 20
    server = Server(refuse=lambda kind, params: "resource type not supported")
    with pytest.raises(ServerRefused, match="not supported"):
        await server.search(ORDERS)
    assert len(server.asked) < 5


@pytest.mark.anyio
async def test_a_code_that_fails_among_several_leaves_a_reason() -> None:
    def refuse(kind: str, params: Params) -> str | None:
        return no_lists(kind, params) or ("no such intent" if dict(params)["intent"] == "option" else None)

    result = await Server(refuse=refuse).search(ORDERS)
    assert (ids(result), result.complete) == (["o1", "o2", "o3", "o4"], False)
    assert "no such intent" in (result.reason or "")


@pytest.mark.anyio
async def test_the_embedded_server_is_asked_once_for_each_search_and_never_what_it_can_do() -> None:
    server = Server()
    client = server.client(capability=EMBEDDED)
    await server.search(ORDERS, client)
    await server.search("Goal?patient=Patient/p", client)
    chart = await open_chart(client, "p", "2021-01-01")
    await chart.read_linked(["Medication/m0", "Medication/gone", "Medication/lost"])
    assert [target.partition("?")[0] for target in server.asked] == [
        "/MedicationRequest", "/Goal", "/Patient/p", "/Medication",
    ]  # fmt: skip


@pytest.mark.anyio
async def test_the_embedded_server_is_known_by_its_own_statement() -> None:
    capability = await FhirClient("http://fhir.local/", transport=serve(json.dumps(RESOURCES))).capability()
    assert capability.exact
    assert capability.can_search("Observation")
    assert capability.unlisted(parse_search("Observation", "patient=Patient/p&category=x&_id=1")) == ()
    assert parse_capability({"resourceType": "Bundle"}) == Capability()


@pytest.mark.anyio
async def test_a_patient_is_not_called_unknown_where_the_search_was_not_complete() -> None:
    def nothing(kind: str, params: Params) -> Params:
        return [*params, ("_id", "none")]

    server = Server(metadata=statement(Patient=["name"]), run=nothing, lies=True)
    with pytest.raises(UnknownPatient, match="is not known"):
        await open_chart(server.client(), "17", "2021-01-01")


FUZZED = [*RESOURCES, lab("x1", None), lab("x2", "local", "2020-02-02"), order("o5", "order", authoredOn="2020")]
SEARCHES = (
    ORDERS, f"{ORDERS}&intent=order", f"{ORDERS}&intent:not=plan", f"{ORDERS}&authoredon=ge2020",
    f"{ORDERS}&authoredon=lt2021&status=active&_sort=-authoredon", "Observation?patient=Patient/p",
    "Observation?patient=Patient/p&date=2019", "Observation?patient=Patient/p&category=laboratory&date=ge2019-06",
)  # fmt: skip
TAKEN = st.sets(st.sampled_from(["_count", "_sort", "intent", "status", "authoredon", "category", "date"]), max_size=2)
NEEDED = st.sampled_from(["", "intent", "status", "category|code", "intent|status"])
TOLD = st.sampled_from(["", "bad {}", "unsupported {}", "{} is required", "must give {}"])


@st.composite
def servers(draw: st.DrawFn) -> Server:
    """A server that refuses, drops or misreads some parameters, and tells so, tells nothing or tells a lie."""
    refused, dropped, needed, told = draw(TAKEN), draw(TAKEN), draw(NEEDED), draw(TOLD)
    no_lists, first, literal, no_modifiers, no_partial = (draw(st.booleans()) for _ in range(5))
    account = draw(st.sampled_from(["true", "none", "as sent"]))
    dropped = set() if account == "as sent" else dropped

    def refuse(kind: str, params: Params) -> str | None:
        given = names(params)
        partial = [v for k, v in params if k in ("date", "authoredon") and len(v.lstrip("egltsanb")) < 10]
        listed = [v for k, v in params if "," in v and not k.startswith("_")]
        if refused & given or (needed and not set(needed.split("|")) & given):
            return told.format(" ".join(sorted(refused & given)) or needed)
        return told.format("list or date") if (no_lists and listed) or (no_partial and partial) else None

    def read(key: str, value: str) -> tuple[str, str]:
        if key in ("intent", "status", "category"):
            value = value.split(",")[0] if first else value.replace(",", r"\,") if literal else value
        return (key.partition(":")[0], value) if no_modifiers and key.endswith(":not") else (key, value)

    def run(kind: str, params: Params) -> Params:
        return [read(k, v) for k, v in params if k.partition(":")[0] not in dropped]

    return Server(refuse, run, account != "none", account == "as sent", resources=FUZZED)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(servers(), st.sampled_from(SEARCHES), st.sampled_from([2, 1000]))
def test_whatever_a_server_does_an_answer_called_complete_is_the_whole_answer(
    server: Server, search: str, page_size: int
) -> None:
    client = FhirClient("http://fhir.local/", transport=server, limits=Limits(attempts=1, page_size=page_size))
    try:
        result = asyncio.run(server.search(search, client))
    except FhirError:
        return
    truth = asyncio.run(Server(resources=FUZZED).search(search))
    assert set(ids(result)) == set(ids(truth)) if result.complete else set(ids(result)) <= set(ids(truth))


CHECKED = [
    "Observation?category=laboratory",
    "Observation?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs",
    "Observation?category=|vital-signs",
    "Observation?category=http://terminology.hl7.org/CodeSystem/observation-category|",
    "Observation?category:not=laboratory,vital-signs",
    "Observation?status=final,amended",
    "Observation?status=http://hl7.org/fhir/observation-status|final",
    "Observation?date=ge2020-03",
    "Observation?date=lt2020-03-01T10:00:00Z",
    "Observation?date=ne2019",
    "Observation?date:missing=true",
    "Observation?encounter:missing=false",
    "Observation?patient=rosa-delgado",
    "Observation?subject=Patient/rosa-delgado",
    "Encounter?date=gt2020",
    "Encounter?date=eb2022-01-01",
    "Encounter?date=sa2015",
    "Encounter?class=IMP,EMER",
    "Condition?clinical-status=active",
    "Condition?onset-date=2015,2019",
    "Condition?code:missing=true",
    "Patient?identifier:missing=false",
    "Patient?active=true",
    "Patient?gender=female",
    "Patient?phone:missing=true",
    "MedicationRequest?intent:not=order",
    "Procedure?date=le2021-06-15",
]


@pytest.fixture(scope="module")
def fixtures() -> Store:
    from tools.store.loading import load_paths

    store = open_store(":memory:")
    load_paths(store, [ROOT / "fhir_fixtures" / "shared.json", ROOT / "fhir_fixtures" / "patients"])
    return store


@pytest.mark.parametrize("search", CHECKED)
def test_what_is_checked_here_is_what_the_embedded_server_finds(fixtures: Store, search: str) -> None:
    kind, _, text = search.partition("?")
    query = parse_search(kind, text)
    found = {s.reference for s in fixtures.read_keys(fixtures.search(query).keys)}
    everything = fixtures.read_keys(fixtures.search(parse_search(kind, "")).keys)
    resources = [(s.reference, orjson.loads(s.body)) for s in everything]
    assert can_match(kind, query.params[0])
    assert {reference for reference, r in resources if all(matches(r, p) for p in query.params)} == found


def test_what_can_not_be_checked_exactly_is_not_checked() -> None:
    for kind, text in (
        ("Patient", "name=ann"), ("Observation", "value-quantity=5"), ("Observation", "date=ap2019"),
        ("Observation", "subject:Patient.name=ann"), ("Patient", "_has:Observation:patient:code=x"),
        ("Observation", "category:text=lab"), ("Observation", "subject:Patient=p"),
    ):  # fmt: skip
        assert not can_match(kind, parse_search(kind, text).params[0]), text
    timing = {"resourceType": "Observation", "effectiveTiming": {"repeat": {"count": 2}}}
    with pytest.raises(SearchNotHonoured):
        matches(timing, parse_search("Observation", "date=2019").params[0])


EXHAUSTIVE = [(kind, split.name) for kind, splits in SPLITS.items() for split in splits if split.exhaustive]


@pytest.mark.parametrize(("kind", "name"), EXHAUSTIVE)
def test_the_codes_that_lose_nothing_are_all_there_are(kind: str, name: str) -> None:
    split = next(s for s in SPLITS[kind] if s.name == name)
    element = {"lifecycle-status": "lifecycleStatus"}.get(name, name)
    about = get_fhir_model_class(kind).model_fields[element].json_schema_extra
    assert about["element_required"]
    codes = set(about["enum_values"])
    assert codes - {"+"} <= set(split.codes)
    assert "+" in codes or codes == set(split.codes)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
