"""verify: gates an answer: every citation retrieved, every claim borne out by the evidence cited.

Checked are handles, numbers, dates, names and negations of the answer's text and values. What can't be checked is
removed by the caller, not passed. Knows nothing of how an answer was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.decision import GiveAnswer
from tools.evidence import Finding, Value

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])")
_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?:T\d{2}:\d{2}(?::\d{2})?)?")
_NAME = re.compile(r"\b[A-Z][a-z]{3,}\b")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_NEGATION = re.compile(r"\b(?:no|not|never|none|without|denies|negative|absent|isn't|hasn't|wasn't)\b", re.IGNORECASE)
_PLAIN = frozenset(
    "Yes This That There They Their Last First Most Latest Patient Record Chart From With".split()  # noqa: SIM905
)


def check_answer(answer: GiveAnswer, findings: Sequence[Finding]) -> tuple[str, ...]:
    """What is wrong with an answer; empty where every part is borne out."""
    handles = {f.handle for f in findings} | {e.handle for f in findings for e in f.evidence}
    faults = [f"{h} was never retrieved" for h in answer.citations if h not in handles]
    cited = cited_findings(answer, findings)
    if answer.status == "answered" and not cited:
        faults.append("the answer cites nothing that was retrieved")
    if answer.text is not None:
        faults += [f for sentence in sentences(answer.text) for f in check_sentence(sentence, cited)]
    known = [v for f in cited for v in f.values]
    for value in answer.values or ():
        if not any(_equal(value, v) for v in known) and not _in_evidence(value, cited):
            faults.append(f"the value {value!r} is not in the cited evidence")
    return tuple(dict.fromkeys(faults))


def cited_findings(answer: GiveAnswer, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings an answer cites, by their own handle or by one of their records'."""
    wanted = set(answer.citations)
    return tuple(f for f in findings if f.handle in wanted or wanted & {e.handle for e in f.evidence})


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [s for s in _SENTENCE.split(text.strip()) if s]


def check_sentence(sentence: str, cited: Sequence[Finding]) -> Iterator[str]:
    """What of one sentence is not borne out by the cited findings."""
    held = " ".join(part for f in cited for part in (f.statement, *(e.line for e in f.evidence)))
    numbers = {float(n) for n in _NUMBER.findall(held)} | {float(f.total) for f in cited}
    dates = set(_DATE.findall(held))
    for date in _DATE.findall(sentence):
        if not any(known.startswith(date) for known in dates):
            yield f"the date {date} is not in the cited evidence"
    for number in _NUMBER.findall(_DATE.sub(" ", sentence)):
        if float(number) not in numbers:
            yield f"the number {number} is not in the cited evidence"
    words = held.casefold()
    for name in _NAME.findall(sentence[1:]):
        if name not in _PLAIN and name.casefold() not in words:
            yield f"{name} is not in the cited evidence"
    if _NEGATION.search(sentence) and not _NEGATION.search(held):
        yield "the answer denies what the cited evidence does not deny"
    if _NEGATION.search(sentence) and not all(f.receipt.complete for f in cited):
        yield "an absence is stated, but not everything was read"


def _equal(one: Value, other: Value) -> bool:
    """Equal, and yes is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _in_evidence(value: Value, cited: Sequence[Finding]) -> bool:
    if isinstance(value, bool):
        return False
    held = " ".join(e.line for f in cited for e in f.evidence)
    if isinstance(value, int | float):
        return float(value) in {float(n) for n in _NUMBER.findall(held)}
    return bool(value) and value.casefold() in held.casefold()
