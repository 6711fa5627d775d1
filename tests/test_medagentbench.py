"""MedAgentBench: the protocol both ways, the pass rules of its ten types, our server in its server's place."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from inspect_ai import eval as run_eval

from agent.planners.rules import RulesPlanner
from evals.suites.medagentbench.chat import reply
from evals.suites.medagentbench.chat_server import with_agent
from evals.suites.medagentbench.contestant import make_game_setup
from evals.suites.medagentbench.grading import NAMES, Case, Played, grade
from evals.suites.medagentbench.harness import Game, GameOver, Message
from evals.suites.medagentbench.items import load_items, load_suite
from evals.suites.medagentbench.protocol import (
    ACCEPTED,
    INVALID_POST,
    Finish,
    Get,
    Post,
    Task,
    build_prompt,
    format_failed,
    format_finish,
    format_got,
    format_post,
    parse_action,
    parse_got,
    parse_prompt,
)
from evals.suites.medagentbench.running import play_as_chat, play_directly, play_nothing, run_item
from evals.suites.medagentbench.serving import build_server, open_population
from evals.suites.medagentbench.table import build_table, list_faults
from evals.suites.medagentbench.truth import Truth
from evals.tasks import medagentbench
from tools.store.incoming import build_incoming
from tools.store.store import Store, open_store

BASE = "http://localhost:8080/fhir/"
NOW = "2023-11-13T10:15:00+00:00"
FOLDER = os.environ.get("ANAMNESIS_MEDAGENTBENCH", "")
needs_files = pytest.mark.skipif(not FOLDER, reason="ANAMNESIS_MEDAGENTBENCH names no folder of the benchmark's files")


def observe(code: str, value: float, at: str, unit: str = "mg/dL", patient: str = "S1234567") -> dict[str, Any]:
    lab = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
    return {
        "resourceType": "Observation", "id": f"{code}-{at[:16]}".replace(":", "-"), "status": "final",
        "category": [lab],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": code},
        "subject": {"reference": f"Patient/{patient}"}, "effectiveDateTime": at,
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }  # fmt: skip


PATIENT = {
    "resourceType": "Patient", "id": "S1234567", "identifier": [{"value": "S1234567"}], "birthDate": "1950-11-14",
    "name": [{"family": "Berg", "given": ["Ines"]}],
}  # fmt: skip
SUBJECT = {"reference": "Patient/S1234567"}


def post(payload: dict[str, Any]) -> str:
    return format_post(f"{BASE}{payload['resourceType']}", payload)


def service(system: str, code: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest", "code": {"coding": [{"system": system, "code": code}]}, "authoredOn": NOW,
        "status": "active", "intent": "order", "priority": "stat", "subject": SUBJECT, **more,
    }  # fmt: skip


def drug(code: str, route: str, dose: dict[str, Any], **rate: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest", "authoredOn": NOW, "status": "active", "intent": "order",
        "subject": SUBJECT,
        "medicationCodeableConcept": {"coding": [{"system": "http://hl7.org/fhir/sid/ndc", "code": code}]},
        "dosageInstruction": [{"route": route, "doseAndRate": [{"doseQuantity": dose, **rate}]}],
    }  # fmt: skip


VITAL = {
    "resourceType": "Observation", "code": {"text": "BP"}, "effectiveDateTime": NOW, "status": "final",
    "subject": SUBJECT,
    "valueString": "118/77 mmHg", "category": [{"coding": [{"system": "http://hl7.org/fhir/observation-category",
                                                           "code": "vital-signs", "display": "Vital Signs"}]}],
}  # fmt: skip
REFERRAL = service("http://snomed.info/sct", "306181000000106", note={"text": "Situation: a knee."})
MAGNESIUM = drug("0338-1715-40", "IV", {"value": 2, "unit": "g"}, rateQuantity={"value": 2, "unit": "h"})
POTASSIUM = drug("40032-917-01", "oral", {"value": 30, "unit": "mEq"})
LEVEL = service("http://loinc.org", "2823-3", occurrenceDateTime="2023-11-14T08:00:00+00:00")
A1C = service("http://loinc.org", "4548-4")
FRESH, STALE = "2023-11-13T02:00:00+00:00", "2022-01-05T02:00:00+00:00"

LOW_MG, HIGH_MG = observe("MG", 1.2, FRESH), observe("MG", 2.0, FRESH)
LOW_K, FINE_K = observe("K", 3.2, STALE, "mmol/L"), observe("K", 3.5, STALE, "mmol/L")
GLUCOSE = [observe("GLU", 100, FRESH), observe("GLU", 151, "2023-11-13T04:00:00+00:00"), observe("GLU", 300, STALE)]
OLD_A1C, NEW_A1C = observe("A1C", 6.1, STALE, "%"), observe("A1C", 6.4, FRESH, "%")
GRADED: list[tuple[str, list[dict[str, Any]], list[str], str, bool]] = [
    ("task1", [], [], '["S1234567"]', True),
    ("task1", [], [], '["S7654321"]', False),
    ("task1", [], [post(VITAL)], '["S1234567"]', False),
    ("task2", [], [], "[72]", True),
    ("task2", [], [], "[73]", False),
    ("task3", [], [post(VITAL)], "[]", True),
    ("task3", [], [post({**VITAL, "valueString": "118/77"})], "[]", False),
    ("task3", [], [post(VITAL), post(VITAL)], "[]", False),
    ("task3", [], [], "[]", False),
    ("task4", [LOW_MG], [], "[1.2]", True),
    ("task4", [observe("MG", 1.2, STALE)], [], "[-1]", True),
    ("task4", [observe("MG", 1.2, STALE)], [], "[1.2]", False),
    ("task5", [LOW_MG], [post(MAGNESIUM)], "[1.2]", True),
    ("task5", [LOW_MG], [post(MAGNESIUM)], "[]", True),
    ("task5", [LOW_MG], [], "[1.2]", False),
    (
        "task5",
        [LOW_MG],
        [post(drug("0338-1715-40", "IV", {"value": 1, "unit": "g"}, rateQuantity={"value": 1, "unit": "h"}))],
        "[1.2]",
        False,
    ),
    (
        "task5",
        [LOW_MG],
        [post({**MAGNESIUM, "dosageInstruction": [{"route": {"text": "IV"}, "doseAndRate": []}]})],
        "[1.2]",
        False,
    ),
    ("task5", [HIGH_MG], [], "[2.0]", True),
    ("task5", [HIGH_MG], [post(MAGNESIUM)], "[2.0]", False),
    ("task5", [], [], "[-1]", True),
    ("task5", [], [post(MAGNESIUM)], "[-1]", False),
    ("task6", GLUCOSE, [], "[125.55]", True),
    ("task6", GLUCOSE, [], "[125.7]", False),
    ("task6", [], [], "[-1]", True),
    ("task7", GLUCOSE, [], "[151]", True),
    ("task7", GLUCOSE, [], "[100]", False),
    ("task8", [], [post(REFERRAL)], "[]", True),
    ("task8", [], [post({**REFERRAL, "note": [{"text": "Situation: a knee."}]})], "[]", False),
    ("task8", [], [post({**REFERRAL, "priority": "routine"})], "[]", False),
    ("task9", [LOW_K], [post(POTASSIUM), post(LEVEL)], "[3.2]", True),
    ("task9", [LOW_K], [post(LEVEL), post(POTASSIUM)], "[3.2]", False),
    ("task9", [LOW_K], [post(POTASSIUM), post({**LEVEL, "occurrenceDateTime": "2023-11-14"})], "[3.2]", False),
    ("task9", [LOW_K], [post(drug("40032-917-01", "oral", {"value": 20, "unit": "mEq"})), post(LEVEL)], "[3.2]", False),
    ("task9", [FINE_K], [], "[3.5]", True),
    ("task9", [FINE_K], [post(POTASSIUM), post(LEVEL)], "[3.5]", False),
    ("task10", [OLD_A1C], [post(A1C)], f'[6.1, "{STALE}"]', True),
    ("task10", [OLD_A1C], [], f'[6.1, "{STALE}"]', False),
    ("task10", [OLD_A1C, NEW_A1C], [], f'[6.4, "{FRESH}"]', True),
    ("task10", [NEW_A1C], [post(A1C)], f'[6.4, "{FRESH}"]', False),
    ("task10", [], [post(A1C)], "[-1]", True),
    ("task10", [], [post(A1C)], "[6.1]", False),
    ("task10", [], [post(A1C)], "nothing", False),
]


@pytest.mark.parametrize(("kind", "results", "posts", "finish", "passed"), GRADED)
def test_each_type_is_graded_by_its_own_rules(
    kind: str, results: list[dict[str, Any]], posts: list[str], finish: str, passed: bool
) -> None:
    said = 'it is "118/77 mmHg"' if kind == "task3" else 'write "Situation: a knee."'
    case = Case(kind, "S1234567", Truth([PATIENT, *results]), ("S1234567",), said)
    history = [Message("agent", text) for text in (*posts, f"FINISH({finish})")]
    assert (grade(case, Played(history)) is None) is passed


def test_every_type_has_a_case_that_passes_and_one_that_fails() -> None:
    for kind in NAMES:
        assert {passed for case, *_, passed in GRADED if case == kind} == {True, False}


def test_a_question_s_answer_that_mentions_a_post_fails() -> None:
    case = Case("task2", "S1234567", Truth([PATIENT]))
    history = [Message("agent", f"GET {BASE}Patient?name=POST"), Message("agent", "FINISH([72])")]
    assert grade(case, Played(history)) == "something was posted, and nothing was to be"


def test_a_game_without_an_end_is_not_passed() -> None:
    assert grade(Case("task2", "S1234567", Truth([PATIENT])), Played([])) == "no list was finished with"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("GET http://h/fhir/Patient?name=x", Get("http://h/fhir/Patient?name=x")),
        ("```tool_code\nGET http://h/fhir/Patient?name=x\n```", Get("http://h/fhir/Patient?name=x")),
        ('POST http://h/fhir/Observation\n{"a": 1}', Post("http://h/fhir/Observation", {"a": 1})),
        ("POST http://h/fhir/Observation\nnothing", Post("http://h/fhir/Observation", None)),
        ("POST http://h/fhir/Observation", Post("http://h/fhir/Observation", None)),
        ("FINISH([1, 2])", Finish("[1, 2]")),
        ("I think it is 5", None),
        ("", None),
    ],
)
def test_what_an_agent_says_is_read_as_an_action(text: str, action: Any) -> None:
    assert parse_action(text) == action


def test_what_is_said_is_read_as_it_was_meant() -> None:
    assert parse_action(format_post("http://h/X", {"a": "ä"})) == Post("http://h/X", {"a": "ä"})
    assert parse_action(format_finish(["x", 1.5])) == Finish('["x", 1.5]')
    assert parse_got(format_got('{"total": 1}')) == {"total": 1}
    assert parse_got("Here is the response from the GET request:\n{'total': True, 'x': None}. Please") == {
        "total": True,
        "x": None,
    }
    assert parse_got(format_failed("404 Not Found")) == "404 Not Found"
    assert isinstance(parse_got("something else"), str)


def test_a_prompt_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no Context and Question"):
        parse_prompt("How old is she?")


def test_a_prompt_tells_context_question_and_address_however_it_is_worded() -> None:
    text = (
        'Rules. Note that you should use http://h:1/fhir as the api_base. \n[{"description": "Context: none"}]\n\n'
        "Context: It is late.\nIt is dark.\nQuestion: How old is she?"
    )
    assert parse_prompt(text) == Task("How old is she?", "It is late.\nIt is dark.", "http://h:1/fhir/")


def build_store(*results: dict[str, Any]) -> Store:
    store = open_store(":memory:")
    store.save([build_incoming(json.dumps(r).encode(), r) for r in (PATIENT, *results)])
    return store


def open_http(store: Store) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=build_server(store)))


@pytest.mark.anyio
async def test_the_harness_answers_each_action_and_executes_no_post() -> None:
    store = build_store()
    async with open_http(store) as http:
        game = Game(http, Task("Q", ""))
        assert '"total":1' in (await game.act(f"GET {BASE}Patient?identifier=S1234567")).replace(" ", "")
        assert (await game.act(f"GET {BASE}Patient?nonsense=1")).startswith("Error in sending the GET request")
        assert await game.act(post(VITAL)) == ACCEPTED
        assert await game.act(f"POST {BASE}Observation\nnothing") == INVALID_POST
        assert '"total":0' in (await game.act(f"GET {BASE}Observation?patient=S1234567")).replace(" ", "")
        await game.act("FINISH([1])")
        assert (game.status, game.result, game.rounds) == ("completed", "[1]", 6)
        with pytest.raises(GameOver):
            await game.act("FINISH([1])")


@pytest.mark.anyio
async def test_the_harness_takes_eight_rounds_and_actions_only() -> None:
    async with open_http(build_store()) as http:
        game = Game(http, Task("Q", ""))
        for _ in range(8):
            await game.act(f"GET {BASE}Patient?identifier=S1")
        assert game.status == "round limit"
        other = Game(http, Task("Q", ""))
        await other.act("Let me think.")
        assert (other.status, other.result) == ("invalid action", None)


SAID = (
    f'It\'s {NOW} now. The code for potassium is "K". The NDC for potassium repletion is 1-2-3. Dosing '
    f"instructions: for every "
    "0.1 mmol/L under the goal give 5 mEq by mouth; the goal is 3.5."
)
ORDER = (
    "Look at the latest potassium of patient S1234567. If it is low, order potassium repletion by the dosing "
    "instructions."
)


@pytest.mark.anyio
async def test_the_chat_agent_says_the_same_as_the_agent_that_is_called() -> None:
    direct, chat = play_directly(RulesPlanner()), play_as_chat(RulesPlanner())
    async with open_http(build_store(LOW_K)) as http:
        games = [Game(http, Task(ORDER, SAID)) for _ in range(2)]
        await direct(games[0])
        await chat(games[1])
    said = [[m.content for m in game.history if m.role == "agent"] for game in games]
    assert said[0] == said[1]
    assert [text.split()[0] for text in said[0]] == ["GET", "GET", "POST", "FINISH([3.2])"]


@pytest.mark.anyio
async def test_the_chat_agent_gives_up_where_the_server_fails() -> None:
    prompt = build_prompt(Task(ORDER, SAID), [])
    first = await reply([prompt], RulesPlanner())
    assert first == f"GET {BASE}Patient?_id=S1234567"
    assert await reply([prompt, first, format_failed("500")], RulesPlanner()) == "FINISH([])"


@pytest.mark.anyio
async def test_a_search_of_many_pages_is_followed_to_its_end() -> None:
    many = [observe("GLU", 100 + n, f"2023-10-{1 + n % 28:02}T{n % 24:02}:{n % 60:02}:00+00:00") for n in range(40)]
    newest = observe("GLU", 222, "2023-11-12T10:00:00+00:00")

    async def few(request: httpx.Request) -> httpx.Response:
        url = request.url.copy_set_param("_count", "20") if "_count" in request.url.params else request.url
        return await inner.get(url)

    async with (
        open_http(build_store(*many, newest)) as inner,
        httpx.AsyncClient(transport=httpx.MockTransport(few)) as http,
    ):
        game = Game(
            http,
            Task(
                "What is the most recent glucose of patient S1234567?",
                f'It\'s {NOW} now. The code for glucose is "GLU"',
            ),
        )
        await play_directly(RulesPlanner())(game)
    assert (game.result, game.rounds <= 8) == ("[222]", True)


@pytest.fixture
def served() -> Iterator[str]:
    """Our server on a real port of this machine."""
    uvicorn = pytest.importorskip("uvicorn")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = with_agent(build_server(build_store(LOW_K, NEW_A1C, *GLUCOSE)), RulesPlanner())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}/fhir/"
    server.should_exit = True
    thread.join(5)


FUNCTIONS = [
    ("Observation?patient=S1234567&code=GLU&_count=5000", 3),
    ("Observation?patient=Patient/S1234567&code=GLU&date=ge2023-11-12T10:15:00&_sort=-date&_count=1", 2),
    ("Observation?patient=S1234567&category=laboratory", 5),
    ("Observation?patient=S1234567&category=vital-signs", 0),
    ("Condition?patient=S1234567&category=problem-list-item", 0),
    ("MedicationRequest?patient=S1234567&category=Inpatient", 0),
    ("Procedure?patient=S1234567&date=ge2020-01-01&code=99213", 0),
    ("Patient?identifier=S1234567", 1),
    ("Patient?given=Ines&family=Berg&birthdate=1950-11-14", 1),
    ("Patient?name=ines&birthdate=1950-11-14", 1),
    ("Patient?_id=S1234567", 1),
]


@pytest.mark.parametrize(("search", "total"), FUNCTIONS)
def test_our_server_answers_the_benchmark_s_functions(served: str, search: str, total: int) -> None:
    bundle = httpx.get(f"{served}{search}&_format=json").json()
    assert (bundle["resourceType"], bundle["total"]) == ("Bundle", total)
    assert all(link["url"].startswith(served) for link in bundle["link"])


@pytest.mark.anyio
async def test_our_agent_plays_against_our_server_over_http(served: str) -> None:
    async with httpx.AsyncClient() as http:
        game = Game(http, Task(ORDER, SAID, served))
        await play_directly(RulesPlanner())(game)
        assert game.result == "[3.2]"
        assert [m.content for m in game.history if m.content.startswith("POST ")] != []
        assert (await http.post(f"{served}Observation", json=VITAL)).json()["resourceType"] == "OperationOutcome"
        assert (await http.get(f"{served}Observation?patient=S1234567&category=vital-signs")).json()["total"] == 0


@pytest.mark.anyio
async def test_a_harness_drives_the_agent_as_a_chat_over_http(served: str) -> None:
    address = served.replace("/fhir/", "/v1/chat/completions")
    async with httpx.AsyncClient() as http:
        game = Game(http, Task(ORDER, SAID, served))
        while game.status == "running":
            told = [{"role": "user" if m.role == "user" else "assistant", "content": m.content} for m in game.history]
            answer = await http.post(address, json={"model": "any", "messages": told})
            await game.act(answer.json()["choices"][0]["message"]["content"])
        refused = await http.post(address, json={"messages": [{"role": "user", "content": "Hello"}]})
    assert (game.status, game.result, game.rounds) == ("completed", "[3.2]", 4)
    assert (refused.status_code, refused.json()["error"]["message"]) == (
        400,
        "the prompt holds no Context and Question",
    )


@needs_files
@pytest.mark.anyio
async def test_every_task_is_passed_on_the_benchmark_s_own_data_and_on_made_up_results() -> None:
    suite = load_suite(Path(FOLDER))
    runs: dict[str, list[Any]] = {"rules": [], "nothing": []}
    async with open_http(open_population(Path(FOLDER), suite.made_up)) as http:
        for item in suite.items:
            runs["rules"].append(await run_item(item, suite, http, play_directly(RulesPlanner())))
            runs["nothing"].append(await run_item(item, suite, http, play_nothing))
    assert [o.fault for o in runs["rules"] if o.fault] == []
    assert "= all" in build_table(runs)
    assert max(o.rounds for o in runs["rules"]) <= 8


TASKS = [
    {"id": "task1_1", "instruction": "Which MRN belongs to Ines Berg, born 1950-11-14?", "context": "",
     "sol": ["S1234567"],
     "eval_MRN": "S1234567"},
    {"id": "task2_1", "instruction": "How old is patient S1234567?", "context": f"It's {NOW} now.",
     "eval_MRN": "S1234567"},
    {"id": "task4_1", "instruction": "Tell me the last magnesium of patient S1234567 within the last 24 hours.",
     "context": f'It\'s {NOW} now. The code for magnesium is "MG". Answer -1 if there is none.',
      "eval_MRN": "S1234567"},
    {"id": "task10_1", "instruction": "When was A1c last measured in patient S1234567?", "context": f"It's {NOW} now.",
     "eval_MRN": "S1234567"},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder like the benchmark's, with tasks of our own."""
    (tmp_path / "test_data_v2.json").write_text(json.dumps(TASKS))
    (tmp_path / "funcs_v1.json").write_text("[]")
    (tmp_path / "patients_500.json").write_text(json.dumps([PATIENT]))
    (tmp_path / "observations_a1c.ndjson").write_text(json.dumps(OLD_A1C) + "\n")
    return tmp_path


@pytest.mark.anyio
async def test_a_run_tells_query_and_action_and_real_and_made_up_apart(folder: Path) -> None:
    suite = load_suite(folder)
    assert [sorted(item.tags) for item in suite.items] == [
        ["authentic", "query"], ["authentic", "query"], ["query", "synthetic"], ["action", "authentic"]
    ]  # fmt: skip
    assert suite.items[1].gold.references == {"Patient/S1234567"}
    runs: dict[str, list[Any]] = {"rules": [], "nothing": []}
    async with open_http(open_population(folder, suite.made_up)) as http:
        for item in suite.items:
            runs["rules"].append(await run_item(item, suite, http, play_as_chat(RulesPlanner())))
            runs["nothing"].append(await run_item(item, suite, http, play_nothing))
    assert [o.fault is None for o in runs["rules"]] == [True, True, True, False]
    table = build_table(runs)
    assert "66.7%       0.0%" in next(
        line for line in table.splitlines() if line.startswith("= all") and "authentic" in line
    )
    assert list(list_faults(runs)) == ["rules task10_1: 0 posted, not 1"]


@pytest.mark.anyio
async def test_a_player_s_result_has_its_values_its_records_and_its_verdict(folder: Path) -> None:
    setup = make_game_setup(folder, {})
    setup.check()
    async with setup.open() as player:
        told = [(await player.answer(item)).result for item in load_items(folder)]
    assert [(r["status"], r["values"], r["passed"]) for r in told[:2]] == [
        ("answered", ["S1234567"], True), ("answered", [72], True)
    ]  # fmt: skip
    assert told[0]["retrieved"] == ["Patient/S1234567"]
    assert told[0]["actions"][-1] == 'FINISH(["S1234567"])'
    assert (told[3]["passed"], told[3]["why"]) == (False, "0 posted, not 1")


@pytest.mark.anyio
async def test_doing_nothing_is_an_abstention(folder: Path) -> None:
    async with make_game_setup(folder, {"planner": "nothing"}).open() as player:
        told = (await player.answer(load_items(folder)[0])).result
    assert (told["status"], told["passed"], told["planner"]) == ("abstained", False, "nothing")


def test_results_are_read_from_a_server_that_has_them(folder: Path, served: str) -> None:
    items = load_items(folder, served)
    assert [sorted(item.tags) for item in items][2:] == [["absent", "query"], ["action", "authentic"]]
    assert items[3].gold.values == (6.4, FRESH)


def test_inspect_runs_the_games_and_keeps_the_suite_s_own_verdict(folder: Path, tmp_path: Path) -> None:
    task = medagentbench(str(folder))
    log = run_eval(task, log_dir=str(tmp_path / "log"), display="none")[0]
    scores = {str(s.id): {name: score.value for name, score in (s.scores or {}).items()} for s in log.samples or []}
    assert {name: score["right"] for name, score in scores.items()} == {"task1_1": 1, "task2_1": 1, "task10_1": 0}
    assert scores["task10_1"]["wrong_answered"] == 1
