"""Bearers: what of a finding can bear a claim out: a computed value, or what a search covered. Records: see rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.verify.claims import Claim, Number, read_claim, write_dates
from agent.verify.scope import Need, Scope
from agent.verify.words import (
    COMPUTED,
    FALLING,
    FIRST,
    LAST,
    NOT_NOW,
    PAST,
    RISING,
    UNCHANGED,
    UNSETTLED,
    VERBS,
    kind_words,
    read_unit,
    stem,
)
from tools.chart_query import ChartQuery, Compute, Kind
from tools.evidence import Finding, Value

_CHANGES = (Compute.CHANGE, Compute.RISE, Compute.FALL, Compute.PERCENT_CHANGE)


@dataclass(frozen=True)
class Bearer:
    """Something that claims are held against, all claims of one part of a sentence at once."""

    name: str
    words: frozenset[str]
    numbers: tuple[Number, ...] = ()
    dates: tuple[str, ...] = ()
    denies: bool = False
    statuses: frozenset[str] = frozenset()
    needs: tuple[Need, ...] = ()
    """What a sentence has to say so as to claim no more than was searched."""
    rounded: bool = False
    """Its numbers were computed, and may be told with fewer decimals."""
    labels: frozenset[str] = frozenset()
    """What it is about."""
    pairs: frozenset[str] = frozenset()
    """Numbers in two parts, in the order in which they are said."""
    counts: tuple[Number, ...] = ()
    """Of a count: what it came to; a claim that gives no number is not borne out by it."""

    def is_about(self, claim: Claim) -> bool:
        """Whether it is the natural thing to hold a claim against."""
        return bool(self.labels & claim.words) and bool(self.counts) == any(n.counts for n in claim.numbers)

    def find_faults(self, claim: Claim, said: Claim) -> Iterator[str]:
        """What of a claim it does not bear out; `said` is the whole sentence."""
        for word in sorted(claim.words - self.words):
            yield f'"{word}" is not in the cited evidence'
        for date in claim.dates:
            if not any(_starts(known, date) for known in self.dates):
                yield f"the date {date} is not that of {self.name}"
        for number in claim.numbers:
            if (fault := self._number_fault(number)) is not None:
                yield fault
        for pair in claim.pairs:
            if pair not in self.pairs:
                yield f"{pair} is not that of {self.name}"
        if claim.denies and not self.denies:
            yield f"it denies what {self.name} does not deny"
        if self.denies and not claim.denies:
            yield f"it affirms what {self.name} denies"
        if self.counts and not any(n.value == c.value for n in claim.numbers for c in self.counts):
            yield f"it gives no count that {self.name} gives"
        yield from self._status_faults(claim if (claim.glue | claim.words) & (VERBS | PAST) else said)
        yield from (need.text for need in self.needs if not need.met_by(said))

    def _number_fault(self, number: Number) -> str | None:
        known = (*self.counts, *(n for n in self.numbers if n.counts or not number.counts))
        if number.unit is None and number.text in self.dates:
            return None  # A date of which only the year is known.
        same = [n for n in known if self._equal(number, n)]
        if same and all(n.sign and n.sign != number.sign for n in same):
            return f"{same[0].sign}{number.text} is only a bound, which has to be said"
        if not same:
            return f"the number {number.text} is not that of {self.name}"
        if number.unit is not None and not any(n.unit == number.unit for n in same):
            return f"the unit of {number.text} is not that of {self.name}"
        return None

    def _equal(self, told: Number, known: Number) -> bool:
        if told.value == known.value:
            return True
        return self.rounded and told.decimals > 0 and round(known.value, told.decimals) == told.value

    def _status_faults(self, claim: Claim) -> Iterator[str]:
        told = claim.words | claim.glue
        over = self.statuses & NOT_NOW
        if over and not told & (self.statuses | PAST | {s for o in over for s in o.split("-")}):
            yield f"{self.name} is {', '.join(sorted(over))}, which has to be said"
        open_ = self.statuses & UNSETTLED
        if open_ and not told & open_:
            yield f"{self.name} is {', '.join(sorted(open_))}, which has to be said"


def _starts(known: str, told: str) -> bool:
    """Whether a date as told is a known one, or its beginning: a day of it, a month of it.

    >>> _starts("2020-01-02T10:30:00-05:00", "2020-01"), _starts("2020-01-02T10:30:00-05:00", "10:30")
    (True, True)
    >>> _starts("2020-11", "2020-1"), _starts("2020", "2020-01")
    (False, False)
    """
    if ":" in told and "T" not in told:
        return known.partition("T")[2].startswith(told)
    return known == told or (known.startswith(told) and not known[len(told)].isdigit())


def from_values(finding: Finding, scope: Scope | None, subject: frozenset[str]) -> Iterator[Bearer]:
    """A value computed from several records, and what other tools state."""
    query = finding.query
    if query is None:
        stated = read_claim(write_dates(finding.statement))
        if finding.determinable and finding.tool not in ("search_notes", "read_record"):
            words = stated.words | stated.glue | subject
            yield Bearer(finding.handle, words, stated.numbers, stated.dates, rounded=finding.tool == "calculate")
        return
    if finding.determinable and finding.values in ((True,), (False,)):
        yield Bearer(finding.handle, frozenset({"yes"}), denies=finding.values == (False,))
    if not finding.determinable or not finding.receipt.complete or not finding.values or scope is None:
        return
    if query.compute in COMPUTED and query.compute not in (Compute.COUNT, Compute.COUNT_DISTINCT):
        ordered = LAST | FIRST if query.compute in (Compute.MAX, Compute.MIN) else frozenset()
        words = (scope.words - ordered) | COMPUTED[query.compute] | _direction(query, finding.values) | subject
        texts = frozenset(stem(v) for v in finding.values if isinstance(v, str))
        numbers = (*_with_units(finding), *scope.numbers)
        pairs = frozenset(v for v in finding.values if isinstance(v, str))
        yield Bearer(
            finding.handle, words | texts, numbers, scope.dates, rounded=True, labels=scope.about, pairs=pairs,
            needs=tuple(_computed_needs(finding, words)),
        )  # fmt: skip


def _computed_needs(finding: Finding, words: frozenset[str]) -> Iterator[Need]:
    """What was computed is no value of the chart's own; an age is that at an event."""
    query = finding.query
    if query is None:
        return
    if query.compute in (Compute.MEAN, Compute.SUM, *_CHANGES):
        said = (COMPUTED[query.compute] | RISING | FALLING | UNCHANGED) & words
        yield Need(
            f"it is the {query.compute.value}, which has to be said", tuple(frozenset({w}) for w in sorted(said))
        )
    if query.compute is Compute.AGE and query.kind is not Kind.PATIENT:
        named = [frozenset(read_claim(a).words) for a in query.about] or [
            frozenset({w}) for w in kind_words(query.kind)
        ]
        yield Need("it is the age at an event, which has to be said", tuple(named))


def _direction(query: ChartQuery, values: Sequence[Value]) -> frozenset[str]:
    value = values[0]
    if isinstance(value, str):
        return {"rising": RISING, "falling": FALLING, "unchanged": UNCHANGED}.get(value, frozenset())
    if query.compute not in _CHANGES:
        return frozenset()
    value = -value if query.compute is Compute.FALL else value
    return RISING if value > 0 else FALLING if value < 0 else UNCHANGED


def _with_units(finding: Finding) -> Iterator[Number]:
    """The computed numbers, each with the unit that the statement gives it; a fall of 3 is a change of -3."""
    stated = read_claim(finding.statement).numbers
    for value in finding.values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        shown = f"{value:.6g}"
        units = [n.unit for n in stated if n.text == shown or n.value == value]
        asked = read_unit(finding.query.unit) if finding.query and finding.query.unit else None
        for unit in dict.fromkeys([*units, asked]):
            yield Number(float(value), shown, unit)
            if finding.query is not None and finding.query.compute in _CHANGES:
                yield Number(abs(float(value)), shown.lstrip("-"), unit)


def from_scope(finding: Finding, scope: Scope | None, subject: frozenset[str]) -> Iterator[Bearer]:
    """A count, and an absence, of exactly what was searched, if all of it was seen."""
    if scope is None or not finding.determinable:
        return
    unseen = () if finding.receipt.complete else (Need(f"not everything was read for {finding.handle}", ()),)
    needs = (*unseen, *scope.needs)
    counts = tuple(Number(float(n), str(n)) for n in scope.counts)
    words = scope.words | {"total", "count", "number"} | subject
    if counts:
        about = scope.about | scope.kind
        yield Bearer(finding.handle, words, scope.numbers, scope.dates, needs=needs, labels=about, counts=counts)
    if finding.total == 0:
        yield Bearer(finding.handle, words, scope.numbers, scope.dates, denies=True, needs=needs, labels=scope.about)
