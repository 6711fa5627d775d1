"""Item: one question of a suite, and what is right. Knows nothing of how it is asked or graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Atom = bool | int | float | str
DateOrder = Literal["mdy", "dmy", "auto"]
Result = Mapping[str, Any]
"""What a contestant gave: the fields of `ask --json`, and beside them `computes`, `format_errors` and the tokens."""


@dataclass(frozen=True)
class Gold:
    """What is right, and how it is compared."""

    values: tuple[Atom, ...]
    """Empty: the chart holds no such record, or nothing can be told of it."""
    text: str = ""
    """A reference in free text, where no values say what is right: no rule grades it, a judge may."""
    abstain: bool = False
    """The chart cannot settle it: only an abstention is right."""
    one_of: bool = False
    """The values are alternative names of one thing."""
    tied: tuple[tuple[Atom, ...], ...] = ()
    """What each of the records tied at one instant tells, where `values` were drawn from one of them."""
    whole_numbers: bool = False
    """Numbers count as equal when their nearest integers are."""
    decimals: int | None = None
    """A number is met by what rounds to it at so many decimals; None: by the same number."""
    by_day: bool = False
    """Times are compared by date."""
    marital: bool = False
    """One-letter words are marital statuses, not sexes."""
    references: frozenset[str] = frozenset()
    """`Type/id` of the records that are needed; empty: none, or not known."""


@dataclass(frozen=True)
class Item:
    """One question of one patient's chart."""

    id: str
    question: str
    patient: str
    """A logical id or an identifier value; empty where no patient is bound."""
    gold: Gold
    as_of: str | None = None
    context: str = ""
    """What is said beside the question."""
    date_order: DateOrder = "auto"
    before: tuple[str, ...] = ()
    """Earlier questions of the same conversation, asked first and not graded."""
    capability: str = ""
    """The report's row: what kind of question it is."""
    template: str = ""
    """What the question was made from, where it was made."""
    held_out: bool = False
    """Only totals are printed; its transcript is not kept."""
    tags: frozenset[str] = frozenset()
    """Rows of their own in the report: `tie`, `empty`, `adjudicated out`, …"""
    note: str = ""
    """Why the gold is what it is, or why it was adjudicated out."""
