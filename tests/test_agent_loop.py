"""The loop over the embedded server with a scripted planner: errors are read, limits are data, claims are checked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from agent.ask import Move, Observers, ask
from agent.decision import CallTool, GiveAnswer
from agent.planners.openai import OpenAIPlanner
from agent.planners.planner import Decided, Planner, PlannerView, Step
from agent.planners.rules import RulesPlanner
from agent.planners.scripted import ScriptedPlanner
from agent.prompts import build_messages
from agent.transcript import Transcript, load_transcripts, save_transcript
from fhir_fixtures import fixture_paths, load_stories
from tools.chart import ChartContext, open_chart
from tools.fhir.client import FhirClient
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import open_store
from tools.toolbox import build_tools

CONDITIONS = CallTool(tool="query_chart", arguments={"kind": "condition", "compute": "count"})
STORE = open_store(":memory:")
load_paths(STORE, fixture_paths())


@asynccontextmanager
async def opened(patient: str, as_of: str) -> AsyncIterator[ChartContext]:
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(STORE))) as client:
        yield await open_chart(client, patient, as_of)


async def run(planner: Planner, question: str = "How many conditions?", patient: str = "RMC-100411") -> Transcript:
    async with opened(patient, "2024-06-01T12:00:00-04:00") as chart:
        return await ask(chart, question, planner, build_tools())


def script(*decisions: CallTool | GiveAnswer | str) -> ScriptedPlanner:
    return ScriptedPlanner(decisions)


@pytest.mark.anyio
async def test_an_answer_takes_statement_values_and_citations_from_the_finding_it_cites() -> None:
    transcript = await run(script(CONDITIONS, GiveAnswer(citations=("Q1",))))
    assert transcript.answer.status == "answered"
    assert len(transcript.answer.citations) == transcript.answer.values[0]
    assert transcript.receipt.complete


@pytest.mark.anyio
async def test_planner_reads_the_tool_error_and_recovers() -> None:
    wrong = CallTool(tool="query_chart", arguments={"kind": "mood"})
    transcript = await run(script(wrong, CONDITIONS, GiveAnswer(citations=("Q1",))))
    assert "kind" in (transcript.steps[0].error or "")
    assert transcript.answer.status == "answered"


@pytest.mark.anyio
async def test_an_unknown_tool_is_an_error_that_lists_the_tools() -> None:
    transcript = await run(script(CallTool(tool="drop_tables"), GiveAnswer(status="abstained", reason="no such tool")))
    assert "query_chart" in (transcript.steps[0].error or "")


@pytest.mark.anyio
async def test_output_that_cannot_be_read_is_sent_back_three_times_and_ends_in_format_limit() -> None:
    transcript = await run(script(*"{{{{"))
    assert transcript.end_reason == "format_limit"
    assert transcript.answer.status == "abstained"


@pytest.mark.anyio
async def test_a_planner_that_never_answers_ends_in_step_limit() -> None:
    transcript = await run(script(*[CONDITIONS] * 9))
    assert transcript.end_reason == "step_limit"


@pytest.mark.anyio
async def test_after_the_last_call_a_planner_can_still_answer_from_what_it_has() -> None:
    planner = script(*[CONDITIONS] * 8, GiveAnswer(citations=("Q8",)))
    transcript = await run(planner)
    assert (transcript.end_reason, len(transcript.steps)) == ("answered", 8)
    assert planner.views[7].tools
    assert (planner.views[8].tools, "abstain" in (planner.views[8].correction or "")) == ((), True)


@pytest.mark.anyio
async def test_unreadable_output_and_unproved_claims_share_three_corrections() -> None:
    lies = [GiveAnswer(citations=("Q1",), text=f"There are {n} conditions.") for n in (71, 72, 73, 74)]
    planner = script("{", CONDITIONS, "{", *lies)
    transcript = await run(planner)
    assert (transcript.end_reason, len(planner.views)) == ("answered", 5)
    assert "72" not in transcript.answer.text
    assert "removed" in transcript.answer.text


@pytest.mark.anyio
async def test_a_planner_that_repeats_the_refused_answer_is_not_sent_back_again() -> None:
    lie = GiveAnswer(citations=("Q1",), text="There are 77 conditions.")
    planner = script(CONDITIONS, lie, lie, lie, lie)
    await run(planner)
    assert len(planner.views) == 3


@pytest.mark.anyio
async def test_the_patients_own_name_needs_no_evidence_and_no_other_name_passes() -> None:
    one = CallTool(tool="query_chart", arguments={"kind": "condition", "about": ["gout"]})
    for name, said in (("Walter Quinn", True), ("Rosa Delgado", False)):
        answer = GiveAnswer(citations=("Q1",), text=f"{name} has gout.")
        told = await run(script(one, answer, answer))
        assert (name in told.answer.text) is said


@pytest.mark.anyio
async def test_what_is_told_of_a_finding_cites_all_it_rests_on_though_one_record_was_named() -> None:
    told = await run(script(CONDITIONS, GiveAnswer(citations=("E1",))))
    assert len(told.answer.citations) == told.answer.values[0] > 1
    own = GiveAnswer(citations=("E1",), text="A condition is recorded.", values=("Appendicitis",))
    assert len((await run(script(CONDITIONS, own))).answer.citations) == 1


@pytest.mark.anyio
async def test_a_repaired_answer_is_told_whole() -> None:
    lie = GiveAnswer(citations=("Q1",), text="There are 77 conditions.")
    transcript = await run(script(CONDITIONS, lie, GiveAnswer(citations=("Q1",))))
    assert (transcript.answer.removed, transcript.answer.status) == ((), "answered")


class Broken(ScriptedPlanner):
    """Plays back its script; what lies beyond is the world failing."""

    async def decide(self, view: PlannerView) -> Decided:
        if len(self.views) == len(self.script):
            raise ConnectionError("the model's server is gone")
        return await super().decide(view)


@pytest.mark.anyio
async def test_the_transcript_is_saved_where_the_world_fails_and_the_error_goes_on(tmp_path: Path) -> None:
    kept = tmp_path / "transcripts.jsonl"
    observers = Observers(save=lambda transcript: save_transcript(kept, transcript))
    async with opened("RMC-100411", "2024-06-01T12:00:00-04:00") as chart:
        with pytest.raises(ConnectionError):
            await ask(chart, "How many conditions?", Broken([CONDITIONS]), build_tools(), observers=observers)
    (saved,) = load_transcripts(kept)
    assert (saved.end_reason, len(saved.steps), saved.answer.status) == ("failed", 1, "error")
    assert "the model's server is gone" in saved.answer.text
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.anyio
async def test_every_move_is_told_as_it_happens() -> None:
    moves: list[Move] = []
    answer = GiveAnswer(citations=("Q1",))
    async with opened("RMC-100411", "2024-06-01T12:00:00-04:00") as chart:
        await ask(chart, "?", script(CONDITIONS, answer), build_tools(), observers=Observers(moves=moves.append))
    assert [type(m) for m in moves] == [CallTool, Step, GiveAnswer]


@pytest.mark.anyio
async def test_a_number_that_no_evidence_bears_out_is_sent_back_and_then_removed() -> None:
    lie = GiveAnswer(citations=("Q1",), text="There are 77 conditions.", values=(77,))
    planner = script(CONDITIONS, lie, lie)
    transcript = await run(planner)
    assert "77" in (planner.views[2].repair or "")
    assert "77" not in transcript.answer.text
    assert 77 not in transcript.answer.values


@pytest.mark.anyio
async def test_an_answer_without_a_retrieval_behind_it_is_not_given() -> None:
    bare = GiveAnswer(text="She is well.")
    transcript = await run(script(bare, bare))
    assert transcript.answer.status == "abstained"


@pytest.mark.anyio
async def test_a_citation_that_was_never_retrieved_is_found() -> None:
    invented = GiveAnswer(citations=("E99",), text="Walter has asthma.")
    transcript = await run(script(CONDITIONS, invented, invented))
    assert transcript.answer.status == "abstained"
    assert transcript.answer.citations == ()


@pytest.mark.anyio
@pytest.mark.parametrize("question", ["", "   ", "a" * 100_000])
async def test_an_empty_or_endless_question_is_an_error_and_asks_nothing(question: str) -> None:
    transcript = await run(script(), question)
    assert transcript.answer.status == "error"
    assert transcript.steps == ()


@pytest.mark.anyio
async def test_yes_is_not_the_number_one() -> None:
    one = CallTool(tool="query_chart", arguments={"kind": "patient", "compute": "count"})
    wrong = GiveAnswer(citations=("Q1",), values=(True,))
    transcript = await run(script(one, wrong, wrong))
    assert transcript.answer.values == (1,)
    assert not isinstance(transcript.answer.values[0], bool)


@pytest.mark.anyio
async def test_the_reason_a_model_gives_for_abstaining_is_not_told() -> None:
    claim = GiveAnswer(status="abstained", reason="She has had HIV since 1999.").model_dump_json()
    reply = httpx.Response(200, json={"choices": [{"message": {"content": claim}}]})
    planner = OpenAIPlanner("http://model.local/v1", "small", transport=httpx.MockTransport(lambda request: reply))
    assert "HIV" not in (await run(planner)).answer.text


@pytest.mark.anyio
async def test_a_note_is_searched_through_the_loop() -> None:
    call = CallTool(tool="search_notes", arguments={"text": "allergies"})
    async with opened("clara-hoffmann", "2024-03-01T12:00:00-05:00") as chart:
        told = await ask(chart, "Allergies in the notes?", script(call, GiveAnswer(citations=("Q1",))), build_tools())
    assert told.answer.citations == ("DocumentReference/clara-note-2023",)


def first_questions() -> Sequence[tuple[str, str, str]]:
    return [(s.patient, s.as_of, q.question) for s in load_stories() for q in s.questions[:4]]


@pytest.mark.anyio
async def test_no_answer_cites_another_patient() -> None:
    for patient, as_of, question in first_questions():
        async with opened(patient, as_of) as chart:
            told = await ask(chart, question, RulesPlanner(), build_tools())
            for step in told.steps:
                for row in step.finding.evidence if step.finding else ():
                    body = STORE.read(*row.reference.split("/"))
                    assert body is not None
                    assert f"Patient/{patient}".encode() in body.body or row.reference == f"Patient/{patient}"


@pytest.mark.anyio
async def test_one_planner_reads_the_same_question_anew_for_each_chart() -> None:
    planner, question = RulesPlanner(), "What is the latest hemoglobin A1c?"
    told = [await run(planner, question, p) for p in ("rosa-delgado", "RMC-100411", "rosa-delgado")]
    assert told[0].answer == told[2].answer != told[1].answer
    assert told[1].answer == (await run(RulesPlanner(), question, "RMC-100411")).answer


@pytest.mark.anyio
async def test_a_model_is_shown_the_answer_that_was_sent_back_and_why() -> None:
    lie = GiveAnswer(citations=("Q1",), text="There are 77 conditions.")
    planner = script(CONDITIONS, lie, GiveAnswer(citations=("Q1",)))
    await run(planner)
    *_, told, why = build_messages(planner.views[2])
    assert (told["role"], "There are 77 conditions." in told["content"]) == ("assistant", True)
    assert (why["role"], "77" in why["content"]) == ("user", True)
    roles = [m["role"] for m in build_messages(planner.views[2])[1:]]
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"] * (len(roles) % 2)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
