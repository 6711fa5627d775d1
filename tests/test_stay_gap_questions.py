"""Questions on the time out of hospital, on coming back after a day's discharge, and on where someone was sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Ask, Query
from tests.test_choices import queries_of
from tests.test_execute_led_to import encounter
from tests.test_stay_questions import read_plan

pytestmark = pytest.mark.anyio
STAYS = [
    encounter("one", "IMP", "01-01T08", "01-05T08"),
    encounter("two", "IMP", "02-10T08", "02-12T18"),
    encounter("three", "IMP", "02-20T20", "02-25T08"),
]
LAST_TWO, FIRST_TWO = {"which": "last", "n": 2}, {"which": "first", "n": 2}


@pytest.mark.parametrize(
    ("question", "pick", "unit"),
    [
        ("How long was she at home between her last two hospital stays?", LAST_TWO, None),
        ("How many weeks passed between my previous discharge and my latest readmission?", LAST_TWO, "weeks"),
        ("From the second-to-last discharge to the current admission, how many days?", LAST_TWO, "days"),
        ("How many days after her previous discharge was she readmitted?", LAST_TWO, "days"),
        ("Days out of hospital between the first two stays?", FIRST_TWO, "days"),
        ("Gap in days between previous discharge and current admission?", LAST_TWO, "days"),
        ("How many days between the end of the prior stay and the start of the latest one?", LAST_TWO, "days"),
        ("How many days did I have at home before going back in the last time?", LAST_TWO, "days"),
        ("Time between last two admissions, discharge to readmission?", LAST_TWO, None),
    ],
)
def test_the_time_out_of_hospital_counts_from_the_end_of_a_stay(
    question: str, pick: dict[str, Any], unit: str | None
) -> None:
    wanted = {"kind": "hospital_stay", "pick": pick, "compute": "interval", "field": "end"}
    assert read_plan(question) == wanted | ({"unit": unit} if unit else {})


@pytest.mark.parametrize(
    "question",
    [
        "How many days between his last two hospital stays?",
        "How many days from her last discharge to her last admission?",
        "How long did the patient stay in the hospital the last two times?",
        "How many days of home care between the last two stays?",
    ],
)
def test_what_is_not_counted_so_is_not_read_so(question: str) -> None:
    assert all(query.get("field") != "end" for query in queries_of(question))


@pytest.mark.parametrize(("which", "values"), [("last", (8,)), ("first", (36,))])
async def test_the_time_out_of_hospital_is_that_between_two_stays(
    query_over: Query, which: str, values: tuple[int, ...]
) -> None:
    asked = {"pick": {"which": which, "n": 2}, "compute": "interval", "field": "end", "unit": "days"}
    found = await query_over(STAYS, kind="hospital_stay", **asked)
    assert found.values == values


async def test_no_time_lies_between_stays_of_which_the_first_has_no_end(query_over: Query) -> None:
    stays = [encounter("one", "IMP", "01-01T08", "01-05T08"), STAYS[1]]
    del stays[0]["period"]["end"]
    asked = {"pick": {"which": "last", "n": 2}, "compute": "interval", "field": "end"}
    found = await query_over(stays, kind="hospital_stay", **asked)
    assert (found.values, found.determinable) == ((), False)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Was she readmitted within 50 days of her 2024-01-05 discharge?", (True,)),
        ("Discharged January 5, 2024: readmitted within 30 d?", (False,)),
        ("30-day readmission after the 1/5/2024 discharge?", (False,)),
        ("I got home from the hospital on 2024-01-05. Was I rehospitalized in the following 90 days?", (True,)),
        ("I was discharged on 2024-02-12. Did I have to go back in within 14 days?", (True,)),
        ("After his 2024-02-25 discharge, was he ever admitted again?", (False,)),
        ("Discharged on 2024-02-12. Back in the hospital within two weeks?", (True,)),
        ("Was he readmitted within 20 days of the stay that began on 2024-02-10?", (True,)),
        ("Was she readmitted within 30 days of her 2024-01-09 discharge?", ()),
    ],
)
async def test_coming_back_is_counted_from_the_discharge_of_the_day_that_is_told(
    ask_over: Ask, question: str, wanted: tuple[bool, ...]
) -> None:
    (transcript,) = await ask_over(STAYS, question)
    assert transcript.answer.values == wanted


async def test_when_someone_came_back_after_a_day_is_the_next_stay(ask_over: Ask) -> None:
    (transcript,) = await ask_over(STAYS, "When was she readmitted after her 2024-01-05 discharge?")
    assert transcript.answer.values[0].startswith("2024-02-10")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("question", "pick"),
    [
        ("Where did they send her after her first hospital stay?", {"which": "first"}),
        ("After my second admission, where was I sent?", {"which": "nth", "n": 2}),
        ("What kind of facility was he discharged to after the last hospital stay?", {"which": "last"}),
        ("Did she go home or to rehab after her most recent admission?", {"which": "last"}),
        ("Was I sent home or somewhere else after my first stay? Where to?", {"which": "first"}),
        ("Which place did they transfer me to at the end of my last hospitalization?", {"which": "last"}),
        ("To what setting did he go on discharge from the first inpatient stay?", {"which": "first"}),
    ],
)
def test_where_someone_was_sent_is_the_discharge_disposition(question: str, pick: dict[str, Any]) -> None:
    assert read_plan(question) == {"kind": "hospital_stay", "pick": pick, "field": "discharge_disposition"}


@pytest.mark.parametrize(
    "question", ["Where did they send my blood after my last stay?", "Where did they send me after my last ER visit?"]
)
def test_where_something_else_went_is_not_read_as_that(question: str) -> None:
    assert queries_of(question) == []


@pytest.mark.parametrize(
    ("question", "which"),
    [
        ("Between lisinopril and simvastatin, what was I given first?", "first"),
        ("Earlier start: lisinopril or simvastatin?", "first"),
        ("Newer: lisinopril or simvastatin?", "last"),
        ("Lisinopril or simvastatin: what did she have first?", "first"),
        ("Of lisinopril and simvastatin, what came first?", "first"),
        ("Most recent order: simvastatin vs lisinopril?", "last"),
        ("Of lisinopril and simvastatin, name the one she had first.", "first"),
        ("I had both lisinopril and simvastatin. Which of the two came later?", "last"),
    ],
)
def test_two_things_side_by_side_are_a_choice(question: str, which: str) -> None:
    (query,) = queries_of(question)
    assert (query["pick"], query["field"], len(query["about"])) == ({"which": which}, "name", 2)


@pytest.mark.parametrize(
    "question",
    ["Between lisinopril and simvastatin, what procedure was done first?", "Latest lisinopril or simvastatin order?"],
)
def test_what_lies_between_two_things_is_no_choice(question: str) -> None:
    assert all(query.get("field") != "name" for query in queries_of(question))
