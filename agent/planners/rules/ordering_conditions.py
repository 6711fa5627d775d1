"""The condition of an order: a value below a bound, a result that is too old, nothing on record. Words to verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dateutil.relativedelta import relativedelta

from agent.planners.rules.ordering_said import own_words
from agent.planners.rules.ordering_when import judge_age, take_age_limit
from tools.concepts.words import fold

Verdict = Literal["met", "unmet", "unsaid"]

_NUMBER = (
    r"(?P<bound>\d+(?:\.\d+)?) ?(?P<unit>(?!(?:or|and)\b)[A-Za-zµμ%]+(?:/[A-Za-zµμ]+)?)?"
    r"(?: ?(?:or|and) (?P<tail>below|less|lower|above|more|higher))?"
)
_COMPARED = re.compile(
    rf"(?P<le>at or below|at most|no more than|<=|≤)? ?(?P<lt>\b(?:below|under|less than|lower than)\b|<)? ?"
    rf"(?P<ge>at or above|at least|no less than|>=|≥)? ?(?P<gt>\b(?:above|over|more than|greater than|higher "
    rf"than)\b|>)? ?{_NUMBER}",
    re.IGNORECASE,
)
_LOW = re.compile(
    r"\b(?:low|(?:below|under|beneath) (?:the )?(?:normal|threshold|goal|target|reference|range|limit)(?: range)?"
    r"|deficien\w+"
    r"|decreased|depleted)\b",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\b(?:no|none|never|nothing)\b(?:.*\b(?:recorded|available|found|measured|documented|record|file|exists?|present|done|drawn))?"
    r"|\b(?:not|n't) (?:been )?(?:recorded|available|found|measured|documented|on (?:record|file)|present|done"
    r"|drawn|exist)\b"
    r"|\b(?:missing|unavailable|absent)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:no|none|never|nothing|not|missing|unavailable|absent)\b|n't\b", re.IGNORECASE)
_FILLER = frozenset(
    fold(
        "if when should in case it its that this these the a an of for to at on is was are were has have had been "
        "be comes come came"
        " back returns out found turns and or then patient his her their s last latest most recent current newest "
        "result value level"
        " lab test date measurement measured measure reading one chart any recorded available within past previous "
        "hour day week month"
        " year serum plasma blood concentration drawn done taken collected performed old ago there exist known "
        "finding check"
        " checked more than time now present documented record file labs"
    ).split()
)


@dataclass(frozen=True)
class Given:
    """What has to hold for an order."""

    sort: Literal["low", "below", "above", "older", "absent"]
    bound: Decimal | None = None
    closed: bool = False
    unit: str | None = None
    limit: relativedelta | None = None
    of: str | None = None
    """The code of what it speaks of, where it names it."""

    def judge_value(self, value: Decimal) -> Verdict:
        """Whether a value meets a bound."""
        if self.bound is None:
            return "unsaid"
        if value == self.bound:
            return "met" if self.closed else "unmet"
        return "met" if (value < self.bound) == (self.sort == "below") else "unmet"

    def judge_date(self, date: str, now: str) -> Verdict:
        """Whether a result is too old."""
        if self.limit is None:
            return "unsaid"
        return {"older": "met", "recent": "unmet"}.get(judge_age(date, self.limit, now), "unsaid")  # type: ignore[return-value]


def read_given(text: str, names: Iterable[str]) -> Given | None:
    """The condition in words, about something of these names; None where a word of it is not understood.

    >>> read_given("the potassium is below 3.5 mmol/L", ["potassium"])
    Given(sort='below', bound=Decimal('3.5'), closed=False, unit='mmol/L', limit=None, of=None)
    >>> read_given("low", ["potassium"]).sort, read_given("she is dizzy", ["potassium"])
    ('low', None)
    """
    whole = _read_one(text, names)
    if whole is not None or " or " not in text:
        return whole
    parts = [_read_one(part, names) for part in re.split(r",? or ", text)]
    sorts = {part.sort if part is not None else "unread" for part in parts}
    return (
        next((p for p in parts if p is not None and p.sort == "older"), None) if sorts == {"older", "absent"} else None
    )


def _read_one(text: str, names: Iterable[str]) -> Given | None:
    known = frozenset(w for name in names for w in own_words(name)) | frozenset(fold(name) for name in names)
    for read in (_read_older, _read_absent, _read_compared, _read_low):
        if (found := read(text)) is not None:
            given, rest = found
            return given if frozenset(fold(rest).split()) - _FILLER <= known else None
    return None


def _read_older(text: str) -> tuple[Given, str] | None:
    found = take_age_limit(text)
    return None if found is None else (Given("older", limit=found[0]), found[1])


def _read_absent(text: str) -> tuple[Given, str] | None:
    if _ABSENT.search(text) is None:
        return None
    return Given("absent"), _NEGATION.sub(" ", text, count=1)


def _read_compared(text: str) -> tuple[Given, str] | None:
    for found in _COMPARED.finditer(text):
        below, above = found["le"] or found["lt"], found["ge"] or found["gt"]
        tail = (found["tail"] or "").casefold()
        below, above = below or tail in ("below", "less", "lower"), above or tail in ("above", "more", "higher")
        if bool(below) == bool(above):
            continue
        closed = bool(found["le"] or found["ge"] or tail)
        given = Given("below" if below else "above", Decimal(found["bound"]), closed, found["unit"])
        return given, f"{text[: found.start()]} {text[found.end() :]}"
    return None


def _read_low(text: str) -> tuple[Given, str] | None:
    found = _LOW.search(text)
    return None if found is None else (Given("low"), f"{text[: found.start()]} {text[found.end() :]}")
