"""Receipt: proof of what a retrieval did, and whether it saw all it needed. Knows nothing of clinical meaning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

_MOST_REASONS = 20


class SearchProof(BaseModel):
    """One FHIR search as it was sent and as the server says it ran it."""

    model_config = ConfigDict(frozen=True)

    sent: str
    """Relative URL, `Observation?patient=123&code=…`."""
    self_link: str | None
    """`Bundle.link[self]` as the server gave it; None where it gave none."""
    honoured: bool
    """The self link holds every parameter that was sent."""
    pages: int
    matched: int
    """Resources read with `search.mode = match`."""
    total: int | None
    """`Bundle.total` where the server gave one."""
    adapted: tuple[str, ...] = ()
    """How the search was changed for this server, and what was done here instead."""


class Receipt(BaseModel):
    """Everything one tool call asked of the server."""

    model_config = ConfigDict(frozen=True)

    searches: tuple[SearchProof, ...] = ()
    complete: bool
    """Every page of every search was read, every search was honoured, nothing needed was denied or cut."""
    reasons: tuple[str, ...] = ()
    """Why `complete` is false; empty otherwise."""
    denied: tuple[str, ...] = ()
    """Resource types the granted scopes do not allow."""
    as_of: str = ""
    """The moment the chart was looked at, ISO 8601."""
    as_of_source: Literal["caller", "clock", "chart"] = "caller"


def first_few(reasons: Iterable[str]) -> tuple[str, ...]:
    """Reasons as far as anyone reads them: a chart may hold thousands of records that can't be read.

    >>> first_few(["a", "b"]), first_few(f"r{n}" for n in range(99))[-1]
    (('a', 'b'), 'and 79 reasons more')
    """
    told = tuple(reasons)
    more = len(told) - _MOST_REASONS
    return told if more <= 1 else (*told[:_MOST_REASONS], f"and {more} reasons more")


def merge_receipts(receipts: tuple[Receipt, ...]) -> Receipt:
    """One receipt for several calls: complete only if all are.

    >>> a = Receipt(complete=True, as_of="2020-01-01"); b = Receipt(complete=False, reasons=("page 2 failed",))
    >>> merge_receipts((a, b)).complete, merge_receipts((a, b)).reasons, merge_receipts((a, b)).as_of
    (False, ('page 2 failed',), '2020-01-01')
    >>> merge_receipts(()).complete
    False
    """
    if not receipts:
        return Receipt(complete=False, reasons=("no search was made",))
    return Receipt(
        searches=tuple(s for r in receipts for s in r.searches),
        complete=all(r.complete for r in receipts),
        reasons=tuple(dict.fromkeys(x for r in receipts for x in r.reasons)),
        denied=tuple(dict.fromkeys(x for r in receipts for x in r.denied)),
        as_of=receipts[0].as_of,
        as_of_source=receipts[0].as_of_source,
    )
