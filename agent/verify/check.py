"""The gate: every citation retrieved, every claim borne out by the evidence cited. Knows nothing of how it was made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent.decision import GiveAnswer
from agent.verify.bearing import Bearer
from agent.verify.claims import (
    Claim,
    find_backwards,
    read_claim,
    share_predicates,
    split_claims,
    split_sentences,
    write_dates,
)
from agent.verify.rows import RowBearer, build_bearers
from agent.verify.words import stem
from tools.evidence import Evidence, Finding, Value


@dataclass(frozen=True)
class Checked:
    """One sentence and what is wrong with it."""

    sentence: str
    faults: tuple[str, ...] = ()


def check_answer(answer: GiveAnswer, findings: Sequence[Finding], subject: str = "") -> tuple[str, ...]:
    """What is wrong with an answer; empty where every part is borne out. `subject`: the patient's own name."""
    handles = {f.handle for f in findings} | {e.handle for f in findings for e in f.evidence}
    faults = [f"{h} was never retrieved" for h in answer.citations if h not in handles]
    if answer.status == "abstained":
        return tuple(faults)
    cited = cited_findings(answer, findings)
    if not cited:
        faults.append("the answer cites nothing that was retrieved")
    if answer.text is not None:
        faults += [fault for checked in check_text(answer.text, cited, subject) for fault in checked.faults]
    values = [v for v in answer.values or () if not holds_value(v, cited)]
    faults += [f"the value {v!r} is not in the cited evidence" for v in values]
    return tuple(dict.fromkeys(faults))


def cited_findings(answer: GiveAnswer, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings an answer cites, by their own handle or by one of their records'."""
    wanted = set(answer.citations)
    return tuple(f for f in findings if f.handle in wanted or wanted & {e.handle for e in f.evidence})


def check_text(text: str, cited: Sequence[Finding], subject: str = "") -> list[Checked]:
    """Each sentence of a text with its faults; a finding's own statement, told word for word, has none."""
    name = frozenset(stem(w) for w in re.findall(r"[^\W\d_]{2,}", subject))
    check = _Check(build_bearers(cited, name))
    checked: list[Checked] = []
    for sentence, is_statement in _take_statements(text, cited):
        checked.append(Checked(sentence) if is_statement else check.check(sentence))
    return checked


def _take_statements(text: str, cited: Sequence[Finding]) -> Iterator[tuple[str, bool]]:
    """The sentences in order, whole statements of cited findings taken as they are."""
    texts = sorted({f.statement for f in cited if f.statement}, key=len, reverse=True)
    if not texts:
        yield from ((s, False) for s in split_sentences(text))
        return
    pattern = rf"(?:(?<=^)|(?<=[.!?)]\s)|(?<=\n))({'|'.join(map(re.escape, texts))})(?=\s|$)"
    for part in re.split(pattern, text):
        if part in texts:
            yield part, True
        else:
            yield from ((s, False) for s in split_sentences(part))


@dataclass
class _Check:
    """Goes through sentences in order: what a part leaves out is that of the part before."""

    bearers: Sequence[Bearer | RowBearer]
    topic: frozenset[str] = frozenset()
    broken: bool = False
    """The sentence that gave the topic was at fault."""

    def check(self, sentence: str) -> Checked:
        labels = frozenset(w for b in self.bearers for w in b.labels)
        claims = share_predicates(split_claims(sentence), labels)
        said = read_claim(write_dates(sentence))
        said = replace(said, dates=tuple({*said.dates, *(d for c in claims for d in c.dates)}))
        leading = claims[0].dates if claims and re.match(r"\W*(?:on|in|at)\b", sentence, re.IGNORECASE) else ()
        faults: list[str] = [f"it runs backwards: {span}" for span in find_backwards(write_dates(sentence))]
        leant = False
        for claim in claims:
            named = claim.words & labels
            leant = leant or not named
            whole = replace(claim, words=claim.words | (frozenset() if named else self.topic))
            whole = replace(whole, dates=claim.dates or leading)
            self.topic = named or self.topic
            faults += self._find_faults(whole, said)
        if leant and self.broken and claims and not faults:
            faults.append("it leans on a sentence that is not borne out")
        self.broken = bool(faults) if claims else self.broken
        return Checked(sentence, tuple(dict.fromkeys(faults)))

    def _find_faults(self, claim: Claim, said: Claim) -> tuple[str, ...]:
        """The faults before the bearer that comes nearest; none where one has none."""
        if claim.claims_nothing:
            return ()
        tried = [(not b.is_about(claim), tuple(b.find_faults(claim, said))) for b in self.bearers]
        if not tried or not all(faults for _, faults in tried):
            return () if tried else ("nothing that was cited bears it out",)
        return min(tried, key=lambda t: (t[0], len(t[1])))[1]


def holds_value(value: Value, cited: Sequence[Finding]) -> bool:
    """Whether a value is one that a finding gives, or that a record holds as a whole. Yes is not 1.

    Whether notes mention something is borne out by whether any was found, or by sentences that all deny it.
    """
    if any(value == v and isinstance(value, bool) == isinstance(v, bool) for f in cited for v in f.values):
        return True
    if isinstance(value, bool):
        notes = [f for f in cited if f.tool == "search_notes" and f.determinable]
        return any(value == bool(f.total) or (not value and _denies(f)) for f in notes)
    return any(_row_holds(value, row) for f in cited for row in f.evidence)


def _denies(found: Finding) -> bool:
    """Whether every sentence found says that something is not so."""
    return bool(found.values) and all(read_claim(str(sentence)).denies for sentence in found.values)


def _row_holds(value: Value, row: Evidence) -> bool:
    if isinstance(value, int | float):
        texts = (row.value or "", *(text for _, text in row.details))
        return any(float(value) == n.value for text in texts for n in read_claim(text).numbers)
    details = (text for _, text in row.details)
    whole = (row.label, row.value, row.date, row.end, row.status, f"{row.value} {row.unit}", *details)
    parts = {p.strip().casefold() for text in whole if text for p in (text, *text.split(";"))}
    return bool(value) and value.strip().casefold() in parts
