"""From templates and charts to items: the split by patients, the moments asked at, the draw, the ids."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from evals.item import Item
from evals.suites.chartqa.raw import Chart
from evals.suites.chartqa.record import ended, started
from evals.suites.chartqa.template import TEMPLATES, Draft, Template, hash_number

Split = Literal["train", "dev", "test", "all"]
_TRIES = 400
_EARLIER = 4
"""Of the questions that may be, one in so many is asked at an earlier moment of the chart."""


def split_of(patient: str) -> str:
    """The split a patient belongs to: by the hash of the id, half train, a fifth dev, three tenths test.

    >>> split_of("a"), split_of("b")
    ('test', 'dev')
    """
    at = hash_number(patient) % 100
    return "train" if at < 50 else "dev" if at < 70 else "test"


def sample_chart(
    chart: Chart, per_template: int, seed: int, templates: Sequence[Template] = TEMPLATES
) -> Iterator[Item]:
    """The items of one chart, the same for the same seed."""
    for made in templates:
        dice = random.Random(f"{seed}/{made.name}/{chart.id}")  # noqa: S311
        view, as_of = _view(chart, made, dice)
        seen: set[str] = set()
        phrasings = dice.sample(made.phrasings, len(made.phrasings))
        for draft in islice(made.build(view, dice), _TRIES):
            key = repr(sorted(draft.slots.items()))
            if key in seen:
                continue
            apt = [p for p in phrasings if p in made.clinician] if is_formal(draft) else phrasings
            yield make_item(view, made, draft, apt[len(seen) % len(apt)], draft.as_of or as_of)
            seen.add(key)
            if len(seen) == per_template:
                break


def is_formal(draft: Draft) -> bool:
    """Whether it names something as only a chart does, which no patient would say.

    >>> from evals.item import Gold
    >>> is_formal(Draft({"test": "protein [mass/volume]"}, Gold(()))), is_formal(Draft({"test": "A1c"}, Gold(())))
    (True, False)
    """
    named = [v for k, v in draft.slots.items() if not k.endswith(("day", "month"))]
    return any(re.search(r"\[|, |/|[A-Z]{5}|.{46}", v) for v in named)


def make_item(chart: Chart, made: Template, draft: Draft, phrasing: str, as_of: datetime) -> Item:
    """One question; its id is of what it asks, not of how it was drawn."""
    question = phrasing.format(**{**pronouns(chart), **draft.slots})
    question = question[0].upper() + question[1:]
    digest = hashlib.sha256(f"{made.name}|{chart.id}|{question}|{as_of.isoformat()}".encode()).hexdigest()[:10]
    voice = "patient's voice" if phrasing in made.patient else "clinician's voice"
    earlier = {"asked earlier"} if as_of != chart.asked_last else set()
    return Item(
        id=f"chartqa/{made.name}/{digest}",
        question=question,
        patient=chart.id,
        gold=draft.gold,
        as_of=as_of.isoformat(),
        date_order="mdy",
        capability=made.capability,
        template=made.name,
        held_out=made.held_out,
        tags=draft.tags | {voice, population_of(chart)} | earlier | ({"empty"} if not draft.gold.values else set()),
        note=draft.note,
    )


def population_of(chart: Chart) -> str:
    """Where a chart comes from, as the systems of the patient's identifiers tell."""
    systems = " ".join(str(i.get("system", "")) for i in chart.patient.get("identifier", ()))
    known = {"mimic.mit.edu": "MIMIC", "synthetichealth": "Synthea", "synthea": "Synthea"}
    return next((name for part, name in known.items() if part in systems), "other charts")


def pronouns(chart: Chart) -> dict[str, str]:
    """How a clinician speaks of the patient."""
    match chart.patient.get("gender"):
        case "male":
            return {"he": "he", "his": "his", "him": "him"}
        case "female":
            return {"he": "she", "his": "her", "him": "her"}
    return {"he": "the patient", "his": "the patient's", "him": "the patient"}


def _view(chart: Chart, made: Template, dice: random.Random) -> tuple[Chart, datetime]:
    if not made.cuts or dice.randrange(_EARLIER):
        return chart, chart.as_of
    days = sorted({m.day for rs in chart.records.values() for r in rs if (m := started(r))})
    late = days[len(days) // 2 :]
    if not late:
        return chart, chart.as_of
    midnight = datetime.combine(dice.choice(late) + timedelta(days=1), datetime.min.time())
    if midnight >= chart.as_of or any(_spans(r, midnight) for rs in chart.records.values() for r in rs):
        return chart, chart.as_of
    return chart.at(midnight), midnight


def _spans(record: dict[str, object], moment: datetime) -> bool:
    begin, end = started(record), ended(record)
    return bool(begin and end and begin.wall <= moment <= end.wall)
