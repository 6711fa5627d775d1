"""Questions on the person as an administration keeps it, and on ages at a day: how they are read, and what is told."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planners.rules.parts import read_parts
from tests.conftest import Query
from tests.test_rules_planner import OVERVIEW

pytestmark = pytest.mark.anyio
PATIENT = {
    "resourceType": "Patient", "id": "p", "birthDate": "1970-03-10",
    "address": [{"line": ["1 Elm St"], "city": "Quincy", "state": "MA", "postalCode": "02169"}],
    "telecom": [{"system": "phone", "value": "555-1"}, {"system": "email", "value": "a@b.example"}],
}  # fmt: skip


def read_plan(question: str) -> dict[str, Any]:
    parsed = read_parts(question, OVERVIEW, ())
    assert len(parsed.queries) == 1, parsed.reason or parsed.queries
    return parsed.queries[0].model_dump(mode="json", exclude_defaults=True)


@pytest.mark.parametrize(
    ("question", "slot"),
    [
        ("Which town does she live in?", "city"),
        ("Town of residence?", "city"),
        ("What city is on the address?", "city"),
        ("Where does he live (city only)?", "city"),
        ("What city is his address in?", "city"),
        ("What state does she live in?", "state"),
        ("What's her zip code?", "postal_code"),
        ("Do you have an email for him?", "email"),
        ("Where does she reside?", "address"),
        ("What number can we reach her at?", "phone"),
        ("How do I get hold of him?", "phone"),
        ("Contact number?", "phone"),
        ("What's the best number to reach him?", "phone"),
        ("Are you single, married or divorced by the face sheet?", "marital_status"),
        ("Is she a widow?", "marital_status"),
        ("Civil status?", "marital_status"),
        ("What did they put down for her race?", "race"),
        ("Ethnicity on the demographics page?", "ethnicity"),
        ("Who is his regular doctor?", "general_practitioner"),
        ("Who is her primary physician?", "general_practitioner"),
    ],
)
def test_what_is_registered_of_a_person_is_asked_in_many_words(question: str, slot: str) -> None:
    assert read_plan(question) == {"kind": "patient", "field": slot}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How old was she on May 3, 2010?", {"kind": "patient", "when": "on may 3, 2010"}),
        ("His age as of 2010-05-03?", {"kind": "patient", "when": "as of 2010-05-03"}),
        ("How many years old was I on 2010-05-03?", {"kind": "patient", "when": "on 2010-05-03"}),
        ("Age on admission?", {"kind": "hospital_stay", "pick": {"which": "last"}}),
        ("Age at diagnosis of asthma?", {"kind": "condition", "about": ["asthma"], "pick": {"which": "first"}}),
        ("His age when asthma was noted?", {"kind": "condition", "about": ["asthma"], "pick": {"which": "first"}}),
        ("How old was he when he had asthma?", {"kind": "condition", "about": ["asthma"]}),
    ],
)  # fmt: skip
def test_an_age_is_asked_of_a_day_or_of_an_event(question: str, wanted: dict[str, Any]) -> None:
    assert read_plan(question) == {**wanted, "compute": "age"}


@pytest.mark.parametrize(
    "question", ["Which city was the hospital in?", "The first fistula I had: how old was I then?"]
)
def test_what_is_not_of_the_person_is_no_question_on_the_person(question: str) -> None:
    assert read_parts(question, OVERVIEW, ()).queries == ()


@pytest.mark.parametrize(
    ("slot", "values"),
    [("city", ("Quincy",)), ("state", ("MA",)), ("postal_code", ("02169",)), ("email", ("a@b.example",))],
)
async def test_each_part_of_an_address_is_told_alone(query_over: Query, slot: str, values: tuple[str, ...]) -> None:
    found = await query_over([PATIENT], kind="patient", field=slot)
    assert (found.values, found.rests_on) == (values, ("Patient/p",))


@pytest.mark.parametrize(
    ("when", "values"),
    [
        ("on 2000-03-09", (29,)),
        ("on 2000-03-10", (30,)),
        ("as of 2000-03-10", (30,)),
        ("in may 2000", (30,)),
        ("in 2000", ()),
        ("since 2000-03-10", ()),
        ("on 1969-01-01", ()),
        ("on 2090-01-01", ()),
    ],
)
async def test_an_age_at_a_time_is_told_where_it_is_one(query_over: Query, when: str, values: tuple[int, ...]) -> None:
    found = await query_over([PATIENT], kind="patient", compute="age", when=when)
    assert (found.values, found.determinable) == (values, bool(values))


async def test_no_age_is_told_of_a_day_after_a_death(query_over: Query) -> None:
    dead = PATIENT | {"deceasedDateTime": "2005-02-03"}
    found = await query_over([dead], kind="patient", compute="age", when="on 2010-01-01")
    assert found.values == ()
    assert "died before, on 2005-02-03" in found.statement
