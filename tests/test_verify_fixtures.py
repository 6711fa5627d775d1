"""Verification over every record of the fixture patients: plain sentences pass, sentences made false never do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from functools import cache

import httpx

from agent.verify import check_text
from fhir_fixtures import fixture_paths, load_stories
from tools.chart import open_chart
from tools.chart_query import ChartQuery, Kind
from tools.evidence import Evidence, Finding
from tools.execute.run import run_query
from tools.fhir.client import FhirClient
from tools.registry import Handles
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import open_store

DATED = (Kind.CONDITION, Kind.LAB, Kind.VITAL, Kind.MEDICATION_ORDERED, Kind.IMMUNIZATION, Kind.HOSPITAL_STAY)


@cache
def findings() -> tuple[Finding, ...]:
    """One finding for each of these kinds of every patient."""
    return tuple(asyncio.run(_read_findings()))


async def _read_findings() -> list[Finding]:
    store = open_store(":memory:")
    load_paths(store, fixture_paths())
    found: list[Finding] = []
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
        for story in load_stories():
            chart = await open_chart(client, story.patient, story.as_of)
            found += [await run_query(chart, ChartQuery(kind=kind), Handles()) for kind in DATED]
    store.close()
    return found


def rows() -> Iterator[tuple[Finding, Evidence]]:
    yield from ((finding, row) for finding in findings() for row in finding.evidence)


def sentence(row: Evidence) -> str:
    value = f" was {row.value} {row.unit or ''}".rstrip() if row.value else ""
    date = f" on {row.date[:10]}" if row.date else ""
    status = f" ({row.status})" if row.status else ""
    return f"{row.label}{value}{date}{status}."


def passes(text: str, finding: Finding) -> bool:
    return not any(checked.faults for checked in check_text(text, (finding,)))


def test_nine_of_ten_plain_sentences_about_a_record_pass() -> None:
    told = [passes(sentence(row), finding) for finding, row in rows()]
    assert len(told) > 150
    assert sum(told) / len(told) > 0.9


def test_no_sentence_with_another_number_passes() -> None:
    wrong = [
        text for finding, row in rows() if row.value and re.fullmatch(r"\d+(\.\d+)?", row.value)
        if passes(text := sentence(row).replace(f" was {row.value}", f" was {float(row.value) + 0.37:g}"), finding)
    ]  # fmt: skip
    assert wrong == []


def test_no_sentence_with_another_unit_passes() -> None:
    wrong = [
        text for finding, row in rows() if row.value and row.unit
        if passes(text := sentence(row).replace(f" {row.unit}", " ng/mL" if row.unit != "ng/mL" else " mg"), finding)
    ]  # fmt: skip
    assert wrong == []


def test_no_sentence_with_another_day_passes() -> None:
    moved = [(f, sentence(r).replace(r.date[:10], "2001-01-01")) for f, r in rows() if r.date]
    assert [text for finding, text in moved if passes(text, finding)] == []


def test_no_denial_of_a_record_that_affirms_passes() -> None:
    affirmed = [(f, r) for f, r in rows() if r.kind == "condition" and "refuted" not in (r.status or "")]
    assert [r.label for finding, r in affirmed if passes(f"There is no {r.label}.", finding)] == []


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def test_no_name_of_another_patients_record_passes() -> None:
    names = {row.label for _, row in rows() if row.kind == "condition"}
    wrong = [
        name for finding in findings() if finding.query is not None and finding.query.kind is Kind.CONDITION
        for name in names if not any(words(name) <= words(row.label) for row in finding.evidence)
        and passes(f"The patient has {name}.", finding)
    ]  # fmt: skip
    assert wrong == []
