"""Asks the fixture patients' stories and prints what came out right: `python -m evals.stories [--failures N]`.

Right is: the status, the values (numbers by value, text without case) and every cited record.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections import Counter
from collections.abc import Sequence

import httpx

from agent.ask import ask
from agent.planners.planner import Turn
from agent.planners.rules import RulesPlanner
from agent.transcript import Transcript
from fhir_fixtures import Question, fixture_paths, load_long_stories, load_stories, long_chart_path
from tools.chart import open_chart
from tools.evidence import Value
from tools.fhir.client import FhirClient
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import open_store
from tools.toolbox import build_tools

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T")


def judge(question: Question, told: Transcript) -> str:
    """`right`, `abstained`, or what is wrong."""
    answer = told.answer
    if question.status == "abstained":
        return "right" if answer.status == "abstained" else "wrong: should abstain"
    if answer.status != "answered":
        return "abstained"
    if not _same(question.values, answer.values):
        return "wrong: values"
    missing = set(question.citations) - set(answer.citations) - set(told.retrieved)
    return "right" if not missing else "right, not every record cited"


def _same(wanted: Sequence[Value], given: Sequence[Value]) -> bool:
    """Whether two sets of values are the same, each wanted value met by one that was given."""
    left = list(dict.fromkeys(given))
    for value in dict.fromkeys(wanted):
        met = next((g for g in left if _meets(value, g)), None)
        if met is None:
            return False
        left.remove(met)
    return not left


def _meets(wanted: Value, given: Value) -> bool:
    """A gold day is met by a moment of that day, a rounded gold number by what rounds to it."""
    if isinstance(wanted, str) and isinstance(given, str) and _DAY.fullmatch(wanted) and _TIME.match(given):
        return given[:10] == wanted
    if isinstance(wanted, float) and isinstance(given, float):
        return round(given, len(str(wanted).partition(".")[2])) == wanted
    return _plain(wanted) == _plain(given)


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return f"{value:.6g}"
    return value.casefold().strip()


async def run_stories(failures: int) -> Counter[str]:
    """Ask every question, follow-ups in their conversation; print the first that are not right."""
    store = open_store(":memory:")
    load_paths(store, [*fixture_paths(), long_chart_path()])
    counts: Counter[str] = Counter()
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
        for story in [*load_stories(), *load_long_stories()]:
            for turns in story.conversations():
                history: list[Turn] = []
                for question in turns:
                    chart = await open_chart(client, story.patient, question.as_of or story.as_of)
                    told = await ask(chart, question.question, RulesPlanner(), build_tools(), history=history)
                    history.append(told.to_turn())
                    verdict = judge(question, told)
                    counts[verdict] += 1
                    if verdict.startswith(("wrong", "abst")) and failures > 0:
                        failures -= 1
                        print(f"{verdict} | {story.patient} | {question.question}")
                        print(f"   gold {question.values} {question.citations}")
                        print(f"   got  {told.answer.values} {told.answer.text[:220]}")
    return counts


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--failures", type=int, default=0)
    counts = asyncio.run(run_stories(parser.parse_args().failures))
    total = counts.total()
    for verdict, number in counts.most_common():
        print(f"{verdict:32} {number:4} of {total}  {100 * number / total:.1f}%")


if __name__ == "__main__":
    main()
