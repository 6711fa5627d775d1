"""The command line: usage, loading, batch files and their resumption, the shape of results."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from agent.__main__ import app
from agent.cli.answering import Asker, Question
from agent.cli.batch_files import BadLine, BatchLine, read_batch, recover_done
from agent.cli.batch_run import BatchRun
from agent.cli.composition import open_place, serve_store
from agent.cli.demo import load_fixtures
from agent.cli.failures import UsageMistake
from agent.cli.planning import make_planner
from agent.cli.results import Result, make_error
from agent.cli.settings import Settings
from agent.decision import CallTool, GiveAnswer
from agent.errors import PlannerUnavailable
from agent.planners.planner import Turn
from agent.planners.scripted import ScriptedPlanner
from agent.threads import open_threads
from agent.transcript import load_transcripts
from tools.private_file import make_private

RUNNER = CliRunner()
FIXTURES = Path(__file__).parent.parent / "fhir_fixtures"
FIELDS = [
    *("id", "question", "patient", "as_of", "answer", "values", "citations", "retrieved"),
    *("status", "receipt", "planner", "steps", "tokens", "seconds"),
]


@dataclass
class EchoAsker:
    """Answers every question with the number of earlier turns; fails where the question says so."""

    planner: Any = field(default_factory=lambda: SimpleNamespace(name="echo"))
    asked: list[str] = field(default_factory=list)

    async def ask(self, question: Any, history: Any, cache: Any) -> Any:
        self.asked.append(question.id)
        if question.text == "break":
            raise ValueError("broken")
        fields = {"id": question.id, "question": question.text, "patient": question.patient}
        result = make_error(fields, "echo", "").model_copy(update={"status": "answered", "values": (len(history),)})
        return SimpleNamespace(result=result, turn=Turn(question.text, "", (), ()))


def write_lines(path: Path, *lines: dict[str, Any] | str) -> Path:
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), "utf-8")
    return path


def question(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "question": "Q?", "patient": "p", **more}


async def run_lines(path: Path, ids: set[str]) -> tuple[list[Result], EchoAsker]:
    asker, kept, done = EchoAsker(), list[Result | None](), dict.fromkeys(ids, "answered")
    async with open_threads(path.parent / "threads.sqlite") as threads:
        run = BatchRun(asker, Settings(), threads)  # type: ignore[arg-type]
        await run.answer_all(read_batch(path), done, kept.append)
    return [r for r in kept if r is not None], asker


def drive(path: Path, done: set[str]) -> tuple[list[Result], EchoAsker]:
    return asyncio.run(run_lines(path, done))


def test_help_names_every_command() -> None:
    shown = RUNNER.invoke(app, ["--help"])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in ("demo", "load", "ask", "chat", "batch", "overview"))


def test_a_command_without_its_patient_is_a_usage_error() -> None:
    assert RUNNER.invoke(app, ["ask", "How old?"]).exit_code == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--store", "nowhere.sqlite"),
        ("--store", "a", "--fhir", "http://fhir.test"),
        ("--fhir", "ftp://fhir.test"),
        ("--planner", "oracle"),
        ("--planner", "http://model.test/v1"),
        ("--as-of", "yesterday"),
        ("--transcripts", "/no/such/folder/t.jsonl"),
    ],
)
def test_what_cant_be_done_is_a_usage_error_that_says_why(options: tuple[str, ...], tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "agent", "ask", "How old?", "--patient", "p", *options],
        capture_output=True, text=True, cwd=FIXTURES.parent, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("anamnesis: ")


def test_asking_makes_no_empty_store(tmp_path: Path) -> None:
    place = tmp_path / "none.sqlite"
    assert RUNNER.invoke(app, ["overview", "--patient", "p", "--store", str(place)]).exit_code == 2
    assert not place.exists()


def test_loading_counts_what_came_in_and_what_was_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.ndjson"
    bad.write_text('{"resourceType": "Nonsense", "id": "x"}\n', "utf-8")
    store = str(tmp_path / "store.sqlite")
    loaded = RUNNER.invoke(app, ["load", str(FIXTURES / "patients"), str(bad), "--store", store])
    assert loaded.exit_code == 0, loaded.output
    assert "new: " in loaded.output
    assert "1 refused:" in loaded.output
    again = RUNNER.invoke(app, ["load", str(FIXTURES / "patients"), "--store", store])
    assert "unchanged: " in again.output


def test_loading_only_what_is_refused_is_an_error(tmp_path: Path) -> None:
    bad = tmp_path / "bad.ndjson"
    bad.write_text("no json\n", "utf-8")
    assert RUNNER.invoke(app, ["load", str(bad), "--store", str(tmp_path / "s.sqlite")]).exit_code == 1


def test_loading_what_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert RUNNER.invoke(app, ["load", str(tmp_path / "none"), "--store", str(tmp_path / "s")]).exit_code == 2


def test_a_result_has_exactly_the_fields_of_the_contract_in_their_order() -> None:
    assert list(json.loads(make_error(question("a"), "rules", "why").to_line())) == FIELDS


def test_each_faulty_line_is_an_error_record_and_the_others_are_answered(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "in.jsonl",
        question("a"),
        "{cut",
        {"id": "b"},
        question("a"),
        question("c", date_order="ymd"),
        question("d", question="break"),
        question("e", surprise=1),
        "[1]",
        question("f"),
    )
    kept, _ = drive(path, set())
    assert [(r.id, r.status) for r in kept] == [
        ("a", "answered"), ("line 2", "error"), ("b", "error"), ("line 4", "error"), ("c", "error"),
        ("d", "error"), ("e", "error"), ("line 8", "error"), ("f", "answered"),
    ]  # fmt: skip
    assert all(r.answer for r in kept if r.status == "error")


def test_turns_of_a_thread_see_the_earlier_ones_and_other_threads_do_not(tmp_path: Path) -> None:
    lines = [question("a", thread="t"), question("b", thread="u"), question("c", thread="t"), question("d")]
    kept, _ = drive(write_lines(tmp_path / "in.jsonl", *lines), set())
    assert [r.values for r in kept] == [(0,), (0,), (1,), (0,)]


def test_a_thread_that_changes_its_patient_is_an_error_record(tmp_path: Path) -> None:
    lines = [question("a", thread="t"), question("b", thread="t", patient="other"), question("c", thread="t")]
    kept, asker = drive(write_lines(tmp_path / "in.jsonl", *lines), set())
    assert [r.status for r in kept] == ["answered", "error", "answered"]
    assert asker.asked == ["a", "c"]


def test_a_second_run_answers_only_what_is_missing_and_replays_open_threads(tmp_path: Path) -> None:
    lines = [question("a"), question("b", thread="t"), question("c", thread="t"), question("d", thread="u")]
    kept, asker = drive(write_lines(tmp_path / "in.jsonl", *lines), {"a", "b", "d"})
    assert [(r.id, r.values) for r in kept] == [("c", (1,))]
    assert asker.asked == ["b", "c"]


def test_a_second_run_takes_the_turns_of_open_threads_from_where_they_are_kept(tmp_path: Path) -> None:
    lines = [question("a", thread="t"), question("b", thread="t"), question("c", thread="t")]
    drive(write_lines(tmp_path / "in.jsonl", *lines[:2]), set())
    kept, asker = drive(write_lines(tmp_path / "in.jsonl", *lines), {"a", "b"})
    assert ([(r.id, r.values) for r in kept], asker.asked) == ([("c", (2,))], ["c"])


def test_a_line_asked_again_sees_only_the_turns_before_it(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", *(question(name, thread="t") for name in "abc"))
    drive(path, set())
    kept, _ = drive(path, {"a", "c"})
    assert [(r.id, r.values) for r in kept] == [("b", (1,))]
    again, _ = drive(path, set())
    assert [r.values for r in again] == [(0,), (1,), (2,)]


DONE = '{"id": "a", "status": "answered"}\n'
FAILED = '{"id": "f", "status": "error"}\n'


@pytest.mark.parametrize("content", ["no results\n", "no results", '{"id": "a"}\n', "[1]\n", f"{DONE}prose"])
def test_an_output_that_holds_other_things_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text(content, "utf-8")
    with pytest.raises(UsageMistake):
        recover_done(out)
    assert out.read_text("utf-8") == content


def test_an_output_cut_off_in_its_last_line_is_mended(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text(DONE + '{"id": "b", "ans', "utf-8")
    assert recover_done(out) == {"a": "answered"}
    assert out.read_text("utf-8") == DONE
    assert recover_done(tmp_path / "none.jsonl") == {}


def test_lines_that_failed_can_be_asked_again_and_the_file_keeps_its_mode(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text(FAILED + DONE + '{"id": "b", "ans', "utf-8")
    out.chmod(0o640)
    assert recover_done(out, retry=True) == {"a": "answered"}
    assert (out.read_text("utf-8"), mode(out)) == (DONE, 0o640)
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


def test_a_number_may_be_an_id_and_null_is_no_value(tmp_path: Path) -> None:
    lines = read_batch(write_lines(tmp_path / "in.jsonl", question(7, as_of=None)))  # type: ignore[arg-type]
    assert isinstance(lines[0], BatchLine)
    assert not isinstance(lines[0], BadLine)
    assert (lines[0].id, lines[0].as_of) == ("7", None)


async def ask_fixtures(planner: ScriptedPlanner) -> Result:
    store = open_place(":memory:")
    load_fixtures(store)
    async with serve_store(store) as client:
        question = Question("How many glucose results?", "RMC-100234", id="a", as_of="2024-06-01")
        return (await Asker(client, planner).ask(question)).result


def test_a_question_goes_from_the_store_to_a_cited_result() -> None:
    call = CallTool(tool="query_chart", arguments={"kind": "lab", "about": ["glucose"], "compute": "count"})
    result = asyncio.run(ask_fixtures(ScriptedPlanner((call, GiveAnswer(citations=("Q1",))))))
    assert (result.id, result.status, result.values, result.steps) == ("a", "answered", (6,), 1)
    assert len(result.citations) == 6
    assert set(result.citations) <= set(result.retrieved)
    assert result.receipt["complete"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of the test's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("agent.cli.composition.default_store", lambda: tmp_path / "store.sqlite")
    return tmp_path


def test_the_demo_answers_five_questions_and_leaves_a_store_to_ask(home: Path) -> None:
    shown = RUNNER.invoke(app, ["demo"])
    assert shown.exit_code == 0, shown.output
    assert shown.output.count("as of 20") == 5
    assert shown.output.count("cites ") >= 3
    store = str(home / "store.sqlite")
    asked = RUNNER.invoke(app, ["ask", "What is the latest hemoglobin A1c?", "--patient", "rosa-delgado", "--json"])
    assert (asked.exit_code, Path(store).exists()) == (0, True)
    assert list(json.loads(asked.stdout)) == FIELDS


def test_asking_about_a_patient_who_is_not_there_is_an_error_in_the_same_shape(home: Path) -> None:
    store = str(home / "s.sqlite")
    RUNNER.invoke(app, ["load", str(FIXTURES / "patients" / "rosa-delgado.json"), "--store", store])
    asked = RUNNER.invoke(app, ["ask", "How old?", "--patient", "nobody", "--store", store, "--json"])
    assert asked.exit_code == 1
    line = json.loads(asked.stdout)
    assert (list(line), line["status"]) == (FIELDS, "error")


def test_a_batch_is_answered_and_a_second_run_has_nothing_to_do(home: Path) -> None:
    store, out = str(home / "s.sqlite"), home / "out.jsonl"
    RUNNER.invoke(app, ["load", str(FIXTURES / "patients"), str(FIXTURES / "shared.json"), "--store", store])
    lines = [question("a", patient="rosa-delgado", question="What is the latest glucose?"), {"id": "b"}]
    source = write_lines(home / "in.jsonl", *lines)
    for told in ("1 failed, first b: question: Field required", "1 failed in an earlier run; --retry"):
        ran = RUNNER.invoke(app, ["batch", str(source), str(out), "--store", store])
        assert (ran.exit_code, told in ran.output) == (1, True), ran.output
    kept = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [(r["id"], r["status"]) for r in kept] == [("a", "answered"), ("b", "error")]


def test_a_batch_that_fails_says_how_many_lines_for_which_reason_and_ends_with_status_1(loaded: Path) -> None:
    lines = [question(name, patient=f"nobody-{name}") for name in "abc"] + [question("d", patient="rosa-delgado")]
    out = loaded / "out.jsonl"
    batch = ["batch", str(write_lines(loaded / "in.jsonl", *lines)), str(out)]
    ran = RUNNER.invoke(app, batch)
    assert (ran.exit_code, len(out.read_text("utf-8").splitlines())) == (1, 4)
    assert "3 failed, first a: UnknownPatient: no patient has the id or identifier …" in ran.output
    again = RUNNER.invoke(app, [*batch, "--retry"])
    assert (again.exit_code, "3 failed, first a" in again.output) == (1, True)


def test_a_batch_in_which_no_line_fails_ends_with_status_0(loaded: Path) -> None:
    source = write_lines(loaded / "in.jsonl", question("a", patient="rosa-delgado"))
    assert RUNNER.invoke(app, ["batch", str(source), str(loaded / "out.jsonl")]).exit_code == 0


def test_a_batch_is_not_written_over_its_own_questions(loaded: Path) -> None:
    source = write_lines(loaded / "in.jsonl", question("a", patient="rosa-delgado"))
    before = source.read_bytes()
    assert RUNNER.invoke(app, ["batch", str(source), str(source)]).exit_code == 2
    assert source.read_bytes() == before


BROKEN = {
    "half a surrogate": '{"id": "a", "question": "\\ud800", "patient": "p"}',
    "half a surrogate as id": '{"id": "\\ud800", "question": "Q?", "patient": "p"}',
    "too deep": "[" * 100_000,
    "no UTF-8": '{"id": "a", "question": "\udcff", "patient": "p"}',
    "another field": '{"id": "a", "question": "Q?", "patient": "p", "\\udfff": "\\udfff"}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_line_that_holds_no_text_is_an_error_record(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(BROKEN[name].encode("utf-8", "surrogateescape") + b"\n")
    kept, _ = drive(path, set())
    assert [r.status for r in kept] == ["error"]
    assert json.loads(kept[0].to_line())["answer"]


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_files_that_hold_what_a_chart_says_are_their_owners_alone(home: Path, umask: int, no_umask: None) -> None:
    os.umask(umask)
    lines = [question("a", patient="rosa-delgado", question="What is the latest glucose?", thread="t")]
    source = write_lines(home / "in.jsonl", *lines)
    os.umask(umask)
    RUNNER.invoke(app, ["load", str(FIXTURES / "patients" / "rosa-delgado.json")])
    names = ("store.sqlite", "out.jsonl", "out.jsonl.threads.sqlite", "t.jsonl")
    ran = RUNNER.invoke(app, ["batch", str(source), str(home / "out.jsonl"), "--transcripts", str(home / "t.jsonl")])
    assert ran.exit_code == 0, ran.output
    assert {name: mode(home / name) for name in names} == dict.fromkeys(names, 0o600)


def test_what_is_made_behind_a_link_is_private_too(home: Path, no_umask: None) -> None:
    (home / "link").symlink_to(home / "made")
    make_private(home / "link")
    assert mode(home / "made") == 0o600


def test_files_that_were_there_keep_their_mode(home: Path) -> None:
    source = write_lines(home / "in.jsonl", question("a", patient="rosa-delgado", thread="t"))
    RUNNER.invoke(app, ["load", str(FIXTURES / "patients" / "rosa-delgado.json")])
    names = ("store.sqlite", "out.jsonl", "out.jsonl.threads.sqlite", "t.jsonl")
    for name in names:
        (home / name).touch()
        (home / name).chmod(0o640)
    ran = RUNNER.invoke(app, ["batch", str(source), str(home / "out.jsonl"), "--transcripts", str(home / "t.jsonl")])
    assert ran.exit_code == 0, ran.output
    assert {name: mode(home / name) for name in names} == dict.fromkeys(names, 0o640)


def test_the_version_is_told() -> None:
    shown = RUNNER.invoke(app, ["--version"])
    assert (shown.exit_code, shown.output.startswith("anamnesis")) == (0, True)


def test_a_named_conversation_goes_on_and_stays_with_its_patient(home: Path) -> None:
    RUNNER.invoke(app, ["load", str(FIXTURES / "patients"), str(FIXTURES / "shared.json")])
    chat = ["chat", "--thread", "t", "--patient"]
    first = RUNNER.invoke(app, [*chat, "rosa-delgado"], input="What is the latest glucose?\n\n/quit\n")
    assert first.exit_code == 0
    shown = [first.output.index(text) for text in ('… looking for "glucose" lab', "… 1 found", "Glucose: 7.4")]
    assert shown == sorted(shown)
    again = RUNNER.invoke(app, [*chat, "rosa-delgado"], input="\n")
    assert "1 question was asked before:\n> What is the latest glucose?\n  Glucose: 7.4" in again.output
    assert RUNNER.invoke(app, [*chat, "walter-quinn"], input="\n").exit_code == 2
    with closing(sqlite3.connect(home / "threads.sqlite")) as kept:
        assert kept.execute("SELECT DISTINCT checkpoint_ns FROM checkpoints").fetchall() == [("",)]


@pytest.fixture
def loaded(home: Path) -> Path:
    RUNNER.invoke(app, ["load", str(FIXTURES / "patients"), str(FIXTURES / "shared.json")])
    return home


@pytest.mark.parametrize(
    "arguments",
    [["Rosa Delgado"], ["delgado"], ["--born", "1961-04-12"], ["RMC-100234"], ["rosa", "--born", "1961-04-12"]],
)
def test_patients_are_found_by_name_birth_date_and_identifier(loaded: Path, arguments: list[str]) -> None:
    shown = RUNNER.invoke(app, ["find", *arguments])
    assert shown.exit_code == 0, shown.output
    assert "rosa-delgado  Rosa Elena Delgado" in shown.output


def test_patients_found_are_printed_as_json(loaded: Path) -> None:
    told = json.loads(RUNNER.invoke(app, ["find", "m", "--limit", "2", "--json"]).stdout)
    assert (len(told["patients"]), told["total"] > 2, told["complete"]) == (2, True, True)
    assert json.loads(RUNNER.invoke(app, ["find", "nobody", "--json"]).stdout)["patients"] == []


@pytest.mark.parametrize("arguments", [[], ["--born", "last year"], ["a", "--limit", "0"]])
def test_looking_for_nobody_in_particular_is_a_usage_error(loaded: Path, arguments: list[str]) -> None:
    assert RUNNER.invoke(app, ["find", *arguments]).exit_code == 2


def test_a_conversation_says_what_can_be_typed_and_an_empty_line_does_not_end_it(loaded: Path) -> None:
    typed = "/help\n\n/history\nHow old is she?\n/history\n/who\n/nonsense\n"
    told = RUNNER.invoke(app, ["chat", "--patient", "rosa-delgado"], input=typed)
    assert told.exit_code == 0
    recalled = "1 question was asked before:\n> How old is she?"
    for text in (
        "\nAge: ",
        "/history  what was",
        "Nothing was asked yet.",
        recalled,
        "MRN RMC-100234",
        "There is no /nonsense.",
    ):
        assert text in told.output, told.output


def test_a_paste_that_is_too_long_is_refused_and_the_conversation_goes_on(loaded: Path) -> None:
    told = RUNNER.invoke(app, ["chat", "--patient", "rosa-delgado"], input=f"{'a ' * 50_000}\nWhat is her sex?\n")
    assert (told.exit_code, "Shorten it" in told.output, "female" in told.output) == (0, True, True)


MISTAKES = {
    "a thread without a name": (["chat", "--patient", "rosa-delgado", "--thread", " "], "takes a name"),
    "nobody to look for": (["find"], "--born DATE"),
    "a pipe for results": (["batch", "{in}", "{pipe}"], "name another OUT.jsonl"),
    "a file that is not there": (["load", "evil\x1b[2J"], "evil\ufffd[2J"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_on_the_command_line_is_told_with_status_2(loaded: Path, name: str) -> None:
    arguments, told = MISTAKES[name]
    os.mkfifo(loaded / "pipe")
    places = {"{in}": str(write_lines(loaded / "in.jsonl", question("a"))), "{pipe}": str(loaded / "pipe")}
    ran = RUNNER.invoke(app, [places.get(a, a) for a in arguments], env={"COLUMNS": "200"})
    assert (ran.exit_code, told in ran.output) == (2, True), ran.output


@pytest.mark.parametrize("question", ["", "  ", "a " * 50_000])
def test_a_question_that_is_none_is_an_error_that_says_so(loaded: Path, question: str) -> None:
    told = RUNNER.invoke(app, ["ask", question, "--patient", "rosa-delgado"])
    assert (told.exit_code, "\nThe question" in told.output) == (1, True)


def test_an_identifier_that_two_patients_bear_is_an_error_that_names_both(loaded: Path) -> None:
    shared = {"resourceType": "Patient", "identifier": [{"value": "SHARED"}]}
    twins = [{**shared, "id": name} for name in ("twin-a", "twin-b")]
    RUNNER.invoke(app, ["load", str(write_lines(loaded / "twins.ndjson", *twins))])
    told = RUNNER.invoke(app, ["ask", "How old?", "--patient", "SHARED"])
    assert (told.exit_code, "twin-a, twin-b" in told.output) == (1, True)


def test_a_store_of_a_newer_version_is_an_error_that_says_so(loaded: Path) -> None:
    with closing(sqlite3.connect(loaded / "store.sqlite")) as store:
        store.execute("UPDATE schema_info SET version = 999")
        store.commit()
    for command in (["ask", "How old?", "--patient", "rosa-delgado"], ["load", str(FIXTURES / "shared.json")]):
        told = RUNNER.invoke(app, command)
        assert (told.exit_code, "newer program" in told.output) == (1, True)


def test_a_planner_that_cant_be_reached_is_an_error_that_names_it(loaded: Path) -> None:
    planner = ["--planner", "http://127.0.0.1:9/v1", "--model", "m"]
    told = RUNNER.invoke(app, ["ask", "How old?", "--patient", "rosa-delgado", *planner])
    assert (told.exit_code, "planner at http://127.0.0.1:9/v1" in told.output) == (1, True)


def test_a_transcript_is_kept_of_every_question(loaded: Path) -> None:
    kept = loaded / "t.jsonl"
    options = ["--patient", "rosa-delgado", "--transcripts", str(kept)]
    for question in ("What is the latest glucose?", ""):
        RUNNER.invoke(app, ["ask", question, *options])
    assert [t.end_reason for t in load_transcripts(kept)] == ["answered", "bad_question"]


def test_a_planners_key_is_sent_to_its_server_and_is_no_part_of_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANAMNESIS_PLANNER_KEY", "sesame")
    sent: list[str | None] = []

    def reply(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("authorization"))
        return httpx.Response(401)

    planner = make_planner("http://model.test/v1", "m")
    server = replace(planner._server, transport=httpx.MockTransport(reply))  # type: ignore[attr-defined]
    with pytest.raises(PlannerUnavailable, match="status 401") as caught:
        asyncio.run(server.complete({}))
    assert (sent, "sesame" in str(caught.value), "sesame" in planner.name) == (["Bearer sesame"], False, False)
