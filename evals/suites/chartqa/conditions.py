"""Templates on conditions: whether the patient has or had one, since when, until when."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from evals.item import Gold
from evals.suites.chartqa.concepts import CONDITION_NAMES
from evals.suites.chartqa.groups import Group, choose_groups, code_of, group_records
from evals.suites.chartqa.raw import Chart, Json, reference_of
from evals.suites.chartqa.record import status_of, to_names
from evals.suites.chartqa.template import Draft, template

EXISTENCE = "condition existence"
_NO_DISEASE = re.compile(
    r"history of|suspected|awaiting|\(situation\)|\(finding\)?$|employment|labor force", re.IGNORECASE
)


def conditions(chart: Chart) -> list[Group]:
    """Diagnoses that are certain; social findings and what is only a history are none."""
    found = group_records(chart.of("Condition"), code_of, CONDITION_NAMES)
    return [g for g in found if not any(_NO_DISEASE.search(n) for n in g.names) and all(map(is_certain, g.records))]


def is_certain(record: Json) -> bool:
    return status_of(record, "verificationStatus") in {"", "confirmed"}


def is_active(record: Json) -> bool | None:
    """Whether it is there now; None where the record does not tell."""
    if "abatementDateTime" in record or status_of(record, "clinicalStatus") in {"resolved", "inactive", "remission"}:
        return False
    return True if status_of(record, "clinicalStatus") in {"active", "recurrence", "relapse"} else None


def references(records: list[Json] | tuple[Json, ...]) -> frozenset[str]:
    return frozenset(map(reference_of, records))


@template(
    "condition_ever",
    EXISTENCE,
    patient=(
        "Have I ever been diagnosed with {condition}?",
        "Did I ever have {condition}?",
        "Is there anything in my chart about me having had {condition}?",
        "I can't remember: was {condition} ever one of my diagnoses?",
    ),
    clinician=(
        "Has the patient ever been diagnosed with {condition}?",
        "Any history of {condition}?",
        "Is {condition} on record for this patient, now or in the past?",
        "Hx of {condition}?",
    ),
)
def condition_ever(chart: Chart, dice: random.Random) -> Iterator[Draft]:
    for group, name in choose_groups(conditions(chart), dice):
        yield Draft({"condition": name}, Gold((True,), references=references(group.records)))


def all_condition_names(chart: Chart) -> list[str]:
    return [n for r in chart.of("Condition") for n in to_names(r.get("code"))]
