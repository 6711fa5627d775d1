"""Templates on cultures: what the last one grew, whether one grew anything, how many, during which stay."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from evals.item import Gold
from evals.suites.chartqa.clock import format_day
from evals.suites.chartqa.groups import code_of
from evals.suites.chartqa.raw import Chart, Json, references_of
from evals.suites.chartqa.record import in_order, latest, started, to_names
from evals.suites.chartqa.stay_events import choose_stays, of_stay
from evals.suites.chartqa.template import Draft, template

MICROBIOLOGY = "microbiology"
TEST, ORGANISM = "microbiology-test", "microbiology-organism"
NO_ORGANISM = re.compile(r"cancelled|^positive|^negative|mixed|\bflora\b|#", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """A name in charts, how it is asked for, and what else might be meant by that."""

    official: str
    asked: tuple[str, ...]
    alike: str


CULTURES = (
    Named("URINE CULTURE", ("urine culture",), r"urin"),
    Named("Blood Culture, Routine", ("blood culture",), r"blood.*cult|cult.*blood|cult.*bottle"),
    Named("RESPIRATORY CULTURE", ("respiratory culture",), r"respiratory(?!.*virus|.*viral)|sputum"),
    Named("WOUND CULTURE", ("wound culture",), r"wound|swab"),
    Named("FECAL CULTURE", ("stool culture", "fecal culture"), r"fecal|stool"),
    Named("FUNGAL CULTURE", ("fungal culture",), r"fung|yeast"),
    Named("MRSA SCREEN", ("MRSA screen",), r"mrsa|staph aureus screen|methicillin"),
)


def of_system(chart: Chart, ending: str) -> list[Json]:
    """The final results under one kind of microbiology's codes."""
    return [r for r in chart.of("Observation") if r.get("status") == "final" and _is_under(r, ending)]


def _is_under(record: Json, ending: str) -> bool:
    return any(str(c.get("system", "")).endswith(ending) for c in (code_of(record) or {}).get("coding", ()))


def name_of(record: Json) -> str:
    return " ".join(to_names(code_of(record))[:1])


def members(chart: Chart, record: Json) -> list[Json]:
    return [r for m in record.get("hasMember", ()) if (r := chart.follow(m))]


def choose_named(
    records: Sequence[Json], known: Sequence[Named], dice: random.Random
) -> Iterator[tuple[str, list[Json], bool]]:
    """Names with their records, and whether something alike is there too."""
    for named in dice.sample(known, len(known)):
        mine = [r for r in records if name_of(r) == named.official]
        alike = any(re.search(named.alike, name_of(r), re.IGNORECASE) for r in records if r not in mine)
        yield dice.choice(named.asked), mine, alike


def is_charted_elsewhere(chart: Chart, culture: str) -> bool:
    """Whether a procedure tells of such a sample too, as intensive care charts one."""
    words = culture.lower().replace("mrsa screen", "nasal swab").split()
    said = [" ".join(to_names(code_of(r))).lower() for r in chart.of("Procedure")]
    return any(words[0] in name and words[1][:4] in name for name in said)


def _slots(culture: str) -> dict[str, str]:
    """
    >>> _slots("MRSA screen")["a_culture"]
    'an MRSA screen'
    """
    return {"culture": culture, "a_culture": f"{'an' if culture.startswith('MRSA') else 'a'} {culture}"}


@template(
    "culture_last_grew",
    MICROBIOLOGY,
    patient=(
        "What germ did they find in my last {culture}?",
        "My most recent {culture}: what grew in it?",
        "Which microbe turned up in the latest {culture} I had?",
    ),
    clinician=(
        "Organism(s), last {culture}?",
        "What did the most recent {culture} grow?",
        "Latest {culture} result: which organism was isolated?",
        "Name what was isolated from {his} last {culture}.",
    ),
)
def culture_last_grew(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where the last one grew what has a name."""
    for name, mine, alike in choose_named(of_system(chart, TEST), CULTURES, dice):
        last = latest(mine) if mine and not alike else []
        grown = members(chart, last[0]) if len(last) == 1 else []
        names = tuple(dict.fromkeys(map(name_of, grown)))
        if names and not any(NO_ORGANISM.search(n) for n in names):
            yield Draft(_slots(name), Gold(names, references=references_of([*last, *grown])))


@template(
    "culture_grew_on_day",
    MICROBIOLOGY,
    patient=(
        "Did anything grow in the {culture} they took on {day}?",
        "They took {a_culture} from me on {day}. Did it turn up anything?",
        "Was my {culture} of {day} clean, or did something grow? Yes if something grew.",
    ),
    clinician=(
        "{culture} {day}: any growth?",
        "Did the {culture} of {day} grow an organism?",
        "Was there growth on the {culture} collected {day}?",
        "{culture} from {day}, did it come back with growth (yes/no)?",
    ),
)
def culture_grew_on_day(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for name, mine, alike in choose_named(of_system(chart, TEST), CULTURES[:5], dice):
        for test in dice.sample(mine, len(mine)) if not alike else ():
            moment = started(test)
            same_day = [t for t in mine if (m := started(t)) and moment and m.day == moment.day]
            grew = _grew(chart, test)
            if moment and grew is not None and len(same_day) == 1:
                needed = references_of([test, *members(chart, test)])
                yield Draft({**_slots(name), "day": format_day(moment.day, dice)}, Gold((grew,), references=needed))


def _grew(chart: Chart, test: Json) -> bool | None:
    """Whether something grew; None where it can be argued."""
    grown = [name_of(r) for r in members(chart, test)]
    if grown:
        return None if any(NO_ORGANISM.search(n) for n in grown) else True
    return False if re.match(r"no growth\.?\s*$", str(test.get("valueString", "")), re.IGNORECASE) else None


@template(
    "culture_count",
    MICROBIOLOGY,
    cuts=True,
    patient=(
        "How many times have they done {a_culture} on me?",
        "Counting all of them, how many {culture}s do I have on file?",
        "I seem to get {a_culture} all the time. How many have there been so far?",
    ),
    clinician=(
        "Number of {culture}s to date?",
        "How many {culture}s has {he} had in total?",
        "Total count, {culture}, whole chart?",
        "How often was {a_culture} sent for this patient?",
    ),
)
def culture_count(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where no two are of one moment, which might be one sample."""
    for name, mine, alike in choose_named(of_system(chart, TEST), CULTURES, dice):
        if mine and not alike and in_order(mine) and not is_charted_elsewhere(chart, name):
            yield Draft(_slots(name), Gold((len(mine),), references=references_of(mine)))


@template(
    "cultured_in_stay",
    MICROBIOLOGY,
    cuts=True,
    patient=(
        "Did they take {a_culture} while I was in the hospital the {nth} time?",
        "During my {nth} hospital stay, was {a_culture} ever done?",
        "Was {a_culture} among the tests from my {nth} stay in the hospital?",
    ),
    clinician=(
        "{culture} sent during the {nth} hospital stay?",
        "{nth} admission: any {culture}?",
        "Was {he} cultured in the {nth} hospitalization, specifically for {a_culture}?",
        "Did the {nth} inpatient stay include {a_culture}?",
    ),
)
def cultured_in_stay(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    """Where the records' own stay and the clock say the same."""
    for nth, visit in choose_stays(chart, dice):
        for name, mine, alike in choose_named(of_system(chart, TEST), CULTURES, dice):
            sent = of_stay(mine, visit) if mine and not alike and not is_charted_elsewhere(chart, name) else None
            if sent is not None and not any(_is_just_before(r, visit) for r in mine):
                gold = Gold((bool(sent),), references=references_of(sent))
                yield Draft({**_slots(name), "nth": nth}, gold)


def _is_just_before(record: Json, visit: Json) -> bool:
    """Whether it was taken in the day before a stay, as in the emergency department."""
    taken, begin = started(record), started(visit)
    return bool(taken and begin and timedelta(0) < begin.instant - taken.instant < timedelta(days=1))
