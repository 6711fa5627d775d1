"""Time phrases as windows: parts of a time, spans counted from one, two dates that share a month or a year."""

from __future__ import annotations

from datetime import datetime

import pytest

from tools.errors import ToolError
from tools.time_window import find_time_phrases, parse_window

NOW = datetime(2021, 5, 19, 15, 30)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("phrase", "start", "end"),
    [
        ("in 2018 or 2019", "2018-01-01", "2019-12-31"),
        ("2018-2019", "2018-01-01", "2019-12-31"),
        ("2018 – 2019", "2018-01-01", "2019-12-31"),
        ("between March and June 2019", "2019-03-01", "2019-06-30"),
        ("March to June of 2019", "2019-03-01", "2019-06-30"),
        ("from November to February 2019", "2018-11-01", "2019-02-28"),
        ("from March 3 to March 9, 2019", "2019-03-03", "2019-03-09"),
        ("March 3-5, 2019", "2019-03-03", "2019-03-05"),
        ("between the 3rd and the 5th of March 2019", "2019-03-03", "2019-03-05"),
        ("from December 30, 2018 to January 2, 2019", "2018-12-30", "2019-01-02"),
        ("in the first half of 2019", "2019-01-01", "2019-06-30"),
        ("in the last quarter of 2019", "2019-10-01", "2019-12-31"),
        ("in Q1 2019", "2019-01-01", "2019-03-31"),
        ("in the last three months of 2019", "2019-10-01", "2019-12-31"),
        ("in the first week of March 2019", "2019-03-01", "2019-03-07"),
        ("in the summer of 2019", "2019-06-01", "2019-08-31"),
        ("in the week of March 6, 2019", "2019-03-04", "2019-03-10"),
        ("in the month of March 2019", "2019-03-01", "2019-03-31"),
        ("in calendar year 2019", "2019-01-01", "2019-12-31"),
        ("in the 2010s", "2010-01-01", "2019-12-31"),
        ("in the nineties", "1990-01-01", "1999-12-31"),
        ("in the twenties", "2020-01-01", "2029-12-31"),
        ("in March last year", "2020-03-01", "2020-03-31"),
        ("last March", "2021-03-01", "2021-03-31"),
        ("last June", "2020-06-01", "2020-06-30"),
        ("on 3/4/19", "2019-03-04", "2019-03-04"),
        ("on 3/4/98", "1998-03-04", "1998-03-04"),
        ("on 03-Mar-2019", "2019-03-03", "2019-03-03"),
        ("the year before last", "2019-01-01", "2019-12-31"),
        ("the day before yesterday", "2021-05-17", "2021-05-17"),
        ("so far this year", "2021-01-01", "2021-05-19"),
        ("by the end of 2019", None, "2019-12-31"),
        ("before the end of March 2019", None, "2019-03-31"),
        ("before the start of 2019", None, "2018-12-31"),
        ("since the beginning of 2019", "2019-01-01", None),
        ("after the end of 2019", "2020-01-01", None),
        ("up to and including 2019", None, "2019-12-31"),
        ("on or after March 3, 2019", "2019-03-03", None),
        ("on or before March 3, 2019", None, "2019-03-03"),
        ("not before 2019", "2019-01-01", None),
        ("no later than 2019", None, "2019-12-31"),
        ("later than 2019", "2020-01-01", None),
        ("in the years before 2019", None, "2018-12-31"),
        ("more than a year ago", None, "2020-05-19"),
        ("less than 2 years ago", "2019-05-19", "2021-05-19"),
        ("in the two weeks after March 3, 2019", "2019-03-04", "2019-03-17"),
        ("within 3 days before 2019-03-10", "2019-03-07", "2019-03-09"),
        ("within a week of March 4, 2019", "2019-02-25", "2019-03-11"),
        ("two weeks after March 3, 2019", "2019-03-17", "2019-03-17"),
        ("the day before March 3, 2019", "2019-03-02", "2019-03-02"),
        ("more than two weeks after March 3, 2019", "2019-03-18", None),
        ("over two weeks after March 3, 2019", "2019-03-18", None),
        ("over the two weeks after March 3, 2019", "2019-03-04", "2019-03-17"),
        ("in the year after 2018", "2019-01-01", "2019-12-31"),
    ],
)
def test_a_phrase_is_the_window_it_names(phrase: str, start: str | None, end: str | None) -> None:
    window = parse_window(phrase, NOW)
    assert (_day(window.start), _day(window.end)) == (start, end)
    assert [said for *_, said in find_time_phrases(f"weight {phrase}?")] == [phrase]


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None


@pytest.mark.parametrize(
    ("phrase", "start", "end"),
    [
        ("at 8 am on March 3, 2019", "2019-03-03 08:00", "2019-03-03 08:59"),
        ("on March 3, 2019 at 8:15", "2019-03-03 08:15", "2019-03-03 08:15"),
        ("on March 3, 2019 at 12 pm", "2019-03-03 12:00", "2019-03-03 12:59"),
        ("yesterday at 12:30 am", "2021-05-18 00:30", "2021-05-18 00:30"),
        ("yesterday morning", "2021-05-18 06:00", "2021-05-18 11:59"),
        ("on the evening of 2019-03-03", "2019-03-03 18:00", "2019-03-03 23:59"),
        ("before noon on March 3, 2019", None, "2019-03-03 11:59"),
        ("less than 5 hours ago", "2021-05-19 10:30", "2021-05-19 15:30"),
    ],
)
def test_a_time_of_day_is_a_part_of_the_day(phrase: str, start: str | None, end: str | None) -> None:
    window = parse_window(phrase, NOW)
    assert (_minute(window.start), _minute(window.end)) == (start, end)


def _minute(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else None


@pytest.mark.parametrize(
    ("phrase", "note"),
    [
        ("in the fall of 2019", "fall was read as September to November"),
        ("yesterday evening", "evening was read as 18:00 to 00:00"),
        ("on 3/4/19", "3/4/19 was read as 2019-03-04"),
        ("in the nineties", "the nineties was read as the 1990s"),
        ("last June", "last june was read as June 2020"),
    ],
)
def test_a_reading_that_was_chosen_is_told(phrase: str, note: str) -> None:
    assert note in parse_window(phrase, NOW).notes


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("at the end of 2019", "no exact bounds"),
        ("in early 2019", "no exact bounds"),
        ("in mid-2019", "no exact bounds"),
        ("in the winter of 2019", "lies in two years"),
        ("at 13 pm on March 3, 2019", "no time of day"),
        ("on March 3, 2019 at 25:00", "no time of day"),
        ("in the first half of March 2019", "read of a year only"),
        ("in the third half of 2019", "read of a year only"),
        ("on 30-Feb-2019", "not a date that exists"),
        ("from June 31 to July 2, 2019", "not a date that exists"),
        ("in 2016 and 2019", "don't overlap"),
    ],
)
def test_what_has_no_one_meaning_is_refused_with_the_reason(phrase: str, why: str) -> None:
    with pytest.raises(ToolError, match=why):
        parse_window(phrase, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "blood pressure 120/80",
        "2 to 3 tablets",
        "how many days after the stay",
        "1/2 tablet",
        "ratio 3:10",
        "in 12-15 units",
    ],
)
def test_what_is_no_time_is_not_taken_for_one(text: str) -> None:
    assert find_time_phrases(text) == []
