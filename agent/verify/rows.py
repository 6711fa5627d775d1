"""Rows: a record as the bearer of claims. What it says in one place is not mixed with what it says in another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.verify.bearing import Bearer, from_scope, from_values
from agent.verify.claims import Claim, Number, read_claim, split_sentences, write_dates
from agent.verify.scope import Need, Scope, build_scope
from agent.verify.words import (
    BEGINNING,
    COMPARED,
    COMPUTED,
    CURRENT,
    DENYING_STATUS,
    ENDING,
    FIRST,
    INSTANT,
    LAST,
    kind_words,
    stem,
)
from tools.chart_query import Compute, Kind
from tools.evidence import Evidence, Finding

_KINDS = {kind.value: kind for kind in Kind}
_SAID_KINDS = {
    Kind.FAMILY_HISTORY: "family relative",
    Kind.ORDER: "order ordered request requested referral referred plan planned",
    Kind.GOAL: "goal",
    Kind.CARE_PLAN: "plan planned",
}
"""Kinds of which a record is no fact of the patient's own; a sentence has to say what it is."""
_COMPONENT = re.compile(r"[^\W\d_][^,]*?\s-?\d[^,]*")


@dataclass(frozen=True)
class _Part:
    """One place of a record: a component of its value, or one entry of an attribute."""

    group: str
    """The attribute; parts of one group exclude each other."""
    name: frozenset[str]
    said: Claim

    @property
    def words(self) -> frozenset[str]:
        return self.name | self.said.words | self.said.glue


@dataclass(frozen=True)
class RowBearer:
    """A record: what it is about and its value, and its parts."""

    head: Bearer
    parts: tuple[_Part, ...]
    topic: frozenset[str]
    """Words that say what it is about; empty where every word will do."""
    row: Evidence

    @property
    def labels(self) -> frozenset[str]:
        """What it is about, by name."""
        return self.head.labels

    def is_about(self, claim: Claim) -> bool:
        """Whether it is the natural thing to hold a claim against."""
        return self.head.is_about(claim)

    def find_faults(self, claim: Claim, said: Claim) -> Iterator[str]:
        """What of a claim it does not bear out; `said` is the whole sentence."""
        yield from self._narrow(claim).find_faults(claim, said)
        if claim.words and self.topic and not claim.words & self.topic:
            yield f"it does not say what {self.head.name} is about"
        if claim.dates:
            yield from _date_faults(self.row, claim, said)

    def _narrow(self, claim: Claim) -> Bearer:
        """The record as far as a claim speaks of it: its head, and one part of each attribute that is spoken of."""
        head = self.head
        beside = claim.words - head.words
        named = [p for p in self.parts if p.name and p.name <= claim.words]
        chosen = list(_choose(named or self.parts, beside))
        whole = [p for p in self.parts if p.group == "value"]
        open_value = not any(p.group == "value" for p in chosen)
        used = [*chosen, *(whole if open_value else ())]
        return Bearer(
            head.name,
            head.words.union(*(p.words for p in chosen)),
            (*head.numbers, *(n for p in used for n in p.said.numbers)),
            (*head.dates, *(d for p in chosen for d in p.said.dates)),
            head.denies or any(p.said.denies for p in chosen),
            head.statuses,
            head.needs,
            labels=head.labels,
            pairs=head.pairs | {p for c in used for p in c.said.pairs},
        )


def _date_faults(row: Evidence, claim: Claim, said: Claim) -> Iterator[str]:
    """Dates told of what they are not: an end for a beginning, a day of entry for a diagnosis."""
    told = claim.words | claim.glue
    if ("time", "when it was recorded") in row.details and "diagnosed" in told | said.words:
        yield f"the date of {row.handle} is that of its record, not of a diagnosis"
    if "since" in told and row.kind in {k.value for k in INSTANT}:
        yield f"{row.handle} was so at that time, and not since"
    if not row.end or not row.date:
        return
    begins, ends = bool(told & BEGINNING), bool(told & ENDING)
    bound = row.date if begins and not ends else row.end if ends and not begins else None
    if bound is not None and not any(bound.startswith(d) or d in bound for d in claim.dates):
        yield f"the date is not that of the {'beginning' if begins else 'end'} of {row.handle}"


def _choose(parts: Sequence[_Part], beside: frozenset[str]) -> Iterator[_Part]:
    """Of each group the part that holds most of the words, if it holds any."""
    groups = dict.fromkeys(p.group for p in parts)
    for group in groups:
        best = max((p for p in parts if p.group == group), key=lambda p: len(p.words & beside))
        if best.words & beside:
            yield best


def build_bearers(cited: Sequence[Finding], subject: frozenset[str]) -> list[Bearer | RowBearer]:
    """All that the cited findings bear out; `subject` holds the words of the patient's own name."""
    bearers: list[Bearer | RowBearer] = []
    for finding in cited:
        scope = build_scope(finding)
        bearers += [_from_row(finding, row, scope, subject) for row in finding.evidence]
        bearers += from_values(finding, scope, subject)
        bearers += from_scope(finding, scope, subject)
    return bearers


def _from_row(finding: Finding, row: Evidence, scope: Scope | None, subject: frozenset[str]) -> RowBearer:
    label, status = read_claim(write_dates(row.label)), read_claim(row.status or "")
    components, value = _read_value(row)
    statuses = frozenset(s.strip() for s in (row.status or "").split(","))
    by_name = _by_name(finding, scope)
    said = (label, value, status)
    words = frozenset(w for c in said for w in c.words | c.glue) | by_name | _kind_words(row) | subject
    words |= _superlatives(finding, row) | (CURRENT if statuses & {"active", "in-progress"} else frozenset())
    about = scope.about if by_name and scope is not None else frozenset[str]()
    head = Bearer(
        row.handle,
        words,
        tuple(n for c in said for n in c.numbers),
        tuple(d for d in (row.date, row.end, *label.dates, *value.dates) if d),
        bool(statuses & DENYING_STATUS) or any(c.denies for c in said),
        statuses,
        tuple(_needs(row, label)),
        labels=label.words,
        pairs=frozenset((*label.pairs, *value.pairs, *_pressure_pair(row))),
    )
    topic = frozenset() if row.kind == Kind.PATIENT else label.words | about | _kind_words(row)
    return RowBearer(head, (*components, *_read_details(row)), topic, row)


def _by_name(finding: Finding, scope: Scope | None) -> frozenset[str]:
    """The words of the one name searched, which each record found bears; a note only mentions it."""
    if scope is None or finding.query is None or not scope.single or not finding.total:
        return frozenset()
    return (scope.words - LAST - FIRST).difference(*COMPARED.values())


def _pressure_pair(row: Evidence) -> Iterator[str]:
    """A blood pressure in parts as it is said, systolic first."""
    pieces = {w: read_claim(p).numbers for p in (row.value or "").split(", ") for w in ("systolic", "diastolic")
              if w in p.casefold()}  # fmt: skip
    if all(len(pieces.get(w, ())) == 1 for w in ("systolic", "diastolic")):
        yield f"{pieces['systolic'][0].text}/{pieces['diastolic'][0].text}"


def _read_value(row: Evidence) -> tuple[list[_Part], Claim]:
    """The components or sentences of a value that has several, and the value itself where it has none."""
    text = row.value or ""
    pieces = text.split(", ")
    if len(pieces) > 1 and all(_COMPONENT.fullmatch(piece) for piece in pieces):
        return [_Part("value", frozenset(), read_claim(piece)) for piece in pieces], Claim("")
    if len(sentences := split_sentences(text)) > 1:
        return [_Part("value", frozenset(), read_claim(write_dates(s))) for s in sentences], Claim("")
    return [], read_claim(write_dates(f"{text} {row.unit or ''}"))


def _read_details(row: Evidence) -> Iterator[_Part]:
    for place, (name, text) in enumerate(row.details):
        named = frozenset(stem(w) for w in name.split())
        for entry in text.split(";"):
            for sentence in split_sentences(entry):
                yield _Part(f"{place} {name}", named, read_claim(write_dates(sentence)))


def _needs(row: Evidence, label: Claim) -> Iterator[Need]:
    kind = _KINDS.get(row.kind)
    if kind not in _SAID_KINDS:
        return
    words = set(_SAID_KINDS[kind].split())
    if kind is Kind.FAMILY_HISTORY and ":" in row.label:
        words |= read_claim(row.label.partition(":")[0]).words
    yield Need(f"{row.handle} is {kind.value.replace('_', ' ')}, which has to be said", tuple(
        frozenset({w}) for w in sorted(words)
    ))  # fmt: skip


def _kind_words(row: Evidence) -> frozenset[str]:
    kind = _KINDS.get(row.kind)
    extra = frozenset(_SAID_KINDS.get(kind, "").split()) if kind is not None else frozenset[str]()
    named = frozenset(stem(w) for w in row.kind.split("_"))
    return named | extra | (kind_words(kind) if kind is not None else frozenset())


def _superlatives(finding: Finding, row: Evidence) -> frozenset[str]:
    """Words of order that the query behind a record proves: it took the last one, of everything there is."""
    query = finding.query
    if query is None or not finding.receipt.complete:
        return frozenset()
    if query.compute in (Compute.MAX, Compute.MIN):
        return COMPUTED[query.compute] if _row_value(row) in finding.values else frozenset()
    if query.pick.n != 1 or query.pick.skip or row not in finding.evidence[: finding.total]:
        return frozenset()
    return {"last": LAST, "first": FIRST}.get(query.pick.which, frozenset())


def _row_value(row: Evidence) -> float | None:
    numbers: tuple[Number, ...] = read_claim(row.value or "").numbers
    return numbers[0].value if len(numbers) == 1 else None
