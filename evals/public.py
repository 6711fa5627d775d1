"""Two public question sets, from the user's own files: batch input from them, and scores of batch output.

    python -m evals.public make fhir-agentbench dev.jsonl in.jsonl
    anamnesis batch in.jsonl out.jsonl
    python -m evals.public score fhir-agentbench dev.jsonl out.jsonl --failures 20

Knows nothing of how an answer is made.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evals.item import Gold
from evals.scoring.answers import (
    Grade,
    grade_answer,
    grade_retrieval,
    measure_precision,
    read_json_atoms,
    read_sql_result,
    same_atom,
)

Suite = Literal["fhir-agentbench", "fhirpath-qa"]
Row = Mapping[str, Any]

_NOW = re.compile(r"current time is (\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?)", re.IGNORECASE)
_CLOCK = re.compile(r"\btimes? of\b|\bhours?\b|\bwhat time\b|\bminutes?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Scored:
    """One question's grades."""

    id: str
    question: str
    status: str
    """answered, abstained, error, or missing where the results hold no such id."""
    answer: Grade
    retrieval: Grade
    precision: float | None
    gold: Gold
    values: tuple[Any, ...]
    note: str = ""


def read_id(row: Row) -> str:
    """The question's id, whatever the set calls it."""
    return str(row.get("question_id") or row["id"])


def make_line(suite: Suite, row: Row) -> dict[str, Any]:
    """One question as a line of batch input.

    >>> make_line("fhirpath-qa", {"id": "a", "question": "Q?", "patient_id": "7", "now": "2180-01-01T00:00:00"})
    {'id': 'a', 'question': 'Q?', 'patient': '7', 'as_of': '2180-01-01T00:00:00', 'date_order': 'dmy'}
    """
    line = {"id": read_id(row), "question": row["question"]}
    if suite == "fhirpath-qa":
        return {**line, "patient": str(row["patient_id"]), "as_of": row["now"], "date_order": "dmy"}
    line["patient"] = row["patient_fhir_id"]
    note = str(row.get("assumption") or "")
    if match := _NOW.search(note):
        line["as_of"] = match[1].replace(" ", "T")
    if note:
        line["context"] = note
    return {**line, "date_order": "mdy"}


def read_gold(suite: Suite, row: Row) -> Gold:
    """What the set says is right."""
    if suite == "fhirpath-qa":
        answer = json.loads(row["answer"]) if isinstance(row["answer"], str) else row["answer"]
        values = read_json_atoms(answer)
        return Gold(values, one_of=_name_one_thing(str(row.get("query", "")), values))
    ids = row.get("true_fhir_ids") or {}
    references = frozenset(f"{kind}/{i}" for kind, found in ids.items() for i in found)
    return Gold(
        read_sql_result(row["true_answer"]),
        whole_numbers=True,
        by_day=not _CLOCK.search(row["question"]),
        marital="marital" in row["question"].casefold(),
        references=references,
    )


def _name_one_thing(query: str, values: Sequence[Any]) -> bool:
    """Several codings of one record, where the gold's query ends in its codes."""
    return len(values) > 1 and bool(re.search(r"(coding\.code|\(code \| display)\)*$", query))


def score_row(gold: Gold, row: Row, result: Row | None, note: str = "") -> Scored:
    """Grade one question; one without a result fails."""
    if result is None:
        retrieval: Grade = "fail" if gold.references else "n/a"
        precision = 0.0 if gold.references else None
        return Scored(read_id(row), row["question"], "missing", "fail", retrieval, precision, gold, (), note)
    retrieved = result.get("retrieved") or ()
    return Scored(
        read_id(row),
        row["question"],
        str(result.get("status")),
        _grade(gold, result, note),
        grade_retrieval(gold, retrieved),
        measure_precision(gold, retrieved),
        gold,
        tuple(result.get("values") or ()),
        note,
    )


def _grade(gold: Gold, result: Row, note: str) -> Grade:
    """A gold that is noted as tied may be told among others."""
    if note.startswith("tie") and result.get("status") == "answered":
        told = [v for v in gold.values if any(same_atom(v, given, gold) for given in result.get("values") or ())]
        return "pass" if len(told) == len(gold.values) or (gold.one_of and told) else "fail"
    return grade_answer(gold, result)


def summarise(scored: Sequence[Scored]) -> list[str]:
    """The scores of a set, one line each.

    >>> row = Scored("a", "Q?", "answered", "pass", "n/a", None, Gold((1,)), (1,))
    >>> summarise([row])[0]
    'answers right                    1 of 1      100.0%'
    """
    answered = [s for s in scored if s.status == "answered"]
    abstained = [s for s in scored if s.status == "abstained"]
    needed = [s for s in scored if s.retrieval != "n/a"]
    precisions = [s.precision for s in needed if s.precision is not None]
    empty = [s for s in scored if not s.gold.values]
    tied = [s for s in scored if s.note.startswith("tie")]
    lines = [
        _share("answers right", _count(scored, "pass"), len(scored)),
        _share("wrong among answered", _count(answered, "fail"), len(answered)),
        _share("abstained", len(abstained), len(scored)),
        _share("abstained, rightly", _count(abstained, "pass"), len(abstained)),
        _share("errors or missing", sum(s.status in ("error", "missing") for s in scored), len(scored)),
        _share("no answer expected: right", _count(empty, "pass"), len(empty)),
        _share("gold tied with others: right", _count(tied, "pass"), len(tied)),
        _share("retrieval error", sum(s.retrieval == "fail" for s in needed), len(needed)),
    ]
    mean = f"{sum(precisions) / len(precisions):.3f}" if precisions else "does not apply"
    return [*lines, f"{'mean retrieval precision':<32} {mean}"]


def time_questions(results: Iterable[Row]) -> str:
    """How long the questions took.

    >>> time_questions([{"seconds": 0.25}, {"seconds": 0.5}, {"seconds": 0.75}])
    'milliseconds a question          p50 500.0, p99 750.0'
    """
    took = sorted(float(r["seconds"]) for r in results if r.get("seconds") is not None)
    if not took:
        return f"{'milliseconds a question':<32} does not apply"
    p50, p99 = took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.99))]
    return f"{'milliseconds a question':<32} p50 {p50 * 1000:.1f}, p99 {p99 * 1000:.1f}"


def _count(scored: Sequence[Scored], grade: Grade) -> int:
    return sum(s.answer == grade for s in scored)


def _share(name: str, part: int, whole: int) -> str:
    counts = f"{part} of {whole}"
    return f"{name:<32} {counts:<11} {part / whole:.1%}" if whole else f"{name:<32} does not apply"


def _read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _make(arguments: argparse.Namespace) -> None:
    lines = [json.dumps(make_line(arguments.suite, row), ensure_ascii=False) for row in _read_lines(arguments.path)]
    arguments.out.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    print(f"{len(lines)} questions in {arguments.out}")


def _score(arguments: argparse.Namespace) -> None:
    results = {str(r.get("id")): r for r in _read_lines(arguments.results)}
    notes = {str(n["id"]): str(n["note"]) for n in _read_lines(arguments.notes)} if arguments.notes else {}
    rows = _read_lines(arguments.path)
    scored = [
        score_row(read_gold(arguments.suite, r), r, results.get(read_id(r)), notes.get(read_id(r), "")) for r in rows
    ]
    print("\n".join(summarise(scored)))
    print(time_questions(results.values()))
    if arguments.drop:
        kept = [s for s in scored if not any(part in s.note for part in arguments.drop)]
        print(f"\nwithout the {len(scored) - len(kept)} whose note holds one of: {', '.join(arguments.drop)}")
        print("\n".join(summarise(kept)))
        scored = kept
    held_out = {read_id(r) for r in rows if r.get("split") == "val"}
    if held_out:
        print("\nof these, held out (never listed)")
        print("\n".join(summarise([s for s in scored if s.id in held_out])))
    scored = [s for s in scored if s.id not in held_out]
    for s in [s for s in scored if s.answer == "fail" or s.retrieval == "fail"][: arguments.failures]:
        print(f"\n{s.id}  {s.status}; answer {s.answer}, retrieval {s.retrieval}  {s.note}\n  {s.question}")
        print(f"  gold {list(s.gold.values)}\n  got  {list(s.values)}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m evals.public", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    make = commands.add_parser("make", help="write batch input")
    score = commands.add_parser("score", help="score batch output")
    for command, run in ((make, _make), (score, _score)):
        command.set_defaults(run=run)
        command.add_argument("suite", choices=("fhir-agentbench", "fhirpath-qa"))
        command.add_argument("path", type=Path, help="the set's questions, JSON lines")
    make.add_argument("out", type=Path)
    score.add_argument("results", type=Path)
    score.add_argument("--failures", type=int, default=0, metavar="N", help="list the first N that fail")
    score.add_argument("--notes", type=Path, help="JSON lines of id and note; a note that starts with tie marks a tie")
    score.add_argument(
        "--drop", action="append", default=[], metavar="TEXT", help="leave out items whose note holds it"
    )
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
