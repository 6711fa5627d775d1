"""The openai planner against a real server at the loopback, one that keeps to the schema and many that do not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest

from agent.ask import ask
from agent.decision import CallTool, GiveAnswer
from agent.errors import PlannerFormatError, PlannerUnavailable
from agent.planners.openai import Limits, OpenAIPlanner
from agent.planners.openai.dialect import Dialect
from agent.planners.planner import PlannerView, Usage
from agent.transcript import Transcript
from fhir_fixtures import fixture_paths
from tests.model_server import Served, serve_model
from tools.chart import open_chart
from tools.fhir.client import FhirClient
from tools.overview import Overview
from tools.receipt import Receipt
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import open_store
from tools.toolbox import build_tools

QUICK = Limits(seconds=5, silence=0.4, connect=0.4, pause=0.01)
VIEW = PlannerView(
    "any gout?", "", "2024-06-01", "auto", Overview("patient: Ek", (), (), (), Receipt(complete=True)),
    tuple(build_tools().values()),
)  # fmt: skip
STORE = open_store(":memory:")
load_paths(STORE, fixture_paths())


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve_model() as server:
        yield server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def planner(served: Served, model: str, dialect: Dialect | None = Dialect.NONE) -> OpenAIPlanner:
    """A planner that has asked already how the server takes a schema, unless None is given."""
    made = OpenAIPlanner(served.url, model, limits=QUICK)
    made.dialect = dialect
    return made


async def ask_rosa(asked: OpenAIPlanner, question: str = "What is the latest hemoglobin A1c?") -> Transcript:
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(STORE))) as client:
        chart = await open_chart(client, "rosa-delgado", "2024-06-01")
        return await ask(chart, question, asked, build_tools())


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("model", "dialect"),
    [("openai", Dialect.RESPONSE_FORMAT), ("vllm", Dialect.STRUCTURED_OUTPUTS), ("llama", Dialect.JSON_SCHEMA),
     ("ignores", Dialect.NONE)],
)  # fmt: skip
async def test_how_a_server_takes_a_schema_is_found_by_trying(served: Served, model: str, dialect: Dialect) -> None:
    asked = planner(served, model, None)
    await ask_rosa(asked)
    assert asked.dialect is dialect
    tried = [b for b in served.sent_to(model) if b["messages"][0]["content"].startswith("Name one river")]
    assert len(tried) == min(list(Dialect).index(dialect) + 1, 3)


@pytest.mark.anyio
async def test_what_finding_out_costs_is_counted_once_however_many_ask_at_once(served: Served) -> None:
    asked = planner(served, "ignores, thinks", None)
    before = len(served.sent_to("ignores, thinks"))
    decided = await asyncio.gather(*(asked.decide(VIEW) for _ in range(3)))
    assert len(served.sent_to("ignores, thinks")) - before == 3 + 3
    assert sorted(d.usage.read for d in decided) == [50, 50, 4 * 50]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("model", "name"),
    [("openai", "openai:openai (a server without a name; schema by response_format)"),
     ("vllm", "openai:vllm (vllm; schema by structured_outputs)"),
     ("ignores", "openai:ignores (a server without a name; ignores the schema)")],
)  # fmt: skip
async def test_transcripts_name_the_server_and_how_it_took_the_schema(served: Served, model: str, name: str) -> None:
    asked = planner(served, model, None)
    assert asked.name == f"openai:{model}"
    assert (await ask_rosa(asked)).planner == name


@pytest.mark.anyio
async def test_dice_that_keep_to_the_schema_never_write_what_cannot_be_read(served: Served) -> None:
    asked = planner(served, "openai", Dialect.RESPONSE_FORMAT)
    told = [await ask_rosa(asked) for _ in range(8)]
    assert [t.format_errors for t in told] == [0] * 8
    assert {t.end_reason for t in told} <= {"answered", "abstained", "step_limit"}
    assert any(t.steps for t in told)


@pytest.mark.anyio
@pytest.mark.parametrize("model", ["ignores", "ignores, two calls", "ignores, cut off", "ignores, empty", "no message"])
async def test_output_that_is_no_decision_is_sent_back_three_times_and_ends_honestly(
    served: Served, model: str
) -> None:
    told = await ask_rosa(planner(served, model))
    assert (told.end_reason, told.answer.status, told.format_errors) == ("format_limit", "abstained", 4)


@pytest.mark.anyio
async def test_the_model_is_told_why_its_output_was_sent_back(served: Served) -> None:
    told = await ask_rosa(planner(served, "ignores, cut off"))
    last = served.sent_to("ignores, cut off")[-1]["messages"][-1]
    assert (last["role"], "cut off" in last["content"]) == ("user", True)
    assert told.usage == Usage(200, 36)


@pytest.mark.anyio
async def test_thinking_is_taken_off_and_a_servers_own_tool_call_is_read(served: Served) -> None:
    assert (await planner(served, "ignores, thinks").decide(VIEW)).decision == GiveAnswer(status="abstained")
    called = (await planner(served, "ignores, calls a tool").decide(VIEW)).decision
    assert called == CallTool(tool="query_chart", arguments={"kind": "lab"})


@pytest.mark.anyio
async def test_a_refusal_ends_the_question_and_says_so(served: Served) -> None:
    told = await ask_rosa(planner(served, "ignores, refuses"))
    assert (told.end_reason, "refused" in told.answer.text) == ("abstained", True)
    assert len(served.sent_to("ignores, refuses")) == 1


@pytest.mark.anyio
async def test_a_schema_that_the_server_will_not_take_is_left_out_from_then_on(served: Served) -> None:
    sizes: list[bool] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        sizes.append(b"response_format" in request.content)
        message = {"content": '{"action":"answer","status":"abstained"}'}
        return httpx.Response(400 if sizes[-1] else 200, json={"choices": [{"message": message}]})

    asked = OpenAIPlanner("http://model.local/v1", "m", limits=QUICK, transport=httpx.MockTransport(refuse))
    asked.dialect = Dialect.RESPONSE_FORMAT
    for _ in range(2):
        assert (await asked.decide(VIEW)).decision == GiveAnswer(status="abstained")
    assert (sizes, asked.dialect) == ([True, False, False], Dialect.NONE)


@pytest.mark.anyio
@pytest.mark.parametrize(("model", "tries"), [("flaky", 3), ("busy", 2)])
async def test_what_passes_is_tried_again(served: Served, model: str, tries: int) -> None:
    assert (await planner(served, model).decide(VIEW)).decision == GiveAnswer(status="abstained")
    assert len(served.sent_to(model)) == tries


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("model", "told"),
    [("hangs", "can't be reached"), ("down", "status 503: loading"), ("unknown", "status 404: no such model: unknown"),
     ("a web page", "did not answer in JSON")],
)  # fmt: skip
async def test_a_server_that_fails_is_named_with_its_reason(served: Served, model: str, told: str) -> None:
    with pytest.raises(PlannerUnavailable, match=told):
        await planner(served, model).decide(VIEW)


@pytest.mark.anyio
async def test_one_decision_has_an_end_however_often_it_is_tried(served: Served) -> None:
    asked = OpenAIPlanner(served.url, "hangs", limits=Limits(seconds=0.3))
    asked.dialect = Dialect.NONE
    with pytest.raises(PlannerUnavailable, match=r"within 0\.3 seconds"):
        await asked.decide(VIEW)


@pytest.mark.anyio
async def test_where_nothing_listens_the_place_is_named_without_its_password() -> None:
    asked = OpenAIPlanner("http://me:secret@127.0.0.1:9/v1", "m", limits=QUICK)
    with pytest.raises(PlannerUnavailable, match=r"http://127\.0\.0\.1:9/v1 can't be reached") as caught:
        await asked.decide(VIEW)
    assert "secret" not in str(caught.value)


@pytest.mark.anyio
async def test_a_decision_is_told_while_it_is_written_and_its_tokens_are_counted(served: Served) -> None:
    asked, told = planner(served, "openai", Dialect.RESPONSE_FORMAT), list[str]()
    asked.on_text = told.append
    decided = await asked.decide(VIEW)
    assert len(told) > 1
    assert all(later.startswith(earlier) for earlier, later in pairwise(told))
    assert decided.usage == Usage(50, 9)


@pytest.mark.anyio
async def test_a_stream_that_breaks_off_is_begun_anew_and_then_given_up(served: Served) -> None:
    asked = planner(served, "breaks off")
    asked.on_text = str.strip
    with pytest.raises(PlannerUnavailable, match="broke off"):
        await asked.decide(VIEW)
    assert len(served.sent_to("breaks off")) == QUICK.tries


@pytest.mark.anyio
async def test_a_cancelled_decision_ends_the_request(served: Served) -> None:
    asked = planner(served, "ignores, slowly")
    asked.on_text = str.strip
    task = asyncio.create_task(asked.decide(VIEW))
    await asyncio.sleep(0.15)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(served.gone_away.wait, 3)


@pytest.mark.anyio
async def test_what_is_more_than_the_model_takes_is_not_sent_and_that_is_said(served: Served) -> None:
    asked = planner(served, "tiny", None)
    told = await ask_rosa(asked)
    assert (told.end_reason, "the model takes 476." in told.answer.text) == ("abstained", True)
    assert len(served.sent_to("tiny")) == 1  # how the server takes a schema
    roomy = planner(served, "vllm", None)
    await roomy.decide(VIEW)
    assert (asked.context, roomy.context) == (1_500, 8_192)


@pytest.mark.anyio
async def test_what_was_written_beyond_the_decision_is_refused(served: Served) -> None:
    with pytest.raises(PlannerFormatError, match="2 JSON objects") as caught:
        await planner(served, "ignores, two calls").decide(VIEW)
    assert caught.value.usage == Usage(50, 9)
