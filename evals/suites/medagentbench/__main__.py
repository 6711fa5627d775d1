"""`python -m evals.suites.medagentbench run --data FOLDER` plays and grades; `… serve --data FOLDER` serves its server.

`run` prints passed of played by type for our agent and for one that does nothing; `serve` needs the extra `serve`.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from agent.cli.planning import make_planner
from evals.suites.medagentbench.chat_server import with_agent
from evals.suites.medagentbench.contestant import open_http
from evals.suites.medagentbench.items import load_suite
from evals.suites.medagentbench.protocol import API_BASE
from evals.suites.medagentbench.running import Outcome, Player, play_as_chat, play_directly, play_nothing, run_item
from evals.suites.medagentbench.serving import build_server, open_population
from evals.suites.medagentbench.table import build_table, list_faults

_PLAYERS = {"direct": play_directly, "chat": play_as_chat}


async def run(given: argparse.Namespace) -> None:
    """Play every task and print the table."""
    suite = load_suite(given.data, given.fhir)
    planner = make_planner(given.planner, given.model)
    players: dict[str, Player] = {given.planner: _PLAYERS[given.way](planner), "nothing": play_nothing}
    runs: dict[str, list[Outcome]] = {}
    async with open_http(given.data, suite, given.fhir) as http:
        for name, player in players.items():
            items = suite.items[: given.limit]
            runs[name] = [await run_item(item, suite, http, player, given.fhir or API_BASE) for item in items]
    print(build_table(runs))
    print("\n".join(list_faults(runs)))


def serve(given: argparse.Namespace) -> None:
    """Serve the folder's patients and observations, and our agent, on loopback."""
    import uvicorn

    made_up = load_suite(given.data).made_up if given.synthetic else ()
    app = with_agent(build_server(open_population(given.data, made_up)), make_planner("rules", None))
    print(f"FHIR at http://{given.host}:{given.port}/fhir/, the agent at /v1/chat/completions", flush=True)
    uvicorn.run(app, host=given.host, port=given.port, log_level="warning")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m evals.suites.medagentbench", description=__doc__)
    commands = parser.add_subparsers(required=True)
    playing = commands.add_parser("run", help="play the tasks and grade them")
    playing.add_argument("--planner", default="rules", help="rules, or the URL of an OpenAI-compatible server")
    playing.add_argument("--model", default=None)
    playing.add_argument(
        "--way", choices=sorted(_PLAYERS), default="direct", help="called in this process, or as a chat agent"
    )
    playing.add_argument("--fhir", default=None, metavar="URL", help="a FHIR server in place of the embedded one")
    playing.add_argument("--limit", type=int, default=None)
    playing.set_defaults(command=lambda given: asyncio.run(run(given)))
    serving = commands.add_parser("serve", help="serve patients and observations as its server would")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8080)
    serving.add_argument("--synthetic", action="store_true", help="with the made-up results")
    serving.set_defaults(command=serve)
    for command in (playing, serving):
        command.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="the benchmark's files")
    given = parser.parse_args()
    given.command(given)


if __name__ == "__main__":
    main()
