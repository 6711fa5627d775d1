"""What a chart holds, asked in forms derived by rule, is never denied; what is near and different, never affirmed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import httpx
import pytest
from rapidfuzz import fuzz, process

from agent.ask import ask
from agent.planners.rules import RulesPlanner
from fhir_fixtures import fixture_paths, load_stories
from tools.chart import ChartContext, open_chart
from tools.chart_query import Kind
from tools.concepts.drug_classes import drug_class
from tools.concepts.entry import ConceptEntry
from tools.concepts.names import TAGS
from tools.concepts.products import known_drugs
from tools.concepts.rows import read_rows, split_names
from tools.concepts.words import fold
from tools.fhir.client import FhirClient
from tools.overview import build_overview
from tools.store.app import build_app
from tools.store.loading import load_paths
from tools.store.store import open_store
from tools.toolbox import build_tools

_TABLE = {Kind.CONDITION: "conditions", Kind.PROCEDURE: "procedures", Kind.LAB: "labs", Kind.VITAL: "vitals"}
_TAKEN = (
    Kind.MEDICATION_ORDERED, Kind.MEDICATION_ADMINISTERED, Kind.MEDICATION_DISPENSED, Kind.MEDICATION_REPORTED,
)  # fmt: skip
_QUESTIONS = {
    Kind.CONDITION: "Has she ever had {}?", Kind.PROCEDURE: "Has she ever had {}?",
    Kind.ALLERGY: "Is she allergic to {}?",
    Kind.LAB: "Has she ever had {} measured?", Kind.VITAL: "Has she ever had {} measured?",
    Kind.GOAL: "Are there any goals about {}?", Kind.CARE_PLAN: "Is there any care plan about {}?",
    Kind.REPORT: "Is there a {} report?", Kind.DEVICE: "Has she ever had a {}?",
    **dict.fromkeys(_TAKEN, "Has she ever taken {}?"),
}  # fmt: skip
_OPPOSED = (
    ("hypo", "hyper"), ("hyper", "hypo"), ("left", "right"), ("right", "left"), ("type 2", "type 1"),
    ("type 1", "type 2"), ("upper", "lower"), ("lower", "upper"), ("stage 3", "stage 5"), ("acute", "chronic"),
)  # fmt: skip
_ALIKE = 70


def forms_of(entry: ConceptEntry) -> list[str]:
    """What a patient or clinician may call an entry."""
    forms = (form for name in entry.names for form in (*_plain_forms(name), *_table_forms(entry.kind, name)))
    return list(dict.fromkeys(forms))


def _plain_forms(name: str) -> Iterator[str]:
    """The name without its tag, in lower case, in the plural, with "the", the other way round."""
    bare = TAGS.sub(" ", name).strip()
    yield from (bare, bare.lower())
    if (of := re.fullmatch(r"([A-Za-z]+) of (?:the )?([A-Za-z]+)", bare)) is not None:
        yield from (f"{of[2]} {of[1]}".lower(), f"{of[1]} of the {of[2]}".lower())
    if re.fullmatch(r"[A-Za-z ]+[b-df-hj-np-rtwxz]", bare):
        yield f"{bare.lower()}s"


def _table_forms(kind: Kind, name: str) -> Iterator[str]:
    """The other names of its row in the tables: abbreviations, lay words, titles; a drug's brands."""
    folded = fold(TAGS.sub(" ", name))
    for row in read_rows(_TABLE[kind]) if kind in _TABLE else ():
        names = split_names(row["names"])
        if folded in map(fold, names):
            yield from (n for n in (*names, *split_names(row["asked_as"])) if len(n) > 1)
    if kind in _TAKEN and (word := folded.split()[0]).isalpha():
        yield from (row["brand"] for row in read_rows("brands") if not row["form"] and row["ingredients"] == word)
        yield word


def near_misses(entry: ConceptEntry, held: frozenset[str]) -> list[str]:
    """Names that are near an entry's and of something else, which no entry of the chart has in it."""
    name = TAGS.sub(" ", entry.text).strip().lower()
    made = [re.sub(rf"\b{one}", other, name) for one, other in _OPPOSED if re.search(rf"\b{one}", name)]
    word = fold(name).split()[0]
    if entry.kind in _TAKEN and word in known_drugs():
        near = process.extract(word, _drugs_alone(), scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=2)
        made += [drug for drug, _, _ in near if drug != word and drug not in word and word not in drug]
    return [m for m in made if not any(fold(m) in name for name in held)]


@cache
def _drugs_alone() -> list[str]:
    """The drugs whose name is that of no class: piperacillin is a penicillin."""
    return sorted(d for d in known_drugs() if drug_class(d) is None)


def question_for(kind: Kind, form: str) -> str | None:
    """A yes-or-no question after something of a kind."""
    return _QUESTIONS[kind].format(form) if kind in _QUESTIONS else None


async def find_faults(chart: ChartContext) -> list[str]:
    """The questions of a chart that were answered wrong; a "No" that cites what it rests on is none."""
    index = (await build_overview(chart)).index
    held = frozenset(fold(name) for e in index for name in e.names)
    asked = {q: False for e in index for form in forms_of(e) if (q := question_for(e.kind, form))}
    asked |= {q: True for e in index for form in near_misses(e, held) if (q := question_for(e.kind, form))}
    faults = []
    for question, wrong in asked.items():
        answer = (await ask(chart, question, RulesPlanner(), build_tools())).answer
        if answer.values == (wrong,) and (wrong or not answer.citations):
            faults.append(f"{wrong}: {question}: {answer.text}")
    return faults


@pytest.mark.anyio
async def test_what_a_chart_holds_is_never_denied_and_what_it_lacks_never_affirmed() -> None:
    store = open_store(":memory:")
    load_paths(store, fixture_paths())
    async with FhirClient("http://store.local/", transport=httpx.ASGITransport(app=build_app(store))) as client:
        patients = dict.fromkeys(story.patient for story in load_stories())
        faults = [f for p in patients for f in await find_faults(await open_chart(client, p, None))]
    assert faults == []
