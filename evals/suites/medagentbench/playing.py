"""Our agent as a player: its searches, its drafts and its answer come out as actions, one a turn.

`act` says an action and gives what the harness says to it. The chart's patient is bound here, from the number that the
task names; drafts are sent by nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from agent.ask import ask
from agent.planners.planner import Planner
from agent.planners.rules.ordering_parts import find_patient
from agent.planners.rules.ordering_said import Said, read_said
from agent.planners.rules.ordering_whom import read_whom
from agent.transcript import Transcript
from evals.suites.medagentbench.dialect import to_payload
from evals.suites.medagentbench.protocol import Task, format_finish, format_post, parse_got
from tools.chart import ChartContext, ChartError, open_chart
from tools.concepts.words import fold
from tools.drafts.draft import DRAFT, Draft
from tools.evidence import Finding, Value
from tools.fhir.capability import Capability
from tools.fhir.client import FhirClient, Limits
from tools.fhir.errors import FhirError
from tools.fhir.search_query import SearchParam, format_search
from tools.find_patients import FindPatients, run_find_patients
from tools.overview import build_bare_overview
from tools.receipt import Receipt
from tools.registry import Handles
from tools.toolbox import build_tools

Act = Callable[[str], Awaitable[str]]
NO_VALUE = -1
NOT_FOUND = "Patient not found"
"""What the benchmark expects where there is none and the task does not say it."""
_READ = re.compile(r"(?P<type>.*/[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})")
_COUNT = re.compile(r"(?<=[?&])_count=\d+&|[?&]_count=\d+")
_LIMITS = Limits(attempts=1, pages=4)


class ProtocolTransport(httpx.AsyncBaseTransport):
    """FHIR over the text protocol: a GET is an action, the harness's message its answer. Nothing is got twice."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._known: dict[str, dict[str, Any]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Get by an action. The harness adds a parameter to what is sent, so that a read is put as a search by id."""
        read = None if request.url.query else _READ.fullmatch(str(request.url))
        url = f"{read['type']}?_id={read['id']}" if read is not None else str(request.url)
        bundle = self._known.get(_COUNT.sub("", url))
        if bundle is None:
            got = parse_got(await self._act(f"GET {url}"))
            if isinstance(got, str):
                return httpx.Response(400, json={"resourceType": "OperationOutcome", "issue": [_issue(got)]})
            bundle = self._keep(url, got)
        if read is None:
            return httpx.Response(200, json=bundle)
        return next((httpx.Response(200, json=r) for r in _resources(bundle)), httpx.Response(404, json={}))

    def _keep(self, url: str, bundle: dict[str, Any]) -> dict[str, Any]:
        """Keep a search that was got whole, whatever the page size was."""
        if not any(link.get("relation") == "next" for link in bundle.get("link", ())):
            self._known[_COUNT.sub("", url)] = bundle
        return bundle


def _issue(text: str) -> dict[str, str]:
    return {"severity": "error", "code": "processing", "diagnostics": text[:200]}


def _resources(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle.get("entry", ()) if isinstance(e, dict) and "resource" in e]


@dataclass
class Played:
    """What became of a task."""

    drafts: list[Draft] = field(default_factory=list)
    values: tuple[Value, ...] = ()
    transcript: Transcript | None = None
    reason: str = ""
    """The answer in words, or why there is none."""
    found: Finding | None = None
    """The patients found, where none was named by number."""

    @property
    def retrieved(self) -> tuple[str, ...]:
        """`Type/id` of the records it rests on."""
        if self.transcript is not None:
            return self.transcript.retrieved
        return self.found.retrieved if self.found is not None else ()

    @property
    def receipt(self) -> Receipt | None:
        """What was asked of the server."""
        told = self.transcript or self.found
        return told.receipt if told is not None else None

    @property
    def patient(self) -> str:
        """Whose chart was asked."""
        return self.transcript.patient if self.transcript is not None else ""

    @property
    def at(self) -> str:
        """The moment it was looked at."""
        return self.transcript.as_of if self.transcript is not None else ""


async def play(task: Task, act: Act, planner: Planner) -> Played:
    """Play one task to its FINISH. What can't be told ends in an empty list, with nothing posted."""
    said = read_said(f"{task.context}\n{task.question}")
    transport = ProtocolTransport(act)
    async with FhirClient(task.api_base, transport=transport, limits=_LIMITS, capability=Capability()) as client:
        try:
            played = await _play(client, task, said, planner)
        except (ChartError, FhirError) as error:
            played = Played(reason=str(error))
    for draft in played.drafts:
        payload = to_payload(draft, played.patient, played.at)
        await act(format_post(f"{task.api_base}{payload['resourceType']}", payload))
    await act(format_finish(played.values))
    return played


async def _play(client: FhirClient, task: Task, said: Said, planner: Planner) -> Played:
    patient = find_patient(task.question)
    if patient is None and (whom := read_whom(task.question)):
        return await _find(client, whom, said)
    if patient is None:
        return Played(reason="the task names no patient")
    codes = _codes_given(said)
    chart = await open_chart(client, patient, said.now)
    told = await _ask(chart, task, planner, codes)
    if codes and not _asks_only(told, codes):
        told = await _ask(await open_chart(client, patient, said.now), task, planner, ())
    return Played(_drafts(told), _values(told, said), told, told.answer.text)


async def _ask(chart: ChartContext, task: Task, planner: Planner, codes: tuple[str, ...]) -> Transcript:
    """Ask with nothing read beforehand but the results of these codes: a chart's whole history takes many turns."""
    overview = await build_bare_overview(chart)
    if codes:
        found = await chart.fetch(chart.confine("Observation", SearchParam("code", codes)))
        chart.cache.results[f"Observation?{format_search(chart.confine('Observation'))}"] = found
    tools = build_tools(allow_drafts=True)
    return await ask(chart, task.question, planner, tools, context=task.context, overview=overview)


def _codes_given(said: Said) -> tuple[str, ...]:
    """The codes under which results are looked for."""
    return tuple(dict.fromkeys(a.code for a in said.aliases if a.sorts[0] == "measured"))


def _asks_only(told: Transcript, codes: tuple[str, ...]) -> bool:
    """Whether every result asked for was asked for by one of these codes."""
    asked = [s.call.arguments for s in told.steps if s.call.tool == "query_chart"]
    of_results = [a for a in asked if a.get("kind") not in ("patient", None)]
    return all(a.get("about") and set(a["about"]) <= set(codes) for a in of_results)


def _drafts(told: Transcript) -> list[Draft]:
    """What was drafted, where the answer stands."""
    found = [s.finding.data["draft"] for s in told.steps if s.finding is not None and "draft" in s.finding.data]
    return [DRAFT.validate_python(draft) for draft in found] if told.answer.status == "answered" else []


def _values(told: Transcript, said: Said) -> tuple[Value, ...]:
    """The answer's values; where a measurement was looked for and there is none, what the task wants said then."""
    if told.answer.status != "answered":
        return ()
    kinds = {s.call.arguments.get("kind") for s in told.steps if s.call.tool == "query_chart"} - {"patient"}
    if told.answer.values or not kinds:
        return told.answer.values
    return (NO_VALUE if said.absent is None else said.absent,)


async def _find(client: FhirClient, whom: Sequence[FindPatients], said: Said) -> Played:
    """The number of the one patient of that name, or what the task wants said where there is none."""
    found = [await run_find_patients(client, one, Handles()) for one in whom]
    played = Played(reason=" ".join(f.statement for f in found), found=found[0])
    if not all(f.receipt.complete for f in found):
        return played
    rows = {row.reference: (f, row) for f in found for row in f.evidence if _words(whom[0].name) <= _words(row.label)}
    if not rows:
        return replace(played, values=(said.not_found or NOT_FOUND,))
    finding, row = next(iter(rows.values()))
    numbers = next((text.split("; ") for name, text in row.details if name == "identifier"), [])
    if len(numbers) > 1:
        numbers = _record_numbers(await client.read(row.reference))
    return replace(played, found=finding, values=tuple(numbers) if len(rows) == 1 else ())


def _record_numbers(patient: dict[str, Any]) -> list[str]:
    """Of several identifiers those that are medical record numbers."""
    codes = [(i, {c.get("code") for c in i.get("type", {}).get("coding", ())}) for i in patient.get("identifier", ())]
    return [str(i["value"]) for i, held in codes if "MR" in held and i.get("value")]


def _words(name: str | None) -> set[str]:
    return set(fold(name or "").split())
