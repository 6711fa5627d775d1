"""Reads Inspect's logs into rows: the only file of the report that knows Inspect."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from inspect_ai.log import EvalLog, EvalSample, list_eval_logs, read_eval_log

from evals.report.rows import BASELINES, NoReport, Row, Run, SuiteRun, settle_crashes

_LEFT_OUT = {"messages", "events", "store", "attachments"}
_UNREADABLE = (OSError, ValueError, KeyError, BadZipFile)
_HOW = "`anamnesis eval SUITE --log-dir FOLDER` writes one"


def load_run(place: Path) -> Run:
    """The run in a log or, the newest of each suite and planner, in a folder of logs. Raises NoReport."""
    if not place.exists():
        raise NoReport(f"{place}: there is no such file or folder; give a log or a folder of logs ({_HOW})")
    if place.is_dir():
        return _load_folder(place)
    header = _read(place, header_only=True)
    if foreign := _find_foreign(header):
        raise NoReport(f"{place}: {foreign}; {_HOW}")
    return Run(str(place), (to_suite(_read(place)),))


def _load_folder(folder: Path) -> Run:
    places = sorted(Path(info.name.removeprefix("file://")) for info in list_eval_logs(str(folder)))
    if not places:
        raise NoReport(f"{folder}: no logs there (files ending in .eval); {_HOW}")
    headers, remarks = _read_headers(places)
    if not headers:
        raise NoReport(f"{folder}: none of the {len(places)} logs there can be reported. {'; '.join(remarks)}. {_HOW}")
    newest = {(name_suite(log), _name_contestant(log)): place for place, log in sorted(headers, key=_read_start)}
    older = len(headers) - len(newest)
    if older:
        remarks.append(f"{older} older logs of the same suites are left out; give a log by its file to report it")
    return _sort_contestants(str(folder), [to_suite(_read(place)) for place in newest.values()], remarks)


def _sort_contestants(name: str, suites: list[SuiteRun], remarks: list[str]) -> Run:
    """Of each suite the newest run, one of a baseline only where there is no other; the others beside it."""
    by_rank = sorted(suites, key=lambda suite: (suite.planner not in BASELINES, suite.created))
    chosen = {suite.suite: suite for suite in by_rank}
    beside = [suite for suite in reversed(by_rank) if suite is not chosen[suite.suite]]
    return Run(name, tuple(chosen[suite] for suite in sorted(chosen)), tuple(remarks), tuple(beside))


def _read_start(headed: tuple[Path, EvalLog]) -> str:
    return headed[1].eval.created


def _name_contestant(log: EvalLog) -> tuple[str, str]:
    about = log.eval.metadata or {}
    return str(about.get("planner")), str(about.get("model"))


def _read_headers(places: Iterable[Path]) -> tuple[list[tuple[Path, EvalLog]], list[str]]:
    headers, remarks = [], []
    for place in places:
        try:
            header = _read(place, header_only=True)
        except NoReport as error:
            remarks.append(str(error))
            continue
        if foreign := _find_foreign(header):
            remarks.append(f"{place.name}: {foreign}")
        else:
            headers.append((place, header))
    return headers, remarks


def _find_foreign(log: EvalLog) -> str:
    """Why a log is none of ours; empty: it is."""
    if "planner" in (log.eval.metadata or {}):
        return ""
    return f"a log of another program (task {log.eval.task}, no planner in its metadata)"


def _read(place: Path, *, header_only: bool = False) -> EvalLog:
    try:
        return read_eval_log(str(place), header_only=header_only, exclude_fields=None if header_only else _LEFT_OUT)
    except _UNREADABLE as error:
        why = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise NoReport(f"{place.name}: can't be read as a log ({why}); if a run was cut off, run it again") from error


def name_suite(log: EvalLog) -> str:
    """The suite of a log: its task's name without a folder before it."""
    return log.eval.task.rpartition("/")[2]


def to_suite(log: EvalLog) -> SuiteRun:
    """A log as the rows of a suite."""
    about = log.eval.metadata or {}
    data = about.get("data")
    return SuiteRun(
        name_suite(log),
        settle_crashes(map(to_row, log.samples or ())),
        log.status,
        **{name: str(about.get(name) or "") for name in ("planner", "model", "weights", "commit", "command")},
        answered_by=_name_answerers(log),
        seed="" if about.get("seed") is None else str(about["seed"]),
        created=log.eval.created,
        data=tuple(sorted((str(k), str(v)) for k, v in data.items())) if isinstance(data, dict) else (),
        expected=log.eval.dataset.samples or 0,
        place=log.location,
    )


def _name_answerers(log: EvalLog) -> tuple[str, ...]:
    told = [(sample.metadata or {}).get("contestant") for sample in log.samples or ()]
    return tuple(dict.fromkeys(str(name) for name in told if name))


def to_row(sample: EvalSample) -> Row:
    """A sample as a row; a held-out question is left behind here."""
    about = sample.metadata or {}
    held_out = bool(about.get("held_out"))
    return Row(
        str(sample.id),
        sample.epoch,
        str(about.get("capability") or ""),
        frozenset(map(str, about.get("tags") or ())),
        held_out,
        "" if held_out or not isinstance(sample.input, str) else sample.input,
        {name: value for name, score in (sample.scores or {}).items() if (value := _number(score.value)) is not None},
        _name_error(sample),
    )


def _number(value: Any) -> float | None:
    """A score that applies.

    >>> _number(1.0), _number(float("nan")), _number("C")
    (1.0, None, None)
    """
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _name_error(sample: EvalSample) -> str:
    """The kind of error alone: its text may hold what a chart or a held-out question says."""
    if sample.error is None:
        return ""
    last = sample.error.traceback.strip().splitlines()[-1:] or [""]
    name = last[0].partition(":")[0].rpartition(".")[2].strip()
    return name if name.isidentifier() else "error"
