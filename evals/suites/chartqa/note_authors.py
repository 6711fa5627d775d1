"""Templates on which notes there are: who wrote the last one, when, how many in a year."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from evals.item import Gold
from evals.suites.chartqa.notes import NOTES
from evals.suites.chartqa.prescriptions import to_person
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import latest, started
from evals.suites.chartqa.template import Draft, template


def finished_notes(chart: Chart) -> list[Json]:
    """The notes of a chart, where each is dated and done and none stands for another."""
    found = chart.of("DocumentReference")
    plain = all("relatesTo" not in n and n.get("docStatus", "final") == "final" and started(n) for n in found)
    return found if plain else []


def last_standing(chart: Chart) -> list[Json]:
    """The last note, with those of its moment; none where one of them was superseded."""
    last = latest(finished_notes(chart))
    return last if all(n.get("status") == "current" for n in last) else []


@template(
    "note_last_author",
    NOTES,
    cuts=True,
    patient=(
        "Who wrote the newest note in my chart?",
        "Whose name is on my most recent clinical note?",
        "I'd like to know which doctor authored the last note about me.",
    ),
    clinician=(
        "Author of the latest note?",
        "Most recent note, written by whom?",
        "Who documented {his} last clinical note?",
        "Last note on file: author's name?",
    ),
)
def note_last_author(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    last = last_standing(chart)
    people = {to_person(chart, a) for n in last for a in n.get("author", ())}
    if len(last) == 1 and len(people) == 1 and (names := next(iter(people))):
        yield Draft({}, Gold(names, one_of=True, references=references_of(last)))


@template(
    "note_last_date",
    NOTES,
    cuts=True,
    patient=(
        "When was the newest note about me written?",
        "What's the date on my latest clinical note?",
        "How recent is the last note in my file? Tell me its date.",
    ),
    clinician=(
        "Date of the most recent note?",
        "Last note written when?",
        "What is the date of {his} latest clinical document?",
        "Newest note on file: date only.",
    ),
)
def note_last_date(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    last = last_standing(chart)
    for day in {m.day.isoformat() for n in last if (m := started(n))}:
        yield Draft({}, Gold((day,), by_day=True, references=references_of(last)))


@template(
    "note_count_in_year",
    NOTES,
    cuts=True,
    patient=(
        "How many notes were written about me in {year}?",
        "Going through {year}, how many clinical notes do you find in my record?",
        "In {year}, what number of notes did my doctors leave?",
    ),
    clinician=(
        "Note count {year}?",
        "How many clinical notes are dated {year}?",
        "Number of notes on file from {year}?",
        "For calendar year {year}, how many documents does {his} chart hold?",
    ),
)
def note_count_in_year(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where no report holds the text of a note, which some would count as one."""
    found = [] if any("presentedForm" in r for r in chart.of("DiagnosticReport")) else finished_notes(chart)
    by_year = Counter(m.day.year for n in found if (m := started(n)))
    for year in dice.sample(sorted(by_year), len(by_year)):
        mine = [n for n in found if (m := started(n)) and m.day.year == year]
        if all(n.get("status") == "current" for n in mine):
            yield Draft({"year": str(year)}, Gold((len(mine),), references=references_of(mine)))
