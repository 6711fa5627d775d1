"""A run's totals as a small file that may be committed: no question, no id, no path; and a run against one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from evals.report.cost import Prices, cost_to_json, describe_cost
from evals.report.document import Heading, Lines, Part, Plot
from evals.report.groups import Kind, Line, build_lines
from evals.report.one_run import describe_suite, suite_to_json, warn
from evals.report.rows import NoReport, Run, SuiteRun
from evals.report.side_by_side import LEGEND, align, align_to_json, tabulate_cost, tabulate_figures
from evals.report.totals import parse_json

FORMAT = "anamnesis-baseline-1"
_HOST = re.compile(r"://[^/\s]+")
_PATH = re.compile(r"(?<![:/\w])[~.]*/[^\s=]*/")
_ABOUT = ("suite", "status", "planner", "model", "commit", "command", "seed", "created")


@dataclass(frozen=True)
class Baseline:
    """One suite of a baseline."""

    about: SuiteRun
    """Without rows."""
    lines: tuple[Line, ...]
    digest: str
    """Of the ids of its questions."""


def digest_items(suite: SuiteRun) -> str:
    """What tells whether two runs had the same questions, and tells none of them."""
    ids = sorted(case.first.item for case in suite.cases)
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16]


def format_baseline(run: Run) -> str:
    """The file's text, a row a line. Raises NoReport for a run that didn't end."""
    measured = (*run.suites, *run.beside)
    cut_off = [f"{suite.suite} ({suite.contestant})" for suite in measured if suite.status != "success"]
    if cut_off:
        raise NoReport(f"a baseline is of a run that ended, and {', '.join(cut_off)} did not: run it to its end")
    suites = ",\n".join(_format_suite(suite) for suite in measured)
    return f'{{"format": "{FORMAT}", "suites": [\n{suites}\n]}}\n'


def _format_suite(suite: SuiteRun) -> str:
    told = suite_to_json(suite)
    known = [{name: value for name, value in row.items() if value not in (None, [])} for row in told.pop("rows")]
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in known)
    places = {name: leave_out_places(told[name]) for name in ("planner", "command")}
    header = json.dumps({**told, **places, "digest": digest_items(suite)}, ensure_ascii=False, indent=1)
    return f'{header[:-2]},\n "rows": [\n{rows}\n]}}'


def leave_out_places(text: str) -> str:
    """A command without folders of this machine, hosts and what is said before a host.

    >>> leave_out_places("eval fhirpath_qa --questions /data/x/dev.jsonl --planner http://me:key@host:1/v1")
    'eval fhirpath_qa --questions dev.jsonl --planner http://…/v1'
    """
    return _PATH.sub("", _HOST.sub("://…", text))


def load_baseline(path: Path) -> list[Baseline]:
    """The suites of a baseline. Raises NoReport."""
    try:
        told = json.loads(path.read_text("utf-8"))
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise NoReport(f"{path}: no baseline (format {FORMAT}): `report RUN --save-baseline FILE` writes one")
        return [_parse_suite(suite) for suite in told["suites"]]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise NoReport(f"{path}: can't be read as a baseline ({type(error).__name__}: {error})") from error


def _parse_suite(told: Mapping[str, Any]) -> Baseline:
    data = tuple(sorted(told["data"].items()))
    words: dict[str, Any] = {name: str(told[name]) for name in _ABOUT}
    about = SuiteRun(rows=(), data=data, expected=int(told["questions"]), **words)
    lines = tuple(Line(row["row"], cast(Kind, row["kind"]), parse_json(row)) for row in told["rows"])
    return Baseline(about, lines, str(told["digest"]))


def report_against(baseline: list[Baseline], run: Run, prices: Prices | None = None) -> list[Part]:
    """A run's suites beside the same suites of a baseline. Raises NoReport where they share none."""
    parts: list[Part] = [Heading(f"From A = baseline to B = {run.name}", 1), Lines((*LEGEND, *run.remarks)), Plot()]
    for before, suite in match_suites(baseline, run):
        aligned = align(before.lines, build_lines(suite))
        parts += [Heading(suite.suite), Lines((*_describe(before, suite), *describe_cost(suite, prices)))]
        parts += [tabulate_figures(aligned), tabulate_cost(aligned)]
    return parts


def match_suites(baseline: list[Baseline], run: Run) -> list[tuple[Baseline, SuiteRun]]:
    """The suites that both have. Raises NoReport where they share none."""
    found = [(before, suite) for suite in run.suites if (before := _find(baseline, suite))]
    if not found:
        old, new = ({one.suite for one in side} for side in ([before.about for before in baseline], run.suites))
        raise NoReport(f"the baseline has {', '.join(sorted(old))}; the run {', '.join(sorted(new))}")
    return found


def _find(baseline: list[Baseline], suite: SuiteRun) -> Baseline | None:
    """The same suite by the same planner, else by the first that the baseline has."""
    same = [before for before in baseline if before.about.suite == suite.suite]
    alike = [before for before in same if before.about.contestant == leave_out_places(suite.contestant)]
    return next(iter([*alike, *same]), None)


def _describe(before: Baseline, suite: SuiteRun) -> Iterator[str]:
    yield f"A: {describe_suite(before.about)}"
    yield f"B: {describe_suite(suite)}"
    yield from warn(suite)
    if before.digest != digest_items(suite):
        yield "NOT THE SAME QUESTIONS: the differences below mix other questions with other answers."
    names = [name for name, checksum in before.about.data if dict(suite.data).get(name, checksum) != checksum]
    yield from (f"NOT THE SAME DATA: {name} has another checksum." for name in names)


def to_json(baseline: list[Baseline], run: Run, prices: Prices | None = None) -> dict[str, Any]:
    """The same for another program."""
    return {
        "run": run.name,
        "suites": [
            {
                "suite": suite.suite,
                "same_questions": before.digest == digest_items(suite),
                **cost_to_json(suite, prices),
                "rows": align_to_json(align(before.lines, build_lines(suite))),
            }
            for before, suite in match_suites(baseline, run)
        ],
    }
