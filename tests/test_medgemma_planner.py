"""MedGemma in this process plans like any other planner: small random weights, the real loop, the fixture patients."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import torch
from typer.testing import CliRunner

import fhir_fixtures
from agent.__main__ import app
from agent.ask import ask
from agent.cli.failures import UsageMistake
from agent.cli.planning import make_planner, read_ahead
from agent.decision import CallTool, GiveAnswer
from agent.errors import PlannerFormatError, PlannerUnavailable
from agent.planners.medgemma.engine import Engine, Generated, Options, Request
from agent.planners.medgemma.engine.loading import load_model
from agent.planners.medgemma.manner import Manner
from agent.planners.medgemma.planner import MedGemmaPlanner
from agent.planners.planner import PlannerView, Step
from agent.transcript import Transcript
from tools.chart import ChartContext, open_chart
from tools.fhir.client import FhirClient
from tools.overview import build_overview
from tools.registry import Handles, run_tool
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import Store, open_store
from tools.toolbox import build_tools

PATIENTS = Path(fhir_fixtures.__file__).parent / "patients"
HANDLE = re.compile(r"\bE\d+\b")
OPTIONS = Options(device="cpu", context=12_288, rows=2)
QUESTION = "What is the latest hemoglobin A1c?"


class Heard(Engine):
    """An engine that remembers what it was asked and wrote."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.asked: list[Request] = []
        self.written: list[Future[Generated]] = []

    def submit(self, request: Request) -> Future[Generated]:
        self.asked.append(request)
        self.written.append(super().submit(request))
        return self.written[-1]


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def engine(small_gemma: Path) -> Iterator[Heard]:
    opened = Heard(load_model(str(small_gemma), OPTIONS), OPTIONS)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def store() -> Store:
    made = open_store(":memory:")
    load_paths(made, [PATIENTS])
    return made


@asynccontextmanager
async def chart_of(store: Store, patient: str = "rosa-delgado") -> AsyncIterator[ChartContext]:
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
        yield await open_chart(client, patient, None)


async def view_of(store: Store, question: str = QUESTION) -> PlannerView:
    async with chart_of(store) as chart:
        overview = await build_overview(chart)
        tools = tuple(build_tools().values())
        return PlannerView(question, "", chart.as_of.text, chart.date_order, overview, tools)


async def play(store: Store, planner: MedGemmaPlanner, patient: str = "rosa-delgado") -> Transcript:
    async with chart_of(store, patient) as chart:
        return await ask(chart, QUESTION, planner, build_tools())


def make(engine: Engine, **manner: Any) -> MedGemmaPlanner:
    return MedGemmaPlanner("small", OPTIONS, Manner(**manner), engine)


@pytest.mark.parametrize(("patient", "seed"), [("rosa-delgado", 0), ("james-osei", 5), ("edith-brown", 13)])
def test_random_weights_bound_by_the_grammar_end_by_answer_abstention_or_budget(
    store: Store, engine: Heard, patient: str, seed: int
) -> None:
    transcript = asyncio.run(play(store, make(engine, seed=seed), patient))
    assert transcript.end_reason in {"answered", "abstained", "step_limit"}
    assert transcript.format_errors == 0
    assert transcript.planner == f"medgemma:small (seed {seed})"
    assert transcript.usage.read > 1000
    assert transcript.usage.written > 0


def test_random_weights_without_the_grammar_end_in_the_limit_of_corrections(store: Store, engine: Heard) -> None:
    transcript = asyncio.run(play(store, make(engine, seed=1, bound=False, longest=12)))
    assert (transcript.end_reason, transcript.answer.status) == ("format_limit", "abstained")


def test_each_step_reads_only_what_is_new(store: Store, engine: Heard) -> None:
    async def two_steps() -> None:
        planner, view = make(engine), await view_of(store)
        await planner.decide(view)
        call = CallTool(tool="query_chart", arguments={"kind": "lab"})
        await planner.decide(replace(view, steps=(Step(call, None, "nothing of that name"),)))

    asyncio.run(two_steps())
    first, second = (written.result() for written in engine.written[-2:])
    assert second.reused > first.read - 10
    assert second.read - second.reused < 100


def test_a_chart_opened_ahead_leaves_little_to_read_at_its_questions(store: Store, small_gemma: Path) -> None:
    async def warm_and_ask() -> None:
        view = await view_of(store)
        planner = make(engine)
        await planner.warm(view.overview, view.tools)
        for question in (QUESTION, "Is she on a statin?"):
            await planner.decide(replace(view, question=question))

    engine = Heard(load_model(str(small_gemma), OPTIONS), OPTIONS)
    asyncio.run(warm_and_ask())
    for asked, written in zip(engine.asked, engine.written, strict=True):
        assert written.result().reused >= asked.prefix > 1000
        assert len(asked.prompt) - asked.prefix < 60
    engine.close()


def test_a_chat_lets_the_model_read_while_the_first_question_is_typed(store: Store, engine: Heard) -> None:
    class Ahead(MedGemmaPlanner):
        reading: Future[None]

        def prepare(self, *given: Any) -> Future[None]:
            self.reading = super().prepare(*given)
            return self.reading

    planner = Ahead("small", OPTIONS, Manner(), engine)

    async def open_and_ask() -> None:
        async with chart_of(store, "hana-kim") as chart:
            await read_ahead(planner, chart)
            await asyncio.wrap_future(planner.reading)
            await ask(chart, QUESTION, planner, build_tools())

    before = len(engine.written)
    asyncio.run(open_and_ask())
    assert engine.written[before].result().reused == engine.asked[before].prefix > 1000


def test_conversations_at_once_get_what_each_would_get_alone(store: Store, engine: Heard) -> None:
    questions = ("Any gout?", "What was the last potassium?", "When was she born?")

    view = asyncio.run(view_of(store))

    async def decide(at_once: bool) -> list[Any]:
        planner = make(engine, seed=9)
        asked = [planner.decide(replace(view, question=question)) for question in questions]
        return await asyncio.gather(*asked) if at_once else [await one for one in asked]

    assert asyncio.run(decide(True)) == asyncio.run(decide(False))


def test_who_stops_waiting_stops_the_writing_and_the_next_question_is_answered(store: Store, engine: Heard) -> None:
    async def stop_and_ask_again() -> list[Any]:
        view = await view_of(store, "Who is her doctor?")
        unbound, planner = make(engine, bound=False, longest=5000), make(engine)
        before = await planner.decide(view)
        waiting = asyncio.create_task(unbound.decide(view))
        await asyncio.sleep(0.5)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        stopped = engine.written[-1]
        return [before, await planner.decide(view), await asyncio.wrap_future(stopped)]

    before, after, stopped = asyncio.run(stop_and_ask_again())
    assert before == after
    assert stopped.end == "cancelled"
    assert len(stopped.tokens) < 5000


def test_a_conversation_longer_than_the_context_ends_in_an_abstention_that_says_so(
    store: Store, small_gemma: Path
) -> None:
    short = Options(device="cpu", context=1024)
    engine = Engine(load_model(str(small_gemma), short), short)
    transcript = asyncio.run(play(store, make(engine)))
    engine.close()
    assert transcript.end_reason == "abstained"
    assert "no longer fits" in transcript.answer.text


def test_where_fewer_records_fit_only_those_shown_can_be_cited(store: Store, small_gemma: Path) -> None:
    async def view_of_many() -> PlannerView:
        async with chart_of(store) as chart:
            call = CallTool(tool="query_chart", arguments={"kind": "observation"})
            found = await run_tool(build_tools(), chart, call.tool, call.arguments, Handles())
            return replace(await view_of(store), steps=(Step(call, found),))

    def cited(context: int) -> tuple[set[str], set[str]]:
        options = replace(OPTIONS, context=context)
        engine = Heard(load_model(str(small_gemma), options), options)
        asyncio.run(make(engine).decide(view))
        engine.close()
        asked = engine.asked[-1]
        answer = next(a for a in json.loads(asked.schema or "")["anyOf"] if "citations" in a["properties"])
        citable = HANDLE.findall(json.dumps(answer["properties"]["citations"]))
        return set(citable), set(HANDLE.findall(engine.tokenizer.decode(asked.prompt)))

    view = asyncio.run(view_of_many())
    (all_citable, all_shown), (some, some_shown), (citable, shown) = map(cited, (12_288, 3_600, 3_000))
    assert citable < some < all_citable <= all_shown
    assert some <= some_shown
    assert citable <= shown


def test_a_thought_is_told_apart_and_is_no_part_of_the_decision(store: Store, engine: Heard) -> None:
    told: dict[str, str] = {}
    planner = make(engine, thinking=5)
    planner.on_text = lambda text: told.update(decision=text)
    planner.on_thought = lambda text: told.update(thought=text)
    decided = asyncio.run(planner.decide(asyncio.run(view_of(store))))
    system = engine.tokenizer.decode(engine.asked[-1].prompt)
    assert "SYSTEM INSTRUCTION: think silently if needed." in system
    assert json.loads(told["decision"])["action"] == decided.decision.action
    assert told.get("thought", "") not in told["decision"] or not told.get("thought")


def test_output_that_is_cut_off_is_a_format_error_with_its_cost(store: Store, engine: Heard) -> None:
    planner = make(engine, bound=False, longest=4)
    with pytest.raises(PlannerFormatError) as refused:
        asyncio.run(planner.decide(asyncio.run(view_of(store))))
    assert refused.value.usage is not None
    assert refused.value.usage.written == 4


def test_an_engine_that_was_closed_makes_the_planner_unavailable(store: Store, small_gemma: Path) -> None:
    closed = Engine(load_model(str(small_gemma), OPTIONS), OPTIONS)
    closed.close()
    with pytest.raises(PlannerUnavailable, match="closed"):
        asyncio.run(make(closed).decide(asyncio.run(view_of(store))))


def test_a_model_that_is_not_there_makes_the_planner_unavailable(store: Store) -> None:
    planner = MedGemmaPlanner("/no/such/model", OPTIONS)
    with pytest.raises(PlannerUnavailable, match="there is no folder"):
        asyncio.run(planner.decide(asyncio.run(view_of(store))))
    with pytest.raises(PlannerUnavailable, match="there is no folder"):
        planner.check()


@pytest.mark.parametrize(
    ("model", "chosen", "said"),
    [
        (None, "", "medgemma needs --model"),
        ("m", "speed=9", "choose of backend, context, device"),
        ("m", "precision=float16", "precision is one of full, int8, 4bit"),
        ("m", "context=short", "context is a whole number from 1024 on"),
        ("m", "rows=0", "rows is a whole number from 1 on"),
    ],
)
def test_how_it_is_run_is_checked_when_it_is_chosen(
    model: str | None, chosen: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANAMNESIS_MEDGEMMA", chosen)
    with pytest.raises(UsageMistake, match=said):
        make_planner("medgemma", model)


def test_the_command_line_asks_it(small_gemma: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANAMNESIS_MEDGEMMA", "context=8192 rows=1")
    chosen = ["--patient", "rosa-delgado", "--store", str(tmp_path / "s.sqlite")]
    loaded = CliRunner().invoke(app, ["load", str(PATIENTS), *chosen[2:]])
    assert loaded.exit_code == 0, loaded.output
    planner = ["--planner", "medgemma", "--model", str(small_gemma)]
    asked = CliRunner().invoke(app, ["ask", QUESTION, *chosen, *planner, "--json"])
    assert asked.exit_code == 0, asked.output
    assert json.loads(asked.stdout)["planner"] == f"medgemma:{small_gemma}"
    absent = CliRunner().invoke(app, ["ask", QUESTION, *chosen, "--planner", "medgemma", "--model", "./none"])
    assert absent.exit_code == 1
    assert "there is no folder ./none" in absent.output


def test_nothing_but_the_planner_imports_torch() -> None:
    code = "import sys, agent.ask, agent.cli.planning, agent.prompts, evals.setup; print('torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_the_engine_runs_without_the_rest_of_the_project() -> None:
    code = (
        "import sys, agent.planners.medgemma.engine;"
        "print([m for m in ('pydantic', 'langgraph', 'tools', 'evals', 'httpx') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_an_abstention_tells_no_reason_of_the_models(store: Store, engine: Heard) -> None:
    decided = asyncio.run(make(engine, seed=0).decide(asyncio.run(view_of(store))))
    assert not isinstance(decided.decision, GiveAnswer) or decided.decision.reason is None
