"""Which records are tied with a FHIRPath gold, from raw charts alone."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fhirpathpy")

from evals.suites import fhirpath_ties
from evals.suites.fhirpath_ties import Ties, compute_ties, parse_query

SUBJECT = {"reference": "Patient/p"}
MORNING, NOON = "2150-03-01T08:00:00-05:00", "2150-03-01T12:00:00-05:00"
SINCE = "authoredOn.toDateTime() >= @2150-01-01T00:00:00.000Z"
ORDERS = f"Bundle.entry.resource.where(resourceType='MedicationRequest' and {SINCE})"
NAMES = "select(medicationReference.resolve().identifier.value | medicationCodeableConcept.coding.code)"
PROCEDURES = "Bundle.entry.resource.where(resourceType='Procedure').sort(performed.start)"
CULTURES = (
    "Bundle.entry.resource.where(resourceType='Observation' and specimen.resolve().type.coding.where((code = 'U') or "
    "(display = 'URINE')).exists()).sort(effectiveDateTime).last().hasMember.resolve().code.coding.display"
)


def order(name: str, time: str) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": f"{name}-{time[11:13]}",
        "subject": SUBJECT,
        "authoredOn": time,
        "medicationReference": {"reference": f"Medication/{name}"},
    }


def drug(name: str, *names: str) -> dict[str, Any]:
    return {"resourceType": "Medication", "id": name, "identifier": [{"value": n} for n in names]}


def procedure(name: str, **performed: Any) -> dict[str, Any]:
    code = {"coding": [{"display": name}]}
    return {"resourceType": "Procedure", "id": name, "subject": SUBJECT, "code": code, **performed}


def organism(name: str) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": name, "subject": SUBJECT, "code": {"coding": [{"display": name}]}}


def culture(name: str, *organisms: str) -> dict[str, Any]:
    members = [{"reference": f"Observation/{o}"} for o in organisms]
    specimen = {"reference": "Specimen/u"}
    return organism(name) | {"effectiveDateTime": NOON, "specimen": specimen, "hasMember": members}


CHART = [
    {"resourceType": "Patient", "id": "p", "identifier": [{"value": "7"}]},
    drug("asa", "111", "ASA81", "Aspirin"),
    drug("tica", "222", "Ticagrelor"),
    order("asa", MORNING),
    order("tica", MORNING),
    order("asa", NOON),
    procedure("Bypass", performedDateTime=MORNING),
    procedure("Graft", performedPeriod={"start": MORNING, "end": NOON}),
    procedure("Arterial line", performedPeriod={"start": NOON, "end": NOON}),
    {"resourceType": "Specimen", "id": "u", "subject": SUBJECT, "type": {"coding": [{"code": "U"}]}},
    *(organism(name) for name in ("YEAST", "PROTEUS", "STAPH")),
    culture("one", "YEAST"),
    culture("two", "PROTEUS", "STAPH"),
]


def write_chart(folder: Path, records: Iterable[dict[str, Any]] = CHART, name: str = "Chart.ndjson") -> None:
    (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")


def ties_of(folder: Path, query: str, gold: list[Any]) -> Ties | None:
    row = {"id": "a", "patient_id": "7", "query": query, "answer": json.dumps(gold)}
    return next(ties for _, ties in compute_ties([row], folder))


def test_each_tied_medicine_is_told_by_all_its_names(tmp_path: Path) -> None:
    write_chart(tmp_path)
    ties = ties_of(tmp_path, f"{ORDERS}.sort(authoredOn).first().{NAMES}", ["222", "Ticagrelor"])
    assert ties == Ties("a", (("111", "ASA81", "Aspirin"), ("222", "Ticagrelor")), one_of=True)


def test_members_of_a_culture_are_several_things(tmp_path: Path) -> None:
    write_chart(tmp_path)
    ties = ties_of(tmp_path, CULTURES, ["STAPH", "PROTEUS"])
    assert ties == Ties("a", (("PROTEUS", "STAPH"), ("YEAST",)), one_of=False)


def test_records_dated_by_either_type_of_a_choice_tie(tmp_path: Path) -> None:
    write_chart(tmp_path)
    ties = ties_of(tmp_path, f"{PROCEDURES}.first().code.coding.display", ["Graft"])
    assert ties == Ties("a", (("Bypass",), ("Graft",)), one_of=True)


@pytest.mark.parametrize(
    ("why", "query", "gold"),
    [
        ("one record alone", f"{ORDERS}.sort(authoredOn).last().{NAMES}", ["111", "ASA81", "Aspirin"]),
        ("the gold is of another instant", f"{PROCEDURES}.first().code.coding.display", ["Arterial line"]),
        ("the gold is not in the chart", f"{PROCEDURES}.first().code.coding.display", ["Appendectomy"]),
        ("all tell the same", f"{ORDERS}.sort(authoredOn).first().authoredOn.toDateTime()", [MORNING]),
        ("a period counts by its start", f"{PROCEDURES}.first().performed", [MORNING]),
        ("no record is selected", f"{ORDERS.replace('>=', '<=')}.sort(authoredOn).first().{NAMES}", ["111"]),
    ],
)
def test_nothing_is_tied_where(tmp_path: Path, why: str, query: str, gold: list[Any]) -> None:
    write_chart(tmp_path)
    assert ties_of(tmp_path, query, gold) is None, why


def test_emergency_files_are_left_out_as_the_golds_leave_them(tmp_path: Path) -> None:
    write_chart(tmp_path)
    write_chart(
        tmp_path, [procedure("Triage", performedDateTime="2150-02-28T23:00:00-05:00")], "MimicProcedureED.ndjson"
    )
    assert ties_of(tmp_path, f"{PROCEDURES}.first().code.coding.display", ["Graft"]) is not None


def test_a_time_in_another_offset_is_the_same_instant(tmp_path: Path) -> None:
    late = [procedure("Biopsy", performedDateTime="2150-03-01T13:00:00-04:00")]
    write_chart(tmp_path, [*CHART, *late])
    ties = ties_of(tmp_path, f"{PROCEDURES}.last().code.coding.display", ["Biopsy"])
    assert ties is not None
    assert ties.tied == (("Arterial line",), ("Biopsy",))


def test_older_addresses_of_the_same_code_systems_are_known() -> None:
    query = parse_query(
        "Bundle.entry.resource.where(resourceType='A' and code.coding.system = "
        "'http://fhir.mimic.mit.edu/CodeSystem/microbiology-test').sort(x).first().y"
    )
    assert query is not None
    assert "'http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-microbiology-test'" in query.where


def test_the_command_writes_one_line_an_item(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    write_chart(tmp_path / "charts")
    rows = [
        {
            "id": "a",
            "patient_id": "7",
            "query": f"{ORDERS}.sort(authoredOn).first().{NAMES}",
            "answer": '["222", "Ticagrelor"]',
        },
        {"id": "b", "patient_id": "7", "query": f"{ORDERS}.count()", "answer": "[3]"},
    ]
    (tmp_path / "dev.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    command = [
        sys.executable,
        "-m",
        fhirpath_ties.__name__,
        *(str(tmp_path / n) for n in ("dev.jsonl", "charts", "out.jsonl")),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent)
    assert "1 of 1 golds" in ran.stdout
    line = json.loads((tmp_path / "out.jsonl").read_text("utf-8"))
    assert line == {"id": "a", "one_of": True, "tied": [["111", "ASA81", "Aspirin"], ["222", "Ticagrelor"]]}


def test_ties_share_nothing_with_the_tools_or_the_agent() -> None:
    ours = {"tools", "agent", "fhir_fixtures"}
    pending, seen = [fhirpath_ties.__name__], set()
    while pending:
        seen.add(name := pending.pop())
        tree = ast.parse(Path(*name.split(".")).with_suffix(".py").read_text("utf-8"))
        names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
        assert not {n for n in names if n.split(".")[0] in ours}
        pending += [
            n
            for n in names
            if n.startswith("evals.") and n not in seen and Path(*n.split(".")).with_suffix(".py").exists()
        ]
